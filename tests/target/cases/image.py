# SPDX-License-Identifier: Apache-2.0
"""Facts that everything else relies on: the board, and what the image is made of."""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from bench import ROOT, case, expect

IMAGE = "attack-inject"
LIBRARIES = ("base", "mm", "irq", "exc", "sched")


def board_tree():
    import libfdt
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "board.dtb")
        machine = f"virt,virtualization=on,gic-version=3,iommu=smmuv3,dumpdtb={path}"
        subprocess.run(["qemu-system-aarch64", "-M", machine, "-cpu", "cortex-a55", "-smp", "4",
                        "-m", "2G", "-nodefaults", "-display", "none", "-serial", "null",
                        "-serial", "null"],
                       check=True, capture_output=True, timeout=20)
        return libfdt.FdtRo(path.read_bytes())


def node_reg(tree, path, index=0):
    offset = tree.path_offset(path)
    cells = bytes(tree.getprop(offset, "reg"))
    base = int.from_bytes(cells[index * 16:index * 16 + 8], "big")
    return base, int.from_bytes(cells[index * 16 + 8:index * 16 + 16], "big")


def node_spi(tree, path):
    cells = bytes(tree.getprop(tree.path_offset(path), "interrupts"))
    return 32 + int.from_bytes(cells[4:8], "big"), int.from_bytes(cells[8:12], "big")


@case("board-facts", seconds=30)
def board_facts(_):
    """ports/qemu-virt/board.yaml says what QEMU says."""
    tree = board_tree()
    board = yaml.safe_load((ROOT / "ports/qemu-virt/board.yaml").read_text())
    gic = board["gic"]
    same = []

    def check(what, stated, real):
        same.append(what)
        expect(stated == real, f"{what}: board.yaml says {stated}, QEMU {real}")

    def pair(region):
        return region["base"], region["size"]

    check("GICD", pair(gic["distributor"]), node_reg(tree, "/intc@8000000"))
    check("GICR", pair(gic["redistributors"]), node_reg(tree, "/intc@8000000", 1))
    check("ITS", pair(gic["its"]), node_reg(tree, "/intc@8000000/its@8080000"))
    check("RAM", pair(board["ram"][0]), node_reg(tree, "/memory@40000000"))
    check("UART", pair(board["uart"]), node_reg(tree, "/pl011@9000000"))
    check("UART interrupt", (board["uart"]["irq"], 4), node_spi(tree, "/pl011@9000000"))
    check("SMMU", pair(board["smmu"]), node_reg(tree, "/smmuv3@9050000"))
    for name, path in (("uart1", "/pl011@9040000"), ("rtc", "/pl031@9010000")):
        device = board["devices"][name]
        check(name, pair(device["region"]), node_reg(tree, path))
        irq = device["interrupts"][0]
        check(f"{name} interrupt", (irq["irq"], {"level": 4, "edge": 1}[irq["trigger"]]),
              node_spi(tree, path))
    timer = bytes(tree.getprop(tree.path_offset("/timer"), "interrupts"))
    ppis = [16 + int.from_bytes(timer[n * 12 + 4:n * 12 + 8], "big") for n in range(4)]
    check("timer PPIs", [board["ppi"]["physical_timer"], board["ppi"]["virtual_timer"],
                         board["ppi"]["hypervisor_timer"]], ppis[1:])
    maintenance = bytes(tree.getprop(tree.path_offset("/intc@8000000"), "interrupts"))
    check("maintenance PPI", board["ppi"]["maintenance"],
          16 + int.from_bytes(maintenance[4:8], "big"))
    for number, affinity in enumerate(board["cpus"]):
        cells = bytes(tree.getprop(tree.path_offset(f"/cpus/cpu@{number:x}"), "reg"))
        check(f"CPU {number}", affinity, int.from_bytes(cells, "big"))
    expect(len(same) >= 16, "facts were left out")


def compile_units(elf_path):
    """Source file of each compile unit, with the functions that it defines."""
    from elftools.elf.elffile import ELFFile
    units = {}
    with open(elf_path, "rb") as file:
        for unit in ELFFile(file).get_dwarf_info().iter_CUs():
            top = unit.get_top_DIE()
            name = Path(top.attributes["DW_AT_name"].value.decode())
            if "DW_AT_comp_dir" in top.attributes and not name.is_absolute():
                name = Path(top.attributes["DW_AT_comp_dir"].value.decode(), name)
            functions = {die.attributes["DW_AT_name"].value.decode()
                         for die in unit.iter_DIEs()
                         if die.tag == "DW_TAG_subprogram" and "DW_AT_low_pc" in die.attributes
                         and "DW_AT_name" in die.attributes}
            units.setdefault(name.resolve(), set()).update(functions)
    return units


def host_sources():
    """What the host tests link: the libraries' own source lists."""
    found = set()
    for library in LIBRARIES + ("dma",):
        text = (ROOT / "lib" / library / "CMakeLists.txt").read_text()
        found |= {(ROOT / "lib" / library / name).resolve()
                  for name in re.findall(r"[\w/]+\.c\b", text)}
    return found


@case("same-objects", IMAGE, seconds=60)
def same_objects(bench):
    """The image holds the library sources that the host tests run, and no second copy of them."""
    units = compile_units(bench.build / "images" / f"haven_{IMAGE}.elf")
    library = {path: names for path, names in units.items()
               if path.is_relative_to(ROOT / "lib") and path.suffix == ".c"}
    strange = set(library) - host_sources()
    expect(not strange, f"not tested on the host: {sorted(map(str, strange))}")
    for name in LIBRARIES:
        expect(any(path.is_relative_to(ROOT / "lib" / name) for path in library),
               f"the image holds nothing of lib/{name}")
    needed = {"hv_stage2_map_partition", "hv_irq_assign", "hv_vgic_flush", "hv_vgic_sync",
              "hv_exc_decode", "hv_psci_call", "hv_fault_decide", "hv_journal_append"}
    inside = set().union(*library.values())
    expect(needed <= inside, f"not from lib/: {sorted(needed - inside)}")
    outside = {path: names & inside for path, names in units.items() if path not in library}
    twice = {str(path): names for path, names in outside.items() if names and
             not all(is_inline(name) for name in names)}
    expect(not twice, f"defined again: {twice}")
    commands = bench.build / "compile_commands.json"
    for entry in json.loads(commands.read_text()):
        if Path(entry["file"]).is_relative_to(ROOT / "lib"):
            expect(not re.search(r"-D(?!HV_MAX|NDEBUG)\w*", entry["command"]),
                   f"{entry['file']} is built differently: {entry['command']}")


def is_inline(name):
    """Static functions of one unit may share a name with another's; the public ones may not."""
    return not name.startswith("hv_")


if __name__ == "__main__":
    sys.exit("run by tests/target/run")
