# SPDX-License-Identifier: Apache-2.0
"""A hand on the machine's bus from outside: what a device does without any guest's leave.

Physical accesses by QEMU's test protocol, a bus master (edu) that is driven by them, the
SMMU as a boot loader may leave it, and a CPU that waits before it enters Haven.
"""
import socket
import struct
import tempfile
import time
from pathlib import Path

from bench import Yard, expect
from haven_console import EDU

ECAM = 0x4010000000
ITS, GICD, SMMU = 0x08080000, 0x08000000, 0x09050000
WINDOW = 0x10000000
EDU_ID = 0x11E81234
DMA_SECONDS = 5

# PCI Local Bus 3.0, 6.1 and 6.2
COMMAND, BAR0, CAPABILITIES = 0x04, 0x10, 0x34
MEMORY, MASTER = 2, 4
MSI = 5

# adr x2, 0x100; 1: ldr x1, [x2]; cbz x1, 1b; mov x0, #0; br x1
WAITING = struct.pack("<5I", 0x10000802, 0xF9400041, 0xB4FFFFE1, 0xD2800000, 0xD61F0020)
WAITS_AT, GOES_BY = 0x60000000, 0x60000100
LOADED_AT = 0x44000000


def edu_option(slot):
    return ("-device", f"{EDU},addr={slot:#x}")


class Outside(Yard):
    """A yard whose bus can be reached from outside."""

    def __init__(self, image=None, *, extra=(), **options):
        self._place = tempfile.TemporaryDirectory(prefix="haven-outside-")
        path = str(Path(self._place.name, "qtest"))
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(path)
        self._server.listen(1)
        self._server.settimeout(20)
        self._stream = None
        super().__init__(image, extra=(*extra, "-accel", "tcg", "-qtest", f"unix:{path}",
                                       "-qtest-log", "none"), **options)

    def stop(self):
        super().stop()
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        self._server.close()
        self._place.cleanup()

    def _ask(self, command) -> str:
        if self._stream is None:
            connection, _ = self._server.accept()
            connection.settimeout(20)
            self._stream = connection.makefile("rw", encoding="ascii")
        self._stream.write(command + "\n")
        self._stream.flush()
        answer = self._stream.readline()
        while answer.startswith("IRQ"):
            answer = self._stream.readline()
        expect(answer.startswith("OK"), f"{command}: {answer.strip()}")
        return answer[2:].strip()

    def peek(self, address, size=4) -> int:
        return int(self._ask(f"read{' bw l   q'[size]} {address:#x}"), 16)

    def poke(self, address, value, size=4):
        self._ask(f"write{' bw l   q'[size]} {address:#x} {value:#x}")

    def put(self, address, data: bytes):
        self._ask(f"write {address:#x} {len(data):#x} 0x{data.hex()}")

    def get(self, address, size) -> bytes:
        return bytes.fromhex(self._ask(f"read {address:#x} {size:#x}")[2:])


class Parked(Outside):
    """The boot CPU waits in RAM until release(); the image lies where a boot loader puts it."""

    def __init__(self, image, **options):
        self._file = tempfile.NamedTemporaryFile(prefix="haven-parked-")
        self._file.write(WAITING)
        self._file.flush()
        extra = options.pop("extra", ())
        super().__init__(None, extra=(
            *extra, "-device", f"loader,file={image},addr={LOADED_AT:#x},force-raw=on",
            "-device", f"loader,file={self._file.name},addr={WAITS_AT:#x},force-raw=on",
            "-device", f"loader,addr={WAITS_AT:#x},cpu-num=0"), **options)

    def stop(self):
        super().stop()
        self._file.close()

    def release(self):
        self.poke(GOES_BY, LOADED_AT, 8)


