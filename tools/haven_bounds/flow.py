# SPDX-License-Identifier: Apache-2.0
"""Control flow of functions, which of them return, and who calls whom."""
from typing import NamedTuple

from haven_bounds import Finding, isa


class Edge(NamedTuple):
    site: int
    callee: int  # address of a function
    tail: bool   # by a branch: what the callee returns to is the caller's caller


class Flow:
    """Of one function: what is reached in it from its first instruction."""

    def __init__(self, function):
        self.function = function
        self.following = {}  # address -> addresses in the function that may come next
        self.edges = []
        self.returns = False


class Program:
    """All functions of the image, reached from an entry or not, and every finding on the way."""

    def __init__(self, image, indirect):
        self.image = image
        self._indirect = indirect  # function name -> addresses of what it may branch to
        self.findings = []
        self.indirect_used = set()
        self._returning = set()
        self.flows = {}
        self._settle()

    def name(self, start):
        return self.image.by_start[start].name

    def _settle(self):
        """Code behind a call is reached once the callee is known to return: least fixed point."""
        while True:
            self.findings, before = [], len(self._returning)
            self.flows = {}
            work = list(self.image.by_start)
            while work:
                start = work.pop()
                if start not in self.flows:
                    self.flows[start] = flow = self._explore(self.image.by_start[start])
                    work += [edge.callee for edge in flow.edges]
            self._returning |= {start for start, flow in self.flows.items() if flow.returns}
            if len(self._returning) == before:
                return

    def _explore(self, function):
        flow, work = Flow(function), [function.start]
        while work:
            at = work.pop()
            if at in flow.following:
                continue
            instruction = self.image.code.get(at)
            if instruction is None or not function.has(at):
                flow.following[at] = ()
                self._find("flow", function, at, "runs out of the function's code")
                continue
            flow.following[at] = tuple(self._after(flow, instruction))
            work += flow.following[at]
        return flow

    def _after(self, flow, i):
        """Addresses in the function that come after an instruction; records calls."""
        if i.kind in (isa.ERET, isa.STOP):
            return
        if i.kind == isa.UNKNOWN:
            self._find("flow", flow.function, i.address, "an instruction that the disassembler does not know")
        elif i.kind == isa.RET:
            flow.returns = True
        elif i.kind == isa.INDIRECT:
            yield from self._after_indirect(flow, i)
        elif i.kind == isa.CALL:
            if self._leave(flow, i.address, i.target, False):
                yield i.address + 4
        else:
            if i.target is not None and not flow.function.has(i.target):
                if self._leave(flow, i.address, i.target, True):
                    flow.returns = True
            elif i.target is not None:
                yield i.target
            if i.kind != isa.JUMP:
                yield i.address + 4

    def _after_indirect(self, flow, i):
        targets = self._indirect.get(flow.function.name)
        if targets is None:
            self._find("indirect", flow.function, i.address,
                       f"indirect branch '{i.text}' that the table does not list")
            return
        self.indirect_used.add(flow.function.name)
        call = i.text.startswith("blr")
        back = [self._leave(flow, i.address, target, not call) for target in targets]
        if call and any(back):
            yield i.address + 4
        flow.returns |= not call and any(back)

    def _leave(self, flow, site, target, tail):
        """Records a call. True if it comes back, as far as is known by now."""
        if target not in self.image.by_start:
            self._find("flow", flow.function, site, f"goes to {target:#x}, where no function begins")
            return False
        flow.edges.append(Edge(site, target, tail))
        return target in self._returning

    def reached(self, starts):
        """Functions that may run, from these on."""
        seen, work = set(), list(starts)
        while work:
            start = work.pop()
            if start not in seen:
                seen.add(start)
                work += [edge.callee for edge in self.flows[start].edges]
        return seen

    def _find(self, kind, function, address, text):
        self.findings.append(Finding(kind, function.name, address, text))


def find_recursion(program, cut):
    """Cycles of calls. @cut(edge, flow) names the edges that begin a stack anew instead."""
    state, findings = {}, []

    def visit(start, path):
        state[start] = "open"
        flow = program.flows[start]
        for edge in flow.edges:
            if cut(flow, edge):
                continue
            if state.get(edge.callee) == "open":
                cycle = path[path.index(edge.callee):] + [edge.callee]
                findings.append(Finding("recursion", flow.function.name, edge.site,
                                        " -> ".join(program.name(start) for start in cycle)))
            elif edge.callee not in state:
                visit(edge.callee, path + [edge.callee])
        state[start] = "done"

    for start in sorted(program.flows):
        if start not in state:
            visit(start, [start])
    return findings
