# SPDX-License-Identifier: Apache-2.0
"""Rules of bus masters, and facts of boards that contradict each other: line, key and words."""
import unittest

from support import GOOD, ConfigCase

from haven_config import board as boards
from haven_config.problems import Refused


class DmaRefusals(ConfigCase):
    def dma(self, linux="[]", rtos="[]", more=""):
        """rtos is on the marked line."""
        return GOOD + f"dma:\n  linux: {linux}\n  rtos: {rtos} #!\n{more}"

    # shape and names

    def test_shapes(self):
        for form, rule in (
                ("7", "dma.rtos must be a list of devices or a mapping with devices or streams, "
                 "not 7"),
                ("{device: [disk]}", "dma.rtos.device is not a known key (did you mean devices?)"),
                ("{streams: [disk]}", "dma.rtos.streams[0] must be a stream id, from 0, not"),
                ("{streams: [-1]}", "dma.rtos.streams[0] must be a stream id, from 0, not -1"),
                ("{streams: [1], policy: halt}",
                 "dma.rtos.policy must be log, suspend or restart, not \"halt\""),
                ("{devices: [disk], msi: -1}",
                 "dma.rtos.msi must be a number of MSI vectors, from 0, not -1"),
                ("{devices: [disk], msi: many}", "dma.rtos.msi must be a number of MSI vectors")):
            self.assert_refused(self.dma(rtos=form), rule)

    def test_fault_limit(self):
        for limit in ("0", "-1", "4294967296"):
            self.assert_refused(GOOD + f"hypervisor:\n  dma_fault_limit: {limit} #!\n",
                                "hypervisor.dma_fault_limit must be a number of faults, 1 to "
                                f"4294967295, not {limit}")

    def test_partition_that_is_none(self):
        self.assert_refused(GOOD + "dma:\n  rots: [disk] #!\n",
                            "dma.rots is not a partition: it has no CPUs under cpus (did you mean "
                            "rtos?)")

    def test_unknown_device(self):
        self.assert_refused(self.dma(rtos="[dsk]"), "dma.rtos[0] names dsk, which board qemu-virt "
                            "does not offer (did you mean disk?); bus masters there: disk, net, "
                            "edu0, edu1")

    def test_device_that_masters_no_bus(self):
        self.assert_refused(self.dma(rtos="{devices: [rtc]}"), "dma.rtos.devices[0] names rtc, "
                            "which masters no bus; list it under partitions.rtos.devices")

    def test_pci_function_on_a_board_without_pci(self):
        whole = self.board(self.without_pci())
        self.assert_refused(self.dma(rtos="[disk]"), "dma.rtos[0] names disk, which board "
                            "qemu-virt does not offer; bus masters there: none; it has no PCI host "
                            "bridge", boards=whole)

    # owners

    def test_device_with_two_owners(self):
        self.assert_refused(self.dma("[disk]", "[disk]"), "dma.rtos[0] gives device disk to rtos, "
                            "but dma.linux[0] gives it to linux; a device has one owner")
        self.assert_refused(self.dma("[disk]", "{devices: [net, disk]}"), "dma.rtos.devices[1] "
                            "gives device disk to rtos, but dma.linux[0] gives it to linux")

    def test_device_twice(self):
        self.assert_refused(self.dma(rtos="[disk, disk]"), "dma.rtos[1] lists device disk again; "
                            "dma.rtos[0] has it already")

    def test_platform_device_with_two_owners(self):
        text = self.template("[ethernet]") + "  second: [ethernet] #!\n"
        self.assert_refused(text, "dma.second[0] gives device ethernet to second, but dma.first[0] "
                            "gives it to first; a device has one owner")

    def test_stream_with_two_owners(self):
        self.assert_refused(self.dma("{streams: [0x30]}", "{streams: [0x31, 0x30]}"),
                            "dma.rtos.streams[1] gives stream 0x30 to rtos, but "
                            "dma.linux.streams[0] gives it to linux; a stream has one owner")

    def test_stream_twice(self):
        self.assert_refused(self.dma(rtos="{streams: [0x30, 48]}"), "dma.rtos.streams[1] lists "
                            "stream 0x30 again; dma.rtos.streams[0] has it already")

    def test_stream_of_a_device_of_the_other(self):
        self.assert_refused(self.dma("[disk]", "{streams: [8]}"), "dma.rtos.streams[0] gives "
                            "stream 0x8 to rtos, but it is disk's, and dma.linux[0] gives that to "
                            "linux; a stream has one owner")

    def test_stream_of_the_own_device(self):
        self.assert_refused(self.dma(rtos="{devices: [disk], streams: [8]}"),
                            "dma.rtos.streams[0] gives stream 0x8 to rtos, but it is disk's, and "
                            "dma.rtos.devices[0] gives that to rtos")

    def test_stream_of_a_device_that_nobody_has(self):
        self.assert_refused(self.dma(rtos="{streams: [8]}"), "dma.rtos.streams[0] is stream 0x8, "
                            "which is disk's; give it by that name")
        self.assert_refused(self.template("{streams: [0x40]} #!"), "dma.first.streams[0] is "
                            "stream 0x40, which is ethernet's; give it by that name")

    def test_stream_that_is_too_wide(self):
        for stream in (0x10000, 0xffffffff, 1 << 70):
            self.assert_refused(self.dma(rtos=f"{{streams: [{stream}]}}"), "dma.rtos.streams[0] is "
                                f"stream {stream:#x}; those of board qemu-virt have 16 bits, 0x0 "
                                "to 0xffff")

    def test_more_streams_than_the_library_holds(self):
        ids = [0x1000 + n for n in range(256)]
        self.good(GOOD + f"dma: {{rtos: {{streams: {ids}}}}}\n")
        self.assert_refused(GOOD + f"dma: #!\n  rtos: {{streams: {ids}}}\n  linux: [disk]\n",
                            "dma gives 257 streams; at most 256 are possible")

    def test_device_under_partitions(self):
        for more in ("", "dma: {rtos: [disk]}\n"):
            self.assert_refused(GOOD.replace("rtos.bin}", "rtos.bin, devices: [disk]} #!") + more,
                                "partitions.rtos.devices[0] names disk, which masters the bus; "
                                "list it under dma.rtos, and only there")

    def test_registers_of_a_bus_master_as_memory(self):
        text = self.template("[]").replace("  second: {base: 0x90100000, size: 1M}",
                                           "  second:\n    - {base: 0x90100000, size: 1M}\n"
                                           "    - {base: 0x23020000, size: 4K, kind: device} #!")
        self.assert_refused(text, "memory.second[1] is in the registers of video, which masters "
                            "the bus; list that under dma")

    # protection

    def test_device_that_bypasses_the_smmu(self):
        self.assert_refused(self.template("[video] #!"), "dma.first[0] gives video to first, and "
                            "no SMMU stands in front of it: it could write all memory, the "
                            "hypervisor's too; list it under unprotected_dma to accept that")

    def test_board_without_an_smmu(self):
        whole = self.board(self.without_smmu())
        self.assert_refused(self.dma(rtos="[edu0]"), "dma.rtos[0] gives edu0 to rtos, and no SMMU "
                            "stands in front of it", boards=whole)
        self.assert_refused(self.dma("[disk]", "[edu0]", "unprotected_dma: [disk]\n"),
                            "dma.rtos[0] gives edu0 to rtos, and no SMMU", boards=whole)

    def test_raw_stream_without_an_smmu(self):
        self.assert_refused(self.dma(rtos="{streams: [0x30]}"), "dma.rtos.streams[0] is stream "
                            "0x30; board qemu-virt has no SMMU that could confine it",
                            boards=self.board(self.without_smmu()))

    def test_unprotected_device_of_a_guest_that_is_elsewhere(self):
        text = self.template("[video]").replace("first: {base: 0x90000000, size: 1M}",
                                                "first: {ipa: 0, pa: 0x90000000, size: 1M} #!")
        self.assert_refused(text + "unprotected_dma: [video]\n", "memory.first has IPA 0x0 and PA "
                            "0x90000000, but video is behind no SMMU and goes by physical "
                            "addresses; make them equal")

    def test_accepted_without_need(self):
        for name, rule in (("edu0", "accepts edu0, which is behind the SMMU; there is nothing to "
                            "accept"), ("disk", "accepts disk, which dma gives to nobody"),
                           ("none", "accepts none, which dma gives to nobody")):
            self.assert_refused(GOOD + f"dma: {{rtos: [edu0]}}\nunprotected_dma: [{name}] #!\n",
                                f"unprotected_dma[0] {rule}")

    def test_accepted_twice(self):
        self.assert_refused(self.template("[video]") + "unprotected_dma: [video, video] #!\n",
                            "unprotected_dma[1] lists video twice")

    def test_policy_without_faults(self):
        self.assert_refused(self.template("{devices: [video], policy: suspend} #!") +
                            "unprotected_dma: [video]\n", "dma.first.policy has no effect: first "
                            "has no stream whose faults an SMMU would report")

    def test_restarts_without_restart(self):
        text = self.dma(rtos="{devices: [edu0], policy: suspend}").replace(" #!", "").replace(
            "rtos.bin}", "rtos.bin, max_restarts: 3} #!")
        self.assert_refused(text, "partitions.rtos.max_restarts has no effect with fault_policy "
                            "halt")

    # interrupts

    def test_line_with_two_owners(self):
        whole = self.board(("slot: 3\n", "slot: 5\n"))
        self.assert_refused(self.dma("[disk]", "[edu0]"), "dma.rtos[0] gives edu0 (slot 5) to "
                            "rtos, but it pulls interrupt 36, as does disk (slot 1) of linux; a "
                            "PCI line has one owner: plug one of them into another slot",
                            boards=whole)

    def test_line_that_is_listed_as_an_interrupt(self):
        self.assert_refused(self.dma(rtos="[edu0]", more="interrupts: {linux: [38]}\n"),
                            "dma.rtos[0] gives interrupt 38 to rtos, but interrupts.linux[0] gives "
                            "it to linux; an interrupt has one owner")
        self.assert_refused(self.dma(rtos="[edu0]", more="interrupts: {rtos: [38]}\n"),
                            "dma.rtos[0] lists interrupt 38 again; interrupts.rtos[0] has it")

    def test_more_vectors_than_the_board_has(self):
        self.assert_refused(self.dma(rtos="{devices: [edu0], msi: 33}"), "dma.rtos.msi is 33; "
                            "board qemu-virt has 32 interrupts for MSIs")

    def test_vectors_on_a_shared_cpu(self):
        timing = "timing:\n  linux: {period: 10ms, budget: 4ms, priority: 1}\n" \
            "  rtos: {period: 1ms, budget: 200us}\n"
        text = self.dma(rtos="{devices: [edu0], msi: 1}", more=timing)
        self.assert_refused(text.replace("rtos: [2]", "rtos: [1]"), "dma.rtos.msi is 1, but others "
                            "run on CPU 1 as well, and MSIs cannot be held back while they do; give "
                            "0, for lines alone, or a CPU of its own first")
        self.good(text.replace("rtos: [2]", "rtos: [3, 1]"))
        self.good(text.replace("rtos: [2]", "rtos: [1]").replace("msi: 1", "msi: 0"))

    def test_vectors_without_a_function(self):
        self.assert_refused(self.dma(rtos="{streams: [0x30], msi: 1}"), "dma.rtos.msi is 1, but "
                            "rtos has no PCI function that could send an MSI")
        self.assert_refused(self.template("{devices: [ethernet], msi: 1} #!"), "dma.first.msi is "
                            "1, but first has no PCI function")
        self.good(self.dma(rtos="{streams: [0x30], msi: 0}"))

    def test_vectors_without_an_its(self):
        whole = self.board(("  its: {base: 0x08080000, size: 0x20000, coherent: true}\n", ""))
        self.assert_refused(self.dma(rtos="{devices: [edu0], msi: 1}"), "dma.rtos.msi is 1, but "
                            "board qemu-virt has no ITS that could take an MSI", boards=whole)

    def test_vector_that_is_an_interrupt_too(self):
        text = self.dma(rtos="{devices: [edu0], msi: 4}").replace(" #!", "")
        self.assert_refused(text + "interrupts:\n  rtos: [51] #!\n", "interrupts.rtos[0] gives "
                            "interrupt 51 to rtos, but its MSI vectors are 48 to 51; give fewer by "
                            "msi, or another interrupt")
        self.good(text + "interrupts:\n  rtos: [52]\n  linux: [51]\n")

    def test_doorbell_on_a_vector(self):
        text = self.dma(rtos="[edu0]").replace(" #!", "").replace(
            "rtos.bin}", "rtos.bin, doorbell: {peers: [linux], irq: 48}} #!")
        self.assert_refused(text, "partitions.rtos.doorbell.irq is 48, which rtos already uses")

    def test_more_lpis_than_the_hypervisor_holds(self):
        slots = "".join(f"    x{n}: {{slot: {n}, id: 0x11e81234, msi: 1}}\n" for n in range(5, 12))
        whole = self.board(("    disk:  ", slots + "    disk:  "))
        names = [f"x{n}" for n in range(5, 12)]
        self.good(GOOD + f"dma: {{rtos: {{devices: {names + ['edu0']}, msi: 32}}}}\n",
                  boards=whole)
        self.assert_refused(GOOD + f"dma: #!\n  rtos: {{devices: {names + ['edu0']}, msi: 32}}\n"
                            "  linux: {devices: [edu1], msi: 1}\n", "dma needs 257 LPIs, one for "
                            "each vector of each PCI function; at most 256 are possible",
                            boards=whole)

    # addresses

    def test_window_that_is_full(self):
        whole = self.board(("window: {base: 0x10000000, size: 0x2eff0000}",
                            "window: {base: 0x10000000, size: 0x1ff000}"))
        self.assert_refused(self.dma("[disk]", "[edu0]"), "dma.rtos[0] needs 1 MiB for BAR 0 of "
                            "edu0, aligned to its size; of the board's PCI window "
                            "0x10008000-0x101fefff is left", boards=whole)
        whole = self.board(("window: {base: 0x10000000, size: 0x2eff0000}",
                            "window: {base: 0x10000000, size: 0x8000}"))
        self.assert_refused(self.dma("[disk]", "[net]"), "dma.rtos[0] needs 4 KiB for BAR 1 of "
                            "net, aligned to its size; of the board's PCI window nothing is left",
                            boards=whole)

    def test_memory_in_the_window(self):
        memory = "rtos: {ipa: 0x3e000000, pa: 0x80000000, size: 32M}"
        text = self.dma(rtos="[edu0]").replace(" #!", "").replace(
            "rtos: {base: 0x80000000, size: 16M}", memory + " #!")
        self.assert_refused(text, "memory.rtos overlaps the PCI window of rtos in IPA "
                            "0x3e000000-0x3efeffff, where its devices are; move it")
        self.good(GOOD.replace("rtos: {base: 0x80000000, size: 16M}", memory))

    def test_memory_on_a_bar(self):
        text = self.dma(rtos="[edu0]").replace(" #!", "").replace(
            "rtos: {base: 0x80000000, size: 16M}",
            "rtos: {ipa: 0x10000000, pa: 0x80000000, size: 2M}")
        got = self.refusals(text)
        self.assertTrue(any("dma.rtos[0] overlaps memory.rtos in IPA 0x10000000-0x100fffff" in r
                            for r in got), got)

    def test_memory_in_the_configuration_space(self):
        text = self.dma(rtos="[edu0]").replace(" #!", "").replace(
            "rtos: {base: 0x80000000, size: 16M}",
            "rtos: {ipa: 0x40100ff000, pa: 0x80000000, size: 2M} #!")
        self.assert_refused(text, "memory.rtos overlaps the PCI configuration space of rtos in IPA "
                            "0x40100ff000-0x40100fffff; move it")

    def test_memory_on_the_msi_frame(self):
        text = GOOD.replace("rtos: {base: 0x80000000, size: 16M}",
                            "rtos:\n    - {base: 0x80000000, size: 16M}\n"
                            "    - {ipa: 0x08090000, pa: 0x88000000, size: 4K} #!")
        self.assert_refused(text + "dma: {rtos: [edu0]}\n", "memory.rtos[1] overlaps the MSI frame "
                            "of rtos in IPA 0x08090000-0x08090fff; move it")
        self.good(text.replace(" #!", "") + "dma: {rtos: {devices: [edu0], msi: 0}}\n")

    def test_guest_addresses_too_narrow(self):
        self.assert_refused(self.dma(rtos="[edu0]").replace(" #!", "") +
                            "hypervisor:\n  ipa_bits: 38 #!\n", "hypervisor.ipa_bits is 38, but "
                            "rtos finds its PCI configuration space at IPA 0x4010000000")

    def test_regions_of_the_device_map(self):
        rows = "".join(f"  - {{base: {0x80000000 + i * 0x2000:#x}, size: 4K}}\n"
                       for i in range(62))
        text = GOOD.replace("  rtos: {base: 0x80000000, size: 16M}\n", "  rtos: #!\n" + rows)
        # 62, the shared area, a BAR, the MSI frame
        self.assert_refused(text + "dma: {rtos: [edu0]}\n", "memory.rtos makes 65 regions with "
                            "shared memory, devices and their MSI frame; a partition has at most 64")
        with self.assertRaises(Refused) as caught:  # a guest of pages has no room for its tree
            self.compile(text.replace(" #!", "") + "dma: {rtos: {devices: [edu0], msi: 0}}\n")
        self.assertNotIn("regions", str(caught.exception))


