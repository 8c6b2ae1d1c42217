# SPDX-License-Identifier: Apache-2.0
"""Firmware and microcontroller: what the hypervisor and the owner are told."""
import unittest
from xml.etree import ElementTree

import libfdt
from imx95 import IMX95
from support import GOOD, ConfigCase

from haven_config import emit_c, emit_report, emit_svg, payloads


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

    def test_what_application_cores_reach_too_is_no_witness(self):
        text, _ = self.tables(IMX95.replace("mx95evk", "mx95evkrpmsg"))
        self.assertEqual(self.part(text, "static const struct hv_fw_witness"), """\
static const struct hv_fw_witness witnesses[] = {
	{UINT64_C(0x49010000), false}, /* registers of TRDC N */
	{UINT64_C(0x88000000), true}, /* window of m7 */
};
""")

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
        row = "\t{UINT64_C(0x445b0000), UINT64_C(0x10000)}, /* the firmware's mailbox */\n"
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


class DeviceTree(ConfigCase):
    def tree(self, partition, text=IMX95):
        blob = self.compile(text).dtbs[partition]
        return libfdt.FdtRo(blob)

    def cells(self, fdt, path, name):
        data = bytes(fdt.getprop(fdt.path_offset(path), name))
        return [int.from_bytes(data[i:i + 4], "big") for i in range(0, len(data), 4)]

    def text_of(self, fdt, path, name):
        return bytes(fdt.getprop(fdt.path_offset(path), name)).rstrip(b"\0").split(b"\0")

    def has(self, fdt, path, name=None):
        offset = fdt.path_offset(path, quiet=[libfdt.NOTFOUND])
        return offset >= 0 and (name is None or not isinstance(
            fdt.getprop(offset, name, quiet=[libfdt.NOTFOUND]), int))

    def test_the_owners_channel(self):
        fdt = self.tree("linux")
        window = "/reserved-memory/window@88000000"
        self.assertEqual(self.cells(fdt, window, "reg"), [0, 0x88000000, 0, 0x200000])
        self.assertTrue(self.has(fdt, window, "no-map"))
        self.assertFalse(self.has(fdt, window, "read-only"))
        self.assertEqual(self.text_of(fdt, window, "compatible"), [b"haven,shared-memory"])
        self.assertEqual(self.cells(fdt, "/reserved-memory", "#address-cells"), [2])
        self.assertTrue(self.has(fdt, "/reserved-memory", "ranges"))
        bell = "/mailbox@42430000"
        self.assertEqual(self.text_of(fdt, bell, "compatible"), [b"fsl,imx95-mu"])
        self.assertEqual(self.cells(fdt, bell, "reg"), [0, 0x42430000, 0, 0x10000])
        self.assertEqual(self.cells(fdt, bell, "interrupts"), [0, 234, 4])
        self.assertEqual(self.cells(fdt, bell, "#mbox-cells"), [2])
        core = "/microcontroller"
        self.assertEqual(self.text_of(fdt, core, "label"), [b"m7"])
        self.assertEqual(self.cells(fdt, core, "memory-region"), self.cells(fdt, window, "phandle"))
        mu = self.cells(fdt, bell, "phandle")[0]
        self.assertEqual(self.cells(fdt, core, "mboxes"), [mu, 2, 0, mu, 3, 0])
        self.assertFalse(self.has(fdt, "/mu7@42430000"), "once is enough")
        self.assertFalse(self.has(fdt, "/shared-memory@88000000"))

    def test_nobody_else_hears_of_it(self):
        fdt = self.tree("rtos")
        for path in ("/reserved-memory", "/mailbox@42430000", "/microcontroller"):
            self.assertFalse(self.has(fdt, path), path)

    def test_a_window_that_the_owner_may_read_only(self):
        fdt = self.tree("linux", IMX95.replace("size: 2M}", "size: 2M, partitions: {linux: ro}}"))
        self.assertTrue(self.has(fdt, "/reserved-memory/window@88000000", "read-only"))

    def test_a_window_alone_and_a_doorbell_alone(self):
        fdt = self.tree("linux", IMX95.replace("    doorbell: mu7\n", ""))
        self.assertFalse(self.has(fdt, "/microcontroller", "mboxes"))
        self.assertTrue(self.has(fdt, "/microcontroller", "memory-region"))
        fdt = self.tree("linux", IMX95.replace("    shared: window\n", "").replace(
            "  shared:\n    - {name: window, base: 0x88000000, size: 2M}\n", ""))
        self.assertTrue(self.has(fdt, "/microcontroller", "mboxes"))
        self.assertFalse(self.has(fdt, "/reserved-memory"))

    def test_a_second_doorbell_is_a_device_as_any(self):
        fdt = self.tree("linux", IMX95.replace("{kernel: Image}", "{kernel: Image, devices: [mu8]}"))
        self.assertEqual(self.cells(fdt, "/mu8@42730000", "reg"), [0, 0x42730000, 0, 0x10000])


