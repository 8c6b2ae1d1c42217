# SPDX-License-Identifier: Apache-2.0
"""Who may reach what, as a firewall in front of memory sees it: grants to domains.

An access value is a nibble for each kind of access: from the top secure privileged, secure user,
Non-secure privileged, Non-secure user; read 4, write 2, execute 1.
"""
from dataclasses import dataclass

ACCESS = {"none": 0x0000, "sec_r": 0x4400, "secpriv_rx": 0x5000, "secpriv_rw": 0x6000,
          "secpriv_rwx": 0x7000, "sec_rw": 0x6600, "rw": 0x6666, "sec_rwx": 0x7700, "ro": 0x4444,
          "nspriv_r": 0x7740, "ns_r": 0x7744, "nspriv_rw": 0x6660, "nspriv_rwx": 0x7770,
          "full": 0x7777}
ANY = 0x7777
NONSECURE = 0x0077
NS_RW = 0x0066
NS_RWX = 0x0077


@dataclass(frozen=True)
class Grant:
    domain: int
    base: int
    size: int
    access: int
    origin: str = ""       # where it is written, for messages

    @property
    def end(self):
        return self.base + self.size


def merged(spans):
    """(base, end) pairs, ascending, without overlaps and without seams."""
    result = []
    for base, end in sorted(s for s in spans if s[0] < s[1]):
        if result and base <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((base, end))
    return result


def common(one, other):
    """What two lists of spans have in common."""
    return merged([(max(a, c), min(b, d)) for a, b in one for c, d in other])


def without(spans, holes):
    """What is left of spans outside the holes."""
    left = merged(spans)
    for low, high in merged(holes):
        left = [piece for base, end in left
                for piece in ((base, min(end, low)), (max(base, high), end)) if piece[0] < piece[1]]
    return left


def span(base, size):
    return [(base, base + size)]


def touching(grants, domain, kinds=ANY):
    """Spans where a domain may do at least one of these kinds of access."""
    return merged([(g.base, g.end) for g in grants if g.domain == domain and g.access & kinds])


def allowing(grants, domain, kinds):
    """Spans where it may do all of them, each by some grant."""
    result = None
    for bit in (1 << n for n in range(16) if kinds >> n & 1):
        spans = touching(grants, domain, bit)
        result = spans if result is None else common(result, spans)
    return result or []


def words(access):
    """'full' or whatever name it has, else the number."""
    return next((name for name, value in ACCESS.items() if value == access), f"0x{access:04x}")
