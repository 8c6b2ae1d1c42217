# SPDX-License-Identifier: Apache-2.0
"""What a disk costs Linux: the same reads bare, on the same machine, and under Haven.

Reads go past the page cache (O_DIRECT), one at a time. Instructions are those of the one CPU
that Linux has, EL2's included, counted by count_plugin.c; the program `mark` in the guest says
where a measurement begins and ends. The disk that is counted has no file behind it and a fixed
delay; how fast it is, is measured with a file and without counting.
"""
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
DISK_MIB, SPEED_ROUNDS = 64, 16
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

    def start(self, kind: str, extra=(), **options):
        """A machine that has Linux at its shell; the same devices in each kind."""
        common = {"cpus": CPUS, "cpu": CPU, **options,
                  "log": self.logs / f"disk-{kind.split(',')[0]}.console"}
        if kind == HAVEN:
            machine = Machine(self.build / "images" / "bench-linux.img", extra=extra, **common)
        else:
            version = cache(self.build, "HAVEN_LINUX_VERSION")
            # Bare Linux would start at EL2 if there was one.
            without_el2 = tuple(word for word in MACHINE if not word.startswith("virtualization"))
            machine = Machine(
                cache(self.build, f"HAVEN_LINUX_IMAGE_{version}"), machine=without_el2,
                memory=MEMORY, **common,
                extra=("-initrd", cache(self.build, f"HAVEN_LINUX_INITRD_{version}"), "-append",
                       f"{CMDLINE} nr_cpus=1 {OPTIONS[kind]}", *extra))
        machine.expect(r"linux# ", BOOT_SECONDS)
        return machine

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
        with self.start(kind, self.plugin(kind, path)) as machine:
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
        """MB/s by the guest's own clock, which is the host's here."""
        with self.start(kind, devices=("disk",), disk=self.disk) as machine:
            mark = machine.mark()
            machine.shell(f"cat /proc/uptime; for i in $(seq {SPEED_ROUNDS}); do {READ} bs=1M "
                          "2>/dev/null; done; cat /proc/uptime", READ_SECONDS)
            begin, end = map(float, re.findall(r"^(?:\[linux\] )?([0-9.]+) [0-9.]+$",
                                               machine.text()[mark:], re.MULTILINE))
        return SPEED_ROUNDS * DISK_MIB * MIB / 1e6 / (end - begin)


def median(counts, mib: int, what=lambda count: count.all) -> float:
    return statistics.median(map(what, counts)) / mib


def as_row(reads, counts: dict) -> dict:
    name, _, mib = reads
    per_mib = {kind: round(median(counts[kind][name], mib)) for kind in counts}
    ratio = per_mib[BARE] / per_mib[HAVEN]
    haven = counts[HAVEN][name]
    spread = {kind: (max(c.all for c in counts[kind][name]) - min(c.all for c in counts[kind][name])) /
              mib / per_mib[kind] for kind in counts}
    return {"read": name, "per_mib": per_mib, "ratio": ratio, "target": TARGET,
            "verdict": "ok" if ratio >= TARGET else "below", "spread": spread,
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


def show(result: dict) -> None:
    print(f"\n{'disk reads, instructions per MiB':<32} | {BARE:>11} | {TRANSLATED:>21} | {HAVEN:>11} "
          f"| of it EL2 | ratio | target | IRQ exits | other exits")
    print("-" * 32 + " | " + " | ".join(["-" * 11, "-" * 21, "-" * 11, "-" * 9, "-" * 5, "-" * 6,
                                         "-" * 9, "-" * 11]))
    for row in result["rows"]:
        counts = row["per_mib"]
        print(f"{row['read'] + ' at a time':<32} | {counts[BARE]:>11,} | {counts[TRANSLATED]:>21,} | "
              f"{counts[HAVEN]:>11,} | {row['el2_per_mib']:>9,} | {row['ratio']:>5.3f} | "
              f"{TARGET:>6} | {row['irq_per_mib']:>9.1f} | {row['sync']:>11}")
    speeds = "; ".join(f"{kind} {speed:,.0f} MB/s" for kind, speed in result["speed"].items())
    print(f"disk reads, 1 MiB at a time: {speeds}")
