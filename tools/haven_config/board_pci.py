# SPDX-License-Identifier: Apache-2.0
"""Facts about what masters the bus: the SMMU, the PCI host bridge and its functions."""
from dataclasses import dataclass

INTX_LINES = 4


@dataclass(frozen=True)
class Bar:
    """A memory base address register, or two if it is wide."""

    index: int
    size: int
    wide: bool             # 64-bit
    prefetchable: bool


@dataclass(frozen=True)
class Function:
    name: str
    bus: int
    slot: int
    number: int            # the function's, in its slot
    id: int                # configuration word 0
    pin: int               # 1 is INTA, 0 none
    msi: int               # vectors that it can use
    bars: tuple

    @property
    def bdf(self):
        """Also its stream id and its ITS DeviceID."""
        return self.bus << 8 | self.slot << 3 | self.number

    @property
    def place(self):
        """'00:01.0', as lspci has it."""
        return f"{self.bus:02x}:{self.slot:02x}.{self.number}"


class Pci:
    """`ecam`, `window`: Frame. `functions`: by name."""

    def __init__(self, data, frame):
        msi = data.get("msi", {"first": 0, "count": 0})
        self.ecam = frame("the PCI configuration space", data["ecam"])
        self.first_bus = data["ecam"]["first_bus"]
        self.window = frame("the PCI window", data["window"])
        self.intx = tuple(data.get("intx", ()))
        self.msi_first, self.msi_count = msi["first"], msi["count"]
        self.functions = {name: self._function(name, f)
                          for name, f in data.get("functions", {}).items()}

    def _function(self, name, data):
        bars = tuple(Bar(b["index"], b["size"], b.get("wide", False), b.get("prefetchable", False))
                     for b in data.get("bars", ()))
        return Function(name=name, bus=data.get("bus", self.first_bus), slot=data["slot"],
                        number=data.get("function", 0), id=data["id"], pin=data.get("pin", 0),
                        msi=data.get("msi", 0), bars=bars)

    def line(self, function):
        """INTID of a function's INTx pin, by the usual rotation over the slots; 0: none."""
        if not function.pin:
            return 0
        return self.intx[(function.slot + function.pin - 1) % INTX_LINES]


class Smmu:
    def __init__(self, data, frame):
        self.frame = frame("the SMMU", data)
        self.stream_bits = data["stream_bits"]
        self.event_irq, self.gerror_irq = data["event_irq"], data["gerror_irq"]
        self.interrupts = {self.event_irq, self.gerror_irq, *data.get("interrupts", ())}
