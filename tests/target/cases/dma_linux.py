# SPDX-License-Identifier: Apache-2.0
"""Linux with a disk, a network and a device that attacks, all through the SMMU."""
import hashlib
import os
import re
import shutil
import subprocess

from bench import BAD, Machine, case, expect
from haven_console import SWITCH_TARGET

MIB = 1 << 20
RAW_AT = 48 * MIB  # behind the file system, see guests/linux/build-root
LINUX_SECONDS, COMMAND_SECONDS = 120, 120
LINUX_STREAM = 0x20  # edu1: slot 4
PROBE_STREAM = 0x18  # edu0: slot 3
LINUX_RAM, LINUX_SIZE = 0x50000000, 256 * MIB
PROBE_RAM, PROBE_SIZE = 0x60000000, 2 * MIB
SERVED = hashlib.shake_128(b"served").digest(4 * MIB)
URL = "http://10.0.2.100/"
BEATS = 400  # 20 s

# What neither guest's device may reach: each with some bytes whose change would show.
HYPERVISOR = (0x40200000, 0x40201000, 0x40204000, 0x40208000)  # text
NOWHERE = (0x0, 0x30000000, 0xbffffff8, 0xfffffffffffff000)
REGISTERS = (0x08000000, 0x08080000, 0x080a0000, 0x09000000, 0x09050000, 0x10200000, 0x4010000000)
# A write there is a message, of which the ITS drops what is not mapped. Reads tell nothing.
MESSAGES = 0x08090040


class Pair(Machine):
    """Linux and the probe guest on one console."""
    keys = "linux"

    def start(self, kernel):
        self.expect(rf"linux: init reached, 2 CPUs, kernel {kernel}.*, root /dev/vda",
                    LINUX_SECONDS, since=0)
        self.expect(r"probe: console: ready", 20, since=0)
        self.expect(r"linux# ", 30)

    def to(self, guest):
        if self.keys != guest:
            self.send(SWITCH_TARGET)
            self.keys = guest

    def run(self, command, status=0, seconds=COMMAND_SECONDS):
        """A command of Linux; returns what it printed."""
        self.to("linux")
        mark = self.mark()
        got = self.shell(command, seconds)
        expect(got == status, f"{command}: exit status {got}")
        return self.text()[mark:]

    def tell(self, test, **arguments):
        self.to("probe")
        mark = self.mark()
        words = "".join(f" probe.{name}={value:#x}" for name, value in arguments.items())
        self.send(f"probe.test={test}{words}\n")
        return mark

    def done(self, test, mark, seconds=30):
        end = self.expect(rf"probe: {test}: done \d+ ok (\d+) failed|probe: trap: .*\n", seconds,
                          since=mark)
        expect(end.group(1) == "0", end.group(0))

    def clean(self):
        """On a busy host the flooding device may be slower than the guest waits: no fault."""
        bad = [line for line in re.findall(rf".*(?:{BAD}).*", self.text())
               if "dmaflood: flooded" not in line]
        expect(not bad, "\n".join(bad[:20]))

    def faults(self, partition, stream) -> int:
        return self.count(rf"haven.*journal seq=\d+ cpu=\d+ partition={partition} kind=dma "
                          rf"verdict=none .* detail={stream:#x} ")


def plugged(bench, image):
    served = bench.logs / "served"
    served.write_bytes(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(SERVED) + SERVED)
    return bench.machine(image, Pair, devices=("disk", "net", "edu0", "edu1"),
                         disk=bench.image("linux-disk"), served=served)


def sha256(data) -> str:
    return hashlib.sha256(data).hexdigest()


def whole_disk(machine):
    """What Linux reads of the disk is what is there, byte for byte."""
    machine.run("mount -o remount,ro /")
    machine.run(f"/etc/haven/run-test disk {sha256(machine.disk.read_bytes())}")


def interrupts(machine, with_messages):
    """Both devices raise interrupts of the kind that was asked for, and of no other."""
    found = re.findall(r"^.*?\d+: +(?:\d+ +){2}(.*(?:virtio\d|input|req).*)$",
                       machine.run("grep virtio /proc/interrupts"), re.MULTILINE)
    expect(len(found) >= (6 if with_messages else 2), f"interrupts of the devices: {found}")
    strange = [line for line in found if ("MSI" in line) != with_messages]
    expect(not strange, f"other interrupts: {strange}")


