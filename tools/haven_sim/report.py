# SPDX-License-Identifier: Apache-2.0
"""Tables: what each server got, and how long tasks took."""
from haven_config.units import show_time

SERVER = "  {:<16} {:>18} {:>5}  {:<11} {:>12} {:>7} {:>12} {:>8} {:>10} {:>10} {:>10}"
TASK = "    {:<16} {:>10} {:>12} {:>12} {:>12} {:>8}"
SOURCE = "    interrupts: {} taken, {} held back for want of budget"


def _time(ns):
    """Short: four digits."""
    for unit, scale in (("s", 10**9), ("ms", 10**6), ("us", 10**3)):
        if ns >= scale:
            return f"{ns / scale:.4g} {unit}"
    return f"{ns} ns"


def _kind(server):
    return ("polling" if server.polling else "deferrable") + ("+" if server.background else "")


def servers(rows, duration):
    """rows: (server, state of the library, within, promised)."""
    lines = [SERVER.format("server", "budget / period", "prio", "kind", "used", "share",
                           "background", "overruns", "longest", "had within", "promised")]
    for server, state, within, promised in rows:
        lines.append(SERVER.format(
            server.name, f"{show_time(server.budget)} / {show_time(server.period)}",
            server.priority, _kind(server), _time(state.used),
            f"{100 * state.used / duration:.1f} %" if duration else "-",
            _time(state.background) if server.background else "-", state.overruns,
            _time(state.overrun_max) if state.overruns else "-",
            _time(within) if within else "-", _time(promised) if promised else "-"))
        lines += _inside(server)
    return lines


def _inside(server):
    lines = []
    tasks = getattr(getattr(server, "guest", None), "tasks", [])
    if tasks:
        lines.append(TASK.format("task", "jobs", "wcet", "deadline", "worst", "missed"))
    for t in tasks:
        lines.append(TASK.format(t.name, t.done, show_time(t.wcet), show_time(t.deadline),
                                 _time(t.worst), t.missed))
    source = getattr(server, "interrupts", None)
    if source:
        lines.append(SOURCE.format(source.taken, source.masked))
    return lines


def simulated(simulation):
    scenario = simulation.scenario
    results = simulation.results()
    rows = [(s, r.state, r.within, r.promised) for s, r in zip(scenario.servers, results)]
    used = sum(r.state.used + r.state.background for r in results)
    head = (f"{scenario.name}: {show_time(scenario.duration)}, {simulation.steps} decisions, "
            f"{simulation.core.calls} calls of the library; late by at most "
            f"{_time(simulation.core.late_max)}; idle {_time(max(0, simulation.now - used))}")
    return [head] + servers(rows, scenario.duration)


def as_data(simulation):
    """The same for JSON."""
    scenario = simulation.scenario
    data = {"name": scenario.name, "duration_ns": scenario.duration, "seed": scenario.seed,
            "steps": simulation.steps, "late_max_ns": simulation.core.late_max, "servers": []}
    for server, result in zip(scenario.servers, simulation.results()):
        state = result.state
        row = {"name": server.name, "used_ns": state.used, "background_ns": state.background,
               "overruns": state.overruns, "overrun_max_ns": state.overrun_max,
               "overrun_last_ns": state.overrun_last, "debt_ns": state.debt,
               "had_within_ns": result.within, "promised_ns": result.promised,
               "tasks": [{"name": t.name, "jobs": t.done, "worst_ns": t.worst, "missed": t.missed}
                         for t in getattr(server.guest, "tasks", [])]}
        if server.interrupts:
            row["interrupts"] = {"taken": server.interrupts.taken,
                                 "masked": server.interrupts.masked}
        data["servers"].append(row)
    return data
