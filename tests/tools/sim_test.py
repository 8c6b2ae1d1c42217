# SPDX-License-Identifier: Apache-2.0
"""haven-sim: what the simulated guests get, what the bounds promise, and replays."""
import json
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom
import zlib
from pathlib import Path

from support import ROOT, TOOLS, run

from haven_config import admission, supply
from haven_sim import core, engine, guests, scenario

SIM = TOOLS / "haven-sim"
SEED = 20260103
SHARED = {
    "duration": "100ms", "servers": [
        {"name": "rtos", "period": "500us", "budget": "200us", "demand": {"tasks": [
            {"name": "control", "wcet": "40us", "period": "1ms", "deadline": "600us"}]}},
        {"name": "linux", "period": "10ms", "budget": "4ms", "priority": 1, "background": True},
        {"name": "extra", "period": "20ms", "budget": "1ms", "priority": 2}]}


def simulate(data, **options):
    return engine.Simulation(scenario.from_data(data, "test"), **options).run()


def spin(period, budget, priority=0, **more):
    return {"period": period, "budget": budget, "priority": priority, **more}


class Service(unittest.TestCase):
    def state(self, simulation, index):
        return simulation.core.state(index)

    def test_each_gets_its_budget_and_idle_time_goes_to_who_asks(self):
        # In 100 ms: 200 periods, of which control takes 100 * 40 us; 10 of 4 ms; 5 of 1 ms.
        done = simulate(SHARED)
        self.assertEqual([self.state(done, i).used for i in range(3)],
                         [4_000_000, 40_000_000, 5_000_000])
        self.assertEqual([self.state(done, i).background for i in range(3)], [0, 51_000_000, 0])
        self.assertEqual([self.state(done, i).overruns for i in range(3)], [0, 0, 0])
        task = done.guests[0].tasks[0]
        self.assertEqual((task.done, task.worst, task.missed), (100, 40_000, 0))

    def test_late_steps_are_overruns_and_taken_back(self):
        done = simulate({"duration": 10_000, "exit": 7, "servers": [spin(100, 40)]})
        # 47, and then the refill gives 33, of which 40 are taken with the lateness.
        state = self.state(done, 0)
        self.assertEqual((state.overruns, state.overrun_max), (100, 7))
        self.assertEqual(state.used, 47 + 99 * 40)
        self.assertEqual(done.core.late_max, 7)

    def test_switches_are_charged_to_the_one_that_preempts(self):
        done = simulate({"duration": 10_000, "switch": 5, "servers": [
            {"period": 1000, "budget": 100, "demand": {"run": 10, "wait": 90}},
            spin(10_000, 5_000, 1)]})
        self.assertEqual(self.state(done, 1).used, 5_000 + 5)  # its last switch, at its end
        # 10 of work and two switches in each wake, until its budget is used up.
        self.assertGreater(self.state(done, 0).used, 950)

    def test_storm_of_interrupts_is_charged_to_its_partition(self):
        data = {"duration": "100ms", "switch": 500, "servers": [
            spin("10ms", "6ms"),
            spin("10ms", "1ms", 1, demand="idle",
                 interrupts={"every": "10us", "cost": "2us", "work": 0})]}
        done = simulate(data)
        used = self.state(done, 0).used
        self.assertGreaterEqual(used, 60_000_000)
        self.assertLess(used, 60_000_000 + 10 * 1_000)
        self.assertLess(self.state(done, 1).used, 10_000_000 + 10 * 4_000)
        self.assertGreater(done.scenario.servers[1].interrupts.masked, 1000)

    def test_interrupt_that_waits_for_the_next_dispatch(self):
        source = {"every": "1ms", "cost": 100, "work": "10us", "wake": "next-dispatch"}
        data = {"duration": "10ms", "servers": [spin("5ms", "1ms", demand="idle",
                                                     interrupts=dict(source))]}
        self.assertEqual(self.state(simulate(data), 0).used, 9 * 100)
        data["servers"][0]["interrupts"]["wake"] = "at-once"
        self.assertEqual(self.state(simulate(data), 0).used, 9 * 10_100)

    def test_polling_server_misses_what_comes_late(self):
        tasks = {"tasks": [{"name": "t", "wcet": 10, "period": 1000, "offset": 1, "deadline": 500}]}
        late = simulate({"duration": 9_999, "servers": [spin(1000, 100, server="polling",
                                                             demand=tasks)]})
        # It gave its budget up at 0; the first job waits for the refill at 1000. The second comes
        # while it runs, the third one after it gave up the budget of 2000, and so on.
        self.assertEqual((late.guests[0].tasks[0].released, late.guests[0].tasks[0].missed), (10, 5))
        kept = simulate({"duration": 9_999, "servers": [spin(1000, 100, demand=tasks)]})
        self.assertEqual(kept.guests[0].tasks[0].missed, 0)

    def test_ticks_of_the_counter(self):
        # Instants at 0, 1/3 s, 2/3 s, ...: a budget of 0.5 s ends at 0.667 s. The next one, less
        # by that, ends 1 ns behind an instant, and so at the one after it.
        done = simulate({"duration": "10s", "frequency": 3, "servers": [spin("1s", "500ms")]})
        state = self.state(done, 0)
        self.assertEqual(state.overrun_max, 333_333_332)
        self.assertGreater(state.overruns, 5)

    def test_seed_decides(self):
        data = dict(SHARED, exit=["0us", "5us"], servers=SHARED["servers"] + [
            spin("7ms", "500us", 3, demand={"run": ["1us", "1ms"], "wait": ["1us", "1ms"]})])
        one, same = simulate(data), simulate(data)
        other = simulate(dict(data, seed=2))
        self.assertEqual(self.state(one, 3), self.state(same, 3))
        self.assertNotEqual(self.state(one, 3), self.state(other, 3))


