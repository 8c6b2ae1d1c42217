# SPDX-License-Identifier: Apache-2.0
"""A partition's SCMI channel in its device tree, and its devices' clocks and power domains.

Source: Linux bindings arm,scmi (transport arm,scmi-smc), arm,scmi-shmem, clock and power-domain
consumers.
"""
from . import dt_write as dt
from .dt_write import EDGE_RISING
from .model_scmi import PROTOCOLS, SHARED

RING = 0xc6000006          # <haven/hypercall.h>: SCMI ring
BUFFER_SIZE = 0x80
SHMEM, BUS_CLOCK = 0x100, 0x101                    # phandles
CELLS = {"power": "#power-domain-cells", "clocks": "#clock-cells", "resets": "#reset-cells",
         "sensors": "#thermal-sensor-cells"}


def phandle(kind):
    return SHMEM + PROTOCOLS[kind]


def channel(fdt, partition):
    scmi = partition.scmi
    if scmi is None:
        return
    with fdt.add_node(f"scmi-shmem@{scmi.buffer:x}"):
        fdt.property_string("compatible", "arm,scmi-shmem")
        fdt.property_u32("phandle", SHMEM)
        dt.reg(fdt, (scmi.buffer, BUFFER_SIZE))
    with fdt.add_node("firmware"):
        with fdt.add_node("scmi"):
            fdt.property_string("compatible", "arm,scmi-smc")
            fdt.property_u32("arm,smc-id", RING)
            fdt.property_u32("shmem", SHMEM)
            dt.cells(fdt, "interrupts", dt.interrupt(scmi.irq, EDGE_RISING))
            fdt.property_string("interrupt-names", "a2p")
            fdt.property_u32("#address-cells", 1)
            fdt.property_u32("#size-cells", 0)
            for kind, protocol in PROTOCOLS.items():
                if protocol in scmi.protocols:
                    _protocol(fdt, kind, protocol)
    if any(_shared_clocks(device) for device, _ in partition.devices + partition.dma.devices):
        _bus_clock(fdt)


def _protocol(fdt, kind, protocol):
    with fdt.add_node(f"protocol@{protocol:x}"):
        fdt.property_u32("reg", protocol)
        fdt.property_u32("phandle", phandle(kind))
        if kind in CELLS:
            fdt.property_u32(CELLS[kind], 1)


def _shared_clocks(device):
    return SHARED in device.scmi.get("clocks", {}).values()


def _bus_clock(fdt):
    """Of what several devices hang on: it runs, nobody may change it, its rate is nobody's business."""
    with fdt.add_node("clock-bus"):
        fdt.property_string("compatible", "fixed-clock")
        fdt.property_u32("#clock-cells", 0)
        fdt.property_u32("clock-frequency", 0)
        fdt.property_string("clock-output-names", "bus")
        fdt.property_u32("phandle", BUS_CLOCK)


def device(fdt, partition, facts):
    """Inside the device's node."""
    if partition.scmi is None:
        return
    clocks = facts.scmi.get("clocks", {})
    if clocks:
        cells = []
        for ident in clocks.values():
            cells += [BUS_CLOCK] if ident == SHARED else [phandle("clocks"), ident]
        dt.cells(fdt, "clocks", cells)
        dt.strings(fdt, "clock-names", list(clocks))
    for kind, name in (("power", "power-domains"), ("resets", "resets")):
        cells = [c for ident in facts.scmi.get(kind, []) for c in (phandle(kind), ident)]
        if cells:
            dt.cells(fdt, name, cells)
