# SPDX-License-Identifier: Apache-2.0
"""Devices that master the bus: what a configuration gets by naming them."""
import unittest
from xml.etree import ElementTree

from support import GOOD, ConfigCase

from haven_config import emit_c, emit_dma, emit_report, emit_svg

DMA = GOOD + """\
dma:
  linux: {devices: [net, disk]}
  rtos: [edu0]
"""

# qemu-virt: window 0x10000000, INTIDs 48..79 for MSIs, PCI lines 35..38.
FUNCTIONS = """\
static const struct hv_pci_function linux_functions[] = {
	{"disk", 0x8u, 0x10421af4u, 36u,
	 {[1] = {UINT64_C(0x10000000), UINT64_C(0x1000), false, false},
	  [4] = {UINT64_C(0x10004000), UINT64_C(0x4000), true, true}}},
	{"net", 0x10u, 0x10411af4u, 37u,
	 {[1] = {UINT64_C(0x10008000), UINT64_C(0x1000), false, false},
	  [4] = {UINT64_C(0x1000c000), UINT64_C(0x4000), true, true}}},
};
"""
RTOS_DMA = """\
		.dma = {
			.streams = rtos_streams,
			.stream_count = 1u,
			.functions = rtos_functions,
			.function_count = 1u,
			.shadow_first = 2u,
			.policy = HV_DMA_LOG,
			.msi_ipa = UINT64_C(0x8090000),
			.msi_first = 48u,
			.msi_count = 1u,
			.lpi_first = 18u,
		},
"""


def bars(partition):
    return {(f.facts.name, bar.index): base for f in partition.dma.functions
            for bar, base in f.bars.items()}


def streams(partition):
    return [stream for stream, _, _ in partition.dma.streams]


