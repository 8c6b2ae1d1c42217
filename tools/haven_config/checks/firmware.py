# SPDX-License-Identifier: Apache-2.0
"""Memory and masters against what the firmware's configuration gives to whom."""
from .. import grants
from ..model_firmware import cited, is_window, private_spans, shared_spans, spans
from ..units import hexa, show_range

APPS = "the application cores"


def check(config, problems):
    firmware = config.firmware
    if firmware is None or firmware.policy is None:
        return
    _check_selector(firmware, problems)
    _check_hypervisor(config, problems)
    for area in config.shared:
        _check_area(config, area, "rw", problems)
    for partition in config.partitions:
        for region in partition.ram:
            _check_area(config, region, region.access, problems)
        _check_masters(config, partition, problems)


def is_judged(config, region):
    """Does this module say what there is to say of a region outside the board's RAM?"""
    if config.firmware is None or config.firmware.policy is None:
        return False
    window = config.mcu.window if config.mcu else None
    return window is not None and region.path == window.path or \
        any(True for _ in faults(config, region, region.access))


def show(pieces):
    """'0x80000000-0x87ffffff, 0x8e000000-...', or 'nothing'."""
    return ", ".join(show_range(b, e - b) for b, e in pieces) or "nothing"


def apps(config):
    return f"{APPS} (domain {config.board.manager.apps})"


def core(machine):
    return f"the {machine.title} (domain {machine.domain})"


def faults(config, region, access):
    """Why memory cannot be what the file says; region: a Region or a SharedArea."""
    policy, manager = config.firmware.policy, config.board.manager
    whole = grants.span(region.pa, region.size)
    left = grants.without(whole, usable(config, access))
    for machine in manager.machines.values():
        alone = grants.common(left, private_spans(config, machine))
        if alone:
            yield (f"takes {show(alone)}, which {policy.name} gives to {core(machine)} alone"
                   f"{cited(config, machine.domain, alone)}: {apps(config)} get a bus error there")
        left = grants.without(left, alone)
        met = grants.common(whole, shared_spans(config, machine))
        if met and not _is_own_window(config, region, machine):
            yield (f"takes {show(met)}, which {core(machine)} reaches too under {policy.name}"
                   f"{cited(config, machine.domain, met)}; only its window, the area "
                   "that shared of its mcu entry names, may lie there")
    secure = grants.common(left, grants.touching(policy.grants, manager.apps))
    secure = grants.without(secure, grants.touching(policy.grants, manager.apps, grants.NONSECURE))
    if secure:
        yield f"takes {show(secure)}, which {policy.name} leaves to the secure world" + \
            cited(config, manager.apps, secure)
    left = grants.without(left, secure)
    if left:
        yield (f"takes {show(left)}, where {policy.name} does not let {apps(config)} "
               f"{_words(access)}; they may in {show(usable(config, access))}")


def usable(config, access):
    """Where Non-secure application cores may do that."""
    kinds = (0x44 if "r" in access else 0) | (0x22 if "w" in access else 0) | \
        (0x11 if "x" in access else 0)
    return grants.allowing(config.firmware.policy.grants, config.board.manager.apps, kinds)


def _check_area(config, area, access, problems):
    rules = list(faults(config, area, access))
    for rule in rules[:-1]:
        problems.add(area.path, rule)
    hint = "" if is_window(config, area) else f"; guests may have {show(_free(config))}"
    for rule in rules[-1:]:
        problems.add(area.path, rule + hint)


def _free(config):
    """RAM of the board that the application cores have for themselves, less the hypervisor's."""
    board = config.board
    ram = grants.merged([(r.base, r.base + r.size) for r in board.ram])
    taken = grants.span(board.hypervisor.base, board.hypervisor.size)
    for machine in board.manager.machines.values():
        taken += spans(config, machine)
    return grants.without(grants.common(ram, usable(config, "rwx")), taken)


def _words(access):
    return {"ro": "read", "rw": "read and write", "rx": "read and execute",
            "rwx": "read, write and execute"}[access]


def _is_own_window(config, region, machine):
    return config.mcu is not None and config.mcu.machine is machine and \
        config.mcu.window is not None and region.path == config.mcu.window.path


def _check_selector(firmware, problems):
    allowed = firmware.policy.selectors
    if not allowed:
        problems.add(firmware.path + ("system_manager",), f"is {firmware.name}, which starts the "
                     "application cores with no selector; give their LM a boot order")
    elif firmware.selector not in allowed:
        problems.add(firmware.path + ("selector",), f"is {firmware.selector}; under "
                     f"{firmware.name} the application cores are started with selector "
                     + " or ".join(str(s) for s in allowed))


def _check_hypervisor(config, problems):
    """Image, page tables, SMMU tables, payloads: theirs whole, and out of every core's reach."""
    own, path = config.board.hypervisor, config.firmware.path + ("system_manager",)
    whole = grants.span(own.base, own.size)
    missing = grants.without(whole, usable(config, "rwx"))
    if missing:
        problems.add(path, f"is {config.firmware.name}, which does not give {show(missing)} to "
                     f"{apps(config)}; that is the hypervisor's memory, its tables and the SMMU's")
    for machine in config.board.manager.machines.values():
        met = grants.common(whole, spans(config, machine))
        if met:
            problems.add(path, f"is {config.firmware.name}, under which {core(machine)} reaches "
                         f"{show(met)}{cited(config, machine.domain, met)}; that is the "
                         "hypervisor's memory, its tables and the SMMU's")


def _check_masters(config, partition, problems):
    policy, manager = config.firmware.policy, config.board.manager
    for device, path in partition.dma.devices:
        name = manager.resources.get(device.name)
        if name is None or device.bypass:
            continue
        for stream in device.streams:
            rule = _master_fault(config, device, name, stream)
            if rule:
                problems.add(path, f"gives {device.name} to {partition.name}, {rule}")
    for stream, path in partition.dma.raw:
        if stream not in policy.streams.values():
            problems.add(path, f"is stream {hexa(stream)}, which no master has under {policy.name}"
                         "; there are " + ", ".join(hexa(s) for s in
                                                  sorted(set(policy.streams.values()))))


def _master_fault(config, device, name, stream):
    policy = config.firmware.policy
    where = policy.name + policy.origins.get(("stream", name), "")
    if name not in policy.streams:
        return (f"but under {where} no SMMU stands in front of it: {name} has no stream id, and "
                f"would reach whatever {apps(config)} do")
    if policy.streams[name] != stream:
        return (f"which has stream {hexa(stream)}, but under {where} {name} has "
                f"{hexa(policy.streams[name])}")
    return None
