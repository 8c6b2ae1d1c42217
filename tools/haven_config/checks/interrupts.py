# SPDX-License-Identifier: Apache-2.0
"""Interrupts: in range, not the hypervisor's, one owner each."""
from ..model import FIRST_PPI, FIRST_SPI, MAX_INTID
from ..problems import key_text
from .dma import refused_elsewhere


def check(config, problems):
    owners = {}
    for partition in config.partitions:
        mine = {}
        for irq in partition.irqs:
            if not _in_range(irq, config.board, problems):
                continue
            if irq.intid in mine and refused_elsewhere(irq, mine[irq.intid]):
                continue
            if irq.intid in mine:
                problems.add(irq.path, f"lists interrupt {irq.intid} again; "
                             f"{key_text(mine[irq.intid].path)} has it already")
                continue
            mine[irq.intid] = irq
            _check_cpu(irq, partition, problems)
            if irq.intid >= FIRST_SPI:
                _check_owner(irq, partition, owners, problems)


def _in_range(irq, board, problems):
    what = f"is interrupt {irq.intid}"
    if irq.intid < FIRST_PPI:
        problems.add(irq.path, f"{what}, an SGI; those need no entry, each partition has its own")
    elif irq.intid >= board.interrupts or irq.intid > MAX_INTID:
        problems.add(irq.path, f"{what}, which is out of range; board {board.name} has "
                     f"{FIRST_PPI} to {min(board.interrupts - 1, MAX_INTID)}")
    elif irq.intid in board.own_interrupts:
        problems.add(irq.path, f"{what}, which is used by {board.own_interrupts[irq.intid]}")
    else:
        return True
    return False


def _check_cpu(irq, partition, problems):
    if irq.cpu is not None and irq.cpu not in partition.cpus:
        problems.add(irq.path + ("cpu",), f"is {irq.cpu}, which is not a CPU of {partition.name}; "
                     "it has " + ", ".join(map(str, partition.cpus)))


def _check_owner(irq, partition, owners, problems):
    other, first = owners.setdefault(irq.intid, (partition, irq))
    if other is not partition and not refused_elsewhere(irq, first):
        problems.add(irq.path, f"gives interrupt {irq.intid} to {partition.name}, but "
                     f"{key_text(first.path)} gives it to {other.name}; an interrupt has one owner")
