# SPDX-License-Identifier: Apache-2.0
"""kernel_modules.py TREE OUT NAME...: modules of a kernel, with what they need, in loading order.

TREE is lib/modules/<release> of a kernel package, which has no modules.dep yet: what a
module needs is in the module itself ("depends" and "softdep: pre" of its .modinfo section).
What is built in is left out. OUT gets the modules, unpacked, and `order`, their file names,
each behind what it needs.
"""
import lzma
import struct
import sys
from pathlib import Path

# A soft dependency names a crypto algorithm by alias; this is its portable implementation.
ALIASES = {"crypto_crc32c": "crc32c_generic", "crc32c": "crc32c_generic"}


def plain(name: str) -> str:
    """Module names know no difference between - and _."""
    name = name.replace("-", "_")
    return ALIASES.get(name, name)


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def modinfo(data: bytes) -> bytes:
    """The .modinfo section of a 64-bit little-endian ELF file."""
    if data[:6] != b"\x7fELF\2\1":
        raise ValueError("not a module: no 64-bit ELF file")
    table, = struct.unpack_from("<Q", data, 0x28)
    count, strings = struct.unpack_from("<HH", data, 0x3c)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, table + 64 * i) for i in range(count)]
    names = headers[strings][4]
    for name, _, _, _, offset, size, *_ in headers:
        if data.startswith(b".modinfo\0", names + name):
            return data[offset:offset + size]
    raise ValueError("not a module: no .modinfo section")


def needs(data: bytes) -> list:
    fields = [field.partition(b"=") for field in modinfo(data).split(b"\0")]
    names = []
    for key, _, value in fields:
        words = value.decode().replace(",", " ").split()
        if key == b"depends":
            names += words
        elif key == b"softdep" and words[:1] == ["pre:"]:
            names += words[1:words.index("post:") if "post:" in words else None]
    return [plain(name) for name in names]


class Tree:
    def __init__(self, root: Path):
        self.files = {plain(path.name.split(".")[0]): path for path in root.rglob("*.ko*")}
        listed = (root / "modules.builtin").read_text().split()
        self.builtin = {plain(Path(line).stem) for line in listed}

    def load(self, name: str, order: dict, above: tuple = ()) -> None:
        """Put `name` behind what it needs into `order`: file name to content."""
        name = plain(name)
        if name in above:
            raise ValueError(f"{name} needs itself: {' -> '.join(above)}")
        if f"{name}.ko" in order or name in self.builtin:
            return
        if name not in self.files:
            raise ValueError(f"no module {name}, and it is not built in")
        data = content(self.files[name])
        for other in needs(data):
            self.load(other, order, (*above, name))
        order[f"{name}.ko"] = data


def main() -> int:
    if len(sys.argv) < 4:
        print(__doc__.split("\n", maxsplit=1)[0], file=sys.stderr)
        return 2
    out = Path(sys.argv[2])
    order = {}
    try:
        tree = Tree(Path(sys.argv[1]))
        for name in sys.argv[3:]:
            tree.load(name, order)
        out.mkdir(parents=True, exist_ok=True)
        for name, data in order.items():
            (out / name).write_bytes(data)
        (out / "order").write_text("".join(f"{name}\n" for name in order))
    except (OSError, ValueError, struct.error, lzma.LZMAError) as error:
        print(f"kernel_modules: {sys.argv[1]}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
