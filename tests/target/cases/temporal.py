# SPDX-License-Identifier: Apache-2.0
"""Time on a shared CPU: a task's worst response under attack, against what was promised.

The machine runs with instruction counting, so that a run gives the same numbers again.
Victim and hostile guest read what they are to do in a page that QEMU fills before the
start. The bounds come from the report of the configuration compiler.
"""
import json
import re
import sys

from bench import ROOT, Yard, case, expect
from haven_console import COUNTED, SWITCH_TARGET
from inside import servers

sys.path.insert(0, str(ROOT / "tools" / "lib"))
import histogram  # noqa: E402
from bench_trace import IMAGE_AT, Image  # noqa: E402

ORDERS_AT, HALF, PAGE = 0x90000000, 0x800, 0x1000
VIRT = ("virt", "virtualization=on", "gic-version=3", "iommu=smmuv3", "dtb-randomness=off")

PERIODS, LONG_PERIODS = 2_000, 100_000
SECONDS, LONG_SECONDS = 90, 7200
MEASURED_MS = 2  # of the clock, for each period

UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
TIME = r"([\d.]+ (?:s|ms|us|ns))"


def ns(text) -> int:
    value, unit = text.split()
    return round(float(value) * UNITS[unit])


class Promise:
    """What haven-config says of an image: of its one task, and of overruns."""

    def __init__(self, bench, image):
        text = bench.report(image)
        row = re.search(rf"^ +job +{TIME} +{TIME} +{TIME} +{TIME} +[\d.]+ %$", text, re.MULTILINE)
        expect(row, f"no response of the task in the report of {image}")
        self.wcet, self.period, self.deadline, self.response = map(ns, row.groups())
        over = re.search(rf"an overrun is at most {TIME}", text)
        expect(over, f"no bound of an overrun in the report of {image}")
        self.overrun = ns(over.group(1))


def periods(bench) -> int:
    return LONG_PERIODS if bench.long else PERIODS


def limit(bench) -> int:
    return LONG_SECONDS if bench.long else SECONDS


def orders(bench, victim, hostile) -> list:
    """QEMU options that put a text for each of the two into the shared page."""
    page = bytearray(PAGE)
    for at, text in ((0, victim), (HALF, hostile)):
        page[at:at + len(text)] = text.encode()
    path = bench.logs / f"{bench.name}.orders"
    path.write_bytes(page)
    return ["-device", f"loader,file={path},addr={ORDERS_AT:#x},force-raw=on"]


def shared(bench, image, victim, hostile, cpus=2):
    return bench.machine(image, Yard, machine=VIRT, cpus=cpus,
                         extra=[*COUNTED, *orders(bench, victim, hostile)])


def measured(machine, seconds, start=0):
    """The victim's own account, once it has printed all of it."""
    found = machine.expect(r"probe: periodic: done \d+ ok \d+ failed|"
                           r"probe: (?:trap|main): .*FAIL.*\n", seconds, since=start)
    expect("done 1 ok 0 failed" in found.group(0), found.group(0))
    text = machine.text()[start:found.end()]
    line = re.findall(r"probe: periodic: jobs (\d+) least (\d+) most (\d+) mean (\d+) missed (\d+)",
                      text)[-1]
    width = int(re.search(r"bins of (\d+) ns", text).group(1))
    bins = {at: int(n) for at, n in re.findall(r"probe: periodic: bin (\d+) holds (\d+)", text)}
    result = dict(zip(("jobs", "least_ns", "most_ns", "mean_ns", "missed"), map(int, line)))
    expect(sum(bins.values()) == result["jobs"], "the histogram does not hold each job once")
    return result | {"width_ns": width, "bins": bins}


def keep(bench, title, result, promise):
    """The histogram as numbers and as a picture."""
    data = {"title": title, **result, "bound_ns": promise.response, "deadline_ns": promise.deadline}
    path = bench.logs / f"{bench.name}.json"
    path.write_text(json.dumps(data, indent=1) + "\n")
    path.with_suffix(".svg").write_text(histogram.Histogram(data).svg())


