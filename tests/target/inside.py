# SPDX-License-Identifier: Apache-2.0
"""Variables of a running hypervisor, found by its debug information and read from memory."""
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "lib"))
from bench_trace import IMAGE_AT  # noqa: E402


class Inside:
    """Layouts of structs and places of symbols of a linked hypervisor."""

    def __init__(self, path: Path):
        with open(path, "rb") as file:
            elf = ELFFile(file)
            self._symbols = {s.name: s["st_value"] for s in
                             elf.get_section_by_name(".symtab").iter_symbols() if s.name}
            self._structs = self._read(elf.get_dwarf_info())

    @staticmethod
    def _read(dwarf) -> dict:
        """Name to (bytes, {member: offset}). A struct without a tag has no name here."""
        structs = {}
        for unit in dwarf.iter_CUs():
            for die in unit.iter_DIEs():
                a = die.attributes
                if die.tag != "DW_TAG_structure_type" or "DW_AT_name" not in a or \
                        "DW_AT_byte_size" not in a:
                    continue
                members = {m.attributes["DW_AT_name"].value.decode():
                           m.attributes["DW_AT_data_member_location"].value
                           for m in die.iter_children() if "DW_AT_data_member_location"
                           in m.attributes and "DW_AT_name" in m.attributes}
                structs[a["DW_AT_name"].value.decode()] = (a["DW_AT_byte_size"].value, members)
        return structs

    def size(self, struct) -> int:
        return self._structs[struct][0]

    def offset(self, struct, member) -> int:
        return self._structs[struct][1][member]

    def address(self, symbol) -> int:
        return IMAGE_AT + self._symbols[symbol]


STATS = ("overruns", "overrun_max_ns", "overrun_last_ns", "used_ns", "background_ns")


def servers(machine, elf: Path, cpu: int, count: int) -> list:
    """The first `count` budget servers of a shared CPU, each as {member: value}: those of
    its statistics, and when it is refilled next."""
    inside = Inside(elf)
    first = (inside.address("shared_cpus") + cpu * inside.size("hv_shared") +
             inside.offset("hv_shared", "server"))
    stats = inside.offset("hv_budget_server", "stats")
    places = {name: stats + inside.offset("hv_budget_stats", name) for name in STATS}
    places["next_refill_ns"] = inside.offset("hv_budget_server", "next_refill_ns")
    size = inside.size("hv_budget_server")
    memory = machine.save_memory(first, size * count)
    return [{name: int.from_bytes(memory[i * size + at:i * size + at + 8], "little")
             for name, at in places.items()} for i in range(count)]
