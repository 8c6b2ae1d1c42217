# SPDX-License-Identifier: Apache-2.0
"""Memory of the hypervisor that the SMMU and the ITS read: how much of it they take.

In the order in which the boot gives it away (hypervisor/msi.c, then smmu.c): ITS queue, device
and collection table, LPI configuration, one interrupt translation table for each function,
pending table of each CPU that takes LPIs; stream table, command and event queue. What only the
hardware knows, the size of an entry of a translation table, counts as the largest that there is.

Source: SMMUv3 (IHI 0070), 3.3.1 "Stream table lookup": level 1 has an 8-byte descriptor for each
256 streams (SPLIT = 8), an entry has 64 bytes. GICv3 (IHI 0069), GITS_TYPER.ITT_entry_size.
"""
from .units import align_up

PAGE = 0x1000
SPLIT = 8                  # log2 of the streams of one level-2 table
STE_SIZE = 64
DESCRIPTOR_SIZE = 8
LEAF = STE_SIZE << SPLIT
COMMANDS = 16 << 6         # bytes of 64 commands
EVENTS = 32 << 7           # and of 128 events
ITS_QUEUE, ITS_TABLE = PAGE, PAGE
LPI_CONFIG, LPI_PENDING = 2 * PAGE, 2048
ITT_ENTRY, ITT_ALIGN = 16, 256
LARGE = 0x10000            # alignment of the whole, and of the largest tables of the GIC


def place(config, end):
    """(base, size) below `end`, both multiples of 64 KB; size 0 and `end` if neither is in use."""
    tables = _its(config) + _smmu(config)
    if not tables:
        return end, 0
    size = 0
    for length, align in tables:
        size = align_up(size, align) + length
    size = align_up(size, LARGE)
    step = max([LARGE] + [align for _, align in tables])
    return (end - size) // step * step, size


def _smmu(config):
    groups = {stream >> SPLIT for stream, _ in config.streams}
    if not groups:
        return []
    bits = config.board.smmu.stream_bits
    top = STE_SIZE << bits if bits <= SPLIT else DESCRIPTOR_SIZE << (bits - SPLIT)
    leaves = [(LEAF, LEAF)] * len(groups) if bits > SPLIT else []
    return [(top, max(top, STE_SIZE))] + leaves + [(COMMANDS, COMMANDS), (EVENTS, EVENTS)]


def _its(config):
    if not config.lpi_count:
        return []
    senders = [p for p in config.partitions if p.dma.lpi_count]
    event_bits = max(p.msi_intids[-1] for p in senders).bit_length()
    itt = align_up(ITT_ENTRY << event_bits, ITT_ALIGN)
    functions = sum(len(p.dma.functions) for p in senders)
    cpus = {p.cpus[0] for p in senders}
    return [(ITS_QUEUE, LARGE), (ITS_TABLE, PAGE), (ITS_TABLE, PAGE), (LPI_CONFIG, PAGE)] + \
        [(itt, ITT_ALIGN)] * functions + [(LPI_PENDING, LARGE)] * len(cpus)