def judge(bench, title, result, promise):
    keep(bench, title, result, promise)
    print(f"     {bench.name}: {result['jobs']} jobs, worst {result['most_ns'] / 1000:.1f} us of "
          f"{promise.response / 1000:g} us, {result['missed']} missed")
    expect(result["missed"] == 0, f"{result['missed']} deadlines of {promise.deadline} ns missed")
    expect(result["most_ns"] <= promise.response,
           f"worst response {result['most_ns']} ns, promised {promise.response} ns")


def job(promise, count):
    return (f"probe.period={promise.period // 1000} probe.deadline={promise.deadline // 1000} "
            f"probe.periods={count}")


ALONE = ("served", "ahead")  # images for one CPU, which drains the consoles as well


def suffer(bench, rank, kind, busy):
    image = f"temporal-{rank}"
    promise = Promise(bench, image)
    with shared(bench, image, job(promise, periods(bench)) + (" probe.busy=1" if busy else ""),
                f"probe.kind={kind}", 1 if rank in ALONE else 2) as machine:
        machine.expect(rf"probe: hostile: kind {kind}", 60, since=0)
        result = measured(machine, limit(bench))
        machine.clean()
    judge(bench, f"Response of a {'busy ' if busy else ''}victim that goes "
          f"{'first' if rank in ('later', 'ahead') else 'last'}; the other guest: {kind}", result, promise)


HOSTILE = 1  # its server: those of a CPU are in the order of partitions
KINDS = ("spin", "calls", "fault", "flood", "gic", "nap", "rearm", "storm", "brink", "yield",
         "reset")


# These while the victim uses its budget up itself. With little of it in each period, what the
# service CPU prints takes the whole budget of one: its time passes for the victim too.
BUSY_KINDS = {"later": ("spin", "nap"), "first": ("spin", "calls", "gic", "nap")}


def register(rank, kind, busy=False):
    name = f"temporal-{rank}-{'busy-' if busy else ''}{kind}"

    @case(name, f"temporal-{rank}", seconds=SECONDS + 60, long=True)
    def run(bench):
        suffer(bench, rank, kind, busy)


for each_rank in ("later", "first"):
    for each_kind in KINDS:
        register(each_rank, each_kind)
    for each_kind in BUSY_KINDS[each_rank]:
        register(each_rank, each_kind, True)
# The console's work on the same CPU is part of these bounds.
register("served", "calls", True)
register("served", "flood", True)
register("served", "fault", True)
register("ahead", "calls", True)
register("ahead", "gic", True)


