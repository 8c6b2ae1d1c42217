# SPDX-License-Identifier: Apache-2.0
"""Static analysis of the linked EL2 image: calls, stack, FP registers, loops."""
from typing import NamedTuple


class Refused(Exception):
    """The analysis cannot be made: wrong file, wrong table, debug information that is not there."""


class Finding(NamedTuple):
    """Something that the image must not have."""
    kind: str      # flow, indirect, recursion, stack, fp, loop, table
    function: str
    address: int   # -1: no instruction of the image
    text: str
    place: str = ""  # file:line, if it is not that of the address
