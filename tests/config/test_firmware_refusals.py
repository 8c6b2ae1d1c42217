# SPDX-License-Identifier: Apache-2.0
"""Memory, masters and the microcontroller against the firmware's configuration: every refusal."""
import unittest

from imx95 import IMX95
from support import GOOD, ConfigCase


GUESTS = "; guests may have 0xa0000000-0x27fffffff"
ORIGIN = """\
target: imx95
firmware:
  system_manager: mx95evk
cpus:
  linux_a55: [0, 1, 2, 3]
memory:
  linux_a55: {base: 0x80000000, size: 1 GB}
  shared: {base: 0xc4000000, size: 16 MB}
mcu:
  rtos_m7:
    machine: m7
    memory: {base: 0xc0000000, size: 64 MB}
    shared: shared
    owner: linux_a55
"""


class Case(ConfigCase):
    def changed(self, old, new):
        """IMX95 with one text changed."""
        self.assertEqual(IMX95.count(old), 1, old)
        return IMX95.replace(old, new)

    def mcu(self, *lines):
        """IMX95 with lines after the microcontroller's; the last one is marked."""
        return IMX95 + "".join(f"    {line}\n" for line in lines)


class Map(Case):
    def test_linux_at_the_start_of_ddr_and_the_core_at_c0000000(self):
        self.assertEqual(self.refusals(ORIGIN, with_images=False), [
            "7: memory.linux_a55 overlaps the hypervisor in PA 0x90000000-0x9fffffff; no partition "
            "may map it",
            "7: memory.linux_a55 takes 0x80000000-0x87ffffff, which mx95evk gives to the Cortex-M7 "
            "(domain 4) alone: the application cores (domain 3) get a bus error there",
            "7: memory.linux_a55 takes 0x88000000-0x89ffffff, which the Cortex-M7 (domain 4) reaches "
            "too under mx95evk; only its window, the area that shared of its mcu entry names, may "
            "lie there",
            "7: memory.linux_a55 takes 0x8a000000-0x8dffffff, which mx95evk leaves to the secure "
            "world" + GUESTS,
            "8: memory.shared takes 0xc4000000-0xc4ffffff, where the Cortex-M7 (domain 4) does not "
            "reach its window under mx95evk; both sides reach 0x88000000-0x89ffffff",
            "12: mcu.rtos_m7.memory takes 0xc0000000-0xc3ffffff, which mx95evk does not give to the "
            "Cortex-M7 (domain 4); it has 0x80000000-0x89ffffff; mx95evkrpmsg gives it, but to the "
            "application cores (domain 3) too"])

    def test_under_mx95evkrpmsg_that_core_may_be_there(self):
        text = ORIGIN.replace("mx95evk", "mx95evkrpmsg").replace(
            "{base: 0x80000000, size: 1 GB}", "{base: 0xa0000000, size: 512 MB}")
        self.assertEqual(self.refusals(text.replace("0xc4000000", "0xc2000000"), with_images=False),
                         ["12: mcu.rtos_m7.memory overlaps memory.shared in PA 0xc2000000-0xc2ffffff; "
                          "memory is either private or shared: move one"])
        self.good(text, with_images=False)

    def test_a_guest_where_only_mx95evkrpmsg_lets_the_core_go(self):
        text = self.changed("0xa0000000, size: 256M", "0xc8000000, size: 64M")
        self.good(text)
        self.assert_refused(text.replace("mx95evk", "mx95evkrpmsg").replace("64M}", "64M} #!"),
                            "memory.linux takes 0xc8000000-0xcbffffff, which the Cortex-M7 (domain 4) "
                            "reaches too under mx95evkrpmsg; only its window, the area that shared of "
                            "its mcu entry names, may lie there; guests may have "
                            "0xa0000000-0xbfffffff, 0xd0000000-0x27fffffff")

    def test_secure_ram(self):
        self.assert_refused(self.changed("0xd0000000, size: 16M}", "0x8c000000, size: 16M} #!"),
                            "memory.rtos takes 0x8c000000-0x8cffffff, which mx95evk leaves to the "
                            "secure world" + GUESTS)

    def test_a_granule_of_the_core_is_enough(self):
        self.assert_refused(self.changed("0xd0000000, size: 16M}", "0x87fff000, size: 4K} #!"),
                            "memory.rtos takes 0x87fff000-0x87ffffff, which mx95evk gives to the "
                            "Cortex-M7 (domain 4) alone: the application cores (domain 3) get a bus "
                            "error there" + GUESTS)

    def test_memory_that_nobody_shares_in_the_shared_range(self):
        self.assert_refused(self.changed("0xd0000000, size: 16M}", "0x89000000, size: 16M} #!"),
                            "memory.rtos takes 0x89000000-0x89ffffff, which the Cortex-M7 (domain 4) "
                            "reaches too under mx95evk; only its window")

    def test_a_second_shared_area_there(self):
        text = IMX95.replace("size: 2M}\n", "size: 2M}\n    - {name: other, base: 0x88200000, "
                             "size: 2M} #!\n")
        self.assert_refused(text, "memory.shared[1] takes 0x88200000-0x883fffff, which the Cortex-M7 "
                            "(domain 4) reaches too under mx95evk; only its window")

    def test_ram_that_the_board_does_not_count_stays_refused(self):
        self.assert_refused(self.changed("0xd0000000, size: 16M}", "0x8e000000, size: 16M} #!"),
                            "memory.rtos is PA 0x8e000000-0x8effffff, which is not inside the board's "
                            "RAM")

    def test_memory_that_application_cores_may_only_read(self):
        changed = self.board(("- {base: 0x8e000000, size: 0x7f2000000, access: full}",
                              "- {base: 0x8e000000, size: 0x42000000, access: full}\n"
                              "          - {base: 0xd0000000, size: 0x100000000, access: ro}"),
                             name="imx95")
        self.assert_refused(self.changed("0xd0000000, size: 16M}", "0xd0000000, size: 16M} #!"),
                            "memory.rtos takes 0xd0000000-0xd0ffffff, where mx95evk does not let the "
                            "application cores (domain 3) read, write and execute; they may in "
                            "0x88000000-0x89ffffff, 0x8e000000-0xcfffffff", boards=changed)


