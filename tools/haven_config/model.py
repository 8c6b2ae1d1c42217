# SPDX-License-Identifier: Apache-2.0
"""The configuration as the rest of the compiler sees it: no short forms, no units."""
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from . import dma_memory

PAGE = 0x1000
BLOCK_2M = 0x200000
MAX_GUESTS = 7
MAX_REGIONS = 64
MAX_CPUS = 8
MAX_INTID = 1019
FIRST_SPI = 32
FIRST_PPI = 16
MAX_STREAMS = 256          # HV_MAX_SMMU_DEVICES of <haven/types.h>
MAX_LPIS = 256             # HV_LPI_MAX of <haven/its.h>


@dataclass
class Region:
    name: str
    path: tuple            # where it was written
    ipa: int
    pa: int
    size: int
    access: str            # ro rw rx rwx
    kind: str              # ram, shared or device

    @property
    def pa_last(self):
        return self.pa + self.size - 1

    @property
    def ipa_last(self):
        return self.ipa + self.size - 1


@dataclass
class SharedArea:
    name: str
    path: tuple
    ipa: int
    pa: int
    size: int
    sharers: dict          # partition name -> ro or rw


@dataclass
class Irq:
    intid: int
    edge: bool
    cpu: Optional[int]     # None: the CPU of vCPU 0 (an SPI), every CPU (a PPI)
    path: tuple
    origin: str = ""       # device it came with
    next_dispatch: bool = False  # wakes nobody on a shared CPU


@dataclass
class PlacedFunction:
    """A PCI function of a partition; its BARs have addresses (PA = IPA)."""

    facts: object          # board_pci.Function
    path: tuple
    intx: int              # INTID, 0: none
    bars: dict             # board_pci.Bar -> address


@dataclass
class Dma:
    """What masters the bus on behalf of a partition."""

    path: tuple
    functions: list = field(default_factory=list)  # PlacedFunction, ascending bdf
    devices: list = field(default_factory=list)    # (board.Device, path)
    raw: list = field(default_factory=list)        # (stream id, path)
    policy: str = "log"
    protected: bool = True  # the board has an SMMU
    msi_first: int = 0
    msi_count: int = 0
    msi_page: object = None  # Frame, where the guest sees its GICv2m
    lpi_first: int = 0
    shadow_first: int = 0

    @property
    def streams(self):
        """(stream id, name, path) of all that the SMMU lets through."""
        if not self.protected:
            return []
        named = [(f.facts.bdf, f.facts.name, f.path) for f in self.functions]
        named += [(s, d.name, path) for d, path in self.devices for s in d.streams]
        return sorted(named + [(s, "raw stream", path) for s, path in self.raw])

    @property
    def masters(self):
        """(name, path, is behind an SMMU) of all that is given by name."""
        named = [(f.facts.name, f.path, self.protected) for f in self.functions]
        return named + [(d.name, path, self.protected and not d.bypass)
                        for d, path in self.devices]

    @property
    def lpi_count(self):
        return len(self.functions) * self.msi_count


@dataclass
class Image:
    role: str              # kernel, binary, initrd, dtb
    name: str              # as written
    path: tuple
    file: Optional[Path] = None
    size: int = 0          # bytes of the file
    span: int = 0          # bytes of memory it takes when running
    load: Optional[int] = None  # IPA
    offset: int = 0        # arm64 Image: text_offset
    is_arm64_image: bool = False


@dataclass
class Task:
    name: str
    path: tuple
    wcet: int              # ns, as are the next two
    period: int
    deadline: int
    priority: Optional[int]  # 0 is the most urgent; None: by deadline
    cpu: int


@dataclass(frozen=True)
class Overheads:
    """The longest that EL2 takes, in ns; None: nobody said."""

    exit: Optional[int]
    switch: Optional[int]
    interrupt: Optional[int]  # one that is kept for a partition that has no turn
    service: Optional[int]  # the console's work in each service_period
    service_period: int = 1_000_000


