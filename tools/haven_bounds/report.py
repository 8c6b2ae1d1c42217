# SPDX-License-Identifier: Apache-2.0
"""What was found, for people and as JSON."""
import os


def short(path):
    """Relative to where the tool runs, if it lies below."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def place_of(finding, lines):
    place = finding.place or (lines.name(finding.address) if finding.address >= 0 else "")
    file, _, line = place.rpartition(":")
    return f"{short(file)}:{line}: " if file else ""


def finding_text(finding, lines):
    at = f" at {finding.address:#x}" if finding.address >= 0 else ""
    function = f"{finding.function}{at}: " if finding.function else ""
    return f"{place_of(finding, lines)}{finding.kind}: {function}{finding.text}"


def path_text(path):
    return " > ".join(f"{name} {size}" for name, size in path if size)


def stack_lines(result):
    for name, stack in result.stacks.items():
        yield f"stack '{name}': {stack.size} bytes, {stack.margin} must stay free"
        for use in stack.uses:
            yield f"  {use.deepest.depth:5} of {stack.size}  {', '.join(use.entries)}"
            if use.deepest.depth:
                yield f"                 {path_text(use.deepest.path)}"


def summary(result):
    yield f"functions: {result.functions}, of which no entry reaches: {' '.join(result.unreached) or 'none'}"
    yield (f"calls: {result.calls}, no recursion, indirect in {result.indirect} functions"
           if not result.has("recursion", "indirect", "flow") else "calls: refused")
    yield f"FP and SIMD: {', '.join(result.fp) or 'nowhere'}"
    loops = result.loops
    yield (f"loops: {len(loops)} in the machine code, {sum(b.exclusive for b in loops)} of them atomic "
           f"operations, from {len({(b.file, b.line) for b in loops})} places in the source")
    for b in sorted({(b.file, b.line, b.bound) for b in loops if b.bound and b.bound.startswith("none")}):
        yield f"  without an end, by design: {short(b[0])}:{b[1]}: {b[2]}"


def as_json(result, lines):
    return {
        "image": os.path.basename(result.path),
        "functions": result.functions,
        "unreached": result.unreached,
        "calls": result.calls,
        "fp": result.fp,
        "stacks": {name: {"bytes": s.size, "margin": s.margin,
                          "uses": [{"entries": u.entries, "bytes": u.deepest.depth,
                                    "path": [list(step) for step in u.deepest.path]} for u in s.uses]}
                   for name, s in result.stacks.items()},
        "loops": [{"function": b.loop.function.name, "address": b.loop.headers[0], "bound": b.bound,
                   "place": f"{short(b.file)}:{b.line}", "atomic": b.exclusive} for b in result.loops],
        "findings": [finding_text(f, lines) for f in result.findings],
    }
