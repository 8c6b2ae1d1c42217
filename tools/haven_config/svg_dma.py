# SPDX-License-Identifier: Apache-2.0
"""Below a partition's column: its bus masters, and through what they see memory."""
from html import escape

from . import describe_dma

ROW, HEAD = 40, 34
DANGER = "#c1121f"


def height(partition):
    count = len(describe_dma.masters(partition))
    return count * ROW + HEAD if count else 0


def block(x, y, width, partition, colour):
    """The rows, with a rail on the left that ties them to the map above."""
    masters = describe_dma.masters(partition)
    if not masters:
        return ""
    parts = [f'<text class="s" x="{x + 18}" y="{y + 22}" stroke="#ffffff" stroke-width="4" '
             f'paint-order="stroke">{_title(partition)}</text>']
    for index, master in enumerate(masters):
        parts.append(_row(x, y, y + HEAD + index * ROW, width, master, colour, partition))
    return "\n".join(parts)


def _title(partition):
    policy = f" · after a fault: {partition.dma.policy}" if partition.dma.streams else ""
    return f"masters the bus{policy}"


def _sees(master, partition):
    if not master.protected:
        return "reaches ALL memory (accepted)"
    return "sees this map and the MSI frame" if partition.device_map else "sees this map"


def _row(x, top, y, width, master, colour, partition):
    ink = colour if master.protected else DANGER
    dash = "" if master.protected else ' stroke-dasharray="6 3"'
    left, right = x + 18, x + width
    rail = f'<path d="M{x + 6} {top}V{y + ROW // 2}H{left}" fill="none" stroke="{ink}" ' \
        'stroke-width="2.5"/>' if master.protected else ""
    return (f'{rail}<rect x="{left}" y="{y + 1}" width="{width - 18}" height="{ROW - 4}" rx="4" '
            f'fill="#ffffff" stroke="{ink}" stroke-width="2"{dash}/>'
            f'<g fill="{ink}"><text class="n" x="{left + 10}" y="{y + 16}">'
            f'{escape(master.name)}</text>'
            f'<text class="d" x="{left + 10}" y="{y + 31}">{escape(master.place)}</text>'
            f'<text class="a" x="{right - 10}" y="{y + 16}" text-anchor="end">'
            f'{escape(master.stream)}</text>'
            f'<text class="d" x="{right - 10}" y="{y + 31}" text-anchor="end">'
            f'{_sees(master, partition)}</text></g>')
