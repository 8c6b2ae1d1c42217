# SPDX-License-Identifier: Apache-2.0
"""The console driver's matching, without a machine."""
import shlex
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from support import ROOT  # noqa: F401  (sets the path)
from haven_console import Console, NotSeen, device_options, qemu_command


class ConsoleTest(unittest.TestCase):
    def setUp(self):
        self.console = Console()

    def feed(self, *parts):
        for part in parts:
            self.console.feed(part)

    def test_colours_and_carriage_returns_are_dropped(self):
        self.feed(b"\x1b[1;36m[linux]\x1b[0m hi\r\n")
        self.assertEqual(self.console.text(), "[linux] hi\n")

    def test_escape_sequence_in_two_parts(self):
        self.feed(b"a\x1b[3", b"6mb")
        self.assertEqual(self.console.text(), "ab")

    def test_lone_escape_does_not_hide_what_follows(self):
        self.feed(b"a\x1b", b"#" * 20)
        self.assertIn("#" * 20, self.console.text())

    def test_no_text_is_matched_twice(self):
        self.feed(b"one\ntwo\none\n")
        self.console.expect("one", 0.1)
        self.console.expect("one", 0.1)
        with self.assertRaises(NotSeen):
            self.console.expect("one", 0.1)

    def test_since_searches_from_a_mark(self):
        self.feed(b"one\n")
        mark = self.console.mark()
        with self.assertRaises(NotSeen):
            self.console.expect("one", 0.05, since=mark)
        self.feed(b"one\n")
        self.console.expect("one", 0.05, since=mark)

    def test_times(self):
        self.feed(b"up 1\nup 2\n")
        self.assertEqual(self.console.expect(r"up (\d)", 0.1, times=2, since=0).group(1), "2")
        with self.assertRaisesRegex(NotSeen, "seen 2 of 3 times"):
            self.console.expect(r"up \d", 0.05, times=3, since=0)

    def test_waits_for_what_comes_later(self):
        timer = threading.Timer(0.1, self.feed, [b"late\n"])
        timer.start()
        self.console.expect("late", 5)
        timer.join()

    def test_end_of_the_machine_ends_the_wait(self):
        threading.Timer(0.05, self.console.close).start()
        with self.assertRaisesRegex(NotSeen, "the machine ended"):
            self.console.expect("never", 30)

    def test_refuse(self):
        self.feed(b"bad\n")
        self.console.refuse("bad", 0.05)
        with self.assertRaisesRegex(NotSeen, "must not come: 'bad'"):
            self.console.refuse("bad", 0.05, since=0)

    def test_count(self):
        self.feed(b"x\nx\ny\n")
        self.assertEqual(self.console.count("^x$"), 2)

    def test_command_line(self):
        command = qemu_command("haven.img", cpus=2)
        self.assertEqual(command[command.index("-smp") + 1], "2")
        self.assertEqual(command[command.index("-M") + 1],
                         "virt,virtualization=on,gic-version=3,iommu=smmuv3")
        self.assertEqual(command[command.index("-kernel") + 1], "haven.img")

    def test_virtio_devices_are_behind_the_smmu(self):
        options = device_options(("disk", "net"), "d,isk.img")
        self.assertIn("virtio-blk-pci,drive=disk,addr=1,iommu_platform=on,disable-legacy=on", options)
        self.assertIn("virtio-net-pci,netdev=net,addr=2,romfile=,iommu_platform=on,disable-legacy=on",
                      options)
        self.assertIn("if=none,id=disk,format=raw,file=d,,isk.img,snapshot=off", options)
        self.assertIn("user,id=net,restrict=on", options)

    def test_disk_that_forgets(self):
        self.assertIn("snapshot=on", device_options(("disk",), "d", keep=False)[-1])

    def test_devices_that_attack(self):
        self.assertEqual(device_options(("edu0", "edu1")),
                         ["-device", "edu,dma_mask=0xffffffffffffffff,addr=3",
                          "-device", "edu,dma_mask=0xffffffffffffffff,addr=4"])

    def test_served_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "an, answer")
            path.write_text("it\n")
            options = device_options(("net",), served=path)[-1].replace(",,", "\0").split(",")
            self.assertEqual(options[:3], ["user", "id=net", "restrict=on"])
            command = options[3].replace("\0", ",").removeprefix("guestfwd=tcp:10.0.2.100:80-cmd:")
            done = subprocess.run(shlex.split(command), input=b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
                                  capture_output=True, check=True, timeout=10)
        self.assertEqual(done.stdout, b"it\n")

    def test_unknown_device(self):
        with self.assertRaises(KeyError):
            device_options(("edu2",))


if __name__ == "__main__":
    unittest.main()
