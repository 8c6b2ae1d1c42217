# SPDX-License-Identifier: Apache-2.0
"""Facts about the SMMU, the ITS and PCI: what QEMU's device tree and configuration space say."""
import subprocess
import tempfile
from pathlib import Path

import yaml

from bench import ROOT, case, expect
from cases.image import board_tree, node_reg
from haven_console import DEVICES, device_options, qemu_command

PCIE, SMMU = "/pcie@10000000", "/smmuv3@9050000"
BAR0, CAPABILITIES = 0x10, 0x34
MSI, MSIX = 0x05, 0x11


def cells(tree, path, name):
    data = bytes(tree.getprop(tree.path_offset(path), name))
    return [int.from_bytes(data[i:i + 4], "big") for i in range(0, len(data), 4)]


class Bus:
    """Configuration space of a machine that never runs, by QEMU's test protocol."""

    def __init__(self, ecam, disk):
        command = qemu_command(extra=["-S", "-qtest", "stdio", "-qtest-log", "none"] +
                               device_options(DEVICES, disk=disk, keep=False))
        self.ecam = ecam
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def _ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        expect(answer[:1] == ["OK"], f"{line}: {answer}")
        return int(answer[1], 16) if answer[1:] else None

    def read(self, slot, offset):
        return self._ask(f"readl {self.ecam + (slot << 15) + offset:#x}")

    def size(self, slot, offset):
        """A register as it reads after all ones were written to it."""
        self._ask(f"writel {self.ecam + (slot << 15) + offset:#x} 0xffffffff")
        return self.read(slot, offset)

    def close(self):
        self.process.terminate()
        self.process.communicate(timeout=10)


def bars(bus, slot):
    """As board.yaml lists them."""
    found, index = [], 0
    while index < 6:
        value = bus.size(slot, BAR0 + 4 * index)
        wide = value & 0x6 == 0x4
        mask = value & ~0xf | (bus.size(slot, BAR0 + 4 * index + 4) << 32 if wide else ~0 << 32)
        if value:
            expect(value & 1 == 0, f"slot {slot}: BAR {index} is I/O")
            bar = {"index": index, "size": -mask & (1 << 64) - 1}
            if wide:
                bar["wide"] = True
            if value & 0x8:
                bar["prefetchable"] = True
            found.append(bar)
        index += 1 + wide
    return found


def vectors(bus, slot):
    offset, wanted = bus.read(slot, CAPABILITIES) & 0xfc, 0
    while offset:
        head = bus.read(slot, offset)
        if head & 0xff == MSIX:
            wanted = max(wanted, (head >> 16 & 0x7ff) + 1)
        elif head & 0xff == MSI:
            wanted = max(wanted, 1 << (head >> 17 & 7))
        offset = head >> 8 & 0xfc
    return wanted


def check_tree(board):
    tree, smmu, pci = board_tree(), board["smmu"], board["pci"]
    spis = [32 + n for n in cells(tree, SMMU, "interrupts")[1::3]]
    expect(cells(tree, SMMU, "interrupts")[2::3] == [1] * 4, "the SMMU's interrupts are edges")
    expect(spis == smmu["interrupts"], f"SMMU: {spis}")
    names = bytes(tree.getprop(tree.path_offset(SMMU), "interrupt-names")).decode().split("\0")
    expect(spis[names.index("eventq")] == smmu["event_irq"], "event queue interrupt")
    expect(spis[names.index("gerror")] == smmu["gerror_irq"], "global error interrupt")
    base, size = node_reg(tree, PCIE)
    expect(base == pci["ecam"]["base"] and size >= pci["ecam"]["size"], f"ECAM {base:#x}")
    ranges = cells(tree, PCIE, "ranges")
    memory = next(ranges[i:i + 7] for i in range(0, len(ranges), 7) if ranges[i] == 0x02000000)
    expect(memory[2] == memory[4] == pci["window"]["base"] and memory[6] == pci["window"]["size"],
           f"window {memory}")
    # Rows: slot << 11, 0, 0, pin, GIC, 0, 0, SPI, number, level
    rows = cells(tree, PCIE, "interrupt-map")
    for i in range(0, len(rows), 10):
        slot, pin = rows[i] >> 11, rows[i + 3]
        line = pci["intx"][(slot + pin - 1) % 4]
        expect((rows[i + 8] + 32, rows[i + 9]) == (line, 4), f"line of slot {slot}, pin {pin}")
    requester, _, stream, length = cells(tree, PCIE, "iommu-map")
    expect((requester, stream, length) == (0, 0, 1 << smmu["stream_bits"]), "stream ids")
    requester, _, device, _ = cells(tree, PCIE, "msi-map")
    expect((requester, device) == (0, 0), "ITS DeviceIDs")


@case("pci-facts", seconds=30)
def pci_facts(_):
    """ports/qemu-virt/board.yaml says of SMMU and PCI what QEMU says."""
    board = yaml.safe_load((ROOT / "ports/qemu-virt/board.yaml").read_text())
    check_tree(board)
    functions = board["pci"]["functions"]
    expect(functions.keys() == DEVICES.keys(), "other devices than can be plugged in")
    with tempfile.TemporaryDirectory() as directory:
        disk = Path(directory, "disk")
        disk.write_bytes(bytes(1 << 20))
        bus = Bus(board["pci"]["ecam"]["base"], disk)
        try:
            for name, stated in functions.items():
                slot = stated["slot"]
                real = {"slot": slot, "id": bus.read(slot, 0), "pin": bus.read(slot, 0x3c) >> 8 & 7,
                        "msi": vectors(bus, slot), "bars": bars(bus, slot)}
                expect(stated == real, f"{name}: board.yaml says {stated}, QEMU {real}")
        finally:
            bus.close()
