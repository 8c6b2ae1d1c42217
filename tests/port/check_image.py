#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Check the image of a port, without running it.

    check_image.py --board ports/imx95/board.yaml --ram BASE --least-entry ADDRESS --uart NAME
                   --elf haven.elf --map haven.map --image haven.img

--ram is the start of the RAM that the boot loader counts: booti puts an image whose header does
not say "anywhere" there, plus the header's text_offset. --least-entry is the lowest address at
which the firmware starts a CPU. --uart names the console driver of hal/arm64 that must be in.

Exit status: 0 all hold; 1 one does not; 2 wrong use.
"""
import argparse
import struct
import sys
from pathlib import Path

import yaml

MB2 = 0x200000
PAGE = 0x1000
HYPERVISOR_MAX = 0x100000  # code, data and stacks, without payloads
EM_AARCH64, ET_DYN, PT_LOAD, PT_DYNAMIC, SHT_SYMTAB, SHN_UNDEF = 183, 3, 1, 2, 2, 0
DT_NULL, DT_RELA, DT_RELASZ, R_AARCH64_RELATIVE = 0, 7, 8, 1027
PF_X, PF_W = 1, 2
ORDER = (".text", ".rodata", ".data.rel.ro", ".rela.dyn", ".data", ".bss", ".stacks")

failures = []


def check(good, what):
    print(f"{'ok' if good else 'BAD':4}{what}")
    if not good:
        failures.append(what)


class Elf:
    """What the checks read of a 64-bit ELF file."""

    def __init__(self, path):
        self.data = Path(path).read_bytes()
        head = struct.unpack_from("<16sHHIQQQIHHHHHH", self.data)
        self.type, self.machine, self.entry = head[1], head[2], head[4]
        self.segments = [struct.unpack_from("<IIQQQQQQ", self.data, head[5] + i * head[9])
                         for i in range(head[10])]
        sections = [struct.unpack_from("<IIQQQQIIQQ", self.data, head[6] + i * head[11])
                    for i in range(head[12])]
        names = sections[head[13]]
        self.sections = {self.text(names[4] + s[0]): (s[3], s[5]) for s in sections}
        self.symbols, self.undefined = {}, []
        for section in sections:
            if section[1] == SHT_SYMTAB:
                self._read_symbols(section, sections[section[6]])

    def text(self, offset):
        return self.data[offset:self.data.index(b"\0", offset)].decode()

    def _read_symbols(self, table, strings):
        for at in range(table[4] + 24, table[4] + table[5], 24):
            name, _, _, section, value, _ = struct.unpack_from("<IBBHQQ", self.data, at)
            if section == SHN_UNDEF:
                self.undefined.append(self.text(strings[4] + name))
            self.symbols[self.text(strings[4] + name)] = value

    def offset_of(self, address):
        for kind, _, offset, base, _, size, _, _ in self.segments:
            if kind == PT_LOAD and base <= address < base + size:
                return offset + address - base
        raise ValueError(f"nothing of the file is at {address:#x}")

    def relocations(self):
        start, size = self.symbols["hv_rela_start"], self.symbols["hv_rela_end"]
        return [struct.unpack_from("<QQq", self.data, self.offset_of(at))
                for at in range(start, size, 24)]


def check_header(image, board, arguments):
    code, text_offset, size, flags = struct.unpack_from("<I4xQQQ", image)
    place = (arguments.ram + MB2 - 1) // MB2 * MB2 + text_offset
    memory = board["hypervisor"]["memory"]
    check(image[56:60] == b"ARM\x64", "arm64 Image: magic at 0x38")
    check(code >> 26 == 0b000101, "arm64 Image: first instruction is a branch")
    check(flags == 2, f"arm64 Image: flags {flags:#x}: little-endian, 4 KB pages, at text_offset")
    check(place == board["hypervisor"]["image"],
          f"booti puts it at {place:#x}, where hypervisor.image of the board is")
    check(place % MB2 == 0, "that is a multiple of 2 MB")
    check(size == len(image) and size % PAGE == 0, f"image_size {size:#x} is that of the file")
    check(memory["base"] <= place and place + size <= memory["base"] + memory["size"],
          f"image {place:#x}-{place + size - 1:#x} lies in the hypervisor's memory")
    check(any(r["base"] <= memory["base"] and
              memory["base"] + memory["size"] <= r["base"] + r["size"] for r in board["ram"]),
          "the hypervisor's memory lies in RAM")
    return place


def check_elf(elf, image, place, arguments):
    check(elf.type == ET_DYN and elf.machine == EM_AARCH64, "ELF: AArch64, position independent")
    check(elf.entry == 0 and elf.symbols["hv_image_start"] == 0, "ELF: linked at 0, entered there")
    check(not elf.undefined, f"ELF: nothing undefined {elf.undefined}")
    loads = [s for s in elf.segments if s[0] == PT_LOAD]
    check(not [s for s in loads if s[1] & PF_X and s[1] & PF_W], "ELF: nothing writable and executable")
    check(all(s[3] % PAGE == 0 for s in loads), "ELF: segments begin on pages")
    relocations = elf.relocations()
    check(relocations and all(r[1] & 0xffffffff == R_AARCH64_RELATIVE for r in relocations),
          f"ELF: {len(relocations)} relocations, all R_AARCH64_RELATIVE")
    size = elf.symbols["hv_image_end"]
    check(size % PAGE == 0 and size <= HYPERVISOR_MAX, f"hypervisor without payloads: {size:#x} bytes")
    check(image[size:size + 4] == b"HVPT", "the payload table is directly behind it")
    check(elf.symbols["hv_vectors"] % 0x800 == 0, "vectors begin at a multiple of 2 KB")
    entry = place + elf.symbols["secondary_start"]
    check(entry >= arguments.least_entry and entry % 4 == 0,
          f"other CPUs enter at {entry:#x}, not below {arguments.least_entry:#x}")
    flat = elf.data[elf.offset_of(0):][:elf.symbols["hv_text_end"]]
    check(image[64:len(flat)] == flat[64:], "code in the image is that of the ELF file")


def check_map(elf, text, arguments):
    bounds = [elf.sections[name] for name in ORDER if name in elf.sections]
    check(len(bounds) >= len(ORDER) - 1 and
          all(a[0] + a[1] <= b[0] for a, b in zip(bounds, bounds[1:])),
          f"link map: {' '.join(ORDER)} in this order, apart")
    loaded = {n for n, (at, _) in elf.sections.items() if at or n == ".text"}
    check(loaded <= set(ORDER) | {".got", ".dynamic", ".dynsym", ".dynstr", ".hash", ".gnu.hash"},
          f"link map: no other section is loaded {sorted(loaded - set(ORDER))}")
    check(f"arm64/{arguments.uart}.c" in text, f"link map: console driver {arguments.uart}")
    others = [n for n in ("pl011", "lpuart") if n != arguments.uart and f"arm64/{n}.c" in text]
    check(not others, f"link map: no other console driver {others}")
    check("libgcc" not in text and "libc.a" not in text, "link map: no library of the compiler")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    number = lambda text: int(text, 0)
    for name in ("board", "elf", "map", "image", "uart"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--ram", type=number, required=True)
    parser.add_argument("--least-entry", type=number, required=True)
    arguments = parser.parse_args()
    try:
        board = yaml.safe_load(Path(arguments.board).read_text())
        image = Path(arguments.image).read_bytes()
        elf, text = Elf(arguments.elf), Path(arguments.map).read_text()
    except OSError as error:
        sys.exit(f"check_image.py: {error}")
    place = check_header(image, board, arguments)
    check_elf(elf, image, place, arguments)
    check_map(elf, text, arguments)
    print(f"{len(failures)} do not hold" if failures else "all hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
