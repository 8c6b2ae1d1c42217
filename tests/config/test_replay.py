# SPDX-License-Identifier: Apache-2.0
"""The replay refuses tables that the compiler would never write: each mutant by its own check."""
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import BOARDS, GOOD, ROOT, ConfigCase

from haven_config import output

CC = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
LIBRARIES = ("base", "mm", "irq", "sched", "dma")
FLAGS = ["-std=c11", "-O1", "-I" + str(ROOT / "hypervisor/include"), "-I" + str(ROOT / "hypervisor"),
         "-I" + str(ROOT / "hal/include"),
         "-I" + str(ROOT / "tools/replay")] + [
             f"-I{ROOT}/lib/{name}/include" for name in LIBRARIES + ("exc",)]
TEXT = GOOD.replace("initrd: initrd}", "initrd: initrd, devices: [rtc]}")

DMA = TEXT + "dma: {linux: {devices: [disk, net], msi: 2}, rtos: [edu0]}\n"
ECAM = "\t{UINT64_C(0x4010000000), UINT64_C(0x100000)}, /* the PCI configuration space */\n"

LINUX = "{UINT64_C(0x50000000), UINT64_C(0x50000000), UINT64_C(0x20000000),"
RTOS = "{UINT64_C(0x80000000), UINT64_C(0x80000000), UINT64_C(0x1000000),"
RTC = "{UINT64_C(0x9010000), UINT64_C(0x9010000), UINT64_C(0x1000),"
PRIVATE = "\n\t HV_MEM_NORMAL_RWX}"
SHARED = "\n\t HV_MEM_NORMAL_RWX | HV_MEM_SHARED}"

OBJECTS = {}               # the boot's code, and the rest of the replay without tables; built once
SETUP = ROOT / "hypervisor/setup.c"
SHARED_CPU = TEXT.replace("rtos: [2]", "rtos: [1]") + """\
timing:
  linux: {period: 10ms, budget: 4ms, priority: 1}
  rtos: {period: 500us, budget: 200us}
"""


def setUpModule():
    if not CC:
        return
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    OBJECTS.update({name: str(Path(folder.name) / f"{name}.o") for name in ("setup", "rest")})
    sources = [s for name in LIBRARIES for s in (ROOT / "lib" / name).glob("*.c")]
    sources.append(ROOT / "hypervisor/admit.c")
    sources += [s for s in (ROOT / "tools/replay").glob("*.c") if s.name != "limits.c"]
    for name, files in (("setup", [SETUP]), ("rest", sources)):
        subprocess.run([CC, *FLAGS, "-r", "-nostdlib", *map(str, files), "-o", OBJECTS[name]],
                       check=True)


