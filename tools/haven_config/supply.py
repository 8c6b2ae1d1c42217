# SPDX-License-Identifier: Apache-2.0
"""How long tasks take on a budget: supply-bound analysis. Whole nanoseconds, exact.

Model: a periodic resource gives `budget` in each `period`, at the latest `by` after the
period begins. What it surely gives in any window of length t is sbf(t); a straight line
below it is lsbf(t). Sources:

- Shin, Lee: "Periodic Resource Model for Compositional Real-Time Guarantees", RTSS 2003:
  sbf and lsbf for by = period; the longest time without supply is 2 * (period - budget).
- Easwaran, Anand, Lee: "Compositional Analysis Framework Using EDP Resource Models", RTSS
  2007: the same with a deadline for the budget, here the server's worst response as the
  admission test computes it; the longest time without supply is period + by - 2 * budget.
- Davis, Burns: "Hierarchical Fixed Priority Pre-emptive Scheduling", RTSS 2005: a server
  that keeps its budget while it waits (deferrable) supplies no later than this. One that
  gives it up (polling) may have done so just before a task arrives: one budget more passes.

Response of a task under fixed priorities, with more urgent tasks j: the least t with
sbf(t) >= C + sum of ceil(t / T_j) * C_j.
"""
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Resource:
    period: int
    budget: int            # 1..period
    by: int                # budget..period
    keeps: bool = True     # deferrable; False: polling

    @property
    def blackout(self):
        """The longest time without supply."""
        lost = 0 if self.keeps else self.budget
        return self.period + self.by - 2 * self.budget + lost

    def sbf(self, t):
        """Least supply in any window of length t."""
        if t <= self.blackout:
            return 0
        whole, rest = divmod(t - self.blackout, self.period)
        return whole * self.budget + min(rest, self.budget)

    def lsbf(self, t):
        """The line below sbf: Fraction."""
        return max(Fraction(self.budget, self.period) * (t - self.blackout), Fraction(0))

    def time_for(self, demand):
        """Least t with sbf(t) >= demand."""
        if demand == 0:
            return 0
        whole, rest = divmod(demand - 1, self.budget)
        return self.blackout + whole * self.period + rest + 1


WHOLE_CPU = Resource(1, 1, 1)
MAX_STEPS = 100_000        # of the iteration; whoever needs more is refused


@dataclass(frozen=True)
class Load:
    """A task as the analysis sees it. Tasks stand in the order of urgency."""

    wcet: int
    period: int
    deadline: int          # wcet..period


def _demand(tasks, index, window):
    return tasks[index].wcet + sum(-(-window // t.period) * t.wcet for t in tasks[:index])


def response(tasks, index, resource):
    """Worst response of tasks[index], or None if it is beyond its deadline."""
    t = resource.time_for(tasks[index].wcet)
    for _ in range(MAX_STEPS):
        if t > tasks[index].deadline:
            return None
        later = resource.time_for(_demand(tasks, index, t))
        if later == t:
            return t
        t = later
    return None
