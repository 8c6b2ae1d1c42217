# SPDX-License-Identifier: Apache-2.0
"""Command line of tools/haven-sim."""
import argparse
import json
import sys
from pathlib import Path

EXIT_OK, EXIT_DIFFERS, EXIT_USAGE, EXIT_IO = 0, 1, 2, 3
ROOT = Path(__file__).resolve().parents[2]
SHOWN = 20                 # differences

EPILOG = """\
exit status:
  0  simulated, or replayed without a difference
  1  the replay differs from the recorded run
  2  wrong use, or a scenario or journal that makes no sense
  3  a file could not be read or written, or no C compiler is here

A scenario is JSON; times are text with a unit or numbers of ns:
  {"duration": "20ms", "exit": ["0us", "2us"], "switch": "1us", "seed": 1, "servers": [
    {"name": "rtos", "period": "500us", "budget": "200us", "priority": 0,
     "server": "deferrable", "background": false,
     "demand": {"tasks": [{"name": "control", "wcet": "40us", "period": "1ms",
                           "deadline": "600us", "offset": "0us"}]},
     "interrupts": {"every": "100us", "cost": "2us", "work": "1us", "wake": "at-once"}},
    {"name": "linux", "period": "10ms", "budget": "4ms", "priority": 1, "demand": "spin"}]}
exit: how late a step comes; switch: what a world switch takes; either may be [least, most].
demand: spin, idle, {"tasks": [...]}, or {"run": [least, most], "wait": [least, most]}.
frequency: of the counter in Hz, whose ticks are the instants at which EL2 acts.
"""


def _parser():
    parser = argparse.ArgumentParser(
        prog="haven-sim", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Run the dispatcher of lib/sched on simulated guests, or replay a recorded "
        "run on it and show what differs.")
    parser.add_argument("scenario", nargs="?", type=Path, help="a scenario, JSON")
    parser.add_argument("--config", metavar="YAML", help="take servers and tasks from a partition "
                        "configuration; partitions without tasks always want to run")
    parser.add_argument("--cpu", type=int, help="the shared CPU of --config, or of the journal")
    parser.add_argument("--board-dir", metavar="DIR", type=Path, default=ROOT / "ports",
                        help="boards of --config (default: the project's ports)")
    parser.add_argument("--replay", metavar="JOURNAL", type=Path, help="a memory dump of rings, or "
                        "console output, with records of kind switch")
    parser.add_argument("--stride", type=lambda t: int(t, 0), help="bytes from one ring of the "
                        "dump to the next")
    parser.add_argument("--duration", help="instead of the scenario's; with --config 100ms if not "
                        "given")
    parser.add_argument("--seed", type=int, help="instead of the scenario's")
    parser.add_argument("--svg", metavar="FILE", type=Path, help="draw the timeline")
    parser.add_argument("--from", dest="begin", metavar="TIME", help="where the picture begins "
                        "(default: 0, of a replay its first record)")
    parser.add_argument("--to", dest="end", metavar="TIME", help="where it ends (default: 3 periods "
                        "of the slowest server later)")
    parser.add_argument("--journal", metavar="FILE", type=Path, help="write what the hypervisor "
                        "would record, a ring of 65536 records")
    parser.add_argument("--json", action="store_true", help="JSON instead of the table")
    return parser


def _time(parser, text, otherwise):
    from haven_config import units
    if text is None:
        return otherwise
    try:
        return units.duration_ns(text)
    except ValueError:
        parser.error(f"{text} is no time; write it with its unit: 500us, 10ms")
        return 0


def main(argv=None):
    parser = _parser()
    args = parser.parse_args(argv)
    if sum(x is not None for x in (args.scenario, args.config, args.replay)) != 1:
        parser.error("give one of: a scenario, --config, --replay")
    if args.config is not None and args.cpu is None:
        parser.error("--config needs --cpu")
    try:
        return _run(parser, args)
    except OSError as error:
        print(f"haven-sim: {error.filename or error}: {error.strerror}", file=sys.stderr)
    except ImportError as error:
        print(f"haven-sim: {error}; Debian and Ubuntu: apt install python3-yaml "
              "python3-jsonschema python3-libfdt", file=sys.stderr)
    return EXIT_IO


def _run(parser, args):
    from . import core, picture, replay, scenario
    try:
        return _replay(parser, args) if args.replay else _simulate(parser, args)
    except (scenario.ScenarioError, replay.ReplayError, picture.TooMuch) as error:
        print(f"haven-sim: {error}", file=sys.stderr)
        return EXIT_USAGE
    except core.CoreError as error:
        print(f"haven-sim: {error}", file=sys.stderr)
        return EXIT_IO


