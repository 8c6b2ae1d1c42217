# SPDX-License-Identifier: Apache-2.0
"""The reviewed table: what the code alone does not say about itself."""
from typing import NamedTuple, Optional

import yaml

from haven_bounds import Refused

_KEYS = {"entries", "stacks", "switches", "fp", "indirect", "eret"}
_VECTOR_SIZE, _SLOTS, _FROM_BELOW = 0x80, 16, 8


class Stack(NamedTuple):
    variable: str
    member: str
    guard: Optional[str]
    margin: int


class Entry(NamedTuple):
    function: object
    stack: Optional[str]  # None: it has none and must not use one


class Table:
    def __init__(self, path):
        self.path = str(path)
        try:
            with open(path, encoding="utf-8") as file:
                self._data = yaml.safe_load(file)
        except (OSError, yaml.YAMLError) as error:
            raise Refused(f"{path}: {getattr(error, 'strerror', None) or error}") from error
        if not isinstance(self._data, dict):
            raise Refused(f"{path}: not a table")
        unknown = sorted(set(self._data) - _KEYS)
        if unknown or "entries" not in self._data:
            raise Refused(f"{path}: unknown key '{unknown[0]}'" if unknown else f"{path}: no 'entries'")
        try:
            self._read()
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise Refused(f"{path}: not of the form that docs/bounds.md describes ({error})") from error

    def _read(self):
        data = self._data
        self.stacks = {name: Stack(row["variable"], row["member"], row.get("guard"), int(row["margin"]))
                       for name, row in (data.get("stacks") or {}).items()}
        self.switches = dict(data.get("switches") or {})
        self.fp, self.eret = set(data.get("fp") or ()), set(data.get("eret") or ())
        self._indirect = {name: list(targets) for name, targets in (data.get("indirect") or {}).items()}
        used = set(self.switches.values()) | {row["stack"] for row in data["entries"] if row.get("stack")}
        if used - set(self.stacks):
            raise Refused(f"{self.path}: no stack '{sorted(used - set(self.stacks))[0]}'")

    def entries(self, image):
        """Makes functions of what has no symbol."""
        found = []
        for row in self._data["entries"]:
            if "vectors" in row:
                found += self._vectors(image, row)
            else:
                found.append(Entry(image.entry(row["at"], image.address(row["at"])), row.get("stack")))
        return found

    @staticmethod
    def _vectors(image, row):
        """The first eight are taken from EL2 itself, on whatever stack: none may be used."""
        base = image.address(row["vectors"])
        for slot in range(_SLOTS):
            place = slot * _VECTOR_SIZE
            function = image.entry(f"{row['vectors']}+{place:#x}", base + place, _VECTOR_SIZE)
            yield Entry(function, row["stack"] if slot >= _FROM_BELOW else None)

    def indirect(self, image):
        return {name: [image.address(target) for target in targets]
                for name, targets in self._indirect.items()}
