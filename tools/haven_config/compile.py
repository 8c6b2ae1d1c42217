# SPDX-License-Identifier: Apache-2.0
"""All steps in order: shape, names, rules, images, layout. No output is written here."""
from dataclasses import dataclass

from . import board as boards
from . import checks, devicetree, images, layout, resolve, schema, sm_fragment, source
from .problems import Problem, Problems, Refused


@dataclass
class Compiled:
    config: object
    dtbs: dict            # partition name -> bytes
    unused_images: list   # given with --image, named nowhere


def compile_file(path, board_dir, given_images, with_images=True, sm_cfg=None):
    """Returns Compiled; raises Refused with every problem found."""
    config, problems = _resolve(path, board_dir, sm_cfg)
    for check in checks.BEFORE_LAYOUT:
        check(config, problems)
    unused = images.find(config, given_images, problems) if with_images else []
    _raise(problems)
    return Compiled(config, _lay_out(config, problems, with_images), unused)


def fragment(path, board_dir, sm_cfg=None):
    """sm_fragment.Fragment of a configuration that only its firmware need contradict."""
    config, problems = _resolve(path, board_dir, sm_cfg)
    _raise(problems)
    return sm_fragment.Fragment(config) if config.firmware else None


def _resolve(path, board_dir, sm_cfg):
    text = source.load(path)
    if not isinstance(text.data, dict):
        raise Refused([Problem(text.name, 1, "the file",
                               "must be a mapping with target, cpus and memory")])
    problems = Problems(text)
    schema.check(text, problems)
    _raise(problems)
    return resolve.resolve(text, _board(text, board_dir, problems), problems, sm_cfg), problems


def _board(text, board_dir, problems):
    names = boards.names(board_dir)
    target = text.data["target"]
    if target not in names:
        problems.add(("target",), f"is {target}, which is not a board" +
                     schema.closest(target, names) + "; known: " + ", ".join(names))
        raise Refused(problems.sorted())
    return boards.load(board_dir, target)


def _lay_out(config, problems, with_images):
    dtbs = {}
    for partition in config.partitions:
        layout.place(partition, problems)
    _raise(problems)
    checks.partitions.check_start(config, problems)
    _raise(problems)
    for partition in config.partitions:
        if partition.dtb == "generated":
            blob = devicetree.build(config, partition)
            layout.place_dtb(partition, len(blob), problems)
            dtbs[partition.name] = blob
    if with_images:
        for check in checks.AFTER_LAYOUT:
            check(config, problems)
    _raise(problems)
    return dtbs


def _raise(problems):
    if problems:
        raise Refused(problems.sorted())
