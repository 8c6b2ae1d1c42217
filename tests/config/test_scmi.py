# SPDX-License-Identifier: Apache-2.0
"""SCMI channels: whose, where, what follows from devices, what the guest finds, what is refused."""
import unittest

from imx95 import IMX95
from support import GOOD, ConfigCase
from test_devicetree import Tree

from haven_config import emit_c, emit_report, payloads

# Clocks 143 to 147 are those of LPUART4 to 8, 158 to 160 of USDHC1 to 3; power domain 15 is HSIO_TOP:
# Linux's device tree headers of the i.MX95.
OWN = IMX95.replace("kernel: Image}", "kernel: Image, devices: [lpuart5, lpuart6]}").replace(
    "rtos.bin}", "rtos.bin, devices: [lpuart8]}") + "dma: {linux: [usdhc2]}\nscmi:\n"
BOTH = OWN + "  linux: {}\n  rtos: {}\n"
SCMI = "/firmware/scmi"


class Channels(ConfigCase):
    def tables(self, text):
        config = self.good(text)
        return emit_c.tables(config, payloads.table(config, self.dir)), emit_c.limits(config)

    def test_nobody_has_one_unasked(self):
        text, limits = self.tables(GOOD)
        self.assertIn("\t\t.scmi = {0},\n", text)
        self.assertIn("#define HV_CONFIG_SCMI_CHANNELS 0u", limits)

    def test_a_channel_without_a_platform(self):
        config = self.good(GOOD + "scmi: {linux: {}}\n")
        linux, rtos = config.partitions
        self.assertEqual((linux.scmi.buffer, linux.scmi.irq), (0x09100000, 32))
        self.assertIsNone(rtos.scmi)
        text, limits = self.tables(GOOD + "scmi: {linux: {}}\n")
        self.assertIn("\t\t.scmi = {UINT64_C(0x9100000), 32u, {NULL, 0u}},\n", text)
        self.assertIn("#define HV_CONFIG_SCMI_CHANNELS 1u", limits)

    def test_what_follows_from_devices(self):
        text, limits = self.tables(BOTH)
        self.assertIn("""\
static const struct hv_scmi_grant linux_scmi[] = {
	{HV_SCMI_CLOCK, 144u, 145u, true} /* lpuart5, lpuart6 */,
	{HV_SCMI_CLOCK, 159u, 159u, true} /* usdhc2 */,
};
""", text)
        self.assertIn("static const struct hv_scmi_grant rtos_scmi[] = {\n"
                      "\t{HV_SCMI_CLOCK, 147u, 147u, true} /* lpuart8 */,\n};\n", text)
        self.assertIn("\t\t.scmi = {UINT64_C(0x445b1000), 32u, {linux_scmi, 2u}},\n", text)
        self.assertIn("#define HV_CONFIG_SCMI_CHANNELS 2u", limits)

    def test_lists_besides(self):
        config = self.good(OWN + "  linux: {buffer: 0x44600000, irq: 100, pins: [4-7, 9], "
                           "sensors: [1], power: [20], read: {clocks: [9], resets: [3]}}\n")
        channel = config.partition("linux").scmi
        self.assertEqual((channel.buffer, channel.irq), (0x44600000, 100))
        self.assertEqual([(g.kind, g.first, g.last, g.may_set) for g in channel.rows], [
            ("power", 20, 20, True), ("clocks", 144, 145, True), ("clocks", 159, 159, True),
            ("clocks", 9, 9, False), ("sensors", 1, 1, False), ("resets", 3, 3, False),
            ("pins", 4, 7, True), ("pins", 9, 9, True)])

    def test_the_report_says_it(self):
        config = self.good(BOTH)
        text = emit_report.report(config, payloads.table(config, self.dir))
        self.assertIn("  SCMI channel    IPA 0x445b1000, INTID 32\n"
                      "    sets clocks 144-145 (lpuart5, lpuart6)\n"
                      "    sets clocks 159 (usdhc2)\n", text)

    def test_both_may_read_what_nobody_sets(self):
        self.good(OWN + "  linux: {read: {clocks: [9]}}\n  rtos: {read: {clocks: [9]}}\n")

    def test_the_doorbell_takes_another_interrupt(self):
        text = GOOD.replace("rtos.bin}", "rtos.bin, doorbell: [linux]}") + "scmi: {linux: {}}\n"
        linux = self.good(text).partition("linux")
        self.assertEqual((linux.scmi.irq, linux.doorbell_irq), (32, 34))
        linux = self.good(text.replace("initrd: initrd}", "initrd: initrd, doorbell: {irq: 32}}")
                          ).partition("linux")
        self.assertEqual((linux.scmi.irq, linux.doorbell_irq), (34, 32))


