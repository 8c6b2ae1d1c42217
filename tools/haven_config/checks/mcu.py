# SPDX-License-Identifier: Apache-2.0
"""The microcontroller: its memory, its channel, and what may be done to it."""
from .. import grants
from ..model_firmware import cited, shared_spans, spans
from ..problems import key_text
from ..units import hexa, show_size
from .firmware import apps, core, show

NEEDED = {"attach": ("notify", "to be told of its life"),
          "manage": ("priv", "to set its vector, boot and end it")}


def check(config, problems):
    if config.board.manager is not None:
        _check_doorbells(config, problems)
    if config.mcu is None:
        return
    _check_keys(config.mcu, problems)
    _check_vector(config.mcu, problems)
    _check_memory(config, problems)
    if config.firmware is not None and config.firmware.policy is not None:
        _check_reach(config, problems)
        _check_window(config, problems)
        _check_rights(config, problems)


def _check_doorbells(config, problems):
    """Whoever has the registers of one can ring the core: its owner alone may."""
    for machine in config.board.manager.machines.values():
        owner = config.mcu.owner if config.mcu and config.mcu.machine is machine else None
        for partition in config.partitions:
            for region in partition.regions:
                bell = _bell(config, machine, region)
                if bell is None or partition.name == owner or bell is _claimed(config):
                    continue
                problems.add(region.path, f"gives {bell.name} to {partition.name}, and it rings "
                             f"the {machine.title}; " + (
                                 f"nobody but {owner}, the owner of {config.mcu.name}, may do that"
                                 if owner else "declare that core under mcu, with "
                                 f"{partition.name} as its owner and {bell.name} as its doorbell"))


def _bell(config, machine, region):
    if region.kind != "device":
        return None
    devices = [config.board.devices[name] for name in machine.doorbells]
    return next((d for d in devices if d.frame.overlaps(region.pa, region.size)), None)


def _claimed(config):
    """Given twice, it is refused as any device is."""
    return config.mcu.doorbell if config.mcu and config.mcu.owner else None


def _written(mcu, key, problems):
    return mcu.path + (key,) in problems.source.lines


def _check_keys(mcu, problems):
    if mcu.mode == "attach" and mcu.policy != "log":
        problems.add(mcu.path + ("fault_policy",), f"is {mcu.policy}, which takes mode manage; in "
                     "mode attach an end of the core can be recorded only")
    if _written(mcu, "max_restarts", problems) and mcu.policy != "restart":
        problems.add(mcu.path + ("max_restarts",), "has no effect with fault_policy " + mcu.policy)
    if mcu.owner and mcu.window is None and mcu.doorbell is None and \
            not _written(mcu, "shared", problems) and not _written(mcu, "doorbell", problems):
        problems.add(mcu.path + ("owner",), f"is {mcu.owner}, but there is neither a window "
                     "(shared) nor a doorbell to own")


def _check_vector(mcu, problems):
    path = mcu.path + ("vector",)
    if mcu.mode == "attach":
        if mcu.vector is not None:
            problems.add(path, "has no effect in mode attach: the firmware starts the core")
        return
    if mcu.vector is None:
        problems.add(mcu.path, "lacks the key vector, at which mode manage boots the core")
        return
    step = mcu.machine.vector_step
    if mcu.vector % step:
        problems.add(path, f"is {hexa(mcu.vector)}, not a multiple of {step}")
    places = [(own, own + f.size, f.name) for f, own in mcu.machine.memory]
    if mcu.size:
        places.append((mcu.base, mcu.base + mcu.size, "memory"))
    if not any(base <= mcu.vector < end for base, end, _ in places):
        problems.add(path, f"is {hexa(mcu.vector)}, which is in no memory of {mcu.name}; as the "
                     "core sees it, there are " + ", ".join(
                         f"{name} {show([(base, end)])}" for base, end, name in places))


def _check_memory(config, problems):
    mcu, path = config.mcu, config.mcu.path + ("memory",)
    granule, bits = config.board.manager.granule, config.board.pa_bits
    if not mcu.size:
        return
    for what, value in (("base", mcu.base), ("size", mcu.size)):
        if value % granule:
            problems.add(path + (what,), f"is {hexa(value)}, not a multiple of {show_size(granule)}"
                         ", the granule of the firewall")
    if mcu.base + mcu.size > 1 << bits:
        problems.add(path + ("base",), f"is {hexa(mcu.base)} and with size {hexa(mcu.size)} it "
                     f"goes beyond {bits} bits of physical address")
    if mcu.window is not None:
        both = grants.common(grants.span(mcu.base, mcu.size),
                             grants.span(mcu.window.pa, mcu.window.size))
        if both:
            problems.add(path, f"overlaps {key_text(mcu.window.path)} in PA {show(both)}; memory "
                         "is either private or shared: move one")


def _check_reach(config, problems):
    """Its memory is inside what its domain gets."""
    mcu, path = config.mcu, config.mcu.path + ("memory",)
    missing = grants.without(grants.span(mcu.base, mcu.size), spans(config, mcu.machine))
    if mcu.size and missing:
        problems.add(path, f"takes {show(missing)}, which {config.firmware.policy.name} does not "
                     f"give to {core(mcu.machine)}; it has {show(_in_ddr(config))}" +
                     cited(config, mcu.machine.domain, _in_ddr(config)) +
                     _elsewhere(config, missing))


def _in_ddr(config):
    ddr = config.board.manager.ddr
    return grants.common(spans(config, config.mcu.machine), grants.span(ddr.base, ddr.size))


def _elsewhere(config, pieces):
    """Which other known configuration gives it, and to whom else."""
    manager, text = config.board.manager, ""
    for policy in manager.known.values():
        if policy.name == config.firmware.name or grants.without(
                pieces, grants.touching(policy.grants, config.mcu.machine.domain)):
            continue
        too = grants.common(pieces, grants.touching(policy.grants, manager.apps, grants.NONSECURE))
        text += f"; {policy.name} gives it" + (f", but to {apps(config)} too" if too else "")
    return text


def _check_window(config, problems):
    mcu = config.mcu
    if mcu.window is None:
        return
    whole, name = grants.span(mcu.window.pa, mcu.window.size), config.firmware.policy.name
    both = shared_spans(config, mcu.machine)
    missing = grants.without(whole, spans(config, mcu.machine))
    if missing:
        problems.add(mcu.window.path, f"takes {show(missing)}, where {core(mcu.machine)} does not "
                     f"reach its window under {name}; both sides reach {show(both)}" +
                     cited(config, mcu.machine.domain, both))


def _check_rights(config, problems):
    mcu, policy = config.mcu, config.firmware.policy
    needed, what = NEEDED[mcu.mode]
    if policy.allows(mcu.machine, needed):
        return
    has = policy.rights.get(mcu.machine.name, "none").upper()
    where = policy.name + policy.origins.get(("right", mcu.machine.name), "")
    others = [p.name for p in config.board.manager.known.values()
              if p.name != policy.name and p.allows(mcu.machine, needed)]
    problems.add(mcu.path + ("mode",), f"is {mcu.mode}, but {where} grants the hypervisor's agent "
                 f"{has} on logical machine {mcu.machine.lm} (LMM_{mcu.machine.lm}), and {what} "
                 f"takes {needed.upper()} or more" +
                 ("; use mode attach" if mcu.mode == "manage" and policy.allows(mcu.machine, "notify")
                  else "") +
                 ("; it is granted by " + ", ".join(others) if others else ""))
