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

    @unittest.skipUnless(shutil.which("dtc"), "dtc is not installed")
    def test_dtc_has_nothing_to_say(self):
        for blob in (self.trees() and self.blobs).values():
            source = subprocess.run(["dtc", "-I", "dtb", "-O", "dts"], input=blob, check=True,
                                    capture_output=True)
            self.assertEqual(source.stderr, b"")
            again = subprocess.run(["dtc", "-I", "dts", "-O", "dts"], input=source.stdout,
                                   check=True, capture_output=True)
            self.assertEqual(again.stdout, source.stdout)


if __name__ == "__main__":
    unittest.main()
