# SPDX-License-Identifier: Apache-2.0
"""Can a CPU carry its servers? The same test as <haven/admission.h>, to be able to explain."""
from dataclasses import dataclass
from fractions import Fraction

MAX_STEPS = 4096           # HV_ADMISSION_MAX_STEPS


@dataclass(frozen=True)
class Server:
    period: int
    budget: int
    priority: int = 0      # 0 is the most urgent; equal ones go by their order
    polling: bool = False


@dataclass(frozen=True)
class Reserve:
    """EL2's own work: periodic, and once in each window (what servers overrun)."""

    period: int = 1
    budget: int = 0
    once: int = 0


def more_urgent(servers, index):
    """Indices of the servers that go before this one."""
    mine = (servers[index].priority, index)
    return [i for i, s in enumerate(servers) if (s.priority, i) < mine]


def utilisation(servers, reserve):
    return sum((Fraction(s.budget, s.period) for s in servers),
               Fraction(reserve.budget, reserve.period))


def _refills(server, window):
    """In the worst case; a deferrable one may use a budget just before its refill too."""
    jitter = 0 if server.polling else server.period - server.budget
    return -(-(window + jitter) // server.period)


def response(servers, index, reserve):
    """(True, worst time from a refill until the whole budget was had), or (False, a time
    beyond the period that it takes at least)."""
    me = servers[index]
    others = [servers[i] for i in more_urgent(servers, index)]
    window = me.budget
    for _ in range(MAX_STEPS):
        demand = me.budget + reserve.once + -(-window // reserve.period) * reserve.budget
        demand += sum(_refills(s, window) * s.budget for s in others)
        if demand > me.period:
            return False, demand
        if demand == window:
            return True, window
        window = demand
    return False, window
