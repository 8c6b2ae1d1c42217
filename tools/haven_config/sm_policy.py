# SPDX-License-Identifier: Apache-2.0
"""From a .cfg to the form in which known configurations stand in board.yaml."""
from . import grants
from .board_firmware import Policy


def policy(cfg, manager):
    """As far as this board's checks need it; what is odd about it is checks.sm_cfg's."""
    given = tuple(grants.Grant(r.did, r.base, r.end - r.base, r.access, r.line.where)
                  for r in cfg.regions if r.checker in manager.checkers)
    rights, origins = {}, {}
    agent = own_agent(cfg, manager)
    for name, machine in manager.machines.items():
        right, line = agent.rights.get(machine.lm, ("none", None)) if agent else ("none", None)
        rights[name] = right
        origins["right", name] = f" ({line.where})" if line else ""
    streams = {}
    for master in cfg.masters:
        if not master.physical:
            streams[master.name] = master.stream
        origins["stream", master.name] = f" ({master.line.where})"
    return Policy(cfg.name, selectors(cfg, manager), given, rights, streams, origins)


def own_agent(cfg, manager):
    """The agent whose mailbox is the hypervisor's; None: there is none."""
    return next((a for a in cfg.agents.values() if a.mu == manager.mailbox), None)


def crc(cfg, manager):
    agent = own_agent(cfg, manager)
    return agent is not None and any(c[1] == "crc32" for c in agent.channels.values())


def selectors(cfg, manager):
    """Those with which the machine of the application cores is booted."""
    orders = [m.boots for m in cfg.machines.values() if m.did == manager.apps]
    return tuple(sorted({s for boots in orders for s, order in boots.items() if order}))


def contradictions(cfg):
    """Pairs of masters that are one, and are assigned differently."""
    places = {}
    for master in cfg.masters:
        first = places.setdefault(master.place, master)
        if (first.did, first.security, first.physical, first.stream) != \
                (master.did, master.security, master.physical, master.stream):
            yield first, master


def differences(cfg_policy, known, manager):
    """Sentences: where a .cfg says something else than board.yaml does of that name."""
    for who, domain in manager.domains.items():
        for one, other, word in ((cfg_policy, known, "more"), (known, cfg_policy, "less")):
            yield from _reach(one, other, f"{who} (domain {domain}) has {word}", domain)
    for name in manager.machines:
        has, knows = cfg_policy.rights.get(name, "none"), known.rights.get(name, "none")
        if has != knows:
            yield (f"the hypervisor's agent has {has.upper()} over {name}"
                   f"{cfg_policy.origins.get(('right', name), '')}, not {knows.upper()}")
    for name in sorted(cfg_policy.streams.keys() | known.streams.keys()):
        has, knows = cfg_policy.streams.get(name), known.streams.get(name)
        if has != knows:
            yield f"{name} has {_stream(has)}, not {_stream(knows)}"
    if cfg_policy.selectors != known.selectors:
        yield (f"the application cores are started with selector {_list(cfg_policy.selectors)}, "
               f"not {_list(known.selectors)}")


def _reach(one, other, text, domain):
    """Kinds of access together that differ in the same places."""
    kinds = {}
    for bit in (1 << n for n in range(16) if grants.ANY >> n & 1):
        pieces = grants.without(grants.touching(one.grants, domain, bit),
                                grants.touching(other.grants, domain, bit))
        if pieces:
            kinds[tuple(pieces)] = kinds.get(tuple(pieces), 0) | bit
    for pieces, access in kinds.items():
        yield f"{text}: {grants.words(access)} in " + ", ".join(
            f"0x{b:08x}-0x{e - 1:08x}" for b, e in pieces)


def _stream(stream):
    return "no stream id" if stream is None else f"stream 0x{stream:x}"


def _list(numbers):
    return " or ".join(str(n) for n in numbers) or "none"
