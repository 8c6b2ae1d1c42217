# SPDX-License-Identifier: Apache-2.0
"""Lines of a .cfg that would make the configuration true: what to take away, what to write instead.

No line is asked for that would open the secure world's memory; what no line can settle stays a
conflict. Permissions are written out, so that the lines need no define but the resource's own.
"""
from dataclasses import dataclass, field, replace

from . import checks, grants, sm_policy
from .problems import Problems
from .sm_cfg import SECTION, Cfg
from .sm_lines import text_of
from .sm_values import parse

CORE_KINDS = 0x6666
RIGHT = {"attach": "notify", "manage": "all"}


@dataclass
class Edit:
    """In one section."""

    title: str             # 'LM1 "M7", domain 4'
    section: tuple         # ('LM', 1) or ('SCMI_AGENT', 2)
    removed: list = field(default_factory=list)   # sm_lines.Line
    lines: list = field(default_factory=list)     # text


class Fragment:
    """`edits`; `left`: problems that they do not settle."""

    def __init__(self, config):
        self.config, self.manager = config, config.board.manager
        self.cfg, self.policy = config.firmware.cfg, config.firmware.policy
        world = self.manager.secure
        self.secure = grants.merged(grants.span(world.base, world.size) + grants.without(
            grants.touching(self.policy.grants, self.manager.apps),
            grants.touching(self.policy.grants, self.manager.apps, grants.NONSECURE)))
        self.apps = self._section(self.manager.apps, "agent")
        self.edits, self._result = [self.apps], []
        self._memory()
        self._rights()
        self._devices()
        self.edits = [e for e in self.edits if e.removed or e.lines]
        self.left = self._check()

    # ---- memory ----

    def _memory(self):
        config, mcu = self.config, self.config.mcu
        windows = grants.span(mcu.window.pa, mcu.window.size) if mcu and mcu.window else []
        own = grants.span(config.board.hypervisor.base, config.board.hypervisor.size)
        mine = grants.merged(own + [(r.pa, r.pa + r.size) for p in config.partitions
                                    for r in p.ram + p.shared])
        private = grants.span(mcu.base, mcu.size) if mcu else []
        for name, machine in self.manager.machines.items():
            edit = self._section(machine.domain, "machine", name)
            is_mine = mcu is not None and mcu.machine is machine
            self._domain(edit, machine.domain, grants.without(mine, windows) + self.secure,
                         private + windows if is_mine else [], CORE_KINDS)
            self.edits.append(edit)
        self._domain(self.apps, self.manager.apps, private + self.secure, mine, grants.NS_RWX)

    def _domain(self, edit, domain, holes, needs, kinds):
        """Cut the holes out of its DDR regions, and add what is needed and not there."""
        ddr, granule = self.manager.ddr, self.manager.granule
        needs = [(b // granule * granule, -(-e // granule) * granule) for b, e in needs]
        needs = grants.without(grants.common(needs, grants.span(ddr.base, ddr.size)), self.secure)
        now = [g for g in self.policy.grants if g.domain == domain]
        missing = grants.without(needs, grants.without(grants.allowing(now, domain, kinds), holes))
        extra = []
        for grant, line in self._ddr(domain):
            whole = [(grant.base, grant.end)]
            left = grants.without(whole, holes + missing)
            if line is None or left != whole:
                self._grant(edit, domain, left, grant.access)
                if line is not None:
                    edit.removed.append(line)
                    extra += _extras(line)
        self._grant(edit, domain, missing, grants.ACCESS["full"])
        if extra and edit.lines:
            edit.lines[0] += "".join(f", {word}" for word in dict.fromkeys(extra))

    def _grant(self, edit, domain, pieces, access):
        for base, end in pieces:
            edit.lines.append(f"DDR perm={grants.words(access)}, begin=0x{base:09x}, "
                              f"end=0x{end - 1:09x}")
            self._result.append(grants.Grant(domain, base, end - base, access))

    def _ddr(self, domain):
        """(Grant, Line) of its regions of DDR; no line: a fact of the board. All with a line are of
        the file itself: an included one is not for its user to edit."""
        if self.cfg is None:
            ddr = self.manager.ddr
            return [(g, None) for g in self.policy.grants
                    if g.domain == domain and ddr.contains(g.base, g.size)
                    and g.access & grants.NONSECURE]
        return [(grants.Grant(r.did, r.base, r.end - r.base, r.access), r.line)
                for r in self.cfg.regions
                if r.did == domain and r.checker == next(iter(self.manager.checkers))
                and r.access & grants.NONSECURE and self._is_own(r.line)]

    # ---- rights, masters, devices ----

    def _rights(self):
        mcu = self.config.mcu
        if mcu is None or self.policy.allows(mcu.machine, RIGHT[mcu.mode]):
            return
        agent = self.cfg and sm_policy.own_agent(self.cfg, self.manager)
        old = agent.rights.get(mcu.machine.lm) if agent else None
        if old and self._is_own(old[1]):
            self.apps.removed.append(old[1])
        self.apps.lines.append(f"LMM_{mcu.machine.lm} api={RIGHT[mcu.mode]}")

    def _devices(self):
        if self.cfg is None:
            return
        names = {d.name: d for p in self.config.partitions for d, _ in p.devices + p.dma.devices}
        for name in dict.fromkeys(list(names) + self.manager.own):
            resource = self.manager.resources.get(name)
            if resource:
                self._device(resource, names.get(name))

    def _device(self, resource, device):
        """One line in the agent's section for what is its, none elsewhere."""
        apps, known = self.manager.apps, self.manager.firmware_domains
        masters = [m for m in self.cfg.masters if m.name == resource]
        blocks = [b for b in self.cfg.blocks if b.name == resource]
        stream = device.streams[0] if device and device.streams else None
        wrong = stream is not None and (not masters or any(
            (m.did, m.security, m.physical, m.stream) != (apps, "nonsecure", False, stream)
            for m in masters))
        drop = [g.line for g in masters + blocks if g.did != apps and g.did not in known]
        if wrong:
            drop += [g.line for g in masters + blocks if g.did == apps]
        self.apps.removed += [line for line in dict.fromkeys(drop) if self._is_own(line)]
        if wrong or not any(b.did == apps and b.access & grants.NS_RW == grants.NS_RW
                            for b in blocks):
            self.apps.lines.append(f"{resource} perm=rw, api=all" + (
                f", kpa=0, sid=0x{stream:x}" if stream is not None else ""))

    # ---- where it goes ----

    def _is_own(self, line):
        return line.file == self.cfg.path.name

    def _section(self, domain, kind, name=None):
        if self.cfg is None:
            who = "the Non-secure agent" if kind == "agent" else f"the LM of {name}"
            return Edit(f"{who}, domain {domain}", ())
        if kind == "agent":
            agent = sm_policy.own_agent(self.cfg, self.manager)
            if agent:
                return Edit(f'SCMI_AGENT{agent.index} "{agent.name}", domain {domain}',
                            ("SCMI_AGENT", agent.index))
        machine = next((m for m in self.cfg.machines.values() if m.did == domain), None)
        return Edit(f'LM{machine.index} "{machine.name}", domain {domain}', ("LM", machine.index)) \
            if machine else Edit(f"a new LM, domain {domain}", ())

    def text(self):
        """For people and for an editor."""
        what = self.cfg.path.name if self.cfg else f"{self.policy.name}.cfg"
        rows = [f"# Lines of {what} under which the partitions of {self.config.name} hold.",
                "# Give the result a name of its own, and that to firmware.system_manager: at boot only",
                "# names are compared."]
        if not self.edits:
            rows.append("# Nothing is to be changed.")
        for edit in self.edits:
            rows += ["", f"# In the section of {edit.title}"]
            if edit.removed:
                rows.append("# instead of " + ", ".join(
                    f"line {line.number} ({' '.join(line.words)})" for line in edit.removed))
            elif self.cfg is None:
                rows.append("# instead of its lines of DDR")
            rows += edit.lines
        return "\n".join(rows) + "\n"

    def patched(self):
        """The whole file with the lines in place; only with a .cfg."""
        lines = text_of(self.cfg.path).split("\n")
        added, dropped = {}, set()
        for edit in self.edits:
            for line in edit.removed:
                dropped |= set(range(line.number, line.end + 1))
            added.setdefault(self._last(edit.section), []).extend(edit.lines)
        result = []
        for number, text in enumerate(lines, 1):
            result.append(f"# {text}" if number in dropped else text)
            result += added.get(number, [])
        return "\n".join(result)

    def _last(self, section):
        """Number of the last line of a section in the file itself; an LM ends with its agents."""
        current, last = {}, 0
        for line in self.cfg.reader.lines:
            match = SECTION.fullmatch(line.words[0])
            if match and match[1] != "SCMI_AGENT":
                current = {}
            if match:
                current[match[1]] = int(match[2])
            if self._is_own(line) and section in current.items():
                last = line.end
        return last

    def _check(self):
        """What is wrong even then."""
        config = self.config
        problems, firmware = Problems(config.source), config.firmware
        before = firmware.policy, firmware.cfg
        if self.cfg is not None:
            firmware.cfg = Cfg(self.cfg.path, self.patched())
            firmware.policy = sm_policy.policy(firmware.cfg, self.manager)
        else:
            firmware.policy = self._new_policy()
        for check in (checks.memory.check, checks.firmware.check, checks.mcu.check,
                      checks.sm_cfg.check):
            check(config, problems)
        firmware.policy, firmware.cfg = before
        return problems.sorted()

    def _new_policy(self):
        """Without a file there are no lines to read back."""
        ddr, domains = self.manager.ddr, {m.domain for m in self.manager.machines.values()}
        domains.add(self.manager.apps)
        kept = [g for g in self.policy.grants if g.domain not in domains or
                not ddr.contains(g.base, g.size) or not g.access & grants.NONSECURE]
        rights, mcu = dict(self.policy.rights), self.config.mcu
        if mcu is not None and not self.policy.allows(mcu.machine, RIGHT[mcu.mode]):
            rights[mcu.machine.name] = RIGHT[mcu.mode]
        return replace(self.policy, grants=tuple(kept + self._result), rights=rights)


def _extras(line):
    """What else a region's line says that must not be lost."""
    _, values = parse(line)
    return (["nodbg"] if "nodbg" in line.expanded else []) + \
        ([f"clr={values['clr']}"] if "clr" in values else [])