class Functions(ConfigCase):
    def test_short_and_long_form(self):
        linux, rtos = self.good(DMA).partitions
        self.assertEqual(streams(linux), [0x8, 0x10])
        self.assertEqual(streams(rtos), [0x18])
        self.assertEqual((linux.dma.policy, rtos.dma.policy), ("log", "log"))

    def test_bars_lie_in_the_window_in_order_of_slots(self):
        linux, rtos = self.good(DMA).partitions
        self.assertEqual(bars(linux), {
            ("disk", 1): 0x10000000, ("disk", 4): 0x10004000,
            ("net", 1): 0x10008000, ("net", 4): 0x1000c000})
        self.assertEqual(bars(rtos), {("edu0", 0): 0x10100000})

    def test_bars_are_device_regions(self):
        linux = self.good(DMA).partitions[0]
        self.assertEqual([(r.name, r.ipa, r.pa, r.size, r.access, r.kind)
                          for r in linux.regions if r.kind == "device"], [
            ("disk BAR 1", 0x10000000, 0x10000000, 0x1000, "rw", "device"),
            ("disk BAR 4", 0x10004000, 0x10004000, 0x4000, "rw", "device"),
            ("net BAR 1", 0x10008000, 0x10008000, 0x1000, "rw", "device"),
            ("net BAR 4", 0x1000c000, 0x1000c000, 0x4000, "rw", "device")])

    def test_bars_smaller_than_a_page_have_pages_of_their_own(self):
        boards = self.board(("{index: 1, size: 0x1000}", "{index: 1, size: 0x10}"))
        linux = self.good(DMA, boards=boards).partitions[0]
        self.assertEqual(bars(linux)["disk", 1], 0x10000000)
        self.assertEqual([r.size for r in linux.regions if r.name == "disk BAR 1"], [0x1000])
        self.assertIn("{[1] = {UINT64_C(0x10000000), UINT64_C(0x10), false, false},",
                      emit_dma.functions(linux)[0])

    def test_two_small_bars_of_two_partitions_share_no_page(self):
        boards = self.board(("bars: [{index: 0, size: 0x100000}]",
                             "bars: [{index: 0, size: 0x20}]"))
        linux, rtos = self.good(DMA.replace("[net, disk]", "[edu1]"), boards=boards).partitions
        pages = [base >> 12 for p in (linux, rtos) for base in bars(p).values()]
        self.assertEqual(len(set(pages)), 2, pages)

    def test_a_bar_that_ends_with_the_window(self):
        boards = self.board(("window: {base: 0x10000000, size: 0x2eff0000}",
                             "window: {base: 0x10000000, size: 0x200000}"))
        rtos = self.good(DMA, boards=boards).partitions[1]
        self.assertEqual(bars(rtos), {("edu0", 0): 0x10100000})

    def test_lines(self):
        # (slot + pin - 1) mod 4 of 35, 36, 37, 38: slot 1 is 36, slot 3 is 38, slot 4 is 35
        linux, rtos = self.good(DMA.replace("[net, disk]", "[edu1, disk]")).partitions
        self.assertEqual([(i.intid, i.edge) for i in linux.irqs if i.origin == "INTx"],
                         [(36, False), (35, False)])
        self.assertEqual([f.intx for f in rtos.dma.functions], [38])

    def test_two_functions_of_one_partition_on_one_line(self):
        boards = self.board(("slot: 2\n", "slot: 5\n"))
        linux = self.good(DMA, boards=boards).partitions[0]
        self.assertEqual([f.intx for f in linux.dma.functions], [36, 36])
        self.assertEqual([i.intid for i in linux.irqs if i.origin == "INTx"], [36])

    def test_function_without_a_pin(self):
        boards = self.board(("pin: 1\n", "pin: 0\n"))
        for partition in self.good(DMA, boards=boards).partitions:
            self.assertEqual({f.intx for f in partition.dma.functions}, {0})
            self.assertEqual([i.intid for i in partition.irqs], [27, 30])

    def test_msi_default_is_what_the_functions_want(self):
        linux, rtos = self.good(DMA).partitions
        self.assertEqual((linux.dma.msi_first, linux.dma.msi_count, linux.dma.lpi_first), (48, 9, 0))
        self.assertEqual((rtos.dma.msi_first, rtos.dma.msi_count, rtos.dma.lpi_first), (48, 1, 18))

    def test_msi_default_is_at_most_the_boards_pool(self):
        boards = self.board(("msi: {first: 48, count: 32}", "msi: {first: 48, count: 6}"))
        self.assertEqual(self.good(DMA, boards=boards).partitions[0].dma.msi_count, 6)

    def test_no_msi_on_a_shared_cpu(self):
        text = DMA.replace("rtos: [2]", "rtos: [1]") + """timing:
  linux: {period: 10ms, budget: 4ms, priority: 1}
  rtos: {period: 1ms, budget: 200us}
"""
        linux, rtos = self.good(text).partitions
        self.assertEqual((linux.dma.msi_count, rtos.dma.msi_count), (9, 0))  # MSIs come to CPU 0
        self.assertEqual([i.intid for i in rtos.irqs if i.origin == "INTx"],
                         [f.intx for f in rtos.dma.functions])

    def test_msi_that_is_given(self):
        for count in (0, 1, 32):
            config = self.good(DMA.replace("disk]}", f"disk], msi: {count}}}"))
            linux, rtos = config.partitions
            self.assertEqual(linux.dma.msi_count, count)
            self.assertEqual(linux.dma.msi_page is None, count == 0)
            self.assertEqual(rtos.dma.lpi_first, 2 * count)

    def test_board_without_an_its(self):
        boards = self.board(("  its: {base: 0x08080000, size: 0x20000, coherent: true}\n", ""))
        config = self.good(DMA, boards=boards)
        self.assertEqual([p.dma.msi_count for p in config.partitions], [0, 0])
        self.assertEqual(config.lpi_count, 0)

    def test_doorbell_keeps_clear_of_the_vectors(self):
        text = DMA.replace("rtos.bin}", "rtos.bin, doorbell: [linux]}") + \
            f"interrupts: {{linux: {[32, 34, *range(39, 48)]}}}\n"
        # 33 is the console, 35 free, 36 and 37 the lines of disk and net
        self.assertEqual(self.good(text).partitions[0].doorbell_irq, 35)
        # 38 is the line of edu0, then 48 to 56 are vectors
        text = text.replace("[32, 34,", "[32, 34, 35,").replace("[edu0]", "[]")
        self.assertEqual(self.good(text).partitions[0].doorbell_irq, 38)
        text = text.replace("[32, 34, 35,", "[32, 34, 35, 38,")
        self.assertEqual(self.good(text).partitions[0].doorbell_irq, 57)

    def test_policy_and_restarts(self):
        for policy, count in (("log", 0), ("suspend", 0), ("restart", 3)):
            config = self.good(DMA.replace("disk]}", f"disk], policy: {policy}}}"))
            linux = config.partitions[0]
            self.assertEqual((linux.dma.policy, linux.max_restarts), (policy, count))
        text = DMA.replace("disk]}", "disk], policy: restart}").replace(
            "initrd: initrd}", "initrd: initrd, max_restarts: 7}")
        self.assertEqual(self.good(text).partitions[0].max_restarts, 7)

    def test_fault_limit(self):
        self.assertEqual(self.good(DMA).dma_fault_limit, 64)
        config = self.good(DMA + "hypervisor: {dma_fault_limit: 1}\n")
        self.assertIn(".dma_fault_limit = 1u,", emit_c.tables(config, []))

    def test_guest_addresses_reach_the_configuration_space(self):
        boards = self.board(("0x4010000000", "0x8010000000"))
        self.assertEqual(self.good(boards=boards).ipa_bits, 39)
        self.assertEqual(self.good(DMA, boards=boards).ipa_bits, 40)


