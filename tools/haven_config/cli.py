# SPDX-License-Identifier: Apache-2.0
"""Command line of tools/haven-config."""
import argparse
import sys
from pathlib import Path

EXIT_OK, EXIT_REFUSED, EXIT_USAGE, EXIT_IO = 0, 1, 2, 3
ROOT = Path(__file__).resolve().parents[2]

EPILOG = """\
exit status:
  0  the configuration is sound, and outputs are written
  1  the configuration is refused; each line on stderr is FILE:LINE: KEY RULE
  2  wrong use of this command
  3  a file could not be read or written, or a Python package is missing

outputs in DIR: config.c, config_limits.h, <partition>.dtb, payloads.json,
report.txt, memory.svg; with shared CPUs or tasks schedule.svg, and on stdout what
budgets promise and how long tasks take
"""


def _parser():
    parser = argparse.ArgumentParser(
        prog="haven-config", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Check a partition configuration and compile it for the hypervisor.")
    parser.add_argument("config", help="the configuration, a YAML file")
    parser.add_argument("--out", metavar="DIR", type=Path, help="write the outputs here")
    parser.add_argument("--check", action="store_true", help="check only, write nothing")
    parser.add_argument("--image", metavar="NAME=PATH", action="append", default=[],
                        help="file of an image: NAME as the configuration writes it, or "
                        "PARTITION.kernel, .binary or .initrd (repeatable)")
    parser.add_argument("--no-images", action="store_true",
                        help="leave out kernels, binaries and initrds: to look at maps "
                        "before guests are built")
    parser.add_argument("--board-dir", metavar="DIR", type=Path, default=ROOT / "ports",
                        help="folder with <board>/board.yaml (default: the project's ports)")
    parser.add_argument("--sm-cfg", metavar="FILE", type=Path,
                        help="the .cfg that the System Manager is built from, inside its tree: "
                        "what the configuration says is checked against it (goes before firmware.cfg)")
    parser.add_argument("--sm-fragment", metavar="FILE", type=Path,
                        help="write the lines of a .cfg that would make the configuration true")
    parser.add_argument("--sm-patched", metavar="FILE", type=Path,
                        help="write the whole .cfg with those lines in place; put it beside its "
                        "original")
    parser.add_argument("--depfile", metavar="FILE", type=Path,
                        help="write a Make-style list of the files that were read")
    return parser


def _images(parser, pairs):
    given = {}
    for pair in pairs:
        name, sep, path = pair.partition("=")
        if not (sep and name and path):
            parser.error(f"--image {pair}: write NAME=PATH")
        if name in given:
            parser.error(f"--image {name} is given twice")
        given[name] = path
    return given


def main(argv=None):
    parser = _parser()
    args = parser.parse_args(argv)
    given = _images(parser, args.image)
    if args.out is None and not args.check:
        parser.error("--out DIR or --check is needed")
    try:
        return _run(args, given)
    except ImportError as error:
        print(f"haven-config: {error}; Debian and Ubuntu: apt install python3-yaml "
              "python3-jsonschema python3-libfdt", file=sys.stderr)
    except OSError as error:
        print(f"haven-config: {error.filename}: {error.strerror}", file=sys.stderr)
    return EXIT_IO


def _run(args, given):
    from . import compile as compiler
    from . import emit_timing, output
    from .problems import Refused
    try:
        if args.sm_fragment or args.sm_patched:
            _fragment(compiler, args)
        compiled = compiler.compile_file(args.config, args.board_dir, given, not args.no_images,
                                         args.sm_cfg)
    except Refused as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)
        return EXIT_REFUSED
    for name in compiled.unused_images:
        print(f"haven-config: --image {name}: {args.config} names no such image",
              file=sys.stderr)
    if compiled.unused_images:
        return EXIT_USAGE
    for note in compiled.config.firmware.notes if compiled.config.firmware else ():
        print(f"haven-config: {note}", file=sys.stderr)
    for line in emit_timing.table(compiled.config):
        print(line)
    if args.out is not None:
        output.write(compiled, args.out, args.depfile, args.board_dir)
    return EXIT_OK


def _fragment(compiler, args):
    """Also for a configuration that is refused: that is when it is of use."""
    fragment = compiler.fragment(args.config, args.board_dir, args.sm_cfg)
    if fragment is None or (args.sm_patched and fragment.cfg is None):
        print("haven-config: --sm-fragment needs a firmware, and --sm-patched its .cfg as well",
              file=sys.stderr)
        return
    if args.sm_fragment:
        args.sm_fragment.write_text(fragment.text(), encoding="utf-8")
    if args.sm_patched:
        args.sm_patched.write_text(fragment.patched(), encoding="utf-8")
    for problem in fragment.left:
        print(f"haven-config: no line of a .cfg settles this: {problem}", file=sys.stderr)
