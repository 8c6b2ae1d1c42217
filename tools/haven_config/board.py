# SPDX-License-Identifier: Apache-2.0
"""Facts about a board, from ports/<board>/board.yaml."""
from dataclasses import dataclass

from . import source as yaml_source
from .problems import Problem, Refused


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
        self.smmu_interrupts = data.get("smmu", {}).get("interrupts", [])
        self.smmu = _frame("the SMMU", data["smmu"]) if "smmu" in data else None
        self.its = _frame("the GIC ITS", gic["its"]) if "its" in gic else None
        self.devices = {name: _device(name, d) for name, d in data.get("devices", {}).items()}

    @property
    def cpu_count(self):
        return len(self.mpidr)

    @property
    def reserved(self):
        """Frames that no guest may map."""
        frames = [self.gicd, self.its, self.gicr, self.uart, self.smmu]
        return [f for f in frames if f is not None]

    @property
    def el2_devices(self):
        """Frames that EL2 maps: only as many redistributors as there are CPUs."""
        gicr = Frame(self.gicr.name, self.gicr.base, self.gicr_stride * self.cpu_count)
        frames = [self.gicd, gicr, self.uart, self.smmu]
        return [f for f in frames if f is not None]

    @property
    def guest_timer_ppis(self):
        """EL1 timers; they go with the CPU to whichever partition has it."""
        return [self.ppi["virtual_timer"], self.ppi["physical_timer"]]

    @property
    def own_interrupts(self):
        """INTIDs that no guest may have: the hypervisor's or the firmware's, and what for."""
        own = {intid: "the SMMU" for intid in self.smmu_interrupts}
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
    return Device(name, _frame(f"device {name}", data["region"]), interrupts,
                  tuple(data.get("compatible", [])))


def names(board_dir):
    return sorted(p.parent.name for p in board_dir.glob("*/board.yaml"))


def load(board_dir, name):
    path = board_dir / name / "board.yaml"
    try:
        return Board(yaml_source.load(path).data)
    except (KeyError, TypeError) as error:
        raise Refused([Problem(str(path), 1, "the file", f"lacks a fact: {error}")]) from error
