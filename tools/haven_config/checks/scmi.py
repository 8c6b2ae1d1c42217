# SPDX-License-Identifier: Apache-2.0
"""SCMI channels: where they are, and that nobody may change what is another one's."""
from itertools import combinations

from ..model import FIRST_SPI, MAX_INTID, PAGE
from ..model_scmi import MAX_GRANTS
from ..problems import key_text
from ..units import hexa
from ..resolve_scmi import of_device
from .memory import emulated_windows

NAMES = {"power": "power domain", "clocks": "clock", "sensors": "sensor", "resets": "reset domain",
         "voltages": "voltage domain", "pins": "pin"}


def check(config, problems):
    channels = [p for p in config.partitions if p.scmi is not None]
    for partition in channels:
        _check_buffer(partition, config, problems)
        _check_irq(partition, config.board, problems)
        _check_grants(partition, config.board, problems)
        for other in config.partitions:
            if other.scmi is None:
                _check_needed(partition, other, problems)
    for one, other in combinations(channels, 2):
        for mine in one.scmi.grants:
            for theirs in other.scmi.grants:
                _check_apart(one, mine, other, theirs, problems)


def _check_buffer(partition, config, problems):
    page, path = partition.scmi.buffer, partition.scmi.path
    where = path + ("buffer",) if path + ("buffer",) in problems.source.lines else path
    if page % PAGE or page == 0:
        problems.add(where, f"is {hexa(page)}, which is not the address of a page of 4096 bytes")
    elif page >> config.ipa_bits:
        problems.add(where, f"is {hexa(page)}, beyond {config.ipa_bits} bits of guest address")
    for window in emulated_windows(partition, config.board):
        if window.name != "the SCMI buffer" and window.overlaps(page, PAGE):
            problems.add(where, f"is {hexa(page)}, which is in {window.name} of {partition.name}; "
                         "move it")


def _check_irq(partition, board, problems):
    channel = partition.scmi
    path, intid = channel.path + ("irq",), channel.irq
    if path not in problems.source.lines:
        return
    end = min(board.interrupts, MAX_INTID + 1)
    used = {irq.intid for irq in partition.irqs} | set(partition.msi_intids) | \
        {partition.vuart_irq, partition.doorbell_irq}
    if not FIRST_SPI <= intid < end:
        problems.add(path, f"is {intid}, which is out of range; a channel's interrupt is an SPI, "
                     f"{FIRST_SPI} to {end - 1}")
    elif intid in used:
        problems.add(path, f"is {intid}, which {partition.name} already uses; take another")
    elif intid in board.own_interrupts:
        problems.add(path, f"is {intid}, which is used by {board.own_interrupts[intid]}")


def _check_grants(partition, board, problems):
    for grant in partition.scmi.grants:
        if board.manager is None:
            problems.add(grant.path, f"gives {NAMES[grant.kind]} {grant.ids} to {partition.name}, "
                         f"but board {board.name} has no platform that could be asked for it; "
                         "a channel there has the base protocol alone")
        elif grant.first > grant.last:
            problems.add(grant.path, f"is {grant.ids}, which ends before it begins")
        else:
            _check_kept(grant, partition, board.manager, problems)
    count = len(partition.scmi.rows)
    if count > MAX_GRANTS:
        problems.add(partition.scmi.path, f"has {count} separate ranges of ids; at most "
                     f"{MAX_GRANTS} are possible")


def _check_kept(grant, partition, manager, problems):
    """What others than a partition run by."""
    for kind, first, last in manager.kept:
        low, high = max(grant.first, first), min(grant.last, last)
        if grant.may_set and grant.kind == kind and low <= high:
            problems.add(grant.path, f"gives {NAMES[kind]} {low} to {partition.name}, which is no "
                         "partition's to set: more than its devices run by it; read: may list it")


def _check_apart(one, mine, other, theirs, problems):
    """Both may read of it; a change by one would be a change for the other."""
    if not mine.overlaps(theirs) or not (mine.may_set or theirs.may_set):
        return
    both = max(mine.first, theirs.first)
    problems.add(theirs.path, f"gives {NAMES[mine.kind]} {both}{_by(theirs)} to {other.name}, but "
                 f"{key_text(mine.path)} gives it{_by(mine)} to {one.name}; what one of them sets "
                 "would happen to the other")


def _check_needed(partition, other, problems):
    """What a device of one without a channel runs by; firmware has set it, and nobody else may."""
    for device, path in other.devices + other.dma.devices:
        for theirs in of_device(device, path):
            for mine in partition.scmi.grants:
                if mine.may_set and mine.overlaps(theirs):
                    problems.add(mine.path, f"gives {NAMES[mine.kind]} {theirs.ids}{_by(mine)} to "
                                 f"{partition.name}, but {key_text(path)} gives {device.name}, which needs "
                                 f"it, to {other.name}")


def _by(grant):
    return f", which is of {grant.origin}," if grant.origin else ""