class ForPeople(ConfigCase):
    def report(self, text=IMX95):
        config = self.good(text)
        return emit_report.report(config, payloads.table(config, self.dir))

    def test_report(self):
        text = self.report()
        self.assertIn("  firmware        System Manager with configuration mx95evk, selector 0, by "
                      "board.yaml\n", text)
        self.assertIn("""
Microcontroller: m7 (Cortex-M7, logical machine 1, domain 4)
  mode            attach: started by the firmware, watched by the hypervisor
  memory          0x80000000-0x87ffffff (128 MiB)
  ITCM            0x203c0000-0x203fffff, which it sees at 0x00000000
  DTCM            0x20400000-0x2043ffff, which it sees at 0x20000000
  window          0x88000000-0x881fffff, window, with linux
  doorbell        mu7 at 0x42430000, with linux
  fault policy    log

Firmware
  Cortex-M7 reaches of RAM 0x80000000-0x89ffffff
  at boot 0x80000000 must abort: memory of the Cortex-M7 alone
  at boot 0x203c0000 must abort: ITCM of the Cortex-M7
  at boot 0x49010000 must abort: registers of TRDC N
  at boot 0x88000000 must answer: window of m7
""", text)
        self.assertIn("  0x20400000-0x2043ffff  m7: DTCM\n", text)
        self.assertIn("  0x80000000-0x87ffffff  m7: memory\n", text)
        self.assertIn("  0x88000000-0x881fffff  shared: window (linux rw, m7 rw)\n", text)

    def test_report_of_one_that_is_managed(self):
        text = self.report(IMX95.replace("mx95evk", "mx95evkrpmsg") +
                           "    mode: manage\n    vector: 0x80\n    fault_policy: restart\n")
        self.assertIn("  mode            manage: booted at 0x00000080 and ended by the hypervisor\n", text)
        self.assertIn("  fault policy    restart, at most 3 times, then leave it off\n", text)
        self.assertIn("  Cortex-M7 reaches of RAM 0x80000000-0x89ffffff, 0xc0000000-0xcfffffff\n", text)

    def test_report_where_firmware_owns_nothing(self):
        text = self.report(GOOD)
        self.assertNotIn("irmware", text)
        self.assertNotIn("icrocontroller", text)

    def boxes(self, text):
        """(column by x, name, detail, range) of each box."""
        svg = ElementTree.fromstring(emit_svg.picture(self.good(text)))
        space = "{http://www.w3.org/2000/svg}"
        found = []
        for group in svg.iter(space + "g"):
            words = [t.text for t in group.iter(space + "text")]
            found.append((int(group.find(space + "text").get("x")), *words[:3]))
        return found, [t.text for t in svg.iter(space + "text")], svg

    def test_picture(self):
        boxes, words, svg = self.boxes(IMX95)
        physical, last = min(b[0] for b in boxes), max(b[0] for b in boxes)
        self.assertIn("m7 (microcontroller)", words)
        self.assertIn("Cortex-M7, domain 4 · addresses as it sees them", words)
        for row in ((physical, "m7", "its own", "0x80000000-0x87ffffff"),
                    (physical, "m7: ITCM", "no partition reaches it", "0x203c0000-0x203fffff"),
                    (physical, "window", "shared by linux, m7", "0x88000000-0x881fffff"),
                    (last, "ITCM", "its own", "0x00000000-0x0003ffff"),
                    (last, "DTCM", "its own", "0x20000000-0x2003ffff"),
                    (last, "memory", "its own", "0x80000000-0x87ffffff"),
                    (last, "window", "shared with linux", "0x88000000-0x881fffff")):
            self.assertIn(row, boxes)
        self.assertGreaterEqual(int(svg.get("width")), last + 300)
        self.assertGreaterEqual(int(svg.get("height")), 400)

    def test_picture_without_a_microcontroller(self):
        _, words, _ = self.boxes(GOOD)
        self.assertFalse([w for w in words if w and "microcontroller" in w])


if __name__ == "__main__":
    unittest.main()
