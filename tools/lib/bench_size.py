# SPDX-License-Identifier: Apache-2.0
"""How large the linked image is, in bytes and in source lines."""
import json
import re
import shutil
import subprocess
from pathlib import Path

from elftools.elf.elffile import ELFFile

COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*", re.DOTALL)


def sections(elf_path: Path) -> dict:
    """Bytes of .text without the padding at its end, and of the whole image in memory."""
    with open(elf_path, "rb") as file:
        elf = ELFFile(file)
        table = elf.get_section_by_name(".symtab")
        symbols = {s.name: s["st_value"] for s in table.iter_symbols()}
        return {"text": elf.get_section_by_name(".text")["sh_size"],
                "image": symbols["hv_image_end"] - symbols["hv_image_start"]}


def _text(value) -> str:
    return value.decode("utf-8", "replace")


def _unit_files(dwarf, unit):
    """Files that a compilation unit's line table names, absolute."""
    top = unit.get_top_DIE()
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return
    here = Path(_text(top.attributes["DW_AT_comp_dir"].value))
    folders = program["include_directory"]
    for entry in program["file_entry"]:
        folder = _text(folders[entry["dir_index"]]) if folders else ""
        yield here / folder / _text(entry["name"])


def sources(elf_path: Path) -> list:
    """C, header and assembler files that the image's DWARF names, but for the compiler's."""
    found = set()
    with open(elf_path, "rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        for unit in dwarf.iter_CUs():
            found.update(path.resolve() for path in _unit_files(dwarf, unit))
    return sorted(path for path in found
                  if path.suffix in (".c", ".h", ".S") and path.is_file() and
                  not path.is_relative_to("/usr"))


def _own_count(path: Path) -> int:
    text = COMMENT.sub(lambda m: b"\n" * m.group(0).count(b"\n"), path.read_bytes())
    return sum(1 for line in text.splitlines() if line.strip())


def code_lines(paths) -> tuple:
    """(lines that are neither blank nor comment, who counted)."""
    if shutil.which("cloc"):
        result = subprocess.run(["cloc", "--json", "--quiet", "--skip-uniqueness",
                                 *map(str, paths)], capture_output=True, text=True, check=True)
        return json.loads(result.stdout)["SUM"]["code"], "cloc"
    return sum(map(_own_count, paths)), "own counter"