class Edu:
    """QEMU's educational device, docs/specs/edu, with its registers reached from outside."""

    BUFFER = 0x40000
    BUFFER_SIZE = 4096
    RAISE, ACK, SOURCE, TARGET, COUNT, RUN = 0x60, 0x64, 0x80, 0x88, 0x90, 0x98
    FROM_DEVICE = 2

    def __init__(self, machine, slot):
        self.machine, self.slot = machine, slot
        self.stream = slot << 3
        self.config = ECAM + (slot << 15)
        self.buffer = bytes(8)  # as far as is known; of a guest's device, the guest may know more
        expect(machine.peek(self.config) == EDU_ID, f"no edu in slot {slot}")

    @property
    def bar(self) -> int:
        return self.machine.peek(self.config + BAR0) & ~0xF

    @property
    def command(self) -> int:
        return self.machine.peek(self.config + COMMAND, 2)

    def place(self, bar):
        """As firmware does for a function that nobody has configured."""
        self.machine.poke(self.config + BAR0, bar)

    def enable(self):
        """As the device would have it: its command register is no protection."""
        self.machine.poke(self.config + COMMAND, MEMORY | MASTER, 2)
        expect(self.machine.peek(self.bar) == 0x010000ED, "the device does not answer")

    def start(self, address, size, from_device):
        source, target = (self.BUFFER, address) if from_device else (address, self.BUFFER)
        for register, value in ((self.SOURCE, source), (self.TARGET, target), (self.COUNT, size),
                                (self.RUN, 1 | (self.FROM_DEVICE if from_device else 0))):
            self.machine.poke(self.bar + register, value, 8)

    def finish(self):
        end = time.monotonic() + DMA_SECONDS
        while self.machine.peek(self.bar + self.RUN, 8) & 1:
            expect(time.monotonic() < end, "the device stays busy")
            time.sleep(0.02)

    def load(self, address, size=8):
        """From where the device may read: afterwards it is known what its buffer holds."""
        self.buffer = self.machine.get(address, size)
        self.start(address, size, False)
        self.finish()

    def store(self, address, size=8):
        self.start(address, size, True)
        self.finish()

    def set_message(self, address, data):
        at = self.config + self.machine.peek(self.config + CAPABILITIES, 1)
        expect(self.machine.peek(at, 1) == MSI, "the first capability is not MSI")
        for offset, value, size in ((2, 0, 2), (4, address & 0xFFFFFFFF, 4),
                                    (8, address >> 32, 4), (12, data, 2), (2, 1, 2)):
            self.machine.poke(at + offset, value, size)

    def raise_interrupt(self):
        self.machine.poke(self.bar + self.RAISE, 1)
        self.machine.poke(self.bar + self.ACK, 1)

    def reaches(self, address, size=8) -> bool:
        """Does anything of what the device stores there arrive?"""
        before = self.machine.get(address, size)
        expect(before != self.buffer[:size], f"what {address:#x} holds is what would be stored")
        self.store(address, size)
        return self.machine.get(address, size) != before


class LeftOver:
    """The SMMU as a careless boot loader left it: on, with a table of its own.

    Encodings: Arm IHI 0070, 5.2 (STE), 6.3; Arm ARM D8.3 (stage-2 descriptors).
    """
    TABLE, LEVEL1, LEVEL2 = 0x70010000, 0x70020000, 0x70022000
    STREAMS_LOG2 = 6
    CR0, CR0ACK, STRTAB_BASE, STRTAB_CFG = 0x20, 0x24, 0x80, 0x88
    STE_BYPASS, STE_STAGE2 = 0x9, 0xD
    # S2T0SZ 24, S2SL0 1, S2IR0/S2OR0 1, S2SH0 3, S2TG 4 KB, S2PS 40 bits, AA64, AFFD, R
    STAGE2 = 24 | 1 << 6 | 1 << 8 | 1 << 10 | 3 << 12 | 2 << 16 | 1 << 19 | 1 << 21 | 1 << 26
    BLOCK = 0x7FD  # AF, inner shareable, read and write, write-back, block
    BLOCK_SIZE = 0x200000

    def __init__(self, machine):
        self.machine = machine

    def _ste(self, stream, words):
        entry = struct.pack(f"<{len(words)}Q", *words)
        self.machine.put(self.TABLE + 64 * stream, entry.ljust(64, b"\0"))

    def bypass(self, stream):
        self._ste(stream, (self.STE_BYPASS, 1 << 44))  # SHCFG: use incoming

    def map_block(self, stream, vmid, ipa, pa):
        self.machine.put(self.LEVEL1, bytes(0x2000))
        self.machine.put(self.LEVEL2, bytes(0x1000))
        self.machine.poke(self.LEVEL1 + 8 * (ipa >> 30), self.LEVEL2 | 3, 8)
        self.machine.poke(self.LEVEL2 + 8 * (ipa >> 21 & 511), pa | self.BLOCK, 8)
        self._ste(stream, (self.STE_STAGE2, 0, vmid | self.STAGE2 << 32, self.LEVEL1))

    def switch_on(self):
        self.machine.poke(SMMU + self.STRTAB_BASE, self.TABLE, 8)
        self.machine.poke(SMMU + self.STRTAB_CFG, self.STREAMS_LOG2)
        self.machine.poke(SMMU + self.CR0, 1)
        expect(self.machine.peek(SMMU + self.CR0ACK) & 1, "the SMMU is not on")
