# SPDX-License-Identifier: Apache-2.0
"""The rules. Each module has check(config, problems) and knows one subject."""
from . import cpus, dma, images, interrupts, memory, partitions, scmi, sharing, timing

BEFORE_LAYOUT = (cpus.check, memory.check, sharing.check, interrupts.check, partitions.check,
                 dma.check, scmi.check, timing.check)
AFTER_LAYOUT = (images.check,)
