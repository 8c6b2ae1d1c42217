# SPDX-License-Identifier: Apache-2.0
"""From the checked shape to the model: short forms, defaults and names are resolved."""
from pathlib import Path

from . import resolve_dma, resolve_firmware, resolve_scmi, resolve_timing, units
from .model import FIRST_PPI, FIRST_SPI, Config, Image, Irq, Partition, Region, SharedArea
from .schema import closest

DEFAULT_IPA_BITS = 39      # one root table
DEFAULT_JOURNAL_SLOTS = 128
DEFAULT_MAX_RESTARTS = 3
DEFAULT_DMA_FAULT_LIMIT = 64
CONSOLE_NAME = 16          # characters of a name that the console shows
IMAGE_ROLES = ("kernel", "binary", "initrd")


def resolve(source, board, problems, sm_cfg=None):
    """Build the Config; names that nothing defines become problems."""
    data = source.data
    partitions = _partitions(data)
    names = [p.name for p in partitions]
    _check_names(data, names, problems)
    for partition in partitions:
        _memory(data, partition, problems)
        _settings(data, partition, board, problems)
        _interrupts(data, partition, board, problems)
        resolve_timing.partition(data, partition, problems)
    mcu = resolve_firmware.mcu(data, board, problems)
    shared = _shared(data, names + resolve_firmware.names(mcu), problems)
    resolve_firmware.claim(mcu, data, partitions, shared, board, problems)
    for area in shared:
        _map_shared(area, partitions)
    resolve_dma.resolve(data, partitions, board, problems)
    resolve_scmi.resolve(data, partitions, board, problems)
    for partition in partitions:
        _restarts(data, partition)
    hypervisor = data.get("hypervisor", {})
    return Config(
        name=data.get("name", _printable(Path(source.name).stem)), source=source, board=board,
        partitions=partitions, shared=shared,
        service_cpu=hypervisor.get("service_cpu", _default_service_cpu(partitions, board)),
        journal_slots=hypervisor.get("journal_slots", DEFAULT_JOURNAL_SLOTS),
        ipa_bits=hypervisor.get("ipa_bits", _default_ipa_bits(partitions, board)),
        trace_slots=hypervisor.get("trace_slots", 0),
        overheads=resolve_timing.overheads(hypervisor, board),
        firmware=resolve_firmware.firmware(data, board, sm_cfg, problems), mcu=mcu,
        dma_fault_limit=hypervisor.get("dma_fault_limit", DEFAULT_DMA_FAULT_LIMIT),
        unprotected=[(name, ("unprotected_dma", i))
                     for i, name in enumerate(data.get("unprotected_dma", []))])


