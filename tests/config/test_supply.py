# SPDX-License-Identifier: Apache-2.0
"""Supply-bound analysis: values worked out by hand, and a simulation that knows no formula."""
import random
import unittest
from fractions import Fraction

import support  # noqa: F401  (the path to the compiler)
from haven_config import admission
from haven_config.supply import WHOLE_CPU, Load, Resource, response

SEED = 20260102


class Supply(unittest.TestCase):
    def test_periodic_resource_of_5_and_3(self):
        # 3 at the start of one period, 3 at the end of the next: nothing for 2 * (5 - 3).
        resource = Resource(5, 3, 5)
        self.assertEqual(resource.blackout, 4)
        self.assertEqual([resource.sbf(t) for t in range(15)],
                         [0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 4, 5, 6, 6, 6])
        self.assertEqual([resource.lsbf(t) for t in (0, 4, 5, 9, 14)],
                         [0, 0, Fraction(3, 5), 3, 6])
        self.assertEqual([resource.time_for(d) for d in range(8)], [0, 5, 6, 7, 10, 11, 12, 15])

    def test_budget_that_comes_early(self):
        # By 4 of 5 at the latest: nothing for 2 and then 1.
        resource = Resource(5, 3, 4)
        self.assertEqual(resource.blackout, 3)
        self.assertEqual([resource.sbf(t) for t in range(10)], [0, 0, 0, 0, 1, 2, 3, 3, 3, 4])
        # By 3, at once: nothing for 2.
        self.assertEqual(Resource(5, 3, 3).blackout, 2)

    def test_polling_loses_one_budget_more(self):
        # Gives up its budget at 0, has the next at the end of the period after that.
        self.assertEqual(Resource(5, 3, 5, keeps=False).blackout, 7)
        self.assertEqual(Resource(5, 3, 3, keeps=False).blackout, 5)

    def test_whole_cpu(self):
        self.assertEqual([WHOLE_CPU.sbf(t) for t in (0, 1, 7)], [0, 1, 7])
        self.assertEqual(WHOLE_CPU.time_for(10**18), 10**18)
        self.assertEqual(Resource(9, 9, 9).sbf(5), 5)

    def test_large_numbers_are_exact(self):
        resource = Resource(10**18 + 1, 10**18, 10**18 + 1)
        self.assertEqual(resource.blackout, 2)
        self.assertEqual(resource.time_for(2 * 10**18), 2 * 10**18 + 3)

    def test_line_is_never_above_and_meets_the_curve(self):
        for resource in (Resource(5, 3, 5), Resource(7, 2, 4), Resource(9, 8, 9, keeps=False)):
            gaps = [resource.sbf(t) - resource.lsbf(t) for t in range(100)]
            self.assertGreaterEqual(min(gaps), 0)
            self.assertEqual(gaps[resource.blackout + 3 * resource.period], 0)

    def test_time_for_is_the_first_time(self):
        for resource in (Resource(5, 3, 5), Resource(7, 2, 4), Resource(6, 6, 6)):
            for demand in range(1, 40):
                t = resource.time_for(demand)
                self.assertGreaterEqual(resource.sbf(t), demand)
                self.assertLess(resource.sbf(t - 1), demand)


class Responses(unittest.TestCase):
    def test_three_tasks_on_5_and_3(self):
        tasks = [Load(1, 10, 10), Load(2, 20, 20), Load(4, 40, 40)]
        resource = Resource(5, 3, 5)
        self.assertEqual(response(tasks, 0, resource), 5)
        self.assertEqual(response(tasks, 1, resource), 7)
        # 4 + 2 + 1 = 7 takes 15; by then the first came again: 8 takes 16.
        self.assertEqual(response(tasks, 2, resource), 16)

    def test_three_tasks_on_a_cpu_of_their_own(self):
        # Liu and Layland's bound is passed, and yet they fit: 1/4 + 2/6 + 3/12 ... 10 of 12.
        tasks = [Load(1, 4, 4), Load(2, 6, 6), Load(3, 12, 12)]
        self.assertEqual([response(tasks, i, WHOLE_CPU) for i in range(3)], [1, 3, 10])

    def test_deadline_met_exactly_and_missed_by_one(self):
        resource = Resource(5, 3, 5)
        self.assertEqual(response([Load(3, 10, 7)], 0, resource), 7)
        self.assertIsNone(response([Load(3, 10, 6)], 0, resource))

    def test_task_that_never_ends(self):
        self.assertIsNone(response([Load(2, 2, 2), Load(1, 100, 100)], 1, WHOLE_CPU))
        # Each step of the iteration brings one job more: it is given up, not waited for.
        self.assertIsNone(response([Load(10**9 - 1, 10**9, 10**9), Load(10**9, 10**18, 10**18)], 1,
                                   Resource(1, 1, 1)))


