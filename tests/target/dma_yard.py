# SPDX-License-Identifier: Apache-2.0
"""A yard where everybody has a bus master: its layout, its journal, memory that is watched."""
import hashlib
import re
import sys
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

from bench import BEAT, ROOT, expect
from outside import ITS, WINDOW, Edu, Outside, edu_option

LIMIT = 150  # seconds; on an idle machine a test takes ten, the longest thirty
LOG, SUSPEND, RESTART, CUT = "dma-log", "dma-suspend", "dma-restart", "dma-cut"
WITHOUT = "attack-inject"  # no partition has a device
ATTACKER, VICTIM = 1, 2
# edu1 of the attacker, edu0 of the victim, a nameless stream of the victim, one of nobody
SLOT, VICTIM_SLOT, STREAM_SLOT, SPARE_SLOT = 4, 3, 5, 6
STREAM, VICTIM_STREAM = SLOT << 3, STREAM_SLOT << 3
RAM, VICTIM_RAM, RAM_SIZE = 0x50000000, 0x50200000, 0x200000
CONSTANT, SHARED, SECOND = 0x51000000, 0x90000000, 0x901F0000
STREAM_BAR, SPARE_BAR = WINDOW + 0x800000, WINDOW + 0x900000
NOBODYS = 0x7F000000  # RAM that no partition has
MSI_FRAME = ITS + 0x10000
TRANSLATER = MSI_FRAME + 0x40
# Event numbers: Arm IHI 0070, 7.3.
TRANSLATION, ADDRESS_SIZE, PERMISSION = 0x10, 0x11, 0x13
PATTERN = bytes(range(1, 9))


def yard(bench, image, kind=Outside, **options):
    extra = (*options.pop("extra", ()), *edu_option(STREAM_SLOT), *edu_option(SPARE_SLOT))
    return bench.machine(image, kind, devices=("edu0", "edu1"), extra=extra, **options)


def placed(machine, slot, bar):
    """A device that no guest drives, made ready from outside."""
    edu = Edu(machine, slot)
    edu.place(bar)
    edu.enable()
    return edu


def load_journal():
    loader = SourceFileLoader("haven_journal", str(ROOT / "tools" / "haven-journal"))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


journal = load_journal()


def faults(machine, **where):
    """DMA records that EL2 has shown, as tools/haven-journal decodes them."""
    found = []
    for line in re.findall(r"haven.*journal (seq=.*kind=dma .* t=\w+)\n", machine.text()):
        record = journal.parse_line(line)
        event = journal.dma_event(record)
        facts = dict(event, partition=record.partition, verdict=record.verdict)
        if all(facts[key] == value for key, value in where.items()):
            found.append(facts)
    return found


def faulted(machine, seconds=20, least=1, **where):
    end = time.monotonic() + seconds
    while len(faults(machine, **where)) < least:
        expect(time.monotonic() < end, f"{len(faults(machine, **where))} records of a DMA fault "
               f"with {where}, expected {least}; all: {faults(machine)[-8:]}")
        time.sleep(0.05)


def beats_in_time(machine, mark):
    """No beat is left out while that goes on: each fourth is told."""
    first = machine.expect(BEAT, 10, since=mark)
    last = machine.expect(BEAT, 20, since=mark, times=12)
    expect(int(last.group(1)) - int(first.group(1)) == 44, "a beat is missing")


def blocked(machine, edu, *addresses):
    for address in addresses:
        if address != VICTIM_RAM:  # where the victim's code is, which is not 0
            machine.put(address, PATTERN)
        expect(not edu.reaches(address), f"the device in slot {edu.slot} reaches {address:#x}")


class Watch:
    """Memory that must stay as it is, and a name for it."""

    def __init__(self, machine):
        self.machine, self.kept = machine, {}

    def keep(self, name, address, size):
        self.kept[name] = (address, size, hashlib.sha256(self.machine.get(address, size)).digest())

    def check(self):
        for name, (address, size, before) in self.kept.items():
            now = hashlib.sha256(self.machine.get(address, size)).digest()
            expect(now == before, f"{name} at {address:#x} has changed")
