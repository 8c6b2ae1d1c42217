# SPDX-License-Identifier: Apache-2.0
"""Timelines as SVG: a lane for each who runs, boxes for when, marks for what happened.

Times are whole nanoseconds. What is outside of the picture's span is cut off.
"""
from dataclasses import dataclass, field
from html import escape

LEFT, RIGHT, TOP, WIDTH = 190, 24, 84, 1180
LANE, THIN, GAP = 40, 24, 10
PALETTE = ("#1f6feb", "#1a7f5a", "#8a4fbf", "#b3406e", "#3f7f94", "#7a6a1e", "#4a5bbf")
HYPERVISOR = "#5b6472"
ALERT = "#c62828"
STYLE = """\
text{font-family:'DejaVu Sans',Verdana,sans-serif}
.t{font-size:19px;font-weight:bold;fill:#1c2430}
.s{font-size:12px;fill:#5b6472}
.n{font-size:13px;font-weight:bold;fill:#1c2430}
.d{font-size:11px;fill:#5b6472}
.g{stroke:#e3e7ee}
"""


@dataclass
class Lane:
    name: str
    note: str
    colour: str
    thin: bool = False
    boxes: list = field(default_factory=list)   # (begin, end, style, words)
    marks: list = field(default_factory=list)   # (time, kind, words)

    @property
    def height(self):
        return THIN if self.thin else LANE

    def box(self, begin, end, style="full", words=""):
        """Styles: full (on budget), pale (background time), late (beyond the budget)."""
        self.boxes.append((begin, end, style, words))

    def mark(self, time, kind, words=""):
        """Kinds: refill (arrow up), deadline (arrow down), wake (tick), alert (cross)."""
        self.marks.append((time, kind, words))


def show(ns, step):
    """A time of the axis, in the unit that the distance of the ticks asks for."""
    for unit, scale in (("s", 10**9), ("ms", 10**6), ("us", 10**3), ("ns", 1)):
        if step >= scale or scale == 1:
            return f"{ns / scale:g} {unit}"
    return ""


def step_for(span):
    """Distance of the axis' ticks: 1, 2 or 5 times a power of ten, about ten of them."""
    step = 1
    while span > 12 * step:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step


class Timeline:
    def __init__(self, title, subtitle, begin, end, legend=()):
        self.title, self.subtitle = title, subtitle
        self.begin, self.end = begin, max(end, begin + 1)
        self.legend = legend   # (style or kind, colour, words)
        self.lanes = []

    def lane(self, name, note, colour, thin=False):
        self.lanes.append(Lane(name, note, colour, thin))
        return self.lanes[-1]

    def _x(self, time):
        return LEFT + (time - self.begin) * (WIDTH - LEFT - RIGHT) / (self.end - self.begin)

    def svg(self):
        y, rows = TOP, []
        for lane in self.lanes:
            rows.append((y, lane))
            y += lane.height + GAP
        bottom = y
        height = bottom + 30 + (34 if self.legend else 0)
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
                 f'viewBox="0 0 {WIDTH} {height}">\n<style>{STYLE}</style>\n'
                 f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
                 f'<text class="t" x="24" y="34">{escape(self.title)}</text>\n'
                 f'<text class="s" x="24" y="56">{escape(self.subtitle)}</text>']
        parts += self._axis(bottom)
        for top, lane in rows:
            parts += self._lane(top, lane)
        parts += self._legend(bottom + 48)
        return "\n".join(parts) + "\n</svg>\n"

    def _axis(self, bottom):
        step = step_for(self.end - self.begin)
        time = self.begin
        parts = []
        while time <= self.end:
            x = self._x(time)
            parts.append(f'<path class="g" d="M{x:.1f} {TOP - 8}V{bottom}"/><text class="d" '
                         f'x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">'
                         f'{show(time - self.begin, step)}</text>')
            time += step
        return parts

    def _lane(self, top, lane):
        base = top + lane.height
        indent = 40 if lane.thin else 24
        parts = [f'<text class="{"d" if lane.thin else "n"}" x="{indent}" y="{top + 15}">'
                 f'{escape(lane.name)}</text>']
        if not lane.thin:
            parts.append(f'<text class="d" x="{indent}" y="{top + 31}">{escape(lane.note)}</text>')
        parts.append(f'<path d="M{LEFT} {base}H{WIDTH - RIGHT}" stroke="#9aa3af"/>')
        parts += [self._box(top, lane, *box) for box in lane.boxes
                  if box[1] > self.begin and box[0] < self.end]
        parts += [self._mark(top, base, lane.colour, *mark) for mark in lane.marks
                  if self.begin <= mark[0] <= self.end]
        return parts

    def _box(self, top, lane, begin, end, style, words):
        x1, x2 = self._x(max(begin, self.begin)), self._x(min(end, self.end))
        title = f"<title>{escape(words)}</title>" if words else ""
        inset = 0 if lane.thin else 8
        return (f'<rect x="{x1:.2f}" y="{top + inset}" width="{max(x2 - x1, 0.4):.2f}" '
                f'height="{lane.height - inset}" {_paint(style, lane.colour)}>{title}</rect>')

    def _mark(self, top, base, colour, time, kind, words):
        x = self._x(time)
        title = f"<title>{escape(words)}</title>" if words else ""
        return f'<g>{_sign(kind, x, top, base, colour)}{title}</g>'

    def _legend(self, y):
        parts, x = [], 24
        for sign, colour, words in self.legend:
            if sign in ("full", "pale", "late"):
                parts.append(f'<rect x="{x}" y="{y - 12}" width="16" height="14" '
                             f'{_paint(sign, colour)}/>')
            else:
                parts.append(_sign(sign, x + 8, y - 13, y + 2, colour))
            parts.append(f'<text class="s" x="{x + 24}" y="{y}">{escape(words)}</text>')
            x += 44 + 7 * len(words)
        return parts


def _paint(style, colour):
    if style == "pale":
        return f'fill="{colour}" fill-opacity="0.25" stroke="{colour}" stroke-dasharray="3 2"'
    if style == "late":
        return f'fill="{ALERT}"'
    return f'fill="{colour}" fill-opacity="0.9"'


def _sign(kind, x, top, base, colour):
    if kind == "refill":
        return (f'<path d="M{x:.1f} {base}V{top + 1}m-4 6l4 -6l4 6" fill="none" stroke="{colour}" '
                'stroke-width="1.5"/>')
    if kind == "deadline":
        return (f'<path d="M{x:.1f} {top}V{base - 1}m-4 -6l4 6l4 -6" fill="none" stroke="#1c2430" '
                'stroke-width="1.2"/>')
    if kind == "alert":
        return (f'<path d="M{x - 5:.1f} {top + 3}l10 10m0 -10l-10 10" stroke="{ALERT}" '
                'stroke-width="2"/>')
    return f'<path d="M{x:.1f} {base}v-9" stroke="#1c2430" stroke-width="1.5"/>'
