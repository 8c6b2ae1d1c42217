# SPDX-License-Identifier: Apache-2.0
"""A recorded run on the same library again: every answer must be the same.

The records are of kind switch, <haven/dispatch_record.h>, in rings or on a console.
"""
import importlib.machinery
import importlib.util
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import core as cores
from .core import IDLE, NEVER
from .engine import Trace

SERVER, INIT, RUNNABLE, WAKE, CHARGE, STEP, DONE = range(1, 8)
NAMES = {SERVER: "server", INIT: "init", RUNNABLE: "set_runnable", WAKE: "set_wake",
         CHARGE: "charge", STEP: "step", DONE: "switched"}
NOBODY = 0xff


class ReplayError(Exception):
    """The journal cannot be replayed."""


@dataclass
class RecordedServer:
    """As much of a server as its record tells."""

    partition: int
    t0: int
    period: int
    budget: int
    priority: int
    polling: bool
    background: bool

    @property
    def name(self):
        return f"partition {self.partition}"


@dataclass
class Replayed:
    """One CPU."""

    cpu: int
    servers: list = field(default_factory=list)
    core: object = None
    hz: int = 0
    begin: int = 0
    now: int = 0
    calls: int = 0
    steps: int = 0
    differences: list = field(default_factory=list)  # (ns, words)
    running: tuple = (IDLE, False, 0)  # server, background, since
    trace: Trace = field(default_factory=lambda: Trace(0, 0))
    switching: int = None  # since; None: no switch is under way


def journal_tool():
    """tools/haven-journal as a module: it knows rings and console lines."""
    path = Path(__file__).resolve().parents[1] / "haven-journal"
    loader = importlib.machinery.SourceFileLoader("haven_journal", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("haven_journal",
                                                                             loader))
    sys.modules["haven_journal"] = module
    loader.exec_module(module)
    return module


def read(path, stride=None):
    """Records of kind switch, by CPU, in the order of their sequence."""
    tool = journal_tool()
    journal = tool.Journal()
    data = path.read_bytes()
    if data[:4] == tool.MAGIC.to_bytes(4, "little") or b"journal seq=" not in data:
        try:
            tool.read_memory(journal, data, stride)
        except ValueError as error:
            raise ReplayError(f"{path}: {error}") from None
    else:
        journal.add_console(data.decode("utf-8", "replace"))
    if journal.damage:
        raise ReplayError(f"{path}: " + "; ".join(journal.notes))
    by_cpu = {}
    for record in journal.records:
        if record.kind == "switch":
            by_cpu.setdefault(record.cpu, []).append(record)
    if not by_cpu:
        raise ReplayError(f"{path}: no records of kind switch; was recording on?")
    for cpu, records in by_cpu.items():
        _check_whole(cpu, records)
    return by_cpu


def _check_whole(cpu, records):
    if records[0].esr & 0xff != SERVER:
        raise ReplayError(f"CPU {cpu}: the records before #{records[0].seq} are overwritten; the "
                          "dispatcher's start is needed: a larger ring, or a shorter run")
    for before, record in zip(records, records[1:]):
        if record.seq != (before.seq + 1) & 0xffffffff:
            raise ReplayError(f"CPU {cpu}: records between #{before.seq} and #{record.seq} are "
                              "missing")


def replay(cpu, records, trace=None):
    run = Replayed(cpu, core=cores.Core(), trace=trace or Trace(0, 0))
    for record in records:
        op = record.esr & 0xff
        if op not in _ACTIONS:
            raise ReplayError(f"CPU {cpu} #{record.seq}: unknown record {op}")
        if (op == SERVER) != (run.hz == 0 and op != INIT):
            raise ReplayError(f"CPU {cpu} #{record.seq}: {NAMES[op]} before the start, or a second "
                              "start")
        try:
            _ACTIONS[op](run, record)
        except cores.CoreError as error:
            _differs(run, record, str(error))
        run.calls += 1
    _ran(run, run.now)
    return run


def _index(record):
    index = record.esr >> 8 & 0xff
    return IDLE if index == NOBODY else index


def _flag(record):
    return bool(record.esr >> 16 & 1)


