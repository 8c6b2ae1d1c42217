# SPDX-License-Identifier: Apache-2.0
"""The probe guest attacks under policy inject; the victim beats on, the journal tells."""
from bench import Yard, case, expect
from haven_console import QUIT, SWITCH_TARGET

IMAGE = "attack-inject"


def attack(bench, test, least, records=(), **options):
    """`least` checks at least must have run; `records` are (kind, verdict, least)."""
    with bench.machine(IMAGE, Yard) as machine:
        machine.start()
        passed = machine.attack(test, **options)
        expect(passed >= least, f"only {passed} checks ran")
        for kind, verdict, count in records:
            machine.journalled(kind, verdict, count)
        machine.clean()


# name, program, checks at least, journal records at least
TABLE = (
    ("memory", "memory", 35, (("s2-fault", "inject", 60),)),
    ("walk", "walk", 30, (("s2-fault", "inject", 20),)),
    ("sgi", "sgi", 30, ()),
    ("order", "order", 8, ()),
    ("nest", "nest", 8, ()),
    ("eoimode", "eoimode", 7, ()),
    ("timer", "timer", 19, ()),
    ("spi", "spi", 11, ()),
    ("smp", "smp", 11, ()),
    ("foreign", "foreign", 14, (("sgi-denied", "deny", 16), ("irq-denied", "ignore", 20))),
    ("psci", "psci", 60, ()),
    ("powerdown", "powerdown", 1, ()),
    ("hotplug", "hotplug", 1, ()),
    ("calls", "calls", 25, (("smc", "deny", 30),)),
    ("storm", "storm", 1, (("smc", "deny", 100),)),
    ("emul", "emul", 60, (("mmio", "inject", 30),)),
    ("sysreg", "sysreg", 50, (("sysreg", "inject", 8), ("sysreg", "ignore", 3))),
    ("flood", "flood", 1, ()),
)


def register(name, program, least, records):
    @case(name, IMAGE)
    def run(bench):
        attack(bench, program, least, records, seconds=45)


for row in TABLE:
    register(*row)


@case("uart", IMAGE)
def uart(bench):
    attack(bench, "uart", 6, typed=(r"uart: send x", "x"))


@case("flood-beats", IMAGE)
def flood_beats(bench):
    """While one guest floods, the other's beats come in time: 20 a second, by its own clock."""
    with bench.machine(IMAGE, Yard) as machine:
        machine.start()
        mark = machine.tell("flood", ms=4000)
        first = machine.expect(r"victim: beat (\d+) hash ok irqs 0", 10, since=mark)
        last = machine.expect(r"victim: beat (\d+) hash ok irqs 0", 20, since=mark, times=12)
        expect(int(last.group(1)) - int(first.group(1)) == 44, "a beat is missing")
        machine.expect(r"flood: done 1 ok 0 failed", 30, since=mark)
        machine.clean()


@case("keys", IMAGE)
def keys(bench):
    """Ctrl-T gives the keys to the next guest, Ctrl-] ends the machine, also under a flood."""
    with bench.machine(IMAGE, Yard) as machine:
        machine.start()
        machine.send(SWITCH_TARGET)
        machine.tell("order")
        machine.refuse(r"probe: order", 1)
        machine.send(SWITCH_TARGET)
        machine.attack("order")
        machine.tell("flood", ms=20000)
        machine.expect(r"flood 10 ", 10)
        machine.send(QUIT)
        expect(machine.wait_exit(10), "the machine goes on after Ctrl-]")
        machine.clean()
