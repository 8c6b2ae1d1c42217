# SPDX-License-Identifier: Apache-2.0
"""Bus masters in words, for the report and the picture."""
from dataclasses import dataclass

FIRST_LPI = 8192


@dataclass
class Master:
    name: str
    place: str             # where it is on the board
    stream: str
    protected: bool
    interrupt: int = 0     # of its PCI line


def masters(partition):
    dma = partition.dma
    rows = [Master(f.facts.name, f"PCI {f.facts.place}", f"stream 0x{f.facts.bdf:x}",
                   dma.protected, f.intx) for f in dma.functions]
    for device, _ in dma.devices:
        ids = ", ".join(f"0x{s:x}" for s in device.streams)
        rows.append(Master(device.name, f"at 0x{device.frame.base:08x}", f"stream {ids}" if ids else
                           "no stream", dma.protected and not device.bypass))
    rows += [Master("unnamed", "by its number", f"stream 0x{s:x}", True) for s, _ in
             sorted(dma.raw)]
    for row in rows:
        if not row.protected:
            row.stream = "no SMMU"
    return rows


def vectors(partition):
    """'INTID 48 to 56 by LPI 8192 to 8209'."""
    first = FIRST_LPI + partition.dma.lpi_first
    return (f"INTID {_span(partition.msi_intids)} by LPI "
            f"{_span(range(first, first + partition.dma.lpi_count))}")


def _span(numbers):
    return f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
