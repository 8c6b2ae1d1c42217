# SPDX-License-Identifier: Apache-2.0
"""What one A64 instruction does, as far as the analysis asks: control flow, SP, FP registers.

Control flow and SP are read from capstone's text, FP from the encoding (Arm ARM, C4.1: main
encoding table): classes are exact there, and it holds for instructions that capstone lacks.
"""
import re
from typing import NamedTuple, Optional

NEXT, JUMP, BRANCH, CALL, INDIRECT, RET, ERET, STOP, UNKNOWN = (
    "next", "jump", "branch", "call", "indirect", "ret", "eret", "stop", "unknown")

_CONDITIONAL = ("cbz", "cbnz", "tbz", "tbnz")
_STOPS = ("brk", "hlt", "udf")
_INDIRECT = re.compile(r"(br|blr)(aa|ab)?z?$")
_IMMEDIATE = re.compile(r"#(-?(?:0x)?[0-9a-f]+)$")
_STEP = re.compile(r"sp, sp, #((?:0x)?[0-9a-f]+)(, lsl #(\d+|0xc))?$")
_PRE = re.compile(r"\[sp, #(-?(?:0x)?[0-9a-f]+)\]!")
_POST = re.compile(r"\[sp\], (?:#(-?(?:0x)?[0-9a-f]+))?")
_BELOW = re.compile(r"\[sp, (#-|[wx])")
_FP_SYSTEM = re.compile(r"\bfp[cs]r\b|\bs3_3_c4_c4_[01]\b")
_FROM = re.compile(r"sp, (x\d+)(?:, #((?:0x)?[0-9a-f]+))?$")
_KEPT = re.compile(r"(x\d+), sp(?:, #((?:0x)?[0-9a-f]+))?$")
_REGISTER = re.compile(r"\b[wx](\d+)\b")
_NO_RESULT = ("st", "cmp", "cmn", "ccmp", "ccmn", "tst", "cb", "tb", "b.", "prfm", "msr", "dc", "ic", "tlbi",
              "at")
UNKNOWN_STEP = "unknown"  # SP is loaded with another value


class Load(NamedTuple):
    """SP = register + add, then rounded down to a multiple of the alignment."""
    register: str
    add: int
    alignment: int


class Instruction(NamedTuple):
    address: int
    text: str
    kind: str
    target: Optional[int]  # of a jump, branch or call
    step: object           # added to SP, 0 mostly; or a Load, or UNKNOWN_STEP
    kept: Optional[tuple]  # (register, n): the register gets SP + n
    writes: frozenset      # general registers that it may change
    below: bool            # may reach below SP, and stays there
    fp: bool               # names an FP, SIMD, SVE or SME register


def _number(text):
    return int(text, 0)


def _flow(mnemonic, operands):
    if mnemonic == "b":
        return JUMP
    if mnemonic.startswith("b.") or mnemonic in _CONDITIONAL:
        return BRANCH
    if mnemonic == "bl":
        return CALL
    if mnemonic.startswith("ret"):
        return RET if mnemonic == "ret" and operands in ("", "x30") else INDIRECT
    if mnemonic.startswith("eret"):
        return ERET
    if mnemonic in _STOPS:
        return STOP
    return INDIRECT if _INDIRECT.match(mnemonic) else NEXT


def _sp_step(mnemonic, operands):
    writeback = _PRE.search(operands) or _POST.search(operands)
    if writeback:
        return _number(writeback[1]) if writeback[1] else UNKNOWN_STEP
    if mnemonic == "msr" and operands.startswith("spsel"):
        return 0 if operands == "spsel, #1" else UNKNOWN_STEP
    if not re.match(r"w?sp\b", operands) or mnemonic in ("cmp", "cmn", "tst"):
        return 0
    step, load = _STEP.match(operands), _FROM.match(operands)
    if step and mnemonic in ("add", "sub"):
        size = _number(step[1]) << (12 if step[2] else 0)
        return size if mnemonic == "add" else -size
    if load and mnemonic in ("mov", "add", "sub"):
        return Load(load[1], _number(load[2] or "0") * (-1 if mnemonic == "sub" else 1), 1)
    if load and load[2] and mnemonic == "and":
        alignment = (1 << 64) - _number(load[2])
        return Load(load[1], 0, alignment) if alignment & (alignment - 1) == 0 else UNKNOWN_STEP
    return UNKNOWN_STEP


def _kept(mnemonic, operands):
    kept = _KEPT.match(operands)
    if not kept or mnemonic not in ("mov", "add", "sub"):
        return None
    return kept[1], _number(kept[2] or "0") * (-1 if mnemonic == "sub" else 1)


def _writes(mnemonic, operands):
    """At least what it changes: everything before the brackets of a load, the base of a
    writeback, the first operand of anything else that has a result."""
    before, _, inside = operands.partition("[")
    found = set(_REGISTER.findall(inside)) if "]!" in inside or "], " in inside else set()
    if mnemonic.startswith(("stx", "stlx")) or not mnemonic.startswith(_NO_RESULT):
        loads = mnemonic.startswith(("ld", "cas", "swp"))
        found |= set(_REGISTER.findall(before if loads else operands.partition(",")[0]))
    return frozenset(f"x{number}" for number in found)


def _names_fp(word, operands):
    """Bits 28:25 of the word: x111 FP and SIMD, x1x0 loads and stores, where bit 26 is V."""
    group = word >> 25 & 0xf
    if group & 7 == 7 or (group & 5 == 4 and word >> 26 & 1):
        return True
    if group == 2 or (group == 0 and word >> 31):
        return True
    return bool(_FP_SYSTEM.search(operands))


def classify(address, word, mnemonic, operands):
    if word >> 16 == 0:
        mnemonic, operands = "udf", f"#{word:#x}"  # capstone 4 does not know it
    kind = _flow(mnemonic, operands) if mnemonic else UNKNOWN
    target = None
    if kind in (JUMP, BRANCH, CALL):
        target = _number(_IMMEDIATE.search(operands)[1])
    step = _sp_step(mnemonic, operands)
    below = bool(_BELOW.search(operands)) and not _PRE.search(operands)
    return Instruction(address, f"{mnemonic} {operands}".strip(), kind, target, step,
                       _kept(mnemonic, operands), _writes(mnemonic, operands), below, _names_fp(word, operands))