def _printable(text):
    """A file's name can hold anything; outputs name the configuration after it."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _as_list(value):
    return value if isinstance(value, list) else [value]


def _items(value, path):
    """The items of a list with the path of each; a single item stands for itself."""
    if isinstance(value, list):
        return [(item, path + (i,)) for i, item in enumerate(value)]
    return [(value, path)]


def _partitions(data):
    return [Partition(name=name, id=i + 1, cpus=_as_list(cpus), path=("cpus", name))
            for i, (name, cpus) in enumerate(data["cpus"].items())]


def _check_names(data, names, problems):
    if "shared" in names:
        problems.add(("cpus", "shared"), "is not a name for a partition: memory.shared is "
                     "the memory that partitions share")
    if "haven" in names:
        problems.add(("cpus", "haven"), "is not a name for a partition: on the console, haven is "
                     "the hypervisor itself")
    for i, name in enumerate(names):
        shown = next((n for n in names[:i] if n[:CONSOLE_NAME] == name[:CONSOLE_NAME]), None)
        if shown:
            problems.add(("cpus", name), f"begins with the same {CONSOLE_NAME} characters as "
                         f"{shown}, and the console shows no more of a name; take another one")
            continue
        twin = next((n for n in names[:i] if n.replace("-", "_") == name.replace("-", "_")), None)
        if twin:
            problems.add(("cpus", name), f"differs from {twin} only in - and _; take another name")
    for section in ("memory", "interrupts", "timing", "partitions", "dma"):
        for name in data.get(section, {}):
            if name not in names and (section, name) != ("memory", "shared"):
                problems.add((section, name), "is not a partition: it has no CPUs under cpus" +
                             closest(name, names))
    for name in names:
        if name not in data["memory"]:
            problems.add(("cpus", name), "has CPUs but no memory: add it under memory" +
                         closest(name, data["memory"]))


def _addresses(item):
    """(ipa, pa) of a region; what is not given equals the other."""
    pa = item.get("pa", item.get("base"))
    ipa = item.get("ipa", pa)
    return units.size(ipa), units.size(pa)


def _has_base(item, path, problems):
    if "base" in item and "pa" in item:
        problems.add(path + ("pa",), "is given beside base; they are the same, write one")
    if "base" not in item and "pa" not in item:
        problems.add(path, "lacks the key base")
    return "base" in item or "pa" in item


def _memory(data, partition, problems):
    top = ("memory", partition.name)
    for item, path in _items(data["memory"].get(partition.name, []), top):
        if not _has_base(item, path, problems):
            continue
        ipa, pa = _addresses(item)
        kind = item.get("kind", "ram")
        partition.regions.append(Region(
            name=item.get("name", partition.name), path=path, ipa=ipa, pa=pa,
            size=units.size(item["size"]), kind=kind,
            access=item.get("access", "rwx" if kind == "ram" else "rw")))


def _shared(data, names, problems):
    areas = []
    items = _items(data["memory"].get("shared", []), ("memory", "shared"))
    for index, (item, path) in enumerate(items):
        if not _has_base(item, path, problems):
            continue
        ipa, pa = _addresses(item)
        default = "shared" if len(items) == 1 else f"shared{index}"
        areas.append(SharedArea(name=item.get("name", default), path=path, ipa=ipa, pa=pa,
                                size=units.size(item["size"]),
                                sharers=_sharers(item, path, names, problems)))
    return areas


def _sharers(item, path, names, problems):
    access = item.get("access", "rw")
    wanted = item.get("partitions", names)
    if not isinstance(wanted, dict):
        for i, name in enumerate(wanted):
            _known_partition(name, names, path + ("partitions", i), problems)
        return {name: access for name in wanted}
    for name in wanted:
        _known_partition(name, names, path + ("partitions", name), problems)
    return dict(wanted)


def _known_partition(name, names, path, problems):
    if name not in names:
        problems.add(path, f"names {name}, which is not a partition" + closest(name, names))


def _map_shared(area, partitions):
    for partition in partitions:
        if partition.name in area.sharers:
            partition.regions.append(Region(
                name=area.name, path=area.path, ipa=area.ipa, pa=area.pa, size=area.size,
                access=area.sharers[partition.name], kind="shared"))


def _settings(data, partition, board, problems):
    item = data.get("partitions", {}).get(partition.name, {})
    path = ("partitions", partition.name)
    for role in IMAGE_ROLES:
        if role in item:
            partition.images[role] = _image(role, item[role], path + (role,))
    for key in ("cmdline", "dtb", "rng_seed", "console", "fault_policy", "max_restarts",
                "smc_allowed"):
        setattr(partition, key, item.get(key, getattr(partition, key)))
    partition.cmdline = partition.cmdline.strip()
    if "entry" in item:
        partition.entry = units.size(item["entry"])
    _doorbell(item.get("doorbell", []), partition, list(data["cpus"]), path, problems)
    for i, name in enumerate(item.get("devices", [])):
        _device(name, partition, board, path + ("devices", i), problems)
    if partition.console == "virtual":
        partition.vuart_irq = board.uart_irq
    elif partition.console != "none" and partition.console not in item.get("devices", []):
        _device(partition.console, partition, board, path + ("console",), problems)


def _restarts(data, partition):
    given = "max_restarts" in data.get("partitions", {}).get(partition.name, {})
    if "restart" in (partition.fault_policy, partition.dma.policy) and not given:
        partition.max_restarts = DEFAULT_MAX_RESTARTS


def _image(role, value, path):
    if isinstance(value, str):
        return Image(role, value, path)
    load = units.size(value["load"]) if "load" in value else None
    return Image(role, value["image"], path, load=load)


def _doorbell(value, partition, names, path, problems):
    form = {"peers": value} if isinstance(value, list) else value
    base = path + (("doorbell",) if isinstance(value, list) else ("doorbell", "peers"))
    partition.doorbell_irq = form.get("irq")
    partition.doorbell_peers = list(form.get("peers", []))
    for i, name in enumerate(partition.doorbell_peers):
        _known_partition(name, names, base + (i,), problems)


def _device(name, partition, board, path, problems):
    if name in board.masters:
        problems.add(path, f"names {name}, which masters the bus; list it under "
                     f"dma.{partition.name}, and only there")
    elif name not in board.devices:
        problems.add(path, f"names {name}, which board {board.name} does not offer" +
                     closest(name, board.devices) +
                     "; it offers: " + (", ".join(board.devices) or "nothing"))
    else:
        partition.devices.append((board.devices[name], path))
        resolve_dma.add_device(partition, board.devices[name], path)


def _interrupts(data, partition, board, problems):
    """Listed interrupts, and the EL1 timers, which go with the CPU."""
    top = ("interrupts", partition.name)
    for i, item in enumerate(data.get("interrupts", {}).get(partition.name, [])):
        form = item if isinstance(item, dict) else {"irq": item}
        if FIRST_PPI <= form["irq"] < FIRST_SPI and {"cpu", "trigger", "wake"} & form.keys():
            problems.add(top + (i,), f"gives cpu, trigger or wake for the PPI {form['irq']}; a PPI "
                         "goes to every CPU of the partition and keeps its trigger")
        partition.irqs.append(Irq(form["irq"], form.get("trigger") == "edge", form.get("cpu"),
                                  top + (i,), next_dispatch=form.get("wake") == "next-dispatch"))
    listed = {irq.intid for irq in partition.irqs}
    for intid in board.guest_timer_ppis:
        if intid not in listed:
            partition.irqs.append(Irq(intid, False, None, partition.path, origin="EL1 timer"))


def _default_service_cpu(partitions, board):
    """The lowest CPU without a vCPU, else the last one of the last partition."""
    used = {cpu for p in partitions for cpu in p.cpus}
    free = [cpu for cpu in range(board.cpu_count) if cpu not in used]
    return free[0] if free else partitions[-1].cpus[-1]


def _default_ipa_bits(partitions, board):
    """39 bits, or as many as the highest region needs; never more than the board has."""
    highest = max((r.ipa_last for p in partitions for r in p.regions), default=0)
    if any(p.dma.functions for p in partitions):
        highest = max(highest, board.pci.ecam.last)
    return min(max(DEFAULT_IPA_BITS, highest.bit_length()), board.pa_bits)
