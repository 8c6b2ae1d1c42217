# SPDX-License-Identifier: Apache-2.0
"""The device trees, read back with libfdt and with dtc."""
import shutil
import struct
import subprocess
import unittest

import libfdt

from support import GOOD, ConfigCase

RICH = GOOD.replace("initrd: initrd}", 'initrd: initrd, cmdline: "console=ttyAMA0 x", '
                    "devices: [rtc], doorbell: [rtos], rng_seed: 7}").replace(
                        "rtos.bin}", "rtos.bin, console: uart1}")


DMA = RICH + "dma: {linux: {devices: [net, disk], msi: 8}, rtos: [edu0]}\n"
PCIE = "/pcie@4010000000"


class Tree:
    """Properties by path, decoded."""

    def __init__(self, blob):
        self.fdt = libfdt.Fdt(blob)

    def bytes(self, path, name):
        return bytes(self.fdt.getprop(self.fdt.path_offset(path), name))

    def cells(self, path, name):
        data = self.bytes(path, name)
        return list(struct.unpack(f">{len(data) // 4}I", data))

    def strings(self, path, name):
        return self.bytes(path, name).rstrip(b"\0").decode().split("\0")

    def has(self, path, name=None):
        try:
            node = self.fdt.path_offset(path)
            return name is None or self.fdt.getprop(node, name) is not None
        except libfdt.FdtException:
            return False


