# SPDX-License-Identifier: Apache-2.0
"""Lines of an imx-sm .cfg: includes followed, comments gone, defines put in.

Format, as imx-sm's manual and its configtool have it: a line ends in \\ if it goes on; # begins a
comment; commas are blanks; `include PATH` is relative to the file it stands in; `NAME: words`
defines NAME for the lines below, until it is defined again.
"""
import re
from dataclasses import dataclass
from pathlib import Path

from .problems import Problem, Refused

MAX_FILES = 64
MAX_BYTES = 1 << 20        # of a file
MAX_LINES = 100_000
MAX_PASSES = 10            # of defines in defines
_WORD = re.compile(r'"[^"]*"|\w+')
_DEFINE = re.compile(r"(\w+):(.*)")


@dataclass(frozen=True)
class Line:
    file: str
    number: int            # where it begins
    end: int               # where it ends, if it goes on
    words: tuple           # as written
    expanded: tuple        # with defines put in

    @property
    def where(self):
        return f"{self.file}:{self.number}"


def refuse(file, number, key, rule):
    raise Refused([Problem(file, number, key, rule)])


class Reader:
    """`lines`: all but defines, in order. `defines`: those in force at the end."""

    def __init__(self, path, text=None):
        """text: instead of what is in the file, not in those that it includes."""
        self.lines, self.defines, self.files = [], {}, []
        self._read(Path(path), (), text)

    def expand(self, name):
        """What a name stands for at the end of the file."""
        return self._expanded(name, self.files[0].name, 1)

    def _read(self, path, parents, given=None):
        name = path.name
        if path.resolve() in parents:
            refuse(name, 1, "the file", "includes itself")
        self.files.append(path)
        if len(self.files) > MAX_FILES:
            refuse(name, 1, "the file", f"is one of more than {MAX_FILES} that are included")
        text, first = "", 1
        for number, raw in enumerate((given or text_of(path)).split("\n"), 1):
            part = raw.rstrip("\r").split("#", 1)[0]
            if text and part.startswith("include"):
                refuse(name, first, "the line", "goes on in a line with include")
            text += part.rstrip("\\") + " " if part.endswith("\\") else part
            if part.endswith("\\"):
                continue
            self._line(path, first, number, text, parents)
            text, first = "", number + 1
        if text.strip():
            refuse(name, first, "the line", "ends in \\, and nothing follows")

    def _line(self, path, number, end, text, parents):
        column = text[:7]
        text = text.replace(",", " ").replace("\t", " ").strip()
        if not text:
            return
        words = text.split()
        define = _DEFINE.fullmatch(text)
        # What imx-sm's tool takes for something else.
        if (words[0] == "include") != (column == "include"):
            refuse(path.name, number, words[0], "is taken for an include by one tool and not by another; "
                   "write include at the start of the line, and a blank behind it")
        if define and not words[0].endswith(":"):
            refuse(path.name, number, define[1], "has no blank behind its colon")
        if words[0] == "include":
            self._include(path, number, words, parents)
        elif define:
            self.defines[define[1]] = define[2].strip()
        else:
            if len(self.lines) >= MAX_LINES:
                refuse(path.name, number, "the line", f"is one of more than {MAX_LINES}")
            self.lines.append(Line(path.name, number, end, tuple(words),
                                   self._expanded(text, path.name, number)))

    def _include(self, path, number, words, parents):
        if len(words) != 2:
            refuse(path.name, number, "include", "needs one path")
        target = path.parent / words[1]
        if not target.is_file():
            refuse(path.name, number, "include", f"names {words[1]}, which is not there; give the "
                   ".cfg inside its tree, with the device files that define what names stand for")
        self._read(target, parents + (path.resolve(),))

    def _expanded(self, text, file, number):
        for _ in range(MAX_PASSES):
            new = _WORD.sub(lambda m: self.defines.get(m[0], m[0]), text)
            if new == text:
                return tuple(text.split())
            text = new.replace(",", " ")
            if len(text) > MAX_BYTES:
                break
        refuse(file, number, "the line", "uses a define that contains itself")
        return ()


def text_of(path):
    """The file, or a refusal."""
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        refuse(path.name, 1, "the file", f"is larger than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return refuse(path.name, 1, "the file", f"is not UTF-8 text: {error.reason}")