@case("temporal-alone", "temporal-later", "temporal-first")
def alone(bench):
    """Nobody interferes: the job takes no longer than what was declared of it, and its switches."""
    for rank in ("later", "first"):
        promise = Promise(bench, f"temporal-{rank}")
        # By then the other guest has been loaded, and what that printed has been shown.
        task = job(promise, 200) + " probe.after=500"
        with shared(bench, f"temporal-{rank}", task, "probe.kind=idle") as machine:
            result = measured(machine, 60)
        expect(result["most_ns"] <= promise.wcet,
               f"{rank}: alone it takes {result['most_ns']} ns, declared are {promise.wcet} ns")
        expect(result["least_ns"] >= promise.wcet // 4, f"{rank}: {result['least_ns']} ns: no work")


def budget(bench, image, partition):
    """(period, budget) in ns, from the tables that are linked into the image."""
    found = re.search(rf'\.name = "{partition}",.*?\.timing = \{{\{{\d+u, UINT64_C\((\w+)\), '
                      r"UINT64_C\((\w+)\)", bench.config(image), re.DOTALL)
    expect(found, f"no budget of {partition} in config.c")
    return int(found.group(1), 0), int(found.group(2), 0)


@case("temporal-share", "temporal-first", seconds=SECONDS + 60, long=True)
def exact_share(bench):
    """A guest that only computes gets its budget in each period: all of it, never more."""
    image = "temporal-first"
    period, each = budget(bench, image, "hostile")
    promise = Promise(bench, image)
    with shared(bench, image, job(promise, 2 * periods(bench)),
                f"probe.kind=spin probe.ms={MEASURED_MS * periods(bench)}") as machine:
        found = machine.expect(r"probe: hostile: ran (\d+) of (\d+) ns", limit(bench), since=0)
        machine.clean()
    got, passed = int(found.group(1)), int(found.group(2)) // period
    print(f"     {bench.name}: ran {got / 1e6:.3f} ms, promised {passed * each / 1e6:.3f} ms in "
          f"{passed} periods")
    # Its first and its last budget may lie across the ends of the measurement.
    expect(got <= (passed + 2) * each + promise.overrun, "got more than its budget")
    expect(got >= (passed - 1) * (each - promise.overrun), "got less than its budget")


@case("temporal-overrun", "temporal-served", seconds=SECONDS + 60, long=True)
def overrun(bench):
    """Exits placed just before the end of the budget: counted, charged, within their bound."""
    image = "temporal-served"
    period, each = budget(bench, image, "hostile")
    promise = Promise(bench, image)
    with shared(bench, image, job(promise, periods(bench)), "probe.kind=brink", 1) as machine:
        measured(machine, limit(bench))
        machine.qmp.call("stop")
        server = servers(machine, bench.build / "images" / f"haven_{image}.elf", 0, 2)[HOSTILE]
        machine.clean()
    refills = server["next_refill_ns"] // period
    given = refills * each
    print(f"     {bench.name}: used {server['used_ns'] / 1e6:.3f} ms of {given / 1e6:.3f} ms in "
          f"{refills} periods; {server['overruns']} overruns, the longest {server['overrun_max_ns']} ns of "
          f"{promise.overrun} ns")
    expect(server["overruns"] >= refills // 4, "hardly any overruns: nothing was tested")
    expect(server["overrun_max_ns"] <= promise.overrun, "an overrun is beyond its bound")
    expect(server["used_ns"] <= given + promise.overrun, "overruns are free")
    expect(server["used_ns"] >= given - given // 10, "it did not use what it got")


# ---- on another CPU ----

def counts(path) -> list:
    """What the plugin wrote at each mark, as differences from one to the next."""
    rows = [tuple(map(int, line.split())) for line in path.read_text().splitlines()]
    return [tuple(b - a for a, b in zip(*pair)) for pair in zip(rows, rows[1:])]


@case("temporal-apart", "temporal-apart", seconds=180)
def apart(bench):
    """No hostile guest makes EL2 take one instruction on another guest's CPU."""
    plugin = bench.build / "images" / "count-plugin.so"
    image = Image(bench.build / "images" / "haven_temporal-apart.elf")
    for kind in ("calls", "fault", "flood", "gic", "rearm", "storm"):
        out = bench.logs / f"{bench.name}-{kind}.counts"
        with bench.machine("temporal-apart", Yard, cpus=3, extra=[
                "-accel", "tcg,thread=multi",
                "-plugin", f"{plugin},out={out},cpu=1,el2={IMAGE_AT:#x},size={image.size:#x},"
                           f"vectors={image.symbols['hv_vectors']:#x}",
                *orders(bench, f"probe.kind={kind}", "")]) as machine:
            machine.expect(rf"probe: hostile: kind {kind}", 30, since=0)
            machine.expect(r"probe: quiet: done 1 ok 0 failed", 60, since=0)
        alone, one_call = counts(out)
        expect(alone[0] > 1_000_000, f"{kind}: the neighbour did not compute: {alone}")
        expect(one_call[1] > 0 and one_call[2] == 1, f"{kind}: a call is not seen: {one_call}")
        expect(alone[1:] == (0, 0, 0), f"{kind}: {alone[1]} instructions at EL2 on the neighbour's "
               f"CPU, {alone[2]} traps, {alone[3]} interrupts")


WAYS = 4  # to end an interrupt from elsewhere: pending, active, route, enable
QUIET_PERIODS = 200  # of 10 ms, that the guest beside it computes


def interrupts_beside(bench, kind, way):
    """Interrupts that EL2 takes on CPU 0 while the guest there computes."""
    image = "temporal-second"
    elf = Image(bench.build / "images" / f"haven_{image}.elf")
    plugin, out = bench.build / "images" / "count-plugin.so", bench.logs / f"{bench.name}-{kind}-{way}.counts"
    with bench.machine(image, Yard, cpus=3, extra=[
            "-accel", "tcg,thread=multi",
            "-plugin", f"{plugin},out={out},cpu=0,el2={IMAGE_AT:#x},size={elf.size:#x},"
                       f"vectors={elf.symbols['hv_vectors_shared']:#x}",
            *orders(bench, f"probe.kind={kind} probe.way={way}", "")]) as machine:
        # A budget may end within a line of the hostile guest, so that is none to wait for.
        machine.expect(r"partition hostile is running", 90, since=0)
        machine.expect(r"probe: quiet: done 1 ok 0 failed", 120, since=0)
    return counts(out)[0][3]


@case("temporal-second", "temporal-second", seconds=600)
def second(bench):
    """A vCPU elsewhere raises and ends an interrupt of its partition's vCPU here in a loop, and that one
    is off: the neighbour is interrupted twice and no more."""
    # By itself it is interrupted by its refill and by the end of its budget, and by nobody else.
    most = 3 * QUIET_PERIODS
    alone = interrupts_beside(bench, "idle", 0)
    expect(0 < alone <= most, f"without it: {alone} interrupts")
    for way in range(WAYS):
        beside = interrupts_beside(bench, "second", way)
        print(f"     {bench.name}: way {way}: {beside} interrupts, without it {alone}")
        expect(beside <= most, f"way {way}: {beside} interrupts in {QUIET_PERIODS} periods")


# ---- real guests ----

RTOS = (r"freertos: up (\d+) s, ticks (\d+),.* (\d+) errors, clock (exact|OFF),.* "
        r"response worst (\d+) ns, late (\d+)")
SHELL = r"linux# "
STORM_SECONDS, LONG_STORM_SECONDS = 2, 100  # of the guests' clock: a job of FreeRTOS each ms


def rtos_histogram(machine, mark):
    """Of all jobs since FreeRTOS began; the keys have to be on FreeRTOS."""
    machine.send("h")
    end = machine.expect(r"freertos: response bins end", 120, since=mark).end()
    text = machine.text()[mark:end]
    width = int(re.search(r"response bins of (\d+) ns", text).group(1))
    return width, {at: int(n) for at, n in re.findall(r"response bin (\d+) holds (\d+)", text)}


@case("temporal-linux", "temporal-linux", seconds=420, long=True)
def beside_linux(bench):
    """FreeRTOS keeps each millisecond while Linux, on the same CPU, boots and storms."""
    promise = Promise(bench, "temporal-linux")
    seconds = LONG_STORM_SECONDS if bench.long else STORM_SECONDS
    with bench.machine("temporal-linux", Yard, machine=VIRT, cpus=2, extra=COUNTED) as machine:
        machine.expect(r"freertos: scheduler started", 60, since=0)
        machine.expect(r"linux: init reached, 1 CPUs", 180, since=0)
        machine.expect(SHELL, 60)
        mark = machine.mark()
        machine.send(f"STORM_SECONDS={seconds} /etc/haven/run-test storm\n")
        machine.expect(r"storm: [1-9]\d* sums, [1-9]\d* files, [1-9]\d* processes",
                       limit(bench), since=mark)
        machine.expect(RTOS, 60, since=machine.mark())
        machine.send(SWITCH_TARGET)
        width, bins = rtos_histogram(machine, machine.mark())
        lines = [m.groups() for m in re.finditer(RTOS, machine.text())]
        machine.clean()
    _, ticks, errors, clock, worst, late = lines[-1]
    result = {"jobs": int(ticks), "least_ns": min(map(int, bins)) * width, "most_ns": int(worst),
              "missed": int(late), "width_ns": width, "bins": bins}
    judge(bench, "A task of FreeRTOS, each ms, beside Linux under a storm", result, promise)
    expect(errors == "0" and clock == "exact", f"FreeRTOS: {errors} errors, clock {clock}")
