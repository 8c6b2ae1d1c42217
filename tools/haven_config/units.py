# SPDX-License-Identifier: Apache-2.0
"""Addresses, sizes and durations as people write them."""
import re

# The one way to write whole numbers: no octal, no sexagesimal, no separators.
_NUMBER = re.compile("0|[1-9][0-9]*|0x[0-9a-fA-F]+")
# No longer than 2^64 - 1 is; schema.json has the same patterns.
_SIZE = re.compile("(0|[1-9][0-9]{0,19}|0x[0-9a-fA-F]{1,16}) ?([KMGT]?)(?:i?B)?")
_TIME = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,20})?) ?(ns|us|ms|s)")
_SCALE = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_NANOSECONDS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9}


def is_number(text):
    return _NUMBER.fullmatch(text) is not None


def size(value):
    """4096, 0x1000, '4K', '4 KiB', '4 KB' -> 4096. K, M, G and T are powers of 1024."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.fullmatch(value)
    if not match:
        raise ValueError(value)
    return int(match[1], 0) << _SCALE[match[2]]


def duration_ns(value):
    """'10 ms', '500us' -> nanoseconds."""
    match = _TIME.fullmatch(value)
    if not match:
        raise ValueError(value)
    whole, _, part = match[1].partition(".")
    scale = _NANOSECONDS[match[2]]
    digits = len(str(scale)) - 1
    return int(whole) * scale + int((part[:digits] or "0").ljust(digits, "0") or "0")


def hexa(value):
    return f"0x{value:x}"


def show_range(base, length):
    """First and last byte, as messages print them."""
    return f"0x{base:08x}-0x{base + length - 1:08x}"


def show_size(value):
    for suffix, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if value % (1 << shift) == 0 and 1 <= value >> shift < 4096:
            return f"{value >> shift} {suffix}"
    if value >= 1 << 20:
        return f"{value / (1 << 20):.1f} MiB"
    if value >= 1 << 10:
        return f"{value / (1 << 10):.1f} KiB"
    return f"{value} B"


def show_time(ns):
    """1500000 -> '1.5 ms'; exact."""
    for unit, scale in (("s", 10**9), ("ms", 10**6), ("us", 10**3)):
        if ns >= scale:
            whole, rest = divmod(ns, scale)
            digits = f"{rest:0{len(str(scale)) - 1}d}".rstrip("0")
            return f"{whole}.{digits} {unit}" if digits else f"{whole} {unit}"
    return f"{ns} ns"


def align_up(value, step):
    return (value + step - 1) // step * step
