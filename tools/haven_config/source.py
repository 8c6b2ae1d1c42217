# SPDX-License-Identifier: Apache-2.0
"""A YAML file as plain data, with the line of every key and list item."""
import re

import yaml

from . import units
from .problems import Problem, Refused, key_text

MAX_VALUES = 10_000        # aliases count each time: a few lines could stand for billions
MAX_DEPTH = 32
MAX_DIGITS = 100           # far beyond any valid number, near enough to be converted and shown
_TAG = "tag:yaml.org,2002:"
_SURROGATE = re.compile("[\ud800-\udfff]")


class Source:
    """`data` is dicts, lists and scalars; `line(path)` is where a value was written."""

    def __init__(self, name, text):
        self.name = name
        self.lines = {(): 1}
        self.problems = []
        self.data = None
        self._count = 0
        try:
            self._load(yaml.SafeLoader(text))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._refuse(mark.line + 1 if mark else 1, (), f"is not valid YAML: {error.problem}")
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            self._refuse(1, (), f"is not valid YAML: {error}")
        except RecursionError:
            self._refuse(1, (), "is not valid YAML: it is nested too deeply")
        if self.problems:
            raise Refused(self.problems)

    def _load(self, loader):
        try:
            node = loader.get_single_node()
            self.data = None if node is None else self._value(loader, node, (), ())
        finally:
            loader.dispose()

    def _refuse(self, line, path, rule):
        self.problems.append(Problem(self.name, line, key_text(path), rule))

    def _value(self, loader, node, path, parents):
        self._guard(node, parents)
        parents += (node,)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(loader, node, path)
        if node.tag not in (_TAG + "map", _TAG + "seq"):
            self._refuse(node.start_mark.line + 1, path, f"has the tag {_tag(node)}; only plain "
                         "mappings, lists, text and whole numbers are known")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, path, parents)
        return self._sequence(loader, node, path, parents)

    def _guard(self, node, parents):
        """What a file may not do to its reader."""
        self._count += 1
        fault = None
        if node in parents:
            fault = "an alias that contains itself"
        elif len(parents) > MAX_DEPTH:
            fault = f"it is nested more than {MAX_DEPTH} deep"
        elif self._count > MAX_VALUES:
            fault = f"it has more than {MAX_VALUES} values, counting each use of an alias"
        if fault:
            raise yaml.constructor.ConstructorError(None, None, fault, node.start_mark)

    def _scalar(self, loader, node, path):
        """Text, a whole number, a truth value or nothing; else a refusal."""
        kind = node.tag.removeprefix(_TAG)
        fault = _FAULTS[kind](node.value) if kind in _FAULTS else (
            f"is {_short(node.value)} ({_tag(node)}); values are text, whole numbers, "
            "true and false")
        if fault:
            self._refuse(node.start_mark.line + 1, path, fault)
            return None
        return loader.construct_object(node)

    def _mapping(self, loader, node, path, parents):
        result = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            fault = _key_fault(key_node)
            if fault:
                self._refuse(line, path, fault)
                continue
            key = key_node.value
            if key in result:
                first = self.lines[path + (key,)]
                self._refuse(line, path + (key,), f"is written twice; first in line {first}")
                continue
            self.lines[path + (key,)] = line
            result[key] = self._value(loader, value_node, path + (key,), parents)
        return result

    def _sequence(self, loader, node, path, parents):
        result = []
        for index, item in enumerate(node.value):
            self.lines[path + (index,)] = item.start_mark.line + 1
            result.append(self._value(loader, item, path + (index,), parents))
        return result

    def line(self, path):
        """Line of the value at `path`, or of the nearest thing around it."""
        path = tuple(path)
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]


def _tag(node):
    return node.tag.replace(_TAG, "!!")


def _short(text):
    shown = ascii(text)[1:-1]
    return shown if len(shown) <= 40 else shown[:40] + "..."


def _key_fault(node):
    if node.tag == _TAG + "merge":
        return "has a merge key; merge keys (<<) are not supported"
    if not isinstance(node, yaml.ScalarNode):
        return "has a list or mapping as a key; keys are words"
    if node.tag != _TAG + "str" or _SURROGATE.search(node.value):
        return f"has the key {_short(node.value)}; keys are words"
    return None


def _text_fault(text):
    if _SURROGATE.search(text):
        return f"is {_short(text)}, which has half of a surrogate pair; write the character itself"
    return None


def _number_fault(text):
    """YAML 1.1 also reads 0100 as 64, 1:08:16 as 4096 and 0b1 as 1; nobody means that."""
    if not units.is_number(text.removeprefix("-")):
        return f"is {_short(text)}; write it in decimal or with 0x"
    if len(text) > MAX_DIGITS:
        return f"is {_short(text)}, a number of more than {MAX_DIGITS} digits"
    return None


def _truth_fault(text):
    return None if text.lower() in yaml.SafeLoader.bool_values else \
        f"is {_short(text)}, which is neither true nor false"


_FAULTS = {"str": _text_fault, "int": _number_fault, "bool": _truth_fault,
           "null": lambda text: None}


def load(path, name=None):
    with open(path, encoding="utf-8", errors="strict") as file:
        try:
            text = file.read()
        except UnicodeDecodeError as error:
            raise Refused([Problem(str(name or path), 1, "the file",
                                   f"is not UTF-8 text: {error.reason}")]) from None
    return Source(str(name or path), text)
