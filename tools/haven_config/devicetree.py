# SPDX-License-Identifier: Apache-2.0
"""The device tree of one partition: what it has, and nothing else.

Source: Devicetree Specification 0.4; Linux bindings arm,gic-v3,
arm,armv8-timer, arm,psci, arm,pl011. PCI is in dt_pci.
"""
import hashlib

import libfdt

from . import dt_mcu, dt_pci, dt_scmi
from . import dt_write as dt
from .dt_write import CLOCK, EDGE_RISING, GIC, LEVEL_HIGH
from .layout import main_ram
from .model_firmware import owns_doorbell

SECURE_TIMER_PPI = 29


def build(config, partition):
    """The flattened tree as bytes."""
    fdt = libfdt.FdtSw()
    fdt.finish_reservemap()
    with fdt.add_node(""):
        _root(fdt, config, partition)
        _chosen(fdt, config, partition)
        _cpus(fdt, partition)
        _memory(fdt, partition)
        _psci(fdt)
        _interrupt_controller(fdt, config.board, partition)
        _timer(fdt, config.board)
        _clock(fdt, config.board)
        if partition.has_vuart:
            _pl011(fdt, config.board.uart.base, config.board.uart.size, partition.vuart_irq)
        for device, _ in partition.devices + partition.dma.devices:
            if not owns_doorbell(config, partition, device):
                _device(fdt, partition, device)
        dt_pci.host_bridge(fdt, config.board.pci, partition)
        for region in partition.shared:
            if not dt_mcu.is_window(config, region):
                _shared_memory(fdt, config, partition, region)
        dt_mcu.channel(fdt, config, partition)
        dt_scmi.channel(fdt, partition)
        _hypervisor(fdt, config, partition)
    tree = fdt.as_fdt()
    return bytes(tree.as_bytearray()[:tree.totalsize()])


def _root(fdt, config, partition):
    dt.strings(fdt, "compatible", ["haven,partition"])
    fdt.property_string("model", f"Haven partition {partition.name} on {config.board.name}")
    fdt.property_u32("#address-cells", 2)
    fdt.property_u32("#size-cells", 2)
    fdt.property_u32("interrupt-parent", GIC)


def _console_base(config, partition):
    if partition.has_vuart:
        return config.board.uart.base
    for device, _ in partition.devices:
        if device.name == partition.console:
            return device.frame.base
    return None


def _chosen(fdt, config, partition):
    base = _console_base(config, partition)
    initrd = partition.images.get("initrd")
    with fdt.add_node("chosen"):
        if base is not None:
            fdt.property_string("stdout-path", f"/serial@{base:x}")
        if partition.cmdline:
            fdt.property_string("bootargs", partition.cmdline)
        if initrd is not None and initrd.size:
            fdt.property_u64("linux,initrd-start", initrd.load)
            fdt.property_u64("linux,initrd-end", initrd.load + initrd.size)
        if partition.dma.functions:
            fdt.property_u32("linux,pci-probe-only", 1)
        if partition.rng_seed is not None:
            fdt.property("rng-seed", _seed(partition))


def _seed(partition):
    """64 bytes that depend on the number and the partition's name alone: for repeatable runs."""
    text = f"{partition.name} {partition.rng_seed}".encode()
    return hashlib.sha512(text).digest()


def _cpus(fdt, partition):
    with fdt.add_node("cpus"):
        fdt.property_u32("#address-cells", 1)
        fdt.property_u32("#size-cells", 0)
        for vcpu in range(len(partition.cpus)):
            with fdt.add_node(f"cpu@{vcpu:x}"):
                fdt.property_string("device_type", "cpu")
                fdt.property_string("compatible", "arm,armv8")
                fdt.property_u32("reg", vcpu)
                fdt.property_string("enable-method", "psci")


def _memory(fdt, partition):
    """Writable RAM only: an operating system takes all of this as its own."""
    ram = [r for r in partition.ram if "w" in r.access] or [main_ram(partition)]
    with fdt.add_node(f"memory@{ram[0].ipa:x}"):
        fdt.property_string("device_type", "memory")
        dt.reg(fdt, *[(r.ipa, r.size) for r in ram])


