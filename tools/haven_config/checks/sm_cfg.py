# SPDX-License-Identifier: Apache-2.0
"""A .cfg of the System Manager against the board's facts and the configuration."""
import re
from itertools import combinations

from .. import grants, sm_policy
from ..problems import key_text
from ..units import hexa
from .firmware import APPS, apps, show

_BLOCKS = re.compile(r"(MBC_\w+)=([0-9]+)\.([0-9]+)(?:-([0-9]+))?")
MAX_ACCESSES = 8           # distinct values of a checker
NS_RW = 0x66
WRITE = 0x2222


def check(config, problems):
    firmware = config.firmware
    if firmware is None or firmware.cfg is None:
        return
    path = firmware.path + ("cfg",)
    cfg, manager = firmware.cfg, config.board.manager
    for rules in (_identity(firmware, manager), _cores(cfg, manager), _agent(cfg, manager),
                  _masters(cfg, manager), _regions(cfg, manager), _frames(cfg, manager),
                  _secure(cfg, manager), _strangers(config), _debug(cfg, manager),
                  _driven(cfg, manager)):
        for rule in rules:
            problems.add(path, rule)
    _check_devices(config, problems)


def _identity(firmware, manager):
    cfg = firmware.cfg
    if cfg.soc != manager.soc:
        yield (f"is {cfg.path.name}, which is for {cfg.soc or 'no SoC'}, not for {manager.soc}; "
               "give the one of this board")
    if cfg.name != firmware.name:
        yield (f"is {cfg.path.name}, so the System Manager will say that it runs {cfg.name}, and "
               f"boot stops unless that is {firmware.name}; write system_manager: {cfg.name}, or "
               "give that file")


# ---- cores and agents ----

def _owners(cfg, resource):
    return [m for m in cfg.masters if m.name == resource]


def _cores(cfg, manager):
    """Each in the domain and the logical machine that board.yaml names."""
    yield from _core(cfg, manager, f"{APPS} ({manager.resources['apps']})",
                     manager.resources["apps"], manager.apps, None)
    for name, machine in manager.machines.items():
        resource = manager.resources[name]
        owners = _owners(cfg, resource)
        if owners and all(m.did == manager.apps for m in owners):
            yield (f"gives {resource} to domain {manager.apps} ({owners[0].line.where}), as {APPS}"
                   f": no firewall stands between them and the {machine.title}; give it a logical "
                   "machine with a did of its own")
            continue
        yield from _core(cfg, manager, f"the {machine.title} ({resource})", resource, machine.domain,
                         machine.lm)


def _core(cfg, manager, what, resource, domain, lm):
    owners = _owners(cfg, resource)
    if domain == manager.apps and any(o.security == "secure" for o in owners):
        yield (f"makes every access of {what} Secure ({owners[0].line.where}), a guest's too; write "
               "DFMT0: sa=bypass above it")
    if not owners:
        yield f"gives {what} to nobody; write {resource} OWNER in the section of its logical machine"
    for owner in owners[:1]:
        here = next((m for m in cfg.machines.values() if m.did == owner.did), None)
        if owner.did != domain:
            yield (f"gives {what} to domain {owner.did} ({owner.line.where}), but board.yaml has "
                   f"domain {domain}; write did={domain} in its LM")
        elif here is None or lm is not None and here.index != lm:
            yield (f"has {what} in " + (f"LM{here.index} ({here.line.where})" if here else "no LM") +
                   f", but board.yaml has logical machine {lm}; number it so")


