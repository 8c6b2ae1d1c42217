# SPDX-License-Identifier: Apache-2.0
"""Drive a machine in QEMU through its console: for tools/demo and target tests.

    with Machine(image="haven.img", log="console.log") as machine:
        machine.expect(r"linux: init reached", timeout=60)
        machine.send("uname -r\\n")

Everything that comes from the console is kept, without colours, in
`machine.text()`; `expect` searches onwards from the end of the last match, so
two calls never match the same text. QMP gives physical memory and reset.
"""
import argparse
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

SWITCH_TARGET = "\x14"  # Ctrl-T
QUIT = "\x1d"  # Ctrl-]

UBOOT_IMAGE_AT = 0xA0000000  # clear of Haven's own memory and of U-Boot, which is at the end of RAM
MACHINE = ("virt", "virtualization=on", "gic-version=3", "iommu=smmuv3")
# PCI devices at the slots that ports/qemu-virt/board.yaml names. The virtio ones go through
# the SMMU only with iommu_platform; legacy ones never do.
BEHIND_SMMU = "iommu_platform=on,disable-legacy=on"
EDU = "edu,dma_mask=0xffffffffffffffff"
DEVICES = {"disk": f"virtio-blk-pci,drive=disk,addr=1,{BEHIND_SMMU}",
           "net": f"virtio-net-pci,netdev=net,addr=2,romfile=,{BEHIND_SMMU}",
           "edu0": f"{EDU},addr=3",
           "edu1": f"{EDU},addr=4"}
# The guests' clock counts instructions, 8 ns each, and does not wait for the host's.
COUNTED = ("-icount", "shift=3,sleep=off", "-seed", "1", "-rtc", "base=2026-01-01,clock=vm")
SERVED_AT = "10.0.2.100:80"  # on the user network

ANSI = re.compile(rb"\x1b(\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78DEHM])")


class NotSeen(Exception):
    """The console did not show what was waited for, or showed what must not come."""


def escaped(path) -> str:
    """A file name inside an option of QEMU."""
    return str(path).replace(",", ",,")


def server(path) -> str:
    """A command that answers one HTTP request: it must be read, or the answer is lost."""
    answer = f'sed -u "/^.$/q" >/dev/null; cat {shlex.quote(str(path))}'
    return f"sh -c {shlex.quote(answer)}"


def device_options(devices, disk=None, keep=True, served=None) -> list:
    """Options for the named PCI devices.

    The disk needs a drive file; with `keep` what the guest writes goes there, else nowhere.
    The network ends inside QEMU: it answers at 10.0.2.2 and, by HTTP at SERVED_AT, sends
    the file `served`, which begins with the header of the answer.
    """
    options = []
    for name in devices:
        options += ["-device", DEVICES[name]]
    if "disk" in devices:
        options += ["-drive", f"if=none,id=disk,format=raw,file={escaped(disk)},"
                    f"snapshot={'off' if keep else 'on'}"]
    if "net" in devices:
        options += ["-netdev", "user,id=net,restrict=on" +
                    (f",guestfwd=tcp:{SERVED_AT}-cmd:{escaped(server(served))}" if served else "")]
    return options


def qemu_command(image=None, *, cpu="cortex-a55", cpus=4, memory="2G", machine=MACHINE, extra=()):
    """The command line of the board that Haven runs on, without its consoles."""
    command = [os.environ.get("HAVEN_QEMU", "qemu-system-aarch64"), "-M", ",".join(machine),
               "-cpu", cpu, "-smp", str(cpus), "-m", memory, "-nodefaults", "-display", "none"]
    if image is not None:
        command += ["-kernel", str(image)]
    return command + list(extra)


def uboot_options(image, uboot):
    """Options for Machine(None, extra=...): U-Boot first, the image in memory for its booti."""
    return ("-bios", str(uboot),
            "-device", f"loader,file={image},addr={UBOOT_IMAGE_AT:#x},force-raw=on")


class Console:
    """What the machine has printed so far. One thread feeds it, others wait on it."""

    def __init__(self, log=None, echo=None):
        self._text = ""
        self._pending = b""
        self._closed = False
        self._cursor = 0
        self._changed = threading.Condition()
        self._log = open(log, "wb") if log else None
        self._echo = echo

    def feed(self, raw: bytes) -> None:
        if self._log:
            self._log.write(raw)
            self._log.flush()
        if self._echo:
            self._echo(raw)
        with self._changed:
            self._text += self._strip(raw).decode("utf-8", "replace")
            self._changed.notify_all()

    def _strip(self, raw: bytes) -> bytes:
        """Drop colours and carriage returns; an escape sequence may arrive in two parts."""
        data = self._pending + raw
        start = data.rfind(b"\x1b")
        cut = len(data)
        if start >= 0 and len(data) - start < 16 and not ANSI.match(data, start):
            cut = start
        self._pending = data[cut:]
        return ANSI.sub(b"", data[:cut]).replace(b"\r", b"")

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._log:
            self._log.close()
            self._log = None

    def text(self) -> str:
        with self._changed:
            return self._text

    def mark(self) -> int:
        """Position of the end of the text, for `since`."""
        with self._changed:
            return len(self._text)

    def count(self, pattern: str, since: int = 0) -> int:
        return len(re.findall(pattern, self.text()[since:], re.MULTILINE))

    def expect(self, pattern: str, timeout: float = 10, since=None, times: int = 1):
        """Wait until `pattern` has come `times` times; returns the last match.

        Searches from the end of the previous match, or from `since`. Raises
        NotSeen when the time is over or the machine has gone.
        """
        regex = re.compile(pattern, re.MULTILINE)
        end = time.monotonic() + timeout
        with self._changed:
            start = self._cursor if since is None else since
            while True:
                matches = list(regex.finditer(self._text, start))
                if len(matches) >= times:
                    found = matches[times - 1]
                    if since is None:
                        self._cursor = found.end()
                    return found
                left = end - time.monotonic()
                if self._closed or left <= 0:
                    why = "the machine ended" if self._closed else f"{timeout:g} s passed"
                    seen = f", seen {len(matches)} of {times} times" if times > 1 else ""
                    raise NotSeen(f"not seen before {why}: {pattern}{seen}")
                self._changed.wait(min(left, 0.5))

    def refuse(self, pattern: str, seconds: float, since=None) -> None:
        """Raise NotSeen if `pattern` comes within `seconds`."""
        try:
            found = self.expect(pattern, seconds, since=self.mark() if since is None else since)
        except NotSeen:
            return
        raise NotSeen(f"must not come: {found.group(0)!r}")


