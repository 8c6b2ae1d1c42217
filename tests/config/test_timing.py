# SPDX-License-Identifier: Apache-2.0
"""Shared CPUs, budgets and tasks: what is accepted, what is promised, and each refusal."""
import contextlib
import io
import unittest
import xml.dom.minidom

from support import BOARDS, GOOD, ConfigCase
from haven_config import admission, cli, schedule, timing

SHARED = GOOD.replace("rtos: [2]", "rtos: [1]") + """\
hypervisor: {longest_exit: 12us, longest_switch: 8us}
timing:
  linux: {period: 10ms, budget: 4ms, priority: 1, background: true}
  rtos:
    period: 500us
    budget: 200us
    tasks:
      - {name: control, wcet: 40us, period: 1ms, deadline: 600us}
      - {name: filter, wcet: 200us, period: 5ms}
"""
ALONE = GOOD + """\
timing:
  rtos:
    tasks:
      - {name: fast, wcet: 1ms, period: 4ms}
      - {name: slow, wcet: 3ms, period: 12ms}
      - {name: medium, wcet: 2ms, period: 6ms}
"""


class Accepted(ConfigCase):
    def test_model(self):
        config = self.good(SHARED)
        linux, rtos = config.partitions
        self.assertEqual((linux.priority, linux.polling, linux.background), (1, False, True))
        self.assertEqual((rtos.priority, rtos.polling, rtos.background), (0, False, False))
        self.assertEqual([(t.name, t.wcet, t.period, t.deadline, t.cpu) for t in rtos.tasks],
                         [("control", 40_000, 1_000_000, 600_000, 1),
                          ("filter", 200_000, 5_000_000, 5_000_000, 1)])
        self.assertTrue(self.good(SHARED.replace("budget: 200us\n", "budget: 200us\n"
                                                 "    server: polling\n", 1)
                                  .replace("600us", "1ms")).partitions[1].polling)

    def test_promises_worked_out_by_hand(self):
        cpu, = timing.analyse(self.good(SHARED))
        linux, rtos = cpu.servers
        # An overrun is 12 + 2 * 8 us; two servers and one in the way: 84 us once.
        self.assertEqual(cpu.reserve, admission.Reserve(1, 0, 84_000))
        self.assertEqual((rtos.response, linux.response), (284_000, 7_084_000))
        # Of 200 us, 28 may go; nothing for 500 + 284 - 2 * 172.
        self.assertEqual((rtos.resource.budget, rtos.resource.blackout), (172_000, 440_000))
        # 40 + 2 * 8 after that; and 200 + 16 with two of these before, in two budgets.
        self.assertEqual([t.response for t in rtos.tasks], [496_000, 1_096_000])

    def test_polling_pays_one_budget_more(self):
        text = SHARED.replace("budget: 200us\n", "budget: 200us\n    server: polling\n")
        cpu, = timing.analyse(self.good(text.replace("deadline: 600us", "deadline: 1ms")))
        self.assertEqual(cpu.servers[1].resource.blackout, 612_000)
        # linux sees one budget of 200 us less: none twice in a row.
        self.assertEqual(cpu.servers[0].response, 6_884_000)

    def test_service_cpu_has_a_reserve(self):
        config = self.good(SHARED.replace("8us}", "8us, service_cpu: 1, service_time: 30us}"))
        cpu, = timing.analyse(config)
        self.assertEqual(cpu.reserve, admission.Reserve(1_000_000, 30_000, 84_000))
        self.assertEqual(cpu.servers[1].response, 314_000)

    def test_interrupts_of_those_who_have_no_turn(self):
        devices = "  rtos: {binary: rtos.bin, devices: [uart1, rtc]}"
        text = SHARED.replace("  rtos: {binary: rtos.bin}", devices)
        self.assertNotEqual(text, SHARED)
        # Two SPIs, each once, at the board's 8 us; or as the configuration says.
        cpu, = timing.analyse(self.good(text))
        self.assertEqual((cpu.reserve.once, cpu.servers[1].response), (100_000, 300_000))
        cpu, = timing.analyse(self.good(text.replace("8us}", "8us, longest_interrupt: 5us}")))
        self.assertEqual(cpu.reserve.once, 94_000)
        # A board that says nothing of interrupts: as long as any exit.
        boards = self.board(("  longest_interrupt: 8us", "#"))
        cpu, = timing.analyse(self.good(text, boards=boards))
        self.assertEqual(cpu.reserve.once, 108_000)
        # linux has two vCPUs: the other one may end what waits for this one.
        text = SHARED.replace("initrd: initrd}", "initrd: initrd, devices: [rtc]}")
        self.assertNotEqual(text, SHARED)
        cpu, = timing.analyse(self.good(text))
        self.assertEqual(cpu.reserve.once, 100_000)

    def test_overheads_of_the_board_unless_the_configuration_has_its_own(self):
        boards = self.board(("longest_exit: 16us", "longest_exit: 3us"),
                            ("longest_switch: 10us", "longest_switch: 2us"))
        config = self.good(SHARED.replace("hypervisor:", "# "), boards=boards)
        self.assertEqual(timing.analyse(config)[0].reserve.once, 21_000)
        config = self.good(SHARED.replace("12us", "1us").replace("8us}", "500ns}"))
        cpu, = timing.analyse(config)
        self.assertEqual(cpu.reserve.once, 6_000)
        self.assertEqual(cpu.servers[1].resource.budget, 198_000)

    def test_tasks_on_a_cpu_of_their_own(self):
        cpu, = timing.analyse(self.good(ALONE))
        self.assertFalse(cpu.shared)
        self.assertEqual([(t.task.name, t.response) for t in cpu.servers[0].tasks],
                         [("fast", 1_000_000), ("medium", 3_000_000), ("slow", 10_000_000)])

    def test_tasks_on_a_cpu_of_their_own_that_drains_the_consoles(self):
        text = ALONE + "hypervisor: {service_cpu: 2, service_time: 200us}\n"
        cpu, = timing.analyse(self.good(text.replace("period: 12ms", "period: 24ms")))
        # 200 us of each ms are EL2's, and two of them may come in a row: nothing for 400 us. 1 ms of
        # work is 800 us and 200 more; 1 + 2 ms are three times 800 us and 600 more. Slow's 3 ms meet
        # fast five times and medium three times: 14 ms, seventeen times 800 us and 400 more.
        self.assertEqual([(t.task.name, t.response) for t in cpu.servers[0].tasks],
                         [("fast", 1_600_000), ("medium", 4_000_000), ("slow", 17_800_000)])

    def test_priorities_of_tasks(self):
        text = ALONE.replace("period: 4ms", "period: 4ms, priority: 2") \
            .replace("period: 12ms", "period: 12ms, priority: 0") \
            .replace("period: 6ms", "period: 6ms, priority: 1")
        self.assertEqual(self.refusals(text), [
            "15: timing.rtos.tasks[0] (fast) may miss its deadline: 1 ms in each 4 ms may take "
            "more than 4 ms, also on a CPU of its own"])

    def test_tasks_of_several_vcpus(self):
        text = GOOD + "timing:\n  linux:\n    tasks:\n" \
            "      - {name: a, wcet: 3ms, period: 5ms}\n" \
            "      - {name: b, wcet: 3ms, period: 5ms, cpu: 1}\n"
        cpus = timing.analyse(self.good(text))
        self.assertEqual([(c.cpu, c.servers[0].tasks[0].response) for c in cpus],
                         [(0, 3_000_000), (1, 3_000_000)])

    def test_nothing_shared_and_no_tasks(self):
        self.assertEqual(timing.analyse(self.good()), [])
        self.assertIsNone(schedule.picture(self.good()))

    def test_cpu_full_to_the_brim(self):
        none = "hypervisor: {longest_exit: 0ns, longest_switch: 0ns}\n"
        text = GOOD.replace("rtos: [2]", "rtos: [1]") + none + "timing:\n" \
            "  rtos: {period: 3ms, budget: 1ms, server: polling}\n" \
            "  linux: {period: 6ms, budget: 4ms, priority: 1}\n"
        cpu, = timing.analyse(self.good(text))
        self.assertEqual((cpu.load, cpu.servers[0].response), (1, 6_000_000))


