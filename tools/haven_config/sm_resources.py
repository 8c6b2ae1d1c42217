# SPDX-License-Identifier: Apache-2.0
"""Parts of the firewalls that a .cfg line gives to a domain."""
import re
from dataclasses import dataclass

from .sm_lines import refuse
from .sm_values import access, domain, number, spread

GRANULE = 0x4000           # of regions
BITS = {"0": 32, "1": 36}  # of an address in a region's register: big
SECURITY = ("secure", "nonsecure", "bypass")
# Resources of SCMI: what they are does not matter here, but that they are such.
_SCMI = re.compile(r"(\w+_SM_)?(BASE|PD|SYS|PERF|CLK|SENSOR|RST|VOLT|LMM|GPR|RTC|BUTTON|CPU|PERLPI|PIN|"
                   r"DAISY|CTRL|FAULT|FUSA)(_\w+)?")


@dataclass(frozen=True)
class Master:
    name: str              # as the line begins
    place: str             # MDAC_M0=0
    did: int
    security: str          # secure, nonsecure, bypass
    physical: bool         # KPA: no SMMU sees it
    stream: int
    line: object


@dataclass(frozen=True)
class Memory:
    checker: str           # MRC_N0
    name: str
    did: int
    base: int
    end: int
    access: int
    rounded: bool          # not whole granules as written
    big: bool              # written for a checker whose registers hold addresses >> 4
    line: object


@dataclass(frozen=True)
class Blocks:
    checker: str           # MBC_N0
    memory: int
    first: int
    last: int
    name: str
    did: int
    access: int
    line: object


def is_known(word):
    return _SCMI.fullmatch(word) is not None


def take(cfg, line, name, place, values, did):
    """Add what one word of a line gives."""
    if name.startswith("MDAC_"):
        _take_master(cfg, line, name, place, values, did)
    elif name.startswith("MRC_"):
        _take_memory(cfg, line, name, values)
    else:
        _take_blocks(cfg, line, name, place, values)


def _take_master(cfg, line, name, place, values, did):
    if values.get("mdid") == "none":
        return
    did = domain(line, "mdid", values["mdid"]) if "mdid" in values else did
    if did is None:
        refuse(line.file, line.number, line.words[0], "stands before every DOM and LM")
    security = values.get("sa", "bypass")
    if security not in SECURITY:
        refuse(line.file, line.number, "sa", f"is {security}, which is none of " + ", ".join(SECURITY))
    stream = number(line, "sid", values.get("sid", "0"))
    physical = number(line, "kpa", values.get("kpa", "0" if "sid" in values else "1")) != 0
    for register in spread(line, name, place):
        cfg.masters.append(Master(line.words[0], f"{name}={register}", did, security, physical, stream,
                                  line))


def _range(line, values):
    """(first byte, end) as written."""
    if "begin" not in values or not {"end", "size"} & values.keys():
        refuse(line.file, line.number, line.words[0], "has no begin, or neither end nor size")
    base = number(line, "begin", values["begin"])
    end = number(line, "end", values["end"]) + 1 if "end" in values else \
        base + number(line, "size", values["size"])
    if end <= base:
        refuse(line.file, line.number, line.words[0], "ends before it begins")
    return base, end


def _take_memory(cfg, line, name, values):
    rights = access(line, values)
    base, end = _range(line, values)
    big = values.get("big", "0")
    if big not in BITS:
        refuse(line.file, line.number, "big", f"is {big}, neither 0 nor 1")
    if end > 1 << BITS[big]:
        refuse(line.file, line.number, line.words[0], f"ends at {hex(end - 1)}, and its registers hold "
               f"{BITS[big]} bits of an address: what is above would be cut off")
    low, high = base // GRANULE * GRANULE, -(-end // GRANULE) * GRANULE
    if rights:
        cfg.regions += [Memory(name, line.words[0], did, low, high, rights, (low, high) != (base, end),
                               big == "1", line) for did in cfg.dids(line, values)]


def _take_blocks(cfg, line, name, place, values):
    rights = access(line, values)
    memory, dot, blocks = place.partition(".")
    if dot:
        first, last = spread(line, name, blocks)[0], spread(line, name, blocks)[-1]
    else:
        first, last = _blocks_of(line, values)
    if rights:
        cfg.blocks += [Blocks(name, number(line, name, memory), first, last, line.words[0], did, rights,
                              line) for did in cfg.dids(line, values)]


def _blocks_of(line, values):
    """A memory behind a block checker: addresses instead of block numbers."""
    base, end = _range(line, values)
    origin = number(line, "origin", values.get("origin", ""))
    size = number(line, "blksize", values.get("blksize", ""))
    if size == 0 or base < origin:
        refuse(line.file, line.number, line.words[0], "begins below its origin, or has no blocks")
    return (base - origin) // size, (end - 1 - origin) // size
