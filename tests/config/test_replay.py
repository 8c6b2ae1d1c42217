# SPDX-License-Identifier: Apache-2.0
"""The replay refuses tables that the compiler would never write: each mutant by its own check."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import GOOD, ROOT, ConfigCase

CC = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
LIBRARIES = ("base", "mm", "irq", "sched", "dma")
FLAGS = ["-std=c11", "-O1", "-I" + str(ROOT / "hypervisor/include"), "-I" + str(ROOT / "hypervisor"),
         "-I" + str(ROOT / "tools/replay")] + [
             f"-I{ROOT}/lib/{name}/include" for name in LIBRARIES + ("exc",)]
TEXT = GOOD.replace("initrd: initrd}", "initrd: initrd, devices: [rtc]}")

LINUX = "{UINT64_C(0x50000000), UINT64_C(0x50000000), UINT64_C(0x20000000),"
RTOS = "{UINT64_C(0x80000000), UINT64_C(0x80000000), UINT64_C(0x1000000),"
RTC = "{UINT64_C(0x9010000), UINT64_C(0x9010000), UINT64_C(0x1000),"
PRIVATE = "\n\t HV_MEM_NORMAL_RWX}"
SHARED = "\n\t HV_MEM_NORMAL_RWX | HV_MEM_SHARED}"


@unittest.skipUnless(CC, "no C compiler for this machine")
class Replay(ConfigCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.object = Path(folder.name) / "replay.o"
        sources = [s for name in LIBRARIES for s in (ROOT / "lib" / name).glob("*.c")]
        sources += [s for s in (ROOT / "tools/replay").glob("*.c") if s.name != "limits.c"]
        subprocess.run([CC, *FLAGS, "-r", "-nostdlib", *map(str, sources),
                        str(ROOT / "hypervisor/setup.c"), "-o", str(cls.object)], check=True)

    def replay(self, *changes, text=TEXT, limits=None):
        """Compile the configuration, alter config.c, run. Returns (status, output)."""
        (self.dir / "x.yaml").write_text(text, encoding="utf-8")
        subprocess.run([sys.executable, str(ROOT / "tools/haven-config"), "x.yaml", "--out", "."],
                       cwd=self.dir, check=True)
        self.alter("config.c", changes)
        self.alter("config_limits.h", [limits] if limits else [])
        exe = self.dir / "replay"
        subprocess.run([CC, *FLAGS, f"-I{self.dir}", str(self.dir / "config.c"),
                        str(ROOT / "tools/replay/limits.c"), str(self.object), "-o", str(exe)],
                       check=True)
        done = subprocess.run([str(exe)], text=True, capture_output=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def alter(self, name, changes):
        text = (self.dir / name).read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        (self.dir / name).write_text(text)

    def assert_caught(self, words, *changes, **options):
        status, output = self.replay(*changes, **options)
        self.assertIn(words, output)
        self.assertEqual(status, 1)

    def test_what_the_compiler_writes(self):
        status, output = self.replay()
        self.assertEqual(status, 0, output)
        self.assertIn("x: 2 partitions, 9 tables, ", output)

    def test_wide_guest_addresses(self):
        for bits in (40, 34):
            status, output = self.replay(text=TEXT + f"hypervisor: {{ipa_bits: {bits}}}\n")
            self.assertEqual(status, 0, output)

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

    def test_hypervisor_memory(self):
        self.assert_caught("stage-2 map of rtos refused", (RTOS, RTOS.replace(
            "{UINT64_C(0x80000000), UINT64_C(0x80000000)",
            "{UINT64_C(0x80000000), UINT64_C(0x40000000)")))

    def test_a_frame_that_the_board_reserves(self):
        self.assert_caught("stage-2 map of linux refused", (RTC, RTC.replace(
            "UINT64_C(0x9010000), UINT64_C(0x1000)", "UINT64_C(0x9000000), UINT64_C(0x1000)")))

    def test_a_frame_missing_among_the_reserved(self):
        self.assert_caught("linux has IPA 0x9000000 of an emulated device mapped",
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


if __name__ == "__main__":
    unittest.main()
