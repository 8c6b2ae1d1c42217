# SPDX-License-Identifier: Apache-2.0
"""Policies, reset and power off: they end one partition, and the next life is a fresh one."""
import time

from bench import Yard, case, expect

RESTARTS = 2  # max_restarts of the configuration
RAM = 0x50000000
RAM_SIZE = 0x200000


def end(machine, test):
    """Run a program that ends the partition; its checks on the state it found must pass.

    Returns the position before it: the end may be told before the guest's last line is.
    """
    mark = machine.tell(test)
    done = machine.expect(rf"probe: {test}: done \d+ ok (\d+) failed|probe: trap: .*\n", 15,
                          since=mark)
    machine.clean()
    expect(done.group(1) == "0", done.group(0))
    machine.expect(rf"probe: {test}: now", 5, since=mark)
    return mark


def silent(machine, mark):
    machine.alive()
    later = machine.text()[mark:]
    expect("probe: console" not in later and "still here" not in later, "the partition goes on")
    machine.clean()


@case("suspend", "attack-suspend")
def suspend(bench):
    with bench.machine("attack-suspend", Yard) as machine:
        mark = end(machine.start(), "fault")
        machine.expect(r"partition attacker is suspended", 10, since=mark)
        machine.journalled("s2-fault", "suspend", 1)
        silent(machine, mark)
        kept = machine.save_memory(RAM, RAM_SIZE)
        expect(b"kramkram" in kept, "the memory is not kept")


@case("halt", "attack-halt")
def halt(bench):
    with bench.machine("attack-halt", Yard) as machine:
        mark = end(machine.start(), "fault")
        machine.expect(r"partition attacker is off", 10, since=mark)
        machine.journalled("s2-fault", "halt", 1)
        silent(machine, mark)


@case("vector", "attack-inject")
def vector(bench):
    """A guest whose exception vector faults cannot be given an exception: it is halted."""
    with bench.machine("attack-inject", Yard) as machine:
        mark = end(machine.start(), "vector")
        machine.expect(r"partition attacker is off", 10, since=mark)
        machine.journalled("s2-fault", "halt", 1)
        silent(machine, mark)


@case("restart", "attack-restart")
def restart(bench):
    with bench.machine("attack-restart", Yard) as machine:
        machine.start()
        for number in range(1, RESTARTS + 1):
            mark = end(machine, "fault")
            machine.expect(r"partition attacker is running", 10, since=mark)
            machine.expect(r"probe: console: ready", 10, since=mark)
            machine.journalled("s2-fault", "restart", number)
            machine.alive()
        mark = end(machine, "fault")
        machine.expect(r"partition attacker is off", 10, since=mark)
        machine.journalled("s2-fault", "halt", 1)
        silent(machine, mark)


@case("reset", "attack-inject")
def reset(bench):
    """SYSTEM_RESET is no fault: it may come more often than max_restarts."""
    with bench.machine("attack-inject", Yard) as machine:
        machine.start()
        for _ in range(RESTARTS + 3):
            mark = end(machine, "reset")
            machine.expect(r"probe: console: ready", 10, since=mark)
        machine.attack("order")
        machine.journalled("start", "none", RESTARTS + 4)


@case("off", "attack-inject")
def off(bench):
    with bench.machine("attack-inject", Yard) as machine:
        mark = end(machine.start(), "off")
        machine.expect(r"partition attacker is off", 10, since=mark)
        machine.journalled("stop", "none", 1)
        silent(machine, mark)
        expect(machine.process.poll() is None, "the machine went off")
        time.sleep(0.5)
        machine.alive()
