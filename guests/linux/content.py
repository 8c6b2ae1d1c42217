# SPDX-License-Identifier: Apache-2.0
"""What both file systems of the Linux guest hold: the RAM disk and the root on a disk."""
import stat
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIRECTORIES = ("bin", "dev", "etc", "etc/haven", "etc/haven/bin", "etc/haven/tests")
AARCH64_ELF = (b"\x7fELF", b"\xb7\0")


@dataclass(frozen=True)
class Entry:
    """A directory, file or symbolic link: `data` is a file's content or a link's target."""
    name: str
    mode: int
    data: bytes = b""


def directory(name: str) -> Entry:
    return Entry(name, stat.S_IFDIR | 0o755)


def file(name: str, data: bytes, mode: int = 0o644) -> Entry:
    return Entry(name, stat.S_IFREG | mode, data)


def symlink(name: str, target: str) -> Entry:
    return Entry(name, stat.S_IFLNK | 0o777, target.encode())


def read_all(paths) -> dict:
    return {Path(path).name: Path(path).read_bytes() for path in paths}


def add_options(parser) -> None:
    parser.add_argument("--busybox", required=True, help="static arm64 busybox")
    parser.add_argument("--test", action="append", default=[], metavar="SCRIPT",
                        help="script for /etc/haven/tests (default: guests/linux/tests/*.sh)")
    parser.add_argument("--program", action="append", default=[], metavar="FILE",
                        help="static arm64 program for /etc/haven/bin")


def common(args) -> list:
    """The entries that the options ask for; each stands behind its directory."""
    busybox = Path(args.busybox).read_bytes()
    if (busybox[:4], busybox[18:20]) != AARCH64_ELF:
        raise ValueError(f"{args.busybox} is no AArch64 program")
    tests = read_all(args.test or sorted((HERE / "tests").glob("*.sh")))
    programs = read_all(args.program)
    return [*map(directory, DIRECTORIES),
            file("bin/busybox", busybox, 0o755),
            symlink("bin/sh", "busybox"),
            file("etc/profile", (HERE / "profile").read_bytes()),
            file("etc/haven/start", (HERE / "start").read_bytes(), 0o755),
            file("etc/haven/run-test", (HERE / "run-test").read_bytes(), 0o755),
            *(file(f"etc/haven/tests/{name}", tests[name]) for name in sorted(tests)),
            *(file(f"etc/haven/bin/{name}", programs[name], 0o755) for name in sorted(programs))]
