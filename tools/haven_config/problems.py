# SPDX-License-Identifier: Apache-2.0
"""Refusals: each names file, line and key; all are collected before any is shown."""
from dataclasses import dataclass, field


def key_text(path):
    """('memory', 'linux', 0, 'size') -> 'memory.linux[0].size'."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else str(step)
    return text or "the file"


@dataclass(frozen=True)
class Problem:
    file: str
    line: int
    key: str
    rule: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.key} {self.rule}"


@dataclass
class Problems:
    """Collects what is wrong with one source file."""

    source: object
    found: list = field(default_factory=list)

    def add(self, path, rule):
        problem = Problem(self.source.name, self.source.line(path), key_text(path), rule)
        if problem not in self.found:
            self.found.append(problem)

    def __bool__(self):
        return bool(self.found)

    def sorted(self):
        return sorted(self.found, key=lambda p: p.line)


class Refused(Exception):
    """The configuration is not accepted. `problems` is a list of Problem."""

    def __init__(self, problems):
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems
