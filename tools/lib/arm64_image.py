#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turn a kernel file into the raw arm64 Image that the boot protocol describes.

Accepts a raw Image, one compressed with gzip, and an EFI zboot file (a PE
header with the compressed Image behind it).
"""
import gzip
import lzma
import struct
import sys
from pathlib import Path

ARM64_MAGIC = b"ARM\x64"
GZIP_MAGIC = b"\x1f\x8b"


def is_image(data: bytes) -> bool:
    return len(data) >= 64 and data[56:60] == ARM64_MAGIC


def unpack_zboot(data: bytes) -> bytes:
    """EFI zboot: "zimg" at 4, offset and size of the payload at 8, type at 24."""
    offset, size = struct.unpack_from("<II", data, 8)
    kind = data[24:56].split(b"\0")[0].decode("ascii", "replace")
    payload = data[offset:offset + size]
    if kind == "gzip":
        return gzip.decompress(payload)
    if kind in ("lzma", "xzkern", "xz"):
        return lzma.decompress(payload)
    raise ValueError(f"EFI zboot with {kind!r} compression is not supported")


def raw_image(data: bytes) -> bytes:
    if data[:2] == b"MZ" and data[4:8] == b"zimg":
        data = unpack_zboot(data)
    elif data[:2] == GZIP_MAGIC:
        data = gzip.decompress(data)
    if not is_image(data):
        raise ValueError("no arm64 Image header (magic at offset 56)")
    return data


def main(argv: list) -> int:
    if len(argv) != 3:
        print("usage: arm64_image.py KERNEL OUT", file=sys.stderr)
        return 2
    try:
        Path(argv[2]).write_bytes(raw_image(Path(argv[1]).read_bytes()))
    except (OSError, ValueError, EOFError, lzma.LZMAError, struct.error) as error:
        print(f"{argv[1]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
