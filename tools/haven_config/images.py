# SPDX-License-Identifier: Apache-2.0
"""Finds image files, reads their sizes and the arm64 Image header."""
import struct
from pathlib import Path

from .model import Image

ARM64_MAGIC = b"ARM\x64"
HEADER_SIZE = 64
FLAG_BIG_ENDIAN = 1
ROLES = ("kernel", "binary", "initrd")


def find(config, given, problems):
    """Set file, size and span of every image.

    `given` maps an image name, or partition.role, to a path; other names are
    paths beside the configuration file.
    """
    used = _add_by_role(config, given)
    for partition in config.partitions:
        for image in partition.images.values():
            key = f"{partition.name}.{image.role}"
            if key in given or image.name in given:
                used.update({key, image.name})
                image.file = Path(given.get(key, given.get(image.name)))
            else:
                image.file = Path(config.source.name).parent / image.name
            _read(image, problems)
    return sorted(set(given) - used)


def _add_by_role(config, given):
    """--image linux.kernel=... also works if the configuration names no such image."""
    used = set()
    for partition in config.partitions:
        for role in ROLES:
            key = f"{partition.name}.{role}"
            if key in given and role not in partition.images:
                partition.images[role] = Image(role, key, partition.path)
                used.add(key)
    return used


def _read(image, problems):
    try:
        with image.file.open("rb") as file:
            head = file.read(HEADER_SIZE)
        image.size = image.file.stat().st_size
    except OSError as error:
        problems.add(image.path, f"names the image {image.name}, and {image.file} cannot be "
                     f"read ({error.strerror}); give it with --image {image.name}=PATH")
        return
    image.span = image.size
    if image.size == 0:
        problems.add(image.path, f"names the image {image.name}, which is an empty file")
    elif image.role == "kernel":
        _read_header(image, head, problems)


def _read_header(image, head, problems):
    """arm64 Image header: text_offset at 8, image_size at 16, flags at 24, magic at 56."""
    if head[:2] == b"\x1f\x8b" or head[4:8] == b"zimg":
        problems.add(image.path, f"names the image {image.name}, which is a compressed kernel; "
                     "give the uncompressed arm64 Image")
        return
    if head[56:60] != ARM64_MAGIC:
        problems.add(image.path, f"names the image {image.name}, which has no arm64 Image header; "
                     "a raw program goes under binary")
        return
    offset, size, flags = struct.unpack_from("<QQQ", head, 8)
    if flags & FLAG_BIG_ENDIAN:
        problems.add(image.path, f"names the image {image.name}, which is a big-endian kernel")
    # Kernels before 3.17 leave image_size 0 and mean text_offset 0x80000.
    image.offset = offset if size else 0x80000
    image.span = max(size, image.size)
    image.is_arm64_image = True
