# SPDX-License-Identifier: Apache-2.0
"""Real guests: Linux beside a victim, FreeRTOS beside an attacker."""
from bench import Yard, case, expect

SHELL = r"linux# "
LINUX_SECONDS = 90
CPU1 = "/sys/devices/system/cpu/cpu1/online"
STATISTICS = r"freertos: up (\d+) s, ticks (\d+),.* 0 errors, clock exact"


def linux_up(machine):
    """The next time that Linux reaches its shell."""
    machine.expect(r"linux: init reached, 2 CPUs, kernel \d+\.\d+", LINUX_SECONDS)
    machine.expect(SHELL, 30)


def run(machine, command, status=0):
    got = machine.shell(command, 30)
    expect(got == status, f"{command}: exit status {got}")


def use_linux(bench, image, kernel):
    """Shell on two vCPUs, hotplug, reboot and power off, while the victim beats."""
    with bench.machine(image, Yard) as machine:
        linux_up(machine)
        run(machine, f"uname -r | grep -q '^{kernel}'")
        run(machine, "[ $(nproc) = 2 ]")
        for _ in range(3):
            run(machine, f"echo 0 >{CPU1} && [ $(nproc) = 1 ]")
            run(machine, f"echo 1 >{CPU1} && [ $(nproc) = 2 ]")
        run(machine, "taskset 2 sh -c 'i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done'")
        run(machine, "touch /etc/trace")
        run(machine, "dmesg | grep -ciE 'call trace|soft lockup|unhandled fault|BUG:'", 1)
        machine.alive()
        machine.send("reboot\n")
        machine.expect(r"reboot: Restarting system", 30)
        linux_up(machine)
        run(machine, "[ ! -e /etc/trace ]")
        run(machine, "[ $(nproc) = 2 ]")
        machine.alive()
        mark = machine.mark()
        machine.send("poweroff\n")
        machine.expect(r"reboot: Power down", 30, since=mark)
        machine.expect(r"partition linux is off", 10, since=mark)
        machine.alive()
        machine.alive()


@case("linux-6.1", "linux-6.1", seconds=180)
def linux_6_1(bench):
    use_linux(bench, "linux-6.1", r"6\.1\.")


@case("linux-6.12", "linux-6.12", seconds=180)
def linux_6_12(bench):
    use_linux(bench, "linux-6.12", r"6\.12")


def ticks(machine, times, mark):
    return int(machine.expect(STATISTICS, 30, times=times, since=mark).group(2))


@case("freertos", "rtos", seconds=120)
def freertos(bench):
    """The tick count stays exact under storm, flood, faults and a neighbour's reset."""
    with bench.machine("rtos", Yard) as machine:
        machine.expect(r"freertos: scheduler started", 30, since=0)
        machine.expect(r"probe: console: ready", 30, since=0)
        before = ticks(machine, 1, 0)
        for test in ("storm", "flood", "walk", "hotplug", "foreign"):
            mark = machine.tell(test)
            machine.expect(rf"probe: {test}: done \d+ ok 0 failed", 45, since=mark)
        mark = machine.tell("reset")
        machine.expect(r"probe: reset: now", 10, since=mark)
        machine.expect(r"probe: console: ready", 10, since=mark)
        after = ticks(machine, 2, machine.mark())
        expect(after > before, "FreeRTOS stands still")
        machine.clean()
        expect(machine.count(r"freertos: up .* errors, clock (?!exact)") == 0, "a clock was not exact")