class DeviceTree(ConfigCase):
    def tree(self, text, name="linux"):
        return Tree(self.compile(text).dtbs[name])

    def test_node(self):
        tree = self.tree(GOOD + "scmi: {linux: {irq: 77}}\n")
        self.assertEqual(tree.strings(SCMI, "compatible"), ["arm,scmi-smc"])
        self.assertEqual(tree.cells(SCMI, "arm,smc-id"), [0xc6000006])
        self.assertEqual(tree.cells(SCMI, "interrupts"), [0, 45, 1])
        self.assertEqual(tree.strings(SCMI, "interrupt-names"), ["a2p"])
        buffer = "/scmi-shmem@9100000"
        self.assertEqual(tree.cells(SCMI, "shmem"), tree.cells(buffer, "phandle"))
        self.assertEqual(tree.strings(buffer, "compatible"), ["arm,scmi-shmem"])
        self.assertEqual(tree.cells(buffer, "reg"), [0, 0x09100000, 0, 0x80])
        for protocol in range(0x11, 0x20):
            self.assertFalse(tree.has(f"{SCMI}/protocol@{protocol:x}"))

    def test_protocols_and_what_devices_refer_to(self):
        tree = self.tree(BOTH.replace("[usdhc2]", "[usdhc2, usb2]"))
        clocks, power = f"{SCMI}/protocol@14", f"{SCMI}/protocol@11"
        self.assertEqual(tree.cells(clocks, "reg"), [0x14])
        self.assertEqual(tree.cells(clocks, "#clock-cells"), [1])
        self.assertEqual(tree.cells(power, "#power-domain-cells"), [1])
        self.assertFalse(tree.has(f"{SCMI}/protocol@13"))
        clock, bus = tree.cells(clocks, "phandle")[0], tree.cells("/clock-bus", "phandle")[0]
        self.assertEqual(tree.cells("/lpuart5@42590000", "clocks"), [clock, 144])
        self.assertEqual(tree.strings("/lpuart5@42590000", "clock-names"), ["ipg"])
        self.assertEqual(tree.cells("/usdhc2@42860000", "clocks"), [bus, bus, clock, 159])
        self.assertEqual(tree.strings("/usdhc2@42860000", "clock-names"), ["ipg", "ahb", "per"])
        self.assertEqual(tree.cells("/usb2@4c200000", "power-domains"),
                         [tree.cells(power, "phandle")[0], 15])

    def test_without_a_channel_nothing_refers_to_one(self):
        tree = self.tree(BOTH.replace("  linux: {}\n", ""))
        self.assertFalse(tree.has("/firmware"))
        self.assertFalse(tree.has("/clock-bus"))
        self.assertFalse(tree.has("/usdhc2@42860000", "clocks"))

    def test_serial_ports_alone_need_no_bus_clock(self):
        tree = self.tree(BOTH, "rtos")
        self.assertFalse(tree.has("/clock-bus"))
        self.assertEqual(tree.cells("/lpuart8@426a0000", "clocks"),
                         tree.cells(f"{SCMI}/protocol@14", "phandle") + [147])


