# SPDX-License-Identifier: Apache-2.0
"""What config.c and config_limits.h say about firmware and microcontroller."""
from . import emit_policy
from .model_firmware import private_spans
from .units import hexa


def witnesses(config):
    """(address, is open, why): what a guarded read at boot must find."""
    if config.firmware is None or config.firmware.policy is None:
        return []
    manager, rows = config.board.manager, []
    for machine in manager.machines.values():
        rows += _of_machine(config, machine)
    if manager.frames:
        rows.append((manager.frames[0].base, False, f"registers of {manager.frames[0].name}"))
    if config.mcu is not None and config.mcu.window is not None:
        rows.append((config.mcu.window.pa, True, f"window of {config.mcu.name}"))
    return rows


def _of_machine(config, machine):
    """Closed to the application cores. No open one in a core's own memory: it may be off, and
    an ECC memory that nobody wrote answers with an error."""
    closed = private_spans(config, machine)
    rows = [(base, False, f"memory of the {machine.title} alone") for base, end in closed
            if config.board.manager.ddr.contains(base, end - base)]
    own = [f for f, _ in machine.memory
           if any(base <= f.base and f.last < end for base, end in closed)]
    return rows + [(f.base, False, f"{f.name} of the {machine.title}") for f in own[:1]]


def limits(config):
    manager = config.board.manager
    machine = config.mcu.machine if config.mcu else next(iter(manager.machines.values())) \
        if manager and manager.machines else None
    return (("WITNESSES", len(witnesses(config)), "addresses that are probed at boot"),
            ("APPS_DOMAIN", manager.apps if manager else 0, "of the firewall: application cores"),
            ("MCU_DOMAIN", machine.domain if machine else 0, "the microcontroller; 0: none"))


def include(config):
    return "#include <haven/hal/firewall.h>\n" if config.firmware else ""


def tables(config):
    """`firewall` and what it points to."""
    firmware, manager, mcu = config.firmware, config.board.manager, config.mcu
    if firmware is None:
        return ""
    rows, text = witnesses(config), ""
    if rows:
        text += "static const struct hv_fw_witness witnesses[] = {\n" + "".join(
            f"\t{{UINT64_C(0x{address:x}), {_truth(is_open)}}}, /* {why} */\n"
            for address, is_open, why in rows) + "};\n\n"
    if mcu is not None:
        text += "static const struct hv_mcu_config mcu = {\n" + _fields(
            ("lm", f"{mcu.machine.lm}u"), ("cpu", f"{mcu.machine.cpu}u"),
            ("vector", f"UINT64_C({hexa(mcu.vector or 0)})"),
            ("mode", f"HV_MCU_{mcu.mode.upper()}"), ("policy", f"HV_MCU_{mcu.policy.upper()}"),
            ("max_restarts", f"{mcu.max_restarts}u")) + "};\n\n"
    text += emit_policy.tables(config)
    return text + "static const struct hv_hal_fw_config firewall = {\n" + _fields(
        ("mu", f"UINT64_C(0x{manager.mu.base:x})"), ("mu_irq", f"{manager.mu_irq}u"),
        ("wait_us", f"{manager.reply_us}u"),
        ("crc", _truth(firmware.crc)),
        ("firmware", f'{{"{firmware.name}", {firmware.selector}u}}'),
        ("mcu", "&mcu" if mcu else "NULL"),
        ("policy", "&firewall_policy" if firmware.policy else "NULL"),
        ("witnesses", "witnesses" if rows else "NULL"),
        ("witness_count", f"{len(rows)}u")) + "};\n\n"


def fields(config):
    """Rows of struct hv_config."""
    if config.firmware is not None:
        yield "firewall", "&firewall"
    if config.mcu is not None:
        yield "mcu_name", f'"{config.mcu.name}"'


def _fields(*rows):
    return "".join(f"\t.{name} = {value},\n" for name, value in rows)


def _truth(value):
    return "true" if value else "false"
