# SPDX-License-Identifier: Apache-2.0
"""Finds the source of each loop in the machine code, and the bound that is written there."""
import os
from typing import NamedTuple, Optional

from haven_bounds import Finding, Refused
from haven_bounds.source import Loops, bounds_by_line


class Bounded(NamedTuple):
    loop: object
    file: str
    line: int
    bound: Optional[str]
    exclusive: bool


class Sources:
    """Files that the image was made from, as they were then."""

    def __init__(self, image):
        self._built = os.stat(image).st_mtime
        self._texts, self._loops, self._bounds = {}, {}, {}

    def _text(self, path):
        if path not in self._texts:
            try:
                with open(path, encoding="utf-8") as file:
                    self._texts[path] = file.read()
                    changed = os.fstat(file.fileno()).st_mtime
            except OSError as error:
                raise Refused(f"{path}: {error.strerror}; the image was built from it") from error
            if changed > self._built:
                raise Refused(f"{path}: changed after the image was built; build it again")
        return self._texts[path]

    def loops(self, path):
        if path not in self._loops:
            self._loops[path] = Loops(path, self._text(path))
        return self._loops[path]

    def bound_on(self, path, lines):
        """A bound that stands on one of these lines."""
        if path not in self._bounds:
            self._bounds[path] = bounds_by_line(self._text(path), is_assembly(path))
        return next((self._bounds[path][n] for n in sorted(lines) if n in self._bounds[path]), None)


def is_assembly(path):
    return path.endswith((".S", ".s"))


def is_exclusive(loop, code):
    """An atomic operation of Armv8.0: load-exclusive to store-exclusive, again if that failed."""
    names = [code[at].text.split()[0] for at in loop.body]
    loads = sum(name.startswith(("ldxr", "ldaxr")) for name in names)
    stores = sum(name.startswith(("stxr", "stlxr")) for name in names)
    return loads == 1 and stores == 1 and not any(code[at].kind == "call" for at in loop.body)


class Matcher:
    def __init__(self, image, lines, sources):
        self._image, self._lines, self._sources = image, lines, sources

    def match(self, loop):
        exclusive = is_exclusive(loop, self._image.code)
        places = {at: {p.scope: (p.file, p.line) for p in self._lines.chain(at) if p.file and p.line}
                  for at in loop.body}
        # Optimised code may have been moved in; then what closes the loop tells, or what opens it.
        for part in (loop.body, loop.latches, loop.headers):
            found = self._among({at: places[at] for at in part}, loop, exclusive)
            if found is not None:
                return found
        file, line = self._lines.row(loop.latches[0])
        return Bounded(loop, file or "?", line, None, exclusive)

    def _among(self, places, loop, exclusive):
        """By the innermost inlined call that all these instructions have in common."""
        known = [place for place in places.values() if place]
        common = set(known[0]).intersection(*known) if known else ()
        for scope in sorted(common, key=len, reverse=True):
            files = {place[scope][0] for place in known}
            if len(files) == 1:
                found = self._in_file(files.pop(), {place[scope][1] for place in known}, places, scope, loop,
                                      exclusive)
                if found is not None or exclusive:
                    return found
        return None

    def _in_file(self, file, lines, places, scope, loop, exclusive):
        if is_assembly(file):
            inner = {places[at][scope][1] for at in loop.inner if places.get(at)}
            bound = self._sources.bound_on(file, set(range(min(lines), max(lines) + 1)) - inner)
            return Bounded(loop, file, min(lines), bound, exclusive)
        if exclusive:
            bound = self._sources.bound_on(file, lines)
            return Bounded(loop, file, min(lines), bound, True) if bound else None
        around = [s for s in self._sources.loops(file).statements if all(s.holds(n) for n in lines)]
        if around:
            return Bounded(loop, file, around[-1].first, around[-1].bound, False)
        return None


def find_missing(bounded, sources, files):
    """Loops without a bound: of the machine code, and statements of its sources."""
    findings = [Finding("loop", b.loop.function.name, b.loop.headers[0],
                        "an atomic operation without a bound on its line" if b.exclusive
                        else "a loop without a bound", f"{b.file}:{b.line}")
                for b in bounded if b.bound is None]
    named = {finding.place for finding in findings}
    for path in sorted(file for file in files if not is_assembly(file)):
        loops = sources.loops(path)
        for line, text in loops.unclear + [(s.first, "a loop without a bound") for s in loops.statements
                                           if s.bound is None]:
            if f"{path}:{line}" not in named:
                findings.append(Finding("loop", "", -1, text, f"{path}:{line}"))
    return findings
