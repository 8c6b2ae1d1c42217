# SPDX-License-Identifier: Apache-2.0
"""What the tests of the configuration compiler have in common."""
import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from haven_config import compile as compiler  # noqa: E402
from haven_config.problems import Refused  # noqa: E402

BOARDS = ROOT / "ports"
MARK = "#!"        # a line that ends in this is the one that the refusal must name

GOOD = """\
target: qemu-virt
cpus:
  linux: [0, 1]
  rtos: [2]
memory:
  linux: {base: 0x50000000, size: 512M}
  rtos: {base: 0x80000000, size: 16M}
  shared: {base: 0x90000000, size: 1M}
partitions:
  linux: {kernel: Image, initrd: initrd}
  rtos: {binary: rtos.bin}
"""


def arm64_image(size=4096, text_offset=0, image_size=0x200000, flags=0xa):
    head = bytearray(size)
    struct.pack_into("<QQQ", head, 8, text_offset, image_size, flags)
    head[56:60] = b"ARM\x64"
    return bytes(head)


class ConfigCase(unittest.TestCase):
    """A folder with images; configurations are compiled from text."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        (self.dir / "Image").write_bytes(arm64_image())
        (self.dir / "initrd").write_bytes(b"i" * 100_001)
        (self.dir / "rtos.bin").write_bytes(b"r" * 5000)

    def board(self, *changes, name="qemu-virt"):
        """A folder of boards with one in which texts are changed, each wherever it stands."""
        text = (BOARDS / name / "board.yaml").read_text(encoding="utf-8")
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        folder = self.dir / "boards" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "board.yaml").write_text(text, encoding="utf-8")
        return self.dir / "boards"

    def board_text(self):
        return (BOARDS / "qemu-virt" / "board.yaml").read_text(encoding="utf-8")

    def without_smmu(self):
        """Change for board(): no SMMU."""
        text = self.board_text()
        return text[text.index("smmu:\n"):text.index("pci:\n")], ""

    def without_pci(self):
        text = self.board_text()
        return text[text.index("pci:\n"):text.index("hypervisor:\n")], ""

    def template(self, masters):
        """A configuration for ports/template that gives bus masters to its first partition."""
        return ("target: template\ncpus: {first: [0], second: [1]}\nmemory:\n"
                "  first: {base: 0x90000000, size: 1M}\n  second: {base: 0x90100000, size: 1M}\n"
                "partitions: {first: {binary: rtos.bin}, second: {binary: rtos.bin}}\n"
                f"dma:\n  first: {masters}\n")

    def compile(self, text, given=None, with_images=True, boards=BOARDS):
        file = self.dir / "x.yaml"
        file.write_text(text, encoding="utf-8")
        return compiler.compile_file(str(file), boards, given or {}, with_images)

    def good(self, text=GOOD, **options):
        return self.compile(text, **options).config

    def refusals(self, text, **options):
        """Each as 'LINE: KEY RULE', without the file's name, which is checked here."""
        with self.assertRaises(Refused) as caught:
            self.compile(text, **options)
        name = str(self.dir / "x.yaml") + ":"
        lines = [str(p) for p in caught.exception.problems]
        for line in lines:
            self.assertTrue(line.startswith(name), line)
        return [line[len(name):] for line in lines]

    def assert_refused(self, text, rule, **options):
        """Exactly one refusal, of the marked line, and it says `rule` from its start."""
        marked = [i + 1 for i, line in enumerate(text.split("\n")) if line.endswith(MARK)]
        self.assertEqual(len(marked), 1, "mark one line")
        got = self.refusals(text.replace(MARK, "# "), **options)
        expected = f"{marked[0]}: {rule}"
        self.assertEqual(len(got), 1, got)
        self.assertEqual(got[0][:len(expected)], expected)
