# SPDX-License-Identifier: Apache-2.0
"""What the configuration assumes of the firmware, and the microcontroller that it manages."""
from dataclasses import dataclass, field
from typing import Optional

from . import grants


@dataclass
class Firmware:
    name: str
    selector: int
    path: tuple
    policy: object         # board_firmware.Policy; None: nothing is known of it
    cfg: object = None     # sm_cfg.Cfg that the user gave
    crc: bool = False      # of the hypervisor's channels
    notes: list = field(default_factory=list)  # what a user should know, each a sentence


@dataclass
class Mcu:
    name: str
    path: tuple
    machine: object        # board_firmware.Machine
    mode: str = "attach"
    base: int = 0          # of its memory
    size: int = 0
    vector: Optional[int] = None
    window_name: Optional[str] = None
    window: object = None  # SharedArea
    doorbell: object = None  # board.Device
    owner: Optional[str] = None
    policy: str = "log"
    max_restarts: int = 0


def spans(config, machine):
    """What the machine reaches, of whatever kind; [] if nothing is known."""
    policy = config.firmware.policy
    return grants.touching(policy.grants, machine.domain) if policy else []


def shared_spans(config, machine):
    """Memory that both the machine and Non-secure application cores reach."""
    policy = config.firmware.policy
    return grants.common(spans(config, machine), grants.touching(
        policy.grants, config.board.manager.apps, grants.NONSECURE))


def private_spans(config, machine):
    """Memory of the machine that application cores do not reach, Secure or not."""
    policy = config.firmware.policy
    return grants.without(spans(config, machine),
                          grants.touching(policy.grants, config.board.manager.apps))


def cited(config, domain, pieces):
    """' (file:line, ...)' of grants that touch the pieces; nothing if they are facts of the board."""
    lines = [g.origin for g in config.firmware.policy.grants if g.origin and g.domain == domain and
             grants.common([(g.base, g.end)], pieces)]
    return f" ({', '.join(dict.fromkeys(lines))})" if lines else ""


def is_window(config, area):
    return config.mcu is not None and config.mcu.window is area


def owns_doorbell(config, partition, device):
    return config.mcu is not None and config.mcu.doorbell is device \
        and config.mcu.owner == partition.name
