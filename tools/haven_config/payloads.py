# SPDX-License-Identifier: Apache-2.0
"""The files of the image in the order of its payload table."""
from dataclasses import dataclass

from .layout import pa_of, room

ORDER = ("kernel", "binary", "initrd", "dtb")


@dataclass
class Payload:
    name: str
    partition: object
    path: str
    load_ipa: int
    load_pa: int
    size: int
    room: int


def table(config, out_dir):
    """One entry for each file, partition by partition."""
    result = []
    for partition in config.partitions:
        for role in ORDER:
            image = partition.images.get(role)
            if image is None or image.load is None:
                continue
            file = out_dir / f"{partition.name}.dtb" if role == "dtb" else image.file
            result.append(Payload(
                name=f"{partition.name}.{role}", partition=partition,
                path=str(file.resolve()) if file else "", load_ipa=image.load,
                load_pa=pa_of(partition, image.load), size=image.size,
                room=room(partition, image.load)))
    return result


def as_json(config, payloads):
    """What tools/haven-pack reads."""
    board = config.board
    return {
        "version": 1,
        "config": config.name,
        "board": board.name,
        "image_base": board.image_base,
        "limit": config.dma_memory[0],
        "payloads": [{
            "name": p.name, "partition": p.partition.name, "path": p.path,
            "load_pa": p.load_pa, "load_ipa": p.load_ipa, "size": p.size,
        } for p in payloads],
    }
