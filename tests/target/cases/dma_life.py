# SPDX-License-Identifier: Apache-2.0
"""Bus masters of partitions that end, and of nobody."""
from bench import BEAT, case, expect
from cases.boot import uboot
from dma_yard import (ATTACKER, CUT, LIMIT, LOG, NOBODYS, PATTERN, RAM, RAM_SIZE, RESTART, SECOND,
                      SHARED, SLOT, SPARE_BAR, SPARE_SLOT, STREAM, STREAM_BAR, SUSPEND, TRANSLATER,
                      VICTIM_RAM, WITHOUT, beats_in_time, blocked, faulted, faults, placed, yard)
from haven_console import UBOOT_IMAGE_AT, uboot_options
from outside import MASTER, Edu, LeftOver, Parked

CUT_OFF_AFTER, RESTARTS = 8, 2
HYPERVISOR = 0x40200000
INSTRUCTION_TIME = ("-icount", "shift=3,sleep=off")


def forbidden(machine, edu, *addresses):
    """Whoever switches mastering on again: nothing gets through, not even a message."""
    expect(edu.command & MASTER == 0, "bus mastering was left on")
    edu.enable()
    blocked(machine, edu, *addresses)
    edu.set_message(TRANSLATER, 0)
    edu.raise_interrupt()
    edu.set_message(addresses[0], 0x4321)
    kept = machine.get(addresses[0], 8)
    edu.raise_interrupt()
    expect(machine.get(addresses[0], 8) == kept, "a message got through")


@case("dma-suspend", SUSPEND, seconds=LIMIT)
def suspend(bench):
    with yard(bench, SUSPEND) as machine:
        mark = machine.start().tell("dma", at=VICTIM_RAM)
        machine.expect(r"partition attacker is suspended", 30, since=mark)
        faulted(machine, stream=STREAM, partition=ATTACKER, access="write", iova=VICTIM_RAM,
                verdict="suspend")
        forbidden(machine, Edu(machine, SLOT), SECOND, RAM + RAM_SIZE - 4096, VICTIM_RAM, SHARED)
        machine.alive()
        machine.tell("dmaalive")
        machine.refuse(r"probe: dmaalive", 1)


@case("dma-off", LOG, seconds=LIMIT)
def off(bench):
    """Power off takes the device away as well."""
    with yard(bench, LOG) as machine:
        machine.start()
        machine.attack("dmaself", shared=SHARED, second=SECOND)
        mark = machine.tell("off")
        machine.expect(r"partition attacker is off", 30, since=mark)
        forbidden(machine, Edu(machine, SLOT), SECOND, RAM + RAM_SIZE - 4096, VICTIM_RAM, SHARED)
        machine.alive()


@case("dma-restart", RESTART, seconds=LIMIT)
def restart(bench):
    """The next life finds its device at rest and its memory clean, and both usable."""
    with yard(bench, RESTART) as machine:
        machine.start()
        for number in range(1, RESTARTS + 1):
            mark = machine.tell("dma", at=VICTIM_RAM, size=4096)  # one fault a word
            machine.expect(r"probe: console: ready", 30, since=mark)
            machine.journalled("start", "none", number + 1, seconds=30)
            faulted(machine, stream=STREAM, access="write", verdict="restart", least=number)
            machine.attack("dmarest")
            machine.attack("dmaself", shared=SHARED, second=SECOND)
        mark = machine.tell("dma", at=VICTIM_RAM)
        machine.expect(r"partition attacker is off", 30, since=mark)
        faulted(machine, stream=STREAM, access="write", verdict="halt")
        forbidden(machine, Edu(machine, SLOT), SECOND)
        machine.alive()


@case("dma-flight", RESTART, seconds=LIMIT)
def flight(bench):
    """A transfer that is on its way when its partition ends does not reach the next life."""
    with yard(bench, RESTART) as machine:
        machine.start()
        for ending in ({}, {"fault": 1}):
            mark = machine.tell("dmaflight", **ending)
            machine.expect(r"dmaflight: now", 30, since=mark)
            machine.expect(r"probe: console: ready", 30, since=mark)
            machine.attack("dmarest")
        machine.attack("dmaself", shared=SHARED, second=SECOND)


