# SPDX-License-Identifier: Apache-2.0
"""What a bus master may reach, and what not: by the guest's own hand."""
import re
import sys

from bench import ROOT, case, expect
from dma_yard import (ADDRESS_SIZE, ATTACKER, CONSTANT, LIMIT, LOG, NOBODYS, PATTERN, PERMISSION,
                      RAM, RAM_SIZE, SECOND, SHARED, SLOT, STREAM, STREAM_BAR, STREAM_SLOT,
                      TRANSLATION, VICTIM, VICTIM_RAM, VICTIM_SLOT, VICTIM_STREAM, Watch, faulted,
                      faults, placed, yard)
from outside import ECAM, GICD, ITS, SMMU, Edu

sys.path.insert(0, str(ROOT / "tools" / "lib"))
from bench_trace import IMAGE_AT, Image  # noqa: E402

# Registers: Arm IHI 0070, 6.3; IHI 0069, 12.
STRTAB_BASE, STRTAB_CFG, CMDQ_BASE, EVENTQ_BASE = 0x80, 0x88, 0x90, 0xA0
GITS_CBASER, GITS_BASER, GICR, GICR_PROPBASER = 0x80, 0x100, 0x080A0000, 0x70
RAM_START, RAM_BYTES = 0x40000000, 0x80000000


@case("dma-self", LOG, seconds=LIMIT)
def own_memory(bench):
    """Own memory, both ways, and memory that is shared; the neighbour's device works beside it."""
    with yard(bench, LOG) as machine:
        machine.start()
        passed = machine.attack("dmaself", shared=SHARED, second=SECOND)
        expect(passed == 9, f"{passed} checks ran")
        machine.expect(r"victim: beat \d+ hash ok irqs 0 dma [3-9]", 20, since=0)
        expect(not faults(machine), "a permitted DMA faulted")
        other_side_of_shared(machine)
        expect(not faults(machine), "a permitted DMA faulted")
        machine.alive()


def other_side_of_shared(machine):
    """Each owner's device finds in the shared region what the other's has put there."""
    mine, theirs = Edu(machine, SLOT), placed(machine, STREAM_SLOT, STREAM_BAR)
    machine.put(SHARED + 0x1000, PATTERN)
    machine.put(SHARED + 0x2000, bytes(16))
    mine.load(SHARED + 0x1000)
    mine.store(SHARED + 0x2000)
    expect(machine.get(SHARED + 0x2000, 8) == PATTERN, "shared memory, the first owner's device")
    theirs.load(SHARED + 0x2000)
    theirs.store(SHARED + 0x2008)
    expect(machine.get(SHARED + 0x2008, 8) == PATTERN, "shared memory, the second owner's device")


def table_of(machine, register) -> int:
    """Address that a base register of the SMMU holds: bits 51:5 (Arm IHI 0070, 6.3)."""
    address = machine.peek(SMMU + register, 8) & 0x000FFFFFFFFFFFE0
    expect(address != 0, f"SMMU register {register:#x} is 0")
    return address


def private_targets(bench, machine, image):
    """Memory of EL2 that a device would like to have: name, address, size that stays as it is."""
    at = Image(bench.build / "images" / f"haven_{image}.elf").symbols
    strtab = table_of(machine, STRTAB_BASE)
    return [
        ("hypervisor code", IMAGE_AT, at["hv_text_end"] & ~0xFFF),
        ("stage-2 tables", IMAGE_AT + at["hv_stage2_tables"], 0x1000),
        ("stream table", strtab, 0x40),
        ("stream table entry of the attacker", entry_of(machine, strtab, STREAM), 0x40),
        ("command queue", table_of(machine, CMDQ_BASE), 0x10),
        ("event queue", table_of(machine, EVENTQ_BASE), 0),
        ("journal", bench.number(image, "journal_pa"), 8),
        ("interrupt translation table", machine.peek(ITS + GITS_BASER, 8) & 0xFFFFFFFFF000, 8),
        ("interrupt command queue", machine.peek(ITS + GITS_CBASER, 8) & 0xFFFFFFFFF000, 8),
        ("LPI configuration", machine.peek(GICR + GICR_PROPBASER, 8) & 0xFFFFFFFFF000, 8),
    ]