def _show(ns):
    return "never" if ns == NEVER else f"{ns} ns"


def _who(run, index):
    return "nobody" if index == IDLE else run.servers[index].name \
        if index < len(run.servers) else f"server {index}"


def _differs(run, record, words):
    run.differences.append((run.now, f"CPU {run.cpu} #{record.seq} {NAMES[record.esr & 0xff]} at "
                            f"{run.now} ns: {words}"))


def _compare(run, record, what, recorded, computed):
    if recorded != computed:
        _differs(run, record, f"{what} is {recorded} in the journal, {computed} from the library")


def _partition(run, record, index):
    expected = 0 if index == IDLE else run.servers[index].partition
    _compare(run, record, "partition", record.partition, expected)


def _clock(run, record):
    """now was made of the counter value in the record."""
    _compare(run, record, "now", f"{record.far} ns",
             f"{cores.nanoseconds(run.hz, record.t)} ns")


def _ran(run, until):
    """The server of the last decision ran until now."""
    server, background, since = run.running
    if server != IDLE:
        free = min(until, background) if background else since
        run.trace.add(since, max(since, free), server, "pale")
        run.trace.add(max(since, free), until, server, "full")
    run.running = (server, background, until)


def _server(run, record):
    if _index(record) != len(run.servers):
        raise ReplayError(f"CPU {run.cpu} #{record.seq}: servers are not in order")
    server = RecordedServer(record.partition, record.far, record.ipa, record.detail,
                            record.esr >> 32, bool(record.esr >> 16 & 1),
                            bool(record.esr >> 17 & 1))
    run.core.server(len(run.servers), server.partition, server, server.t0)
    run.servers.append(server)


def _init(run, record):
    run.hz = record.esr >> 32
    run.begin = run.now = record.far
    _compare(run, record, "number of servers", _index(record), len(run.servers))
    if run.hz == 0:
        raise ReplayError(f"CPU {run.cpu} #{record.seq}: a counter of 0 Hz")
    _clock(run, record)
    run.running = (IDLE, 0, run.now)
    run.core.init(len(run.servers), record.far)


def _runnable(run, record):
    _clock(run, record)
    run.now = record.far
    _partition(run, record, _index(record))
    run.core.set_runnable(_index(record), _flag(record), record.far)


def _wake(run, record):
    _partition(run, record, _index(record))
    run.core.set_wake(_index(record), record.ipa)


def _charge(run, record):
    _clock(run, record)
    _ran(run, record.ipa)
    run.trace.add_switch(record.ipa, record.far)
    run.now = record.far
    run.running = run.running[:2] + (run.now,)
    _partition(run, record, _index(record))
    remaining = run.core.charge(_index(record), record.ipa, record.far)
    _compare(run, record, "remaining budget", f"{record.detail} ns", f"{remaining} ns")


def _step(run, record):
    _clock(run, record)
    _ran(run, record.far)
    run.now = record.far
    run.steps += 1
    decision = run.core.step(record.far)
    _compare(run, record, "who runs", _who(run, _index(record)), _who(run, decision.server))
    _compare(run, record, "background", _flag(record), decision.background)
    _compare(run, record, "woken", f"{record.esr >> 32:#x}", f"{decision.woken:#x}")
    _compare(run, record, "deadline", _show(record.detail), _show(decision.deadline))
    _compare(run, record, "remaining budget", f"{record.ipa} ns", f"{decision.remaining} ns")
    if decision.server != IDLE:
        _partition(run, record, decision.server)
    free = run.core.state(decision.server).next_refill if decision.background else 0
    run.running = (decision.server, free, run.now)


def _done(run, record):
    _clock(run, record)
    run.trace.add_switch(run.now, record.far)
    run.now = record.far
    run.running = run.running[:2] + (run.now,)
    deadline = run.core.switched(record.far)
    _compare(run, record, "deadline", _show(record.detail), _show(deadline))


_ACTIONS = {SERVER: _server, INIT: _init, RUNNABLE: _runnable, WAKE: _wake, CHARGE: _charge,
            STEP: _step, DONE: _done}
