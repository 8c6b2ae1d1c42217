# SPDX-License-Identifier: Apache-2.0
"""tools/demo --check against a console that is made to misbehave."""
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from support import load
import haven_console

FAKE = Path(__file__).resolve().parent / "fake_machine.py"


class DemoCheckTest(unittest.TestCase):
    def setUp(self):
        self.check = load("lib/demo_check.py")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)

    def run_with(self, fault, shared=False):
        """(passed, what was printed); time limits a tenth of the real ones at most."""
        printed = []
        expect = haven_console.Console.expect

        def hasty(console, pattern, timeout=10, since=None, times=1):
            return expect(console, pattern, min(timeout, 1.0), since, times)

        def wait_exit(machine, timeout):
            try:
                return machine.process.wait(0.5) == 0
            except haven_console.subprocess.TimeoutExpired:
                return False

        with mock.patch.dict(os.environ, HAVEN_QEMU=str(FAKE), FAKE_FAULT=fault,
                             FAKE_CPUS="1" if shared else "2"), \
                mock.patch.object(haven_console.Console, "expect", hasty), \
                mock.patch.object(haven_console.Machine, "wait_exit", wait_exit), \
                mock.patch("builtins.print", lambda *words, **_: printed.append(" ".join(map(str, words)))):
            with haven_console.Machine("haven.img", log=self.dir / "log") as machine:
                passed = self.check.run(machine, r"6\.1", self.dir / "log", shared)
        return passed, "\n".join(printed)

    def test_a_good_run(self):
        passed, printed = self.run_with("")
        self.assertTrue(passed, printed)
        self.assertEqual(printed.count("  ok "), 7)
        self.assertIn(b"haven-42", (self.dir / "log").read_bytes())

    def test_a_good_run_on_one_cpu(self):
        passed, printed = self.run_with("", shared=True)
        self.assertTrue(passed, printed)
        self.assertEqual(printed.count("  ok "), 8)

    def test_each_fault_on_one_cpu_is_named(self):
        self.assert_faults_are_named(True, (
            ("slow", "FreeRTOS keeps each millisecond", "1000001 ns"),
            ("late", "FreeRTOS keeps each millisecond", "1 jobs late"),
            ("no-budget", "FreeRTOS keeps each millisecond", "budget 0 us"),
            ("never-done", "FreeRTOS keeps each millisecond", "busy 42 done")))

    def test_each_fault_is_named(self):
        self.assert_faults_are_named(False, (
            ("one-cpu", "Linux reached its shell", "2 CPUs"),
            ("rtos-silent", "Linux reached its shell", "scheduler started"),
            ("rtos-errors", "FreeRTOS prints exact statistics", "0 errors"),
            ("shell-dead", "Linux runs a command", "haven-42"),
            ("no-root", "root file system is on the disk", "is the root"),
            ("data-wrong", "root file system is on the disk", "data 42 right"),
            ("no-net", "network answers", "1 packets received"),
            ("poweroff-takes-all", "poweroff in Linux", "freertos: up"),
            ("linux-stays", "poweroff in Linux", "partition linux is off"),
            ("rtos-stands", "poweroff in Linux", "stands still"),
            ("linux-returns", "poweroff in Linux", "must not come"),
            ("no-quit", "Ctrl-] switches", "still runs")))

    def assert_faults_are_named(self, shared, faults):
        for fault, title, word in faults:
            with self.subTest(fault):
                passed, printed = self.run_with(fault, shared)
                self.assertFalse(passed)
                lines = [line for line in printed.splitlines() if line.startswith("FAIL ")]
                self.assertEqual(len(lines), 1, printed)
                self.assertIn(title, lines[0])
                self.assertIn(word, lines[0])
                self.assertIn("last lines of the console", printed)


if __name__ == "__main__":
    unittest.main()
