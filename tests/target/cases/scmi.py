# SPDX-License-Identifier: Apache-2.0
"""SCMI channels on a board without a platform: an attacker, and an unmodified kernel."""
from bench import Yard, case, expect
from cases.guests import linux_up, run

BOUND = r"SCMI Protocol v2\.0 'Haven:EL2' Firmware version 0x10000"


@case("scmi", "scmi", seconds=120)
def attack(bench):
    """Garbage, storms, races: refused with a record each, and the victim does not notice."""
    with bench.machine("scmi", Yard) as machine:
        machine.start()
        passed = machine.attack("scmi", seconds=90)
        expect(passed >= 34, f"only {passed} checks ran")
        machine.journalled("scmi", "deny", 100)
        machine.journalled("scmi", "deny", 1, detail=(1 << 64) - 10)
        expect(machine.journal("scmi", "deny", partition=2) == 0, "the victim is blamed")
        machine.clean()


def bind(bench, image):
    """The kernel's SCMI core asks through the channel, by interrupt, at each boot."""
    with bench.machine(image, Yard) as machine:
        linux_up(machine)
        for _ in range(2):
            run(machine, f"dmesg | grep -E \"{BOUND}\"")
            run(machine, "ls /sys/bus/platform/drivers/arm-scmi | grep scmi")
            run(machine, "awk '/scmi/ {if ($2 + $3 < 7) exit 1; found = 1} "
                         "END {exit !found}' /proc/interrupts")
            run(machine, "dmesg | grep -E 'scmi.*(timed out|not implemented|[Uu]nable|Malformed)'", 1)
            expect(machine.journal("scmi", "deny") == 0, "a request of the kernel was refused")
            machine.alive()
            machine.send("reboot\n")
            linux_up(machine)
        machine.clean()


@case("scmi-linux-6.1", "scmi-linux-6.1", seconds=180)
def linux_6_1(bench):
    bind(bench, "scmi-linux-6.1")


@case("scmi-linux-6.12", "scmi-linux-6.12", seconds=180)
def linux_6_12(bench):
    bind(bench, "scmi-linux-6.12")
