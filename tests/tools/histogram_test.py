# SPDX-License-Identifier: Apache-2.0
"""The picture and the table of response times."""
import json
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

from support import TOOLS, run

TOOL = TOOLS / "lib" / "histogram.py"
NAMESPACE = "{http://www.w3.org/2000/svg}"
DATA = {"title": "a < b", "jobs": 1003, "least_ns": 10_000, "most_ns": 45_500, "mean_ns": 11_000,
        "missed": 0, "width_ns": 1000, "bins": {"10": 1000, "11": 2, "45": 1},
        "bound_ns": 60_000, "deadline_ns": 2_000_000}


class HistogramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "temporal-x.json"

    def draw(self, data):
        self.file.write_text(json.dumps(data))
        done = run(TOOL, self.file, self.folder / "x.svg")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return ElementTree.parse(self.folder / "x.svg").getroot()

    def bars(self, svg):
        found = [r for r in svg.iter(NAMESPACE + "rect") if r.find(NAMESPACE + "title") is not None]
        return {r.find(NAMESPACE + "title").text: float(r.get("height")) for r in found}

    def test_a_bar_for_each_bin_and_one_job_can_be_seen(self):
        bars = self.bars(self.draw(DATA))
        self.assertEqual(set(bars), {"10 to 11 us: 1000", "11 to 12 us: 2", "45 to 46 us: 1"})
        self.assertGreater(bars["45 to 46 us: 1"], 5)
        self.assertGreater(bars["11 to 12 us: 2"], bars["45 to 46 us: 1"])
        self.assertGreater(bars["10 to 11 us: 1000"], 2 * bars["11 to 12 us: 2"])

    def test_the_bound_is_drawn_and_a_deadline_only_if_it_is_near(self):
        words = [t.text for t in self.draw(DATA).iter(NAMESPACE + "text")]
        self.assertIn("bound 60 us", words)
        self.assertNotIn("deadline 2000 us", words)
        words = [t.text for t in self.draw(DATA | {"deadline_ns": 70_000}).iter(NAMESPACE + "text")]
        self.assertIn("deadline 70 us", words)
        self.assertIn("a < b", words)

    def test_table(self):
        self.file.write_text(json.dumps(DATA))
        done = run(TOOL, "--table", self.folder)
        self.assertEqual(done.stdout.splitlines()[-1],
                         "| temporal-x | 1,003 | 10.0 | 11.0 | 45.5 | 60 | 0 |")

    def test_what_is_missing_is_said(self):
        done = run(TOOL, self.folder / "none", self.folder / "x.svg")
        self.assertEqual(done.returncode, 1)
        self.assertIn("none", done.stderr)
        self.assertEqual(run(TOOL).returncode, 2)


if __name__ == "__main__":
    unittest.main()