def _agent(cfg, manager):
    agent = sm_policy.own_agent(cfg, manager)
    if agent is None:
        yield (f"has no agent with mu={manager.mailbox}, the other side of the hypervisor's "
               f"mailbox; write MAILBOX type=mu, mu={manager.mailbox} in a Non-secure agent of "
               f"domain {manager.apps}")
        return
    where = f"SCMI_AGENT{agent.index} ({agent.line.where})"
    if agent.machine.did != manager.apps or agent.secure:
        yield (f"gives mu={manager.mailbox}, the other side of the hypervisor's mailbox, to {where}"
               f", which is {'Secure' if agent.secure else f'in domain {agent.machine.did}'}; it "
               f"takes a Non-secure agent of domain {manager.apps}")
    for kind, bell in (("a2p", 0), ("p2a_notify", 1)):
        if kind not in agent.channels:
            yield f"has no channel of type {kind} in {where}; write CHANNEL db={bell}, type={kind}"
        elif agent.channels[kind][0] != bell:
            yield (f"has the channel of type {kind} on doorbell {agent.channels[kind][0]} "
                   f"({agent.channels[kind][2].where}); the hypervisor has it on {bell}")
    others = [a for a in cfg.agents.values() if a.mu == agent.mu and a is not agent]
    for other in others:
        yield (f"gives mu={agent.mu} to SCMI_AGENT{other.index} ({other.line.where}) as well; a "
               "mailbox has one agent")
    kinds = {c[1] for c in agent.channels.values()}
    if len(kinds) > 1 or kinds - {"none", "crc32"}:
        yield (f"has channels with check {' and '.join(sorted(kinds))} in {where}; the hypervisor has "
               "none or crc32, the same for all")


# ---- masters ----

def _masters(cfg, manager):
    known = manager.resources.values()
    for first, master in sm_policy.contradictions(cfg):
        if not (master.physical and first.physical) or master.name in known or first.name in known:
            yield (f"assigns {master.place} to domain {first.did} as {first.name} ({first.line.where}"
                   f") and to domain {master.did} as {master.name} ({master.line.where}); keep one "
                   "of the lines")
    streams = {}
    for master in cfg.masters:
        if master.physical:
            continue
        first = streams.setdefault(master.stream, master)
        if first.place != master.place:
            yield (f"gives stream {hexa(master.stream)} to {first.name} ({first.line.where}) and "
                   f"to {master.name} ({master.line.where}): the SMMU cannot tell them apart; give "
                   "one of them another sid")


def _debug(cfg, manager):
    """The tool gives that domain each region and block that any domain has."""
    if cfg.debug and cfg.debug[0] not in manager.firmware_domains:
        yield (f"gives domain {cfg.debug[0]} whatever any domain has ({cfg.debug[1].where}, DEBUG); "
               "that takes a domain of the firmware's")


def _driven(cfg, manager):
    """A master does what its registers say, with its own domain's rights: who writes them has those.
    Where an SMMU stands in front of it, that confines it."""
    for master in cfg.masters:
        if not master.physical:
            continue
        for block in _overlapping(cfg, master.line.expanded):
            if block.did in (master.did, manager.apps) or block.did in manager.firmware_domains or \
                    not block.access & WRITE:
                continue
            yield (f"puts {master.name} into domain {master.did} ({master.line.where}), and gives its "
                   f"registers to domain {block.did} ({block.line.where}), which would reach by it what "
                   f"domain {master.did} does; keep both in one domain")
            break


# ---- memory regions ----

def _regions(cfg, manager):
    for checker, facts in manager.checkers.items():
        of = [r for r in cfg.regions if r.checker == checker]
        for region in of:
            if region.big != facts.big:
                yield (f"has big={int(region.big)} at {region.line.where}, but the registers of {checker} "
                       f"{'' if facts.big else 'do not '}hold addresses >> 4")
        values = sorted({r.access for r in of})
        if len(values) > MAX_ACCESSES:
            yield (f"uses {len(values)} different permissions in {checker}, which holds {MAX_ACCESSES}: "
                   + ", ".join(f"0x{v:04x}" for v in values))
        for did in sorted({r.did for r in of}):
            mine = [r for r in of if r.did == did]
            yield from _domain_regions(checker, did, mine, facts.regions)


def _domain_regions(checker, did, mine, most):
    if len(mine) > most:
        yield (f"gives domain {did} {len(mine)} regions in {checker}, which holds {most} for "
               f"a domain; the last one is at {mine[-1].line.where}")
    for one, other in combinations(mine[:4 * most], 2):
        both = grants.common([(one.base, one.end)], [(other.base, other.end)])
        if both and one.access != other.access:
            yield (f"gives domain {did} {show(both)} as 0x{one.access:04x} ({one.line.where}) and "
                   f"as 0x{other.access:04x} ({other.line.where}); what overlapping regions add up "
                   "to is documented nowhere: make them one, or apart")


