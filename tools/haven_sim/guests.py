# SPDX-License-Identifier: Apache-2.0
"""What runs inside of a server: when it has work, for how long, and when it waits for what.

Times are nanoseconds since the simulation began. A guest sees time pass also while it does
not run: its timers expire, its jobs queue up.
"""
from dataclasses import dataclass, field

from .core import NEVER


class Spin:
    """Always has work."""

    def prepare(self, rng):
        pass

    def advance(self, now):
        """Timers that expired until now."""

    @property
    def work(self):
        """Until it waits or does something else, if it runs; 0: it waits."""
        return NEVER

    @property
    def timer(self):
        """When its timer brings work, or NEVER."""
        return NEVER

    def run(self, begin, end):
        """It ran."""

    def interrupt(self, now, work):
        """An interrupt of its own brought work."""


class Idle(Spin):
    """Has work only when an interrupt brings some."""

    def __init__(self):
        self._left = 0

    @property
    def work(self):
        return self._left

    def run(self, begin, end):
        self._left -= end - begin

    def interrupt(self, now, work):
        self._left += work


class Bursts(Idle):
    """Works for a while, waits for a while."""

    def __init__(self, run_range, wait_range):
        super().__init__()
        self.run_range, self.wait_range = run_range, wait_range
        self._rng, self._timer = None, 0

    def prepare(self, rng):
        self._rng = rng

    def advance(self, now):
        if self._timer <= now:
            self._left += max(1, self._rng.randint(*self.run_range))
            self._timer = NEVER

    @property
    def timer(self):
        return self._timer

    def run(self, begin, end):
        self._left -= end - begin
        if self._left <= 0 and self._timer == NEVER:
            self._left = 0
            self._timer = end + self._rng.randint(*self.wait_range)


@dataclass
class Task:
    name: str
    wcet: int
    period: int
    deadline: int
    offset: int = 0
    priority: int = None   # None for all: by deadline
    jobs: list = field(default_factory=list)   # [work left, released]
    released: int = 0      # counts
    done: int = 0
    missed: int = 0
    worst: int = 0
    pieces: list = field(default_factory=list)  # (begin, end)
    ends: list = field(default_factory=list)    # (deadline, met)

    @property
    def next_release(self):
        return self.offset + self.released * self.period


class Tasks(Idle):
    """Periodic tasks under fixed priorities; waits when no job is there."""

    def __init__(self, tasks):
        super().__init__()
        self.tasks = sorted(tasks, key=lambda t: t.deadline if t.priority is None else t.priority)

    def advance(self, now):
        for task in self.tasks:
            while task.next_release <= now:
                task.jobs.append([task.wcet, task.next_release])
                task.released += 1

    def _head(self):
        return next((t for t in self.tasks if t.jobs), None)

    @property
    def work(self):
        task = self._head()
        return self._left if task is None else task.jobs[0][0]

    @property
    def timer(self):
        return min(t.next_release for t in self.tasks)

    def run(self, begin, end):
        task = self._head()
        if task is None:
            super().run(begin, end)
            return
        job = task.jobs[0]
        job[0] -= end - begin
        if task.pieces and task.pieces[-1][1] == begin:
            begin = task.pieces.pop()[0]
        task.pieces.append((begin, end))
        if job[0] == 0:
            task.jobs.pop(0)
            task.done += 1
            task.worst = max(task.worst, end - job[1])
            late = end > job[1] + task.deadline
            task.missed += late
            task.ends.append((job[1] + task.deadline, not late))

    def finish(self, now):
        """Jobs that are still waiting beyond their deadlines count as missed."""
        for task in self.tasks:
            for _, released in task.jobs:
                if released + task.deadline <= now:
                    task.missed += 1
                    task.worst = max(task.worst, now - released)
                    task.ends.append((released + task.deadline, False))


@dataclass
class Interrupts:
    """Interrupts of a partition's device, which EL2 takes whoever runs."""

    every: tuple           # least and most time between two
    cost: int              # EL2's work for each, if the partition does not run
    work: int              # that each brings for the guest
    at_once: bool          # it wakes the partition
    next: int = 0
    taken: int = 0
    masked: int = 0        # not taken: the partition had no budget for them
