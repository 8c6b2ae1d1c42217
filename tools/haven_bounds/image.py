# SPDX-License-Identifier: Apache-2.0
"""The linked image: functions, instructions, and what lies where."""
import bisect
import io
import struct
from typing import NamedTuple

import capstone
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from haven_bounds import Refused
from haven_bounds.isa import classify


class Function(NamedTuple):
    name: str
    start: int
    ranges: tuple  # (first, behind) pairs; more than one if the compiler split it

    def has(self, address):
        return any(first <= address < behind for first, behind in self.ranges)


class Image:
    def __init__(self, path):
        try:
            with open(path, "rb") as file:
                self.elf = ELFFile(io.BytesIO(file.read()))
        except (OSError, ELFError) as error:
            raise Refused(f"{path}: {getattr(error, 'strerror', None) or error}") from error
        self.path = path
        if self.elf["e_machine"] != "EM_AARCH64" or not self.elf.little_endian:
            raise Refused(f"{path}: not a little-endian AArch64 ELF file")
        if self.elf["e_type"] not in ("ET_EXEC", "ET_DYN"):
            raise Refused(f"{path}: not linked; its calls have no targets yet")
        table = self.elf.get_section_by_name(".symtab")
        if table is None or not self.elf.has_dwarf_info():
            raise Refused(f"{path}: without symbols or debug information; build with -g, do not strip")
        self._read_symbols(table)
        self._decode()

    def _read_symbols(self, table):
        self.symbols, whole, marks = {}, {}, {}
        executable = {i for i, s in enumerate(self.elf.iter_sections()) if s["sh_flags"] & 4}
        for symbol in table.iter_symbols():
            kind, at = symbol["st_info"]["type"], symbol["st_value"]
            if symbol["st_shndx"] in ("SHN_UNDEF", "SHN_ABS"):
                continue
            if symbol.name.split(".")[0] in ("$x", "$d"):
                if symbol["st_shndx"] in executable:
                    marks[at] = symbol.name[1]
                continue
            self.symbols.setdefault(symbol.name, at)
            if kind == "STT_FUNC" and symbol["st_size"] != 0:
                whole.setdefault((at, symbol["st_size"]), symbol.name)
        self._marks = sorted(marks.items())
        self._gather(whole)

    def _gather(self, whole):
        """A part that the compiler moved away (name.cold) belongs to its function."""
        self.by_start = {}
        cold = {name[:-5]: (at, at + size) for (at, size), name in whole.items() if name.endswith(".cold")}
        for (at, size), name in sorted(whole.items()):
            if name.endswith(".cold"):
                continue
            ranges = ((at, at + size),) + ((cold.pop(name),) if name in cold else ())
            self.by_start.setdefault(at, Function(name, at, ranges))
        if cold:
            raise Refused(f"{self.path}: {', '.join(sorted(cold))}: a cold part without a function")

    def _decode(self):
        self.code = {}
        engine = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_LITTLE_ENDIAN)
        for section in self.elf.iter_sections():
            if section["sh_flags"] & 4 and section["sh_type"] == "SHT_PROGBITS":
                for first, data in self._code_of(section):
                    self._decode_run(engine, first, data)

    def _code_of(self, section):
        """Parts of an executable section that mapping symbols call code."""
        base, data = section["sh_addr"], section.data()
        end = base + len(data)
        marks = [m for m in self._marks if base <= m[0] < end] or [(base, "x")]
        for (at, kind), (behind, _) in zip(marks, marks[1:] + [(end, "")]):
            if kind == "x":
                yield at, data[at - base:behind - base]

    def _decode_run(self, engine, first, data):
        for at in range(0, len(data) - 3, 4):
            word = data[at:at + 4]
            decoded = next(engine.disasm_lite(word, first + at), None)
            mnemonic, operands = decoded[2:] if decoded else ("", "")
            self.code[first + at] = classify(first + at, struct.unpack("<I", word)[0], mnemonic, operands)

    @property
    def head(self):
        """Bytes of code at the address 0."""
        size = 0
        while size in self.code:
            size += 4
        return size

    def address(self, name):
        if name not in self.symbols:
            raise Refused(f"{self.path}: no symbol '{name}'")
        return self.symbols[name]

    def entry(self, name, start, size=None):
        """A function that no symbol calls one: a vector, the head of the image, a label."""
        if start not in self.by_start:
            around = self.function_at(start)
            behind = start + size if size else around.ranges[0][1] if around else start + 4
            self.by_start[start] = Function(name, start, ((start, behind),))
        return self.by_start[start]

    def function_at(self, address):
        """The one that holds an address, or None."""
        starts = sorted(self.by_start)
        place = bisect.bisect_right(starts, address) - 1
        if place >= 0 and self.by_start[starts[place]].has(address):
            return self.by_start[starts[place]]
        return next((f for f in self.by_start.values() if f.has(address)), None)
