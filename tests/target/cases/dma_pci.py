# SPDX-License-Identifier: Apache-2.0
"""Functions of PCI: what a partition sees of them, and their interrupts."""
from bench import case, expect
from dma_yard import (ATTACKER, LIMIT, LOG, MSI_FRAME, PERMISSION, RAM_SIZE, SECOND, SHARED, SLOT,
                      SPARE_SLOT, STREAM, STREAM_SLOT, TRANSLATER, VICTIM_RAM, VICTIM_SLOT,
                      beats_in_time, faulted, faults, yard)
from outside import COMMAND, ECAM, GICD, ITS

HYPERVISOR = 0x40200000


def hardware(machine, slot) -> bytes:
    return machine.get(ECAM + (slot << 15), 0x100)


@case("dma-pci", LOG, seconds=LIMIT)
def configuration_space(bench):
    """Own functions only; BARs can be sized and do not move; what is not allowed has no effect."""
    with yard(bench, LOG) as machine:
        machine.start()
        others = {slot: hardware(machine, slot)
                  for slot in (0, VICTIM_SLOT, STREAM_SLOT, SPARE_SLOT)}
        before = hardware(machine, SLOT)
        passed = machine.attack("pci", slots=1 << SLOT)
        expect(passed >= 36, f"only {passed} checks ran")
        for slot, kept in others.items():
            expect(hardware(machine, slot) == kept, f"configuration space of slot {slot} changed")
        after = hardware(machine, SLOT)
        for name, start, end in FIXED:
            expect(after[start:end] == before[start:end], f"the hardware's {name} changed")
        expect(after[COMMAND] & 7 == 6, "the hardware's command")
        machine.alive()


BARS = slice(0x10, 0x28)
# Of a type 0 header: PCI Local Bus 3.0, 6.1.
FIXED = (("identification", 0x00, 0x04), ("class", 0x08, 0x0C), ("header type", 0x0E, 0x0F),
         ("BARs", 0x10, 0x28), ("subsystem", 0x2C, 0x30), ("ROM", 0x30, 0x34),
         ("capability pointer", 0x34, 0x35), ("interrupt pin", 0x3D, 0x3E))


@case("dma-pci-race", LOG, seconds=LIMIT)
def configuration_race(bench):
    """Two vCPUs at one function."""
    with yard(bench, LOG) as machine:
        machine.start()
        before = hardware(machine, SLOT)
        machine.attack("pcirace")
        expect(hardware(machine, SLOT)[BARS] == before[BARS], "the hardware's BARs changed")
        machine.attack("dmaself", shared=SHARED, second=SECOND)


def interrupts(name, program, least, **options):
    @case(name, LOG, seconds=LIMIT)
    def run(bench):
        with yard(bench, LOG) as machine:
            machine.start()
            passed = machine.attack(program, **options)
            expect(passed >= least, f"only {passed} checks ran")
            expect(not faults(machine), "a permitted DMA faulted")


interrupts("dma-intx", "intx", 14)
interrupts("dma-msi", "msi", 14)
interrupts("dma-msi-foreign", "msiforeign", 4, seconds=45)


def storm(name, program):
    @case(name, LOG, seconds=LIMIT)
    def run(bench):
        with yard(bench, LOG) as machine:
            machine.start()
            mark = machine.tell(program, ms=4000)
            beats_in_time(machine, mark)
            machine.expect(rf"{program}: done 2 ok 0 failed", 30, since=mark)
            machine.alive()


storm("dma-intx-storm", "intxstorm")
storm("dma-msi-storm", "msistorm")


@case("dma-msi-place", LOG, seconds=LIMIT)
def message_places(bench):
    """A message is a write: into own memory it may go, elsewhere it faults."""
    with yard(bench, LOG) as machine:
        machine.start()
        places = (VICTIM_RAM + RAM_SIZE - 8, GICD + 0x40, ITS + 0x8, HYPERVISOR, 0x080B0000)
        for address in places:
            machine.attack("msiplace", at=address)
            faulted(machine, stream=STREAM, access="write", iova=address, partition=ATTACKER)
        machine.alive()


@case("dma-msi-frame", LOG, seconds=LIMIT)
def message_frame(bench):
    """By a device the frame can be written and not read; what is written there raises nothing.

    Reads come first: QEMU's SMMU checks no read against a translation that a write has cached.
    """
    with yard(bench, LOG) as machine:
        machine.start()
        for address in (MSI_FRAME, TRANSLATER):
            machine.attack("dma", at=address, out=0)
            faulted(machine, stream=STREAM, access="read", iova=address, type=PERMISSION)
        for address in (MSI_FRAME, TRANSLATER, MSI_FRAME + 0xFF8):
            machine.attack("dma", at=address)
        expect(not faults(machine, access="write"), "the frame cannot be written")
        machine.attack("msi")
