# SPDX-License-Identifier: Apache-2.0
"""Facts about firmware that owns the board's firewalls, and what its known configurations give."""
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from . import grants

RIGHTS = ("none", "get", "notify", "set", "priv", "exclusive", "all")


@dataclass(frozen=True)
class Machine:
    """A microcontroller that the firmware starts as a logical machine."""

    name: str
    title: str             # 'Cortex-M7'
    lm: int
    cpu: int               # in the SCMI CPU protocol
    domain: int
    doorbells: tuple       # devices whose other side is this core
    vector_step: int
    memory: tuple          # of (Frame, address as the core sees it)


@dataclass(frozen=True)
class Checker:
    """Of memory regions."""

    name: str
    aperture: object       # Frame
    frame: str             # name of the TRDC that it is part of
    regions: int           # for a domain
    big: bool              # its registers hold addresses >> 4


@dataclass(frozen=True)
class Policy:
    """What one configuration of the firmware gives to whom."""

    name: str
    selectors: tuple       # by which the application cores are started
    grants: tuple          # of grants.Grant
    rights: dict           # machine -> word of RIGHTS, for the hypervisor's agent
    streams: dict          # resource that masters the bus -> stream id; those behind the SMMU
    origins: dict = field(default_factory=dict)  # ('right', machine), ('stream', resource): line

    def allows(self, machine, right):
        return RIGHTS.index(self.rights.get(machine.name, "none")) >= RIGHTS.index(right)


class SystemManager:
    """As named in board.yaml; `frames`, `mu` are Frames."""

    def __init__(self, data, frame):
        self.mu = frame("the firmware's mailbox", data["mu"])
        self.mu_irq = data["mu"]["irq"]
        self.mailbox, self.crc, self.reply_us = data["mailbox"], data["crc"], data["reply_us"]
        self.granule = data["granule"]
        self.frames = [frame(f["name"], f) for f in data["frames"]]
        self.domains = dict(data["domains"])
        self.machines = {name: _machine(name, m, self.domains[name], frame)
                         for name, m in data["machines"].items()}
        self.soc, self.own = data["soc"], list(data["own"])
        self.resources = dict(data["resources"])
        self.frame_resources = {f["name"]: f["resource"] for f in data["frames"]}
        self.checkers = {name: Checker(name, frame(name, c), c["frame"], c["regions"], c["big"])
                         for name, c in data["checkers"].items()}
        self.secure = frame("the secure world's RAM", data["secure"])
        self.firmware_domains = list(data["firmware_domains"])
        self.streams = dict(data["streams"])
        self.kept = [(kind, *_ids(ids)) for kind, rows in data.get("kept", {}).items() for ids in rows]
        self.known = {name: self._policy(name, c) for name, c in data["configurations"].items()}

    @property
    def ddr(self):
        """The aperture of the first checker."""
        return next(iter(self.checkers.values())).aperture

    @property
    def apps(self):
        """The domain of the application cores."""
        return self.domains["apps"]

    def _policy(self, name, data):
        given = tuple(grants.Grant(self.domains[who], g["base"], g["size"],
                                   grants.ACCESS[g["access"]])
                      for who, rows in data["memory"].items() for g in rows)
        streams = {n: s for n, s in self.streams.items()
                   if not any(fnmatchcase(n, pattern) for pattern in data["bypass"])}
        return Policy(name, tuple(data["selectors"]), given, dict(data["rights"]), streams)


def _ids(text):
    """5 or '5-7' -> first, last."""
    first, _, last = str(text).partition("-")
    return int(first), int(last or first)


def _machine(name, data, domain, frame):
    memory = tuple((frame(m["name"], m), m["own"]) for m in data["memory"])
    return Machine(name, data["name"], data["lm"], data["cpu"], domain, tuple(data["doorbells"]),
                   data["vector_step"], memory)