class Qmp:
    """QEMU's control socket."""

    def __init__(self, path: str, timeout: float = 10):
        end = time.monotonic() + timeout
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(path)
                break
            except OSError:
                self._socket.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
        self._socket.settimeout(30)
        self._stream = self._socket.makefile("rw", encoding="utf-8")
        json.loads(self._stream.readline())
        self.call("qmp_capabilities")

    def call(self, command: str, **arguments):
        self._stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._stream.flush()
        while True:
            line = self._stream.readline()
            if not line:
                raise ConnectionError(f"QEMU closed the control socket during {command}")
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def close(self) -> None:
        self._stream.close()
        self._socket.close()


class Machine:
    """One QEMU with its console on a pipe and QMP on a socket; a context manager.

    `devices` names what is plugged in, see DEVICES. The machine writes to a copy of the
    drive file `disk`, which is at `machine.disk` until the end of the context.
    """

    def __init__(self, image=None, *, log=None, echo=None, second_serial="null", devices=(),
                 disk=None, served=None, extra=(), **options):
        self._dir = tempfile.TemporaryDirectory(prefix="haven-")
        self._qmp_path = os.path.join(self._dir.name, "qmp")
        self._qmp = None
        self._commands = 0
        self.console = Console(log, echo)
        self.disk = self._copy(disk) if "disk" in devices else None
        plugged = device_options(devices, self.disk, served=served)
        self.command = qemu_command(image, extra=(*plugged, *extra), **options) + [
            "-chardev", "stdio,id=con,signal=off", "-serial", "chardev:con",
            "-serial", second_serial, "-qmp", f"unix:{self._qmp_path},server=on,wait=off"]
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.expect, self.refuse = self.console.expect, self.console.refuse
        self.text, self.mark, self.count = self.console.text, self.console.mark, self.console.count
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _copy(self, disk) -> Path:
        return Path(shutil.copyfile(disk, os.path.join(self._dir.name, "disk")))

    def _read(self) -> None:
        while True:
            raw = os.read(self.process.stdout.fileno(), 65536)
            if not raw:
                break
            self.console.feed(raw)
        self.console.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def send(self, keys: str) -> None:
        """Type. A guest's UART has no flow control here, so not faster than 1 kB/s."""
        for start in range(0, len(keys), 16):
            self.process.stdin.write(keys[start:start + 16].encode())
            self.process.stdin.flush()
            if start + 16 < len(keys):
                time.sleep(0.015)

    def shell(self, command: str, timeout: float = 15, prompt: str = r"linux# ") -> int:
        """Run a command in the guest's shell; returns its exit status.

        The typed line does not hold the marker that its output has, so the
        echo cannot be taken for the answer.
        """
        self._commands += 1
        self.send(f"{command}; echo done-$(({self._commands}+0))=$?\n")
        status = int(self.expect(rf"done-{self._commands}=(\d+)", timeout).group(1))
        self.expect(prompt, timeout)
        return status

    @property
    def qmp(self) -> Qmp:
        if self._qmp is None:
            self._qmp = Qmp(self._qmp_path)
        return self._qmp

    def boot_by_uboot(self, timeout: float = 60) -> None:
        """From U-Boot's prompt into the image that `uboot_options` put into memory."""
        self.expect(r"Hit any key to stop autoboot", timeout)
        self.send("\n")
        self.expect(r"^=> ", timeout)
        self.send(f"booti {UBOOT_IMAGE_AT:#x} - ${{fdtcontroladdr}}\n")

    def save_memory(self, address: int, size: int) -> bytes:
        """Physical memory, as a debugger would read it."""
        path = Path(self._dir.name, "memory")
        self.qmp.call("pmemsave", val=address, size=size, filename=str(path))
        return path.read_bytes()

    def reset(self) -> None:
        """Warm reset: memory stays."""
        self.qmp.call("system_reset")

    def wait_exit(self, timeout: float) -> bool:
        """True if QEMU has ended by itself in time."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        self._reader.join(2)
        return True

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(2)
        if self._qmp is not None:
            self._qmp.close()
            self._qmp = None
        self.process.stdin.close()
        self.process.stdout.close()
        self._dir.cleanup()


def main() -> None:
    """For tools/demo: the command line, one word a line. The disk forgets what is written."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("image")
    parser.add_argument("--disk", help="drive file; also plugs in a disk and a network")
    parser.add_argument("--counted", action="store_true", help="time is counted in instructions")
    args = parser.parse_args()
    plugged = device_options(("disk", "net"), args.disk, keep=False) if args.disk else []
    print("\n".join(qemu_command(args.image, extra=[*plugged, *(COUNTED if args.counted else ())])))


if __name__ == "__main__":
    main()
