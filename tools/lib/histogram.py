#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A histogram of response times as SVG, with the bound that was promised.

    tools/lib/histogram.py IN.json OUT.svg
    tools/lib/histogram.py --table FOLDER    all that the target tests left there, as Markdown

IN.json, as the target tests write it: {"title", "width_ns", "bins": {"bin": count},
"least_ns", "most_ns", "missed", "bound_ns", "deadline_ns"}. Counts are drawn on a
logarithmic scale, so that a single late job can be seen beside a hundred thousand.
"""
import json
import math
import sys
from html import escape
from pathlib import Path

LEFT, RIGHT, TOP, BOTTOM = 70, 30, 76, 56
WIDTH, HEIGHT = 980, 380
BAR, BOUND, DEADLINE = "#1f6feb", "#c62828", "#1c2430"
STYLE = """\
text{font-family:'DejaVu Sans',Verdana,sans-serif}
.t{font-size:18px;font-weight:bold;fill:#1c2430}
.s{font-size:12px;fill:#5b6472}
.g{stroke:#e3e7ee}
"""


def step_for(span):
    """Distance of the ticks: 1, 2 or 5 times a power of ten, at most ten of them."""
    step = 1
    for factor in (2, 2.5, 2) * 12:
        if span <= 10 * step:
            break
        step = int(step * factor)
    return step


class Histogram:
    def __init__(self, data):
        self.data = data
        self.bins = {int(at): count for at, count in data["bins"].items()}
        self.limits = [(data[key], colour, words) for key, colour, words in
                       (("bound_ns", BOUND, "bound"), ("deadline_ns", DEADLINE, "deadline"))
                       if data.get(key)]
        # A deadline far behind everything else would leave no room for the bars.
        far = max([data["most_ns"], data.get("bound_ns") or 0])
        self.limits = [limit for limit in self.limits if limit[0] <= 3 * far]
        self.end = 1.05 * max([far] + [at for at, _, _ in self.limits])
        self.decades = max(1, math.ceil(math.log10(max(self.bins.values(), default=1) + 1)))

    def x(self, ns):
        return LEFT + ns * (WIDTH - LEFT - RIGHT) / self.end

    def y(self, count):
        """A bar of one job is a third of a decade high."""
        full = HEIGHT - TOP - BOTTOM
        share = (math.log10(count) + 1 / 3) / (self.decades + 1 / 3) if count > 0 else 0
        return HEIGHT - BOTTOM - full * share

    def svg(self):
        d = self.data
        total = sum(self.bins.values())
        words = (f"{total:,} jobs, from {d['least_ns'] / 1000:.1f} to "
                 f"{d['most_ns'] / 1000:.1f} us, {d['missed']} deadlines missed")
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
                 f'viewBox="0 0 {WIDTH} {HEIGHT}">\n<style>{STYLE}</style>\n'
                 f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
                 f'<text class="t" x="24" y="32">{escape(d["title"])}</text>\n'
                 f'<text class="s" x="24" y="54">{escape(words)}</text>']
        parts += self._axes() + self._bars() + self._limits()
        return "\n".join(parts) + "\n</svg>\n"

    def _axes(self):
        base, step = HEIGHT - BOTTOM, step_for(self.end)
        parts = []
        for decade in range(self.decades + 1):
            y = self.y(10 ** decade)
            if y >= TOP - 8:
                parts.append(f'<path class="g" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
                             f'<text class="s" x="{LEFT - 8}" y="{y + 4:.1f}" '
                             f'text-anchor="end">{10 ** decade:,}</text>')
        for ns in range(0, int(self.end) + 1, step):
            parts.append(f'<text class="s" x="{self.x(ns):.1f}" y="{base + 18}" '
                         f'text-anchor="middle">{ns / 1000:g}</text>')
        parts.append(f'<path d="M{LEFT} {base}H{WIDTH - RIGHT}" stroke="#9aa3af"/>')
        parts.append(f'<text class="s" x="{WIDTH - RIGHT}" y="{base + 40}" text-anchor="end">'
                     'response time, us; jobs on a logarithmic scale</text>')
        return parts

    def _bars(self):
        width, base = self.data["width_ns"], HEIGHT - BOTTOM
        return [f'<rect x="{self.x(at * width):.2f}" y="{self.y(count):.1f}" '
                f'width="{max(self.x(width) - self.x(0), 1):.2f}" '
                f'height="{base - self.y(count):.1f}" fill="{BAR}"><title>'
                f'{at * width / 1000:g} to {(at + 1) * width / 1000:g} us: {count}</title></rect>'
                for at, count in sorted(self.bins.items())]

    def _limits(self):
        parts = []
        for ns, colour, words in self.limits:
            x = self.x(ns)
            parts.append(f'<path d="M{x:.1f} {TOP - 8}V{HEIGHT - BOTTOM}" stroke="{colour}" '
                         f'stroke-width="2"/><text class="s" x="{x - 6:.1f}" y="{TOP + 4}" '
                         f'text-anchor="end" style="fill:{colour}">{words} {ns / 1000:g} us</text>')
        return parts


def table(folder) -> str:
    lines = ["| test | jobs | least | mean | worst | bound | missed |", "|---|" + "---:|" * 6]
    for path in sorted(Path(folder).glob("temporal-*.json")):
        d = json.loads(path.read_text("utf-8"))
        mean = f"{d['mean_ns'] / 1000:.1f}" if "mean_ns" in d else "-"
        lines.append(f"| {path.stem} | {d['jobs']:,} | {d['least_ns'] / 1000:.1f} | {mean} | "
                     f"{d['most_ns'] / 1000:.1f} | {d['bound_ns'] / 1000:g} | {d['missed']} |")
    return "\n".join(lines)


def main() -> int:
    if len(sys.argv) != 3 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if sys.argv[1:2] in (["-h"], ["--help"]) else 2
    try:
        if sys.argv[1] == "--table":
            print(table(sys.argv[2]))
            return 0
        data = json.loads(Path(sys.argv[1]).read_text("utf-8"))
        Path(sys.argv[2]).write_text(Histogram(data).svg(), "utf-8")
    except (OSError, ValueError, KeyError) as error:
        print(f"histogram: {sys.argv[1]}: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
