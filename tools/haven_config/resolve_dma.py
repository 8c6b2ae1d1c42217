# SPDX-License-Identifier: Apache-2.0
"""Which devices of a partition master the bus: names become streams, interrupts and regions."""
from . import units
from .board import Frame
from .model import PAGE, Dma, Irq, PlacedFunction, Region
from .schema import closest

INTX = "INTx"              # origin of an interrupt that is a PCI line


def resolve(data, partitions, board, problems):
    """Set `dma` of each partition, and add regions and interrupts of its devices."""
    room = board.pci.window if board.pci else None
    lpi, shadow = 0, 0
    for partition in partitions:
        dma = _devices(data, partition, board, problems)
        dma.functions.sort(key=lambda f: f.facts.bdf)
        for function in dma.functions:
            room = _place(function, room, problems)
            _add_function(function, partition)
        for device, path in dma.devices:
            add_device(partition, device, path)
        _msi(data, partition, _has_first_cpu_alone(partition, partitions), board)
        dma.lpi_first, dma.shadow_first = lpi if dma.msi_count else 0, shadow
        lpi, shadow = lpi + dma.lpi_count, shadow + len(dma.functions)


def add_device(partition, device, path):
    """A whole device of the board: its frame and its interrupts."""
    frame = device.frame
    partition.regions.append(Region(name=device.name, path=path, ipa=frame.base, pa=frame.base,
                                    size=frame.size, access="rw", kind="device"))
    for intid, edge in device.interrupts:
        partition.irqs.append(Irq(intid, edge, None, path, origin=device.name))


def _devices(data, partition, board, problems):
    item = data.get("dma", {}).get(partition.name, [])
    path = ("dma", partition.name)
    form, names = (item, path + ("devices",)) if isinstance(item, dict) else \
        ({"devices": item}, path)
    dma = partition.dma = Dma(path, policy=form.get("policy", "log"),
                              protected=board.smmu is not None)
    for i, name in enumerate(form.get("devices", [])):
        _name(name, dma, board, names + (i,), problems)
    dma.raw = [(s, path + ("streams", i)) for i, s in enumerate(form.get("streams", []))]
    return dma


def _name(name, dma, board, path, problems):
    if name in board.functions:
        facts = board.functions[name]
        dma.functions.append(PlacedFunction(facts, path, board.pci.line(facts), {}))
    elif name in board.devices and board.devices[name].is_master:
        dma.devices.append((board.devices[name], path))
    elif name in board.devices:
        problems.add(path, f"names {name}, which masters no bus; list it under "
                     f"partitions.{path[1]}.devices")
    else:
        problems.add(path, f"names {name}, which board {board.name} does not offer" +
                     closest(name, board.masters) + "; bus masters there: " +
                     (", ".join(board.masters) or "none") +
                     ("" if board.pci else "; it has no PCI host bridge"))


def _place(function, room, problems):
    """Give each BAR the next pages of the window that are aligned to it; returns what is left."""
    for bar in function.facts.bars:
        size = max(bar.size, PAGE)
        base = units.align_up(room.base, size)
        if base + size - 1 > room.last:
            left = units.show_range(room.base, room.size) + " is left" if room.size else \
                "nothing is left"
            problems.add(function.path, f"needs {units.show_size(size)} for BAR {bar.index} of "
                         f"{function.facts.name}, aligned to its size; of the board's PCI window "
                         + left)
            return room
        function.bars[bar] = base
        room = Frame(room.name, base + size, room.last + 1 - base - size)
    return room


def _add_function(function, partition):
    for bar, base in function.bars.items():
        partition.regions.append(Region(
            name=f"{function.facts.name} BAR {bar.index}", path=function.path, ipa=base, pa=base,
            size=max(bar.size, PAGE), access="rw", kind="device"))
    shared = any(i.origin == INTX and i.intid == function.intx for i in partition.irqs)
    if function.intx and not shared:
        partition.irqs.append(Irq(function.intx, False, None, function.path, origin=INTX))


def _has_first_cpu_alone(partition, partitions):
    return not any(set(partition.cpus[:1]) & set(p.cpus) for p in partitions if p is not partition)


def _msi(data, partition, alone, board):
    """As many vectors as the devices want and the board has, unless the file says how many; none
    where they would come to a CPU that others share."""
    dma, item = partition.dma, data.get("dma", {}).get(partition.name, {})
    wanted = sum(f.facts.msi for f in dma.functions)
    if board.its is None or not dma.functions:
        return
    dma.msi_count = min(wanted, board.pci.msi_count) if alone else 0
    if isinstance(item, dict) and "msi" in item:
        dma.msi_count = item["msi"]
    if dma.msi_count:
        dma.msi_first, dma.msi_page = board.pci.msi_first, board.msi_page