class Streams(ConfigCase):
    def test_raw_streams(self):
        linux = self.good(GOOD + "dma: {linux: {streams: [0xffff, 0, 0x128]}}\n").partitions[0]
        self.assertEqual(streams(linux), [0, 0x128, 0xffff])
        self.assertEqual((linux.dma.functions, linux.dma.msi_count, linux.device_map),
                         ([], 0, None))

    def test_platform_device(self):
        text = self.template("[ethernet]")
        config = self.good(text)
        first = config.partitions[0]
        self.assertEqual(streams(first), [0x40])
        self.assertEqual([(r.name, r.ipa, r.size) for r in first.regions if r.kind == "device"],
                         [("ethernet", 0x23010000, 0x10000)])
        self.assertIn(51, [i.intid for i in first.irqs])

    def test_device_without_an_smmu_that_is_accepted(self):
        config = self.good(self.template("[video]") + "unprotected_dma: [video]\n")
        self.assertEqual(streams(config.partitions[0]), [])
        boards = self.board(self.without_smmu())
        config = self.good(DMA + "unprotected_dma: [edu0, disk, net]\n", boards=boards)
        linux = config.partitions[0]
        self.assertEqual((streams(linux), len(linux.dma.functions)), ([], 2))
        self.assertEqual(linux.dma.msi_count, 9)