def _config_scenario(args, duration):
    from haven_config import compile as compiler
    from haven_config.problems import Refused

    from . import scenario
    try:
        compiled = compiler.compile_file(args.config, args.board_dir, {}, with_images=False)
    except Refused as refused:
        raise scenario.ScenarioError("\n".join(str(p) for p in refused.problems)) from None
    return scenario.from_config(compiled.config, args.cpu, duration)


def _scenario(parser, args):
    from . import scenario
    if args.config:
        return _config_scenario(args, _time(parser, args.duration, 100_000_000))
    found = scenario.load(args.scenario)
    found.duration = _time(parser, args.duration, found.duration)
    if args.seed is not None:
        found.seed = args.seed
    return scenario.check(found)


def _span(parser, args, begin, end, periods):
    """What the picture shows."""
    from .engine import Trace
    if args.svg is None:
        return Trace(0, 0)
    first = _time(parser, args.begin, begin)
    last = _time(parser, args.end, min(end, first + 3 * max(periods)))
    if last <= first:
        parser.error("--to must be after --from")
    return Trace(first, last)


def _simulate(parser, args):
    from . import picture, report
    from .engine import Simulation
    found = _scenario(parser, args)
    trace = _span(parser, args, 0, found.duration, [s.period for s in found.servers])
    simulation = Simulation(found, trace, 65536 if args.journal else 0).run()
    if args.json:
        print(json.dumps(report.as_data(simulation), indent=2))
    else:
        print("\n".join(report.simulated(simulation)))
    if args.journal:
        args.journal.write_bytes(simulation.core.ring())
    if args.svg:
        rows = [(s.name, s.period, s.budget, 0, getattr(s.guest, "tasks", ()))
                for s in found.servers]
        args.svg.write_text(picture.draw(f"Run of {found.name}", "Simulated guests on the real "
                                         f"dispatcher, seed {found.seed}", rows, trace),
                            encoding="utf-8")
    return EXIT_OK


def _replay(parser, args):
    from . import picture, replay, report
    by_cpu = replay.read(args.replay, args.stride)
    wanted = sorted(by_cpu) if args.cpu is None else [args.cpu]
    if args.cpu is not None and args.cpu not in by_cpu:
        raise replay.ReplayError(f"{args.replay}: no records of CPU {args.cpu}; there are those of "
                                 + ", ".join(str(c) for c in sorted(by_cpu)))
    if args.svg and len(wanted) > 1:
        parser.error("the journal has several CPUs; choose one with --cpu")
    failed = 0
    for cpu in wanted:
        records = by_cpu[cpu]
        periods = [r.ipa for r in records if r.esr & 0xff == replay.SERVER]
        begin = next((r.far for r in records if r.esr & 0xff == replay.INIT), 0)
        trace = _span(parser, args, begin, max(r.far for r in records) + 1, periods)
        run = replay.replay(cpu, records, trace)
        failed += len(run.differences)
        _show(args, run, report)
        if args.svg:
            rows = [(s.name, s.period, s.budget, s.t0, ()) for s in run.servers]
            args.svg.write_text(picture.draw(
                f"Recorded run of CPU {cpu}", f"{args.replay.name}: {run.steps} decisions",
                rows, trace, [time for time, _ in run.differences]), encoding="utf-8")
    return EXIT_DIFFERS if failed else EXIT_OK


def _show(args, run, report):
    from haven_config.units import show_time
    span = run.now - run.begin
    if args.json:
        print(json.dumps({"cpu": run.cpu, "calls": run.calls, "steps": run.steps,
                          "duration_ns": span,
                          "differences": [words for _, words in run.differences]}, indent=2))
        return
    rows = [(s, run.core.state(i), 0, None) for i, s in enumerate(run.servers)]
    print(f"CPU {run.cpu}: {run.calls} calls in {show_time(span)}, {run.steps} decisions; late by "
          f"at most {show_time(run.core.late_max)}")
    print("\n".join(report.servers(rows, span)))
    for _, words in run.differences[:SHOWN]:
        print(words)
    if len(run.differences) > SHOWN:
        print(f"... and {len(run.differences) - SHOWN} more")
    print(f"CPU {run.cpu}: " + (f"{len(run.differences)} differences" if run.differences else
                                "the library answers the same"))
