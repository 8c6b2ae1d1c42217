# SPDX-License-Identifier: Apache-2.0
"""Memory: alignment, bounds, and who may overlap with whom."""
from itertools import combinations

from ..board import Frame
from ..model import MAX_REGIONS, PAGE
from ..problems import key_text
from ..units import hexa, show_range
from . import firmware

TOP = 1 << 64


def check(config, problems):
    sound = []
    for partition in config.partitions:
        _check_count(partition, problems)
        regions = [r for r in partition.regions if _sound(r, config, problems)]
        for region in regions:
            _check_place(region, config, problems)
            _check_windows(region, partition, config.board, problems)
        for one, other in combinations(regions, 2):
            _check_ipa(one, other, problems)
        sound += [(partition, region) for region in regions]
    for (first, one), (second, other) in combinations(_holders(sound, config), 2):
        _check_pa(first, one, second, other, problems)


def _holders(sound, config):
    """(partition, region) as written in the file; a shared area stands there once."""
    by_path = {}
    for partition, region in sound:
        by_path.setdefault(region.path + (partition.name,) * (region.kind != "shared"),
                           (partition, region))
    return sorted(by_path.values(), key=lambda h: config.source.line(h[1].path))


def overlap(base, last, other_base, other_last):
    """First byte and length of what two ranges have in common, or None."""
    low, high = max(base, other_base), min(last, other_last)
    return (low, high - low + 1) if low <= high else None


def _check_count(partition, problems):
    count = len(partition.device_map or partition.regions)
    if count > MAX_REGIONS:
        problems.add(("memory", partition.name), f"makes {count} regions with shared memory, "
                     f"devices and their MSI frame; a partition has at most {MAX_REGIONS}")
    own = [r for r in partition.regions if r.path[:2] == ("memory", partition.name)]
    if own and not any("x" in r.access for r in partition.ram):
        problems.add(("memory", partition.name), "has no executable RAM: one region needs "
                     "kind ram and access rx or rwx")


def _sound(region, config, problems):
    """Each region by itself: page-aligned, no wrap, inside the address widths."""
    faults = list(_faults(region, config))
    for path, rule in faults:
        problems.add(path, rule)
    return not faults


def _faults(region, config):
    for what, value in (("ipa", region.ipa), ("base", region.pa), ("size", region.size)):
        if value % PAGE:
            yield _at(region, what, config), f"is {hexa(value)}, not a multiple of 4096"
    if region.size == 0:
        yield region.path + ("size",), "is 0"
    for what, value in (("ipa", region.ipa), ("base", region.pa)):
        bits = config.ipa_bits if what == "ipa" else config.board.pa_bits
        where, kind = _at(region, what, config), "guest" if what == "ipa" else "physical"
        if value + region.size > TOP:
            yield where, (f"is {hexa(value)} and with size {hexa(region.size)} it wraps past 2^64")
        elif value + region.size > 1 << bits:
            yield where, (f"is {hexa(value)} and with size {hexa(region.size)} it goes beyond "
                          f"{bits} bits of {kind} address")


def _at(region, what, config):
    """The key as it was written: a PA may be called base or pa, an IPA may be either."""
    for name in (what, "pa", "base"):
        if region.path + (name,) in config.source.lines:
            return region.path + (name,)
    return region.path


def _check_place(region, config, problems):
    """RAM inside the board's RAM; nothing on what the hypervisor keeps for itself."""
    board = config.board
    for frame in [board.hypervisor] + board.reserved:
        common = overlap(region.pa, region.pa_last, frame.base, frame.last)
        if common:
            problems.add(region.path, f"overlaps {frame.name} in PA {show_range(*common)}; "
                         "no partition may map it")
            return
    if region.kind != "device":
        if not any(ram.contains(region.pa, region.size) for ram in board.ram) and \
                not firmware.is_judged(config, region):
            problems.add(region.path, f"is PA {show_range(region.pa, region.size)}, which is not "
                         "inside the board's RAM, " + ", ".join(
                             show_range(r.base, r.size) for r in board.ram))
        return
    if "x" in region.access:
        problems.add(region.path + ("access",), f"is {region.access}; devices are never executable")
    if region.path[0] == "dma":
        return
    master = next((d for d in board.devices.values() if d.is_master and
                   d.frame.overlaps(region.pa, region.size)), None)
    if master:
        problems.add(region.path, f"is in the registers of {master.name}, which masters the bus; "
                     "list that under dma")
    elif not any(d.frame.contains(region.pa, region.size) for d in board.devices.values()):
        problems.add(region.path, f"is PA {show_range(region.pa, region.size)}, which is not a "
                     f"device that board {board.name} offers; it offers: " +
                     (", ".join(board.devices) or "nothing"))


def emulated_windows(partition, board):
    """Where this partition sees devices that the hypervisor emulates."""
    yield Frame("the emulated GIC distributor", board.gicd.base, board.gicd.size)
    yield Frame("the emulated GIC redistributors", board.gicr.base,
                board.gicr_stride * max(1, len(partition.cpus)))
    if partition.has_vuart:
        yield Frame("the virtual console", board.uart.base, board.uart.size)
    if partition.dma.functions:
        yield board.pci.ecam
    if partition.dma.msi_page:
        yield partition.dma.msi_page
    if partition.scmi:
        yield Frame("the SCMI buffer", partition.scmi.buffer, PAGE)


def _check_windows(region, partition, board, problems):
    for window in emulated_windows(partition, board):
        common = overlap(region.ipa, region.ipa_last, window.base, window.last)
        if common:
            problems.add(region.path, f"overlaps {window.name} of {partition.name} in IPA "
                         f"{show_range(*common)}; move it")
    window = board.pci.window if partition.dma.functions else None
    if window and region.path[0] != "dma":
        common = overlap(region.ipa, region.ipa_last, window.base, window.last)
        if common:
            problems.add(region.path, f"overlaps {window.name} of {partition.name} in IPA "
                         f"{show_range(*common)}, where its devices are; move it")


def _check_ipa(one, other, problems):
    common = overlap(one.ipa, one.ipa_last, other.ipa, other.ipa_last)
    same_offset = one.pa - one.ipa == other.pa - other.ipa  # refused in PA, once is enough
    if common and not same_offset:
        problems.add(other.path, f"overlaps {key_text(one.path)} in IPA {show_range(*common)}; "
                     "give it another ipa or move it")


def _check_pa(first, one, second, other, problems):
    common = overlap(one.pa, one.pa_last, other.pa, other.pa_last)
    if not common or _same_device(one, other):
        return
    if one.kind == other.kind == "shared":
        problems.add(other.path, f"overlaps {key_text(one.path)} in PA {show_range(*common)}; "
                     "declare one area with all its sharers, or move it")
    elif "shared" in (one.kind, other.kind):
        problems.add(other.path, f"overlaps {key_text(one.path)} in PA {show_range(*common)}; "
                     "memory is either private or shared: move one")
    else:
        problems.add(other.path, f"overlaps {key_text(one.path)} in PA {show_range(*common)}; "
                     + ("map it once" if first is second else "declare it under shared or move it"))


def _same_device(one, other):
    """A device taken twice by name is refused by partitions or dma.check, in better words."""
    given_by = {one.path[0], other.path[0]}
    return one.kind == other.kind == "device" and one.name == other.name \
        and (given_by <= {"partitions", "mcu"} or given_by == {"dma"})