class Tables(ConfigCase):
    def tables(self, text=DMA, **options):
        return emit_c.tables(self.good(text, **options), [])

    def limits(self, text, **options):
        text = emit_c.limits(self.good(text, **options))
        return {line.split()[1].removeprefix("HV_CONFIG_"): int(line.split()[2].rstrip("u"))
                for line in text.split("\n") if line.startswith("#define HV_CONFIG")}

    def test_functions_streams_and_dma(self):
        text = self.tables()
        self.assertIn(FUNCTIONS, text)
        self.assertIn("linux_streams[] = {\n\t/* disk */ 0x8u,\n\t/* net */ 0x10u,\n};", text)
        self.assertIn(RTOS_DMA, text)

    def test_board(self):
        text = self.tables()
        for line in (".smmu = {UINT64_C(0x9050000), 16u, 106u, 109u},",
                     ".pci = {{UINT64_C(0x4010000000), UINT64_C(0x100000)}, 0u},",
                     ".its_base = UINT64_C(0x8080000),"):
            self.assertIn("\t" + line + "\n", text)

    def test_routes(self):
        text = self.tables(DMA.replace("disk]}", "disk], msi: 2}"))
        self.assertIn("lpis[] = {\n\t{1u, 0x8u, 48u},\n\t{1u, 0x8u, 49u},\n\t{1u, 0x10u, 48u},\n"
                      "\t{1u, 0x10u, 49u},\n\t{2u, 0x18u, 48u},\n};", text)
        self.assertIn("\t.lpis = lpis,\n\t.lpi_count = 5u,\n", text)

    def test_frames_of_the_hypervisor(self):
        """What nobody drives is not mapped; the frame that takes MSIs never is."""
        ecam, its = "0x4010000000), UINT64_C(0x100000)}", "0x8080000), UINT64_C(0x10000)}"
        for text, mapped in ((GOOD, (False, False)), (DMA, (True, True)),
                             (DMA.replace("disk]}", "disk], msi: 0}").replace("[edu0]", "[]"),
                              (True, False))):
            tables = self.tables(text)
            devices = tables.partition("board_devices[] = {")[2].partition("};")[0]
            reserved = tables.partition("board_reserved[] = {")[2].partition("};")[0]
            self.assertEqual((ecam in devices, its in devices), mapped)
            self.assertNotIn("0x8090000", devices)
            self.assertIn(ecam, reserved)
            self.assertIn("0x8080000), UINT64_C(0x20000)}", reserved)

    def test_no_dma(self):
        text = self.tables(GOOD)
        self.assertEqual(text.count("\t\t.dma = {0},\n"), 2)
        self.assertIn("\t.lpis = NULL,\n\t.lpi_count = 0u,\n", text)
        self.assertEqual(self.limits(GOOD)["PCI_FUNCTIONS"], 0)

    def test_limits(self):
        self.assertEqual(self.limits(DMA)["PCI_FUNCTIONS"], 3)

    def test_device_maps_are_counted(self):
        # linux: root, level 2 of GB 0, 1 and 2, level 3 of its BARs and of the shared memory;
        # rtos: root, level 2 of GB 0 and 2, level 3 of its BAR and of the shared memory.
        # Each map of devices is that and a level 3 for the MSI frame.
        boards = self.board(self.without_smmu())
        accept = "unprotected_dma: [edu0, disk, net]\n"
        for text, count, options in ((DMA, 6 + 7 + 5 + 6, {}),
                                     (DMA.replace("disk]}", "disk], msi: 0}"), 6 + 5 + 6, {}),
                                     (DMA + accept, 6 + 7 + 5 + 6, {"boards": boards})):
            self.assertEqual(self.limits(text, **options)["STAGE2_TABLES"], count)


class Memory(ConfigCase):
    """What the SMMU and the ITS read lies below the journal, which begins at 0x4fff7000."""

    def memory(self, text, **options):
        return self.good(text, **options).dma_memory

    def raw(self, ids, bits=16):
        boards = self.board(("stream_bits: 16 ", f"stream_bits: {bits} "))
        return self.memory(GOOD + f"dma: {{linux: {{streams: {ids}}}}}\n", boards=boards)

    def test_none(self):
        self.assertEqual(self.memory(GOOD), (0x4fff7000, 0))
        self.assertIn("\t.dma_memory = {UINT64_C(0x4fff7000), UINT64_C(0x0)},\n",
                      emit_c.tables(self.good(), []))

    def test_streams(self):
        # Level 1 of 2 KB; 16 KB for each 256 streams from 0x4000; 1 KB of commands, 4 KB of events.
        for ids, size in (("[0]", 0x10000), ("[0, 255]", 0x10000), ("[0, 256]", 0x10000),
                          ("[0, 256, 0x1ff, 0x200]", 0x20000), ("[0, 256, 0x200, 0xffff]", 0x20000)):
            self.assertEqual(self.raw(ids), (0x4fff0000 - size, size), ids)

    def test_stream_tables_of_other_widths(self):
        # Linear up to 8 bits: 64 bytes each. 20 bits: level 1 of 32 KB.
        for bits, size in ((6, 0x10000), (8, 0x10000), (9, 0x10000), (20, 0x10000), (21, 0x20000)):
            self.assertEqual(self.raw([1], bits), (0x4fff0000 - size, size), bits)

    def test_a_level_1_that_is_larger_than_64_kb_is_aligned_to_its_size(self):
        # 8 << 15 bytes, one leaf, queues
        self.assertEqual(self.raw([1], 23), (0x4ff80000, 0x50000))

    def test_messages(self):
        # Queue of the ITS, two tables, 8 KB for LPIs, 3 x 64 x 16 bytes: to 0x5c00. Pending
        # tables of CPU 0 and 2 at 0x10000 and 0x20000. Level 1 behind it, level 2 at 0x24000,
        # commands at 0x28000, events at 0x29000.
        self.assertEqual(self.memory(DMA), (0x4ffc0000, 0x30000))
        # Without an SMMU; INTIDs up to 79 take 128 entries, to 0x6800.
        boards = self.board(self.without_smmu())
        self.assertEqual(self.memory(DMA.replace("disk]}", "disk], msi: 32}") +
                                     "unprotected_dma: [edu0, disk, net]\n", boards=boards),
                         (0x4ffc0000, 0x30000))
        # One CPU less: level 1 at 0x10800, level 2 at 0x14000, queues to 0x1a000
        self.assertEqual(self.memory(DMA.replace("disk]}", "disk], msi: 0}")),
                         (0x4ffd0000, 0x20000))

    def test_translation_tables_by_number(self):
        slots = "".join(f"    x{n}: {{slot: {n}, id: 0x11e81234, msi: 1}}\n" for n in range(5, 32))
        boards = self.board(("    disk:  ", slots + "    disk:  "))
        names = [f"x{n}" for n in range(5, 32)]
        # 27 x 1 KB from 0x5000 end below 0x10000, where the pending table goes. INTID 64 needs
        # a seventh bit: 27 x 2 KB do not.
        text = GOOD + f"dma: {{rtos: {{devices: {names}, msi: %d}}}}\n"
        self.assertEqual(self.memory(text % 9, boards=boards)[1], 0x20000)
        boards = self.board(("    disk:  ", slots + "    disk:  "), ("first: 48,", "first: 61,"))
        self.assertEqual(self.memory(text % 3, boards=boards)[1], 0x20000)
        self.assertEqual(self.memory(text % 4, boards=boards)[1], 0x30000)


