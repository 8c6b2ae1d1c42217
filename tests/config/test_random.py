# SPDX-License-Identifier: Apache-2.0
"""Random memory maps against a second opinion that knows only pages and bits."""
import random
import unittest

from support import BOARDS, ConfigCase

from haven_config import board as boards
from haven_config import stage2
from haven_config.model import Region
from haven_config.problems import Refused

PAGE = 4096
SEED = 20260101
RAM = range(0x40000000 // PAGE, 0xc0000000 // PAGE)
HYPERVISOR = range(0x40000000 // PAGE, 0x50000000 // PAGE)


def pages(base, size):
    return set(range(base // PAGE, (base + size) // PAGE))


class RandomMaps(ConfigCase):
    """A small window of RAM, so that collisions are frequent."""

    def region(self, rng):
        base = 0x4ffff000 + rng.randrange(40) * PAGE
        return base, rng.randrange(1, 6) * PAGE

    def text(self, regions, shared):
        rows = ["target: qemu-virt", "cpus: {a: [0], b: [1], c: [2]}", "memory:"]
        for name, items in regions.items():
            rows.append(f"  {name}:")
            rows += [f"    - {{base: {base:#x}, size: {size:#x}}}" for base, size in items]
        rows.append("  shared:")
        rows += [f"    - {{base: {base:#x}, size: {size:#x}}}" for base, size in shared]
        return "\n".join(rows) + "\n"

    def is_sound(self, regions, shared):
        """Each page of RAM has one holder: a region, or a shared area; none is the hypervisor's."""
        held = [pages(*r) for items in regions.values() for r in items]
        held += [pages(*s) for s in shared]
        everything = set().union(*held)
        return sum(map(len, held)) == len(everything) and \
            all(p in RAM and p not in HYPERVISOR for p in everything)

    def test_same_verdict(self):
        rng = random.Random(SEED)
        verdicts = {True: 0, False: 0}
        for _ in range(400):
            regions = {n: [self.region(rng) for _ in range(rng.randrange(1, 3))] for n in "abc"}
            shared = [self.region(rng) for _ in range(rng.randrange(1, 3))]
            if rng.random() < 0.5:  # spread out, or nearly none would be sound
                regions = {n: [(b + (4 * i + k << 24), s) for k, (b, s) in enumerate(items)]
                           for i, (n, items) in enumerate(regions.items())}
                shared = [(b + (k + 20 << 24), s) for k, (b, s) in enumerate(shared)]
            sound = self.is_sound(regions, shared)
            # Guests of one page have no room for a device tree.
            text = self.text(regions, shared) + \
                "partitions: {a: {dtb: none}, b: {dtb: none}, c: {dtb: none}}\n"
            verdicts[sound] += 1
            try:
                self.compile(text, with_images=False)
                accepted = True
            except Refused:
                accepted = False
            self.assertEqual(accepted, sound, text)
        self.assertGreater(min(verdicts.values()), 50, verdicts)


class RandomFunctions(ConfigCase):
    """BARs of any sizes in a small window: whoever is accepted has pages of its own."""

    WINDOW = 0x10000000, 0x30000

    def functions(self, rng):
        """{slot: [(index, size, wide)]}"""
        found = {}
        for slot in range(5, 5 + rng.randrange(1, 7)):
            bars, index = [], 0
            while index < 6:
                wide = index < 5 and rng.random() < 0.3
                if rng.random() < 0.4:
                    bars.append((index, 1 << rng.randrange(4, 18), wide))
                index += 1 + wide
            found[slot] = bars
        return found

    def boards(self, functions):
        rows = "".join(
            f"    f{slot}: {{slot: {slot}, id: 0x11e81234, bars: [" + ", ".join(
                f"{{index: {i}, size: {s:#x}, wide: {str(w).lower()}}}" for i, s, w in bars) + "]}\n"
            for slot, bars in functions.items())
        base, size = self.WINDOW
        return self.board(("    disk:  ", rows + "    disk:  "),
                          ("window: {base: 0x10000000, size: 0x2eff0000}",
                           f"window: {{base: {base:#x}, size: {size:#x}}}"))

    def test_bars(self):
        rng = random.Random(SEED)
        verdicts = {True: 0, False: 0}
        for _ in range(100):
            functions = self.functions(rng)
            names = [f"f{slot}" for slot in functions]
            split = rng.randrange(len(names) + 1)
            text = ("target: qemu-virt\ncpus: {a: [0], b: [1]}\nmemory:\n"
                    "  a: {base: 0x50000000, size: 1M}\n  b: {base: 0x50100000, size: 1M}\n"
                    f"dma: {{a: {names[:split]}, b: {names[split:]}}}\n")
            try:
                config = self.compile(text, with_images=False, boards=self.boards(functions)).config
            except Refused as refused:
                self.assertIn("PCI window", str(refused))
                # What is asked for and what alignment may waste are more than the window.
                wanted = [max(s, PAGE) for bars in functions.values() for _, s, _ in bars]
                self.assertGreater(2 * sum(wanted), self.WINDOW[1])
                verdicts[False] += 1
                continue
            verdicts[True] += 1
            self.check(config, functions)
        self.assertGreater(min(verdicts.values()), 20, verdicts)

    def check(self, config, functions):
        taken = set()
        for partition in config.partitions:
            mapped = set().union(*[pages(r.pa, r.size) for r in partition.regions])
            for function in partition.dma.functions:
                placed = {bar.index: (base, bar.size) for bar, base in function.bars.items()}
                self.assertEqual({i: s for i, (_, s) in placed.items()},
                                 {i: s for i, s, _ in functions[function.facts.slot]})
                for base, size in placed.values():
                    own = pages(base, max(size, PAGE))
                    self.assertEqual(base % max(size, PAGE), 0)
                    self.assertTrue(own <= pages(*self.WINDOW) and own <= mapped)
                    self.assertFalse(own & taken)
                    taken |= own


def count_by_walking(regions, ipa_bits):
    """Tables from what each 4 KB page, 2 MB and 1 GB entry holds, slowly."""
    level2, level3 = set(), set()
    for region in regions:
        for ipa in range(region.ipa, region.ipa + region.size, PAGE):
            pa = ipa - region.ipa + region.pa
            if not whole_block(region, ipa, pa, 30):
                level2.add(ipa >> 30)
                if not whole_block(region, ipa, pa, 21):
                    level3.add(ipa >> 21)
    roots = {39: 1, 40: 2, 41: 4}[ipa_bits]
    return roots + len(level2) + len(level3)


def whole_block(region, ipa, pa, shift):
    low = ipa >> shift << shift
    return (ipa - pa) % (1 << shift) == 0 and region.ipa <= low and \
        low + (1 << shift) <= region.ipa + region.size


class TableCount(unittest.TestCase):
    def tables(self, regions, ipa_bits=39):
        return stage2.tables_of(regions, ipa_bits)

    def region(self, ipa, pa, size):
        return Region("r", (), ipa, pa, size, "rwx", "ram")

    def test_known_counts(self):
        # root + level 2 for the 2 MB blocks
        self.assertEqual(self.tables([self.region(0x50000000, 0x50000000, 0x20000000)]), 2)
        # root alone: one 1 GB block
        self.assertEqual(self.tables([self.region(0x40000000, 0x80000000, 0x40000000)]), 1)
        # root, level 2, level 3
        self.assertEqual(self.tables([self.region(0x40000000, 0x40000000, 0x1000)]), 3)
        # root, level 2 and eight level 3: IPA and PA differ by a page
        self.assertEqual(self.tables([self.region(0x40000000, 0x40001000, 0x1000000)]), 10)
        # 40 bits: two root tables
        self.assertEqual(self.tables([self.region(0x40000000, 0x40000000, 0x1000)], 40), 4)

    def test_random_counts(self):
        rng = random.Random(SEED)
        for _ in range(60):
            regions, ipa = [], 0x3fe00000
            for _ in range(rng.randrange(1, 6)):
                ipa += rng.choice((0, PAGE, 0x1ff000, 0x200000))
                size = rng.choice((PAGE, 0x200000, 0x3ff000, 0x401000))
                pa = 0x80000000 + (ipa & 0xfffffff) + rng.choice((0, PAGE))
                regions.append(self.region(ipa, pa, size))
                ipa += size
            bits = rng.choice((39, 40, 41))
            self.assertEqual(self.tables(regions, bits), count_by_walking(regions, bits), regions)


class Boards(unittest.TestCase):
    def test_every_board_loads(self):
        self.assertIn("qemu-virt", boards.names(BOARDS))
        for name in boards.names(BOARDS):
            board = boards.load(BOARDS, name)
            self.assertEqual(board.name, name)
            self.assertGreater(board.cpu_count, 0)
            for device in board.devices.values():
                self.assertTrue(all("," in c for c in device.compatible), device)


if __name__ == "__main__":
    unittest.main()
