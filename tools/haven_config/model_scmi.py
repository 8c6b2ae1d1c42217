# SPDX-License-Identifier: Apache-2.0
"""A partition's SCMI channel, and what it may ask for over it."""
from dataclasses import dataclass, field

PAGE = 0x1000
MAX_GRANTS = 32            # rows of a partition: each request walks through all of them
SHARED = "shared"          # of a device's clock: runs as firmware left it, for others too

# Key of the file -> protocol. Performance, system power and whatever a vendor adds are not here:
# no list of a configuration can name them. Source: Arm DEN 0056, 4.
PROTOCOLS = {"power": 0x11, "clocks": 0x14, "sensors": 0x15, "resets": 0x16, "voltages": 0x17,
             "pins": 0x19}


@dataclass(frozen=True)
class Grant:
    """Ids first..last of one protocol."""

    kind: str              # key of PROTOCOLS
    first: int
    last: int
    may_set: bool
    path: tuple            # where it comes from
    origin: str = ""       # device it came with

    @property
    def protocol(self):
        return PROTOCOLS[self.kind]

    def overlaps(self, other):
        return self.kind == other.kind and self.first <= other.last and other.first <= self.last

    @property
    def ids(self):
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass
class Scmi:
    path: tuple
    buffer: int = 0        # IPA of the page
    irq: int = 0
    grants: list = field(default_factory=list)  # as they were found

    @property
    def rows(self):
        """The same as few as possible, by protocol: what may be set, then what may be read."""
        result = []
        for grant in sorted(self.grants, key=lambda g: (g.protocol, not g.may_set, g.first)):
            top = result[-1] if result else None
            if top and (top.kind, top.may_set) == (grant.kind, grant.may_set) and \
                    grant.first <= top.last + 1:
                result[-1] = Grant(top.kind, top.first, max(top.last, grant.last), top.may_set,
                                   top.path, _join(top.origin, grant.origin))
            else:
                result.append(grant)
        return result

    @property
    def protocols(self):
        return sorted({g.protocol for g in self.grants})


def _join(one, other):
    names = [name for name in one.split(", ") + [other] if name]
    return ", ".join(dict.fromkeys(names))
