# SPDX-License-Identifier: Apache-2.0
"""memory.svg: the physical map on the left, each partition's view beside it.

Not to scale: every range is a row tall enough to read, in address order, so
that equal heights mean nothing and order means everything.
"""
from html import escape

from . import svg_dma, svg_mcu
from .checks.memory import emulated_windows
from .model_firmware import is_window
from .units import show_size

ROW, GAP_ROW, TOP, LEFT = 46, 16, 96, 30
COLUMN, GUTTER = 330, 70
SERVICE = "#5b6472"
EMULATED = "#e3e7ee"
SHARED = "#c2570c"
PALETTE = ("#1f6feb", "#1a7f5a", "#8a4fbf", "#b3406e", "#3f7f94", "#7a6a1e", "#4a5bbf")
STYLE = """\
text{font-family:'DejaVu Sans',Verdana,sans-serif}
.t{font-size:19px;font-weight:bold;fill:#1c2430}
.s{font-size:12px;fill:#5b6472}
.h{font-size:14px;font-weight:bold;fill:#1c2430}
.n{font-size:13px;font-weight:bold}
.d{font-size:11px}
.a{font-family:'DejaVu Sans Mono',monospace;font-size:10.5px}
"""


class Row:
    """One box: an address range of the column it stands in."""

    def __init__(self, base, size, name, detail, colour, key=None, dashed=False):
        self.base, self.size, self.name, self.detail = base, size, name, detail
        self.colour, self.key, self.dashed = colour, key, dashed
        self.y = 0

    @property
    def last(self):
        return self.base + self.size - 1


def picture(config):
    colours = {p.name: PALETTE[i % len(PALETTE)] for i, p in enumerate(config.partitions)}
    columns = [_stack(_physical(config, colours))]
    columns += [_stack(_view(config, p, colours[p.name])) for p in config.partitions]
    if config.mcu:
        columns.append(_stack([Row(base, size, name, detail, svg_mcu.COLOUR if isinstance(key, tuple)
                                   else SHARED, key)
                               for base, size, name, detail, key in svg_mcu.view(config)]))
    width = 2 * LEFT + len(columns) * COLUMN + (len(columns) - 1) * GUTTER
    below = [0] + [svg_dma.height(p) for p in config.partitions] + [0]
    height = max(c[-1].y + ROW + b for c, b in zip(columns, below)) + 56
    parts = [_head(config, width, height)]
    for index in range(1, len(columns)):
        parts.append(_links(columns, index))
    titles = ["Physical memory"] + [f"{p.name} (partition {p.id})" for p in config.partitions]
    notes = [f"board {config.board.name}"] + [_note(p) for p in config.partitions]
    if config.mcu:
        titles.append(svg_mcu.title(config))
        notes.append(svg_mcu.note(config))
    for index, rows in enumerate(columns):
        parts.append(_column(_x(index), titles[index], notes[index], rows))
    for index, partition in enumerate(config.partitions, 1):
        parts.append(svg_dma.block(_x(index), columns[index][-1].y + ROW, COLUMN, partition,
                                   colours[partition.name]))
    parts.append(_legend(height - 20))
    return "\n".join(filter(None, parts)) + "\n</svg>\n"


def _x(index):
    return LEFT + index * (COLUMN + GUTTER)


def _note(partition):
    cpus = ", ".join(str(c) for c in partition.cpus)
    return f"CPU {cpus} · addresses as the guest sees them (IPA)"


def _short(frame):
    """'the emulated GIC distributor' -> 'GIC distributor'; the row says the rest."""
    return frame.name.replace("the ", "", 1).replace("emulated ", "").replace(
        "configuration space", "ECAM")


def _holder(partition, region):
    if region.kind == "device":
        return f"device of {partition.name}"
    return region.access if region.name == partition.name else f"{region.name}, {region.access}"


def _sharers(area, config):
    """Their names, or how many if the names would not fit the row."""
    names = "shared by " + ", ".join(list(area.sharers) + (
        [config.mcu.name] if is_window(config, area) else []))
    return names if len(names) <= 36 else f"shared by {len(area.sharers)} partitions"


def _physical(config, colours):
    own = config.board.hypervisor
    rows = [Row(f.base, f.size, _short(f), "hypervisor only", SERVICE) for f in config.board.reserved]
    rows.append(Row(own.base, own.size, "Haven", "image, payloads, journal", SERVICE))
    for partition in config.partitions:
        rows += [Row(r.pa, r.size, partition.name if r.kind == "ram" else r.name,
                     _holder(partition, r),
                     colours[partition.name], (partition.name, r.name, r.ipa))
                 for r in partition.regions if r.kind != "shared"]
    rows += [Row(a.pa, a.size, a.name, _sharers(a, config), SHARED, a.name)
             for a in config.shared]
    rows += [Row(base, size, name, detail, svg_mcu.COLOUR, key)
             for base, size, name, detail, key in svg_mcu.physical(config)]
    return rows