class Assumption(Case):
    def test_shapes(self):
        for form, rule in (
                ("mx95evk", "firmware must be a mapping with system_manager, not \"mx95evk\""),
                ("{selector: 0}", "firmware lacks the key system_manager"),
                ("{system_manager: a b}", "firmware.system_manager must be the name of a configuration "
                 "of the System Manager, up to 63 letters, digits, - and _, not \"a b\""),
                ("{system_manager: mx95evk, selector: -1}",
                 "firmware.selector must be a mode selector, 0 to 4294967295, not -1"),
                ("{system_manager: mx95evk, cgf: x}",
                 "firmware.cgf is not a known key (did you mean cfg?); known: cfg, selector, "
                 "system_manager")):
            self.assert_refused(IMX95.replace("firmware:\n  system_manager: mx95evk\n",
                                              f"firmware: {form} #!\n"), rule)

    def test_nothing_is_assumed(self):
        text = IMX95.replace("firmware:\n  system_manager: mx95evk\n", "")
        self.assert_refused(text[:text.index("mcu:")].replace("target: imx95", "target: imx95 #!")
                            .replace("  shared:\n    - {name: window, base: 0x88000000, size: 2M}\n",
                                     ""),
                            "target is imx95, where the System Manager decides who reaches what: name "
                            "the configuration of it that is flashed under firmware.system_manager; "
                            "known: mx95evk, mx95evkrpmsg")

    def test_unknown_name(self):
        self.assert_refused(self.changed("mx95evk", "mx95evl #!").replace(
            "  shared:\n    - {name: window, base: 0x88000000, size: 2M}\n", "").replace(
            "    shared: window\n", ""),
            "firmware.system_manager is mx95evl, of which board imx95 knows nothing (did you mean "
            "mx95evk?); known: mx95evk, mx95evkrpmsg")

    def test_selector(self):
        self.assert_refused(self.changed("mx95evk\n", "mx95evk\n  selector: 1 #!\n"),
                            "firmware.selector is 1; under mx95evk the application cores are started "
                            "with selector 0")

    def test_a_board_without_one(self):
        self.assert_refused(GOOD + "firmware: {system_manager: mx95evk} #!\n",
                            "firmware is given, but nothing of board qemu-virt belongs to a System "
                            "Manager; leave it out")
        self.assert_refused(GOOD + "mcu:\n  m7: {machine: m7} #!\n",
                            "mcu.m7 is given, but board qemu-virt has no microcontroller that the "
                            "firmware manages")

    def test_the_hypervisor_where_the_core_reaches(self):
        changed = self.board(("{base: 0xc0000000, size: 0x10000000, access: full}",
                              "{base: 0x98000000, size: 0x10000, access: rw}"), name="imx95")
        self.assert_refused(self.changed("mx95evk", "mx95evkrpmsg #!"),
                            "firmware.system_manager is mx95evkrpmsg, under which the Cortex-M7 "
                            "(domain 4) reaches 0x98000000-0x9800ffff; that is the hypervisor's "
                            "memory, its tables and the SMMU's", boards=changed)

    def test_the_hypervisor_where_application_cores_do_not_reach(self):
        changed = self.board(("{base: 0x8e000000, size: 0x7f2000000, access: full}",
                              "{base: 0x90004000, size: 0x7efffc000, access: full}"), name="imx95")
        self.assert_refused(self.changed("mx95evk", "mx95evk #!"),
                            "firmware.system_manager is mx95evk, which does not give "
                            "0x90000000-0x90003fff to the application cores (domain 3); that is the "
                            "hypervisor's memory, its tables and the SMMU's", boards=changed)

    def test_the_mailbox_is_nobodys(self):
        self.assert_refused(self.changed("  rtos: {base: 0xd0000000, size: 16M}", "  rtos: [{base: "
                            "0xd0000000, size: 16M}, {base: 0x445b0000, size: 64K, kind: device}] #!"),
                            "memory.rtos[1] overlaps the firmware's mailbox in PA "
                            "0x445b0000-0x445bffff; no partition may map it")
        self.assert_refused(IMX95 + "interrupts:\n  rtos: [258] #!\n",
                            "interrupts.rtos[0] is interrupt 258, which is used by the "
                            "firmware's mailbox")


