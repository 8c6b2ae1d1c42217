# SPDX-License-Identifier: Apache-2.0
"""`firmware` and `mcu`: from the file to the model, names resolved."""
from pathlib import Path

from . import resolve_dma, sm_policy, units
from .model_firmware import Firmware, Mcu
from .schema import closest
from .sm_cfg import Cfg

ENDS = ("priv", "exclusive", "all")
DEFAULT_MAX_RESTARTS = 3
TOLD = 15                  # characters of a configuration's name that the firmware tells


def firmware(data, board, sm_cfg, problems):
    """What is assumed of the firmware; None where it owns nothing. sm_cfg: a file beside `cfg`'s."""
    item, manager = data.get("firmware"), board.manager
    if manager is None:
        if item is not None:
            problems.add(("firmware",), f"is given, but nothing of board {board.name} belongs to a "
                         "System Manager; leave it out")
        if sm_cfg is not None:
            problems.add(("target",), f"is {board.name}, where nothing belongs to a System Manager; "
                         "leave out --sm-cfg")
        return None
    if item is None:
        problems.add(("target",), f"is {board.name}, where the System Manager decides who reaches "
                     "what: name the configuration of it that is flashed under "
                     "firmware.system_manager; known: " + ", ".join(manager.known))
        return None
    result = Firmware(item["system_manager"], item.get("selector", 0), ("firmware",),
                      manager.known.get(item["system_manager"]), crc=manager.crc)
    if len(result.name) > TOLD:
        problems.add(("firmware", "system_manager"), f"is {result.name}, of which the firmware tells "
                     f"{result.name[:TOLD]} at boot: another one that begins so would pass; give its "
                     f".cfg a name of up to {TOLD} characters")
    if sm_cfg is None and "cfg" in item:
        sm_cfg = Path(problems.source.name).parent / item["cfg"]
    if sm_cfg is not None:
        _read(result, Cfg(sm_cfg), manager)
    elif result.policy is None:
        problems.add(("firmware", "system_manager"), f"is {result.name}, of which board {board.name} "
                     "knows nothing" + closest(result.name, manager.known) + "; known: " +
                     ", ".join(manager.known) + "; give its .cfg by --sm-cfg or firmware.cfg")
    return result


def _read(result, cfg, manager):
    """A .cfg that is given goes before what board.yaml knows of that name."""
    known, result.cfg = result.policy, cfg
    result.policy, result.crc = sm_policy.policy(cfg, manager), sm_policy.crc(cfg, manager)
    notes = []
    if known is not None and cfg.name == known.name:
        notes += [f"differs from what board.yaml knows of {known.name}: {text}"
                  for text in sm_policy.differences(result.policy, known, manager)]
    for agent in cfg.agents.values():
        for index, (right, line) in agent.rights.items():
            machine = cfg.machines.get(index)
            if machine and machine.did == manager.apps != agent.machine.did and right in ENDS:
                notes.append(f"lets {agent.name} ({line.where}) end the application cores: "
                             f"LMM_{index} {right.upper()}")
    notes += [f"assigns {two.name} to domain {one.did} at {one.line.where} and to domain {two.did} "
              f"at {two.line.where}" for one, two in sm_policy.contradictions(cfg)]
    notes += [f"rounds {r.name} at {r.line.where} to 0x{r.base:08x}-0x{r.end - 1:08x}"
              for r in cfg.regions if r.rounded]
    notes += [f"has {word} at {line.where}, which is not understood and gives nothing of a firewall"
              for line, word in cfg.unknown]
    result.notes = [f"{cfg.path.name} {text}" for text in notes]


def mcu(data, board, problems):
    """The microcontroller's partition, or None. Window and doorbell follow with claim()."""
    for name, item in data.get("mcu", {}).items():
        path = ("mcu", name)
        if board.manager is None:
            problems.add(path, f"is given, but board {board.name} has no microcontroller that the "
                         "firmware manages")
            return None
        machines = board.manager.machines
        if item["machine"] not in machines:
            problems.add(path + ("machine",), f"is {item['machine']}, which board {board.name} "
                         "does not have" + closest(item["machine"], machines) + "; it has: " +
                         ", ".join(machines))
            return None
        return _mcu(name, path, item, machines[item["machine"]])
    return None


