# SPDX-License-Identifier: Apache-2.0
"""All checks of one image against its table."""
from typing import NamedTuple

from haven_bounds import Finding, Refused
from haven_bounds.bounds import Matcher, Sources, find_missing
from haven_bounds.flow import Program, find_recursion
from haven_bounds.image import Image
from haven_bounds.isa import ERET
from haven_bounds.lines import Lines
from haven_bounds.loops import find_loops
from haven_bounds.stack import OWN, Deepest, Stacks, stack_bytes

GUARD = 4096  # smallest page that can be left unmapped


class Use(NamedTuple):
    entries: list
    deepest: Deepest


class StackUse(NamedTuple):
    size: int
    margin: int
    uses: list


class Result:
    """What was found about one image."""

    def __init__(self, path):
        self.path = path
        self.findings, self.stacks, self.fp, self.loops, self.unreached = [], {}, [], [], []
        self.functions = self.calls = self.indirect = 0

    def has(self, *kinds):
        return any(finding.kind in kinds for finding in self.findings)


def check(path, table):
    """(result, lines)"""
    image, result = Image(path), Result(path)
    entries = table.entries(image)
    indirect = table.indirect(image)
    _check_names(image, table, result)
    program = Program(image, indirect)
    result.findings += program.findings
    lines = Lines(image.elf, image.head)
    stacks = Stacks(program, table.switches)
    result.findings += find_recursion(program, stacks.begins_anew)
    result.findings += stacks.findings()
    _count(program, entries, result)
    if not result.has("recursion"):
        _check_stacks(lines.dwarf, program, stacks, table, entries, result)
    _check_listed(image, table, result)
    _check_stale(program, stacks, table, result)
    _check_loops(image, program, lines, result)
    return result, lines


def _check_names(image, table, result):
    for name in sorted(set(table.switches) | table.fp | table.eret | set(table.indirect(image))):
        if name not in image.symbols:
            result.findings.append(Finding("table", name, -1, "listed, but not in the image", table.path))


def _count(program, entries, result):
    reached = program.reached(entry.function.start for entry in entries)
    result.functions = len(program.flows)
    result.unreached = sorted(program.name(start) for start in program.flows if start not in reached)
    result.calls = sum(len(flow.edges) for flow in program.flows.values())
    result.indirect = len(program.indirect_used)


def _check_stacks(dwarf, program, stacks, table, entries, result):
    uses = {name: {} for name in table.stacks}
    for entry in entries:
        deepest = stacks.deepest(entry.function.start)
        if entry.stack is None and deepest.depth != 0:
            result.findings.append(Finding("stack", entry.function.name, entry.function.start,
                                           f"uses {deepest.depth} bytes of a stack before it has one"))
        elif entry.stack is not None:
            _note(uses[entry.stack], entry.function.name, deepest)
    for start, frames in stacks.frames.items():
        if frames.switched:
            stack = table.switches[program.name(start)]
            _note(uses[stack], f"from {program.name(start)} on", stacks.deepest(start, stack))
    for name, stack in table.stacks.items():
        size = stack_bytes(dwarf, stack.variable, stack.member)
        if stack.guard is not None and stack_bytes(dwarf, stack.variable, stack.guard) < GUARD:
            raise Refused(f"the guard of stack '{name}' is less than a page")
        rows = [Use(names, deepest) for deepest, names in uses[name].items()]
        result.stacks[name] = StackUse(size, stack.margin, sorted(rows, key=lambda use: -use.deepest.depth))
        for use in rows:
            if use.deepest.depth + stack.margin > size:
                way = " > ".join(f"{function} {part}" for function, part in use.deepest.path)
                result.findings.append(Finding("stack", use.entries[0], -1, f"{use.deepest.depth} bytes of {size}, "
                                               f"and {stack.margin} must stay free: {way}"))


def _note(uses, name, deepest):
    """Entries that take the same way are told together; a vector's own branch says nothing."""
    path = tuple(step for step in deepest.path if step[1])
    uses.setdefault(Deepest(deepest.depth, path), []).append(name)


def _users(image, wanted):
    """Functions with an instruction of a kind, and the first of each."""
    using = {}
    for address, instruction in image.code.items():
        if wanted(instruction):
            function = image.function_at(address)
            using.setdefault(function.name if function else f"{address:#x}", instruction)
    return using


def _check_listed(image, table, result):
    """Instructions that only functions named in the table may have, whether they are reached or not."""
    fp = _users(image, lambda i: i.fp)
    eret = _users(image, lambda i: i.kind == ERET)
    result.fp = sorted(fp)
    for listed, using, kind, what in ((table.fp, fp, "fp", "names an FP or SIMD register"),
                                      (table.eret, eret, "indirect", "goes where no call is seen")):
        result.findings += [Finding(kind, name, using[name].address, f"'{using[name].text}' {what}")
                            for name in sorted(set(using) - listed)]
    _check_rows(image, table, "fp", table.fp - set(fp), result)
    _check_rows(image, table, "eret", table.eret - set(eret), result)


def _check_rows(image, table, key, idle, result):
    """Rows of the table for something that the image does not do."""
    result.findings += [Finding("table", name, -1, f"listed under {key}, but does no such thing", table.path)
                        for name in sorted(idle) if name in image.symbols]


def _check_stale(program, stacks, table, result):
    switching = {program.name(start) for start, frames in stacks.frames.items() if frames.switched}
    image = program.image
    _check_rows(image, table, "switches", set(table.switches) - switching, result)
    _check_rows(image, table, "indirect", set(table.indirect(image)) - program.indirect_used, result)


def _check_loops(image, program, lines, result):
    sources = Sources(image.path)
    matcher = Matcher(image, lines, sources)
    for flow in program.flows.values():
        result.loops += [matcher.match(loop) for loop in find_loops(flow)]
    result.findings += find_missing(result.loops, sources, lines.files)