class Refusals(ConfigCase):
    def qemu(self, line):
        return GOOD + f"scmi:\n  {line} #!\n"

    def test_shape(self):
        for line, words in (
                ("linux: [1]", "scmi.linux must be a mapping, which may be empty"),
                ("linux: {perf: [1]}", "scmi.linux.perf is not a known key"),
                ("linux: {clocks: [perf]}", "scmi.linux.clocks[0] must be an id, 0 to 65535, or a range of "
                 "them (10-12)"),
                ("linux: {clocks: [70000]}", "scmi.linux.clocks[0] must be an id, 0 to 65535"),
                ("linux: {irq: edge}", "scmi.linux.irq must be an interrupt number")):
            self.assert_refused(self.qemu(line), words)

    def test_partition_that_is_none(self):
        self.assert_refused(self.qemu("linuks: {}"), "scmi.linuks is not a partition: it has no CPUs "
                            "under cpus (did you mean linux?")

    def test_grants_without_a_platform(self):
        self.assert_refused(self.qemu("linux: {clocks: [3]}"), "scmi.linux.clocks[0] gives clock 3 to "
                            "linux, but board qemu-virt has no platform that could be asked for it")

    def test_board_without_a_place(self):
        board = self.board(("scmi_buffer: 0x09100000", "unused: 0x09100000"))
        self.assert_refused(self.qemu("linux: {}"), "scmi.linux is given, but board qemu-virt has no "
                            "place for the buffer of a channel; name one under buffer",
                            boards=board)
        config = self.compile(GOOD + "scmi: {linux: {buffer: 0x0a000000}}\n",
                              boards=board).config
        self.assertEqual(config.partition("linux").scmi.buffer, 0x0a000000)

    def test_buffer(self):
        for line, words in (
                ("linux: {buffer: 0x9100800}", "scmi.linux.buffer is 0x9100800, which is not the "
                 "address of a page"),
                ("linux: {buffer: 0}", "scmi.linux.buffer is 0x0, which is not the address of a page"),
                ("linux: {buffer: 0x8000000000}", "scmi.linux.buffer is 0x8000000000, beyond 39 bits"),
                ("linux: {buffer: 0x9000000}", "scmi.linux.buffer is 0x9000000, which is in the virtual console of linux"),
                ("linux: {buffer: 0x8001000}", "scmi.linux.buffer is 0x8001000, which is in the emulated GIC distributor "
                 "of linux")):
            self.assert_refused(self.qemu(line), words)
        text = (GOOD + "scmi: {linux: {buffer: 0x51000000}}\n").replace("512M}", "512M} #!")
        self.assert_refused(text, "memory.linux overlaps the SCMI buffer of linux in IPA "
                            "0x51000000-0x51000fff; move it")

    def test_irq(self):
        for irq, words in ((31, "is 31, which is out of range; a channel's interrupt is an SPI, 32 to "
                            "287"), (288, "is 288, which is out of range"),
                           (33, "is 33, which linux already uses"),
                           (106, "is 106, which is used by the SMMU")):
            self.assert_refused(self.qemu(f"linux: {{irq: {irq}}}"), "scmi.linux.irq " + words)
        self.assert_refused(self.qemu("linux: {irq: 77}") + "interrupts: {linux: [77]}\n",
                            "scmi.linux.irq is 77, which linux already uses; take another")

    def test_one_clock_for_two(self):
        self.assert_refused(OWN + "  linux: {}\n  rtos: {clocks: [144]} #!\n",
                            "scmi.rtos.clocks[0] gives clock 144 to rtos, but "
                            "partitions.linux.devices[0] gives it, which is of lpuart5, to linux; "
                            "what one of them sets would happen to the other")
        self.assert_refused(OWN + "  linux: {clocks: [62-69]}\n  rtos: {read: {clocks: [65]}} #!\n",
                            "scmi.rtos.read.clocks[0] gives clock 65 to rtos, but "
                            "scmi.linux.clocks[0] gives it to linux")

    def test_a_device_of_a_partition_without_a_channel(self):
        """Who has no channel has its devices all the same; reading of them is harmless."""
        self.assert_refused(OWN + "  linux: {clocks: [143-150]} #!\n",
                            "scmi.linux.clocks[0] gives clock 147 to linux, but partitions.rtos.devices[0] "
                            "gives lpuart8, which needs it, to rtos")
        text = OWN.replace("dma: {linux: [usdhc2]}", "dma: {linux: [usdhc2], rtos: [usb2]}")
        self.assert_refused(text + "  linux: {power: [15]} #!\n",
                            "scmi.linux.power[0] gives power domain 15 to linux, but dma.rtos[0] gives usb2, "
                            "which needs it, to rtos")
        text = text.replace("[usdhc2], rtos", "[usb1], rtos").replace("scmi:\n", "")
        self.assert_refused(text.replace("dma: {linux: [usb1], rtos: [usb2]}",
                                         "dma:\n  linux: [usb1] #!\n  rtos: [usb2]") + "scmi: {linux: {}}\n",
                            "dma.linux[0] gives power domain 15, which is of usb1, to linux, but dma.rtos[0] "
                            "gives usb2, which needs it, to rtos")
        self.good(OWN + "  linux: {read: {clocks: [140-150]}}\n")

    def test_one_power_domain_for_two_controllers(self):
        self.assert_refused(BOTH.replace("dma: {linux: [usdhc2]}",
                                         "dma:\n  linux: [usb1]\n  rtos: [usb2] #!"),
                            "dma.rtos[0] gives power domain 15, which is of usb2, to rtos, but "
                            "dma.linux[0] gives it, which is of usb1, to linux")

    def test_what_is_nobodys_to_set(self):
        """LPUART1, the hypervisor's console; the clock of the Cortex-A55; DRAM's power; PLLs."""
        for kind, ids, first in (("clocks", "52", 52), ("clocks", "62-70", 70), ("power", "12", 12),
                                 ("clocks", "36", 36), ("power", "22-30", 22), ("clocks", "173", 173)):
            self.assert_refused(OWN + f"  linux: {{{kind}: [{ids}]}} #!\n",
                                f"scmi.linux.{kind}[0] gives {'clock' if kind == 'clocks' else 'power domain'} "
                                f"{first} to linux, which is no partition's to set: more than its devices run "
                                "by it; read: may list it")
            self.good(OWN + f"  linux: {{read: {{{kind}: [{ids}]}}}}\n")
        self.good(OWN + "  linux: {clocks: [60, 62-69, 174], power: [3, 20]}\n")

    def test_ranges(self):
        self.assert_refused(OWN + "  linux: {clocks: [7-5]} #!\n", "scmi.linux.clocks[0] is 7-5, which "
                            "ends before it begins")
        many = ", ".join(str(2 * i) for i in range(1, 33))
        self.assert_refused(OWN + f"  linux: {{resets: [{many}]}} #!\n",
                            "scmi.linux has 34 separate ranges of ids; at most 32 are possible")


if __name__ == "__main__":
    unittest.main()
