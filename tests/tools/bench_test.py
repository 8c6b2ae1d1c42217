# SPDX-License-Identifier: Apache-2.0
"""What tools/bench makes of the counts of disk reads."""
import sys
import unittest

from support import TOOLS

sys.path.insert(0, str(TOOLS / "lib"))
try:
    import bench_disk
except ModuleNotFoundError as error:  # pyelftools is installed only where images are linked
    raise unittest.SkipTest(str(error)) from error

READS = ("4 KiB", 4, 2)  # 2 MiB in all


def counts(bare, haven, sync=0):
    def many(values, el2, irq):
        return {"4 KiB": [bench_disk.Count(value, el2, sync, irq) for value in values]}

    return {bench_disk.BARE: many(bare, 0, 0), bench_disk.TRANSLATED: many(bare, 0, 0),
            bench_disk.HAVEN: many(haven, 400, 6)}


class RowTest(unittest.TestCase):
    def test_median_per_mib(self):
        row = bench_disk.as_row(READS, counts((1900, 2000, 9000), (2080, 2100, 2000)))
        self.assertEqual(row["per_mib"][bench_disk.BARE], 1000)
        self.assertEqual(row["per_mib"][bench_disk.HAVEN], 1040)
        self.assertAlmostEqual(row["ratio"], 1000 / 1040)
        self.assertEqual((row["el2_per_mib"], row["irq_per_mib"], row["sync"]), (200, 3, 0))
        self.assertEqual(row["verdict"], "ok")

    def test_below_the_target(self):
        row = bench_disk.as_row(READS, counts((1880,) * 3, (2000,) * 3))
        self.assertEqual((row["ratio"], row["verdict"]), (0.94, "below"))

    def test_no_other_exit_is_hidden_by_the_median(self):
        result = counts((2000,) * 3, (2000,) * 3)
        result[bench_disk.HAVEN]["4 KiB"][2] = bench_disk.Count(2000, 400, 7, 6)
        self.assertEqual(bench_disk.as_row(READS, result)["sync"], 7)

    def test_difference_of_marks(self):
        self.assertEqual(bench_disk.Count(10, 8, 5, 3) - bench_disk.Count(4, 3, 2, 1),
                         bench_disk.Count(6, 5, 3, 2))


if __name__ == "__main__":
    unittest.main()
