# SPDX-License-Identifier: Apache-2.0
"""Stacks of a machine that has been attacked, held against what tools/haven-bounds says of its code."""
import json
import subprocess

from bench import ROOT, Yard, case, expect
from inside import Inside

PROGRAMS = {"attack-inject": ("memory", "emul", "calls", "sgi", "order", "sysreg", "psci"),
            "shared": ("smp", "order", "memory")}
CPUS = 4


def computed(bench, elf) -> dict:
    """Most bytes by name of the stack in bounds.yaml."""
    path = bench.logs / f"{elf.stem}-bounds.json"
    done = subprocess.run(["/usr/bin/python3", ROOT / "tools/haven-bounds", elf, "--json", path],
                          capture_output=True, text=True, check=False)
    expect(done.returncode == 0, done.stderr)
    stacks = json.loads(path.read_text())["stacks"]
    return {name: max(use["bytes"] for use in stack["uses"]) for name, stack in stacks.items()}


def touched(machine, inside, address, name) -> int:
    """Bytes from the top of a stack to the lowest that is not zero, as all were in the image."""
    size, start = inside.size("stack"), inside.offset("stack", "bytes")
    memory = machine.save_memory(address, size)
    expect(not any(memory[:start]), f"{name}: somebody has written to the guard page")
    return size - next((at for at, byte in enumerate(memory) if byte), size)


@case("stack-seen", *PROGRAMS, seconds=300)
def stack_seen(bench):
    """No stack was ever used deeper than computed; and most of that was used."""
    for image, programs in PROGRAMS.items():
        elf = bench.build / "images" / f"haven_{image}.elf"
        inside, limit = Inside(elf), computed(bench, elf)
        with bench.machine(image, Yard) as machine:
            machine.start()
            for program in programs:
                machine.attack(program, seconds=60)
            first, step = inside.address("stacks"), inside.size("stack")
            seen = {"boot": [touched(machine, inside, inside.address("boot_stack"), "boot")],
                    "cpu": [touched(machine, inside, first + cpu * step, cpu) for cpu in range(CPUS)]}
        print(f"     {image}: seen {seen}, computed {limit}")
        for name, depths in seen.items():
            what = f"{image}: {depths} bytes of stack '{name}', computed {limit[name]}"
            expect(max(depths) <= limit[name], what)
            expect(max(depths) * 2 > limit[name], f"{what}: looked at the wrong place?")
