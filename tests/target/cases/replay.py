# SPDX-License-Identifier: Apache-2.0
"""What the dispatcher of a shared CPU did on the machine, once more on this one."""
import json
import subprocess
import sys
from collections import Counter

from bench import ROOT, Yard, case, expect
from haven_console import SWITCH_TARGET

IMAGE = "shared-trace"
RECORD = 64
CALLS = 2_000     # fewer would show little
EACH = 10         # of each kind
KEYS = 10
PICTURE_NS = 15_000_000
STEP = 6
# The clock is that of the machine's instructions, and waits with the host while it sleeps.
COUNTED = ("-icount", "shift=3", "-seed", "1", "-rtc", "base=2026-01-01,clock=vm")
KINDS = {3: "wake or block", 4: "timer of who waits", 5: "charge", STEP: "decision", 7: "switch"}


def tool(name, path, *arguments):
    """Of a memory dump, as JSON. Status 1 means that the tool has something to tell."""
    done = subprocess.run([sys.executable, "-B", str(ROOT / "tools" / name), *arguments, str(path),
                           "--json"], capture_output=True, text=True, check=False)
    expect(done.returncode in (0, 1), f"{name}: {done.stderr}")
    return json.loads(done.stdout)


def record(bench, path):
    """Three guests that wait, compute and take what is left; their dispatcher's ring as it is then."""
    base, slots = bench.number(IMAGE, "trace_pa"), bench.number(IMAGE, "trace_slots")
    with bench.machine(IMAGE, Yard, extra=COUNTED) as machine:
        machine.expect(r"right.*probe: console: ready", 20, since=0)
        for name in ("left", "rest"):
            machine.expect(rf"{name}.*beat [1-9]\d*", 20, since=0)
        machine.send(SWITCH_TARGET)
        for _ in range(KEYS):  # each wakes the guest that waits for one
            machine.send("x")
            machine.expect(r"left.*beat \d+", 10, since=machine.mark())
        machine.qmp.call("stop")
        path.write_bytes(machine.save_memory(base, RECORD * (slots + 1)))
        machine.clean()


def kinds(records):
    """How many records of each call there are, and of decisions for background time."""
    found = Counter(r["esr"] & 0xff for r in records)
    found["background"] = sum(r["esr"] & 0xff == STEP and r["esr"] >> 16 & 1 for r in records)
    return found


@case("shared-replay", IMAGE)
def shared_replay(bench):
    """Every decision and every account of the machine is what the library here makes of it."""
    path = bench.logs / f"{bench.name}.ring"
    record(bench, path)
    records = tool("haven-journal", path, "--memory")["records"]
    end = max(r["far"] for r in records)
    result = tool("haven-sim", path, "--svg", str(path.with_suffix(".svg")), "--from",
                  f"{end - PICTURE_NS}ns", "--to", f"{end}ns", "--replay")
    print(f"     {bench.name}: {result['calls']} calls in {result['duration_ns'] / 1e6:.0f} ms, "
          f"{len(result['differences'])} differences")
    expect(not result["differences"], "\n".join(result["differences"][:5]))
    expect(result["calls"] == len(records) and result["calls"] > CALLS, "too short to tell")
    found = kinds(records)
    for op, words in [*KINDS.items(), ("background", "decision for background time")]:
        expect(found[op] >= EACH, f"{found[op]} records of kind: {words}")
    path.unlink()