def _psci(fdt):
    with fdt.add_node("psci"):
        dt.strings(fdt, "compatible", ["arm,psci-1.0", "arm,psci-0.2"])
        fdt.property_string("method", "hvc")


def _interrupt_controller(fdt, board, partition):
    with fdt.add_node(f"interrupt-controller@{board.gicd.base:x}"):
        fdt.property_string("compatible", "arm,gic-v3")
        fdt.property_u32("phandle", GIC)
        fdt.property_u32("#interrupt-cells", 3)
        fdt.property_u32("#address-cells", dt_pci.gic_address_cells(partition))
        fdt.property("interrupt-controller", b"")
        fdt.property_u32("#redistributor-regions", 1)
        dt.reg(fdt, (board.gicd.base, board.gicd.size),
               (board.gicr.base, board.gicr_stride * len(partition.cpus)))
        dt_pci.msi_frame(fdt, partition)


def _timer(fdt, board):
    """Order of the binding: secure, physical, virtual, hypervisor."""
    cells = []
    for intid in (SECURE_TIMER_PPI, board.ppi["physical_timer"], board.ppi["virtual_timer"],
                  board.ppi["hypervisor_timer"]):
        cells += dt.interrupt(intid, LEVEL_HIGH)
    with fdt.add_node("timer"):
        fdt.property_string("compatible", "arm,armv8-timer")
        dt.cells(fdt, "interrupts", cells)
        fdt.property("always-on", b"")


def _clock(fdt, board):
    with fdt.add_node("clock-uart"):
        fdt.property_string("compatible", "fixed-clock")
        fdt.property_u32("#clock-cells", 0)
        fdt.property_u32("clock-frequency", board.uart_clock)
        fdt.property_string("clock-output-names", "uartclk")
        fdt.property_u32("phandle", CLOCK)


def _pl011(fdt, base, size, intid):
    with fdt.add_node(f"serial@{base:x}"):
        dt.strings(fdt, "compatible", ["arm,pl011", "arm,primecell"])
        dt.reg(fdt, (base, size))
        dt.cells(fdt, "interrupts", dt.interrupt(intid, LEVEL_HIGH))
        dt.cells(fdt, "clocks", [CLOCK, CLOCK])
        dt.strings(fdt, "clock-names", ["uartclk", "apb_pclk"])


def _device(fdt, partition, device):
    frame = device.frame
    if "arm,pl011" in device.compatible:
        _pl011(fdt, frame.base, frame.size, device.interrupts[0][0])
        return
    with fdt.add_node(f"{device.name}@{frame.base:x}"):
        dt.strings(fdt, "compatible", device.compatible)
        dt.reg(fdt, (frame.base, frame.size))
        cells = []
        for intid, edge in device.interrupts:
            cells += dt.interrupt(intid, EDGE_RISING if edge else LEVEL_HIGH)
        if cells:
            dt.cells(fdt, "interrupts", cells)
        if device.coherent:
            fdt.property("dma-coherent", b"")
        if "arm,primecell" in device.compatible:
            dt.cells(fdt, "clocks", [CLOCK])
            dt.strings(fdt, "clock-names", ["apb_pclk"])
        dt_scmi.device(fdt, partition, device)


def _shared_memory(fdt, config, partition, region):
    """Outside /memory, so no operating system takes it for RAM."""
    area = next(a for a in config.shared if a.name == region.name)
    with fdt.add_node(f"shared-memory@{region.ipa:x}"):
        fdt.property_string("compatible", "haven,shared-memory")
        fdt.property_string("label", region.name)
        dt.reg(fdt, (region.ipa, region.size))
        dt.cells(fdt, "haven,peers",
                 [config.partition(n).id for n in area.sharers if n != partition.name])
        if "w" not in region.access:
            fdt.property("read-only", b"")


def _hypervisor(fdt, config, partition):
    with fdt.add_node("hypervisor"):
        fdt.property_string("compatible", "haven,hypervisor")
        fdt.property_string("method", "hvc")
        fdt.property_u32("haven,partition-id", partition.id)
        if partition.doorbell_irq is not None:
            dt.cells(fdt, "interrupts", dt.interrupt(partition.doorbell_irq, EDGE_RISING))
        if partition.doorbell_peers:
            dt.cells(fdt, "haven,doorbell-peers",
                     [config.partition(n).id for n in partition.doorbell_peers])
