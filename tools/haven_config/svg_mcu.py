# SPDX-License-Identifier: Apache-2.0
"""The microcontroller's column of the picture: its memory and its window, as it sees them."""

COLOUR = "#2f6f73"


def title(config):
    return f"{config.mcu.name} (microcontroller)"


def note(config):
    machine = config.mcu.machine
    return f"{machine.title}, domain {machine.domain} · addresses as it sees them"


def physical(config):
    """(base, size, name, detail, key) in the column of physical memory."""
    mcu = config.mcu
    if mcu is None:
        return []
    rows = [(f.base, f.size, f"{mcu.name}: {f.name}", "no partition reaches it", ("mcu", f.name))
            for f, _ in mcu.machine.memory]
    if mcu.size:
        rows.append((mcu.base, mcu.size, mcu.name, "its own", ("mcu", "memory")))
    return rows


def view(config):
    """The same for its own column; the window's key is its name, as for partitions."""
    mcu = config.mcu
    rows = [(own, f.size, f.name, "its own", ("mcu", f.name)) for f, own in mcu.machine.memory]
    if mcu.size:
        rows.append((mcu.base, mcu.size, "memory", "its own", ("mcu", "memory")))
    if mcu.window is not None:
        rows.append((mcu.window.pa, mcu.window.size, mcu.window.name, f"shared with {mcu.owner}",
                     mcu.window.name))
    return rows
