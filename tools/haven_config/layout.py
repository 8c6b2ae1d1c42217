# SPDX-License-Identifier: Apache-2.0
"""Where each file goes in its partition's memory, and where the guest starts.

kernel: 2 MiB boundary + text_offset, at the bottom of the first RAM region.
binary: bottom of that region. initrd: 2 MiB boundary behind the kernel.
Device tree: the top of the largest writable region, out of everybody's way.
"""
from .model import BLOCK_2M, PAGE, Image
from .units import align_up, hexa, show_range, show_size


def main_ram(partition):
    """The RAM region that takes the files: the first executable one."""
    return next((r for r in partition.ram if "x" in r.access), None)


def place(partition, problems):
    """Set `load` of kernel, binary and initrd, and the entry."""
    ram = main_ram(partition)
    if ram is None:
        return
    floor = ram.ipa
    for role in ("kernel", "binary", "initrd"):
        image = partition.images.get(role)
        if image is None:
            continue
        if image.load is None:
            image.load = _default_load(image, floor)
        floor = max(floor, image.load + max(image.span, 1))
    program = partition.images.get("kernel") or partition.images.get("binary")
    if partition.entry is None:
        partition.entry = program.load if program else ram.ipa
    _check(partition, problems)


def place_dtb(partition, blob_size, problems):
    """Add the device tree as an image."""
    writable = [r for r in partition.ram if "w" in r.access] or partition.ram
    if not writable:
        return
    ram = max(writable, key=lambda r: r.size)
    load = ram.ipa + max(ram.size - align_up(blob_size, PAGE), 0)
    partition.images["dtb"] = Image("dtb", "dtb", partition.path, size=blob_size,
                                    span=blob_size, load=load)
    _check(partition, problems)


def pa_of(partition, ipa):
    region = next(r for r in partition.ram if r.ipa <= ipa <= r.ipa_last)
    return region.pa + (ipa - region.ipa)


def room(partition, ipa):
    """Bytes from `ipa` to the end of its region."""
    region = next(r for r in partition.ram if r.ipa <= ipa <= r.ipa_last)
    return region.ipa_last + 1 - ipa


def _default_load(image, floor):
    if image.role == "kernel":
        return align_up(floor, BLOCK_2M) + image.offset
    return floor if image.role == "binary" else align_up(floor, BLOCK_2M)


def _check(partition, problems):
    placed = [i for i in partition.images.values() if i.load is not None]
    for image in placed:
        _check_fits(partition, image, problems)
        _check_alignment(image, problems)
    placed.sort(key=lambda i: i.load)
    for low, high in zip(placed, placed[1:]):
        if low.load + low.span > high.load and low.span:
            later = low if high.role == "dtb" else high
            other = high if later is low else low
            problems.add(later.path, f"({show_size(later.span)}) overlaps the {other.role} in IPA "
                         f"{show_range(high.load, low.load + low.span - high.load)}; give the "
                         "partition more memory or other load addresses")


def _check_fits(partition, image, problems):
    last = image.load + max(image.span, 1) - 1
    if any(r.ipa <= image.load and last <= r.ipa_last for r in partition.ram):
        return
    ram = main_ram(partition)
    problems.add(image.path, f"needs {show_size(image.span)} at IPA "
                 f"{show_range(image.load, max(image.span, 1))}, which is not inside the memory of "
                 f"{partition.name}, {show_range(ram.ipa, ram.size)}")


def _check_alignment(image, problems):
    if image.role == "kernel" and (image.load - image.offset) % BLOCK_2M:
        problems.add(image.path, f"loads at {hexa(image.load)}, which is not a multiple of 2 MiB "
                     f"plus the kernel's text_offset {hexa(image.offset)}")
    step = 4 if image.role == "binary" else 8
    if image.role != "kernel" and image.load % max(step, 8):
        problems.add(image.path, f"loads at {hexa(image.load)}, which is not a multiple of 8")
