# SPDX-License-Identifier: Apache-2.0
"""`scmi`: who gets a channel, where, and what follows from the devices that a partition owns."""
from . import units
from .model import FIRST_SPI, MAX_INTID
from .model_scmi import PROTOCOLS, SHARED, Grant, Scmi
from .schema import closest


def resolve(data, partitions, board, problems):
    """Set `scmi` of each partition that has a channel. After its devices and interrupts."""
    names = [p.name for p in partitions]
    for name, item in data.get("scmi", {}).items():
        path = ("scmi", name)
        if name not in names:
            problems.add(path, "is not a partition: it has no CPUs under cpus" +
                         closest(name, names))
        elif board.scmi_buffer is None and "buffer" not in item:
            problems.add(path, f"is given, but board {board.name} has no place for the buffer of a "
                         "channel; name one under buffer")
        else:
            partition = partitions[names.index(name)]
            partition.scmi = _channel(item, path, partition, board, problems)


def _channel(item, path, partition, board, problems):
    channel = Scmi(path)
    channel.buffer = units.size(item["buffer"]) if "buffer" in item else board.scmi_buffer
    channel.irq = item.get("irq") or _free_irq(partition, board, problems, path)
    for device, where in partition.devices + partition.dma.devices:
        channel.grants += of_device(device, where)
    channel.grants += _listed(item, path, True)
    channel.grants += _listed(item.get("read", {}), path + ("read",), False)
    return channel


def taken(partition):
    """Interrupts that the partition has already; its doorbell may follow later."""
    used = {irq.intid for irq in partition.irqs} | set(partition.msi_intids)
    return used | {partition.vuart_irq} | {partition.doorbell_irq or 0}


def _free_irq(partition, board, problems, path):
    used = taken(partition)
    for intid in range(FIRST_SPI, min(board.interrupts, MAX_INTID + 1)):
        if intid not in used and intid not in board.own_interrupts:
            return intid
    problems.add(path, f"finds no SPI left in {partition.name} for the channel's interrupt")
    return 0


def of_device(device, path):
    """What whoever owns a device may set."""
    for ident in device.scmi.get("clocks", {}).values():
        if ident != SHARED:
            yield Grant("clocks", ident, ident, True, path, device.name)
    for kind in ("power", "resets"):
        for ident in device.scmi.get(kind, []):
            yield Grant(kind, ident, ident, True, path, device.name)


def _listed(item, path, may_set):
    """Sensors are only ever read."""
    for kind in PROTOCOLS:
        for index, ids in enumerate(item.get(kind, [])):
            first, _, last = str(ids).partition("-")
            yield Grant(kind, int(first), int(last or first), may_set and kind != "sensors",
                        path + (kind, index))