class Refused(ConfigCase):
    def change(self, *pairs, text=SHARED):
        for old, new in pairs:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        return text

    def test_shared_cpu_without_budget(self):
        text = GOOD.replace("rtos: [2]", "rtos: [1] #!")
        self.assert_refused(text, "cpus.rtos[0] puts linux and rtos on CPU 1; partitions that share "
                            "a CPU need a period and a budget under timing, and linux and rtos "
                            "have none")
        self.assert_refused(text + "timing: {rtos: {period: 2ms, budget: 1ms}}\n",
                            "cpus.rtos[0] puts linux and rtos on CPU 1; partitions that share "
                            "a CPU need a period and a budget under timing, and linux has none")

    def test_board_that_does_not_say_how_long_el2_takes(self):
        boards = self.board(("  longest_exit: 16us", "#"))
        text = self.change(("rtos: [1]", "rtos: [1] #!"), ("longest_exit: 12us, ", ""))
        self.assert_refused(text, "cpus.rtos[0] puts linux and rtos on CPU 1, but board qemu-virt "
                            "does not say how long EL2 may take; give longest_exit", boards=boards)
        self.compile(SHARED, boards=boards)

    def test_board_that_does_not_say_what_the_consoles_take(self):
        boards = self.board(("  service_time: 200us", "#"))
        text = self.change(("rtos: [1]", "rtos: [1] #!"), ("8us}", "8us, service_cpu: 1}"))
        self.assert_refused(text, "cpus.rtos[0] puts linux and rtos on CPU 1, which drains the consoles, "
                            "but board qemu-virt does not say how long that takes; give service_time "
                            "under hypervisor", boards=boards)
        self.compile(SHARED, boards=boards)  # somebody else drains them
        text = ALONE.replace("{name: fast, wcet: 1ms, period: 4ms}",
                             "{name: fast, wcet: 1ms, period: 4ms} #!")
        self.assert_refused(text + "hypervisor: {service_cpu: 2}\n", "timing.rtos.tasks[0] (fast) is on "
                            "CPU 2, which drains the consoles, but board qemu-virt does not say how "
                            "long that takes; give service_time under hypervisor", boards=boards)
        self.compile(ALONE, boards=boards)

    def test_consoles_that_leave_no_room(self):
        tight = "timing:\n  rtos:\n    tasks:\n      - {name: a, wcet: 1ms, period: 1.5ms} #!\n"
        late = "timing.rtos.tasks[0] (a) may miss its deadline: 1 ms in each 1.5 ms may take more than " \
            "1.5 ms; CPU 2 is its own, but drains the consoles as well"
        for taken in ("200us", "1ms", "2ms"):
            self.assert_refused(GOOD + tight + "hypervisor: {service_cpu: 2, service_time: "
                                f"{taken}}}\n", late)
        self.good(GOOD + tight + "hypervisor: {service_cpu: 2, service_time: 0us}\n")
        self.good(GOOD + tight)

    def test_period_that_the_clock_does_not_reach(self):
        text = self.change(("linux: {period: 10ms", "linux: {period: 9223372036854775808ns"))
        self.assert_refused(text.replace("background: true}", "background: true} #!"),
                            "timing.linux.period is 9223372036.854775808 s; on a shared CPU it is less "
                            "than 2^63 ns")
        self.good(SHARED.replace("linux: {period: 10ms", "linux: {period: 9223372036854775807ns"))

    def test_overcommitted(self):
        text = self.change(("budget: 4ms", "budget: 6.1ms"), ("  rtos:\n    period", "  rtos: #!\n    period"))
        self.assert_refused(text, "timing.rtos overcommits CPU 1: linux and rtos ask for 61 % + "
                            "40 % of it")

    def test_overcommitted_with_the_console(self):
        text = self.change(("budget: 4ms", "budget: 6ms"), ("  rtos:\n    period", "  rtos: #!\n    period"))
        self.assert_refused(text.replace("8us}", "8us, service_cpu: 1, service_time: 12us}"),
                            "timing.rtos overcommits CPU 1: linux and rtos ask for 60 % + 40 % of "
                            "it, beside 1.2 % for EL2")

    def test_carried_on_paper_only(self):
        text = SHARED[:SHARED.index("timing:")] + "timing:\n" \
            "  rtos: {period: 10ms, budget: 5ms, server: polling}\n" \
            "  linux: {period: 14ms, budget: 7ms, priority: 1} #!\n"
        self.assert_refused(text, "timing.linux cannot be kept on CPU 1: 7 ms may take 17.084 ms or "
                            "more from a refill, and the period is 14 ms; more urgent: rtos; EL2 "
                            "takes up to 84 us of that")

    def test_most_urgent_that_el2_leaves_no_room(self):
        text = self.change(("budget: 200us", "budget: 420us"), ("budget: 4ms", "budget: 1ms"),
                           ("  rtos:\n    period", "  rtos: #!\n    period"),
                           ("  linux: {period: 10ms", "  linux: {period: 100ms"))
        self.assert_refused(text, "timing.rtos cannot be kept on CPU 1: 420 us may take 504 us or "
                            "more from a refill, and the period is 500 us; EL2 takes up to 84 us")

    def test_budget_smaller_than_its_switches(self):
        self.assert_refused(self.change(("budget: 200us", "budget: 28us #!")),
                            "timing.rtos.budget is 28 us, no more than what a late step and its "
                            "own two switches may take of it")

    def test_deadline_missed(self):
        text = self.change(("deadline: 600us}", "deadline: 495us} #!"))
        self.assert_refused(text, "timing.rtos.tasks[0] (control) may miss its deadline: 40 us in "
                            "each 1 ms may take more than 495 us; on CPU 1, rtos can count on "
                            "172 us in each 500 us, and may get nothing for 440 us")
        self.good(text.replace("495us} #!", "496us}"))

    def test_trace_without_a_shared_cpu(self):
        self.assert_refused(GOOD + "hypervisor:\n  trace_slots: 64 #!\n",
                            "hypervisor.trace_slots is 64, but no CPU is shared")

    def test_period_or_budget_alone(self):
        self.assert_refused(GOOD + "timing:\n  rtos: {period: 1ms} #!\n",
                            "timing.rtos lacks the key budget")
        self.assert_refused(GOOD + "timing:\n  rtos: {priority: 1, budget: 1ms} #!\n",
                            "timing.rtos lacks the key period")

    def test_budget_above_its_period(self):
        self.assert_refused(GOOD + "timing:\n  rtos: {period: 1ms, budget: 1001us} #!\n",
                            "timing.rtos.budget is 1001000 ns, more than the period of 1000000 ns")

    def test_budget_and_period_of_zero(self):
        self.assert_refused(GOOD + "timing:\n  rtos: {period: 1ms, budget: 0us} #!\n",
                            "timing.rtos.budget is 0; ")
        self.assert_refused(GOOD + "timing:\n  rtos: {period: 0s, budget: 1us} #!\n",
                            "timing.rtos.period is 0; ")

    def test_times_beyond_64_bits(self):
        self.assert_refused(GOOD + "timing:\n  rtos: {period: 18446744073710s, budget: 1s} #!\n",
                            "timing.rtos.period is 18446744073710000000000 ns, more than 2^64 - 1")
        self.good(GOOD + "timing:\n  rtos: {period: 18446744073709551615ns, budget: 1s}\n")

    def test_kind_of_server(self):
        self.assert_refused(GOOD + "timing:\n  rtos: {period: 1s, budget: 1s, server: lazy} #!\n",
                            "timing.rtos.server must be deferrable or polling")

    def task(self, words):
        return GOOD + f"timing:\n  rtos:\n    tasks:\n      - {words} #!\n"

    def test_tasks_that_make_no_sense(self):
        for words, rule in (
                ("{name: a, wcet: 0us, period: 1ms}", ".wcet is 0; "),
                ("{name: a, wcet: 1us, period: 1ms, deadline: 2ms}",
                 ".deadline is 2 ms, more than the period of 1 ms"),
                ("{name: a, wcet: 2us, period: 1ms, deadline: 1us}",
                 ".wcet is 2 us, more than the deadline of 1 us"),
                ("{name: a, wcet: 2us, period: 1ms, cpu: 0}",
                 ".cpu is CPU 0, which rtos does not have"),
                ("{name: a, wcet: 2us}", " lacks the key period"),
                ("{name: a, wcet: 2us, period: 1ms, dead: 1}", ".dead is not a known key")):
            with self.subTest(words):
                self.assert_refused(self.task(words), "timing.rtos.tasks[0]" + rule)

    def test_tasks_with_one_name_or_half_of_the_priorities(self):
        first = "    tasks:\n      - {name: a, wcet: 1us, period: 1ms}\n"
        self.assert_refused(GOOD + "timing:\n  rtos:\n" + first +
                            "      - {name: a, wcet: 1us, period: 2ms} #!\n",
                            "timing.rtos.tasks[1].name is a, as is that of another task")
        self.assert_refused(GOOD + "timing:\n  rtos:\n" + first +
                            "      - {name: b, wcet: 1us, period: 2ms, priority: 1} #!\n",
                            "timing.rtos.tasks[1] has a priority and others have none")


