# SPDX-License-Identifier: Apache-2.0
"""What a target test is made of: a table of cases, images, a machine with a victim, journals."""
import re
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from haven_console import Machine, NotSeen  # noqa: E402,F401

BEAT = r"probe: victim: beat (\d+) hash ok irqs 0"
BAD = r"FAIL|haven: stopped|haven: exception at EL2"
START_SECONDS = 20
AFTER_FAIL_SECONDS = 3
CASES = {}


class Failed(Exception):
    """The test has found what it looks for."""


@dataclass
class Case:
    name: str
    run: object
    images: tuple
    seconds: int
    long: bool


def case(name, *images, seconds=60, long=False):
    """Register a test: `images` are what it needs built, `seconds` its limit; `long` if it
    has a long form as well, which it takes when `bench.long` is set."""
    def register(run):
        CASES[name] = Case(name, run, images, seconds, long)
        return run
    return register


def expect(condition, message):
    if not condition:
        raise Failed(message)


class Bench:
    """Where a case finds images and leaves logs."""

    def __init__(self, build: Path, name: str, long=False):
        self.build, self.name, self.long = build, name, long
        self.logs = build / "logs" / "target"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._machines = 0
        self.log = None

    def image(self, name) -> Path:
        path = self.build / "images" / f"{name}.img"
        expect(path.exists(), f"{path} is not built")
        return path

    def machine(self, image, kind=Machine, **options):
        self._machines += 1
        number = f"-{self._machines}" if self._machines > 1 else ""
        self.log = self.logs / f"{self.name}{number}.log"
        path = self.image(image) if isinstance(image, str) else image
        return kind(path, log=self.log, **options)

    def _made(self, name, file) -> str:
        folders = [self.build / part / "config" / name for part in ("configs", "tests/target")]
        found = [folder / file for folder in folders if (folder / file).exists()]
        expect(len(found) == 1, f"{file} of {name}: found {len(found)}")
        return found[0].read_text()

    def config(self, name) -> str:
        """The C tables that haven-config made for an image."""
        return self._made(name, "config.c")

    def report(self, name) -> str:
        """What haven-config says of an image."""
        return self._made(name, "report.txt")

    def number(self, name, field) -> int:
        found = re.search(rf"\.{field} = (?:UINT64_C\()?(0x[0-9a-fA-F]+|\d+)", self.config(name))
        expect(found, f"no {field} in config.c of {name}")
        return int(found.group(1), 0)


class Yard(Machine):
    """A machine with an attacker who takes commands and a victim who must not notice."""

    def start(self):
        self.reach(r"probe: console: ready", START_SECONDS)
        self.reach(BEAT, START_SECONDS)
        return self

    def reach(self, pattern, seconds):
        """Wait for a sign of life since the start, but not on a machine that has stopped."""
        found = self.expect(rf"{pattern}|haven: stopped: .*\n", seconds, since=0)
        expect("haven: stopped" not in found.group(0), found.group(0))

    def tell(self, test, **arguments):
        mark = self.mark()
        words = "".join(f" probe.{name}={value if isinstance(value, str) else hex(value)}"
                        for name, value in arguments.items())
        self.send(f"probe.test={test}{words}\n")
        return mark

    def attack(self, test, seconds=30, typed=None, **arguments) -> int:
        """Run one test program to its end; returns how many checks it passed."""
        mark = self.tell(test, **arguments)
        if typed:
            self.expect(typed[0], seconds, since=mark)
            self.send(typed[1])
        end = rf"probe: {test}: done (\d+) ok (\d+) failed|probe: trap: .*\n"
        done = self.expect(rf"{end}|FAIL.*\n", seconds, since=mark)
        if "FAIL" in done.group(0):
            self.wait_for(end, AFTER_FAIL_SECONDS, mark)
        bad = re.findall(r".*FAIL.*", self.text()[mark:])
        expect(not bad, "\n".join(bad[:20]))
        expect(done.group(2) == "0", done.group(0))
        self.alive()
        return int(done.group(1))

    def wait_for(self, pattern, seconds, mark):
        """More of the output is welcome, but it need not come."""
        try:
            self.expect(pattern, seconds, since=mark)
        except NotSeen:
            pass

    def alive(self, lines=3):
        """The victim beats on after this moment, and nothing ever reached it."""
        mark = self.mark()
        last = self.expect(BEAT, 20, since=mark, times=lines)
        first = re.search(BEAT, self.text()[mark:])
        expect(int(last.group(1)) > int(first.group(1)), "the victim's beats stand still")
        self.clean()

    def clean(self):
        bad = re.findall(rf".*(?:{BAD}).*", self.text())
        expect(not bad, "\n".join(bad[:20]))

    def journal(self, kind, verdict, partition=1, detail=None) -> int:
        """Records that EL2 has shown so far."""
        tail = "" if detail is None else rf".* detail={detail:#x} "
        return self.count(rf"haven.*journal seq=\d+ cpu=\d+ partition={partition} "
                          rf"kind={kind} verdict={verdict} {tail}")

    def journalled(self, kind, verdict, least, seconds=10, **where):
        end = time.monotonic() + seconds
        while self.journal(kind, verdict, **where) < least:
            expect(time.monotonic() < end, f"journal: {self.journal(kind, verdict, **where)} "
                   f"records {kind} {verdict}, expected at least {least}")
            time.sleep(0.05)


JOURNAL_MAGIC = 0x014A5648
RECORD = struct.Struct("<IIQHHBBHQQQQII")


def journal_rings(machine, base, slots, cpus=4):
    """Records of each CPU as they lie in memory: lists of (sequence, kind, detail)."""
    size = 64 * (slots + 1)
    memory = machine.save_memory(base, size * cpus)
    rings = []
    for cpu in range(cpus):
        ring = memory[cpu * size:(cpu + 1) * size]
        magic, capacity, following, _ = struct.unpack_from("<IIII", ring)
        if magic != JOURNAL_MAGIC:
            rings.append([])
            continue
        expect(capacity == slots, f"ring of CPU {cpu}: capacity {capacity}")
        records = [RECORD.unpack_from(ring, 64 + 64 * slot) for slot in range(slots)]
        rings.append(sorted((r[1], r[5], r[11]) for r in records if r[0] == JOURNAL_MAGIC))
        expect(all(sequence < following for sequence, _, _ in rings[-1]), f"ring of CPU {cpu}")
    return rings
