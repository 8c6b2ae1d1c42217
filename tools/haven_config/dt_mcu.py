# SPDX-License-Identifier: Apache-2.0
"""The channel to a microcontroller in its owner's device tree.

Source: Linux bindings reserved-memory and fsl,mu.
"""
from . import dt_write as dt
from .dt_write import DOORBELL, EDGE_RISING, LEVEL_HIGH, WINDOW

MBOX_TXDB, MBOX_RXDB = 2, 3            # channel types of fsl,mu: doorbells


def is_window(config, region):
    return config.mcu is not None and config.mcu.window is not None \
        and region.path == config.mcu.window.path


def channel(fdt, config, partition):
    mcu = config.mcu
    if mcu is None or mcu.owner != partition.name:
        return
    if mcu.window is not None:
        _window(fdt, mcu)
    if mcu.doorbell is not None:
        _doorbell(fdt, mcu.doorbell)
    with fdt.add_node("microcontroller"):
        fdt.property_string("compatible", "haven,microcontroller")
        fdt.property_string("label", mcu.name)
        if mcu.window is not None:
            fdt.property_u32("memory-region", WINDOW)
        if mcu.doorbell is not None:
            dt.cells(fdt, "mboxes", [DOORBELL, MBOX_TXDB, 0, DOORBELL, MBOX_RXDB, 0])
            dt.strings(fdt, "mbox-names", ["tx", "rx"])


def _window(fdt, mcu):
    """Outside /memory, and no-map besides: no operating system uses it unasked."""
    area = mcu.window
    with fdt.add_node("reserved-memory"):
        fdt.property_u32("#address-cells", 2)
        fdt.property_u32("#size-cells", 2)
        fdt.property("ranges", b"")
        with fdt.add_node(f"{area.name}@{area.ipa:x}"):
            fdt.property_string("compatible", "haven,shared-memory")
            fdt.property_string("label", area.name)
            dt.reg(fdt, (area.ipa, area.size))
            fdt.property("no-map", b"")
            if area.sharers[mcu.owner] == "ro":
                fdt.property("read-only", b"")
            fdt.property_u32("phandle", WINDOW)


def _doorbell(fdt, device):
    with fdt.add_node(f"mailbox@{device.frame.base:x}"):
        dt.strings(fdt, "compatible", device.compatible)
        dt.reg(fdt, (device.frame.base, device.frame.size))
        cells = []
        for intid, edge in device.interrupts:
            cells += dt.interrupt(intid, EDGE_RISING if edge else LEVEL_HIGH)
        dt.cells(fdt, "interrupts", cells)
        fdt.property_u32("#mbox-cells", 2)
        fdt.property_u32("phandle", DOORBELL)
