# SPDX-License-Identifier: Apache-2.0
"""Properties in the forms that the Devicetree Specification has."""
from .model import FIRST_PPI, FIRST_SPI

GIC, CLOCK, MSI, WINDOW, DOORBELL = 1, 2, 3, 4, 5   # phandles
SPI, PPI = 0, 1
EDGE_RISING, LEVEL_HIGH = 1, 4


def strings(fdt, name, values):
    fdt.property(name, b"".join(v.encode() + b"\0" for v in values))


def cells(fdt, name, values):
    fdt.property(name, b"".join(v.to_bytes(4, "big") for v in values))


def reg(fdt, *ranges):
    fdt.property("reg", b"".join(v.to_bytes(8, "big") for pair in ranges for v in pair))


def wide(value):
    """The two cells of a 64-bit number."""
    return [value >> 32, value & 0xffffffff]


def interrupt(intid, flags):
    """The three cells of one interrupt in the arm,gic-v3 binding."""
    kind, first = (SPI, FIRST_SPI) if intid >= FIRST_SPI else (PPI, FIRST_PPI)
    return [kind, intid - first, flags]
