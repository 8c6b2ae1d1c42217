# SPDX-License-Identifier: Apache-2.0
"""Ways into the machine: boot loaders, wrong places, damaged images, resets, repetition."""
import re
from pathlib import Path

from bench import BEAT, ROOT, Failed, Machine, NotSeen, Yard, case, expect, journal_rings

IMAGE = "attack-inject"
BOOTS = 24
READY = r"probe: console: ready"
VIRT = ("virt", "virtualization=on", "gic-version=3", "iommu=smmuv3")


@case("wrong-el", IMAGE)
def wrong_el(bench):
    with bench.machine(IMAGE, machine=("virt", "gic-version=3")) as machine:
        machine.expect(r"haven: entered at EL1; it needs EL2", 10)


def loaded_at(bench, address):
    image = bench.image(IMAGE)
    return bench.machine(None, Yard, extra=[
        "-device", f"loader,file={image},addr={address:#x},force-raw=on",
        "-device", f"loader,addr={address:#x},cpu-num=0"])


@case("elsewhere", IMAGE)
def elsewhere(bench):
    """Position independent inside the hypervisor's memory, refused outside of it."""
    with loaded_at(bench, 0x44000000) as machine:
        machine.start().alive()
    with loaded_at(bench, 0x60000000) as machine:
        machine.expect(r"haven: stopped: .*outside the hypervisor", 10)
        machine.refuse(r"probe:", 0.5, since=0)


def damaged_copy(bench, change):
    """The image with one byte changed; `change` finds its offset."""
    data = bytearray(bench.image(IMAGE).read_bytes())
    data[change(data)] ^= 0x40
    path = bench.logs / f"{bench.name}.img"
    path.write_bytes(data)
    return path


def probe_offset(data, which):
    """Offset of the n-th copy of the probe binary: its first line of output is in it."""
    found = [m.start() for m in re.finditer(rb"probe: main: image at", bytes(data))]
    expect(len(found) >= 1, "no payload found in the image")
    return found[which % len(found)]


@case("damaged", IMAGE)
def damaged(bench):
    """A payload with one wrong bit is refused by its name, and no guest starts."""
    for which in (0, 1):
        path = damaged_copy(bench, lambda data: probe_offset(data, which))
        with bench.machine(path) as machine:
            found = machine.expect(r"haven: image refused: (.+)\n", 10).group(1)
            expect(re.search(r"attacker|victim", found), f"no payload is named: {found}")
            machine.expect(r"haven: stopped", 5)
            machine.refuse(r"probe:", 0.5, since=0)
        path.unlink()


@case("truncated", IMAGE)
def truncated(bench):
    path = bench.logs / f"{bench.name}.img"
    data = bench.image(IMAGE).read_bytes()
    path.write_bytes(data[:len(data) - 4096])
    with bench.machine(path) as machine:
        machine.expect(r"haven: image refused: ", 10)
        machine.refuse(r"probe:", 0.5, since=0)
    path.unlink()


@case("warm-reset", IMAGE)
def warm_reset(bench):
    """The journal survives a reset of the machine, and says that it did."""
    base, slots = bench.number(IMAGE, "journal_pa"), bench.number(IMAGE, "journal_slots")
    with bench.machine(IMAGE, Yard, extra=["-action", "reboot=reset"]) as machine:
        machine.start()
        machine.attack("memory")
        before = journal_rings(machine, base, slots)
        expect(any(kind == 4 for _, kind, _ in before[0]), "no stage-2 fault in the journal")
        mark = machine.mark()
        machine.reset()
        machine.expect(BEAT, 30, since=mark)
        machine.expect(READY, 30, since=mark)
        after = journal_rings(machine, base, slots)
        for cpu, ring in enumerate(before):
            if not ring:
                continue
            last = ring[-1][0]
            boots = [r for r in after[cpu] if r[0] > last and r[1] == 1 and r[2] == 1]
            expect(boots, f"CPU {cpu}: no boot record that says warm reset")
            expect(set(ring[-8:]) <= set(after[cpu]), f"CPU {cpu}: old records are gone")
        machine.alive()


def uboot():
    for path in (ROOT / "build/fetch/uboot/u-boot.bin", Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")):
        if path.exists():
            return path
    raise Failed("no U-Boot: tools/fetch-uboot gets one")


@case("uboot", IMAGE, seconds=90)
def booti(bench):
    load = 0x70000000
    with bench.machine(None, Yard, extra=[
            "-bios", str(uboot()),
            "-device", f"loader,file={bench.image(IMAGE)},addr={load:#x},force-raw=on"]) as machine:
        machine.expect(r"Hit any key to stop autoboot", 30)
        machine.send("\n")
        machine.expect(r"=> ", 15)
        machine.send(f"booti {load:#x} - ${{fdtcontroladdr}}\n")
        machine.expect(r"haven: configuration", 20)
        machine.start().alive()


def deterministic_console(bench):
    options = ["-icount", "shift=3,sleep=off", "-seed", "1", "-rtc", "base=2026-01-01,clock=vm"]
    with bench.machine(IMAGE, machine=VIRT + ("dtb-randomness=off",), extra=options) as machine:
        machine.expect(r"victim: beat 40 hash ok", 100, since=0)
        text = machine.text()
    return text[:text.index("victim: beat 40 hash ok")]


@case("deterministic", IMAGE, seconds=220)
def deterministic(bench):
    """Two runs with instruction counting show the same bytes."""
    first, second = deterministic_console(bench), deterministic_console(bench)
    expect(len(first) > 200, "the console is nearly empty")
    if first != second:
        pairs = zip(first.splitlines(), second.splitlines())
        different = next((p for p in pairs if p[0] != p[1]), ("(one is longer)", ""))
        raise Failed(f"first difference:\n  {different[0]}\n  {different[1]}")


@case("boots", IMAGE, seconds=240)
def boots(bench):
    """24 boots in a row, each to both guests."""
    repeat_boots(bench, IMAGE, READY, BOOTS)


def repeat_boots(bench, image, ready, count):
    for number in range(1, count + 1):
        try:
            with bench.machine(image, Yard) as machine:
                machine.reach(ready, 60)
                machine.reach(BEAT, 20)
                machine.clean()
        except (NotSeen, Failed) as error:
            raise Failed(f"boot {number} of {count}: {error}") from error