def entry_of(machine, strtab, stream) -> int:
    """Of a linear table, or by the level 1 descriptor of one with two levels."""
    if machine.peek(SMMU + STRTAB_CFG) >> 16 & 3 == 0:
        return strtab + 64 * stream
    return (machine.peek(strtab + 8 * (stream >> 8), 8) & 0x000FFFFFFFFFFFC0) + 64 * (stream & 255)


NOWHERE = (
    ("flash", 0x0), ("distributor", GICD), ("set-pending of the distributor", GICD + 0x40),
    ("interrupt translation control", ITS), ("redistributor", 0x080A0000),
    ("clock of nobody", 0x09010000), ("UART of the hypervisor", 0x09000000),
    ("UART of the other", 0x09040000), ("SMMU", SMMU), ("SMMU page 1", SMMU + 0x10000),
    ("PCI ports", 0x3EFF0000),
    ("hole before RAM", 0x3FFFFFF8), ("start of RAM", 0x40000000),
    ("RAM of the other", VICTIM_RAM), ("end of the other's RAM", VICTIM_RAM + RAM_SIZE - 8),
    ("RAM of nobody", NOBODYS), ("before own RAM", RAM - 8),
    ("behind shared memory", SHARED + 0x200000), ("beyond RAM", 0xC0000000),
    ("own configuration space", ECAM + (SLOT << 15)),
    ("configuration space of the other", ECAM + (VICTIM_SLOT << 15)),
    ("high PCI memory", 0x8000000000), ("last word of 40 bits", 0xFFFFFFFFF8),
    ("first of 41 bits", 1 << 40), ("own RAM with bit 40", 1 << 40 | RAM),
    ("own RAM with bit 43", 1 << 43 | RAM),
    ("own RAM with bit 44", 1 << 44 | RAM), ("own RAM with bit 47", 1 << 47 | RAM),
    ("own RAM with bit 48", 1 << 48 | RAM),
    ("own RAM with bit 63", 1 << 63 | RAM), ("last word of 64 bits", 0xFFFFFFFFFFFFFFF8),
)
SEEN_BITS = 44  # SMMU_IDR5.OAS; what is beyond aborts too, but QEMU makes no event of it
LIVING = ("event queue", "before own RAM")  # EL2 writes there meanwhile: events, records
MARK = 0xD0D0FEEDBEEFD0D0 .to_bytes(8, "little")  # what the attacker's device stores
A_LINE = 8  # addresses that fit a command


def loads(machine) -> dict:
    """Address to what the device brought from there, as the guest saw it."""
    return {int(at, 16): int(value, 16) for at, value in
            re.findall(r"dmaattack: (0x[0-9a-f]+) loads (0x[0-9a-f]+)", machine.text())}


def refused(machine, name, address, before):
    """Both ways are in the journal, and nothing of what was there has come."""
    if address >> SEEN_BITS == 0:
        for access in ("write", "read"):
            faulted(machine, stream=STREAM, partition=ATTACKER, access=access, iova=address)
    types = {fault["type"] for fault in faults(machine, iova=address)}
    expect(types <= {TRANSLATION, ADDRESS_SIZE}, f"{name}: events {types}")
    if in_ram(address):
        expect(machine.get(real(address), 8) != MARK, f"{name} was written")
    if any(before):
        expect(loads(machine)[address] != int.from_bytes(before, "little"),
               f"{name}: the device read it")
        expect(machine.get(real(address), 8) == before, f"{name} has changed")


def real(address) -> int:
    """Where it would end if the SMMU, or the bus, forgot the upper bits."""
    return address & ((1 << 40) - 1)


