# SPDX-License-Identifier: Apache-2.0
"""Rules of names, memory and sharing: one case each, with line, key and first words."""
import unittest

from support import GOOD, ConfigCase


class MemoryRefusals(ConfigCase):
    def change(self, *pairs):
        text = GOOD
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        return text

    def rtos_memory(self, region):
        return self.change(("rtos: {base: 0x80000000, size: 16M}", f"rtos: {region} #!"))

    # names

    def test_unknown_board(self):
        self.assert_refused(self.change(("qemu-virt", "qemu-vrit #!")),
                            "target is qemu-vrit, which is not a board (did you mean qemu-virt?)")

    def test_memory_of_nobody(self):
        self.assert_refused(self.change(("  shared:", "  rtoss: {base: 0xa0000000, size: 4K} #!\n"
                                         "  shared:")),
                            "memory.rtoss is not a partition: it has no CPUs under cpus (did you "
                            "mean rtos?)")

    def test_partition_without_memory(self):
        self.assert_refused(self.change(("  rtos: [2]", "  rtos: [2]\n  third: [3] #!")),
                            "cpus.third has CPUs but no memory: add it under memory")

    def test_settings_of_nobody(self):
        for section in ("interrupts: {ghost: []}", "partitions: {ghost: {}}",
                        "timing: {ghost: {period: 1s, budget: 1s}}"):
            key = section.split(":")[0]
            text = GOOD.split("partitions:")[0] + section + " #!\n"
            self.assert_refused(text, f"{key}.ghost is not a partition", with_images=False)

    def test_partition_named_shared(self):
        got = self.refusals(self.change(("  rtos: [2]", "  shared: [2]")))
        self.assertTrue(got[0].startswith("4: cpus.shared is not a name for a partition"), got)

    def test_names_that_are_one_in_c(self):
        text = self.change(("  rtos: [2]", "  rt-os: [2]\n  rt_os: [3] #!")).replace(
            "  rtos: {base: 0x80000000, size: 16M}", "  rt-os: {base: 0x80000000, size: 16M}\n"
            "  rt_os: {base: 0x88000000, size: 16M}").replace("  rtos: {b", "  rt-os: {b").replace(
                "rtos.bin}", "rtos.bin}\n  rt_os: {binary: rtos.bin}")
        self.assert_refused(text, "cpus.rt_os differs from rt-os only in - and _")

    # memory

    def test_shared_area_that_wraps(self):
        self.assert_refused(self.change(("shared: {base: 0x90000000, size: 1M}",
                                         "shared: {pa: 0xffffffffffff0000, ipa: 0, size: 1M} #!")),
                            "memory.shared.pa is 0xffffffffffff0000 and with size 0x100000 it wraps")

    def test_overlap_across_partitions(self):
        self.assert_refused(self.rtos_memory("{base: 0x68000000, size: 0x4000000}"),
                            "memory.rtos overlaps memory.linux in PA 0x68000000-0x6bffffff; "
                            "declare it under shared or move it")

    def test_overlap_by_the_last_page(self):
        self.assert_refused(self.rtos_memory("{base: 0x6ffff000, size: 16M}"),
                            "memory.rtos overlaps memory.linux in PA 0x6ffff000-0x6fffffff; ")

    def test_overlap_hidden_behind_another_ipa(self):
        self.assert_refused(self.rtos_memory("{ipa: 0, pa: 0x50000000, size: 1M}"),
                            "memory.rtos overlaps memory.linux in PA 0x50000000-0x500fffff; ")

    def test_shared_area_in_private_memory(self):
        self.assert_refused(self.change(("shared: {base: 0x90000000, size: 1M}",
                                         "shared: {base: 0x80800000, size: 1M} #!")),
                            "memory.shared overlaps memory.rtos in PA 0x80800000-0x808fffff; "
                            "memory is either private or shared: move one")

    def test_overlap_of_two_shared_areas(self):
        self.assert_refused(self.change(
            ("shared: {base: 0x90000000, size: 1M}",
             "shared:\n"
             "  - {name: a, base: 0x90000000, size: 1M}\n"
             "  - {name: b, base: 0x90080000, ipa: 0xa0000000, size: 1M} #!")),
            "memory.shared[1] overlaps memory.shared[0] in PA 0x90080000-0x900fffff; declare one")

    def test_ipa_overlap_inside_a_partition(self):
        self.assert_refused(self.change(
            ("rtos: {base: 0x80000000, size: 16M}",
             "rtos:\n"
             "  - {base: 0x80000000, size: 16M}\n"
             "  - {ipa: 0x80fff000, pa: 0xa0000000, size: 4K} #!")),
            "memory.rtos[1] overlaps memory.rtos[0] in IPA 0x80fff000-0x80ffffff; give it")

    def test_alias_inside_a_partition(self):
        self.assert_refused(self.change(
            ("rtos: {base: 0x80000000, size: 16M}",
             "rtos:\n"
             "  - {base: 0x80000000, size: 16M}\n"
             "  - {ipa: 0xa0000000, pa: 0x80000000, size: 4K} #!")),
            "memory.rtos[1] overlaps memory.rtos[0] in PA 0x80000000-0x80000fff; map it once")

    def test_hypervisor_memory(self):
        self.assert_refused(self.rtos_memory("{base: 0x4ffff000, size: 4K}"),
                            "memory.rtos overlaps the hypervisor in PA 0x4ffff000-0x4fffffff; "
                            "no partition may map it")

    def test_reserved_frames(self):
        for base, what in ((0x08000000, "the GIC distributor"), (0x08080000, "the GIC ITS"),
                           (0x080a0000, "the GIC redistributors"),
                           (0x09000000, "the hypervisor's UART"), (0x09050000, "the SMMU")):
            text = self.change(("rtos: {base: 0x80000000, size: 16M}",
                                "rtos:\n  - {base: 0x80000000, size: 16M}\n  - {ipa: 0x100000000,"
                                f" pa: {base:#x}, size: 4K, kind: device}} #!"))
            self.assert_refused(text, f"memory.rtos[1] overlaps {what} in PA ")

    def test_emulated_windows(self):
        for ipa, what in ((0x08000000, "the emulated GIC distributor"),
                          (0x080a0000, "the emulated GIC redistributors"),
                          (0x09000000, "the virtual console")):
            text = self.change(("rtos: {base: 0x80000000, size: 16M}",
                                "rtos:\n  - {base: 0x80000000, size: 16M}\n"
                                f"  - {{ipa: {ipa:#x}, pa: 0xa0000000, size: 4K}} #!"))
            self.assert_refused(text, f"memory.rtos[1] overlaps {what} of rtos in IPA {ipa:#010x}")

    def test_alignment(self):
        self.assert_refused(self.rtos_memory("{base: 0x80000800, size: 16M}"),
                            "memory.rtos.base is 0x80000800, not a multiple of 4096")
        self.assert_refused(self.rtos_memory("{base: 0x80000000, size: 0x1001}"),
                            "memory.rtos.size is 0x1001, not a multiple of 4096")
        self.assert_refused(self.rtos_memory("{ipa: 0x10, base: 0x80000000, size: 16M}"),
                            "memory.rtos.ipa is 0x10, not a multiple of 4096")

    def test_wrap(self):
        self.assert_refused(self.rtos_memory("{ipa: 0x80000000, pa: 0xfffffffffffff000, size: 8K}"),
                            "memory.rtos.pa is 0xfffffffffffff000 and with size 0x2000 it wraps "
                            "past 2^64")

    def test_beyond_the_address_width(self):
        self.assert_refused(self.rtos_memory("{ipa: 0x80000000, pa: 0x10000000000, size: 4K}"),
                            "memory.rtos.pa is 0x10000000000 and with size 0x1000 it goes beyond "
                            "40 bits of physical address")
        self.assert_refused(self.rtos_memory("{ipa: 0x10000000000, pa: 0x80000000, size: 4K}"),
                            "memory.rtos.ipa is 0x10000000000 and with size 0x1000 it goes beyond "
                            "40 bits of guest address")

    def test_outside_the_ram(self):
        self.assert_refused(self.rtos_memory("{base: 0xbffff000, size: 8K}"),
                            "memory.rtos is PA 0xbffff000-0xc0000fff, which is not inside the "
                            "board's RAM, 0x40000000-0xbfffffff")

    def test_device_memory_that_is_no_device(self):
        self.assert_refused(self.change(("rtos: {base: 0x80000000, size: 16M}",
                                         "rtos:\n  - {base: 0x80000000, size: 16M}\n"
                                         "  - {base: 0x0a000000, size: 4K, kind: device} #!")),
                            "memory.rtos[1] is PA 0x0a000000-0x0a000fff, which is not a device "
                            "that board qemu-virt offers; it offers: ")

    def test_executable_device(self):
        self.assert_refused(self.change(("rtos: {base: 0x80000000, size: 16M}",
                                         "rtos:\n  - {base: 0x80000000, size: 16M}\n  - {base: "
                                         "0x09010000, size: 4K, kind: device, access: rx} #!")),
                            "memory.rtos[1].access is rx; devices are never executable")

    def test_nothing_executable(self):
        self.assert_refused(self.rtos_memory("{base: 0x80000000, size: 16M, access: rw}"),
                            "memory.rtos has no executable RAM")

    def test_too_many_regions(self):
        rows = "".join(f"  - {{base: {0x80000000 + i * 0x2000:#x}, size: 4K}}\n" for i in range(64))
        self.assert_refused(self.change(("rtos: {base: 0x80000000, size: 16M}\n",
                                         "rtos: #!\n" + rows)),
                            "memory.rtos makes 65 regions with shared memory, devices and "
                            "their MSI frame; a partition has at most 64")

    # sharing

    def test_shared_by_one(self):
        self.assert_refused(self.change(("size: 1M}", "size: 1M, partitions: [rtos]} #!")),
                            "memory.shared is shared by rtos; shared memory needs at least two")

    def test_shared_by_nobody(self):
        self.assert_refused(self.change(("size: 1M}", "size: 1M, partitions: []} #!")),
                            "memory.shared is shared by nobody; ")

    def test_shared_with_a_stranger(self):
        self.assert_refused(self.change(("size: 1M}",
                                         "size: 1M, partitions: [rtos, linux, lnux]} #!")),
                            "memory.shared.partitions[2] names lnux, which is not a partition "
                            "(did you mean linux?)")

    def test_two_shared_areas_of_one_name(self):
        self.assert_refused(self.change(
            ("shared: {base: 0x90000000, size: 1M}",
             "shared:\n  - {name: a, base: 0x90000000, size: 1M}\n"
             "  - {name: a, base: 0x90100000, size: 1M} #!")),
            "memory.shared[1] has the name a, as has memory.shared[0]")

    def test_doorbell_without_shared_memory(self):
        self.assert_refused(self.change(
            ("  shared: {base: 0x90000000, size: 1M}\n", ""),
            ("rtos.bin}", "rtos.bin, doorbell: [linux]} #!")),
            "partitions.rtos.doorbell names linux, which shares no memory with rtos")

    def test_doorbell_to_oneself(self):
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, doorbell: [rtos]} #!")),
                            "partitions.rtos.doorbell names rtos, the partition itself")

    def test_doorbell_to_a_stranger(self):
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, doorbell: [linus]} #!")),
                            "partitions.rtos.doorbell[0] names linus, which is not a partition "
                            "(did you mean linux?)")

    def test_doorbell_irq(self):
        for irq, rule in ((31, "is 31, which is out of range"), (288, "is 288, which is out of"),
                          (33, "is 33, which rtos already uses")):
            self.assert_refused(self.change(
                ("rtos.bin}", f"rtos.bin, doorbell: {{irq: {irq}}}}} #!")),
                f"partitions.rtos.doorbell.irq {rule}")


if __name__ == "__main__":
    unittest.main()
