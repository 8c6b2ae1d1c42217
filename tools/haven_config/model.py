# SPDX-License-Identifier: Apache-2.0
"""The configuration as the rest of the compiler sees it: no short forms, no units."""
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

PAGE = 0x1000
BLOCK_2M = 0x200000
MAX_GUESTS = 7
MAX_REGIONS = 64
MAX_CPUS = 8
MAX_INTID = 1019
FIRST_SPI = 32
FIRST_PPI = 16


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

    def partition(self, name):
        return next(p for p in self.partitions if p.name == name)

    @property
    def journal_size(self):
        """A header and the slots, 64 bytes each, for every CPU."""
        return 64 * (self.journal_slots + 1) * self.board.cpu_count

    @property
    def journal_pa(self):
        """The end of the hypervisor's range, where a reload does not write."""
        end = self.board.hypervisor.base + self.board.hypervisor.size
        return (end - self.journal_size) // PAGE * PAGE

    def shares_memory(self, one, other):
        return any(one in a.sharers and other in a.sharers for a in self.shared)
