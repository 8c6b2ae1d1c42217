# SPDX-License-Identifier: Apache-2.0
"""tools/haven-pack. Offsets and magics are written out: they are the format."""
import json
import struct
import tempfile
import unittest
import zlib
from pathlib import Path

from support import TOOLS, run

PACK = TOOLS / "haven-pack"


def hypervisor(length=5000, image_size=9000):
    data = bytearray(b"\xa5" * length)
    data[0:64] = bytes(64)
    data[56:60] = b"ARM\x64"
    struct.pack_into("<QQQ", data, 8, 0x200000, image_size, 10)
    return bytes(data)


class PackTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        self.image = self.dir / "haven.img"

    def write(self, payloads, binary=None, **plan):
        (self.dir / "haven.bin").write_bytes(hypervisor() if binary is None else binary)
        listed = []
        for index, (name, data) in enumerate(payloads):
            (self.dir / f"file{index}").write_bytes(data)
            listed.append({"name": name, "path": f"file{index}"})
        (self.dir / "payloads.json").write_text(json.dumps({"payloads": listed, **plan}))

    def pack(self, *args, **kwargs):
        self.write(*args, **kwargs)
        return run(PACK, "--hypervisor", self.dir / "haven.bin", "--payloads",
                   self.dir / "payloads.json", "--out", self.image)

    def packed(self, *args, **kwargs):
        result = self.pack(*args, **kwargs)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return bytearray(self.image.read_bytes())

    def refused(self, word, *args, **kwargs):
        result = self.pack(*args, **kwargs)
        self.assertEqual(result.returncode, 1)
        self.assertIn(word, result.stderr)
        self.assertFalse(self.image.exists())

    def verify(self, data):
        self.image.write_bytes(data)
        return run(PACK, "--verify", self.image)

    def test_layout_is_the_documented_one(self):
        image = self.packed([("linux.kernel", b"K" * 4097), ("rtos.binary", b"R")])
        # 9000 bytes of hypervisor end at 0x3000; table one page; files two pages and one.
        self.assertEqual(len(image), 0x7000)
        self.assertEqual(struct.unpack_from("<QQQ", image, 8), (0x200000, 0x7000, 10))
        self.assertEqual(image[64:5000], hypervisor()[64:])
        self.assertEqual(image[5000:0x3000], bytes(0x3000 - 5000))
        magic, version, count, crc, size = struct.unpack_from("<IIIIQ", image, 0x3000)
        self.assertEqual((magic, version, count, size), (0x54505648, 1, 2, 0x4000))
        self.assertEqual(crc, zlib.crc32(image[0x3040:0x3040 + 128]))
        self.assertEqual(image[0x3040:0x3060], b"linux.kernel".ljust(32, b"\0"))
        self.assertEqual(struct.unpack_from("<QQI", image, 0x3060),
                         (0x1000, 4097, zlib.crc32(b"K" * 4097)))
        self.assertEqual(struct.unpack_from("<QQI", image, 0x30a0), (0x3000, 1, zlib.crc32(b"R")))
        self.assertEqual(image[0x4000:0x4000 + 4098], b"K" * 4097 + b"\0")
        self.assertEqual(image[0x6000:0x6002], b"R\0")

    def test_same_input_same_image(self):
        first = self.packed([("a", b"1"), ("b", b"2")])
        self.assertEqual(first, self.packed([("a", b"1"), ("b", b"2")]))

    def test_no_payload_is_possible(self):
        image = self.packed([])
        self.assertEqual(len(image), 0x4000)
        self.assertEqual(self.verify(image).returncode, 0)

    def test_list_names_each_payload(self):
        self.packed([("linux.kernel", b"K" * 100), ("rtos.binary", b"R")])
        out = run(PACK, "--list", self.image).stdout
        self.assertIn("payloads 2", out)
        self.assertRegex(out, r"0x00004000 +100 [0-9a-f]{8}  linux\.kernel")
        self.assertRegex(out, r"0x00005000 +1 [0-9a-f]{8}  rtos\.binary")

    def test_damaged_payload_is_named(self):
        image = self.packed([("linux.kernel", b"K" * 100), ("rtos.binary", b"R" * 10)])
        self.assertEqual(self.verify(image).returncode, 0)
        image[0x5009] ^= 1
        result = self.verify(image)
        self.assertEqual(result.returncode, 1)
        self.assertIn("damaged: rtos.binary", result.stderr)
        self.assertNotIn("linux.kernel", result.stderr)

    def test_padding_is_not_payload(self):
        image = self.packed([("a", b"1")])
        image[0x4001] ^= 1
        self.assertEqual(self.verify(image).returncode, 0)

    def test_damaged_table(self):
        image = self.packed([("a", b"1")])
        image[0x3041] ^= 1
        result = self.verify(image)
        self.assertEqual(result.returncode, 1)
        self.assertIn("payload table is damaged", result.stderr)

    def test_cut_off_image(self):
        image = self.packed([("a", b"1" * 9000)])
        result = self.verify(image[:-1])
        self.assertEqual(result.returncode, 1)
        self.assertIn("cut off", result.stderr)

    def test_a_payload_that_looks_like_a_table(self):
        inner = struct.pack("<IIIIQ40x", 0x54505648, 1, 0, 0, 64)
        image = self.packed([("a", inner.ljust(4096, b"\0"))])
        self.assertEqual(self.verify(image).returncode, 0)

    def test_hypervisor_alone_is_no_image(self):
        result = self.verify(hypervisor(8192, 8192))
        self.assertEqual(result.returncode, 1)
        self.assertIn("no payload table", result.stderr)

    def test_names(self):
        self.packed([("n" * 31, b"1")])
        self.image.unlink()
        self.refused("1 to 31", [("n" * 32, b"1")])
        self.refused("1 to 31", [("", b"1")])
        self.refused("1 to 31", [("a\nb", b"1")])
        self.refused("'a' is named twice", [("a", b"1"), ("a", b"2")])

    def test_number_of_payloads(self):
        image = self.packed([(f"p{i}", b"1") for i in range(32)])
        self.assertEqual(self.verify(image).returncode, 0)
        self.image.unlink()
        self.refused("33 payloads, at most 32", [(f"p{i}", b"1") for i in range(33)])

    def test_empty_file(self):
        self.refused("'a' is empty", [("a", b"")])

    def test_missing_file(self):
        self.write([("a", b"1")])
        (self.dir / "file0").unlink()
        result = run(PACK, "--hypervisor", self.dir / "haven.bin", "--payloads",
                     self.dir / "payloads.json", "--out", self.image)
        self.assertEqual(result.returncode, 1)
        self.assertIn("file0", result.stderr)

    def test_hypervisor_header(self):
        self.refused("no arm64 Image header", [("a", b"1")], binary=b"\0" * 100)
        self.refused("no arm64 Image header", [("a", b"1")], binary=b"")
        self.refused("image_size 4999 is less", [("a", b"1")], binary=hypervisor(5000, 4999))
        self.packed([("a", b"1")], binary=hypervisor(5000, 5000))

    def test_room(self):
        # Hypervisor 0x3000, table 0x1000, file 0x1000.
        self.packed([("a", b"1")], image_base=0x40200000, limit=0x40205000)
        self.image.unlink()
        self.refused("its memory 20479", [("a", b"1")], image_base=0x40200000, limit=0x40204fff)

    def test_size_that_the_plan_gives(self):
        self.write([("a", b"12345")])
        for size, status in ((5, 0), (4, 1), (6, 1)):
            (self.dir / "payloads.json").write_text(json.dumps({"payloads": [
                {"name": "a", "path": "file0", "size": size}]}))
            result = run(PACK, "--hypervisor", self.dir / "haven.bin", "--payloads",
                         self.dir / "payloads.json", "--out", self.image)
            self.assertEqual(result.returncode, status, result.stderr)
            if status:
                self.assertIn("payload 'a' has 5 bytes", result.stderr)
                self.assertIn(f"says {size}", result.stderr)

    def test_images_that_were_made_up(self):
        table = struct.pack("<IIIIQ40x", 0x54505648, 1, 2, 0, 64)
        for data, word in ((hypervisor(70, 70), "no payload table"),
                           (hypervisor(4096 + 63, 4096 + 63), "no payload table"),
                           (hypervisor(4096, 4160) + table, "ends before its entries"),
                           (b"", "no arm64"), (bytes(63), "no arm64")):
            for option in ("--verify", "--list"):
                self.image.write_bytes(data)
                result = run(PACK, option, self.image)
                self.assertEqual(result.returncode, 1)
                self.assertIn(word, result.stderr)
                self.assertNotIn("Traceback", result.stderr)

    def test_broken_plan(self):
        for text, word in (("{", "payloads.json"), ("[]", "no object"), ("{}", "no list"),
                           ('{"payloads": [{"name": "a"}]}', "needs a name and a path")):
            self.write([])
            (self.dir / "payloads.json").write_text(text)
            result = run(PACK, "--hypervisor", self.dir / "haven.bin", "--payloads",
                         self.dir / "payloads.json", "--out", self.image)
            self.assertEqual(result.returncode, 1, text)
            self.assertIn(word, result.stderr)


if __name__ == "__main__":
    unittest.main()
