# SPDX-License-Identifier: Apache-2.0
"""Loops in the machine code of a function.

Cycles are strongly connected parts of the control flow. Their headers are where they are
entered; without the edges back to them, what is left may hold inner cycles. With one header,
as usual, each edge back to it makes a natural loop. A cycle that the compiler lets in at two
places is one loop as a whole: no cycle is missed.
"""
from typing import NamedTuple


class Loop(NamedTuple):
    function: object
    headers: tuple
    latches: tuple   # where the edges back to a header begin
    body: frozenset  # addresses of its instructions
    inner: frozenset  # those of them that lie in a loop inside of this one


def _components(nodes, following):
    """Strongly connected sets of nodes with a cycle (Tarjan, without recursion)."""
    index, low, stack, on_stack = {}, {}, [], set()
    for root in sorted(nodes):
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(following[root]))]
        while work:
            node, rest = work[-1]
            after = next((a for a in rest if a in nodes), None)
            if after is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    yield from _cut(stack, on_stack, node, following)
            elif after not in index:
                index[after] = low[after] = len(index)
                stack.append(after)
                on_stack.add(after)
                work.append((after, iter(following[after])))
            elif after in on_stack:
                low[node] = min(low[node], index[after])


def _cut(stack, on_stack, node, following):
    place = stack.index(node)
    component = frozenset(stack[place:])
    del stack[place:]
    on_stack -= component
    if len(component) > 1 or node in following[node]:
        yield component


def find_loops(flow):
    """All loops of a function, outer ones first."""
    found = []
    _find(flow.function, flow.following, set(flow.following), {flow.function.start}, found)
    return found


def _find(function, following, nodes, entered, found):
    """@entered: nodes of @nodes that are reached from elsewhere."""
    for body in list(_components(nodes, following)):
        headers = {after for node in nodes - body for after in following[node] if after in body}
        headers = tuple(sorted(headers | (entered & body)))
        latches = tuple(sorted(n for n in body if set(following[n]) & set(headers)))
        deeper = []
        cut = {n: tuple(a for a in following[n] if a not in headers) for n in body}
        _find(function, cut, set(body), set(headers), deeper)
        parts = [(latches, body)]
        if len(headers) == 1:
            parts = [((latch,), _natural(latch, cut, body)) for latch in latches]
        for ends, part in parts:
            smaller = [other for _, other in parts if other < part]
            inner = frozenset().union(*smaller, *(loop.body for loop in deeper if loop.body < part))
            found.append(Loop(function, headers, ends, part, inner))
        found += deeper


def _natural(latch, cut, body):
    """What reaches an edge back to the only header. @cut has no such edges, so the walk ends there."""
    before = {node: [] for node in body}
    for node in body:
        for after in cut[node]:
            if after in before:
                before[after].append(node)
    part, work = set(), [latch]
    while work:
        node = work.pop()
        if node not in part:
            part.add(node)
            work += before[node]
    return frozenset(part)
