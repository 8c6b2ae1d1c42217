# SPDX-License-Identifier: Apache-2.0
"""What a disk costs Linux: the same reads bare, on the same machine, and under Haven.

Reads go past the page cache (O_DIRECT), one at a time. Instructions are those of the one CPU
that Linux has, EL2's included, counted by count_plugin.c; the program `mark` in the guest says
where a measurement begins and ends. The disk that is counted has no file behind it and a fixed
delay; how fast it is, is measured with a file and without counting.
"""
import contextlib
import re
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench_trace import IMAGE_AT, Image, Unmeasured  # noqa: E402
from haven_console import DEVICES, MACHINE, Machine, NotSeen  # noqa: E402

MIB = 1 << 20
TARGET = 0.95
TIMES = 3
READS = (("4 KiB", 4, 8), ("64 KiB", 64, 32), ("1 MiB", 1024, 64))  # name, KiB each, MiB in all
DISK_MIB, SPEED_READS, SPEED_ROUNDS = 64, 4, 8
READ = "dd if=/dev/vda of=/dev/null iflag=direct"
CPUS = 2  # Linux has the first; the other one is Haven's
MEMORY = "512M"
CPU = "cortex-a55,cntfrq=1000000000"
COUNTING = ("-icount", "shift=0,sleep=on", "-seed", "1", "-rtc", "base=2026-01-01,clock=vm")
# It answers when Linux sleeps: were it faster, chance would decide whether Linux sleeps.
SLOW_DISK = f"if=none,id=disk,driver=null-co,size={DISK_MIB}M,latency-ns=500000"
CMDLINE = "console=ttyAMA0 rdinit=/init loglevel=4"
BOOT_SECONDS, READ_SECONDS = 180, 300

# Linux with the SMMU out of its devices' way, and as Debian sets it up: its own tables.
BARE, TRANSLATED, HAVEN = "bare", "bare, own SMMU tables", "Haven"
OPTIONS = {BARE: "iommu.passthrough=1", TRANSLATED: "iommu.passthrough=0"}


@dataclass(frozen=True)
class Count:
    """Between two marks: instructions, EL2's among them, EL2's exits."""
    all: int
    el2: int
    sync: int
    irq: int

    def __sub__(self, other):
        return Count(self.all - other.all, self.el2 - other.el2, self.sync - other.sync,
                     self.irq - other.irq)


def cache(build: Path, name: str) -> str:
    found = re.search(rf"^{re.escape(name)}:\w+=(.+)$", (build / "CMakeCache.txt").read_text(),
                      re.MULTILINE)
    if not found:
        raise Unmeasured(f"{build} knows no {name}")
    return found.group(1)


