# SPDX-License-Identifier: Apache-2.0
"""tools/demo --check: the demo without a person.

Each check has a title; the first that fails ends the run with what was missing
and the end of the console.
"""
import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from haven_console import COUNTED, QUIT, Machine, NotSeen  # noqa: E402

STATISTICS = r"freertos: up (\d+) s, ticks (\d+),.* 0 errors, clock exact"
# Of the most urgent task, each millisecond; it works a while after its deadline's interrupt.
RESPONSE = r"response worst (\d+) ns, late (\d+), budget (\d+) us, left \d+ us, overruns (\d+)"
TAIL = 30


class DemoCheck:
    def __init__(self, machine, kernel, shared=False):
        self.machine, self.kernel, self.shared = machine, kernel, shared
        self.cpus = 1 if shared else 2

    def both_start(self):
        """Linux reached its shell, FreeRTOS started its scheduler"""
        m = self.machine
        m.expect(rf"linux: init reached, {self.cpus} CPUs, kernel {self.kernel}\.", 120, since=0)
        m.expect(r"freertos: scheduler started", 30, since=0)
        m.expect(r"linux# ", 30, since=0)

    def freertos_counts(self):
        """FreeRTOS prints exact statistics"""
        self.machine.expect(STATISTICS, 30, times=2, since=0)

    def linux_answers(self):
        """Linux runs a command in its shell"""
        m, mark = self.machine, self.machine.mark()
        # The typed line must not look like the answer.
        m.send("echo haven-$((6 * 7)) $(nproc) CPUs on $(uname -m)\n")
        m.expect(rf"haven-42 {self.cpus} CPUs on aarch64", 20, since=mark)

    def root_is_on_the_disk(self):
        """Linux's root file system is on the disk, and its data are right"""
        m, mark = self.machine, self.machine.mark()
        m.send("sed -n 's| / ext4 rw.*| is the root|p' /proc/mounts\n")
        m.expect(r"/dev/vda is the root", 20, since=mark)
        m.send("(cd /data && sha256sum -cs SHA256SUMS && echo data $((40 + 2)) right)\n")
        m.expect(r"data 42 right", 30, since=mark)

    def network_answers(self):
        """Linux's network answers"""
        m, mark = self.machine, self.machine.mark()
        m.send("ping -c 1 -W 5 10.0.2.2\n")
        m.expect(r"1 packets transmitted, 1 packets received", 20, since=mark)

    def deadlines_are_kept(self):
        """FreeRTOS keeps each millisecond beside a busy Linux on its CPU"""
        m, mark = self.machine, self.machine.mark()
        m.send("sha256sum /data/* >/dev/null; echo busy $((40 + 2)) done\n")
        busy = m.expect(r"busy 42 done", 120, since=mark).end()
        worst, late, budget, _ = map(int, m.expect(RESPONSE, 30, since=busy).groups())
        if not 0 < worst < 1_000_000 or late != 0 or budget == 0:
            raise NotSeen(f"worst response {worst} ns, {late} jobs late, budget {budget} us")

    def poweroff_is_private(self):
        """poweroff in Linux leaves FreeRTOS running"""
        m, mark = self.machine, self.machine.mark()
        m.send("poweroff\n")
        off = m.expect(r"reboot: Power down", 30, since=mark).end()
        m.expect(r"haven\W+partition linux is off", 10, since=mark)
        before = int(m.expect(STATISTICS, 30, since=off).group(2))
        after = int(m.expect(STATISTICS, 30, since=off, times=3).group(2))
        if after <= before:
            raise NotSeen(f"FreeRTOS stands still at tick {after}")
        m.refuse(r"linux# |linux: init reached|partition rtos is", 0.1, since=off)

    def quits(self):
        """Ctrl-] switches the machine off"""
        self.machine.send(QUIT)
        if not self.machine.wait_exit(10):
            raise NotSeen("the machine still runs 10 s after Ctrl-]")
        if self.machine.process.returncode != 0:
            raise NotSeen(f"QEMU ended with status {self.machine.process.returncode}")

    def checks(self):
        yield from (self.both_start, self.freertos_counts, self.linux_answers,
                    self.root_is_on_the_disk, self.network_answers)
        if self.shared:
            yield self.deadlines_are_kept
        yield from (self.poweroff_is_private, self.quits)


def run(machine, kernel, log, shared=False) -> bool:
    demo = DemoCheck(machine, kernel, shared)
    for check in demo.checks():
        start = time.monotonic()
        try:
            check()
        except (NotSeen, OSError) as error:
            print(f"FAIL {check.__doc__}: {error}")
            print(f"  -- last lines of the console ({log})")
            print("".join(f"  | {line}\n" for line in machine.text().splitlines()[-TAIL:]), end="")
            return False
        print(f"  ok {check.__doc__:<62} {time.monotonic() - start:5.1f} s", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("image")
    parser.add_argument("--disk", required=True, help="its root file system")
    parser.add_argument("--kernel", default="6.1")
    parser.add_argument("--shared-cpu", action="store_true", help="both guests are on one CPU")
    args = parser.parse_args()
    log = Path(args.image).resolve().parent / "demo-console.log"
    with Machine(args.image, log=log, devices=("disk", "net"), disk=args.disk,
                 extra=COUNTED if args.shared_cpu else ()) as machine:
        return 0 if run(machine, args.kernel.replace(".", r"\."), log, args.shared_cpu) else 1


if __name__ == "__main__":
    sys.exit(main())
