# SPDX-License-Identifier: Apache-2.0
"""What makes the Linux guest: kernel unpacking and the initial RAM disk."""
import gzip
import lzma
import struct
import tempfile
import unittest
from pathlib import Path

from support import ROOT, TOOLS, run

BUILD_INITRD = ROOT / "guests/linux/build-initrd"
BUSYBOX = b"\x7fELF" + bytes(14) + b"\xb7\x00" + b"busybox"


def image(fill=b"k"):
    return fill * 56 + b"ARM\x64" + fill * 100


def zboot(kind, payload):
    head = b"MZ\0\0zimg" + struct.pack("<II", 128, len(payload)) + bytes(8) + kind.ljust(32, b"\0")
    return head.ljust(128, b"\0") + payload


def entries(archive):
    """name -> (mode, uid, gid, mtime, data) of a cpio "newc" archive."""
    found, at = {}, 0
    while True:
        assert archive[at:at + 6] == b"070701"
        f = [int(archive[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        name = archive[at + 110:at + 110 + f[11] - 1].decode()
        start = (at + 110 + f[11] + 3) // 4 * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (f[1], f[2], f[3], f[5], archive[start:start + f[6]])
        at = (start + f[6] + 3) // 4 * 4


class InTemporaryFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)


class KernelTest(InTemporaryFolder):
    def unpack(self, data):
        (self.dir / "in").write_bytes(data)
        return run(TOOLS / "lib/arm64_image.py", self.dir / "in", self.dir / "out")

    def test_each_form_becomes_the_same_image(self):
        for data in (image(), gzip.compress(image()), zboot(b"gzip", gzip.compress(image())),
                     zboot(b"xzkern", lzma.compress(image()))):
            self.assertEqual(self.unpack(data).returncode, 0)
            self.assertEqual((self.dir / "out").read_bytes(), image())

    def test_refused(self):
        for data, word in ((b"", "no arm64 Image"), (b"MZ" * 100, "no arm64 Image"),
                           (gzip.compress(b"text"), "no arm64 Image"),
                           (gzip.compress(image())[:-9], "in: "),
                           (zboot(b"lz77", b"x"), "'lz77' compression")):
            result = self.unpack(data)
            self.assertEqual(result.returncode, 1)
            self.assertIn(word, result.stderr)
            self.assertFalse((self.dir / "out").exists())


class InitrdTest(InTemporaryFolder):
    def build(self, out="initrd", busybox=BUSYBOX, options=()):
        (self.dir / "busybox").write_bytes(busybox)
        return run(BUILD_INITRD, "--busybox", self.dir / "busybox", "--out", self.dir / out, *options)

    def content(self, *options):
        result = self.build(options=options)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return entries(gzip.decompress((self.dir / "initrd").read_bytes()))

    def test_same_input_same_bytes(self):
        self.build("a")
        self.build("b")
        self.assertEqual((self.dir / "a").read_bytes(), (self.dir / "b").read_bytes())

    def test_programs_and_owner(self):
        files = self.content()
        self.assertEqual(files["bin/busybox"], (0o100755, 0, 0, 0, BUSYBOX))
        self.assertEqual(files["bin/sh"], (0o120777, 0, 0, 0, b"busybox"))
        self.assertEqual(files["init"][0], 0o100755)
        self.assertIn(b"linux: init reached", files["init"][4])
        self.assertEqual(files["dev/console"][0], 0o020600)

    def test_scripts_and_programs_are_added(self):
        (self.dir / "one.sh").write_text("echo one\n")
        files = self.content("--test", self.dir / "one.sh", "--program", self.dir / "busybox")
        self.assertEqual(files["etc/haven/tests/one.sh"][4], b"echo one\n")
        self.assertEqual(files["etc/haven/bin/busybox"][0], 0o100755)

    def test_busybox_of_another_machine(self):
        result = self.build(busybox=b"\x7fELF" + bytes(14) + b"\x3e\x00")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no AArch64 program", result.stderr)


if __name__ == "__main__":
    unittest.main()
