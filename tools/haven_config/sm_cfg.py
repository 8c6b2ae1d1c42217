# SPDX-License-Identifier: Apache-2.0
"""What an imx-sm .cfg says: domains, logical machines, agents, and what each gets.

Of resources for SCMI only the rights over logical machines are read; of the firewalls, all
assignments of masters (MDAC), memory regions (MRC) and blocks (MBC). A line with one of those that
is not fully understood is refused; others are listed in `unknown`.
"""
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from . import sm_resources
from .board_firmware import RIGHTS
from .sm_lines import Reader, refuse
from .sm_values import domain, domains, number, parse

COMMANDS = re.compile(r"(MAKE|DOX|BOARD|MIX|(TRDC|BCTRL)_CONFIG_[A-Z]+)")
SECTION = re.compile(r"(DOM|LM|SCMI_AGENT)(\d+)")
# What imx-sm's tool takes for a section or a command, also where a define has put it.
HEADS = re.compile(r"(DOM|LM|SCMI_AGENT)\d*|MODE|MAILBOX|CHANNEL|DEBUG|MAKE")
KEYS = {"DOM": {"name", "did"},
        "LM": {"name", "rpc", "boot", "skip", "rtime", "did", "safe", "group", "auto"},
        "SCMI_AGENT": {"name", "dup"},
        "DEBUG": {"did"},
        "MODE": {"msel", "boot", "skip"},
        "MAILBOX": {"type", "mu", "test", "sma", "priority"},
        "CHANNEL": {"xport", "db", "rpc", "type", "check", "notify", "test", "sequence"}}
FLAGS = {"LM": {"default"}, "SCMI_AGENT": {"secure"}, "CHANNEL": {"test"}}


@dataclass
class Machine:
    """LMn."""

    index: int
    name: str
    did: int
    line: object
    boots: dict            # selector -> order
    memory: list = field(default_factory=list)


@dataclass
class Agent:
    index: int
    name: str
    secure: bool
    machine: object
    line: object
    mu: Optional[int] = None
    channels: dict = field(default_factory=dict)  # type -> (doorbell, check, line)
    rights: dict = field(default_factory=dict)    # LM -> (word of RIGHTS, line)


class Cfg:
    """The file as data. `masters`, `regions`, `blocks`: of sm_resources."""

    def __init__(self, path, text=None):
        self.path = Path(path)
        self.reader = Reader(path, text)
        self.name = self.path.stem
        self.domains, self.machines, self.agents = {}, {}, {}   # did -> name, index -> ...
        self.masters, self.regions, self.blocks = [], [], []
        self.soc = None
        self.debug = None  # (domain that gets what any domain has, line)
        self.unknown = []  # (line, word)
        self._did, self._machine, self._agent = None, None, None
        for line in self.reader.lines:
            self._take(line)

    def _take(self, line):
        if not line.expanded:
            return
        self._check_head(line)
        first = line.words[0]
        section = SECTION.fullmatch(first)
        if section:
            self._section(line, section[1], int(section[2]))
        elif first in ("MODE", "MAILBOX", "CHANNEL", "DEBUG"):
            getattr(self, "_" + first.lower())(line, self._values(line, first))
        elif first == "MAKE":
            self.soc = next((w[4:] for w in line.words if w.startswith("soc=")), self.soc)
        elif not COMMANDS.fullmatch(first):
            self._resource(line)

    def _check_head(self, line):
        first, expanded = line.words[0], line.expanded[0]
        if first != expanded and (HEADS.fullmatch(first) or HEADS.fullmatch(expanded)):
            refuse(line.file, line.number, first, f"is defined as {expanded}, and one of them is no "
                   "resource")
        if first in ("DOM", "LM", "SCMI_AGENT"):
            refuse(line.file, line.number, first, "has no number")

    def _values(self, line, kind):
        """Keys of a command; one that is not known could change what it means."""
        values = {}
        for word in line.words[1:]:
            key, sep, value = word.partition("=")
            if key not in (KEYS[kind] if sep else FLAGS.get(kind, ())):
                refuse(line.file, line.number, line.words[0], f"has {word}, which is not understood")
            values[key] = value.strip('"')
        return values

    def _section(self, line, kind, index):
        values = self._values(line, kind)
        if kind == "SCMI_AGENT":
            self._new_agent(line, index, values)
            return
        if "did" not in values:
            refuse(line.file, line.number, line.words[0], "has no did")
        self._did = domain(line, "did", values["did"])
        self.domains[self._did] = values.get("name", line.words[0])
        self._agent = None
        if kind == "LM":
            order = number(line, "boot", values.get("boot", "0"))
            self._machine = Machine(index, values.get("name", ""), self._did, line, {0: order})
            if index in self.machines:
                refuse(line.file, line.number, f"LM{index}", "is there twice; first in "
                       + self.machines[index].line.where)
            self.machines[index] = self._machine

    def _new_agent(self, line, index, values):
        if self._machine is None:
            refuse(line.file, line.number, line.words[0], "stands before every LM")
        if index in self.agents:
            refuse(line.file, line.number, line.words[0], "is there twice; first in "
                   + self.agents[index].line.where)
        self._agent = Agent(index, values.get("name", ""), "secure" in values, self._machine, line)
        self.agents[index] = self._agent
        if "dup" in values:
            other = self.agents.get(number(line, "dup", values["dup"]))
            if other is None or other is self._agent:
                refuse(line.file, line.number, "dup", f"is {values['dup']}, which is no agent above")
            self._agent.rights = dict(other.rights)

    def _debug(self, line, values):
        if "did" in values:
            self.debug = domain(line, "did", values["did"]), line

    def _mode(self, line, values):
        if self._machine is None or "msel" not in values:
            refuse(line.file, line.number, "MODE", "needs an LM above it and a msel")
        self._machine.boots[number(line, "msel", values["msel"])] = \
            number(line, "boot", values.get("boot", "0"))

    def _mailbox(self, line, values):
        if self._agent is None:
            refuse(line.file, line.number, "MAILBOX", "stands before every agent")
        if values.get("type") == "mu" and "mu" in values:
            self._agent.mu = number(line, "mu", values["mu"])
        else:
            self.unknown.append((line, "MAILBOX"))

    def _channel(self, line, values):
        if self._agent is None:
            refuse(line.file, line.number, "CHANNEL", "stands before every agent")
        self._agent.channels[values.get("type")] = (number(line, "db", values.get("db", "0")),
                                                    values.get("check", "none"), line)

    def _resource(self, line):
        words, values = parse(line)
        for word in words:
            if re.fullmatch(r"LMM_\d+", word):
                self._right(line, int(word[4:]), values)
            elif not sm_resources.is_known(word):
                self.unknown.append((line, word))
        for name, place in values.trdc:
            sm_resources.take(self, line, name, place, values, self._did)
        if not values.trdc and {"begin", "end", "size", "sid", "kpa"} & values.keys():
            refuse(line.file, line.number, line.words[0], "says where memory lies or how a master "
                   "is seen, but stands for no part of a firewall; its define is missing")

    def _right(self, line, index, values):
        right = values.first("lmm", "api")
        if right not in RIGHTS:
            refuse(line.file, line.number, f"LMM_{index}", f"has the right {right}, which is not one of "
                   + ", ".join(RIGHTS))
        if self._agent is not None:
            self._agent.rights[index] = (right, line)

    def dids(self, line, values):
        """Domains of a line: its own did, or that of the section."""
        if "did" in values:
            return domains(line, "did", values["did"])
        if self._did is None:
            refuse(line.file, line.number, line.words[0], "stands before every DOM and LM")
        return [self._did]