class Masters(Case):
    def test_a_master_that_no_smmu_confines(self):
        changed = self.board(("bypass: [NPU]", "bypass: [NPU, USDHC2]"), name="imx95")
        text = self.changed("mx95evk", "mx95evkrpmsg") + "dma:\n  linux: [usdhc2] #!\n"
        self.good(text.replace(" #!", ""))
        self.assert_refused(text, "dma.linux[0] gives usdhc2 to linux, but under mx95evkrpmsg no SMMU "
                            "stands in front of it: USDHC2 has no stream id, and would reach whatever "
                            "the application cores (domain 3) do", boards=changed)

    def test_raw_stream_of_nobody(self):
        text = IMX95 + "dma:\n  linux: {streams: [0x0d]} #!\n"
        self.good(text.replace(" #!", ""))
        self.assert_refused(text.replace("mx95evk", "mx95evkrpmsg"),
                            "dma.linux.streams[0] is stream 0xd, which no master has under "
                            "mx95evkrpmsg; there are 0x1, 0x2, 0x3, 0xe, 0xf, 0x10, ")

    def test_bypassing_masters_stay_an_explicit_choice(self):
        text = IMX95 + "dma:\n  linux: [edma2] #!\n"
        self.assert_refused(text, "dma.linux[0] gives edma2 to linux, and no SMMU stands in front of "
                            "it: it could write all memory, the hypervisor's too")
        self.good(text.replace(" #!", "") + "unprotected_dma: [edma2]\n")


