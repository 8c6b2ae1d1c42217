# SPDX-License-Identifier: Apache-2.0
"""Devices that master the bus: one owner each, behind an SMMU or accepted by name."""
from ..model import MAX_LPIS, MAX_STREAMS
from ..problems import key_text
from ..units import hexa


def check(config, problems):
    _check_owners(config, problems)
    _check_lines(config, problems)
    for partition in config.partitions:
        _check_raw(partition, config.board, problems)
        _check_protection(partition, config, problems)
        _check_policy(partition, config, problems)
        _check_msi(partition, config, problems)
        _check_width(partition, config, problems)
    _check_streams(config, problems)
    _check_accepted(config, problems)
    if config.lpi_count > MAX_LPIS:
        problems.add(("dma",), f"needs {config.lpi_count} LPIs, one for each vector of each PCI "
                     f"function; at most {MAX_LPIS} are possible: give fewer vectors by msi")


def _check_owners(config, problems):
    owners = {}
    for partition in config.partitions:
        for name, path, _ in partition.dma.masters:
            _check_one_owner(f"device {name}", partition, path, owners, problems)


def _check_one_owner(what, partition, path, owners, problems):
    owner, where = owners.setdefault(what, (partition, path))
    if owner is not partition:
        problems.add(path, f"gives {what} to {partition.name}, but {key_text(where)} gives it to "
                     f"{owner.name}; a {what.split()[0]} has one owner")
    elif where != path:
        problems.add(path, f"lists {what} again; {key_text(where)} has it already")


def _check_lines(config, problems):
    """A PCI line is a level that all its devices pull: with two owners each could stop the other."""
    pulls = {}
    for partition in config.partitions:
        for function in partition.dma.functions:
            first, other = pulls.setdefault(function.intx, (partition, function))
            if function.intx and first is not partition and other.facts is not function.facts:
                problems.add(function.path, (
                    f"gives {function.facts.name} (slot {function.facts.slot}) to "
                    f"{partition.name}, but it pulls interrupt {function.intx}, as does "
                    f"{other.facts.name} (slot {other.facts.slot}) of {first.name}; a PCI line "
                    "has one owner: plug one of them into another slot"))


def _check_raw(partition, board, problems):
    for stream, path in partition.dma.raw:
        what = f"is stream {hexa(stream)}"
        if board.smmu is None:
            problems.add(path, f"{what}; board {board.name} has no SMMU that could confine it")
        elif stream >> board.smmu.stream_bits:
            problems.add(path, f"{what}; those of board {board.name} have "
                         f"{board.smmu.stream_bits} bits, 0x0 to "
                         f"{hexa((1 << board.smmu.stream_bits) - 1)}")


def _check_streams(config, problems):
    """By name a stream comes once; the rest are raw ones."""
    named, owners = config.board.named_streams, {}
    by_name = {name: (p, path) for p in config.partitions for name, path, _ in p.dma.masters}
    for partition in config.partitions:
        for stream, path in partition.dma.raw:
            if stream in named:
                problems.add(path, _named(partition, stream, named[stream], by_name))
            else:
                _check_one_owner(f"stream {hexa(stream)}", partition, path, owners, problems)
    if len(config.streams) > MAX_STREAMS:
        problems.add(("dma",), f"gives {len(config.streams)} streams; at most {MAX_STREAMS} are "
                     "possible")


def _named(partition, stream, name, by_name):
    if name not in by_name:
        return f"is stream {hexa(stream)}, which is {name}'s; give it by that name"
    owner, where = by_name[name]
    return (f"gives stream {hexa(stream)} to {partition.name}, but it is {name}'s, and "
            f"{key_text(where)} gives that to {owner.name}; a stream has one owner")


def _check_protection(partition, config, problems):
    """Without an SMMU a master reaches all memory, the hypervisor's too."""
    accepted = {name for name, _ in config.unprotected}
    for name, path, protected in partition.dma.masters:
        if protected:
            continue
        if name not in accepted:
            problems.add(path, f"gives {name} to {partition.name}, and no SMMU stands in front of "
                         "it: it could write all memory, the hypervisor's too; list it under "
                         "unprotected_dma to accept that")
        for region in partition.ram + partition.shared:
            if region.ipa != region.pa:
                problems.add(region.path, f"has IPA {hexa(region.ipa)} and PA {hexa(region.pa)}, "
                             f"but {name} is behind no SMMU and goes by physical addresses; "
                             "make them equal")


def _check_accepted(config, problems):
    given = {name: protected for p in config.partitions for name, _, protected in p.dma.masters}
    seen = set()
    for name, path in config.unprotected:
        if name in seen:
            problems.add(path, f"lists {name} twice")
        elif name not in given:
            problems.add(path, f"accepts {name}, which dma gives to nobody")
        elif given[name]:
            problems.add(path, f"accepts {name}, which is behind the SMMU; there is nothing to "
                         "accept")
        seen.add(name)


def _written(partition, key, problems):
    path = ("dma", partition.name, key)
    return path if path in problems.source.lines else None


def _check_policy(partition, config, problems):
    path = _written(partition, "policy", problems)
    if path and not partition.dma.streams:
        problems.add(path, f"has no effect: {partition.name} has no stream whose faults an SMMU "
                     "would report")


def _check_msi(partition, config, problems):
    path, board, dma = _written(partition, "msi", problems), config.board, partition.dma
    count = problems.source.data["dma"][partition.name]["msi"] if path else 0
    if count and not dma.functions:
        problems.add(path, f"is {count}, but {partition.name} has no PCI function that could send "
                     "an MSI")
    elif count and board.its is None:
        problems.add(path, f"is {count}, but board {board.name} has no ITS that could take an MSI")
    elif count > (board.pci.msi_count if board.pci else 0):
        problems.add(path, f"is {count}; board {board.name} has {board.pci.msi_count} interrupts "
                     "for MSIs")
    elif count and partition.cpus[0] in config.shared_cpus:
        problems.add(path, f"is {count}, but others run on CPU {partition.cpus[0]} as well, and MSIs "
                     "cannot be held back while they do; give 0, for lines alone, or a CPU of its "
                     "own first")
    else:
        _check_vectors(partition, problems)


def _check_vectors(partition, problems):
    """Where a line or a whole device raises one of the vectors, both would be lost."""
    vectors = partition.msi_intids
    for irq in partition.irqs:
        if irq.intid in vectors:
            problems.add(irq.path, f"gives interrupt {irq.intid} to {partition.name}, but its MSI "
                         f"vectors are {vectors[0]} to {vectors[-1]}; give fewer by msi, or "
                         "another interrupt")


def _check_width(partition, config, problems):
    ecam = config.board.pci and config.board.pci.ecam
    if partition.dma.functions and ecam.last >> config.ipa_bits:
        problems.add(("hypervisor", "ipa_bits"), f"is {config.ipa_bits}, but {partition.name} "
                     f"finds its PCI configuration space at IPA {hexa(ecam.base)}")


def refused_elsewhere(one, other):
    """Two interrupts that come with one device, or one PCI line: the rules above say it better."""
    return one.path[0] == other.path[0] == "dma" and one.origin == other.origin
