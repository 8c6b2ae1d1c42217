# SPDX-License-Identifier: Apache-2.0
"""Facts of a board that contradict each other, where a wrong one would undo the isolation."""
from . import board_facts_firmware
from .board_pci import INTX_LINES
from .model import FIRST_SPI, MAX_INTID, PAGE
from .units import hexa, show_range

BUS_SIZE = 0x100000        # configuration space of 256 functions
GB4 = 1 << 32


def check(board, problems):
    _check_streams(board, problems)
    board_facts_firmware.check(board, problems)
    if board.manager:
        _check_spi(board, board.manager.mu_irq, ("system_manager", "mu", "irq"), problems)
    if board.smmu:
        for key in ("event_irq", "gerror_irq"):
            _check_spi(board, getattr(board.smmu, key), ("smmu", key), problems)
    if board.pci:
        _check_frames(board, problems)
        _check_interrupts(board, problems)
        for name, function in board.functions.items():
            _check_function(board, function, ("pci", "functions", name), problems)


def _check_spi(board, intid, path, problems):
    if not FIRST_SPI <= intid < min(board.interrupts, MAX_INTID + 1):
        problems.add(path, f"is {intid}, which is not an SPI of the board")


def _check_streams(board, problems):
    """One name for each, and none wider than the board's."""
    seen = {}
    named = [(s, name, ("devices", name, "dma")) for name, d in board.devices.items()
             for s in d.streams]
    named += [(f.bdf, name, ("pci", "functions", name)) for name, f in board.functions.items()]
    for stream, name, path in named:
        if stream in seen:
            problems.add(path, f"has stream {hexa(stream)}, as has {seen[stream]}")
        elif board.smmu and stream >> board.smmu.stream_bits:
            problems.add(path, f"has stream {hexa(stream)}, more than the "
                         f"{board.smmu.stream_bits} bits of smmu.stream_bits")
        seen[stream] = name
    if board.smmu and not 0 <= board.smmu.stream_bits <= 32:
        problems.add(("smmu", "stream_bits"), f"is {board.smmu.stream_bits}, not 0 to 32")
    for name in board.functions.keys() & board.devices.keys():
        problems.add(("pci", "functions", name), "is the name of a device as well")


def _check_frames(board, problems):
    ecam, window = board.pci.ecam, board.pci.window
    if ecam.base % BUS_SIZE or ecam.size % BUS_SIZE:
        problems.add(("pci", "ecam"), "is not a number of buses of 1 MiB, at a multiple of that")
    if not 0 <= board.pci.first_bus <= 256 - ecam.size // BUS_SIZE:
        problems.add(("pci", "ecam"), "has buses beyond 255")
    if window.base % PAGE or window.size % PAGE or window.last >= GB4:
        problems.add(("pci", "window"), f"is {show_range(window.base, window.size)}; it must be "
                     "whole pages below 4 GiB")
    others = board.ram + [f for f in board.reserved if f is not ecam] + \
        [d.frame for d in board.devices.values()]
    for frame in others:
        for own, key in ((ecam, "ecam"), (window, "window")):
            if own.overlaps(frame.base, frame.size):
                problems.add(("pci", key), f"overlaps {frame.name}")
    if ecam.overlaps(window.base, window.size):
        problems.add(("pci", "window"), f"overlaps {ecam.name}")


def _check_interrupts(board, problems):
    pci = board.pci
    lines = set(pci.intx)
    if len(pci.intx) != INTX_LINES and (pci.intx or any(f.pin for f in pci.functions.values())):
        problems.add(("pci", "intx"), f"has {len(pci.intx)} lines; there are {INTX_LINES}")
    for intid in pci.intx:
        _check_spi(board, intid, ("pci", "intx"), problems)
    for intid in range(pci.msi_first, pci.msi_first + pci.msi_count):
        _check_spi(board, intid, ("pci", "msi"), problems)
        if intid in lines or intid in board.own_interrupts:
            problems.add(("pci", "msi"), f"has interrupt {intid}, which is in use")


def _check_function(board, function, path, problems):
    pci = board.pci
    buses = range(pci.first_bus, pci.first_bus + pci.ecam.size // BUS_SIZE)
    if function.bus not in buses or not 0 <= function.slot < 32 or not 0 <= function.number < 8:
        problems.add(path, f"is at {function.place}, which pci.ecam has not")
    if not 0 <= function.id < GB4 or function.id & 0xffff == 0xffff:
        problems.add(path + ("id",), f"is {hexa(function.id)}; it must be device << 16 | vendor of "
                     "a function that is there")
    if not 0 <= function.pin <= INTX_LINES:
        problems.add(path + ("pin",), f"is {function.pin}, not 0 to {INTX_LINES}")
    taken = set()
    for bar in function.bars:
        own = {bar.index, bar.index + bar.wide}
        if own & taken or not own <= set(range(6)):
            problems.add(path + ("bars",), f"has BAR {bar.index} twice or beyond 5; a wide one "
                         "takes the next index too")
        if bar.size < 16 or bar.size & (bar.size - 1):
            problems.add(path + ("bars",), f"has a BAR of {hexa(bar.size)} bytes, not a power of "
                         "two from 16")
        taken |= own
