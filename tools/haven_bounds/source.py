# SPDX-License-Identifier: Apache-2.0
"""Loop statements of a C file, and the comment beside each: /* bound: ... */

The bound stands on its own line above the loop, in its head, or directly behind the head
(behind the brace that opens the body, or behind an empty body). Each belongs to one loop.
A loop in a macro or in inline assembly and a goto have no statement that instructions could be
traced to: .unclear lists them, for a refusal.
"""
import itertools
import re
from typing import NamedTuple, Optional

from haven_bounds import Refused

_TOKEN = re.compile(r"""(?P<comment>/\*.*?\*/|//[^\n]*)
    |(?P<directive>^[ \t]*\#(?:[^\\\n]|\\\n|\\.|/\*.*?\*/)*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[A-Za-z_]\w*)|(?P<sign>[(){};:?])|(?P<space>\s+)|(?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE)
_ASM = re.compile(r"\b(?:asm|__asm|__asm__)\b")
_ASM_BRANCH = re.compile(r"(?:^\"|\\[nt]|[\s;:])(?:b|b\.[a-z]+|bl|br|blr|cbn?z|tbn?z|eret|ret)\b",
                         re.IGNORECASE)
_MACRO_LOOP = re.compile(r"\b(for|while)\s*\((?!\s*0\s*\))")
_BOUND = re.compile(r"\bbound:\s*(.*?)\s*(?:\*/|$)", re.DOTALL)


class Token(NamedTuple):
    kind: str
    text: str
    line: int
    alone: bool  # no other token before it on its line


class Statement(NamedTuple):
    first: int
    last: int
    bound: Optional[str]

    def holds(self, line):
        return self.first <= line <= self.last


def _bound_of(text):
    found = _BOUND.search(text)
    return re.sub(r"\s*\n[\s*]*", " ", found[1]) if found and found[1] else None


def tokens(text):
    result, line, taken = [], 1, 0
    for match in _TOKEN.finditer(text):
        kind, part = match.lastgroup, match[0]
        if kind != "space":
            result.append(Token(kind, part, line, taken != line))
        line += part.count("\n")
        if kind != "space":
            taken = line
    return result


def bounds_by_line(text, asm=False):
    """Lines that have a bound or stand below one: {line: text}. Assembly: the former alone."""
    if asm:
        lines = ((n, _bound_of(part)) for n, part in enumerate(text.splitlines(), 1))
        return {n: bound for n, bound in lines if bound}
    found, above = {}, None
    for token in tokens(text):
        if token.kind != "comment":
            if above:
                found.setdefault(token.line, above)
            above = None
        elif _bound_of(token.text):
            found[token.line] = _bound_of(token.text)
            above = found[token.line] if token.alone else None
    return found


class Loops:
    """Reads a file into .statements, innermost last."""

    def __init__(self, path, text):
        self._path = path
        self._all = [t for t in tokens(text) if t.kind != "directive"]
        self._code = [i for i, t in enumerate(self._all) if t.kind != "comment"]
        macros = [t for t in tokens(text) if t.kind == "directive"]
        self.unclear = [(t.line, "a loop in a macro: write a function") for t in macros
                        if _MACRO_LOOP.search(t.text)]
        self.unclear += [(t.line, "a goto: write a loop statement") for t in self._all
                         if t.kind == "word" and t.text == "goto"]
        assembly = [t for t in macros if _ASM.search(t.text)] + list(self._assembly())
        self.unclear += [(t.line, "a branch in inline assembly") for t in assembly
                         if _ASM_BRANCH.search(t.text)]
        self._used = set()
        self.statements = []
        at = 0
        while at < len(self._code):
            at = self._statement(at) if self._text(at) in ("for", "while", "do") else at + 1
        self.statements.sort(key=lambda s: (s.first, -s.last))

    def _assembly(self):
        """Strings of asm() statements."""
        for at in self._code:
            if _ASM.fullmatch(self._all[at].text):
                rest = iter(self._all[at + 1:])
                yield from (t for t in itertools.takewhile(lambda t: t.text != ";", rest) if t.kind == "text")

    def _token(self, at):
        if at >= len(self._code):
            raise Refused(f"{self._path}: ends within a loop")
        return self._all[self._code[at]]

    def _text(self, at):
        return self._token(at).text

    def _behind_parentheses(self, at):
        depth = 0
        while True:
            depth += {"(": 1, ")": -1}.get(self._text(at), 0)
            at += 1
            if depth == 0:
                return at

    def _behind_braces(self, at):
        at += 1
        while self._text(at) != "}":
            at = self._statement(at)
        return at + 1

    def _statement(self, at):
        """Behind the statement that begins here; the loops in it are recorded."""
        word = self._text(at)
        if word == "{":
            return self._behind_braces(at)
        if word in ("for", "while"):
            return self._loop(at)
        if word == "do":
            return self._do(at)
        if word in ("if", "switch"):
            at = self._statement(self._behind_parentheses(at + 1))
            if word == "if" and at < len(self._code) and self._text(at) == "else":
                at = self._statement(at + 1)
            return at
        return self._expression(at)

    def _expression(self, at):
        while self._text(at) not in (";", "}"):
            if self._text(at) == "(":
                at = self._behind_parentheses(at)
            elif self._text(at) == "{":
                at = self._behind_braces(at)
            elif self._text(at) == ":":
                return at + 1  # a label; or the colon of ?:, where what follows is skipped likewise
            else:
                at += 1
        return at + 1 if self._text(at) == ";" else at

    def _loop(self, at):
        body = self._behind_parentheses(at + 1)
        bound = self._bound(at, body)
        end = self._statement(body)
        self._record(at, end, bound)
        return end

    def _do(self, at):
        bound = self._bound(at, at + 1)
        end = self._statement(at + 1)
        condition = end
        end = self._behind_parentheses(end + 1)
        never = "".join(self._text(i) for i in range(condition, end)) == "while(0)"
        if not never:
            self._record(at, end + 1, bound or self._bound(condition, end))
        return end + 1

    def _record(self, at, end, bound):
        self.statements.append(Statement(self._token(at).line, self._token(end - 1).line, bound))

    def _bound(self, at, body):
        """The comment of the loop whose head is the tokens from @at to before @body."""
        head, first = self._code[at], self._code[body] if body < len(self._code) else len(self._all)
        around = list(range(head, first)) + self._comments(first)
        if first < len(self._all) and self._all[first].text in ("{", ";"):
            around += self._comments(first + 1)
        before = head - 1
        while before >= 0 and self._all[before].kind == "comment" and self._all[before].alone:
            around.insert(0, before)
            before -= 1
        for i in around:
            if self._all[i].kind == "comment" and i not in self._used and _bound_of(self._all[i].text):
                if i > head and self._is_above_loop(i):
                    continue
                self._used.add(i)
                return _bound_of(self._all[i].text)
        return None

    def _comments(self, i):
        found = []
        while i < len(self._all) and self._all[i].kind == "comment":
            found.append(i)
            i += 1
        return found

    def _is_above_loop(self, i):
        """A comment on a line of its own, and what follows is a loop."""
        if not self._all[i].alone:
            return False
        while i < len(self._all) and self._all[i].kind == "comment":
            i += 1
        return i < len(self._all) and self._all[i].text in ("for", "while", "do")