class Outputs(ConfigCase):
    def run_cli(self, text, *arguments):
        (self.dir / "x.yaml").write_text(text, encoding="utf-8")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = cli.main([str(self.dir / "x.yaml"), "--board-dir", str(BOARDS), *arguments])
        self.assertEqual(status, 0)
        return out.getvalue()

    def test_table(self):
        lines = self.run_cli(SHARED, "--check").split("\n")
        self.assertEqual(lines[0], "CPU 1: 80 % given away")
        self.assertEqual(lines[1], "  EL2: an exit takes up to 12 us, a switch 8 us; an overrun is "
                         "at most 28 us")
        self.assertEqual(lines[3].split(), "rtos 0 deferrable 200 us / 500 us 284 us 172 us 440 us"
                         .split())
        self.assertEqual(lines[5].split(), "control 40 us 1 ms 600 us 496 us 17.3 %".split())
        self.assertEqual(lines[7].split()[:3], ["linux", "1", "deferrable+"])
        self.assertEqual(self.run_cli(GOOD, "--check"), "")

    def test_table_is_in_the_report_too(self):
        out = self.dir / "out"
        self.run_cli(SHARED, "--out", str(out))
        report = (out / "report.txt").read_text(encoding="utf-8")
        self.assertIn("\nTime\n  CPU 1: 80 % given away\n", report)
        self.assertIn("  time            200 us in each 500 us (40 %) on shared CPUs, deferrable, "
                      "priority 0\n", report)

    def test_tables_of_the_hypervisor(self):
        out = self.dir / "out"
        self.run_cli(SHARED, "--out", str(out))
        tables = (out / "config.c").read_text(encoding="utf-8")
        self.assertIn(".timing = {{1u, UINT64_C(0x989680), UINT64_C(0x3d0900)}, 1u, false, true}",
                      tables)
        self.assertIn(".timing = {{2u, UINT64_C(0x7a120), UINT64_C(0x30d40)}, 0u, false, false}",
                      tables)

    def test_reserves_of_the_hypervisor(self):
        out = self.dir / "out"
        self.run_cli(SHARED.replace("8us}", "8us, service_cpu: 1, service_time: 30us}"), "--out",
                     str(out))
        self.assertIn(".reserve = {[1] = {UINT64_C(0xf4240), UINT64_C(0x7530), UINT64_C(0x14820)}}",
                      (out / "config.c").read_text(encoding="utf-8"))
        self.run_cli(GOOD, "--out", str(out))
        self.assertNotIn(".reserve =", (out / "config.c").read_text(encoding="utf-8"))

    def test_trace(self):
        out = self.dir / "out"
        self.run_cli(SHARED.replace("8us}", "8us, trace_slots: 1024}"), "--out", str(out))
        tables = (out / "config.c").read_text(encoding="utf-8")
        # The journal is at 0x4fff7000; 1025 times 64 bytes below, in whole pages.
        self.assertIn(".trace_pa = UINT64_C(0x4ffe6000),\n\t.trace_slots = 1024u,", tables)
        self.assertIn(".dma_memory = {UINT64_C(0x4ffe6000), UINT64_C(0x0)}", tables)
        self.assertIn("trace           0x4ffe6000-0x4fff603f, 1024 records per shared CPU",
                      (out / "report.txt").read_text(encoding="utf-8"))

    def test_picture(self):
        out = self.dir / "out"
        self.run_cli(SHARED, "--out", str(out))
        text = (out / "schedule.svg").read_text(encoding="utf-8")
        xml.dom.minidom.parseString(text)
        for word in ("rtos", "control", "filter", "linux", "CPU 1: 200 us / 500 us"):
            self.assertIn(f">{word}<", text)
        self.run_cli(GOOD, "--out", str(self.dir / "plain"))
        self.assertFalse((self.dir / "plain" / "schedule.svg").exists())


class Schedules(unittest.TestCase):
    def test_servers(self):
        # 3 of 10 above 7 of 15, which may fill the rest.
        pieces = schedule.run_servers([(10, 3, 0, False), (15, 7, 1, True)], 30)
        self.assertEqual(pieces, [
            (0, 3, 0, True), (3, 10, 1, True), (10, 13, 0, True), (13, 15, 1, False),
            (15, 20, 1, True), (20, 23, 0, True), (23, 25, 1, True), (25, 30, 1, False)])

    def test_idle(self):
        self.assertEqual(schedule.run_servers([(10, 3, 0, False)], 20), [
            (0, 3, 0, True), (3, 10, None, False), (10, 13, 0, True), (13, 20, None, False)])

    def test_tasks(self):
        runs, missed = schedule.run_tasks([(2, 5, 3), (4, 20, 9)], [(0, 4), (8, 10), (12, 20)], 20)
        self.assertEqual(runs, [[(0, 2), (8, 10), (12, 14), (15, 17)], [(2, 4), (14, 15), (17, 18)]])
        self.assertEqual(missed, [[8, 13], [9]])


if __name__ == "__main__":
    unittest.main()
