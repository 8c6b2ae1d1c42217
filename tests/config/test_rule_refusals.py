# SPDX-License-Identifier: Apache-2.0
"""Rules of interrupts, CPUs, settings and images: one case each, with line, key and words."""
import unittest

from support import BOARDS, GOOD, ConfigCase, arm64_image


class RuleRefusals(ConfigCase):
    def change(self, *pairs):
        text = GOOD
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        return text

    # interrupts

    def irqs(self, linux, rtos):
        return GOOD + f"interrupts:\n  linux: {linux}\n  rtos: {rtos} #!\n"

    def test_interrupt_with_two_owners(self):
        self.assert_refused(self.irqs([77], [77]), "interrupts.rtos[0] gives interrupt 77 to rtos, "
                            "but interrupts.linux[0] gives it to linux; an interrupt has one owner")

    def test_interrupt_twice(self):
        self.assert_refused(self.irqs([], [77, 77]), "interrupts.rtos[1] lists interrupt 77 again; "
                            "interrupts.rtos[0] has it already")

    def test_interrupt_of_a_device_of_another(self):
        self.assert_refused(self.irqs([], [34]).replace(
            "initrd: initrd}", "initrd: initrd, devices: [rtc]}"),
            "interrupts.rtos[0] gives interrupt 34 to rtos, but partitions.linux.devices[0] gives")

    def test_interrupt_out_of_range(self):
        for intid in (288, 1019, 1020, 1023, 5000):
            self.assert_refused(self.irqs([], [intid]), f"interrupts.rtos[0] is interrupt {intid}, "
                                "which is out of range; board qemu-virt has 16 to 287")

    def test_sgi(self):
        for intid in (0, 15):
            self.assert_refused(self.irqs([], [intid]),
                                f"interrupts.rtos[0] is interrupt {intid}, an SGI; ")

    def test_interrupt_of_the_hypervisor(self):
        for intid, use in ((33, "the hypervisor's UART"), (25, "GIC maintenance"),
                           (26, "the hypervisor's timer")):
            self.assert_refused(self.irqs([], [intid]), f"interrupts.rtos[0] is interrupt {intid}, "
                                f"which is used by {use}")

    def test_interrupt_of_the_smmu_and_of_timers_above(self):
        for intid, use in ((106, "the SMMU"), (109, "the SMMU"), (28, "EL2's virtual timer"),
                           (29, "the secure world's timer")):
            self.assert_refused(self.irqs([], [intid]), f"interrupts.rtos[0] is interrupt {intid}, "
                                f"which is used by {use}")

    def test_doorbell_of_the_hypervisor(self):
        text = self.change(("rtos.bin}", "rtos.bin, console: none, doorbell: {irq: 33}} #!"))
        self.assert_refused(text, "partitions.rtos.doorbell.irq is 33, which is used by the "
                            "hypervisor's UART")
        self.assert_refused(text.replace("console: none, ", ""),
                            "partitions.rtos.doorbell.irq is 33, which rtos already uses")

    def test_no_interrupt_left_for_a_doorbell(self):
        free = [i for i in range(32, 288) if i not in (33, 106, 107, 108, 109)]
        text = self.change(("rtos: [2]", "rtos: [2] #!"),
                           ("initrd: initrd}", "initrd: initrd, doorbell: [rtos]}"))
        self.assert_refused(text + f"interrupts: {{rtos: {free}}}\n",
                            "cpus.rtos has no SPI left for its doorbell")
        config = self.good(text + f"interrupts: {{rtos: {free[:-1]}}}\n")
        self.assertEqual(config.partition("rtos").doorbell_irq, 287)

    def test_interrupt_on_a_foreign_cpu(self):
        self.assert_refused(self.irqs([], "[{irq: 77, cpu: 0}]"),
                            "interrupts.rtos[0].cpu is 0, which is not a CPU of rtos; it has 2")

    def test_ppi_with_a_cpu(self):
        self.assert_refused(self.irqs([], "[{irq: 23, cpu: 2}]"),
                            "interrupts.rtos[0] gives cpu, trigger or wake for the PPI 23")
        self.assert_refused(self.irqs([], "[{irq: 23, wake: next-dispatch}]"),
                            "interrupts.rtos[0] gives cpu, trigger or wake for the PPI 23")

    # CPUs and time

    def test_cpu_that_the_board_has_not(self):
        self.assert_refused(self.change(("rtos: [2]", "rtos: [4] #!")),
                            "cpus.rtos[0] is CPU 4, which board qemu-virt does not have; it has 0 "
                            "to 3")

    def test_more_vcpus_than_the_hypervisor_has(self):
        folder = self.dir / "boards" / "big"
        folder.mkdir(parents=True)
        facts = (BOARDS / "qemu-virt" / "board.yaml").read_text(encoding="utf-8")
        (folder / "board.yaml").write_text(facts.replace(
            "  - 0x3\n", "  - 0x3\n" + "".join(f"  - {n:#x}\n" for n in range(4, 10))))
        text = self.change(("qemu-virt", "big"), ("rtos: [2]", "rtos: [9]"),
                           ("[0, 1]", "[0, 1, 2, 3, 4, 5, 6, 7, 8] #!"))
        self.assert_refused(text, "cpus.linux has 9 vCPUs; a partition has at most 8",
                            boards=self.dir / "boards")

    def test_cpu_twice_in_a_partition(self):
        self.assert_refused(self.change(("rtos: [2]", "rtos: [2, 2] #!")),
                            "cpus.rtos[1] lists CPU 2 twice")

    def test_service_cpu(self):
        self.assert_refused(GOOD + "hypervisor:\n  service_cpu: 4 #!\n",
                            "hypervisor.service_cpu is CPU 4, which board qemu-virt does not have")

    def test_ipa_bits(self):
        self.assert_refused(GOOD + "hypervisor:\n  ipa_bits: 42 #!\n",
                            "hypervisor.ipa_bits is 42, more than the 40 bits of physical address")

    # partitions

    def test_too_many_partitions(self):
        got = self.refusals("target: qemu-virt\ncpus:\n" +
                            "".join(f"  p{i}: [{i % 4}]\n" for i in range(8)) + "memory:\n" +
                            "".join(f"  p{i}: {{base: {0x50000000 + i * 0x100000:#x}, size: 1M}}\n"
                                    for i in range(8)), with_images=False)
        self.assertTrue(got[0].startswith("2: cpus has 8 partitions; at most 7 guests"), got)

    def test_device_that_the_board_has_not(self):
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, devices: [uart2]} #!")),
                            "partitions.rtos.devices[0] names uart2, which board qemu-virt does "
                            "not offer (did you mean uart1?); it offers: uart1, rtc")

    def test_device_with_two_owners(self):
        got = self.refusals(self.change(("initrd: initrd}", "initrd: initrd, devices: [rtc]}"),
                                        ("rtos.bin}", "rtos.bin, devices: [rtc]}")))
        self.assertEqual(len(got), 2, got)
        self.assertTrue(any(r.startswith("11: partitions.rtos.devices[0] gives device rtc to rtos, "
                                         "but partitions.linux.devices[0] gives it to linux")
                            for r in got), got)

    def test_console_that_is_no_serial_port(self):
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, console: rtc} #!")),
                            "partitions.rtos.console names rtc, which is not a serial port")

    def test_console_of_the_other_partition(self):
        got = self.refusals(self.change(("initrd: initrd}", "initrd: initrd, console: uart1}"),
                                        ("rtos.bin}", "rtos.bin, console: uart1}")))
        self.assertTrue(any("partitions.rtos.console gives device uart1 to rtos, but "
                            "partitions.linux.console gives it to linux" in r for r in got), got)

    def test_kernel_and_binary(self):
        self.assert_refused(self.change(("{binary: rtos.bin}",
                                         "{binary: rtos.bin, kernel: Image} #!")),
                            "partitions.rtos.binary is given beside kernel")

    def test_initrd_without_kernel(self):
        self.assert_refused(self.change(("{binary: rtos.bin}",
                                         "{binary: rtos.bin, initrd: initrd} #!")),
                            "partitions.rtos.initrd is given without a kernel")

    def test_command_line_without_device_tree(self):
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, dtb: none, cmdline: x} #!")),
                            "partitions.rtos.cmdline has no effect without a device tree")

    def test_entry(self):
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, entry: 0x81000000} #!")),
                            "partitions.rtos.entry is 0x81000000, which is not in executable "
                            "memory of rtos")
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, entry: 0x90000000} #!")),
                            "partitions.rtos.entry is 0x90000000, which is not in executable")
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, entry: 0x80000002} #!")),
                            "partitions.rtos.entry is 0x80000002, not a multiple of 4")

    def test_smc(self):
        self.assert_refused(self.change(("rtos.bin}",
                                         "rtos.bin, smc_allowed: [0x84000009]} #!")),
                            "partitions.rtos.smc_allowed[0] is 0x84000009, a PSCI call; ")
        self.assert_refused(self.change(("rtos.bin}",
                                         "rtos.bin, smc_allowed: [0xc4000003]} #!")),
                            "partitions.rtos.smc_allowed[0] is 0xc4000003, a PSCI call; ")
        self.assert_refused(self.change(("rtos.bin}",
                                         "rtos.bin, smc_allowed: [0xc2000000, 0xc2000000]} #!")),
                            "partitions.rtos.smc_allowed[1] lists 0xc2000000 twice")

    def test_smc_that_is_never_forwarded(self):
        for function, what in (("0x80008000", "an Arm"), ("0xc0000000", "an Arm"),
                               ("0x84000020", "an SDEI"), ("0xc400003f", "an SDEI"),
                               ("0x84000060", "an FF-A"), ("0xc40000ff", "an FF-A"),
                               ("0x8600ff01", "a call of the vendor"),
                               ("0xc6000000", "a call of the vendor")):
            self.assert_refused(self.change(("rtos.bin}",
                                             f"rtos.bin, smc_allowed: [{function}]}} #!")),
                                f"partitions.rtos.smc_allowed[0] is {function}, {what}")

    def test_number_of_smc(self):
        ids = [0xc2000000 + n for n in range(17)]
        self.assert_refused(self.change(("rtos.bin}", f"rtos.bin, smc_allowed: {ids}}} #!")),
                            "partitions.rtos.smc_allowed lists 17 functions; at most 16")
        self.good(self.change(("rtos.bin}", f"rtos.bin, smc_allowed: {ids[:16]}}}")))

    def test_command_line_counts_bytes(self):
        # 1023 letters of two bytes each, and one of one byte: 2047.
        line = "\u00e4" * 1023 + "x"
        self.good(self.change(("rtos.bin}", f"rtos.bin, cmdline: {line}}}")))
        self.assert_refused(self.change(("rtos.bin}", f"rtos.bin, cmdline: {line}x}} #!")),
                            "partitions.rtos.cmdline is 2048 bytes long in UTF-8; at most 2047")

    def test_program_in_memory_that_cannot_be_executed(self):
        self.assert_refused(self.change(
            ("rtos: {base: 0x80000000, size: 16M}", "rtos:\n    - {base: 0x80000000, size: 8M}\n"
             "    - {base: 0x80800000, size: 8M, access: rw}"),
            ("binary: rtos.bin}", "binary: {image: rtos.bin, load: 0x80800000}} #!")),
            "partitions.rtos.binary starts at 0x80800000, which is not in executable memory")

    def test_restarts_without_restart(self):
        self.assert_refused(self.change(("rtos.bin}", "rtos.bin, max_restarts: 3} #!")),
                            "partitions.rtos.max_restarts has no effect with fault_policy halt")

    # images

    def test_nothing_to_run(self):
        self.assert_refused(self.change(("rtos: {binary: rtos.bin}", "rtos: {} #!")),
                            "partitions.rtos has nothing to run: give it a kernel or a binary")

    def test_image_that_is_missing(self):
        self.assert_refused(self.change(("binary: rtos.bin}", "binary: gone.bin} #!")),
                            "partitions.rtos.binary names the image gone.bin, and ")

    def test_image_that_is_empty(self):
        (self.dir / "rtos.bin").write_bytes(b"")
        self.assert_refused(self.change(("binary: rtos.bin}", "binary: rtos.bin} #!")),
                            "partitions.rtos.binary names the image rtos.bin, which is an empty")

    def test_kernel_that_is_none(self):
        (self.dir / "Image").write_bytes(b"\x7fELF" + bytes(5000))
        self.assert_refused(self.change(("initrd: initrd}", "initrd: initrd} #!")),
                            "partitions.linux.kernel names the image Image, which has no arm64 "
                            "Image header; a raw program goes under binary")

    def test_kernel_that_is_compressed(self):
        for head in (b"\x1f\x8b\x08\x00", b"MZ\0\0zimg"):
            (self.dir / "Image").write_bytes(head + bytes(5000))
            self.assert_refused(self.change(("initrd: initrd}", "initrd: initrd} #!")),
                                "partitions.linux.kernel names the image Image, which is a "
                                "compressed kernel")

    def test_kernel_of_the_other_byte_order(self):
        (self.dir / "Image").write_bytes(arm64_image(flags=1))
        self.assert_refused(self.change(("initrd: initrd}", "initrd: initrd} #!")),
                            "partitions.linux.kernel names the image Image, which is a big-endian")

    def test_image_larger_than_its_memory(self):
        self.assert_refused(self.change(("rtos: {base: 0x80000000, size: 16M}",
                                         "rtos: {base: 0x80000000, size: 4K}"),
                                        ("binary: rtos.bin}", "binary: rtos.bin, dtb: none} #!")),
                            "partitions.rtos.binary needs 4.9 KiB at IPA 0x80000000-0x80001387, "
                            "which is not inside the memory of rtos, 0x80000000-0x80000fff")

    def test_kernel_whose_bss_does_not_fit(self):
        (self.dir / "Image").write_bytes(arm64_image(image_size=0x20200000))
        got = self.refusals(GOOD)
        self.assertTrue(got[0].startswith("10: partitions.linux.kernel needs 514 MiB at IPA "
                                          "0x50000000-0x701fffff"), got)

    def test_initrd_larger_than_what_is_left(self):
        with open(self.dir / "initrd", "wb") as file:
            file.truncate(6 << 20)
        got = self.refusals(self.change(("size: 512M", "size: 8M")))
        self.assertEqual(len(got), 1)
        self.assertTrue(got[0].startswith("10: partitions.linux.initrd (6 MiB) overlaps the dtb "
                                          "in IPA 0x507ff000-0x507fffff"), got)

    def test_images_that_overlap(self):
        self.assert_refused(self.change(
            ("initrd: initrd}", "initrd: {image: initrd, load: 0x50100000}} #!")),
            "partitions.linux.initrd (97.7 KiB) overlaps the kernel in IPA 0x50100000-0x501fffff")

    def test_load_addresses(self):
        self.assert_refused(self.change(
            ("kernel: Image", "kernel: {image: Image, load: 0x50001000}"),
            ("initrd: initrd}", "initrd: initrd} #!")),
            "partitions.linux.kernel loads at 0x50001000, which is not a multiple of 2 MiB plus")
        self.assert_refused(self.change(
            ("binary: rtos.bin}", "binary: {image: rtos.bin, load: 0x80000004}} #!")),
            "partitions.rtos.binary loads at 0x80000004, which is not a multiple of 8")

    def test_more_files_than_the_image_takes(self):
        with open(self.dir / "initrd", "wb") as file:
            file.truncate(300 << 20)
        got = self.refusals(GOOD)
        self.assertEqual(len(got), 1)
        self.assertTrue(got[0].startswith("9: partitions need 300.0 MiB of files in the image; "),
                        got)

    def test_what_the_smmu_reads_takes_room_from_the_files(self):
        # 0x4fff7000, where the journal begins, - 0x40200000 - 4 MiB; the kernel has a page, the
        # binary two, the trees one each. The tables of one stream begin at 0x4ffe0000.
        room = 0x4fff7000 - 0x40200000 - 0x400000 - 5 * 0x1000
        less = room - 0x17000
        for size, streams, fits in ((room, "[]", True), (room + 1, "[]", False),
                                    (less, "[1]", True), (less + 1, "[1]", False)):
            with open(self.dir / "initrd", "wb") as file:
                file.truncate(size)
            text = GOOD + f"dma: {{linux: {{streams: {streams}}}}}\n"
            if fits:
                self.good(text)
            else:
                self.assertIn("partitions need ", self.refusals(text)[0])


if __name__ == "__main__":
    unittest.main()