@case("dma-cut-off", CUT, seconds=LIMIT)
def cut_off(bench):
    """After so many faults a stream is silent, until its partition starts anew."""
    with yard(bench, CUT) as machine:
        mark = machine.start().tell("dmaflood", times=15)
        beats_in_time(machine, mark)
        machine.expect(r"dmaflood: done 2 ok 0 failed", 30, since=mark)
        seen = len(faults(machine, stream=STREAM))
        expect(seen == CUT_OFF_AFTER, f"{seen} faults were told, not {CUT_OFF_AFTER}")
        mark = machine.tell("dmaalive")
        machine.expect(r"dmaalive: is cut off", 30, since=mark)
        blocked(machine, Edu(machine, SLOT), SECOND)
        expect(len(faults(machine, stream=STREAM)) == CUT_OFF_AFTER, "more faults were told")
        mark = machine.tell("reset")
        machine.expect(r"probe: console: ready", 30, since=mark)
        machine.attack("dmaself", shared=SHARED, second=SECOND)
        machine.attack("dma", at=VICTIM_RAM)
        faulted(machine, stream=STREAM, least=CUT_OFF_AFTER + 1)
        machine.expect(r"victim: beat \d+ hash ok irqs 0 dma \d{2,}", 30, since=0)
        machine.alive()


@case("dma-flood", LOG, seconds=LIMIT)
def flood(bench):
    """More events than their queue holds: the machine and the other's beats go on."""
    with yard(bench, LOG) as machine:
        mark = machine.start().tell("dmaflood", times=10)
        beats_in_time(machine, mark)
        machine.expect(r"dmaflood: done 2 ok 0 failed", 30, since=mark)
        faulted(machine, stream=STREAM, least=64)
        machine.journalled("dma", "none", 1, partition=0)  # that events were lost
        machine.alive()


@case("dma-churn", LOG, seconds=LIMIT)
def churn(bench):
    """One partition begins again and again, and floods each time; the other does not notice."""
    with yard(bench, LOG) as machine:
        machine.start()
        first = machine.mark()
        for _ in range(6):
            mark = machine.tell("dmaflood", times=1)
            machine.expect(r"dmaflood: done 2 ok 0 failed", 60, since=mark)
            mark = machine.tell("reset")
            machine.expect(r"probe: console: ready", 60, since=mark)
        beats_in_time(machine, first)
        machine.attack("dmaself", shared=SHARED, second=SECOND)


@case("dma-warm-reset", LOG, seconds=LIMIT)
def warm_reset(bench):
    """The machine is reset while devices work: everything is built anew."""
    with yard(bench, LOG, extra=("-action", "reboot=reset")) as machine:
        machine.start()
        machine.attack("msi")
        machine.tell("dmaflood", times=1)
        mark = machine.mark()
        machine.reset()
        machine.expect(r"probe: console: ready", 60, since=mark)
        machine.expect(BEAT, 60, since=mark)
        machine.attack("dmaself", shared=SHARED, second=SECOND)
        machine.attack("msi")
        blocked(machine, placed(machine, SPARE_SLOT, SPARE_BAR), VICTIM_RAM)


@case("dma-uboot", LOG, seconds=LIMIT)
def by_uboot(bench):
    """A boot loader that has placed the BARs by its own mind, and switched mastering on."""
    extra = uboot_options(bench.image(LOG), uboot())
    with yard(bench, None, extra=extra) as machine:
        machine.expect(r"Hit any key to stop autoboot", 60)
        machine.send("\n")
        for command in ("pci enum", "pci 0"):
            machine.expect(r"^=> ", 30)
            machine.send(command + "\n")
        machine.expect(r"^=> ", 30)
        edu = Edu(machine, SLOT)
        expect(edu.bar != 0 and edu.command & MASTER, "the boot loader has not touched the device")
        machine.send(f"booti {UBOOT_IMAGE_AT:#x} - ${{fdtcontroladdr}}\n")
        machine.start()
        machine.attack("dmaself", shared=SHARED, second=SECOND)
        machine.attack("msi")
        blocked(machine, placed(machine, SPARE_SLOT, SPARE_BAR), VICTIM_RAM)