def attack(machine):
    """edu1 of Linux reaches for all that is not Linux's; the probe guest watches its memory."""
    machine.run("edudma self")
    mark = machine.tell("victim", beats=BEATS, dma=1)
    machine.expect(r"victim: beat \d+ hash ok", 20, since=mark)
    # Its first page travels through its own device meanwhile.
    victim = tuple(range(PROBE_RAM + PROBE_SIZE // 2, PROBE_RAM + PROBE_SIZE, PROBE_SIZE // 8))
    targets = (*victim, PROBE_RAM + PROBE_SIZE - 8, *HYPERVISOR, *NOWHERE, *REGISTERS,
               LINUX_RAM - 8, LINUX_RAM + LINUX_SIZE)
    memory = (*victim, *HYPERVISOR)
    before = [machine.save_memory(at, 4096) for at in memory]
    for at in targets:
        text = machine.run(f"edudma write {at:#x} 8 && edudma read {at:#x} 8")
        expect(re.search(rf"read {at:#x}: \d+ zero \d+ before 0 other", text),
               f"{at:#x} was read: {text}")
    machine.run(f"edudma write {MESSAGES:#x} 4")
    text = machine.run(f"edudma read {MESSAGES:#x} 4")
    expect(" 0 other" in text, f"messages were read: {text}")
    after = [machine.save_memory(at, 4096) for at in memory]
    expect(before == after, "memory has changed")
    machine.done("victim", mark, BEATS / 20 + 20)
    seen = machine.faults(1, LINUX_STREAM)
    expect(seen >= 2 * len(targets), f"{seen} faults journalled of {2 * len(targets)} at least")
    machine.run("edudma self")
    machine.clean()


def load(machine, seconds):
    """Disk and net of Linux at full speed, while edu0 of the probe guest attacks Linux."""
    machine.to("linux")
    mark = machine.mark()
    machine.send(f"/etc/haven/run-test load {seconds} {URL} {sha256(SERVED)}\n")
    rounds = 0
    while not machine.count(r"linux: test load (passed|failed)", mark):
        at = LINUX_RAM + (rounds * 37 * MIB + 0x80000) % LINUX_SIZE
        told = machine.tell("dmaflood", at=at, times=4)
        machine.expect(r"probe: dmaflood: done", COMMAND_SECONDS, since=told)
        rounds += 1
        expect(rounds < 200, "the load does not end")
    text = machine.text()[mark:]
    expect("load passed" in text and not re.search(r"load: .*FAIL", text),
           "data were wrong, see the log")
    expect(rounds >= 3, f"only {rounds} attacks during the load")
    expect(machine.faults(2, PROBE_STREAM) > 0, "no fault of the attacker is journalled")
    return dict(re.findall(r"load: (raw|left) ([0-9a-f]{64})", text))


def crash(machine):
    """Linux resets itself in the middle of the load, with transfers on their way; three times."""
    for _ in range(3):
        machine.run("echo kept >/root/kept && sync")
        machine.send(f"/etc/haven/run-test load 60 {URL} {sha256(SERVED)} &\n")
        machine.run("sleep 3")
        mark = machine.mark()
        machine.send("echo b >/proc/sysrq-trigger\n")
        machine.expect(r"linux: init reached, 2 CPUs.*, root /dev/vda", LINUX_SECONDS, since=mark)
        machine.expect(r"linux# ", 30)
        machine.run("grep kept /root/kept && rm /root/kept")
        machine.run("cd /data && sha256sum -c SHA256SUMS")
        machine.run("ping -c 1 -W 5 10.0.2.2")
    machine.clean()


def power_off(machine):
    machine.to("linux")
    mark = machine.mark()
    machine.send("poweroff\n")
    machine.expect(r"reboot: Power down", 30, since=mark)
    machine.expect(r"partition linux is off", 10, since=mark)
    mark = machine.tell("dmaself")
    machine.done("dmaself", mark)
    machine.clean()


def tool(name) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    expect(found, f"{name} is missing (package e2fsprogs)")
    return found


def look_at_disk(disk, sums):
    """The file system is sound, and holds what Linux says that it wrote."""
    check = subprocess.run([tool("e2fsck"), "-fn", disk], capture_output=True, text=True,
                           check=False)
    expect(check.returncode == 0, f"e2fsck: {check.stdout}")
    left = subprocess.run([tool("debugfs"), "-R", "cat /root/left", disk], capture_output=True,
                          check=True).stdout
    expect({"raw": sha256(disk.read_bytes()[RAW_AT:]), "left": sha256(left)} == sums,
           "the disk does not hold what was written")


def use(bench, image, kernel, with_messages, seconds, attacks):
    with plugged(bench, image) as machine:
        machine.start(kernel)
        interrupts(machine, with_messages)
        machine.run("ping -c 1 -W 5 10.0.2.2")
        whole_disk(machine)
        if attacks:
            attack(machine)
        sums = load(machine, seconds)
        interrupts(machine, with_messages)
        machine.run("dmesg | grep -ciE 'call trace|soft lockup|unhandled fault|BUG:|I/O error'", 1)
        power_off(machine)
        look_at_disk(machine.disk, sums)


@case("dma-linux-6.1", "dma-linux-6.1", seconds=400)
def dma_linux_6_1(bench):
    use(bench, "dma-linux-6.1", r"6\.1\.", True, 20, True)


@case("dma-linux-6.12", "dma-linux-6.12", seconds=300)
def dma_linux_6_12(bench):
    use(bench, "dma-linux-6.12", r"6\.12", True, 10, False)


@case("dma-linux-reset", "dma-linux-6.1", seconds=400)
def dma_linux_reset(bench):
    with plugged(bench, "dma-linux-6.1") as machine:
        machine.start(r"6\.1\.")
        crash(machine)
        sums = load(machine, 5)
        power_off(machine)
        look_at_disk(machine.disk, sums)


@case("dma-linux-intx", "dma-linux-intx", seconds=300)
def dma_linux_intx(bench):
    """The same by interrupt lines: Linux is told to use no messages."""
    use(bench, "dma-linux-intx", r"6\.", False, 10, False)
