# SPDX-License-Identifier: Apache-2.0
"""What is accepted, and what it means: short and long forms, units, defaults."""
import unittest

from support import GOOD, ConfigCase

from haven_config import units

ORIGIN = """\
target: qemu-virt
cpus:
  linux_a55: [0, 1]
  rtos: 2
memory:
  linux_a55: {base: 0x80000000, size: 0x20000000}
  rtos:      {base: 0x50000000, size: 0x01000000}
  shared:    {base: 0xb0000000, size: 0x00100000}
interrupts:
  linux_a55: [77]
  rtos: [{irq: 78, trigger: edge}, {irq: 79, wake: next-dispatch}, {irq: 80, wake: at-once}]
timing:
  rtos: {period: 10ms, budget: 2.5ms}
"""


def facts(region):
    return (region.ipa, region.pa, region.size, region.access, region.kind)


class Forms(ConfigCase):
    def test_the_short_form_alone(self):
        config = self.good(ORIGIN, with_images=False)
        linux, rtos = config.partitions
        self.assertEqual([(p.name, p.id, p.cpus) for p in config.partitions],
                         [("linux_a55", 1, [0, 1]), ("rtos", 2, [2])])
        self.assertEqual([facts(r) for r in linux.regions],
                         [(0x80000000, 0x80000000, 0x20000000, "rwx", "ram"),
                          (0xb0000000, 0xb0000000, 0x100000, "rw", "shared")])
        self.assertEqual([facts(r) for r in rtos.regions],
                         [(0x50000000, 0x50000000, 0x1000000, "rwx", "ram"),
                          (0xb0000000, 0xb0000000, 0x100000, "rw", "shared")])
        self.assertEqual((rtos.period_ns, rtos.budget_ns), (10_000_000, 2_500_000))
        self.assertEqual([(i.intid, i.edge) for i in linux.irqs],
                         [(77, False), (27, False), (30, False)])
        self.assertEqual([(i.intid, i.edge, i.next_dispatch) for i in rtos.irqs],
                         [(78, True, False), (79, False, True), (80, False, False),
                          (27, False, False), (30, False, False)])

    def test_the_short_form_with_images_from_the_command_line(self):
        config = self.good(ORIGIN, given={"linux_a55.kernel": str(self.dir / "Image"),
                                          "rtos.binary": str(self.dir / "rtos.bin")})
        self.assertEqual(config.partitions[0].entry, 0x80000000)
        self.assertEqual(config.partitions[1].images["binary"].size, 5000)

    def test_defaults(self):
        config = self.good()
        linux = config.partitions[0]
        self.assertEqual((config.name, config.service_cpu, config.journal_slots, config.ipa_bits),
                         ("x", 3, 128, 39))
        self.assertEqual((linux.console, linux.vuart_irq, linux.fault_policy, linux.max_restarts,
                          linux.dtb, linux.smc_allowed, linux.doorbell_peers, linux.doorbell_irq),
                         ("virtual", 33, "halt", 0, "generated", [], [], None))

    def test_journal_lies_at_the_end_of_the_hypervisor(self):
        config = self.good(GOOD + "hypervisor: {journal_slots: 1024}\n")
        # 4 CPUs * 1025 * 64 bytes = 0x40100, below 0x50000000, at a page boundary
        self.assertEqual(config.journal_pa, 0x4ffbf000)

    def test_service_cpu_without_a_free_one(self):
        config = self.good(GOOD.replace("[0, 1]", "[0, 1, 3]"))
        self.assertEqual(config.service_cpu, 2)

    def test_long_form(self):
        config = self.good(GOOD.replace("rtos: {base: 0x80000000, size: 16M}", """rtos:
    - {name: code, ipa: 0, pa: 0x80000000, size: 64K, access: rx}
    - {name: data, ipa: 0x100000, pa: 0x80010000, size: 64K, access: rw}
    - {name: const, ipa: 0x200000, pa: 0x80020000, size: 4K, access: ro}
    - {ipa: 0x09010000, base: 0x09010000, size: 4K, kind: device, access: ro}
""").replace("shared: {base: 0x90000000, size: 1M}", """shared:
    - {name: ring, base: 0x90000000, size: 4 KiB, partitions: {linux: rw, rtos: ro}}
    - {name: log, pa: 0x90001000, ipa: 0xa0000000, size: 1 MB, partitions: [rtos, linux]}"""))
        self.assertEqual([(r.name,) + facts(r) for r in config.partitions[1].regions], [
            ("code", 0, 0x80000000, 0x10000, "rx", "ram"),
            ("data", 0x100000, 0x80010000, 0x10000, "rw", "ram"),
            ("const", 0x200000, 0x80020000, 0x1000, "ro", "ram"),
            ("rtos", 0x9010000, 0x9010000, 0x1000, "ro", "device"),
            ("ring", 0x90000000, 0x90000000, 0x1000, "ro", "shared"),
            ("log", 0xa0000000, 0x90001000, 0x100000, "rw", "shared")])
        self.assertEqual(config.partitions[0].regions[1].access, "rw")
        self.assertEqual(config.partitions[1].entry, 0)

    def test_equal_ipas_in_different_partitions(self):
        config = self.good(GOOD.replace("rtos: {base: 0x80000000,", "rtos: {ipa: 0x50000000, "
                                        "pa: 0x80000000,"))
        self.assertEqual([p.regions[0].ipa for p in config.partitions], [0x50000000] * 2)

    def test_memory_that_ends_with_the_ram(self):
        self.good(GOOD.replace("0x80000000, size: 16M", "0xbf000000, size: 16M"))

    def test_ipa_that_needs_more_than_39_bits(self):
        config = self.good(GOOD.replace("rtos: {base: 0x80000000,", "rtos: {ipa: 0xffff000000, "
                                        "pa: 0x80000000,"))
        self.assertEqual(config.ipa_bits, 40)

    def test_second_serial_port(self):
        config = self.good(GOOD.replace("rtos.bin}", "rtos.bin, console: uart1}"))
        rtos = config.partitions[1]
        self.assertEqual(facts(rtos.regions[1]), (0x9040000, 0x9040000, 0x1000, "rw", "device"))
        self.assertEqual(rtos.irqs[0].intid, 40)
        self.assertFalse(rtos.has_vuart)

    def test_console_that_is_among_the_devices_comes_once(self):
        config = self.good(GOOD.replace("rtos.bin}", "rtos.bin, devices: [uart1], "
                                        "console: uart1}"))
        self.assertEqual([i.intid for i in config.partitions[1].irqs], [40, 27, 30])

    def test_doorbells(self):
        config = self.good(GOOD.replace("rtos.bin}", "rtos.bin, doorbell: {peers: [linux], "
                                        "irq: 60}}"))
        linux, rtos = config.partitions
        self.assertEqual((linux.doorbell_peers, linux.doorbell_irq), ([], 32))
        self.assertEqual((rtos.doorbell_peers, rtos.doorbell_irq), (["linux"], 60))

    def test_doorbell_takes_the_lowest_free_spi(self):
        config = self.good(GOOD.replace("rtos.bin}", "rtos.bin, doorbell: [linux]}") +
                           "interrupts: {linux: [32, 34]}\n")
        self.assertEqual(config.partitions[0].doorbell_irq, 35)

    def test_sizes(self):
        for text, value in ((4096, 4096), ("4K", 4096), ("0x1000", 4096), ("4 KiB", 4096),
                            ("4 KB", 4096), ("1 GB", 1 << 30), ("2M", 1 << 21), ("3T", 3 << 40),
                            ("10000", 10000)):
            self.assertEqual(units.size(text), value)

    def test_durations(self):
        for text, value in (("1ns", 1), ("1.5us", 1500), ("10 ms", 10**7), ("2s", 2 * 10**9),
                            ("0.000001ms", 1), ("1.25s", 1_250_000_000)):
            self.assertEqual(units.duration_ns(text), value)

    def test_restarts(self):
        for setting, count in (("", 3), (", max_restarts: 0", 0), (", max_restarts: 9", 9)):
            config = self.good(GOOD.replace("rtos.bin}", "rtos.bin, fault_policy: restart"
                                            f"{setting}}}"))
            self.assertEqual(config.partitions[1].max_restarts, count)

    def test_folded_command_line(self):
        config = self.good(GOOD.replace("{binary: rtos.bin}", "\n    binary: rtos.bin\n"
                                        "    cmdline: >\n      a=1\n      b\n"))
        self.assertEqual(config.partitions[1].cmdline, "a=1 b")

    def test_repeated_anchors_are_fine(self):
        self.good(GOOD.replace("{binary: rtos.bin}", "{binary: &b rtos.bin, cmdline: *b}"))


