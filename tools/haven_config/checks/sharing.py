# SPDX-License-Identifier: Apache-2.0
"""Shared memory and doorbells: both need a peer."""
from ..model import FIRST_SPI, MAX_INTID
from ..model_firmware import is_window
from ..problems import key_text


def check(config, problems):
    names = {p.name for p in config.partitions}
    seen = {}
    for area in config.shared:
        if len(set(area.sharers) & names) < 2 and not is_window(config, area):
            problems.add(area.path, "is shared by " +
                         (", ".join(area.sharers) or "nobody") +
                         "; shared memory needs at least two partitions")
        if area.name in seen:
            problems.add(area.path, f"has the name {area.name}, as has "
                         f"{key_text(seen[area.name])}; give it another name")
        seen[area.name] = area.path
    for partition in config.partitions:
        _check_peers(partition, config, problems)
    _set_doorbell_irqs(config, problems)


def _check_peers(partition, config, problems):
    for peer in partition.doorbell_peers:
        path = ("partitions", partition.name, "doorbell")
        if peer == partition.name:
            problems.add(path, f"names {peer}, the partition itself")
        elif any(p.name == peer for p in config.partitions) and \
                not config.shares_memory(partition.name, peer):
            problems.add(path, f"names {peer}, which shares no memory with {partition.name}; "
                         "declare it under memory.shared")


def _set_doorbell_irqs(config, problems):
    """Who may be rung gets an INTID: the one given, else the lowest free SPI."""
    for partition in config.partitions:
        taken = {irq.intid for irq in partition.irqs} | {partition.vuart_irq} | \
            set(partition.msi_intids) | ({partition.scmi.irq} if partition.scmi else set())
        rung = any(partition.name in p.doorbell_peers for p in config.partitions)
        if partition.doorbell_irq is not None:
            _check_irq(partition, config.board, taken, problems)
        elif rung:
            _choose_irq(partition, config.board, taken, problems)


def _spi_end(board):
    return min(board.interrupts, MAX_INTID + 1)


def _choose_irq(partition, board, taken, problems):
    free = (i for i in range(FIRST_SPI, _spi_end(board))
            if i not in taken and i not in board.own_interrupts)
    partition.doorbell_irq = next(free, None)
    if partition.doorbell_irq is None:
        problems.add(partition.path, "has no SPI left for its doorbell; it uses all that board "
                     f"{board.name} has")


def _check_irq(partition, board, taken, problems):
    path = ("partitions", partition.name, "doorbell", "irq")
    intid = partition.doorbell_irq
    if not FIRST_SPI <= intid < _spi_end(board):
        problems.add(path, f"is {intid}, which is out of range; a doorbell is an SPI, "
                     f"{FIRST_SPI} to {_spi_end(board) - 1}")
    elif intid in board.own_interrupts and intid != partition.vuart_irq:
        problems.add(path, f"is {intid}, which is used by {board.own_interrupts[intid]}")
    elif intid in taken:
        problems.add(path, f"is {intid}, which {partition.name} already uses; take another")
