# SPDX-License-Identifier: Apache-2.0
"""CPUs that partitions share: everybody gets its budget, its timer and its registers."""
import re

from bench import Yard, case, expect
from cases.guests import ticks
from haven_console import COUNTED, SWITCH_TARGET

IMAGE = "shared"


def both_run(machine, program, seconds, **arguments):
    """The same program in both guests at once; returns when both are done."""
    machine.expect(r"left.*probe: console: ready", 20, since=0)
    machine.expect(r"right.*probe: console: ready", 20, since=0)
    mark = machine.tell(program, seed=1, **arguments)
    machine.send(SWITCH_TARGET)
    machine.tell(program, seed=2, **arguments)
    for name in ("left", "right"):
        done = machine.expect(rf"{name}.*probe: {program}: done (\d+) ok (\d+) failed", seconds, since=mark)
        expect(done.group(2) == "0", done.group(0))
    machine.clean()


# QEMU has them read as zero; and the guests run with their own VBAR_EL1, which they look at.
FIXED = {"AMAIR_EL1", "AFSR0_EL1", "AFSR1_EL1", "VBAR_EL1"}


def leak(bench, rounds, seconds):
    with bench.machine("shared-pair", Yard) as machine:
        both_run(machine, "leak", seconds, rounds=rounds)
        for name in ("left", "right"):
            fixed = set(re.findall(rf"{name}.*probe: leak: (\w+) keeps nothing", machine.text()))
            expect(fixed == FIXED, f"{name}: no pattern went into {fixed ^ FIXED}")


@case("shared-leak", "shared-pair", long=True)
def shared_leak(bench):
    """Every register that a guest may write keeps its value while two partitions take turns.

    In each round each of them yields at least once: two switches.
    """
    if bench.long:
        leak(bench, 100_000, 3600)
    else:
        leak(bench, 1000, 50)


@case("shared-beats", IMAGE)
def shared_beats(bench):
    """A spinning neighbour on the same CPU: the victim's beats are all there."""
    with bench.machine(IMAGE, Yard) as machine:
        machine.start()
        machine.attack("smp")
        machine.clean()


@case("shared-guests", "shared-guests", seconds=180)
def shared_guests(bench):
    """Linux and FreeRTOS on one CPU: Linux works, FreeRTOS misses no tick, also when Linux goes."""
    with bench.machine("shared-guests", Yard, extra=COUNTED) as machine:
        machine.expect(r"freertos: scheduler started", 30, since=0)
        machine.expect(r"linux: init reached, 1 CPUs", 120, since=0)
        machine.expect(r"linux# ", 30)
        before = ticks(machine, 1, 0)
        for command in ("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done",
                        "for i in 1 2 3 4 5 6 7 8; do (true) & done; wait",
                        "sleep 1"):
            got = machine.shell(command, 40)
            expect(got == 0, f"{command}: exit status {got}")
        mark = machine.mark()
        machine.send("reboot\n")
        machine.expect(r"linux: init reached, 1 CPUs", 120, since=mark)
        machine.expect(r"linux# ", 30)
        mark = machine.mark()
        machine.send("poweroff\n")
        machine.expect(r"partition linux is off", 60, since=mark)
        machine.clean()
        expect(ticks(machine, 3, machine.mark()) > before, "FreeRTOS stands still")
        expect(machine.count(r"freertos: up .* errors, clock (?!exact)") == 0, "a clock was not exact")
