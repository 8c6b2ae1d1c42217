# SPDX-License-Identifier: Apache-2.0
"""What makes the Linux guest: kernel unpacking and the initial RAM disk."""
import gzip
import hashlib
import lzma
import shutil
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import ROOT, TOOLS, run

BUILD_ROOT = ROOT / "guests/linux/build-root"
MKE2FS = shutil.which("mke2fs", path="/usr/sbin:/sbin:/usr/bin")
DEBUGFS = shutil.which("debugfs", path="/usr/sbin:/sbin:/usr/bin")
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


def module(*fields):
    """An ELF file of AArch64 with nothing but a .modinfo section (and its names)."""
    info = b"".join(field.encode() + b"\0" for field in fields)
    names = b"\0.modinfo\0.shstrtab\0"
    at = 64 + len(info) + len(names)
    ident = b"\x7fELF\2\1\1".ljust(16, b"\0")
    head = ident + struct.pack("<HHIQQQIHHHHHH", 1, 183, 1, 0, 0, at, 0, 64, 0, 0, 64, 3, 2)
    sections = (bytes(64) +
                struct.pack("<IIQQQQIIQQ", 1, 1, 0, 0, 64, len(info), 0, 0, 1, 0) +
                struct.pack("<IIQQQQIIQQ", 10, 3, 0, 0, 64 + len(info), len(names), 0, 0, 1, 0))
    return head + info + names + sections


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


class ModulesTest(InTemporaryFolder):
    def setUp(self):
        super().setUp()
        self.tree = self.dir / "6.1"
        (self.tree / "kernel/fs").mkdir(parents=True)
        (self.tree / "modules.builtin").write_text("kernel/lib/inside.ko\n")

    def put(self, name, *fields):
        data = module(*fields)
        (self.tree / "kernel/fs" / name).write_bytes(lzma.compress(data) if name.endswith("xz") else data)
        return data

    def take(self, *names):
        return run(TOOLS / "lib/kernel_modules.py", self.tree, self.dir / "out", *names)

    def order(self):
        return (self.dir / "out/order").read_text().split()

    def test_each_stands_behind_what_it_needs(self):
        top = self.put("top.ko", "license=GPL", "depends=left,mid-dle,inside", "name=top")
        self.put("left.ko", "depends=bottom")
        self.put("mid_dle.ko.xz", "depends=bottom", "softdep=pre: soft-one post: never")
        self.put("soft_one.ko", "depends=")
        bottom = self.put("bottom.ko.xz", "depends=")
        result = self.take("top", "left")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(self.order(), ["bottom.ko", "left.ko", "soft_one.ko", "mid_dle.ko", "top.ko"])
        self.assertEqual((self.dir / "out/bottom.ko").read_bytes(), bottom)
        self.assertEqual((self.dir / "out/top.ko").read_bytes(), top)

    def test_algorithm_by_its_alias(self):
        self.put("fs.ko", "softdep=pre: crypto-crc32c", "depends=")
        self.put("crc32c_generic.ko", "depends=")
        self.assertEqual(self.take("fs").returncode, 0)
        self.assertEqual(self.order(), ["crc32c_generic.ko", "fs.ko"])

    def test_built_in_is_left_out(self):
        self.assertEqual(self.take("inside").returncode, 0)
        self.assertEqual(self.order(), [])

    def test_refused(self):
        self.put("a.ko", "depends=b")
        self.put("b.ko", "depends=a")
        self.put("lost.ko", "depends=nowhere")
        (self.tree / "kernel/fs/text.ko").write_text("no ELF")
        for name, word in (("a", "a needs itself: a -> b"), ("lost", "no module nowhere"),
                           ("text", "no 64-bit ELF")):
            result = self.take(name)
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
        self.assertEqual(files["etc/haven/start"][0], 0o100755)
        self.assertIn(b"linux: init reached", files["etc/haven/start"][4])
        self.assertEqual(files["dev/console"][0], 0o020600)

    def test_scripts_and_programs_are_added(self):
        (self.dir / "one.sh").write_text("echo one\n")
        files = self.content("--test", self.dir / "one.sh", "--program", self.dir / "busybox")
        self.assertEqual(files["etc/haven/tests/one.sh"][4], b"echo one\n")
        self.assertEqual(files["etc/haven/bin/busybox"][0], 0o100755)

    def test_modules_and_their_order(self):
        folder = self.dir / "modules"
        folder.mkdir()
        (folder / "order").write_text("b.ko\na.ko\n")
        for name in ("a.ko", "b.ko", "left-over.ko"):
            (folder / name).write_text(name)
        files = self.content("--modules", folder)
        self.assertEqual(files["lib/modules/order"][4], b"b.ko\na.ko\n")
        self.assertEqual(files["lib/modules/a.ko"][4], b"a.ko")
        self.assertNotIn("lib/modules/left-over.ko", files)
        self.assertNotIn("lib", self.content())

    def test_busybox_of_another_machine(self):
        result = self.build(busybox=b"\x7fELF" + bytes(14) + b"\x3e\x00")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no AArch64 program", result.stderr)


@unittest.skipUnless(MKE2FS and DEBUGFS, "e2fsprogs is not here")
class RootTest(InTemporaryFolder):
    FS_BYTES, DISK_BYTES = 48 << 20, 64 << 20

    def build(self, out):
        (self.dir / "busybox").write_bytes(BUSYBOX)
        result = run(BUILD_ROOT, "--busybox", self.dir / "busybox", "--out", self.dir / out)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return (self.dir / out).read_bytes()

    def look(self, command):
        done = subprocess.run([DEBUGFS, "-R", command, self.dir / "a"], capture_output=True, check=True)
        return done.stdout

    def test_disk(self):
        disk = self.build("a")
        self.assertEqual(len(disk), self.DISK_BYTES)
        self.assertEqual(disk[0x438:0x43a], b"\x53\xef")  # magic number of ext4's superblock
        self.assertEqual(disk[self.FS_BYTES:], hashlib.shake_128(b"raw").digest(16 << 20))
        self.assertEqual(self.look("cat /bin/busybox"), BUSYBOX)
        self.assertIn(b"linux: init reached", self.look("cat /etc/haven/start"))
        self.assertRegex(self.look("stat /etc/haven/start"), rb"Mode:  0755(.|\n)*User:     0   Group:     0 ")
        for line in self.look("cat /data/SHA256SUMS").decode().splitlines():
            digest, name = line.split()
            self.assertEqual(hashlib.sha256(self.look(f"cat /data/{name}")).hexdigest(), digest)
        self.assertIn("4.bin", line)

    def test_same_input_same_bytes(self):
        self.assertEqual(self.build("a"), self.build("b"))


if __name__ == "__main__":
    unittest.main()
