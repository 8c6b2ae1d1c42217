# SPDX-License-Identifier: Apache-2.0
"""Images: something to run in each partition, and room for all in the hypervisor's range."""
from ..model import PAGE
from ..units import align_up, show_size

# Kept free for the hypervisor itself, its run-time memory included.
HYPERVISOR_ROOM = 0x400000


def check(config, problems):
    images = [i for p in config.partitions for i in p.images.values()]
    for partition in config.partitions:
        if not {"kernel", "binary"} & partition.images.keys():
            problems.add(_path(partition, problems), "has nothing to run: give it a kernel or a "
                         f"binary under partitions.{partition.name}, or with "
                         f"--image {partition.name}.kernel=PATH")
    room = config.dma_memory[0] - config.board.image_base - HYPERVISOR_ROOM
    needed = sum(align_up(i.size, PAGE) for i in images)
    if needed > room:
        problems.add(("partitions",), f"need {show_size(needed)} of files in the image; "
                     f"{show_size(room)} fit the hypervisor's range on board "
                     f"{config.board.name}")


def _path(partition, problems):
    path = ("partitions", partition.name)
    return path if path in problems.source.lines else partition.path
