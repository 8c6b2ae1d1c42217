# SPDX-License-Identifier: Apache-2.0
"""The timeline of a simulated or a recorded run."""
import haven_timeline as timeline
from haven_config.units import show_time

MOST_PIECES = 20000


class TooMuch(Exception):
    """More boxes than a picture can show."""


def draw(title, subtitle, servers, trace, missed=()):
    """servers: (name, period, budget, t0, tasks)."""
    if len(trace.pieces) > MOST_PIECES:
        raise TooMuch(f"{len(trace.pieces)} pieces between {show_time(trace.begin)} and "
                      f"{show_time(trace.end)}; choose a shorter span with --from and --to")
    blue = timeline.PALETTE[0]
    legend = [("full", blue, "on its budget"), ("pale", blue, "background time"),
              ("late", blue, "EL2 is late"), ("full", timeline.HYPERVISOR, "EL2 switches"),
              ("refill", blue, "refill")]
    if any(tasks for *_, tasks in servers):
        legend += [("wake", blue, "release"), ("deadline", blue, "deadline"),
                   ("alert", timeline.ALERT, "missed")]
    drawing = timeline.Timeline(title, subtitle, trace.begin, trace.end, legend)
    for i, (name, period, budget, t0, tasks) in enumerate(servers):
        colour = timeline.PALETTE[i % len(timeline.PALETTE)]
        lane = drawing.lane(name, f"{show_time(budget)} / {show_time(period)}", colour)
        for begin, end, who, style in trace.pieces:
            if who == i:
                lane.box(begin, end, style, f"{show_time(begin)} to {show_time(end)}: "
                         f"{show_time(end - begin)}")
        _refills(lane, trace, period, t0)
        for task in tasks:
            _task(drawing, task, colour, trace)
    lane = drawing.lane("EL2", "switches, interrupts", timeline.HYPERVISOR)
    for begin, end in trace.switches:
        lane.box(begin, end, "full", f"{show_time(begin)}: {show_time(end - begin)}")
    for time in missed:
        lane.mark(time, "alert", f"differs at {show_time(time)}")
    return drawing.svg()


def _refills(lane, trace, period, t0):
    first = max(0, -(-(trace.begin - t0) // period))
    if (trace.end - trace.begin) // period > MOST_PIECES:
        return
    time = t0 + first * period
    while time <= trace.end:
        lane.mark(time, "refill", f"refill at {show_time(time)}")
        time += period


def _task(drawing, task, colour, trace):
    lane = drawing.lane(task.name, "", colour, thin=True)
    for begin, end in task.pieces:
        lane.box(begin, end, "full", f"{show_time(begin)} to {show_time(end)}")
    for n in range(task.released):
        release = task.offset + n * task.period
        if trace.begin <= release <= trace.end:
            lane.mark(release, "wake", f"released at {show_time(release)}")
    for deadline, met in task.ends:
        lane.mark(deadline, "deadline", f"deadline at {show_time(deadline)}")
        if not met:
            lane.mark(deadline, "alert", f"missed at {show_time(deadline)}")
