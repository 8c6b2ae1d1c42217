# SPDX-License-Identifier: Apache-2.0
"""A YAML file as plain data, with the line of every key and list item."""
import yaml

from .problems import Problem, Refused, key_text


class Source:
    """`data` is dicts, lists and scalars; `line(path)` is where a value was written."""

    def __init__(self, name, text):
        self.name = name
        self.lines = {(): 1}
        self.problems = []
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            self.data = None if node is None else self._value(loader, node, (), ())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._refuse(mark.line + 1 if mark else 1, (), f"is not valid YAML: {error.problem}")
        except yaml.YAMLError as error:
            self._refuse(1, (), f"is not valid YAML: {error}")
        finally:
            loader.dispose()
        if self.problems:
            raise Refused(self.problems)

    def _refuse(self, line, path, rule):
        self.problems.append(Problem(self.name, line, key_text(path), rule))

    def _value(self, loader, node, path, parents):
        if node in parents:
            raise yaml.constructor.ConstructorError(
                None, None, "an alias that contains itself", node.start_mark)
        parents += (node,)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, path, parents)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(loader, node, path, parents)
        return loader.construct_object(node)

    def _mapping(self, loader, node, path, parents):
        result = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node) if isinstance(
                key_node, yaml.ScalarNode) else None
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                self._refuse(line, path, f"has the key {key!r}; keys are words")
                continue
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


def load(path, name=None):
    with open(path, encoding="utf-8", errors="strict") as file:
        try:
            text = file.read()
        except UnicodeDecodeError as error:
            raise Refused([Problem(str(name or path), 1, "the file",
                                   f"is not UTF-8 text: {error.reason}")]) from None
    return Source(str(name or path), text)
