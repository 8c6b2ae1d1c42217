#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for QEMU in demo_test.py: a console that behaves like the demo.

FAKE_FAULT names one thing that goes wrong.
"""
import os
import sys
import threading
import time

FAULT = os.environ.get("FAKE_FAULT", "")
CPUS = int(os.environ.get("FAKE_CPUS", "2"))
WORST = 1_000_001 if FAULT == "slow" else 230_000
LATE = 1 if FAULT == "late" else 0
BUDGET = 0 if FAULT == "no-budget" else 120
LINUX, RTOS = "\x1b[36m[linux]\x1b[0m ", "\x1b[33m[rtos]\x1b[0m "
linux_runs = threading.Event()
rtos_runs = threading.Event()


def show(text):
    os.write(1, text.replace("\n", "\r\n").encode())


def rtos():
    ticks = 0
    if FAULT != "rtos-silent":
        show(RTOS + "freertos: scheduler started\n")
    while rtos_runs.is_set():
        time.sleep(0.05)
        ticks += 0 if FAULT == "rtos-stands" else 1000
        errors = 1 if FAULT == "rtos-errors" else 0
        show(f"{RTOS}freertos: up {ticks // 1000} s, ticks {ticks}, queue 5 sent 5 received, fp ok, "
             f"{errors} errors, clock exact, fp checks 9, response worst {WORST} ns, late {LATE}, "
             f"budget {BUDGET} us, left 3 us, overruns 7\n")


def command(line):
    if line == "poweroff":
        show(LINUX + "[    6.4] reboot: Power down\n")
        linux_runs.clear()
        if FAULT != "linux-stays":
            show("[haven] partition linux is off\n")
        if FAULT == "poweroff-takes-all":
            rtos_runs.clear()
        if FAULT == "linux-returns":
            show(LINUX + "linux: init reached, 2 CPUs, kernel 6.1.0-50-arm64\n")
    elif line.startswith("sed "):
        disk = "/dev/ram0" if FAULT == "no-root" else "/dev/vda"
        show(LINUX + f"{disk} is the root\nlinux# ")
    elif line.startswith("(cd /data "):
        show(LINUX + ("" if FAULT == "data-wrong" else "data 42 right\n") + "linux# ")
    elif line.startswith("ping "):
        received = 0 if FAULT == "no-net" else 1
        show(LINUX + f"1 packets transmitted, {received} packets received, 0% packet loss\nlinux# ")
    elif line.startswith("sha256sum "):
        show(LINUX + ("" if FAULT == "never-done" else "busy 42 done\n") + "linux# ")
    elif line.startswith("echo "):
        show(LINUX + ("sh: not found\n" if FAULT == "shell-dead" else f"haven-42 {CPUS} CPUs on aarch64\n") + "linux# ")


def main():
    linux_runs.set()
    rtos_runs.set()
    cpus = 1 if FAULT == "one-cpu" else CPUS
    show(f"{LINUX}linux: init reached, {cpus} CPUs, kernel 6.1.0-50-arm64\n{LINUX}linux# ")
    threading.Thread(target=rtos, daemon=True).start()
    line = ""
    while True:
        key = os.read(0, 1).decode()
        if key == "\x1d" and FAULT != "no-quit":
            sys.exit(0)
        if not key:
            sys.exit(0)
        if linux_runs.is_set():
            show(key)
            if key == "\n":
                command(line)
                line = ""
            else:
                line += key


if __name__ == "__main__":
    main()