@dataclass
class Partition:
    name: str
    id: int
    cpus: list
    path: tuple
    regions: list = field(default_factory=list)
    irqs: list = field(default_factory=list)
    images: dict = field(default_factory=dict)
    devices: list = field(default_factory=list)
    cmdline: str = ""
    dtb: str = "generated"
    rng_seed: Optional[int] = None
    entry: Optional[int] = None
    console: str = "virtual"
    fault_policy: str = "halt"
    max_restarts: int = 0
    smc_allowed: list = field(default_factory=list)
    doorbell_peers: list = field(default_factory=list)
    doorbell_irq: Optional[int] = None
    vuart_irq: int = 0
    period_ns: int = 0
    budget_ns: int = 0
    priority: int = 0
    polling: bool = False
    background: bool = False
    tasks: list = field(default_factory=list)
    dma: Dma = field(default_factory=lambda: Dma(()))
    scmi: object = None    # model_scmi.Scmi; None: no channel

    @property
    def msi_intids(self):
        return range(self.dma.msi_first, self.dma.msi_first + self.dma.msi_count)

    @property
    def device_map(self):
        """What its devices see instead of its own map; None if that is the same."""
        page = self.dma.msi_page
        if page is None:
            return None
        return self.regions + [Region(page.name, self.dma.path, page.base, page.base, page.size,
                                      "wo", "msi")]

    @property
    def ram(self):
        return [r for r in self.regions if r.kind == "ram"]

    @property
    def shared(self):
        return [r for r in self.regions if r.kind == "shared"]

    @property
    def has_vuart(self):
        return self.console == "virtual"


@dataclass
class Config:
    name: str
    source: object
    board: object
    partitions: list
    shared: list
    service_cpu: int
    journal_slots: int
    ipa_bits: int
    overheads: Overheads
    trace_slots: int       # 0: calls of the dispatcher are not recorded
    dma_fault_limit: int
    unprotected: list      # (name, path) of bus masters that are accepted without an SMMU
    firmware: object = None  # model_firmware.Firmware; None: it owns nothing here
    mcu: object = None     # model_firmware.Mcu

    def partition(self, name):
        return next(p for p in self.partitions if p.name == name)

    @property
    def streams(self):
        """(stream id, partition) of all, ascending."""
        return sorted((s, p.id) for p in self.partitions for s, _, _ in p.dma.streams)

    @property
    def function_count(self):
        return sum(len(p.dma.functions) for p in self.partitions)

    @property
    def lpi_count(self):
        return sum(p.dma.lpi_count for p in self.partitions)

    @property
    def el2_devices(self):
        return self.board.el2_devices(self.function_count > 0, self.lpi_count > 0)

    @property
    def shared_cpus(self):
        """CPUs that several partitions name."""
        names = [cpu for p in self.partitions for cpu in set(p.cpus)]
        return {cpu for cpu in names if names.count(cpu) > 1}

    @property
    def journal_size(self):
        """A header and the slots, 64 bytes each, for every CPU."""
        return 64 * (self.journal_slots + 1) * self.board.cpu_count

    @property
    def journal_pa(self):
        """The end of the hypervisor's range, where a reload does not write."""
        end = self.board.hypervisor.base + self.board.hypervisor.size
        return (end - self.journal_size) // PAGE * PAGE

    @property
    def trace_size(self):
        """A ring like the journal's for every shared CPU."""
        return 64 * (self.trace_slots + 1) * len(self.shared_cpus) if self.trace_slots else 0

    @property
    def trace_pa(self):
        """Below the journal."""
        return (self.journal_pa - self.trace_size) // PAGE * PAGE

    @property
    def dma_memory(self):
        """(base, size) of what the SMMU and the ITS read, below the rings; the image's end."""
        return dma_memory.place(self, self.trace_pa)

    def shares_memory(self, one, other):
        return any(one in a.sharers and other in a.sharers for a in self.shared)
