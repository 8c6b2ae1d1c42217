# SPDX-License-Identifier: Apache-2.0
"""Facts about a board, from ports/<board>/board.yaml."""
from dataclasses import dataclass, field

from . import board_facts
from . import source as yaml_source
from .board_firmware import SystemManager
from .board_pci import Pci, Smmu
from .problems import Problem, Problems, Refused

ITS_FRAME = 0x10000        # the control frame, and behind it the translation frame


@dataclass(frozen=True)
class Frame:
    """A physical range with a name for messages."""

    name: str
    base: int
    size: int

    @property
    def last(self):
        return self.base + self.size - 1

    def overlaps(self, base, size):
        return base <= self.last and self.base <= base + size - 1

    def contains(self, base, size):
        return base >= self.base and base + size - 1 <= self.last


@dataclass(frozen=True)
class Device:
    name: str
    frame: Frame
    interrupts: tuple  # of (INTID, is edge)
    compatible: tuple
    streams: tuple = ()    # by which it masters the bus, through the SMMU
    bypass: bool = False   # it masters the bus, and no SMMU sees that
    coherent: bool = False
    scmi: dict = field(default_factory=dict)  # clocks: name -> id or "shared"; power, resets: ids

    @property
    def is_master(self):
        return self.bypass or bool(self.streams)


class Board:
    """`ram`, `reserved`: lists of Frame; the rest as named in board.yaml."""

    def __init__(self, data):
        gic = data["gic"]
        self.name = data["name"]
        self.pa_bits = data["pa_bits"]
        self.mpidr = list(data["cpus"])
        self.ram = [_frame("RAM", r) for r in data["ram"]]
        self.gicd = _frame("the GIC distributor", gic["distributor"])
        self.gicr = _frame("the GIC redistributors", gic["redistributors"])
        self.gicr_stride = gic["redistributors"]["stride"]
        self.interrupts = gic["interrupts"]
        self.uart = _frame("the hypervisor's UART", data["uart"])
        self.uart_irq = data["uart"]["irq"]
        self.uart_clock = data["uart"]["clock"]
        self.ppi = data["ppi"]
        self.hypervisor = _frame("the hypervisor", data["hypervisor"]["memory"])
        self.image_base = data["hypervisor"]["image"]
        self.smmu = Smmu(data["smmu"], _frame) if "smmu" in data else None
        self.pci = Pci(data["pci"], _frame) if "pci" in data else None
        self.manager = SystemManager(data["system_manager"], _frame) \
            if "system_manager" in data else None
        self.its = _frame("the GIC ITS", gic["its"]) if "its" in gic else None
        self.its_coherent = gic.get("its", {}).get("coherent", False)
        self.scmi_buffer = data.get("scmi_buffer")
        self.overheads = data.get("overheads", {})
        self.devices = {name: _device(name, d) for name, d in data.get("devices", {}).items()}

    @property
    def cpu_count(self):
        return len(self.mpidr)

    @property
    def reserved(self):
        """Frames that no guest may map."""
        frames = [self.gicd, self.its, self.gicr, self.uart, self.smmu and self.smmu.frame,
                  self.pci and self.pci.ecam, self.manager and self.manager.mu]
        return [f for f in frames if f is not None]

    def el2_devices(self, with_pci, with_its):
        """Frames that EL2 maps: only as many redistributors as there are CPUs, the PCI
        configuration space and the ITS if they are used, and of the ITS what controls it."""
        gicr = Frame(self.gicr.name, self.gicr.base, self.gicr_stride * self.cpu_count)
        its = self.its and Frame("the GIC ITS, control", self.its.base, ITS_FRAME)
        frames = [self.gicd, its if with_its else None, gicr, self.uart,
                  self.smmu and self.smmu.frame, self.pci.ecam if with_pci else None,
                  self.manager and self.manager.mu]
        return [f for f in frames if f is not None]

    @property
    def msi_page(self):
        """The page of GITS_TRANSLATER, which devices write to; None without an ITS."""
        return self.its and Frame("the MSI frame", self.its.base + ITS_FRAME, 0x1000)

    @property
    def functions(self):
        return self.pci.functions if self.pci else {}

    @property
    def masters(self):
        """Names of all that can be given under dma."""
        return list(self.functions) + [n for n, d in self.devices.items() if d.is_master]

    @property
    def named_streams(self):
        """Stream id: name of whatever has it."""
        named = {s: name for name, d in self.devices.items() for s in d.streams}
        return named | {f.bdf: name for name, f in self.functions.items()}

    @property
    def guest_timer_ppis(self):
        """EL1 timers; they go with the CPU to whichever partition has it."""
        return [self.ppi["virtual_timer"], self.ppi["physical_timer"]]

    @property
    def own_interrupts(self):
        """INTIDs that no guest may have: the hypervisor's or the firmware's, and what for."""
        own = {intid: "the SMMU" for intid in (self.smmu.interrupts if self.smmu else ())}
        if self.manager:
            own[self.manager.mu_irq] = self.manager.mu.name
        for key, use in (("hypervisor_virtual_timer", "EL2's virtual timer"),
                         ("secure_timer", "the secure world's timer")):
            if key in self.ppi:
                own[self.ppi[key]] = use
        return own | {
            self.uart_irq: "the hypervisor's UART",
            self.ppi["maintenance"]: "GIC maintenance",
            self.ppi["hypervisor_timer"]: "the hypervisor's timer",
        }


def _frame(name, data):
    return Frame(name, data["base"], data["size"])


def _device(name, data):
    interrupts = tuple((i["irq"], i["trigger"] == "edge") for i in data.get("interrupts", []))
    dma = data.get("dma", {})
    return Device(name, _frame(f"device {name}", data["region"]), interrupts,
                  tuple(data.get("compatible", [])),
                  streams=() if dma == "bypass" else tuple(dma.get("streams", [])),
                  bypass=dma == "bypass", coherent=dma != "bypass" and dma.get("coherent", False),
                  scmi=data.get("scmi", {}))


def names(board_dir):
    return sorted(p.parent.name for p in board_dir.glob("*/board.yaml"))


def load(board_dir, name):
    path = board_dir / name / "board.yaml"
    text = yaml_source.load(path)
    problems = Problems(text)
    try:
        board = Board(text.data)
        board_facts.check(board, problems)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise Refused([Problem(str(path), 1, "the file", f"lacks a fact: {error}")]) from error
    if problems:
        raise Refused(problems.sorted())
    return board
