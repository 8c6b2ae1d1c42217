# SPDX-License-Identifier: Apache-2.0
"""The firewall's policy as <haven/firewall.h> has it, so that the same rules can be asked in C."""
from . import grants


def regions(config):
    """(index of the checker, Grant) without overlaps: what a domain may, by checker and access."""
    policy, rows = config.firmware.policy, []
    for index, checker in enumerate(config.board.manager.checkers.values()):
        room = grants.span(checker.aperture.base, checker.aperture.size)
        inside = [g for g in policy.grants if grants.common([(g.base, g.end)], room)]
        for domain, access in sorted({(g.domain, g.access) for g in inside}):
            spans = grants.merged([(g.base, g.end) for g in inside
                                   if (g.domain, g.access) == (domain, access)])
            rows += [(index, grants.Grant(domain, b, e - b, access)) for b, e in spans]
    return rows


def tables(config):
    """`firewall_policy` and what it points to; nothing if nothing is known."""
    if config.firmware.policy is None:
        return ""
    manager = config.board.manager
    checkers = list(manager.checkers.values())
    text = "static const struct hv_fw_trdc firewall_trdcs[] = {\n"
    for i, checker in enumerate(checkers):
        frame = next(f for f in manager.frames if f.name == checker.frame)
        text += f'\t{{"{frame.name}", {_range(frame)}, 0u, 0u, 0u, {i}u, 1u}},\n'
    text += "};\n\nstatic const struct hv_fw_mrc firewall_checkers[] = {\n"
    for i, checker in enumerate(checkers):
        text += (f"\t{{{i}u, {checker.regions}u, {_range(checker.aperture)}, {_truth(checker.big)}}}"
                 f", /* {checker.name} */\n")
    text += "};\n\nstatic const struct hv_fw_chip firewall_chip = {\n"
    text += f"\t.trdcs = firewall_trdcs,\n\t.trdc_count = {len(checkers)}u,\n"
    text += f"\t.mrcs = firewall_checkers,\n\t.mrc_count = {len(checkers)}u,\n}};\n\n"
    rows = regions(config)
    text += "/* checker, domain, range, access, Non-secure accesses count */\n"
    text += "static const struct hv_fw_region firewall_regions[] = {\n"
    for index, g in rows:
        text += (f"\t{{{index}u, {g.domain}u, {_range(g)}, 0x{g.access:04x}u, "
                 f"{_truth(g.access & grants.NONSECURE)}}},\n")
    return text + "};\n\n" + (
        "static const struct hv_fw_policy firewall_policy = {\n\t.chip = &firewall_chip,\n"
        f"\t.regions = firewall_regions,\n\t.region_count = {len(rows)}u,\n}};\n\n")


def _range(frame):
    return f"{{UINT64_C(0x{frame.base:x}), UINT64_C(0x{frame.size:x})}}"


def _truth(value):
    return "true" if value else "false"