class Microcontroller(Case):
    def test_shapes(self):
        for lines, rule in (
                (["machine: m7", "memroy: 1 #!"], "mcu.m7.memroy is not a known key (did you mean "
                 "memory?); known: "),
                (["mode: manage #!"], "mcu.m7 lacks the key machine"),
                (["machine: m7", "mode: on #!"], "mcu.m7.mode must be attach or manage, not true"),
                (["machine: m7", "memory: {base: 0x80000000} #!"], "mcu.m7.memory lacks the key size"),
                (["machine: m7", "fault_policy: stop #!"],
                 "mcu.m7.fault_policy must be log, restart or halt, not \"stop\""),
                (["machine: m7", "max_restarts: -1 #!"],
                 "mcu.m7.max_restarts must be a number of restarts, not -1")):
            text = IMX95[:IMX95.index("mcu:")].replace("  shared:\n    - {name: window, base: "
                                                       "0x88000000, size: 2M}\n", "")
            if "lacks the key machine" in rule:
                text += "mcu:\n  m7: {mode: manage} #!\n"
            else:
                text += "mcu:\n  m7:\n" + "".join(f"    {line}\n" for line in lines)
            self.assert_refused(text, rule)

    def test_one_at_most(self):
        text = IMX95.replace("mcu:\n", "mcu: #!\n") + "  m8: {machine: m7}\n"
        self.assert_refused(text, "mcu must be a mapping from the name of a microcontroller's partition "
                            "to its settings, one at most, not a mapping")

    def test_machine(self):
        self.assert_refused(self.changed("machine: m7", "machine: m4 #!").replace(
            "    shared: window\n", "").replace(
            "  shared:\n    - {name: window, base: 0x88000000, size: 2M}\n", ""),
            "mcu.m7.machine is m4, which board imx95 does not have; it has: m7")

    def test_names(self):
        for name, what in (("linux", "a partition with CPUs"), ("shared", "something else"),
                           ("haven", "something else")):
            text = IMX95.replace("  m7:\n", f"  {name}: #!\n")
            self.assert_refused(text, f"mcu.{name} is the name of {what}; take another one")

    def test_owner(self):
        self.assert_refused(self.changed("owner: linux", "owner: linus #!"), "mcu.m7.owner is linus, "
                            "which is not a partition (did you mean linux?)")
        text = self.changed("    owner: linux\n", "")
        self.assertEqual(self.refusals(text), [
            f"{text.count(chr(10)) - 1}: mcu.m7.shared is window, and nobody is named who gets it; "
            "name a partition under owner",
            f"{text.count(chr(10))}: mcu.m7.doorbell is mu7, and nobody is named who gets it; name a "
            "partition under owner"])

    def test_owner_of_nothing(self):
        text = self.changed("    shared: window\n    doorbell: mu7\n", "").replace(
            "  shared:\n    - {name: window, base: 0x88000000, size: 2M}\n", "")
        self.assert_refused(text.replace("owner: linux", "owner: linux #!"),
                            "mcu.m7.owner is linux, but there is neither a window (shared) nor a "
                            "doorbell to own")

    def test_window_that_is_none(self):
        self.assert_refused(self.changed("shared: window", "shared: windo #!").replace(
            "0x88000000", "0xe0000000"),
            "mcu.m7.shared is windo, which is no area of memory.shared (did you mean window?); areas "
            "there: window")

    def test_others_get_no_window(self):
        self.assert_refused(self.changed("size: 2M}", "size: 2M, partitions: [linux, rtos]} #!"),
                            "memory.shared[0] gives window to rtos, but it is the window of m7, and "
                            "mcu.m7.owner gives that to linux alone")
        for form in ("[linux]", "[linux, m7]", "{linux: ro}"):
            self.good(self.changed("size: 2M}", f"size: 2M, partitions: {form}}}"))

    def test_shared_with_the_core_but_not_its_window(self):
        text = IMX95.replace("size: 2M}\n", "size: 2M}\n    - {name: other, base: 0xe0000000, size: 2M, "
                             "partitions: [linux, rtos, m7]} #!\n")
        self.assert_refused(text, "memory.shared[1] is shared with m7, but mcu.m7.shared does not name "
                            "other")

    def test_window_elsewhere(self):
        self.assert_refused(self.changed("base: 0x88000000, size: 2M}", "base: 0xe0000000, size: 2M} #!"),
                            "memory.shared[0] takes 0xe0000000-0xe01fffff, where the Cortex-M7 "
                            "(domain 4) does not reach its window under mx95evk; both sides reach "
                            "0x88000000-0x89ffffff")
        self.assertEqual(self.refusals(self.changed("base: 0x88000000, size: 2M",
                                                    "base: 0x89e00000, size: 4M")), [
            "11: memory.shared[0] takes 0x8a000000-0x8a1fffff, which mx95evk leaves to the secure world",
            "11: memory.shared[0] takes 0x8a000000-0x8a1fffff, where the Cortex-M7 (domain 4) does not "
            "reach its window under mx95evk; both sides reach 0x88000000-0x89ffffff"])

    def test_window_in_what_the_core_has_alone(self):
        self.assertEqual(self.refusals(self.changed("base: 0x88000000", "base: 0x87e00000")), [
            "11: memory.shared[0] takes 0x87e00000-0x87ffffff, which mx95evk gives to the Cortex-M7 "
            "(domain 4) alone: the application cores (domain 3) get a bus error there",
            "18: mcu.m7.memory overlaps memory.shared[0] in PA 0x87e00000-0x87ffffff; memory is either "
            "private or shared: move one"])

    def test_doorbell(self):
        self.assert_refused(self.changed("doorbell: mu7", "doorbell: usdhc1 #!"),
                            "mcu.m7.doorbell is usdhc1, which does not ring the Cortex-M7; those that "
                            "do: mu7, mu8")

    def test_nobody_else_rings(self):
        self.assert_refused(self.changed("{binary: rtos.bin}", "{binary: rtos.bin, devices: [mu8]} #!"),
                            "partitions.rtos.devices[0] gives mu8 to rtos, and it rings the Cortex-M7; "
                            "nobody but linux, the owner of m7, may do that")
        self.assert_refused(self.changed("  rtos: {base: 0xd0000000, size: 16M}", "  rtos: [{base: "
                            "0xd0000000, size: 16M}, {base: 0x42738000, size: 4K, kind: device}] #!"),
                            "memory.rtos[1] gives mu8 to rtos, and it rings the Cortex-M7; nobody but "
                            "linux, the owner of m7, may do that")
        self.good(self.changed("{kernel: Image}", "{kernel: Image, devices: [mu7, mu8]}"))

    def test_a_doorbell_has_one_owner(self):
        text = self.changed("{binary: rtos.bin}", "{binary: rtos.bin, devices: [mu7]}")
        self.assertEqual(self.refusals(text), [
            "14: partitions.rtos.devices[0] gives interrupt 266 to rtos, but mcu.m7.doorbell gives it "
            "to linux; an interrupt has one owner",
            "14: partitions.rtos.devices[0] gives device mu7 to rtos, but mcu.m7.doorbell gives it to "
            "linux; a device has one owner"])

    def test_a_doorbell_to_a_core_that_is_not_declared(self):
        text = IMX95[:IMX95.index("mcu:")].replace("{binary: rtos.bin}",
                                                   "{binary: rtos.bin, devices: [mu7]} #!")
        text = text.replace("  shared:\n    - {name: window, base: 0x88000000, size: 2M}\n", "")
        self.assert_refused(text, "partitions.rtos.devices[0] gives mu7 to rtos, and it rings the "
                            "Cortex-M7; declare that core under mcu, with rtos as its owner and mu7 as "
                            "its doorbell")

    def test_memory(self):
        for form, rule in (
                ("{base: 0x80001000, size: 1M}", "mcu.m7.memory.base is 0x80001000, not a multiple of "
                 "16 KiB, the granule of the firewall"),
                ("{base: 0x80000000, size: 4K}", "mcu.m7.memory.size is 0x1000, not a multiple of "
                 "16 KiB, the granule of the firewall"),
                ("{base: 0x88100000, size: 16K}", "mcu.m7.memory overlaps memory.shared[0] in PA "
                 "0x88100000-0x88103fff; memory is either private or shared: move one")):
            self.assert_refused(self.changed("{base: 0x80000000, size: 128M}", form + " #!"), rule)

    def test_a_core_without_a_channel(self):
        config = self.good(IMX95[:IMX95.index("    shared: window")].replace(
            "  shared:\n    - {name: window, base: 0x88000000, size: 2M}\n", ""))
        self.assertEqual((config.mcu.owner, config.mcu.window, config.mcu.doorbell), (None,) * 3)

    def test_a_core_with_no_memory_but_its_own(self):
        config = self.good(self.changed("    memory: {base: 0x80000000, size: 128M}\n", ""))
        self.assertEqual(config.mcu.size, 0)

    def test_memory_beyond_every_address(self):
        text = self.changed("base: 0x80000000, size: 128M", "base: 0xfffffffffffe0000, size: 128K")
        self.assertEqual(self.refusals(text), [
            "18: mcu.m7.memory.base is 0xfffffffffffe0000 and with size 0x20000 it goes beyond 40 bits "
            "of physical address",
            "18: mcu.m7.memory takes 0xfffffffffffe0000-0xffffffffffffffff, which mx95evk does not give "
            "to the Cortex-M7 (domain 4); it has 0x80000000-0x89ffffff"])

    def test_manage_where_the_firmware_does_not_let_us(self):
        text = self.mcu("vector: 0", "mode: manage #!")
        self.assert_refused(text, "mcu.m7.mode is manage, but mx95evk grants the hypervisor's agent "
                            "NOTIFY on logical machine 1 (LMM_1), and to set its vector, boot and end "
                            "it takes PRIV or more; use mode attach; it is granted by mx95evkrpmsg")
        self.good(text.replace(" #!", "").replace("mx95evk", "mx95evkrpmsg"))

    def test_attach_where_the_firmware_does_not_tell(self):
        changed = self.board(("rights: {m7: notify}", "rights: {m7: get}"), name="imx95")
        self.assert_refused(self.mcu("mode: attach #!"), "mcu.m7.mode is attach, but mx95evk grants the "
                            "hypervisor's agent GET on logical machine 1 (LMM_1), and to be told of its "
                            "life takes NOTIFY or more; it is granted by mx95evkrpmsg", boards=changed)

    def test_policy(self):
        self.assert_refused(self.mcu("fault_policy: restart #!"), "mcu.m7.fault_policy is restart, which "
                            "takes mode manage; in mode attach an end of the core can be recorded only")
        self.assert_refused(self.mcu("max_restarts: 3 #!"),
                            "mcu.m7.max_restarts has no effect with fault_policy log")

    def managed(self, *lines):
        return self.mcu("mode: manage", *lines).replace("mx95evk", "mx95evkrpmsg")

    def test_vector(self):
        self.assert_refused(self.mcu("vector: 0 #!"), "mcu.m7.vector has no effect in mode attach: the "
                            "firmware starts the core")
        text = self.managed()
        self.assert_refused(text.replace("  m7:\n", "  m7: #!\n"),
                            "mcu.m7 lacks the key vector, at which mode manage boots the core")
        self.assert_refused(self.managed("vector: 0x40 #!"),
                            "mcu.m7.vector is 0x40, not a multiple of 128")
        self.assert_refused(self.managed("vector: 0x40000 #!"), "mcu.m7.vector is 0x40000, which is in no "
                            "memory of m7; as the core sees it, there are ITCM 0x00000000-0x0003ffff, "
                            "DTCM 0x20000000-0x2003ffff, memory 0x80000000-0x87ffffff")
        for good in ("0", "0x80", "0x3ff80", "0x80000000", "0x87ffff80"):
            self.good(self.managed(f"vector: {good}"))

    def test_restarts(self):
        config = self.good(self.managed("vector: 0", "fault_policy: restart"))
        self.assertEqual((config.mcu.policy, config.mcu.max_restarts), ("restart", 3))
        config = self.good(self.managed("vector: 0", "fault_policy: restart", "max_restarts: 7"))
        self.assertEqual(config.mcu.max_restarts, 7)


if __name__ == "__main__":
    unittest.main()