def _mcu(name, path, item, machine):
    memory = item.get("memory", {"base": 0, "size": 0})
    policy = item.get("fault_policy", "log")
    return Mcu(name, path, machine, mode=item.get("mode", "attach"),
               base=units.size(memory["base"]), size=units.size(memory["size"]),
               vector=units.size(item["vector"]) if "vector" in item else None,
               window_name=item.get("shared"), owner=item.get("owner"), policy=policy,
               max_restarts=item.get("max_restarts",
                                     DEFAULT_MAX_RESTARTS if policy == "restart" else 0))


def names(own):
    """Names that may stand among the sharers of an area beside partitions."""
    return [own.name] if own else []


def claim(own, data, partitions, areas, board, problems):
    """Give window and doorbell to their owner, and to nobody else."""
    if own is None:
        return
    _check_name(own, partitions, problems)
    if own.owner is not None and all(p.name != own.owner for p in partitions):
        problems.add(own.path + ("owner",), f"is {own.owner}, which is not a partition" +
                     closest(own.owner, [p.name for p in partitions]))
        own.owner = None
    item = data["mcu"][own.name]
    if own.owner is None and "owner" not in item:
        for key in ("shared", "doorbell"):
            if key in item:
                problems.add(own.path + (key,), f"is {item[key]}, and nobody is named who gets it; "
                             "name a partition under owner")
    _claim_window(own, areas, problems)
    _claim_doorbell(own, item.get("doorbell"), partitions, board, problems)


def _check_name(own, partitions, problems):
    if own.name in ("shared", "haven") or any(p.name == own.name for p in partitions):
        problems.add(own.path, "is the name of " + (
            "a partition with CPUs" if own.name not in ("shared", "haven") else
            "something else") + "; take another one")


def _claim_window(own, areas, problems):
    for area in areas:
        if area.name == own.window_name:
            own.window = area
            _only_owner(own, area, problems)
        elif area.sharers.pop(own.name, None) and _is_listed(area, own, problems):
            problems.add(area.path, f"is shared with {own.name}, but "
                         f"mcu.{own.name}.shared does not name {area.name}")
    if own.window_name is not None and own.window is None:
        problems.add(own.path + ("shared",), f"is {own.window_name}, which is no area of "
                     "memory.shared" + closest(own.window_name, [a.name for a in areas]) +
                     "; areas there: " + (", ".join(a.name for a in areas) or "none"))


def _is_listed(area, own, problems):
    """Written among its partitions, not there because nothing is."""
    item = _item(area, problems)
    return own.name in item.get("partitions", ())


def _item(area, problems):
    item = problems.source.data["memory"]["shared"]
    return item if isinstance(item, dict) else item[area.path[2]]


def _only_owner(own, area, problems):
    """Whoever is listed beside the two is refused; an area without a list is theirs."""
    item = _item(area, problems)
    access = area.sharers.get(own.owner, "rw")
    for name in item.get("partitions", ()):
        if name not in (own.owner, own.name) and own.owner is not None:
            problems.add(area.path, f"gives {area.name} to {name}, but it is the window of "
                         f"{own.name}, and mcu.{own.name}.owner gives that to {own.owner} alone")
    area.sharers.clear()
    if own.owner is not None:
        area.sharers[own.owner] = access


def _claim_doorbell(own, name, partitions, board, problems):
    """As if the owner listed it among its devices."""
    path = own.path + ("doorbell",)
    if name is None:
        return
    if name not in own.machine.doorbells:
        problems.add(path, f"is {name}, which does not ring the {own.machine.title}" +
                     closest(name, own.machine.doorbells) + "; those that do: " +
                     ", ".join(own.machine.doorbells))
        return
    own.doorbell = board.devices[name]
    owner = next((p for p in partitions if p.name == own.owner), None)
    if owner is None or any(d is own.doorbell for d, _ in owner.devices):
        return
    owner.devices.append((own.doorbell, path))
    resolve_dma.add_device(owner, own.doorbell, path)
