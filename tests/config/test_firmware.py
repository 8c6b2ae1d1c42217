# SPDX-License-Identifier: Apache-2.0
"""Firmware and microcontroller: what the hypervisor and the owner are told."""
import unittest

from imx95 import IMX95
from support import ConfigCase

from haven_config import emit_c, payloads


class Emission(ConfigCase):
    def tables(self, text=IMX95):
        config = self.good(text)
        return emit_c.tables(config, payloads.table(config, self.dir)), emit_c.limits(config)

    def part(self, text, first, last="};\n"):
        """From the text `first` to the next `last`, both included."""
        start = text.index(first)
        return text[start:text.index(last, start) + len(last)]

    def test_what_is_assumed(self):
        text, limits = self.tables()
        self.assertIn("#include <haven/config.h>\n#include <haven/hal/firewall.h>\n", text)
        self.assertEqual(self.part(text, "static const struct hv_fw_witness"), """\
static const struct hv_fw_witness witnesses[] = {
	{UINT64_C(0x80000000), false}, /* memory of the Cortex-M7 alone */
	{UINT64_C(0x203c0000), false}, /* ITCM of the Cortex-M7 */
	{UINT64_C(0x49010000), false}, /* registers of TRDC N */
	{UINT64_C(0x88000000), true}, /* window of m7 */
};
""")
        self.assertEqual(self.part(text, "static const struct hv_mcu_config"), """\
static const struct hv_mcu_config mcu = {
	.lm = 1u,
	.cpu = 1u,
	.vector = UINT64_C(0x0),
	.mode = HV_MCU_ATTACH,
	.policy = HV_MCU_LOG,
	.max_restarts = 0u,
};
""")
        self.assertEqual(self.part(text, "static const struct hv_hal_fw_config"), """\
static const struct hv_hal_fw_config firewall = {
	.mu = UINT64_C(0x445b0000),
	.mu_irq = 258u,
	.wait_us = 5000u,
	.crc = false,
	.firmware = {"mx95evk", 0u},
	.mcu = &mcu,
	.policy = &firewall_policy,
	.witnesses = witnesses,
	.witness_count = 4u,
};
""")
        self.assertEqual(self.part(text, "static const struct hv_fw_region"), """\
static const struct hv_fw_region firewall_regions[] = {
	{0u, 0u, {UINT64_C(0x80000000), UINT64_C(0x800000000)}, 0x6666u, true},
	{0u, 3u, {UINT64_C(0x8a000000), UINT64_C(0x4000000)}, 0x7700u, false},
	{0u, 3u, {UINT64_C(0x88000000), UINT64_C(0x2000000)}, 0x7777u, true},
	{0u, 3u, {UINT64_C(0x8e000000), UINT64_C(0x7f2000000)}, 0x7777u, true},
	{0u, 4u, {UINT64_C(0x80000000), UINT64_C(0xa000000)}, 0x7777u, true},
	{0u, 12u, {UINT64_C(0x80000000), UINT64_C(0xb000000)}, 0x4444u, true},
	{0u, 12u, {UINT64_C(0x8c000000), UINT64_C(0x7f4000000)}, 0x4444u, true},
	{0u, 12u, {UINT64_C(0x8b000000), UINT64_C(0x1000000)}, 0x6666u, true},
	{1u, 0u, {UINT64_C(0x4a030000), UINT64_C(0x10000)}, 0x6600u, false},
	{1u, 4u, {UINT64_C(0x20380000), UINT64_C(0x100000)}, 0x6666u, true},
	{1u, 4u, {UINT64_C(0x4a060000), UINT64_C(0x40000)}, 0x6666u, true},
};
""")
        self.assertIn("\t.firewall = &firewall,\n\t.mcu_name = \"m7\",\n", text)
        self.assertIn("#define HV_CONFIG_WITNESSES 4u", limits)
        self.assertIn("#define HV_CONFIG_APPS_DOMAIN 3u", limits)
        self.assertIn("#define HV_CONFIG_MCU_DOMAIN 4u", limits)

    def test_without_a_microcontroller(self):
        text, limits = self.tables(IMX95[:IMX95.index("  shared:")] +
                                   IMX95[IMX95.index("partitions:"):IMX95.index("mcu:")])
        self.assertIn("\t.mcu = NULL,\n", text)
        self.assertNotIn("mcu_name", text)
        self.assertNotIn("0x88000000", self.part(text, "hv_fw_witness"))
        self.assertIn("#define HV_CONFIG_MCU_DOMAIN 4u", limits)
        self.assertIn("#define HV_CONFIG_WITNESSES 3u", limits)

    def test_where_firmware_owns_nothing(self):
        config = self.good()
        text = emit_c.tables(config, payloads.table(config, self.dir))
        self.assertNotIn("firewall", text)
        self.assertIn("#define HV_CONFIG_WITNESSES 0u", emit_c.limits(config))

    def test_el2_maps_the_mailbox_and_no_guest_may(self):
        text, _ = self.tables()
        row = "\t{UINT64_C(0x445b0000), UINT64_C(0x10000)}, /* the System Manager's mailbox */\n"
        for array in ("board_reserved", "board_devices"):
            start = text.index(f"struct hv_range {array}[]")
            self.assertIn(row, text[start:text.index("};\n", start)])

    def test_the_owner_alone_gets_window_and_doorbell(self):
        config = self.good(IMX95)
        linux, rtos = config.partitions
        for partition, there in ((linux, True), (rtos, False)):
            self.assertEqual(any(r.pa == 0x88000000 and r.kind == "shared"
                                 for r in partition.regions), there)
            self.assertEqual(any(r.pa == 0x42430000 and r.size == 0x10000 and r.kind == "device"
                                 for r in partition.regions), there)
            self.assertEqual(any(i.intid == 266 for i in partition.irqs), there)


if __name__ == "__main__":
    unittest.main()
