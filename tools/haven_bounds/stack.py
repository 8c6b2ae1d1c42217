# SPDX-License-Identifier: Apache-2.0
"""Use of the stack, from what each function's code does to SP.

Every instruction has one depth below SP at the function's entry, on whatever path it is
reached; anything that makes it depend on data or on the path is a finding. A frame that is
aligned at run time counts with the most that this may take. A function that the table names
may load SP with the top of a stack: what runs from there on is counted from that top, and
neither returns nor uses what was below.
"""
from typing import NamedTuple

from elftools.dwarf.descriptions import describe_form_class

from haven_bounds import Finding, Refused, isa

SP_ALIGNMENT, CALLEE_SAVED = 16, range(19, 30)  # procedure call standard
OWN = ""  # still on the stack that the function was entered on


class At(NamedTuple):
    stack: str
    depth: int  # bytes below its top, or below SP at entry
    held: frozenset = frozenset()  # (register, depth): registers that are known to hold such a place


class Deepest(NamedTuple):
    depth: int
    path: tuple  # ((function, bytes), ...), outermost first


class Frames:
    """Depth at each instruction of one function."""

    def __init__(self, program, flow, switch):
        self.flow, self._program, self._code = flow, program, program.image.code
        self._switch = switch  # name of the stack that it may load SP with the top of
        self.findings, self.at = [], {}
        self.switched = False
        self._spread()

    def _spread(self):
        work = [(self.flow.function.start, At(OWN, 0))]
        while work:
            address, state = work.pop()
            known = self.at.get(address)
            if known is not None:
                if known[:2] != state[:2]:
                    self._find(address, f"is reached with {known.depth} and with {state.depth} bytes "
                                        "of stack")
                if known.held <= state.held:
                    continue
                state = At(*known[:2], known.held & state.held)
            self.at[address] = state
            i = self._code.get(address)
            if i is not None:
                behind = self._step(i, state)
                work += [(after, behind) for after in self.flow.following[address]]

    def _step(self, i, state):
        if i.below:
            self._find(i.address, f"'{i.text}' may reach below the stack pointer")
        if i.kind in (isa.RET, isa.ERET) and state.depth != 0:
            self._find(i.address, f"leaves with {state.depth} bytes of stack in use")
        if i.kind == isa.RET and state.stack != OWN:
            self._find(i.address, "returns from a stack that it has changed")
        stack, depth = state.stack, self._depth_behind(i, state)
        if depth is None:
            if self._switch is None:
                self._find(i.address, f"'{i.text}' makes the size of the stack frame unknown")
                return At(*state[:2])
            self.switched = True
            stack, depth = self._switch, 0
        if depth < 0:
            self._find(i.address, f"'{i.text}' raises SP above where it was at entry")
        return At(stack, depth, self._held_behind(i, state) if stack == state.stack else frozenset())

    @staticmethod
    def _depth_behind(i, state):
        """None: not known. Aligning may take up to the alignment, less what SP has already."""
        if isinstance(i.step, int):
            return state.depth - i.step
        if isinstance(i.step, isa.Load):
            depth = dict(state.held).get(i.step.register)
            spare = max(0, i.step.alignment - SP_ALIGNMENT)
            return None if depth is None else depth - i.step.add + spare
        return None

    @staticmethod
    def _held_behind(i, state):
        kept = {(i.kept[0], state.depth - i.kept[1])} if i.kept else set()
        if i.kind in (isa.CALL, isa.INDIRECT):
            return frozenset(h for h in state.held if int(h[0][1:]) in CALLEE_SAVED)
        return frozenset({h for h in state.held if h[0] not in i.writes} | kept)

    def most(self, stack):
        """Deepest place on a stack in this function alone; None: it is never on it."""
        depths = [at.depth - min(0, self._pushed(address)) for address, at in self.at.items()
                  if at.stack == stack]
        return max(depths, default=None)

    def _pushed(self, address):
        """What the instruction itself adds, where that is a number."""
        i = self._code.get(address)
        return i.step if i is not None and isinstance(i.step, int) else 0

    def check_tail(self, edge, returns):
        depth = self.at[edge.site].depth
        if edge.tail and returns and depth != 0:
            self._find(edge.site, f"branches to a function with {depth} bytes of stack in use")

    def _find(self, address, text):
        self.findings.append(Finding("stack", self.flow.function.name, address, text))


class Stacks:
    """Depth of whole calls."""

    def __init__(self, program, switches):
        self.program = program
        self.frames = {start: Frames(program, flow, switches.get(flow.function.name))
                       for start, flow in program.flows.items()}
        for frames in self.frames.values():
            for edge in frames.flow.edges:
                frames.check_tail(edge, program.flows[edge.callee].returns)
        self._known = {}

    def findings(self):
        return [finding for frames in self.frames.values() for finding in frames.findings]

    def begins_anew(self, flow, edge):
        """Whether a call is made from a stack that the function has changed to."""
        return self.frames[flow.function.start].at[edge.site].stack != OWN

    def deepest(self, start, stack=OWN):
        """From the entry of a function, or from where it has changed to @stack."""
        key = start, stack
        if key not in self._known:
            frames = self.frames[start]
            name = self.program.name(start)
            best = Deepest(frames.most(stack) or 0, ((name, frames.most(stack) or 0),))
            for edge in frames.flow.edges:
                at = frames.at[edge.site]
                if at.stack == stack:
                    below = self.deepest(edge.callee)
                    if at.depth + below.depth > best.depth:
                        best = Deepest(at.depth + below.depth, ((name, at.depth),) + below.path)
            self._known[key] = best
        return self._known[key]


def stack_bytes(dwarf, variable, member):
    """Size of one stack: that of an array in the structure which a variable consists of."""
    for unit in dwarf.iter_CUs():
        for die in unit.get_top_DIE().iter_children():
            name = die.attributes.get("DW_AT_name")
            if die.tag == "DW_TAG_variable" and name and name.value.decode() == variable:
                return _member_bytes(die, variable, member)
    raise Refused(f"no variable '{variable}' in the debug information")


def _member_bytes(die, variable, member):
    type_die = die.get_DIE_from_attribute("DW_AT_type")
    if type_die.tag == "DW_TAG_array_type":
        type_die = type_die.get_DIE_from_attribute("DW_AT_type")
    for child in type_die.iter_children():
        name = child.attributes.get("DW_AT_name")
        if child.tag == "DW_TAG_member" and name and name.value.decode() == member:
            return _array_bytes(child.get_DIE_from_attribute("DW_AT_type"))
    raise Refused(f"variable '{variable}' has no member '{member}'")


def _array_bytes(die):
    """Of an array of bytes."""
    for child in die.iter_children():
        bound = child.attributes.get("DW_AT_upper_bound")
        count = child.attributes.get("DW_AT_count")
        if bound is not None and describe_form_class(bound.form) == "constant":
            return bound.value + 1
        if count is not None:
            return count.value
    raise Refused("a stack is not an array of constant size")