class Bench:
    def __init__(self, build: Path, logs: Path):
        self.build, self.logs = build, logs
        self.disk = build / "images" / "linux-disk.img"

    @contextlib.contextmanager
    def linux(self, kind: str, extra=(), **options):
        """A machine that has Linux at its shell; the same devices in each kind."""
        log = self.logs / f"disk-{kind.split(',')[0]}.console"
        image, settings = self.bare(kind, extra) if kind != HAVEN else (
            self.build / "images" / "bench-linux.img", {"extra": extra})
        with Machine(image, cpus=CPUS, cpu=CPU, log=log, **settings, **options) as machine:
            machine.expect(r"linux# ", BOOT_SECONDS)
            yield machine

    def bare(self, kind: str, extra) -> tuple:
        """Kernel and settings of a machine without EL2, where bare Linux would start else."""
        version = cache(self.build, "HAVEN_LINUX_VERSION")
        initrd = cache(self.build, f"HAVEN_LINUX_INITRD_{version}")
        words = ("-initrd", initrd, "-append", f"{CMDLINE} nr_cpus=1 {OPTIONS[kind]}")
        machine = tuple(word for word in MACHINE if not word.startswith("virtualization"))
        return cache(self.build, f"HAVEN_LINUX_IMAGE_{version}"), {
            "machine": machine, "memory": MEMORY, "extra": (*words, *extra)}

    def plugin(self, kind: str, counts: Path) -> tuple:
        options = f"{self.build / 'images' / 'count-plugin.so'},out={counts}"
        if kind == HAVEN:
            image = Image(self.build / "images" / "haven_bench-linux.elf")
            options += (f",el2={IMAGE_AT:#x},size={image.size:#x}"
                        f",vectors={image.symbols['hv_vectors']:#x}")
        return ("-plugin", options, *COUNTING, "-device", DEVICES["disk"], "-drive", SLOW_DISK)

    def counts(self, kind: str) -> dict:
        """Name of the reads to what each of TIMES rounds took."""
        path = self.logs / "disk.counts"
        with self.linux(kind, self.plugin(kind, path)) as machine:
            for _, kib, mib in READS:
                read = f"{READ} bs={kib}k count={mib * 1024 // kib}"
                command = f"for i in $(seq {TIMES}); do mark; {read} 2>/dev/null; mark; done"
                if machine.shell(command, READ_SECONDS) != 0:
                    raise Unmeasured(f"{kind}: a read failed; see {machine.console.text()[-300:]}")
        marks = [Count(*map(int, line.split())) for line in path.read_text().splitlines()]
        if len(marks) != 2 * TIMES * len(READS):
            raise Unmeasured(f"{kind}: {len(marks)} marks; see {path}")
        pairs = [end - begin for begin, end in zip(marks[::2], marks[1::2])]
        return {name: pairs[i * TIMES:(i + 1) * TIMES] for i, (name, _, _) in enumerate(READS)}

    def speed(self, kind: str) -> float:
        """MB/s by the guest's own clock, which is the host's here: the best of some rounds."""
        reads = " && ".join([f"{READ} bs=1M 2>/dev/null"] * SPEED_READS)
        with self.linux(kind, devices=("disk",), disk=self.disk) as machine:
            mark = machine.mark()
            machine.shell(f"cat /proc/uptime; for i in $(seq {SPEED_ROUNDS}); do {reads}; "
                          "cat /proc/uptime; done", READ_SECONDS)
            found = re.findall(r"^(?:\[linux\] )?([0-9.]+) [0-9.]+$", machine.text()[mark:],
                               re.MULTILINE)
        times = list(map(float, found))
        if len(times) != SPEED_ROUNDS + 1:
            raise Unmeasured(f"{kind}: {len(times)} times told by /proc/uptime")
        best = min(end - begin for begin, end in zip(times, times[1:]))
        return SPEED_READS * DISK_MIB * MIB / 1e6 / best


def median(counts, mib: int, what=lambda count: count.all) -> float:
    return statistics.median(map(what, counts)) / mib


def as_row(reads, counts: dict) -> dict:
    name, _, mib = reads
    per_mib = {kind: round(median(counts[kind][name], mib)) for kind in counts}
    ratio = per_mib[BARE] / per_mib[HAVEN]
    haven = counts[HAVEN][name]
    return {"read": name, "per_mib": per_mib, "ratio": ratio, "target": TARGET,
            "verdict": "ok" if ratio >= TARGET else "below",
            "el2_per_mib": round(median(haven, mib, lambda c: c.el2)),
            "irq_per_mib": median(haven, mib, lambda c: c.irq),
            "sync": max(c.sync for c in haven)}


def measure(build: Path, logs: Path) -> dict:
    bench = Bench(build, logs)
    try:
        counts = {kind: bench.counts(kind) for kind in (BARE, TRANSLATED, HAVEN)}
        speeds = {kind: bench.speed(kind) for kind in (BARE, TRANSLATED, HAVEN)}
    except NotSeen as error:
        raise Unmeasured(f"disk: {error}") from error
    return {"rows": [as_row(reads, counts) for reads in READS], "speed": speeds}


COLUMNS = ("a request", BARE, TRANSLATED, HAVEN, "of it EL2", "ratio", "target", "IRQ exits",
           "other exits")


def show(result: dict) -> None:
    print("\ndisk reads, instructions and exits per MiB; other exits: the most of any round")
    lines = [[row["read"], *(f"{row['per_mib'][kind]:,}" for kind in (BARE, TRANSLATED, HAVEN)),
              f"{row['el2_per_mib']:,}", f"{row['ratio']:.3f} {row['verdict']}", str(TARGET),
              f"{row['irq_per_mib']:.1f}", str(row["sync"])] for row in result["rows"]]
    widths = [max(len(cell) for cell in column) for column in zip(COLUMNS, *lines)]
    for line in (COLUMNS, ["-" * width for width in widths], *lines):
        print(" | ".join(cell.rjust(width) for cell, width in zip(line, widths)))
    speeds = "; ".join(f"{kind} {speed:,.0f} MB/s" for kind, speed in result["speed"].items())
    print(f"disk reads, 1 MiB a request: {speeds}")
