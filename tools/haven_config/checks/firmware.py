# SPDX-License-Identifier: Apache-2.0
"""Memory against what the firmware's configuration gives to whom."""
from .. import grants
from ..model_firmware import shared_spans


def is_judged(config, region):
    """Is it a window to a microcontroller, which need not be inside the board's RAM?"""
    if config.firmware is None or config.mcu is None or config.mcu.window is None:
        return False
    shared = shared_spans(config, config.mcu.machine)
    return region.path == config.mcu.window.path and \
        not grants.without(grants.span(region.pa, region.size), shared)