class Bounds(unittest.TestCase):
    """What haven-config promises holds on the real dispatcher."""

    def test_admission_of_the_compiler_is_that_of_the_library(self):
        rng = random.Random(SEED)
        verdicts = [0, 0]
        for _ in range(400):
            servers = []
            for _ in range(rng.randrange(1, 6)):
                period = rng.randrange(2, 200)
                servers.append(admission.Server(period, rng.randrange(1, 2 + period // 3),
                                                rng.randrange(4), rng.random() < 0.3))
            reserve = admission.Reserve(rng.randrange(5, 50), rng.randrange(0, 4), rng.randrange(9))
            found = core.Core()
            for i, s in enumerate(servers):
                found.server(i, 1, scenario.Server("", s.period, s.budget, s.priority, s.polling,
                                                   False, None), 0)
            for i in range(len(servers)):
                fits, value = admission.response(servers, i, reserve)
                expected = found.response(len(servers), i, reserve.period, reserve.budget,
                                          reserve.once)
                self.assertEqual(value if fits else None, expected)
                verdicts[fits] += 1
            fits = admission.utilisation(servers, reserve) <= 1 and all(
                admission.response(servers, i, reserve)[0] for i in range(len(servers)))
            self.assertEqual(found.admitted(len(servers), reserve.period, reserve.budget,
                                            reserve.once), fits)
            found.close()
        self.assertGreater(min(verdicts), 100)

    def random_guest(self, rng, period):
        if rng.random() < 0.3:
            return guests.Spin()
        longest = rng.choice((period // 20, period // 2, 2 * period)) + 2
        return guests.Bursts((1, longest), (1, rng.choice((period // 10, period)) + 2))

    def random_scenario(self, rng):
        servers = []
        for i in range(rng.randrange(2, 6)):
            period = rng.choice((20_000, 35_000, 50_000, 80_000, 130_000)) + rng.randrange(2000)
            servers.append(scenario.Server(
                f"s{i}", period, rng.randrange(period // 20, period // 4), rng.randrange(4),
                rng.random() < 0.3, rng.random() < 0.3, self.random_guest(rng, period)))
        return scenario.check(scenario.Scenario(
            "random", 6_000_000, servers, (0, rng.randrange(200)), (0, rng.randrange(200)),
            rng.randrange(1, 10**6)))

    def loads(self, rng, resource):
        """Tasks that the analysis carries on this resource, with their bounds."""
        loads = []
        for _ in range(rng.randrange(1, 4)):
            period = rng.randrange(resource.period, 8 * resource.period)
            loads.append(supply.Load(rng.randrange(1, 1 + resource.budget // 2), period, period))
        loads.sort(key=lambda t: t.deadline)
        bounds = [supply.response(loads, i, resource) for i in range(len(loads))]
        return list(zip(loads, bounds)) if None not in bounds else None

    def test_no_task_takes_longer_than_its_bound(self):
        rng = random.Random(SEED)
        seen = close = 0
        while seen < 60:
            found = self.random_scenario(rng)
            reserve = admission.Reserve(*found.reserve)
            servers = [admission.Server(s.period, s.budget, s.priority, s.polling)
                       for s in found.servers]
            me = rng.randrange(len(servers))
            fits = [admission.response(servers, i, reserve) for i in range(len(servers))]
            over = found.exit[1] + 2 * found.switch[1]
            budget = servers[me].budget - over
            if not all(f for f, _ in fits) or budget <= 0:
                continue
            resource = supply.Resource(servers[me].period, budget, fits[me][1],
                                       not servers[me].polling)
            loads = self.loads(rng, resource)
            if loads is None:
                continue
            switches = 2 * found.switch[1]
            tasks = [guests.Task(f"t{i}", load.wcet - switches, load.period, load.deadline,
                                 rng.randrange(load.period), i)
                     for i, (load, _) in enumerate(loads) if load.wcet > switches]
            if len(tasks) != len(loads):
                continue
            found.servers[me].guest = guests.Tasks(tasks)
            done = engine.Simulation(found).run()
            for task, (_, bound) in zip(done.guests[me].tasks, loads):
                self.assertGreater(task.done, 0)
                self.assertLessEqual(task.worst, bound, (found.seed, task.name))
                self.assertEqual(task.missed, 0)
                close += task.worst * 2 > bound
            for i, result in enumerate(done.results()):
                self.assertLessEqual(result.within, fits[i][1])
                self.assertLessEqual(result.state.overrun_max, over)
            done.core.close()
            seen += 1
        self.assertGreater(close, 20)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)

    def write(self, data):
        path = self.dir / "s.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path

    def sim(self, *arguments, status=0):
        done = run(SIM, *arguments)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout if status < 2 else done.stderr

    # commands

    def test_help_and_wrong_use(self):
        self.assertIn("exit status:", self.sim("--help"))
        self.assertIn("give one of", self.sim(status=2))
        self.assertIn("needs --cpu", self.sim("--config", "x.yaml", status=2))
        self.assertIn("No such file", self.sim(self.dir / "none.json", status=3))

    def test_table_json_and_picture(self):
        path, svg = self.write(SHARED), self.dir / "x.svg"
        lines = self.sim(path, "--svg", svg).splitlines()
        self.assertTrue(lines[0].startswith("s: 100 ms, "), lines[0])
        self.assertEqual(lines[2].split()[:12], "rtos 200 us / 500 us 0 deferrable 4 ms 4.0 %"
                         .split())
        self.assertEqual(lines[4].split(), "control 100 40 us 600 us 40 us 0".split())
        data = json.loads(self.sim(path, "--json", "--duration", "50ms"))
        self.assertEqual([s["used_ns"] for s in data["servers"]],
                         [2_000_000, 20_000_000, 3_000_000])
        xml.dom.minidom.parse(str(svg))
        text = svg.read_text(encoding="utf-8")
        for word in ("rtos", "control", "linux", "EL2"):
            self.assertIn(f">{word}<", text)

    def test_scenarios_that_make_no_sense(self):
        one = {"period": "1ms", "budget": "1ms"}
        for data, words in (
                ("{", "line 1"), ([], "scenario must be a mapping"),
                ({"servers": [one]}, "scenario lacks duration"),
                ({"duration": "1ms", "servers": []}, "has 0 servers"),
                ({"duration": "1ms", "servers": [one] * 9}, "has 9 servers"),
                ({"duration": "2h", "servers": [one]}, "scenario.duration must be a time"),
                ({"duration": "3601s", "servers": [one]}, "1 ns to an hour"),
                ({"duration": "1ms", "servers": [dict(one, budget="2ms")]},
                 "servers[0].budget must be 1 ns to the period"),
                ({"duration": "1ms", "servers": [dict(one, colour=1)]},
                 "servers[0].colour is not a known key"),
                ({"duration": "1ms", "servers": [dict(one, server="lazy")]},
                 "servers[0].server must be deferrable or polling"),
                ({"duration": "1ms", "servers": [dict(one, priority="high")]},
                 "servers[0].priority must be a whole number"),
                ({"duration": "1ms", "servers": [dict(one, demand="all")]},
                 "servers[0].demand must be spin, idle, or a mapping"),
                ({"duration": "1ms", "servers": [dict(one, demand={"run": "1us"})]},
                 "servers[0].demand lacks tasks, or run and wait"),
                ({"duration": "1ms", "exit": [3, 2], "servers": [one]},
                 "the least is more than the most"),
                ({"duration": "1ms", "servers": [dict(one, demand={"tasks": [{"name": "t"}]})]},
                 "demand.tasks[0] lacks period"),
                ({"duration": "1ms", "servers": [dict(one, interrupts={"cost": 1})]},
                 "interrupts.every must be at least 1 ns")):
            with self.subTest(words):
                self.assertIn(words, self.sim(self.write(data), status=2))

    def test_configuration(self):
        path = self.dir / "x.yaml"
        path.write_text("""\
target: qemu-virt
cpus: {rtos: [1], linux: [0, 1]}
memory: {rtos: {base: 0x80000000, size: 16M}, linux: {base: 0x50000000, size: 512M}}
partitions: {rtos: {binary: a}, linux: {kernel: b}}
hypervisor: {longest_exit: 2us, longest_switch: 1us}
timing:
  rtos: {period: 500us, budget: 200us, tasks: [{name: control, wcet: 40us, period: 1ms}]}
  linux: {period: 10ms, budget: 4ms, priority: 1}
""", encoding="utf-8")
        data = json.loads(self.sim("--config", path, "--cpu", 1, "--json"))
        rtos, linux = data["servers"]
        self.assertEqual(rtos["tasks"][0]["missed"], 0)
        # 200 + 3 * (2 + 2 * 1); an overrun is at most 4 us.
        self.assertEqual(rtos["promised_ns"], 212_000)
        self.assertTrue(0 < linux["overrun_max_ns"] <= 4_000)
        self.assertTrue(0 < linux["had_within_ns"] <= linux["promised_ns"])
        self.assertIn("CPU 0 of x is not shared", self.sim("--config", path, "--cpu", 0, status=2))

    def test_picture_of_the_documentation(self):
        images, svg = ROOT / "docs" / "images", self.dir / "x.svg"
        self.sim(images / "shared-cpu.json", "--svg", svg, "--to", "6ms")
        self.assertEqual(svg.read_text(encoding="utf-8"),
                         (images / "shared-cpu.svg").read_text(encoding="utf-8"),
                         "docs/images/shared-cpu.svg is of another scenario or tool: make it anew")

    def test_without_compiler(self):
        script = "import sys; sys.path.insert(0, sys.argv[1]); from haven_sim import core; " \
            "core.shutil.which = lambda name: None; core._compiler()"
        done = subprocess.run([sys.executable, "-B", "-c", script, str(TOOLS)], capture_output=True,
                              text=True, check=False)
        self.assertIn("no C compiler is here", done.stderr)

    # replays

    def recorded(self, data=None):
        data = data or dict(SHARED, exit=["0us", "3us"], switch="1us", frequency=62_500_000,
                            servers=SHARED["servers"] + [
                                spin("10ms", "500us", 3, demand="idle", interrupts={
                                    "every": "50us", "cost": "1us", "work": "2us"})])
        ring = self.dir / "ring.bin"
        self.sim(self.write(data), "--journal", ring)
        return ring

    def change(self, ring, choose, **fields):
        """Change the first record that `choose` likes, with an intact checksum."""
        layout = struct.Struct("<IIQHHBBHQQQQII")
        names = ("magic seq t cpu partition kind verdict reserved esr far ipa detail pc crc").split()
        data = bytearray(ring.read_bytes())
        for at in range(64, len(data), 64):
            record = dict(zip(names, layout.unpack_from(data, at)))
            if record["kind"] == 15 and choose(record):
                record.update({k: v(record[k]) for k, v in fields.items()})
                raw = layout.pack(*record.values())
                data[at:at + 64] = raw[:60] + zlib.crc32(raw[:60]).to_bytes(4, "little")
                ring.write_bytes(data)
                return
        self.fail("no such record")

    def test_replay_is_the_same(self):
        ring, svg = self.recorded(), self.dir / "x.svg"
        out = self.sim("--replay", ring, "--svg", svg)
        self.assertIn("CPU 0: the library answers the same", out)
        self.assertIn("partition 4 ", out)
        xml.dom.minidom.parse(str(svg))
        data = json.loads(self.sim("--replay", ring, "--json"))
        self.assertEqual(data["differences"], [])
        self.assertGreater(data["calls"], 2000)

    def test_replay_tells_each_kind_of_difference(self):
        def op(number):
            return lambda r: r["esr"] & 0xff == number and r["seq"] > 100
        for choose, fields, words in (
                (op(6), {"detail": lambda v: v - 1}, "deadline is"),
                (op(6), {"ipa": lambda v: v + 1}, "remaining budget is"),
                (op(6), {"esr": lambda v: v ^ 0x10000}, "background is"),
                (op(6), {"esr": lambda v: v ^ 1 << 32}, "woken is"),
                (op(6), {"esr": lambda v: v ^ 0x100}, "who runs is"),
                (op(6), {"partition": lambda v: v ^ 1}, "partition is"),
                (op(6), {"t": lambda v: v + 1}, "now is"),
                (op(7), {"detail": lambda v: v + 1}, "switched at"),
                (op(5), {"detail": lambda v: v + 1}, "charge at"),
                (op(3), {"esr": lambda v: v ^ 0x10000}, "differences")):
            with self.subTest(words):
                ring = self.recorded()
                self.change(ring, choose, **fields)
                self.assertIn(words, self.sim("--replay", ring, status=1))

    def test_time_that_goes_back_is_a_difference(self):
        ring = self.recorded()
        self.change(ring, lambda r: r["esr"] & 0xff == 6 and r["seq"] > 100,
                    far=lambda v: v // 2, t=lambda v: v // 2)
        self.assertIn("the library refused", self.sim("--replay", ring, status=1))

    def test_journals_that_cannot_be_replayed(self):
        ring = self.recorded()
        whole = ring.read_bytes()
        self.assertIn("no records of CPU 3", self.sim("--replay", ring, "--cpu", 3, status=2))
        ring.write_bytes(whole[:40])
        self.assertIn("shorter than", self.sim("--replay", ring, status=2))
        ring.write_bytes(whole[:5000] + b"x" + whole[5001:])
        self.assertIn("damaged", self.sim("--replay", ring, status=2))
        self.change(self.recorded(), lambda r: r["seq"] == 50, esr=lambda v: v & ~0xff | 9)
        self.assertIn("unknown record 9", self.sim("--replay", ring, status=2))
        self.change(self.recorded(), lambda r: r["seq"] == 50, esr=lambda v: 1)
        self.assertIn("second start", self.sim("--replay", ring, status=2))
        self.change(self.recorded(), lambda r: r["seq"] == 5, kind=lambda v: 3)
        self.assertIn("records between #4 and #6 are missing", self.sim("--replay", ring, status=2))

    def test_ring_that_went_round(self):
        data = dict(SHARED, duration="20s")
        ring = self.recorded(data)
        self.assertIn("are overwritten", self.sim("--replay", ring, status=2))

    def test_replay_of_a_console(self):
        ring = self.recorded(dict(SHARED, duration="5ms"))
        text = run(TOOLS / "haven-journal", "--memory", ring, "--json").stdout
        log = self.dir / "console.log"
        with log.open("w", encoding="utf-8") as out:
            for r in json.loads(text)["records"]:
                out.write("[haven] journal " + " ".join(
                    f"{k}={r[k]:#x}" if isinstance(r[k], int) else f"{k}={r[k]}"
                    for k in ("seq", "cpu", "partition", "kind", "verdict", "esr", "far", "ipa",
                              "detail", "pc", "t")) + "\n")
        self.assertIn("the library answers the same", self.sim("--replay", log))

    def test_decoder_says_what_each_record_is(self):
        ring = self.recorded(dict(SHARED, duration="9ms", exit="1us"))
        out = run(TOOLS / "haven-journal", "--memory", ring).stdout
        for words in ("server 0: 200000 ns in each 500000 ns from 0, priority 0, deferrable",
                      "server 1: 4000000 ns in each 10000000 ns from 0, priority 1, deferrable, "
                      "background",
                      "3 servers start, counter 1000000000 Hz",
                      "server 0 blocks", "server 0 wakes by itself at 1000000",
                      "runs until", "woken 0x1", "in background time", "switch done"):
            self.assertIn(words, out)


if __name__ == "__main__":
    unittest.main()
