# SPDX-License-Identifier: Apache-2.0
"""What a guest finds of PCI in its device tree: a host bridge with its functions alone, and the
MSI frame.

Source: PCI Bus Binding to IEEE 1275, 2.2.1 (phys.hi) and 4.3 (interrupt-map); Linux bindings
pci-host-ecam-generic, arm,gic-v3 (arm,gic-v2m-frame), linux,pci-probe-only.
"""
from .dt_write import GIC, LEVEL_HIGH, MSI, cells, interrupt, reg, wide

MEMORY_32 = 0x02000000               # phys.hi: 32-bit, not prefetchable
BDF_AND_PIN = [0xffff00, 0, 0, 7]
BUS_SIZE = 0x100000


def gic_address_cells(partition):
    """The frame is a child of the GIC's node and has an address there."""
    return 2 if partition.dma.msi_page else 0


def msi_frame(fdt, partition):
    """Inside the interrupt controller's node."""
    page = partition.dma.msi_page
    if page is None:
        return
    fdt.property_u32("#size-cells", 2)
    fdt.property("ranges", b"")
    with fdt.add_node(f"v2m@{page.base:x}"):
        fdt.property_string("compatible", "arm,gic-v2m-frame")
        fdt.property_u32("phandle", MSI)
        fdt.property("msi-controller", b"")
        reg(fdt, (page.base, page.size))
        fdt.property_u32("arm,msi-base-spi", partition.dma.msi_first)
        fdt.property_u32("arm,msi-num-spis", partition.dma.msi_count)


def host_bridge(fdt, pci, partition):
    if not partition.dma.functions:
        return
    window = wide(pci.window.base)
    with fdt.add_node(f"pcie@{pci.ecam.base:x}"):
        fdt.property_string("compatible", "pci-host-ecam-generic")
        fdt.property_string("device_type", "pci")
        fdt.property_u32("#address-cells", 3)
        fdt.property_u32("#size-cells", 2)
        fdt.property_u32("#interrupt-cells", 1)
        fdt.property_u32("linux,pci-domain", 0)
        cells(fdt, "bus-range", [pci.first_bus, pci.first_bus + pci.ecam.size // BUS_SIZE - 1])
        reg(fdt, (pci.ecam.base, pci.ecam.size))
        cells(fdt, "ranges", [MEMORY_32] + window + window + wide(pci.window.size))
        fdt.property("dma-coherent", b"")
        if partition.dma.msi_page:
            fdt.property_u32("msi-parent", MSI)
        _interrupt_map(fdt, partition)


def _interrupt_map(fdt, partition):
    """One line for each function that has a pin, none for slots that are not the guest's."""
    rows = []
    parent = [GIC] + [0] * gic_address_cells(partition)
    for function in partition.dma.functions:
        if function.intx:
            rows += [function.facts.bdf << 8, 0, 0, function.facts.pin] + parent + \
                interrupt(function.intx, LEVEL_HIGH)
    if rows:
        cells(fdt, "interrupt-map-mask", BDF_AND_PIN)
        cells(fdt, "interrupt-map", rows)
