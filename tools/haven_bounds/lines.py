# SPDX-License-Identifier: Apache-2.0
"""Where an instruction comes from: source line, and the calls that were inlined around it."""
import bisect
import os
from typing import NamedTuple

from elftools.common.exceptions import DWARFError, ELFError
from elftools.dwarf.ranges import BaseAddressEntry

from haven_bounds import Refused


class Place(NamedTuple):
    scope: tuple  # of the inlined calls around it, outermost first: offsets of their DIEs
    file: str
    line: int


class _Row(NamedTuple):
    address: int
    file: str  # None: behind the end of a sequence
    line: int


class Lines:
    """@head: bytes of code at the address 0, without which something there is a dropped function."""

    def __init__(self, elf, head):
        self.dwarf, self._head = elf.get_dwarf_info(), head
        self.files = set()
        self._ranges = self.dwarf.range_lists()
        self._rows, self._inlined = [], []
        try:
            for unit in self.dwarf.iter_CUs():
                self._read_unit(unit)
        except (KeyError, AttributeError, ELFError, DWARFError) as error:
            raise Refused(f"debug information that pyelftools does not understand: {error!r}") from error
        self._rows.sort(key=lambda row: (row.address, row.file is not None))
        self._starts = [row.address for row in self._rows]
        self._inlined.sort(key=lambda i: (i[0], -i[1]))

    def _read_unit(self, unit):
        program = self.dwarf.line_program_for_CU(unit)
        if program is None:
            return
        top = unit.get_top_DIE()
        files = _file_names(program, _text(top, "DW_AT_comp_dir"))
        sequence = []
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            file = None if state.end_sequence else files.get(state.file)
            sequence.append(_Row(state.address, file, state.line))
            if state.end_sequence:
                if not self._is_dropped(sequence[0].address, state.address):
                    self._rows += sequence
                    self.files.update(row.file for row in sequence if row.file)
                sequence = []
        self._walk(unit, top, files, ())

    def _is_dropped(self, first, behind):
        """The linker leaves what describes functions that it dropped at the address 0."""
        return first == 0 and behind > self._head

    def _walk(self, unit, die, files, scope):
        for child in die.iter_children():
            inner = scope
            if child.tag == "DW_TAG_inlined_subroutine":
                inner = scope + (child.offset,)
                call = (files.get(_value(child, "DW_AT_call_file")), _value(child, "DW_AT_call_line"))
                self._inlined += [(first, behind, inner, call) for first, behind in self._spans(unit, child)
                                  if not self._is_dropped(first, behind)]
            if child.has_children and child.tag in ("DW_TAG_subprogram", "DW_TAG_inlined_subroutine",
                                                    "DW_TAG_lexical_block"):
                self._walk(unit, child, files, inner)

    def _spans(self, unit, die):
        if "DW_AT_ranges" not in die.attributes:
            low, high = die.attributes.get("DW_AT_low_pc"), die.attributes.get("DW_AT_high_pc")
            if low is not None and high is not None:
                length = high.value if high.form != "DW_FORM_addr" else high.value - low.value
                yield low.value, low.value + length
            return
        attribute = die.attributes["DW_AT_ranges"]
        base = _value(unit.get_top_DIE(), "DW_AT_low_pc") or 0
        for entry in self._ranges.get_range_list_at_offset(attribute.value, unit):
            if isinstance(entry, BaseAddressEntry):
                base = entry.base_address
            elif getattr(entry, "is_absolute", False):
                yield entry.begin_offset, entry.end_offset
            else:
                yield base + entry.begin_offset, base + entry.end_offset

    def row(self, address):
        """(file, line) of an instruction; line 0: the compiler's own."""
        place = bisect.bisect_right(self._starts, address) - 1
        row = self._rows[place] if place >= 0 else None
        return (row.file, row.line) if row is not None and row.file is not None else (None, 0)

    def chain(self, address):
        """Places of an instruction, outermost call first, its own line last."""
        around = [i for i in self._around(address)]
        around.sort(key=lambda i: len(i[2]))
        places = [Place(i[2][:-1], *i[3]) for i in around]
        file, line = self.row(address)
        return places + [Place(around[-1][2] if around else (), file, line)]

    def _around(self, address):
        end = bisect.bisect_right(self._inlined, address, key=lambda i: i[0])
        return (i for i in self._inlined[:end] if i[1] > address)

    def name(self, address):
        """file:line for people."""
        file, line = self.row(address)
        return f"{file}:{line}" if file else "no line"


def _value(die, name):
    attribute = die.attributes.get(name)
    return None if attribute is None else attribute.value


def _text(die, name):
    value = _value(die, name)
    return "" if value is None else value.decode()


def _file_names(program, folder):
    """File number of the line program -> path."""
    version = program["version"]
    folders = [_entry_text(f) for f in program["include_directory"]]
    if version < 5:
        folders.insert(0, folder)
    names = {}
    for number, entry in enumerate(program["file_entry"], 0 if version >= 5 else 1):
        if entry["dir_index"] >= len(folders):
            raise Refused("debug information: a file in a folder that is not listed")
        base = os.path.join(folder, folders[entry["dir_index"]])
        names[number] = os.path.normpath(os.path.join(base, entry["name"].decode()))
    return names


def _entry_text(entry):
    return (entry if isinstance(entry, bytes) else entry["DW_LNCT_path"]).decode()