class DeviceTree(ConfigCase):
    def trees(self, text=RICH):
        self.blobs = self.compile(text).dtbs
        return {name: Tree(blob) for name, blob in self.blobs.items()}

    def test_what_linux_boots_by(self):
        tree = self.trees()["linux"]
        self.assertEqual(tree.strings("/chosen", "bootargs"), ["console=ttyAMA0 x"])
        self.assertEqual(tree.strings("/chosen", "stdout-path"), ["/serial@9000000"])
        self.assertEqual(tree.cells("/chosen", "linux,initrd-start"), [0, 0x50200000])
        self.assertEqual(tree.cells("/chosen", "linux,initrd-end"), [0, 0x50200000 + 100_001])
        self.assertEqual(len(tree.bytes("/chosen", "rng-seed")), 64)
        self.assertEqual(tree.cells("/memory@50000000", "reg"), [0, 0x50000000, 0, 0x20000000])
        self.assertEqual(tree.strings("/memory@50000000", "device_type"), ["memory"])

    def test_cpus_and_psci(self):
        tree = self.trees()["linux"]
        for vcpu in (0, 1):
            self.assertEqual(tree.cells(f"/cpus/cpu@{vcpu}", "reg"), [vcpu])
            self.assertEqual(tree.strings(f"/cpus/cpu@{vcpu}", "enable-method"), ["psci"])
        self.assertFalse(tree.has("/cpus/cpu@2"))
        self.assertEqual(tree.strings("/psci", "compatible"), ["arm,psci-1.0", "arm,psci-0.2"])
        self.assertEqual(tree.strings("/psci", "method"), ["hvc"])

    def test_cpu_numbers_are_the_partitions_own(self):
        tree = self.trees()["rtos"]
        self.assertEqual(tree.cells("/cpus/cpu@0", "reg"), [0])
        self.assertFalse(tree.has("/cpus/cpu@1"))

    def test_interrupt_controller(self):
        trees = self.trees()
        node = "/interrupt-controller@8000000"
        self.assertEqual(trees["linux"].cells(node, "reg"),
                         [0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0x40000])
        self.assertEqual(trees["rtos"].cells(node, "reg"),
                         [0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0x20000])
        self.assertEqual(trees["linux"].cells(node, "#interrupt-cells"), [3])
        self.assertEqual(trees["linux"].cells("/", "interrupt-parent"),
                         trees["linux"].cells(node, "phandle"))

    def test_timer(self):
        # secure 29, physical 30, virtual 27, hypervisor 26; as PPI numbers, level high
        self.assertEqual(self.trees()["linux"].cells("/timer", "interrupts"),
                         [1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4])

    def test_serial_ports(self):
        trees = self.trees()
        self.assertEqual(trees["linux"].cells("/serial@9000000", "interrupts"), [0, 1, 4])
        self.assertEqual(trees["linux"].strings("/serial@9000000", "compatible"),
                         ["arm,pl011", "arm,primecell"])
        clock = trees["linux"].cells("/clock-uart", "phandle")
        self.assertEqual(trees["linux"].cells("/serial@9000000", "clocks"), clock * 2)
        self.assertEqual(trees["linux"].cells("/clock-uart", "clock-frequency"), [24_000_000])
        self.assertFalse(trees["linux"].has("/serial@9040000"))
        self.assertFalse(trees["rtos"].has("/serial@9000000"))
        self.assertEqual(trees["rtos"].cells("/serial@9040000", "interrupts"), [0, 8, 4])
        self.assertEqual(trees["rtos"].strings("/chosen", "stdout-path"), ["/serial@9040000"])

    def test_no_console(self):
        tree = self.trees(GOOD.replace("rtos.bin}", "rtos.bin, console: none}"))["rtos"]
        self.assertFalse(tree.has("/chosen", "stdout-path"))
        self.assertFalse(tree.has("/serial@9000000"))

    def test_passed_device(self):
        tree = self.trees()["linux"]
        self.assertEqual(tree.cells("/rtc@9010000", "reg"), [0, 0x9010000, 0, 0x1000])
        self.assertEqual(tree.cells("/rtc@9010000", "interrupts"), [0, 2, 4])
        self.assertEqual(tree.strings("/rtc@9010000", "compatible"), ["arm,pl031", "arm,primecell"])

    def test_shared_memory_is_not_ram(self):
        trees = self.trees()
        node = "/shared-memory@90000000"
        self.assertEqual(trees["linux"].cells(node, "reg"), [0, 0x90000000, 0, 0x100000])
        self.assertEqual(trees["linux"].cells(node, "haven,peers"), [2])
        self.assertEqual(trees["rtos"].cells(node, "haven,peers"), [1])
        self.assertEqual(trees["rtos"].cells("/memory@80000000", "reg"),
                         [0, 0x80000000, 0, 0x1000000])

    def test_read_only_shared_memory(self):
        trees = self.trees(GOOD.replace("size: 1M}", "size: 1M, partitions: "
                                        "{linux: ro, rtos: rw}}"))
        self.assertTrue(trees["linux"].has("/shared-memory@90000000", "read-only"))
        self.assertFalse(trees["rtos"].has("/shared-memory@90000000", "read-only"))

    def test_hypervisor_node(self):
        trees = self.trees()
        self.assertEqual(trees["rtos"].strings("/hypervisor", "compatible"), ["haven,hypervisor"])
        self.assertEqual(trees["rtos"].cells("/hypervisor", "interrupts"), [0, 0, 1])
        self.assertEqual(trees["linux"].cells("/hypervisor", "haven,doorbell-peers"), [2])
        self.assertFalse(trees["linux"].has("/hypervisor", "interrupts"))

    def test_no_tree(self):
        trees = self.trees(GOOD.replace("rtos.bin}", "rtos.bin, dtb: none}"))
        self.assertEqual(list(trees), ["linux"])

    def test_repeatable(self):
        self.trees()
        first = self.blobs
        self.trees()
        self.assertEqual(first, self.blobs)

    def test_pci_host_bridge(self):
        tree = self.trees(DMA)["linux"]
        self.assertEqual(tree.cells("/chosen", "linux,pci-probe-only"), [1])
        self.assertEqual(tree.strings(PCIE, "compatible"), ["pci-host-ecam-generic"])
        self.assertEqual(tree.strings(PCIE, "device_type"), ["pci"])
        self.assertEqual(tree.cells(PCIE, "reg"), [0x40, 0x10000000, 0, 0x100000])
        self.assertEqual(tree.cells(PCIE, "bus-range"), [0, 0])
        # 32-bit memory, not prefetchable; bus address, CPU address, size
        self.assertEqual(tree.cells(PCIE, "ranges"),
                         [0x02000000, 0, 0x10000000, 0, 0x10000000, 0, 0x2eff0000])
        self.assertEqual([tree.cells(PCIE, f"#{n}-cells") for n in
                          ("address", "size", "interrupt")], [[3], [2], [1]])
        self.assertEqual(tree.bytes(PCIE, "dma-coherent"), b"")
        self.assertFalse(tree.has(PCIE, "iommu-map"))

    def test_pci_lines_of_the_partitions_functions_alone(self):
        trees = self.trees(DMA)
        gic = trees["linux"].cells("/interrupt-controller@8000000", "phandle")
        # function, pin; parent with two address cells; SPI 4 and 5 are INTIDs 36 and 37, level
        self.assertEqual(trees["linux"].cells(PCIE, "interrupt-map"),
                         [0x800, 0, 0, 1, *gic, 0, 0, 0, 4, 4, 0x1000, 0, 0, 1, *gic, 0, 0, 0, 5, 4])
        self.assertEqual(trees["rtos"].cells(PCIE, "interrupt-map"),
                         [0x1800, 0, 0, 1, *gic, 0, 0, 0, 6, 4])
        self.assertEqual(trees["rtos"].cells(PCIE, "interrupt-map-mask"), [0xffff00, 0, 0, 7])

    def test_msi_frame(self):
        trees = self.trees(DMA)
        node = "/interrupt-controller@8000000/v2m@8090000"
        for name, count in (("linux", 8), ("rtos", 1)):
            tree = trees[name]
            self.assertEqual(tree.strings(node, "compatible"), ["arm,gic-v2m-frame"])
            self.assertEqual(tree.bytes(node, "msi-controller"), b"")
            self.assertEqual(tree.cells(node, "reg"), [0, 0x8090000, 0, 0x1000])
            self.assertEqual(tree.cells(node, "arm,msi-base-spi"), [48])
            self.assertEqual(tree.cells(node, "arm,msi-num-spis"), [count])
            self.assertEqual(tree.cells(PCIE, "msi-parent"), tree.cells(node, "phandle"))
            parent = "/interrupt-controller@8000000"
            self.assertEqual((tree.cells(parent, "#address-cells"),
                              tree.cells(parent, "#size-cells"), tree.bytes(parent, "ranges")),
                             ([2], [2], b""))

    def test_pci_without_msi(self):
        tree = self.trees(DMA.replace("msi: 8", "msi: 0"))["linux"]
        self.assertFalse(tree.has("/interrupt-controller@8000000/v2m@8090000"))
        self.assertFalse(tree.has(PCIE, "msi-parent"))
        self.assertEqual(tree.cells(PCIE, "interrupt-map")[:8], [0x800, 0, 0, 1, 1, 0, 4, 4])

    def test_no_pci_for_others(self):
        tree = self.trees(DMA.replace("[edu0]", "{streams: [0x30]}"))["rtos"]
        self.assertFalse(tree.has(PCIE))
        self.assertFalse(tree.has("/chosen", "linux,pci-probe-only"))
        self.assertEqual(tree.cells("/interrupt-controller@8000000", "#address-cells"), [0])

    def test_platform_device_that_masters_the_bus(self):
        tree = self.trees(self.template("[ethernet]"))["first"]
        self.assertEqual(tree.cells("/ethernet@23010000", "interrupts"), [0, 19, 4])
        self.assertTrue(tree.has("/ethernet@23010000", "dma-coherent"))
        self.assertFalse(tree.has("/ethernet@23010000", "iommus"))

    @unittest.skipUnless(shutil.which("dtc"), "dtc is not installed")
    def test_dtc_has_nothing_to_say(self):
        for text in (RICH, DMA, DMA.replace("msi: 8", "msi: 0"), self.template("[disk]")):
            self.check_with_dtc(text)

    def check_with_dtc(self, text):
        for blob in (self.trees(text) and self.blobs).values():
            source = subprocess.run(["dtc", "-I", "dtb", "-O", "dts"], input=blob, check=True,
                                    capture_output=True)
            self.assertEqual(source.stderr, b"")
            again = subprocess.run(["dtc", "-I", "dts", "-O", "dts"], input=source.stdout,
                                   check=True, capture_output=True)
            self.assertEqual(again.stdout, source.stdout)


if __name__ == "__main__":
    unittest.main()
