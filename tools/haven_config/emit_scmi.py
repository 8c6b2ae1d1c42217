# SPDX-License-Identifier: Apache-2.0
"""What config.c, config_limits.h and the report say about SCMI channels."""

NAMES = {"power": "HV_SCMI_POWER", "clocks": "HV_SCMI_CLOCK", "sensors": "HV_SCMI_SENSOR",
         "resets": "HV_SCMI_RESET", "voltages": "HV_SCMI_VOLTAGE", "pins": "HV_SCMI_PINCTRL"}


def limits(config):
    return (("SCMI_CHANNELS", sum(p.scmi is not None for p in config.partitions), "of all guests"),)


def grants(partition):
    """Rows of struct hv_scmi_grant."""
    if partition.scmi is None:
        return []
    return [f"{{{NAMES[g.kind]}, {g.first}u, {g.last}u, {'true' if g.may_set else 'false'}}}" +
            (f" /* {g.origin} */" if g.origin else "") for g in partition.scmi.rows]


def partition(part, ident):
    """Initializer of struct hv_scmi_config."""
    if part.scmi is None:
        return "{0}"
    rows = part.scmi.rows
    return (f"{{UINT64_C(0x{part.scmi.buffer:x}), {part.scmi.irq}u, "
            f"{{{f'{ident}_scmi' if rows else 'NULL'}, {len(rows)}u}}}}")


def report(part):
    """Lines of report.txt."""
    if part.scmi is None:
        return []
    lines = [f"  SCMI channel    IPA 0x{part.scmi.buffer:08x}, INTID {part.scmi.irq}"]
    for grant in part.scmi.rows:
        lines.append(f"    {'sets' if grant.may_set else 'reads'} {grant.kind} {grant.ids}" +
                     (f" ({grant.origin})" if grant.origin else ""))
    return lines
