# SPDX-License-Identifier: Apache-2.0
"""EL2's instructions one by one: QEMU's execution log, cut into exits and named by symbols."""
import bisect
import os
import re
import struct
import subprocess
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from elftools.elf.elffile import ELFFile

IMAGE_AT = 0x40200000
VECTORS = ("hv_vectors", "hv_vectors_shared")
VECTORS_SIZE = 0x800
VECTOR_IRQ = 0x480  # of a guest
VECTOR_STEP = 0x80
ERET = 0xD69F03E0
BL = 0x25  # bits 31:26
SECONDS = 120
MACHINE = "virt,virtualization=on,gic-version=3,iommu=smmuv3,dtb-randomness=off"
CPU = "cortex-a55,cntfrq=1000000000"
LINE = re.compile(r"^Trace (\d+): \S+ \[[0-9a-f]+/([0-9a-f]{16})/")


class Unmeasured(Exception):
    """The machine did not do what is to be measured."""


@dataclass
class Exit:
    vector: int
    count: int = 0
    functions: Counter = field(default_factory=Counter)
    first: dict = field(default_factory=dict)  # instructions before a function first ran

    def path(self) -> tuple:
        return tuple(sorted(self.functions.items(), key=lambda item: -item[1]))


class Image:
    """Symbols and ERETs of a linked hypervisor."""

    def __init__(self, path: Path):
        with open(path, "rb") as file:
            elf = ELFFile(file)
            table = elf.get_section_by_name(".symtab")
            self.symbols = {s.name: s["st_value"] for s in table.iter_symbols() if s.name}
            named = sorted((s["st_value"], s.name) for s in table.iter_symbols()
                           if s["st_info"]["type"] == "STT_FUNC")
            text = elf.get_section_by_name(".text").data()
        words = struct.unpack(f"<{len(text) // 4}I", text[:len(text) // 4 * 4])
        self.erets = {4 * i for i, word in enumerate(words) if word == ERET}
        self.calls = {4 * i for i, word in enumerate(words) if word >> 26 == BL}
        self.size = self.symbols["hv_image_end"]
        self.starts = dict(named)
        self._starts = [start for start, _ in named]
        self._names = [name for _, name in named]

    def function(self, offset: int) -> str:
        i = bisect.bisect_right(self._starts, offset) - 1
        return self._names[i] if i >= 0 else "?"


def qemu(image: Path, cpus: int, console: Path, extra=()) -> list:
    return ["qemu-system-aarch64", "-M", MACHINE, "-cpu", CPU, "-smp", str(cpus), "-m", "2G",
            "-nodefaults", "-display", "none", "-serial", f"file:{console}", "-serial", "null",
            "-seed", "1", "-rtc", "base=2026-01-01,clock=vm", "-icount", "shift=0,sleep=off",
            "-kernel", str(image), *extra]


def run(image: Path, cpus: int, console: Path, extra=()) -> str:
    """Let a machine run until it switches itself off; returns its console."""
    try:
        subprocess.run(qemu(image, cpus, console, extra), timeout=SECONDS, check=True,
                       capture_output=True, text=True)
    except subprocess.TimeoutExpired as error:
        raise Unmeasured(f"{image.name}: not off after {SECONDS} s; see {console}") from error
    except subprocess.CalledProcessError as error:
        raise Unmeasured(f"{image.name}: QEMU: {error.stderr.strip()}") from error
    return console.read_text("utf-8", "replace")


def executed(image: Path, cpus: int, console: Path, ranges, extra=()):
    """Yield (cpu, address) of each instruction in the address ranges, while the machine runs."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        os.mkfifo(log)
        trace = ["-accel", "tcg,one-insn-per-tb=on", "-d", "exec,nochain", "-D", str(log),
                 "-dfilter", ",".join(f"{start:#x}+{size:#x}" for start, size in ranges)]
        machine = subprocess.Popen(qemu(image, cpus, console, [*trace, *extra]),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stop = threading.Timer(SECONDS, machine.kill)
        stop.start()
        try:
            with open(log, encoding="ascii", errors="replace") as lines:
                for line in lines:
                    found = LINE.match(line)
                    if found:
                        yield int(found.group(1)), int(found.group(2), 16)
            if machine.wait() != 0:
                raise Unmeasured(f"{image.name}: trace: QEMU ended with {machine.returncode}")
        finally:
            stop.cancel()
            machine.kill()
            machine.wait()


def exits(image: Image, instructions):
    """Yield (cpu, Exit): from the vector to ERET. One that does not return is not an exit."""
    bases = [image.symbols[name] for name in VECTORS if name in image.symbols]
    entries = {base + at: at for base in bases for at in range(0, VECTORS_SIZE, VECTOR_STEP)}
    loop = image.symbols["hv_cpu_loop"]
    current = {}
    names = {}
    for cpu, address in instructions:
        offset = address - IMAGE_AT
        if offset in entries:
            current[cpu] = Exit(entries[offset])
        now = current.get(cpu)
        if now is None:
            continue
        if offset == loop:
            del current[cpu]
            continue
        if offset not in names:
            names[offset] = image.function(offset)
        now.first.setdefault(names[offset], now.count)
        now.count += 1
        now.functions[names[offset]] += 1
        if offset in image.erets:
            yield cpu, current.pop(cpu)


@dataclass
class Call:
    name: str
    end: int  # where it comes back to
    count: int = 0
    entered: Counter = field(default_factory=Counter)


def calls(image: Image, instructions, names):
    """Yield a Call of each call of these functions, with all that they call.

    One that is entered by a plain branch, at the end of another function, is not seen.
    """
    entries = {image.symbols[name]: name for name in names}
    before, current = {}, {}
    for cpu, address in instructions:
        offset = address - IMAGE_AT
        now = current.get(cpu)
        if now is not None and offset == now.end:
            yield current.pop(cpu)
            now = None
        if now is None and offset in entries and before.get(cpu) in image.calls:
            now = current[cpu] = Call(entries[offset], before[cpu] + 4)
        if now is not None:
            now.count += 1
            if offset in image.starts:
                now.entered[image.starts[offset]] += 1
        before[cpu] = offset
