# SPDX-License-Identifier: Apache-2.0
"""bench_payload.py KIB FILE: a guest that switches itself off at once, of a given size."""
import struct
import sys
from pathlib import Path

CODE = struct.pack("<4I",
                   0x52800100,  # mov w0, #8
                   0x72B08000,  # movk w0, #0x8400, lsl #16: PSCI SYSTEM_OFF
                   0xD4000002,  # hvc #0
                   0x14000000)  # b .


def main() -> None:
    size = int(sys.argv[1]) * 1024
    Path(sys.argv[2]).write_bytes(CODE + b"\xa5" * (size - len(CODE)))


main()