class Facts(ConfigCase):
    def assert_fact_refused(self, key, rule, *changes):
        folder = self.board(*changes)
        with self.assertRaises(Refused) as caught:
            boards.load(folder, "qemu-virt")
        found = [(p.key, p.rule) for p in caught.exception.problems]
        self.assertEqual(found, [(key, rule)])

    def test_streams(self):
        self.assert_fact_refused("pci.functions.edu1", "has stream 0x20, more than the 5 bits of "
                                 "smmu.stream_bits", ("stream_bits: 16", "stream_bits: 5"))
        self.assert_fact_refused("smmu.stream_bits", "is 33, not 0 to 32",
                                 ("stream_bits: 16", "stream_bits: 33"))
        self.assert_fact_refused("pci.functions.disk", "has stream 0x8, as has rtc",
                                 ('["arm,pl031", "arm,primecell"]',
                                  '["arm,pl031", "arm,primecell"]\n    dma: {streams: [8]}'))

    def test_interrupts(self):
        self.assert_fact_refused("smmu.event_irq", "is 31, which is not an SPI of the board",
                                 ("event_irq: 106", "event_irq: 31"))
        self.assert_fact_refused("smmu.gerror_irq", "is 288, which is not an SPI of the board",
                                 ("gerror_irq: 109", "gerror_irq: 288"))
        self.assert_fact_refused("pci.intx", "has 3 lines; there are 4",
                                 ("[35, 36, 37, 38]", "[35, 36, 37]"))
        self.assert_fact_refused("pci.intx", "is 288, which is not an SPI of the board",
                                 ("[35, 36, 37, 38]", "[35, 36, 37, 288]"))
        self.assert_fact_refused("pci.msi", "is 288, which is not an SPI of the board",
                                 ("{first: 48, count: 32}", "{first: 280, count: 9}"))
        self.assert_fact_refused("pci.msi", "has interrupt 38, which is in use",
                                 ("{first: 48, count: 32}", "{first: 38, count: 32}"))
        self.assert_fact_refused("pci.msi", "has interrupt 106, which is in use",
                                 ("{first: 48, count: 32}", "{first: 75, count: 32}"))

    def test_frames(self):
        self.assert_fact_refused("pci.ecam", "is not a number of buses of 1 MiB, at a multiple of "
                                 "that", ("size: 0x100000, first_bus", "size: 0x180000, first_bus"))
        self.assert_fact_refused("pci.ecam", "has buses beyond 255",
                                 ("size: 0x100000, first_bus", "size: 0x10100000, first_bus"))
        self.assert_fact_refused("pci.ecam", "overlaps RAM",
                                 ("base: 0x4010000000", "base: 0xbff00000"))
        self.assert_fact_refused("pci.window", "overlaps RAM",
                                 ("size: 0x2eff0000", "size: 0x30001000"))
        self.assert_fact_refused("pci.window", "overlaps device rtc",
                                 ("window: {base: 0x10000000, size: 0x2eff0000}",
                                  "window: {base: 0x09010000, size: 0x1000}"))
        self.assert_fact_refused("pci.window", "is 0x10000000-0x3efeffef; it must be whole pages "
                                 "below 4 GiB", ("size: 0x2eff0000", "size: 0x2efefff0"))
        self.assert_fact_refused("pci.window", "is 0xf0000000-0x11efeffff; it must be whole pages "
                                 "below 4 GiB", ("window: {base: 0x10000000", "window: {base: "
                                                 "0xf0000000"))
        self.assert_fact_refused("pci.window", "overlaps the PCI configuration space",
                                 ("base: 0x4010000000", "base: 0x10000000"))

    def test_functions(self):
        self.assert_fact_refused("pci.functions.net", "has stream 0x8, as has disk",
                                 ("slot: 2\n", "slot: 1\n"))
        self.assert_fact_refused("pci.functions.net", "is at 00:20.0, which pci.ecam has not",
                                 ("slot: 2\n", "slot: 32\n"))
        self.assert_fact_refused("pci.functions.net", "is at 01:02.0, which pci.ecam has not",
                                 ("slot: 2\n", "slot: 2\n      bus: 1\n"))
        self.assert_fact_refused("pci.functions.net", "is at 00:06.8, which pci.ecam has not",
                                 ("slot: 2\n", "slot: 6\n      function: 8\n"))
        self.assert_fact_refused("pci.functions.rtc", "is the name of a device as well",
                                 ("    net: ", "    rtc: "))

    def test_ids(self):
        for number in ("0x1042ffff", "0x110421af4"):
            self.assert_fact_refused("pci.functions.disk.id", f"is {int(number, 0):#x}; it must be "
                                     "device << 16 | vendor of a function that is there",
                                     ("id: 0x10421af4", f"id: {number}"))

    def test_pins_and_bars(self):
        edu = "bars: [{index: 0, size: 0x100000}]"
        text = self.board_text()
        one = text.rindex(edu)
        for bars, rule in (
                ("bars: [{index: 0, size: 0x180000}]", "has a BAR of 0x180000 bytes, not a power "
                 "of two from 16"),
                ("bars: [{index: 0, size: 8}]", "has a BAR of 0x8 bytes, not a power of two from "
                 "16"),
                ("bars: [{index: 6, size: 16}]", "has BAR 6 twice or beyond 5; a wide one takes "
                 "the next index too"),
                ("bars: [{index: 5, size: 16, wide: true}]", "has BAR 5 twice or beyond 5; a wide "
                 "one takes the next index too"),
                ("bars: [{index: 0, size: 16, wide: true}, {index: 1, size: 16}]",
                 "has BAR 1 twice or beyond 5; a wide one takes the next index too")):
            self.assert_fact_refused("pci.functions.edu1.bars", rule,
                                     (text[one:], bars + text[one + len(edu):]))
        self.assert_fact_refused("pci.functions.disk.pin", "is 5, not 0 to 4",
                                 ("id: 0x10421af4\n      pin: 1", "id: 0x10421af4\n      pin: 5"))

    def test_missing_fact(self):
        with self.assertRaises(Refused) as caught:
            boards.load(self.board(("  event_irq: 106\n", "")), "qemu-virt")
        self.assertIn("lacks a fact: 'event_irq'", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