def worst_supply(resource, length):
    """Ticks with supply, the worst way: early in one period, late in all others."""
    first = resource.budget if resource.keeps else 0
    ticks = [t < first for t in range(resource.period)]
    late = [resource.by - resource.budget <= t < resource.by for t in range(resource.period)]
    while len(ticks) < length + 2 * resource.period:
        ticks += late
    return ticks


def simulated_response(tasks, index, resource, limit):
    """All released when the early supply of the worst pattern ends; tick by tick."""
    ticks = worst_supply(resource, limit)[resource.budget if resource.keeps else 0:]
    left = [t.wcet for t in tasks[:index + 1]]
    for now in range(limit):
        for i, task in enumerate(tasks[:index]):
            if now and now % task.period == 0:
                left[i] += task.wcet
        running = next(i for i, work in enumerate(left) if work)
        left[running] -= ticks[now]
        if left[index] == 0:
            return now + 1
    return None


class Simulation(unittest.TestCase):
    def resource(self, rng):
        period = rng.randrange(1, 12)
        budget = rng.randrange(1, period + 1)
        return Resource(period, budget, rng.randrange(budget, period + 1), rng.random() < 0.7)

    def test_sbf_is_the_least_of_all_windows(self):
        rng = random.Random(SEED)
        for _ in range(300):
            resource = self.resource(rng)
            ticks = worst_supply(resource, 80)
            length = rng.randrange(1, 40)
            least = min(sum(ticks[s:s + length]) for s in range(2 * resource.period))
            self.assertEqual(resource.sbf(length), least, (resource, length))

    def test_response_is_that_of_the_worst_pattern(self):
        rng = random.Random(SEED)
        met = missed = 0
        for _ in range(1500):
            resource = self.resource(rng)
            tasks = []
            for _ in range(rng.randrange(1, 5)):
                period = rng.randrange(5, 90)
                deadline = rng.randrange(3, period + 1)
                tasks.append(Load(rng.randrange(1, max(2, deadline // 3)), period, deadline))
            for index, task in enumerate(tasks):
                expected = simulated_response(tasks, index, resource, task.deadline)
                self.assertEqual(response(tasks, index, resource), expected)
                met, missed = met + (expected is not None), missed + (expected is None)
        self.assertGreater(met, 500)
        self.assertGreater(missed, 500)


class Admission(unittest.TestCase):
    def response(self, servers, index, **reserve):
        return admission.response([admission.Server(*s) for s in servers], index,
                                  admission.Reserve(**reserve))

    def test_published_counterexample(self):
        # (5, 10) above (7, 14): together exactly 1, and the second needs 17 of its 14.
        servers = [(10, 5, 0, True), (14, 7, 1, True)]
        self.assertEqual(admission.utilisation([admission.Server(*s) for s in servers],
                                               admission.Reserve()), 1)
        self.assertEqual(self.response(servers, 0), (True, 5))
        self.assertEqual(self.response(servers, 1), (False, 17))

    def test_deferrable_comes_twice_in_a_row(self):
        # 9 of 12 below 2 of 20: 11 if that polls, 13 if it keeps its budget.
        self.assertEqual(self.response([(20, 2, 0, True), (12, 9, 1)], 1), (True, 11))
        self.assertEqual(self.response([(20, 2, 0, False), (12, 9, 1)], 1), (False, 13))
        self.assertEqual(self.response([(20, 2, 0, False), (12, 8, 1)], 1), (True, 12))

    def test_reserve(self):
        servers = [(10, 3, 0, True), (20, 5, 1, True)]
        self.assertEqual(self.response(servers, 1), (True, 8))
        self.assertEqual(self.response(servers, 1, once=2), (True, 10))
        self.assertEqual(self.response(servers, 1, once=3), (True, 14))
        self.assertEqual(self.response(servers, 1, once=10), (False, 21))
        self.assertEqual(self.response(servers, 1, period=5, budget=1), (True, 10))

    def test_ties_go_by_order(self):
        servers = [(10, 3, 4), (10, 3, 4)]
        self.assertEqual(self.response(servers, 0), (True, 3))
        self.assertEqual(self.response(servers, 1), (True, 9))


if __name__ == "__main__":
    unittest.main()