def in_ram(address) -> bool:
    return RAM_START <= real(address) < RAM_START + RAM_BYTES


@case("dma-attack", LOG, seconds=LIMIT)
def attack(bench):
    """Memory of everybody else, of EL2, devices, holes: blocked, unchanged, journalled."""
    with yard(bench, LOG) as machine:
        machine.start()
        machine.put(NOBODYS, PATTERN)
        watch = Watch(machine)
        private = private_targets(bench, machine, LOG)
        for name, address, size in private:
            if size != 0:
                watch.keep(name, address, size)
        watch.keep("RAM of nobody", NOBODYS, 0x1000)
        for slot in (0, VICTIM_SLOT, SLOT):  # but for identification, command and status
            watch.keep(f"configuration space of slot {slot}", ECAM + (slot << 15) + 8, 0x38)
        targets = [(name, address) for name, address, _ in private] + list(NOWHERE)
        targets.append(("registers of the other's device", Edu(machine, VICTIM_SLOT).bar))
        before = {at: machine.get(real(at), 8) if in_ram(at) and name not in LIVING else b""
                  for name, at in targets}
        for start in range(0, len(targets), A_LINE):
            chunk = targets[start:start + A_LINE]
            machine.attack("dmaattack", list=",".join(hex(at) for _, at in chunk))
            for name, at in chunk:
                refused(machine, name, at, before[at])
        watch.check()
        machine.alive()


@case("dma-read-only", LOG, seconds=LIMIT)
def read_only(bench):
    with yard(bench, LOG) as machine:
        machine.start()
        machine.put(CONSTANT, PATTERN)
        watch = Watch(machine)
        watch.keep("read-only page", CONSTANT, 0x1000)
        machine.attack("dmaattack", list=hex(CONSTANT), constant=CONSTANT)
        faulted(machine, stream=STREAM, partition=ATTACKER, access="write", iova=CONSTANT,
                type=PERMISSION)
        expect(not faults(machine, access="read"), "the device may not read it")
        watch.check()
        machine.alive()


@case("dma-edges", LOG, seconds=LIMIT)
def edges(bench):
    """A transfer that begins inside and ends outside stops at the border."""
    with yard(bench, LOG) as machine:
        machine.start()
        watch = Watch(machine)
        watch.keep("RAM of nobody", SECOND + 0x10000, 0x1000)
        end = SECOND + 0x10000
        machine.attack("dma", at=end - 8, size=0x800)
        faulted(machine, stream=STREAM, access="write", iova=end)
        watch.check()
        machine.attack("dma", at=RAM - 0x400, size=0x408)
        faulted(machine, stream=STREAM, access="write", iova=RAM - 0x400)
        machine.attack("dma", at=(1 << 64) - 0x400, size=0x800)
        machine.alive()


@case("dma-vmid", LOG, seconds=LIMIT)
def vmid(bench):
    """What one partition's device has just translated does not serve the other's."""
    with yard(bench, LOG) as machine:
        machine.start()
        mine, theirs = Edu(machine, SLOT), placed(machine, STREAM_SLOT, STREAM_BAR)
        mine.enable()
        only_mine, only_theirs = SECOND + 0x8000, VICTIM_RAM
        machine.put(only_mine, PATTERN)
        for _ in range(3):
            mine.load(only_mine)
            expect(not theirs.reaches(only_mine), "the victim's device has the attacker's memory")
            theirs.load(only_theirs)
            expect(not mine.reaches(only_theirs), "the attacker's device has the victim's memory")
        faulted(machine, stream=VICTIM_STREAM, partition=VICTIM, iova=only_mine, type=TRANSLATION)
        faulted(machine, stream=STREAM, partition=ATTACKER, iova=only_theirs, type=TRANSLATION)
        expect(mine.reaches(only_mine + 8), "own memory")
        machine.alive()
