# SPDX-License-Identifier: Apache-2.0
"""The rules. Each module has check(config, problems) and knows one subject."""
from . import (cpus, dma, firmware, images, interrupts, mcu, memory, partitions, scmi, sharing,
               sm_cfg, timing)

BEFORE_LAYOUT = (cpus.check, memory.check, sharing.check, interrupts.check, partitions.check,
                 dma.check, firmware.check, mcu.check, sm_cfg.check, scmi.check, timing.check)
AFTER_LAYOUT = (images.check,)