class ReplayCase(ConfigCase):
    def replay(self, *changes, text=TEXT, limits=None, setup=None):
        """Compile the configuration, alter config.c, run. Returns (status, output)."""
        output.write(self.compile(text), self.dir, None, BOARDS)
        self.alter("config.c", changes)
        self.alter("config_limits.h", [limits] if limits else [])
        exe = self.dir / "replay"
        subprocess.run([CC, *FLAGS, f"-I{self.dir}", str(self.dir / "config.c"), self.setup(setup),
                        str(ROOT / "tools/replay/limits.c"), OBJECTS["rest"], "-o", str(exe)],
                       check=True)
        done = subprocess.run([str(exe)], text=True, capture_output=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def setup(self, change):
        """The boot's code: as it is, or changed."""
        if change is None:
            return OBJECTS["setup"]
        (self.dir / "setup.c").write_text(SETUP.read_text())
        self.alter("setup.c", [change])
        return str(self.dir / "setup.c")

    def alter(self, name, changes):
        text = (self.dir / name).read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        (self.dir / name).write_text(text)

    def assert_caught(self, words, *changes, **options):
        status, printed = self.replay(*changes, **options)
        self.assertIn(words, printed)
        self.assertEqual(status, 1)


@unittest.skipUnless(CC, "no C compiler for this machine")
class Replay(ReplayCase):
    def test_what_the_compiler_writes(self):
        status, printed = self.replay()
        self.assertEqual(status, 0, printed)
        self.assertIn("x: 2 partitions, 9 tables, ", printed)

    def test_wide_guest_addresses(self):
        for bits in (40, 34):
            status, printed = self.replay(text=TEXT + f"hypervisor: {{ipa_bits: {bits}}}\n")
            self.assertEqual(status, 0, printed)

    def test_memory_of_the_other(self):
        self.assert_caught("stage-2 map of rtos refused", (RTOS, RTOS.replace(
            "{UINT64_C(0x80000000), UINT64_C(0x80000000)",
            "{UINT64_C(0x80000000), UINT64_C(0x50000000)")))

    def test_memory_of_the_other_called_shared(self):
        # lib/mm allows it, since both ends say so; nobody declared this area for both.
        self.assert_caught("linux reaches PA 0x50000000, which belongs to rtos",
                           (LINUX + PRIVATE, LINUX + SHARED.replace("RWX", "RW")),
                           (RTOS + PRIVATE, RTOS.replace(
                               "{UINT64_C(0x80000000), UINT64_C(0x80000000)",
                               "{UINT64_C(0x80000000), UINT64_C(0x50000000)")
                            + SHARED.replace("RWX", "RW")))

    def test_scmi_channel(self):
        text = TEXT + "scmi: {linux: {}}\n"
        status, printed = self.replay(text=text)
        self.assertEqual(status, 0, printed)
        row = ".scmi = {UINT64_C(0x9100000), 32u,"
        for new, words in (
                ("UINT64_C(0x50000000), 32u", "SCMI buffer of linux refused"),
                ("UINT64_C(0x9000000), 32u", "SCMI buffer of linux refused"),
                ("UINT64_C(0x9100010), 32u", "SCMI buffer of linux refused"),
                ("UINT64_C(0x9100000), 33u",
                 "the SCMI channel of linux and another device share interrupt 33"),
                ("UINT64_C(0x9100000), 34u", "interrupt 34 of linux comes from hardware and from"),
                ("UINT64_C(0x9100000), 288u", "the virtual GIC of linux refuses interrupt 288")):
            self.assert_caught(words, (row, f".scmi = {{{new},"), text=text)

    def test_hypervisor_memory(self):
        self.assert_caught("stage-2 map of rtos refused", (RTOS, RTOS.replace(
            "{UINT64_C(0x80000000), UINT64_C(0x80000000)",
            "{UINT64_C(0x80000000), UINT64_C(0x40000000)")))

    def test_a_frame_that_the_board_reserves(self):
        self.assert_caught("stage-2 map of linux refused", (RTC, RTC.replace(
            "UINT64_C(0x9010000), UINT64_C(0x1000)", "UINT64_C(0x9000000), UINT64_C(0x1000)")))

    def test_a_frame_missing_among_the_reserved(self):
        self.assert_caught("linux reaches PA 0x9000000, which belongs to the hypervisor's devices",
                           ("\t{UINT64_C(0x9000000), UINT64_C(0x1000)}, /* the hypervisor's UART */\n",
                            ""), (".reserved_count = 6u", ".reserved_count = 5u"),
                           (RTC, "{UINT64_C(0x9000000), UINT64_C(0x9000000), UINT64_C(0x1000),"))

    def test_executable_shared_memory(self):
        self.assert_caught("may execute shared PA 0x90000000",
                           ("HV_MEM_NORMAL_RW | HV_MEM_SHARED", "HV_MEM_NORMAL_RWX | HV_MEM_SHARED"))

    def test_interrupt_of_the_other(self):
        self.assert_caught("interrupt of rtos refused at 0x22",
                           ("{27u, 2u, 2u}", "{34u, 2u, 2u}"))

    def test_interrupt_on_the_wrong_cpu(self):
        self.assert_caught("interrupt of rtos refused at 0x1b",
                           ("{27u, 2u, 2u}", "{27u, 2u, 0u}"))

    def test_interrupts_that_the_virtual_gic_refuses(self):
        text = TEXT.replace("rtos.bin}", "rtos.bin, doorbell: [linux]}")
        self.assertEqual(self.replay(text=text)[0], 0)
        for intid, words in (
                ("288u", "the virtual GIC of linux refuses interrupt 288"),
                ("33u", "console and doorbell of linux share interrupt 33"),
                ("34u", "interrupt 34 of linux comes from hardware and from software")):
            self.assert_caught(words, (".doorbell_irq = 32u", f".doorbell_irq = {intid}"), text=text)
        self.assert_caught("the virtual GIC of linux refuses interrupt 288",
                           (".vuart_irq = 33u", ".vuart_irq = 288u"))

    def test_budget_above_its_period(self):
        self.assert_caught("budget of rtos refused", ("{2u, UINT64_C(0x0), UINT64_C(0x0)}",
                                                      "{2u, UINT64_C(0x5), UINT64_C(0x6)}"))

    def test_cpu_that_cannot_carry_its_budgets(self):
        self.assertEqual(self.replay(text=SHARED_CPU)[0], 0)
        linux = ".timing = {{1u, UINT64_C(0x989680), UINT64_C(0x3d0900)}, 1u"
        for words, old, new in (
                # 5.9 ms of 10 below 200 us of each 500: 5.9 + 0.124 + 20 * 0.2 is too much.
                ("admission to a CPU of linux refused at 0x1 (-28)", linux,
                 linux.replace("0x3d0900", "0x5a06e0")),
                ("admission to a CPU of - refused at 0x1 (-28)", linux,
                 linux.replace("0x3d0900", "0x5b8d81")),
                ("admission to a CPU of linux refused at 0x1 (-28)", "UINT64_C(0x1e460)",
                 "UINT64_C(0x2dc6c0)"),
                ("admission to a CPU of - refused at 0x1 (-22)", "{UINT64_C(0x1), UINT64_C(0x0)",
                 "{UINT64_C(0x0), UINT64_C(0x0)"),
                ("admission to a CPU of - refused at 0x1 (-22)", linux,
                 linux.replace("0x989680", "0x0").replace("0x3d0900", "0x0"))):
            with self.subTest(new):
                self.assert_caught(words, (old, new), text=SHARED_CPU)

    def test_entry_that_cannot_be_executed(self):
        self.assert_caught("rtos starts at IPA 0x90000000, which it cannot execute",
                           (".entry_ipa = UINT64_C(0x80000000)",
                            ".entry_ipa = UINT64_C(0x90000000)"))

    def test_payload_to_the_other(self):
        self.assert_caught("rtos.binary would be copied outside the private memory of rtos",
                           ('"rtos.binary", 2u, UINT64_C(0x80000000)',
                            '"rtos.binary", 2u, UINT64_C(0x50000000)'))

    def test_wrong_number_of_tables(self):
        self.assert_caught("one table less than 10 gives 0, not -28",
                           limits=("STAGE2_TABLES 9u", "STAGE2_TABLES 10u"))
        self.assert_caught("stage-2 map of rtos refused at 0x0 (-28)",
                           limits=("STAGE2_TABLES 9u", "STAGE2_TABLES 8u"))


@unittest.skipUnless(CC, "no C compiler for this machine")
class ReplayOfBusMasters(ReplayCase):
    def caught(self, words, *changes, **options):
        self.assert_caught(words, *changes, text=DMA, **options)

    def test_what_the_compiler_writes(self):
        for text in (DMA, DMA + "hypervisor: {ipa_bits: 40}\n",
                     TEXT + "dma: {linux: {devices: [disk], msi: 0}, rtos: {streams: [0x1234]}}\n"):
            status, printed = self.replay(text=text)
            self.assertEqual(status, 0, printed)
        self.assertIn("x: 2 partitions, 26 tables, ", self.replay(text=DMA)[1])

    # a boot that does something else than the configuration says

    def test_boot_that_gives_streams_to_another(self):
        self.caught("stream 0x18 and partition 1: the library says 0, the configuration -1",
                    setup=("hv_smmu_map_device(p->dma.streams[i], p->id)",
                           "hv_smmu_map_device(p->dma.streams[i], 1)"))

    def test_boot_that_gives_a_stream_too_many(self):
        self.caught("stream 0x9 and partition 1: the library says 0, the configuration -1",
                    setup=("hv_smmu_map_device(p->dma.streams[i], p->id)",
                           "hv_smmu_map_device(p->dma.streams[i], p->id) | "
                           "hv_smmu_map_device(p->dma.streams[i] + 1, p->id)"))

    def test_boot_that_gives_no_streams(self):
        self.caught("stream 0x8 and partition 1: the library says -1, the configuration 0",
                    setup=("i < p->dma.stream_count", "i < 0"))

    def test_boot_that_leaves_devices_their_cpus_map(self):
        self.caught("devices of linux have no map of their own",
                    setup=("if (p->dma.msi_ipa == 0)", "if (p->dma.msi_ipa != 0)"))

    def test_boot_that_maps_another_page_for_messages(self):
        # The whole boot agrees with itself; the page is that of the control frame.
        self.caught("linux's devices: at IPA 0x8090000: ",
                    setup=("#define ITS_TRANSLATION UINT64_C(0x10000)",
                           "#define ITS_TRANSLATION UINT64_C(0x0)"))

    # streams

    def test_stream_of_the_other(self):
        self.caught("stream of rtos refused at 0x8 (-1)", ("/* edu0 */ 0x18u", "/* edu0 */ 0x8u"))

    def test_stream_that_is_too_wide(self):
        self.caught("stream of rtos refused at 0x10000 (-22)",
                    ("/* edu0 */ 0x18u", "/* edu0 */ 0x10000u"))

    def test_message_frame_in_memory(self):
        self.caught("devices' map of linux refused at 0x50000000 (-22)",
                    (".msi_ipa = UINT64_C(0x8090000)", ".msi_ipa = UINT64_C(0x50000000)"))

    def test_messages_without_an_its(self):
        self.caught("devices' map of linux refused at 0x8090000 (-22)",
                    (".its_base = UINT64_C(0x8080000)", ".its_base = UINT64_C(0x0)"))

    def test_stream_that_is_missing(self):
        self.caught("edu0 of rtos has not its stream 0x18",
                    ("/* edu0 */ 0x18u", "/* edu0 */ 0x28u"))

    def test_streams_out_of_order(self):
        self.caught("stream 0x8 of linux is out of order or too wide",
                    ("/* disk */ 0x8u,\n\t/* net */ 0x10u", "0x10u,\n\t0x8u"))

    def test_streams_without_an_smmu(self):
        self.caught("stream without an SMMU of linux refused at 0x8",
                    (".smmu = {UINT64_C(0x9050000), ", ".smmu = {UINT64_C(0x0), "))

    # functions

    def test_one_place_twice(self):
        self.caught("disk has a place that another function has",
                    ('{"edu0", 0x18u,', '{"edu0", 0x8u,'))

    def test_functions_out_of_order(self):
        # The library would not find them.
        self.caught("functions of linux are out of order", ('{"disk", 0x8u,', '{"net", 0x10u,'),
                    ('{"net", 0x10u, 0x10411af4u', '{"disk", 0x8u, 0x10411af4u'))

    def test_function_that_cannot_be(self):
        self.caught("PCI function of rtos refused at 0x18", ("0x11e81234u", "0x11e8ffffu"))

    def test_line_of_the_other(self):
        self.caught("edu0 of rtos has not its line 36", ("0x11e81234u, 38u", "0x11e81234u, 36u"))

    def test_line_that_is_an_edge(self):
        self.caught("edu0 of rtos has not its line 38", ("\t{38u, false", "\t{38u, true"))

    def test_bar_that_is_not_mapped(self):
        self.caught("rtos does not see the registers of edu0 at 0x10200000",
                    ("[0] = {UINT64_C(0x10100000)", "[0] = {UINT64_C(0x10200000)"))

    def test_bar_larger_than_its_region(self):
        self.caught("linux does not see the registers of disk at 0x10001000",
                    ("[1] = {UINT64_C(0x10000000), UINT64_C(0x1000)",
                     "[1] = {UINT64_C(0x10000000), UINT64_C(0x2000)"))

    def test_bar_mapped_elsewhere(self):
        self.caught("rtos does not see the registers of edu0 at 0x10100000",
                    ("{UINT64_C(0x10100000), UINT64_C(0x10100000), UINT64_C(0x100000),",
                     "{UINT64_C(0x10100000), UINT64_C(0x10200000), UINT64_C(0x100000),"))

    def test_bars_that_share_a_page(self):
        self.caught("disk and disk share a page of registers",
                    ("[4] = {UINT64_C(0x10004000), UINT64_C(0x4000)",
                     "[4] = {UINT64_C(0x10000000), UINT64_C(0x100)"))

    def test_bar_inside_a_page(self):
        self.caught("a BAR of edu0 begins inside a page",
                    ("[0] = {UINT64_C(0x10100000), UINT64_C(0x100000)",
                     "[0] = {UINT64_C(0x10100800), UINT64_C(0x800)"))

    def test_configuration_space(self):
        self.caught("linux has IPA 0x4010000000 of an emulated device mapped",
                    (RTC, RTC.replace("{UINT64_C(0x9010000)", "{UINT64_C(0x4010000000)", 1)),
                    limits=("STAGE2_TABLES 26u", "STAGE2_TABLES 28u"))
        self.caught("stage-2 map of linux refused",
                    (RTC, RTC.replace(", UINT64_C(0x9010000)", ", UINT64_C(0x4010000000)")))
        self.caught("linux reaches PA 0x4010000000, which belongs to the hypervisor's devices",
                    (ECAM, ""), (".reserved_count = 6u", ".reserved_count = 5u"),
                    (RTC, RTC.replace(", UINT64_C(0x9010000)", ", UINT64_C(0x4010000000)")))

    def test_number_of_functions(self):
        self.caught("the limits are for 2 PCI functions, not 3",
                    limits=("PCI_FUNCTIONS 3u", "PCI_FUNCTIONS 2u"))
        self.caught("shadows of rtos begin at 1", (".shadow_first = 2u", ".shadow_first = 1u"))

    # messages

    def test_message_of_the_other(self):
        self.caught("LPI 8196 is not interrupt 48 of device 0x18 of rtos",
                    ("{2u, 0x18u, 48u}", "{1u, 0x18u, 48u}"))
        self.caught("LPI 8193 is not interrupt 49 of device 0x8 of linux",
                    ("{1u, 0x8u, 49u}", "{1u, 0x8u, 48u}"))
        self.caught("LPI 8194 is not interrupt 48 of device 0x10 of linux",
                    ("{1u, 0x10u, 48u}", "{1u, 0x18u, 48u}"))

    def test_number_of_messages(self):
        self.caught("LPIs of rtos begin at 8195", (".lpi_first = 4u", ".lpi_first = 3u"))
        self.caught("6 LPIs, but 5 vectors", (".lpi_count = 5u", ".lpi_count = 6u"))

    def test_frame_and_vectors_come_together(self):
        words = "linux has a frame without vectors, or vectors without a frame"
        self.caught(words, (".msi_ipa = UINT64_C(0x8090000)", ".msi_ipa = UINT64_C(0x0)"))
        self.caught(words, (".msi_count = 2u", ".msi_count = 0u"))

    def test_memory_of_smmu_and_its(self):
        # Queue, two tables, 8 KB, 3 x 64 x 16 bytes; two pending tables at 64 KB; level 1 of 2 KB,
        # level 2 of 16 KB, 1 KB of commands, 4 KB of events.
        memory = ".dma_memory = {UINT64_C(0x4ffc0000), UINT64_C(0x30000)}"
        self.caught("tables of SMMU and ITS take 172032 bytes, and there are 131072",
                    (memory, memory.replace("0x30000", "0x20000")))
        self.caught("tables of SMMU and ITS do not lie between image and journal",
                    (memory, memory.replace("0x4ffc", "0x4ffd")))
        self.caught("tables of SMMU and ITS are not aligned",
                    (memory, memory.replace("0x4ffc0000", "0x4ffbf000")))
        self.assert_caught("room for an SMMU and an ITS that are not in use",
                           (".dma_memory = {UINT64_C(0x4fff7000), UINT64_C(0x0)}", memory))

    def test_vector_that_the_console_has(self):
        self.caught("vector 33 of linux is its console or doorbell",
                    (".msi_first = 48u", ".msi_first = 33u"))

    def test_vector_that_hardware_has(self):
        self.caught("interrupt 36 of linux comes from hardware and from software",
                    (".msi_first = 48u", ".msi_first = 35u"))

    def test_wrong_number_of_tables(self):
        self.caught("one table less than 27 gives 0, not -28",
                    limits=("STAGE2_TABLES 26u", "STAGE2_TABLES 27u"))


if __name__ == "__main__":
    unittest.main()
