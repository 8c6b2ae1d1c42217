# SPDX-License-Identifier: Apache-2.0
"""Keys and values of a .cfg line. Where a key comes twice, the first counts, as in imx-sm."""
import re

from . import grants
from .sm_lines import refuse

_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})([KMG]?)")
_SCALE = {"": 0, "K": 10, "M": 20, "G": 30}
_TRDC = re.compile(r"(MDAC|MRC|MBC)_\w+")
FLAGS = {"test", "nodbg"}
MAX_DOMAINS = 16           # of any firewall
MAX_NUMBER = 1024          # of domains, registers of a master, blocks: more than any firewall has
TRDC_KEYS = {"api", "did", "mdid", "sa", "pa", "sid", "kpa", "perm", "origin", "begin", "end", "size",
             "nblks", "blksize", "nrgns", "big", "clr", "sema", "reaction", "lm", "start", "stop",
             "msel"}
PROTOCOLS = {"base", "pd", "sys", "perf", "clk", "sensor", "rst", "volt", "lmm", "gpr", "rtc", "button",
             "cpu", "perlpi", "pin", "daisy", "ctrl", "fault", "fusa"}


class Values(dict):
    """First value of each key; `trdc`: (MDAC_x, MRC_x or MBC_x, place) of the line."""

    def __init__(self):
        super().__init__()
        self.trdc, self.order = [], []

    def first(self, *keys):
        """The value of whichever of the keys comes first; 'none' if none does."""
        return next((self[key] for key in self.order if key in keys), "none")


def parse(line):
    """(bare words, Values)."""
    words, values = [], Values()
    for word in line.expanded:
        key, sep, value = word.partition("=")
        if not sep:
            if word not in FLAGS:
                words.append(word)
        elif _TRDC.fullmatch(key):
            values.trdc.append((key, value))
        elif key not in values:
            values[key] = value
            values.order.append(key)
    unknown = [k for k in values if k not in TRDC_KEYS | PROTOCOLS and not k.startswith("BCTRL_")]
    if unknown and values.trdc:
        refuse(line.file, line.number, line.words[0], f"has {unknown[0]}={values[unknown[0]]}, "
               "which is not understood")
    return words, values


def number(line, key, text):
    match = _NUMBER.fullmatch(text)
    if not match:
        refuse(line.file, line.number, key, f"is {text!r}, not a number")
    return (int(match[1], 16) if match[1][:2].lower() == "0x" else int(match[1])) << _SCALE[match[2]]


def spread(line, key, text):
    """'2-5' -> [2, 3, 4, 5]."""
    first, _, last = text.partition("-")
    low = number(line, key, first)
    high = number(line, key, last) if last else low
    if high < low or high >= MAX_NUMBER:
        refuse(line.file, line.number, key, f"is {text}, not a range")
    return list(range(low, high + 1))


def domains(line, key, text):
    """'2-5' -> [2, 3, 4, 5]; one that is none would overwrite other fields of a register."""
    result = spread(line, key, text)
    if result[-1] >= MAX_DOMAINS:
        refuse(line.file, line.number, key, f"is {text}; there are domains 0 to {MAX_DOMAINS - 1}")
    return result


def domain(line, key, text):
    return domains(line, key, str(number(line, key, text)))[0]


def access(line, values):
    text = values.get("perm", "")
    if text in grants.ACCESS:
        return grants.ACCESS[text]
    if re.fullmatch("0|0x[0-7]{4}", text):
        return int(text, 16)
    return refuse(line.file, line.number, line.words[0], f"has the permission {text or '(none)'}, "
                  "which is none of " + ", ".join(grants.ACCESS))
