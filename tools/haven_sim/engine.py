# SPDX-License-Identifier: Apache-2.0
"""Discrete events on one CPU: guests run, wait, wake; the library decides.

Everything that EL2 does takes time if the scenario says so: a step comes late, a switch
takes a while, an interrupt costs its exit. Instants at which EL2 reads the counter are
those of its ticks.
"""
import random
from dataclasses import dataclass, field

from . import core as cores
from .core import IDLE, NEVER


@dataclass
class Trace:
    """Who ran when, within the span of the picture."""

    begin: int
    end: int
    pieces: list = field(default_factory=list)  # (begin, end, server, style)
    switches: list = field(default_factory=list)  # (begin, end)

    def add(self, begin, end, server, style):
        if begin >= self.end or end <= self.begin or begin >= end:
            return
        if self.pieces and self.pieces[-1][1:] == (begin, server, style):
            begin = self.pieces.pop()[0]
        self.pieces.append((begin, end, server, style))

    def add_switch(self, begin, end):
        if begin < self.end and end > self.begin and begin < end:
            self.switches.append((begin, end))


@dataclass
class Result:
    state: object          # of the library, at the end
    within: int            # longest time from a refill until the whole budget was used; 0: never
    promised: object       # bound of the same; None: it is beyond the period


class Simulation:
    def __init__(self, scenario, trace=None, slots=0):
        self.scenario, self.guests = scenario, [s.guest for s in scenario.servers]
        self.trace = trace or Trace(0, 0)
        self.core = cores.Core()
        self.rng = random.Random(scenario.seed)
        self.now = self.deadline = 0
        self.decision = cores.Decision(IDLE, False, 0, NEVER, 0)
        self.free_until = 0
        count = len(scenario.servers)
        self.blocked, self.masked = [False] * count, [False] * count
        self.since = [0] * count       # runnable since
        self.within = [0] * count
        self.slots = slots
        self.steps = 0

    # ---- time ----

    def _instant(self, time):
        """What EL2 reads at `time`, or just after."""
        hz = self.scenario.hz
        return time if hz == 10**9 else cores.nanoseconds(hz, cores.ticks(hz, time))

    def _takes(self, between):
        return self.rng.randint(*between)

    def _el2(self, length, style="late"):
        """EL2 works for the server that runs."""
        begin, self.now = self.now, self._instant(self.now + length)
        if self.decision.server != IDLE:
            self.trace.add(begin, self.now, self.decision.server, style)

    def _run(self, until):
        """The guest runs."""
        server = self.decision.server
        if server != IDLE and until > self.now:
            self.guests[server].run(self.now, until)
            free = min(until, self.free_until) if self.decision.background else self.now
            self.trace.add(self.now, free, server, "pale")
            self.trace.add(max(self.now, free), until, server, "full")
        self.now = max(self.now, until)

    # ---- what happens ----

    def run(self):
        self._start()
        while self.now < self.scenario.duration:
            guest = None if self.decision.server == IDLE else self.guests[self.decision.server]
            alarm = NEVER if self.deadline == NEVER else self._instant(self.deadline)
            source = self._next_interrupt()
            times = [alarm, self.scenario.duration]
            if guest:
                times += [guest.timer, self.now + guest.work]
            if source is not None:
                times.append(self.scenario.servers[source].interrupts.next)
            self._run(max(self.now, min(times)))
            if guest:
                guest.advance(self.now)
            if self.now >= self.scenario.duration:
                break
            if source is not None and self.scenario.servers[source].interrupts.next <= self.now:
                self._interrupt(source)
            elif guest and guest.work == 0:
                self._wait()
            elif alarm <= self.now:
                self._el2(self._takes(self.scenario.exit))
                self._step()
        self._end()
        return self

    def _start(self):
        scenario = self.scenario
        if self.slots:
            self.core.record(self.slots, scenario.hz, 0)
        for i, server in enumerate(scenario.servers):
            self.core.server(i, i + 1, server, 0)
            server.guest.prepare(self.rng)
            server.guest.advance(0)
            if server.interrupts:
                server.interrupts.next = self._takes(server.interrupts.every)
        self.core.init(len(scenario.servers), 0)
        for i, guest in enumerate(self.guests):
            if guest.work == 0:
                self._block(i)
        self._step()

    def _end(self):
        self._step()
        for guest in self.guests:
            guest.advance(self.now)
            if hasattr(guest, "finish"):
                guest.finish(self.now)

    def _block(self, i):
        self.core.set_runnable(i, False, self.now)
        self.blocked[i] = True
        timer = self.guests[i].timer
        if timer != NEVER:
            self.core.set_wake(i, self._instant(timer))

    def _wait(self):
        """The guest that runs has nothing to do: WFI."""
        self.now = self._instant(self.now)
        self._block(self.decision.server)
        self._step()

    def _wake(self, i):
        self.blocked[i] = False
        self.since[i] = self.now

    def _next_interrupt(self):
        servers = self.scenario.servers
        sources = [i for i, s in enumerate(servers) if s.interrupts]
        return min(sources, key=lambda i: servers[i].interrupts.next, default=None)

    def _interrupt(self, i):
        source = self.scenario.servers[i].interrupts
        source.next = self.now + max(1, self._takes(source.every))
        if self.masked[i]:
            source.masked += 1
            return
        source.taken += 1
        self.guests[i].advance(self.now)
        self.guests[i].interrupt(self.now, source.work)
        if i == self.decision.server:
            self._el2(source.cost)
            return
        begin = self._instant(self.now)
        self.now = self._instant(begin + source.cost)
        self.trace.add_switch(begin, self.now)
        if self.core.charge(i, begin, self.now) == 0:
            self.masked[i] = True
        if self.blocked[i] and source.at_once:
            self.core.set_runnable(i, True, self.now)
            self._wake(i)
        self._step()

    # ---- decisions ----

    def _step(self):
        old, asked = self.decision.server, self.deadline
        had = self.core.state(old).remaining if old != IDLE else 0
        grid = self.core.state(old).next_refill if old != IDLE else 0
        self.decision = self.core.step(self.now)
        self.deadline = self.decision.deadline
        self.steps += 1
        if old != IDLE and had:
            self._note_use(old, min(self.now, asked), grid)
        for i in range(len(self.guests)):
            if self.decision.woken >> i & 1:
                self._wake(i)
        if self.decision.server != old:
            self._switch()
        if self.decision.server != IDLE:
            self._dispatched(self.decision.server)

    def _switch(self):
        begin, self.now = self.now, self._instant(self.now + self._takes(self.scenario.switch))
        self.trace.add_switch(begin, self.now)
        self.deadline = self.core.switched(self.now)

    def _dispatched(self, i):
        self.masked[i] = False
        self.guests[i].advance(self.now)
        if self.decision.background:
            self.free_until = self.core.state(i).next_refill

    def _note_use(self, i, now, grid):
        """If its budget is used up: how long after the refill, if it always wanted to run."""
        if self.core.state(i).remaining or self.core.state(i).next_refill != grid:
            return
        refill = grid - self.scenario.servers[i].period
        if self.since[i] <= refill:
            self.within[i] = max(self.within[i], now - refill)

    def results(self):
        count = len(self.guests)
        return [Result(self.core.state(i), self.within[i],
                       self.core.response(count, i, *self.scenario.reserve))
                for i in range(count)]