def _secure(cfg, manager):
    """No core but the secure world's gets there; the firmware's own domains are trusted with it."""
    for region in cfg.regions:
        both = grants.common([(region.base, region.end)],
                             grants.span(manager.secure.base, manager.secure.size))
        if region.checker in manager.checkers and region.did not in manager.firmware_domains and \
                both and (region.access & grants.NONSECURE or region.did != manager.apps):
            yield (f"gives {show(both)} to domain {region.did} ({region.line.where}), not to Secure "
                   f"accesses of {APPS} alone; that is {manager.secure.name}: take it out of that "
                   "region")


def _frames(cfg, manager):
    """Who has a firewall's registers can undo all of it."""
    for frame in manager.frames:
        resource = manager.frame_resources[frame.name]
        for grant in _block_grants(cfg, resource):
            if grant.did not in manager.firmware_domains:
                yield (f"gives registers of {frame.name} to domain {grant.did} ({grant.line.where}"
                       "), which could then change every right; take that line away")


def _strangers(config):
    """Domains that are neither the board's nor its firmware's: nothing of Haven's is theirs."""
    cfg, manager = config.firmware.cfg, config.board.manager
    known = set(manager.firmware_domains) | set(manager.domains.values())
    own = config.board.hypervisor
    ours = [("the hypervisor", own.base, own.size)] + \
        [(f"{key_text(r.path)} of {p.name}", r.pa, r.size) for p in config.partitions
         for r in p.ram + p.shared]
    for region in cfg.regions:
        if region.did in known or region.checker not in manager.checkers:
            continue
        for what, base, size in ours:
            both = grants.common([(region.base, region.end)], grants.span(base, size))
            if both:
                yield (f"gives {show(both)} to domain {region.did}, "
                       f"{cfg.domains.get(region.did, 'which has no name')} ({region.line.where}); "
                       f"that is {what}: take it out of that region")


# ---- devices ----

def _block_grants(cfg, resource):
    """Grants of the blocks that a resource stands for, by whatever name."""
    return _overlapping(cfg, cfg.reader.expand(resource))


def _overlapping(cfg, words):
    blocks = []
    for word in words:
        match = _BLOCKS.fullmatch(word)
        if match:
            first = int(match[3])
            blocks.append((match[1], int(match[2]), first, int(match[4] or first)))
    return [b for b in cfg.blocks for checker, memory, first, last in blocks
            if (b.checker, b.memory) == (checker, memory) and b.first <= last and first <= b.last]


def _check_devices(config, problems):
    """A guest's device answers its guest, and no other core reaches it."""
    manager = config.board.manager
    mine = [(device.name, path) for p in config.partitions
            for device, path in p.devices + p.dma.devices]
    mine += [(name, config.firmware.path + ("cfg",)) for name in manager.own]
    for name, path in mine:
        resource = manager.resources.get(name)
        if resource:
            for rule in _device(config, name, resource):
                problems.add(path, rule)
    for partition in config.partitions:
        for device, path in partition.dma.devices:
            for rule in _device_master(config, device):
                problems.add(path, rule)


def _device(config, name, resource):
    cfg, manager = config.firmware.cfg, config.board.manager
    found = _block_grants(cfg, resource)
    if not any(b.did == manager.apps and b.access & NS_RW == NS_RW for b in found):
        yield (f"needs {name}, but {cfg.path.name} does not let {apps(config)} read and write {resource}"
               f"; write {resource} OWNER in the section of the Non-secure agent")
    for block in found:
        if block.did not in manager.firmware_domains and block.did != manager.apps:
            yield (f"needs {name}, but {cfg.path.name} gives {block.name} to domain {block.did} "
                   f"too ({block.line.where}); take that line away, or the device from the partition")
            break


def _device_master(config, device):
    """What it does by itself is Non-secure, and is the application cores'."""
    cfg, manager = config.firmware.cfg, config.board.manager
    for master in _owners(cfg, manager.resources.get(device.name)):
        if master.did != manager.apps:
            yield (f"needs {device.name}, but {cfg.path.name} puts {master.name} into domain {master.did} "
                   f"({master.line.where}); its accesses would have that domain's rights: write it "
                   f"in the section of domain {manager.apps}")
        elif master.security != "nonsecure":
            yield (f"needs {device.name}, but {cfg.path.name} lets {master.name} make Secure "
                   f"accesses ({master.line.where}, sa={master.security}); write sa=nonsecure")
