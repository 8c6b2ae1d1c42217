# SPDX-License-Identifier: Apache-2.0
"""What report.txt says about the firmware that is assumed, and about the microcontroller."""
from . import emit_firmware, grants
from .model_firmware import spans
from .units import show_range, show_size


def head(config):
    firmware = config.firmware
    if firmware is None:
        return []
    source = f", by {firmware.cfg.path.name}" if firmware.cfg else ", by board.yaml"
    return [f"  firmware        System Manager with configuration {firmware.name}, selector "
            f"{firmware.selector}{source}"]


def section(config):
    """The microcontroller, and what is looked at before a guest runs."""
    if config.firmware is None:
        return []
    lines = [""] + _mcu(config) if config.mcu else []
    lines += ["", "Firmware"]
    lines += [f"  note            {note}" for note in config.firmware.notes]
    for machine in config.board.manager.machines.values():
        ddr = grants.common(spans(config, machine), grants.span(
            config.board.manager.ddr.base, config.board.manager.ddr.size))
        lines.append(f"  {machine.title} reaches of RAM " + (", ".join(
            show_range(b, e - b) for b, e in ddr) or "nothing"))
    lines += [f"  at boot 0x{address:08x} must {'answer' if is_open else 'abort'}: {why}"
              for address, is_open, why in emit_firmware.witnesses(config)]
    return lines


def _mcu(config):
    mcu = config.mcu
    lines = [f"Microcontroller: {mcu.name} ({mcu.machine.title}, logical machine {mcu.machine.lm}, "
             f"domain {mcu.machine.domain})"]
    lines.append("  mode            " + (
        f"manage: booted at 0x{mcu.vector:08x} and ended by the hypervisor" if mcu.mode == "manage"
        else "attach: started by the firmware, watched by the hypervisor"))
    if mcu.size:
        lines.append(f"  memory          {show_range(mcu.base, mcu.size)} ({show_size(mcu.size)})")
    for frame, own in mcu.machine.memory:
        lines.append(f"  {frame.name:15} {show_range(frame.base, frame.size)}, which it sees at "
                     f"0x{own:08x}")
    if mcu.window is not None:
        area = mcu.window
        lines.append(f"  window          {show_range(area.pa, area.size)}, {area.name}"
                     f", with {mcu.owner}")
    if mcu.doorbell is not None:
        lines.append(f"  doorbell        {mcu.doorbell.name} at 0x{mcu.doorbell.frame.base:08x}, "
                     f"with {mcu.owner}")
    most = f", at most {mcu.max_restarts} times, then leave it off"
    return lines + [f"  fault policy    {mcu.policy}{most if mcu.policy == 'restart' else ''}"]


def physical(config):
    """(base, size, whose) of what is the microcontroller's."""
    mcu = config.mcu
    if mcu is None:
        return []
    rows = [(mcu.base, mcu.size, f"{mcu.name}: memory")] if mcu.size else []
    return rows + [(f.base, f.size, f"{mcu.name}: {f.name}") for f, _ in mcu.machine.memory]


def sharers(config, area):
    """Who shares an area besides partitions."""
    return [f"{config.mcu.name} rw"] if config.mcu and config.mcu.window is area else []