class ForPeople(ConfigCase):
    ACCEPTED = "unprotected_dma: [video]\n"

    def words(self, config):
        picture = ElementTree.fromstring(emit_svg.picture(config))
        return [t.text for t in picture.iter("{http://www.w3.org/2000/svg}text")]

    def test_report(self):
        lines = emit_report.report(self.good(DMA.replace("disk]}", "disk], policy: suspend}")),
                                   []).split("\n")
        for line in ("  SMMU and ITS    0x4ffc0000-0x4ffeffff",
                     "  streams         3, each cut off after 64 faults",
                     "  bus master      disk, PCI 00:01.0, line 36, stream 0x8",
                     "  bus master      edu0, PCI 00:03.0, line 38, stream 0x18",
                     "  DMA policy      suspend", "  DMA policy      log",
                     "  MSI             INTID 48 to 56 by LPI 8192 to 8209, frame at IPA 0x08090000",
                     "  MSI             INTID 48 by LPI 8210, frame at IPA 0x08090000",
                     "  device map      the regions above and the MSI frame, 7 tables",
                     "  0x10004000-0x10007fff  linux: disk BAR 4"):
            self.assertEqual(lines.count(line), 1, line)

    def test_report_of_streams_and_of_what_was_accepted(self):
        report = emit_report.report(self.good(GOOD + "dma: {rtos: {streams: [0x30]}}\n"), [])
        self.assertIn("  bus master      unnamed, by its number, stream 0x30\n", report)
        self.assertNotIn("device map", report)
        report = emit_report.report(self.good(self.template("[video]") + self.ACCEPTED), [])
        self.assertIn("  bus master      video, at 0x23020000, no SMMU: reaches all memory, which "
                      "was accepted\n", report)
        self.assertNotIn("DMA policy", report)

    def test_report_without_bus_masters_is_as_short_as_before(self):
        report = emit_report.report(self.good(), [])
        for words in ("bus master", "stream", "MSI", "device map"):
            self.assertNotIn(words, report)

    def test_picture(self):
        words = self.words(self.good(DMA))
        for word, count in (("disk", 1), ("disk BAR 1", 2), ("PCI 00:01.0", 1), ("stream 0x8", 1),
                            ("edu0", 1), ("sees this map and the MSI frame", 3),
                            ("masters the bus · after a fault: log", 2),
                            ("PCI ECAM", 3), ("MSI frame", 2),
                            ("emulated; devices reach the ITS", 2)):
            self.assertEqual(words.count(word), count, word)

    def test_picture_of_what_was_accepted(self):
        words = self.words(self.good(self.template("[video]") + self.ACCEPTED))
        for word in ("video", "no SMMU", "reaches ALL memory (accepted)", "masters the bus"):
            self.assertIn(word, words)
        self.assertNotIn("sees this map", words)


if __name__ == "__main__":
    unittest.main()