def _view(config, partition, colour):
    rows = [Row(w.base, w.size, _short(w), "emulated, not mapped" if w is not partition.dma.msi_page
                else "emulated; devices reach the ITS", EMULATED, dashed=True)
            for w in emulated_windows(partition, config.board)]
    for region in partition.regions:
        shared = region.kind == "shared"
        rows.append(Row(region.ipa, region.size, region.name,
                        f"{region.access}, {'shared' if shared else region.kind}",
                        SHARED if shared else colour,
                        region.name if shared else (partition.name, region.name, region.ipa)))
    return rows


def _stack(rows):
    """Give each row its y, from low to high addresses, with a slit where addresses jump."""
    rows.sort(key=lambda r: r.base)
    y = TOP
    for index, row in enumerate(rows):
        if index and row.base > rows[index - 1].last + 1:
            y += GAP_ROW
        row.y = y
        y += ROW
    return rows


def _head(config, width, height):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}">\n<style>{STYLE}</style>\n'
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
            f'<text class="t" x="{LEFT}" y="34">Memory map of {escape(config.name)}</text>')


def _column(x, title, note, rows):
    parts = [f'<text class="h" x="{x}" y="64">{escape(title)}</text>',
             f'<text class="s" x="{x}" y="82">{escape(note)}</text>']
    for index, row in enumerate(rows):
        if index and row.y > rows[index - 1].y + ROW:
            parts.append(_gap(x, rows[index - 1].y + ROW))
        parts.append(_box(x, row))
    return "\n".join(parts)


def _gap(x, y):
    """Two short strokes: addresses are left out here."""
    mid = x + COLUMN // 2
    return "".join(f'<path d="M{mid + d - 7} {y + 12}l8 -8" stroke="#9aa3af" '
                   'stroke-width="1.4"/>' for d in (0, 6))


def _box(x, row):
    ink = "#1c2430" if row.dashed else "#ffffff"
    dash = ' stroke-dasharray="4 3"' if row.dashed else ""
    frame = "#9aa3af" if row.dashed else row.colour
    return (f'<rect x="{x}" y="{row.y + 1}" width="{COLUMN}" height="{ROW - 2}" rx="4" '
            f'fill="{row.colour}" stroke="{frame}"{dash}/>'
            f'<g fill="{ink}"><text class="n" x="{x + 12}" y="{row.y + 20}">'
            f'{escape(row.name)}</text>'
            f'<text class="d" x="{x + 12}" y="{row.y + 36}">{escape(row.detail)}</text>'
            f'<text class="a" x="{x + COLUMN - 10}" y="{row.y + 20}" text-anchor="end">'
            f'0x{row.base:08x}-0x{row.last:08x}</text>'
            f'<text class="a" x="{x + COLUMN - 10}" y="{row.y + 36}" text-anchor="end">'
            f'{show_size(row.size)}</text></g>')


def _links(columns, index):
    """From a partition's region to the same memory in the column before it, or in the first."""
    parts = []
    for row in columns[index]:
        if row.key is None:
            continue
        left = index - 1
        target = next((r for r in columns[left] if r.key == row.key), None)
        if target is None:
            left, target = 0, next(r for r in columns[0] if r.key == row.key)
        x1, y1 = _x(left) + COLUMN, target.y + ROW // 2
        x2, y2 = _x(index), row.y + ROW // 2
        bend = min((x2 - x1) / 2, GUTTER)
        parts.append(f'<path d="M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" '
                     f'fill="none" stroke="{row.colour}" stroke-width="2.5" opacity="0.55"/>')
    return "\n".join(parts)


def _legend(y):
    items = ((SERVICE, "hypervisor only"), (SHARED, "shared, never executable"),
             (EMULATED, "emulated device, traps to the hypervisor"))
    parts, x = [], LEFT
    for colour, text in items:
        parts.append(f'<rect x="{x}" y="{y - 11}" width="14" height="14" rx="3" fill="{colour}" '
                     f'stroke="#9aa3af"/><text class="s" x="{x + 20}" y="{y}">{text}</text>')
        x += 50 + 7 * len(text)
    return "\n".join(parts)
