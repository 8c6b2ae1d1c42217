# SPDX-License-Identifier: Apache-2.0
"""lib/sched itself, compiled for this machine and called from here."""
import ctypes
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "tools/sim/core.c",
           *(ROOT / "lib/sched" / f"{name}.c"
             for name in ("account", "admission", "clock", "dispatch", "record", "server")),
           *(ROOT / "lib/base" / f"{name}.c" for name in ("crc32", "journal"))]
INCLUDES = [ROOT / "lib/base/include", ROOT / "lib/sched/include"]
FLAGS = ["-std=c11", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror"]

IDLE = 0xffffffff          # HV_DISPATCH_IDLE
NEVER = 0xffffffffffffffff  # HV_NEVER
MOST_SERVERS = 8           # HV_MAX_CPU_SERVERS
RECORD_SIZE = 64
OK, EPERM, EINVAL, ENOSPC = 0, -1, -22, -28

_U32, _U64, _PU64, _P = (ctypes.c_uint32, ctypes.c_uint64, ctypes.POINTER(ctypes.c_uint64),
                         ctypes.c_void_p)
_FUNCTIONS = {
    "sim_open": (_P, []),
    "sim_close": (None, [_P]),
    "sim_ns": (_U64, [_U32, _U64]),
    "sim_ticks": (_U64, [_U32, _U64]),
    "sim_record": (ctypes.c_int, [_P, _U32, _U32, _U32]),
    "sim_ring": (_P, [_P]),
    "sim_server": (ctypes.c_int, [_P, _U32, _U32, _U64, _U64, _U32, _U32, _U32, _U64]),
    "sim_init": (ctypes.c_int, [_P, _U32, _U64]),
    "sim_runnable": (ctypes.c_int, [_P, _U32, _U32, _U64]),
    "sim_wake": (ctypes.c_int, [_P, _U32, _U64]),
    "sim_charge": (ctypes.c_int, [_P, _U32, _U64, _U64, _PU64]),
    "sim_step": (ctypes.c_int, [_P, _U64, _PU64]),
    "sim_switched": (ctypes.c_int, [_P, _U64, _PU64]),
    "sim_state": (None, [_P, _U32, _PU64]),
    "sim_late_max": (_U64, [_P]),
    "sim_response": (ctypes.c_int, [_P, _U32, _U32, _U64, _U64, _U64, _PU64]),
    "sim_admitted": (ctypes.c_int, [_P, _U32, _U64, _U64, _U64]),
}


class CoreError(Exception):
    """The library cannot be compiled, or refused a call."""


@dataclass(frozen=True)
class Decision:
    server: int            # or IDLE
    background: bool
    woken: int
    deadline: int          # or NEVER
    remaining: int


@dataclass(frozen=True)
class State:
    remaining: int
    debt: int
    next_refill: int
    overruns: int
    overrun_max: int
    overrun_last: int
    used: int
    background: int


def _compiler():
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        if name and shutil.which(name.split()[0]):
            return name.split()
    raise CoreError("no C compiler is here (cc, gcc or clang); Debian and Ubuntu: apt install gcc")


def _folder():
    """Where the compiled library is kept."""
    folder = ROOT / "build" / "haven-sim"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="haven-sim-"))


def build():
    """Path of the library; compiled if a source is newer."""
    target = _folder() / "sched.so"
    inputs = SOURCES + [h for i in INCLUDES for h in sorted(i.glob("haven/*.h"))]
    if target.exists() and target.stat().st_mtime > max(f.stat().st_mtime for f in inputs):
        return target
    fresh = target.with_suffix(f".{os.getpid()}")
    command = _compiler() + FLAGS + [f"-I{i}" for i in INCLUDES] + ["-o", str(fresh)] + \
        [str(s) for s in SOURCES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CoreError(f"lib/sched does not compile:\n{done.stderr.strip()}")
    os.replace(fresh, target)
    return target


_loaded = []


def library():
    if not _loaded:
        found = ctypes.CDLL(str(build()))
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(found, name)
            function.restype, function.argtypes = result, arguments
        _loaded.append(found)
    return _loaded[0]


def nanoseconds(hz, ticks):
    return library().sim_ns(hz, ticks)


def ticks(hz, ns):
    return library().sim_ticks(hz, ns)


class Core:
    """One dispatcher. Calls that the library refuses raise CoreError."""

    def __init__(self):
        self._lib = library()
        self._sim = self._lib.sim_open()
        self._slots = 0
        self.calls = 0

    def close(self):
        self._lib.sim_close(self._sim)

    def _must(self, status, what, *allowed):
        self.calls += 1
        if status != OK and status not in allowed:
            raise CoreError(f"the library refused {what} ({status})")
        return status

    def record(self, slots, hz, cpu):
        """From now on each call leaves a record, as it would in the hypervisor's ring."""
        self._slots = slots
        self._must(self._lib.sim_record(self._sim, slots, hz, cpu), "to record")

    def ring(self):
        """The ring as it lies in memory."""
        size = (self._slots + 1) * RECORD_SIZE
        return ctypes.string_at(self._lib.sim_ring(self._sim), size)

    def server(self, index, partition, config, t0):
        self._must(self._lib.sim_server(self._sim, index, partition, config.period, config.budget,
                                        config.priority, config.polling, config.background, t0),
                   f"server {index}: {config.budget} ns in {config.period} ns at {t0}")

    def init(self, count, now):
        self._must(self._lib.sim_init(self._sim, count, now), f"{count} servers")

    def set_runnable(self, index, runnable, now):
        self._must(self._lib.sim_runnable(self._sim, index, runnable, now),
                   f"set_runnable({index}, {runnable}) at {now}")

    def set_wake(self, index, at):
        self._must(self._lib.sim_wake(self._sim, index, at), f"set_wake({index}, {at})")

    def charge(self, index, since, now):
        """What remains of its budget."""
        remaining = _U64()
        self._must(self._lib.sim_charge(self._sim, index, since, now, remaining),
                   f"charge({index}) from {since} to {now}", EPERM)
        return remaining.value

    def step(self, now):
        out = (_U64 * 5)()
        self._must(self._lib.sim_step(self._sim, now, out), f"step at {now}")
        return Decision(out[0], bool(out[1]), out[2], out[3], out[4])

    def switched(self, now):
        """The deadline."""
        deadline = _U64()
        self._must(self._lib.sim_switched(self._sim, now, deadline), f"switched at {now}")
        return deadline.value

    def state(self, index):
        out = (_U64 * 8)()
        self._lib.sim_state(self._sim, index, out)
        return State(*out)

    @property
    def late_max(self):
        return self._lib.sim_late_max(self._sim)

    def response(self, count, index, period=1, budget=0, once=0):
        """Worst time from a refill until the whole budget was had; None: beyond the period."""
        response = _U64()
        status = self._lib.sim_response(self._sim, count, index, period, budget, once, response)
        if status not in (OK, ENOSPC):
            raise CoreError(f"the library refused to analyse server {index} ({status})")
        return response.value if status == OK else None

    def admitted(self, count, period=1, budget=0, once=0):
        status = self._lib.sim_admitted(self._sim, count, period, budget, once)
        if status not in (OK, ENOSPC):
            raise CoreError(f"the library refused to admit {count} servers ({status})")
        return status == OK