class Layout(ConfigCase):
    def loads(self, config, index):
        images = config.partitions[index].images
        return {role: image.load for role, image in images.items()}

    def test_kernel_initrd_and_device_tree(self):
        self.assertEqual(self.loads(self.good(), 0), {
            "kernel": 0x50000000, "initrd": 0x50200000, "dtb": 0x6ffff000})

    def test_text_offset_and_a_start_off_the_2_mib_grid(self):
        from support import arm64_image
        (self.dir / "Image").write_bytes(arm64_image(text_offset=0x80000, image_size=0x180001))
        config = self.good(GOOD.replace("0x50000000, size: 512M", "0x50001000, size: 128M"))
        self.assertEqual(self.loads(config, 0), {
            "kernel": 0x50280000, "initrd": 0x50600000, "dtb": 0x58000000})
        self.assertEqual(config.partitions[0].entry, 0x50280000)

    def test_kernel_older_than_image_size(self):
        from support import arm64_image
        (self.dir / "Image").write_bytes(arm64_image(size=8192, image_size=0))
        self.assertEqual(self.loads(self.good(), 0)["kernel"], 0x50080000)

    def test_binary(self):
        self.assertEqual(self.loads(self.good(), 1), {"binary": 0x80000000, "dtb": 0x80fff000})

    def test_addresses_that_are_given(self):
        config = self.good(GOOD.replace("{binary: rtos.bin}", "{binary: {image: rtos.bin, load: "
                                        "0x80100000}, entry: 0x80100040, dtb: none}"))
        self.assertEqual(self.loads(config, 1), {"binary": 0x80100000})
        self.assertEqual(config.partitions[1].entry, 0x80100040)

    def test_image_of_exactly_the_memory(self):
        (self.dir / "rtos.bin").write_bytes(b"r" * 8192)
        self.good(GOOD.replace("size: 16M", "size: 8K").replace("rtos.bin}", "rtos.bin, dtb: none}"))


if __name__ == "__main__":
    unittest.main()
