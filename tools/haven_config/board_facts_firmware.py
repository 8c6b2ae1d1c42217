# SPDX-License-Identifier: Apache-2.0
"""Facts about firmware and firewall that contradict each other or the rest of the board."""
from . import grants
from .board_firmware import RIGHTS
from .units import hexa, show_range

WAIT_US = range(1, 10_000_001)         # <haven/hal/mu.h>


def check(board, problems):
    manager, path = board.manager, ("system_manager",)
    if manager is None:
        return
    if manager.reply_us not in WAIT_US:
        problems.add(path + ("reply_us",), f"is {manager.reply_us}, not {WAIT_US[0]} to {WAIT_US[-1]}")
    if len(set(manager.domains.values())) < len(manager.domains):
        problems.add(path + ("domains",), "has one number for two of them")
    for name, machine in manager.machines.items():
        for bell in machine.doorbells:
            if bell not in board.devices or board.devices[bell].is_master:
                problems.add(path + ("machines", name, "doorbells"), f"names {bell}, which is no "
                             "device of the board, or masters the bus")
    _check_streams(board, path, problems)
    for name, policy in manager.known.items():
        _check_policy(manager, policy, path + ("configurations", name), problems)


def _check_streams(board, path, problems):
    """A device has the stream that the firmware gives to the master that it is."""
    manager = board.manager
    for name, device in board.devices.items():
        resource = manager.resources.get(name)
        for stream in device.streams:
            if manager.streams.get(resource) != stream:
                problems.add(("devices", name, "dma"), f"has stream {hexa(stream)}, but "
                             f"system_manager.streams has {resource or 'no name'} as "
                             f"{manager.streams.get(resource, 'nothing')}")
    if len(set(manager.streams.values())) < len(manager.streams):
        problems.add(path + ("streams",), "has one number for two of them")
    for name in manager.own:
        if name not in manager.resources:
            problems.add(path + ("own",), f"names {name}, which resources does not have")


def _check_policy(manager, policy, path, problems):
    for name, right in policy.rights.items():
        if name not in manager.machines or right not in RIGHTS:
            problems.add(path + ("rights",), f"has {name}: {right}; there are " +
                         ", ".join(manager.machines) + ", and " + ", ".join(RIGHTS))
    for grant in policy.grants:
        if grant.base % manager.granule or grant.size % manager.granule or not grant.size:
            problems.add(path + ("memory",), f"has {show_range(grant.base, max(grant.size, 1))}, "
                         "which is no number of granules")
        if not any(c.aperture.contains(grant.base, grant.size) for c in manager.checkers.values()):
            problems.add(path + ("memory",), f"has {show_range(grant.base, max(grant.size, 1))}, "
                         "which no checker guards")
    for one in policy.grants:
        for other in policy.grants:
            both = grants.common([(one.base, one.end)], [(other.base, other.end)])
            if one is not other and one.domain == other.domain and both:
                problems.add(path + ("memory",), f"gives domain {one.domain} "
                             f"{show_range(both[0][0], both[0][1] - both[0][0])} twice")
