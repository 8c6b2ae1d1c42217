# SPDX-License-Identifier: Apache-2.0
"""A picture of the budgets: all refilled at once and wanting to run, tasks released at once.

This is an example of a schedule, not the worst case; the table has the bounds. EL2's own
time is left out.
"""
from math import lcm

import haven_timeline as timeline

from . import timing
from .units import show_time

MOST_PIECES = 4000         # in the picture of one CPU
LONGEST_PERIODS = 3        # of the slowest server
SHORTEST_PERIODS = 60      # of the fastest server


def picture(config):
    """SVG text; None if nothing is shared and no task declared."""
    cpus = timing.analyse(config)
    if not cpus:
        return None
    spans = [_span(cpu) for cpu in cpus]
    drawing = timeline.Timeline(
        f"Schedule of {config.name}", "All budgets refilled and all tasks released at 0; everybody "
        "wants to run. An example, not the worst case.", 0, max(spans),
        (("full", timeline.PALETTE[0], "runs on its budget"),
         ("pale", timeline.PALETTE[0], "runs in background time"),
         ("refill", timeline.PALETTE[0], "budget refilled"),
         ("wake", timeline.PALETTE[0], "task released"),
         ("deadline", timeline.PALETTE[0], "deadline"),
         ("alert", timeline.ALERT, "deadline missed")))
    for cpu, span in zip(cpus, spans):
        _draw(drawing, config, cpu, span)
    return drawing.svg()


def _periods(cpu):
    found = [s.partition.period_ns for s in cpu.servers] if cpu.shared else []
    return found + [t.task.period for s in cpu.servers for t in s.tasks]


def _span(cpu):
    periods = _periods(cpu)
    return min(lcm(*periods), LONGEST_PERIODS * max(periods), SHORTEST_PERIODS * min(periods))


def run_servers(servers, span):
    """[(begin, end, index or None, on budget)] of fixed-priority servers that always want to
    run; servers are (period, budget, priority, background)."""
    left = [s[1] for s in servers]
    refill = [s[0] for s in servers]
    order = sorted(range(len(servers)), key=lambda i: (servers[i][2], i))
    now, pieces = 0, []
    while now < span and len(pieces) < MOST_PIECES:
        chosen = next((i for i in order if left[i]), None)
        paid = chosen is not None
        if not paid:
            chosen = next((i for i in order if servers[i][3]), None)
        end = min(min(refill), span, now + left[chosen] if paid else span)
        if paid:
            left[chosen] -= end - now
        pieces.append((now, end, chosen, paid))
        now = end
        for i, server in enumerate(servers):
            if refill[i] == now:
                left[i], refill[i] = server[1], refill[i] + server[0]
    return pieces


def run_tasks(tasks, supply, span):
    """Runs of each task, [(begin, end)], and deadlines missed, [time], in the time that
    `supply` gives: [(begin, end)]. Tasks are (wcet, period, deadline), the most urgent first."""
    runs, missed = [[] for _ in tasks], [[] for _ in tasks]
    release, jobs = [0] * len(tasks), [[] for _ in tasks]
    for begin, end in supply:
        now = begin
        while now < end:
            for i, (wcet, period, deadline) in enumerate(tasks):
                while release[i] <= now:
                    jobs[i].append([wcet, release[i] + deadline])
                    release[i] += period
            chosen = next((i for i, queue in enumerate(jobs) if queue), None)
            until = min([end] + [r for r in release if r > now])
            if chosen is None:
                now = until
                continue
            job = jobs[chosen][0]
            stop = min(until, now + job[0])
            runs[chosen].append((now, stop))
            job[0] -= stop - now
            if job[0] == 0:
                jobs[chosen].pop(0)
                if stop > job[1]:
                    missed[chosen].append(job[1])
            now = stop
    for i, queue in enumerate(jobs):
        missed[i] += [deadline for _, deadline in queue if deadline <= span]
    return runs, missed


def _draw(drawing, config, cpu, span):
    servers = [(p.period_ns, p.budget_ns, p.priority, p.background)
               for p in (s.partition for s in cpu.servers)] if cpu.shared else []
    pieces = run_servers(servers, span) if cpu.shared else [(0, span, 0, True)]
    for index, server in enumerate(cpu.servers):
        p = server.partition
        colour = timeline.PALETTE[(p.id - 1) % len(timeline.PALETTE)]
        note = f"CPU {cpu.cpu}: " + (f"{show_time(p.budget_ns)} / {show_time(p.period_ns)}"
                                     if cpu.shared else "alone")
        lane = drawing.lane(p.name, note, colour)
        mine = [(b, e, paid) for b, e, who, paid in pieces if who == index]
        for begin, end, paid in mine:
            lane.box(begin, end, "full" if paid else "pale",
                     f"{show_time(begin)} to {show_time(end)}: {show_time(end - begin)}")
        if cpu.shared:
            for time in range(0, span, p.period_ns):
                lane.mark(time, "refill", f"refill at {show_time(time)}")
        _draw_tasks(drawing, server, [(b, e) for b, e, paid in mine if paid], colour, span)


def _draw_tasks(drawing, server, supply, colour, span):
    tasks = [(t.task.wcet, t.task.period, t.task.deadline) for t in server.tasks]
    runs, missed = run_tasks(tasks, supply, span)
    for result, pieces, late in zip(server.tasks, runs, missed):
        t = result.task
        lane = drawing.lane(t.name, "", colour, thin=True)
        for begin, end in pieces:
            lane.box(begin, end, "full", f"{show_time(begin)} to {show_time(end)}")
        for time in range(0, span, t.period):
            lane.mark(time, "wake", f"released at {show_time(time)}")
            lane.mark(time + t.deadline, "deadline", f"deadline at {show_time(time + t.deadline)}")
        for time in late:
            lane.mark(time, "alert", f"missed at {show_time(time)}")