@case("dma-unowned", LOG, WITHOUT, seconds=LIMIT)
def unowned(bench):
    """A device of nobody reaches nothing, with translation on and on a machine without DMA."""
    for image in (LOG, WITHOUT):
        with yard(bench, image) as machine:
            machine.start()
            blocked(machine, placed(machine, SPARE_SLOT, SPARE_BAR), RAM, VICTIM_RAM, SECOND,
                    HYPERVISOR, NOBODYS)
            machine.alive()


@case("dma-refused-boot", LOG, seconds=LIMIT)
def refused_boot(bench):
    """An image that Haven refuses leaves no door open either."""
    data = bytearray(bench.image(LOG).read_bytes())
    data[data.rindex(b"probe: main: image at")] ^= 0x40
    path = bench.logs / f"{bench.name}.img"
    path.write_bytes(data)
    with yard(bench, path) as machine:
        machine.expect(r"haven: stopped", 30)
        for slot, bar in ((SLOT, STREAM_BAR), (SPARE_SLOT, SPARE_BAR)):
            blocked(machine, placed(machine, slot, bar), RAM, HYPERVISOR, NOBODYS)
    path.unlink()


@case("dma-before", LOG, WITHOUT, seconds=LIMIT)
def before_boot(bench):
    """Without Haven the device reaches all memory. What it began then, Haven stops.

    Time is counted in instructions here: 12 million of them pass before the transfer is due.
    """
    for image in (LOG, WITHOUT):
        with yard(bench, bench.image(image), Parked, extra=INSTRUCTION_TIME) as machine:
            edu = placed(machine, SPARE_SLOT, SPARE_BAR)
            machine.put(NOBODYS, PATTERN)
            expect(edu.reaches(NOBODYS), "the device does not reach memory: nothing is shown")
            machine.put(NOBODYS, PATTERN)
            edu.load(NOBODYS)
            kept = machine.get(NOBODYS + 8, 8)
            edu.start(NOBODYS + 8, 8, True)
            machine.release()
            machine.start()
            expect(image == WITHOUT or edu.command & MASTER == 0, "bus mastering was left on")
            edu.place(SPARE_BAR)
            edu.enable()
            edu.finish()
            expect(machine.get(NOBODYS + 8, 8) == kept, "a transfer from before got through")
            blocked(machine, edu, VICTIM_RAM)


@case("dma-left-over", LOG, seconds=LIMIT)
def left_over(bench):
    """A boot loader left the SMMU on, and in its caches what it believed: none of it counts."""
    with yard(bench, bench.image(LOG), Parked) as machine:
        before = LeftOver(machine)
        before.bypass(SPARE_SLOT << 3)
        before.map_block(STREAM, ATTACKER, RAM, VICTIM_RAM)
        before.switch_on()
        spare = placed(machine, SPARE_SLOT, SPARE_BAR)
        machine.put(NOBODYS, PATTERN)
        expect(spare.reaches(NOBODYS), "bypass does not work: nothing is shown")
        mine = placed(machine, SLOT, STREAM_BAR)
        machine.put(VICTIM_RAM, PATTERN)
        mine.load(RAM)
        mine.store(RAM + 0x1000)
        expect(machine.get(VICTIM_RAM + 0x1000, 8) == PATTERN,
               "the left-over map does not work: nothing is shown")
        machine.release()
        machine.start()
        machine.attack("dmaself", shared=SHARED, second=SECOND)
        for at in (RAM, RAM + 0x1000, RAM + 0x100000):
            machine.attack("dma", at=at, out=0)
        spare.place(SPARE_BAR)
        spare.enable()
        blocked(machine, spare, VICTIM_RAM)
        machine.alive()
