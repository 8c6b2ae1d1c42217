# SPDX-License-Identifier: Apache-2.0
"""What report.txt says about devices that master the bus."""
from . import describe_dma, stage2
from .units import show_range


def head(config):
    lines = []
    if config.dma_memory[1]:
        lines.append(f"  SMMU and ITS    {show_range(*config.dma_memory)}")
    if config.streams:
        lines.append(f"  streams         {len(config.streams)}, each cut off after "
                     f"{config.dma_fault_limit} faults")
    return lines


def partition(config, part):
    lines = []
    for master in describe_dma.masters(part):
        line = f", line {master.interrupt}" if master.interrupt else ""
        warning = "" if master.protected else ": reaches all memory, which was accepted"
        lines.append(f"  bus master      {master.name}, {master.place}{line}, "
                     f"{master.stream}{warning}")
    if part.dma.streams:
        lines.append(f"  DMA policy      {part.dma.policy}")
    if part.dma.msi_page:
        lines.append(f"  MSI             {describe_dma.vectors(part)}, frame at IPA "
                     f"0x{part.dma.msi_page.base:08x}")
    if part.device_map:
        tables = stage2.tables_of(part.device_map, config.ipa_bits)
        lines.append(f"  device map      the regions above and the MSI frame, {tables} tables")
    return lines
