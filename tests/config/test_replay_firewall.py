# SPDX-License-Identifier: Apache-2.0
"""The replay asks the real library about the firewall: each mutant of the policy by its own check."""
import unittest

import test_replay
from imx95 import IMX95
from test_replay import CC, ReplayCase

OWN = "{0u, 4u, {UINT64_C(0x80000000), UINT64_C(0xa000000)}, 0x7777u, true}"
LINUX = "{0u, 3u, {UINT64_C(0x8e000000), UINT64_C(0x7f2000000)}, 0x7777u, true}"
WINDOW = "{0u, 3u, {UINT64_C(0x88000000), UINT64_C(0x2000000)}, 0x7777u, true}"


def setUpModule():
    test_replay.setUpModule()


def region(text, base, size):
    head, _, tail = text.partition("{UINT64_C(")
    return f"{head}{{UINT64_C(0x{base:x}), UINT64_C(0x{size:x})}}{tail.partition('}')[2]}"


@unittest.skipUnless(CC, "no C compiler for this machine")
class Firewall(ReplayCase):
    def caught(self, words, *changes, text=IMX95):
        self.assert_caught(words, *changes, text=text)

    def test_what_the_compiler_writes(self):
        for text in (IMX95, IMX95.replace("mx95evk", "mx95evkrpmsg"), IMX95[:IMX95.index("  shared:")] +
                     IMX95[IMX95.index("partitions:"):IMX95.index("mcu:")]):
            status, printed = self.replay(text=text)
            self.assertEqual(status, 0, printed)

    def test_the_core_in_the_hypervisors_memory(self):
        for base, size in ((0x8e000000, 0x2004000), (0x9fffc000, 0x4000), (0x98000000, 0x4000),
                           (0x8e000000, 0x12000000)):
            self.caught("the hypervisor: the firewall lets the microcontroller to PA 0x9",
                        (OWN, OWN + ",\n\t" + region(OWN, base, size)),
                        (".region_count = 11u", ".region_count = 12u"))

    def test_the_core_in_a_guests_memory(self):
        for base, size in ((0xafffc000, 0x4000), (0xa8000000, 0x4000), (0xa0000000, 0x4000)):
            for access in ("0x4444u", "0x0002u", "0x1000u"):
                self.caught("linux: the firewall lets the microcontroller to PA 0xa",
                            (OWN, OWN + ",\n\t" + region(OWN, base, size).replace("0x7777u", access)),
                            (".region_count = 11u", ".region_count = 12u"))

    def test_the_core_without_its_window(self):
        self.caught("linux: the firewall does not let the microcontroller to PA 0x88000000",
                    (OWN, region(OWN, 0x80000000, 0x8000000)))
        self.caught("linux: the firewall does not let the microcontroller to PA 0x881fffff",
                    (OWN, region(OWN, 0x80000000, 0x8100000)))

    def test_application_cores_without_their_memory(self):
        self.caught("the hypervisor: the firewall keeps the application cores from PA 0x90000000",
                    (LINUX, region(LINUX, 0x90004000, 0x7efffc000)))
        self.caught("rtos: the firewall keeps the application cores from PA 0xd0ffffff",
                    (LINUX, region(LINUX, 0x8e000000, 0x42ffc000)))
        self.caught("the hypervisor: the firewall keeps the application cores from PA 0x90000000",
                    (LINUX, LINUX.replace("0x7777u", "0x7744u")))
        self.caught("the hypervisor: the firewall keeps the application cores from PA 0x90000000",
                    (LINUX, LINUX.replace("true", "false")))

    def test_witnesses(self):
        self.caught("witness 0x88000000 is not what the policy says",
                    (WINDOW, region(WINDOW, 0x88004000, 0x1ffc000)))
        self.caught("witness 0x80000000 is not what the policy says",
                    (WINDOW, region(WINDOW, 0x80000000, 0xa000000)))
        self.caught("witness 0x203c0000 is not what the policy says",
                    ("{1u, 4u, {UINT64_C(0x20380000)", "{1u, 3u, {UINT64_C(0x20380000)"))

    def test_a_policy_that_no_firewall_holds(self):
        self.caught("the firewall cannot hold its policy: 1 findings",
                    (OWN, region(OWN, 0x80000000, 0xa000001)))


if __name__ == "__main__":
    unittest.main()
