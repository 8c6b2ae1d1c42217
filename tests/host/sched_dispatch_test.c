/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/sched: dispatching several servers on one CPU, by hand-made cases and against
 * an oracle that goes tick by tick and shares no code with the library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <haven/dispatch.h>

static struct hv_budget_server servers[8];
static struct hv_dispatch cpu;
static struct hv_dispatch_decision decision;

static void add(hv_u32 index, hv_u64 period, hv_u64 budget, hv_u32 priority, bool polling)
{
	const struct hv_server_config config = {
		.budget = { 1, period, budget }, .priority = priority, .polling = polling,
	};

	assert_int_equal(hv_budget_server_init(&servers[index], &config, 0), 0);
}

static void step(hv_u64 now, hv_u32 server, hv_u64 deadline)
{
	assert_int_equal(hv_dispatch_step(&cpu, now, &decision), 0);
	assert_int_equal(decision.server, server);
	assert_true(decision.deadline_ns == deadline);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	add(0, 10, 4, 0, false);
	assert_int_equal(hv_dispatch_init(NULL, servers, 1, 0), -22);
	assert_int_equal(hv_dispatch_init(&cpu, NULL, 1, 0), -22);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 0, 0), -22);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 9, 0), -22);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 8, 0), 0);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 5), 0);
	assert_int_equal(hv_dispatch_step(NULL, 5, &decision), -22);
	assert_int_equal(hv_dispatch_step(&cpu, 5, NULL), -22);
	assert_int_equal(hv_dispatch_step(&cpu, 4, &decision), -22);
	assert_int_equal(hv_dispatch_set_runnable(NULL, 0, true, 5), -22);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, true, 5), -22);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, true, 4), -22);
	assert_int_equal(cpu.current, 0xffffffff);
}

static void urgent_server_runs_first_and_comes_back(void **state)
{
	(void)state;
	add(0, 20, 9, 5, false);
	add(1, 10, 3, 1, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	step(0, 1, 3);
	step(3, 0, 10);  /* server 1 is refilled at 10, before server 0 is used up at 12 */
	step(10, 1, 13);
	step(13, 0, 15);
	step(15, 0xffffffff, 20);
	assert_true(servers[0].stats.overruns == 0 && servers[1].stats.overruns == 0);
	step(20, 1, 23);
	step(23, 0, 30);
}

static void equal_priorities_go_by_index(void **state)
{
	(void)state;
	add(0, 10, 2, 3, false);
	add(1, 10, 2, 3, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	step(0, 0, 2);
	step(2, 1, 4);
	step(4, 0xffffffff, 10);
	add(0, 6, 2, 3, false);
	add(1, 20, 9, 3, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	step(0, 0, 2);
	step(2, 1, 6); /* the equal but earlier one takes the CPU at its refill */
	add(0, 20, 9, 3, false);
	add(1, 6, 2, 3, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	step(0, 0, 9);
	step(1, 0, 9); /* the equal but later one does not */
}

static void late_timer_is_an_overrun_charged_at_the_refill(void **state)
{
	(void)state;
	add(0, 10, 4, 0, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	step(0, 0, 4);
	step(5, 0xffffffff, 10);
	assert_true(servers[0].stats.overruns == 1 && servers[0].stats.overrun_last_ns == 1);
	step(10, 0, 13);
	step(13, 0xffffffff, 20);
	step(20, 0, 24);
}

static void blocking_keeps_or_drops_the_rest_by_kind(void **state)
{
	(void)state;
	add(0, 10, 4, 0, false);
	add(1, 10, 4, 1, true);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	step(0, 0, 4);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, false, 1), 0);
	step(1, 1, 5);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, false, 2), 0);
	step(2, 0xffffffff, UINT64_MAX);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, true, 3), 0);
	step(3, 0xffffffff, 10);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, true, 5), 0);
	step(5, 0, 8);
	step(8, 0xffffffff, 10);
}

/* A refill of the one that runs changes nothing: no timer for it. */
static void own_refill_is_no_event(void **state)
{
	(void)state;
	add(0, 10, 8, 0, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, false, 0), 0);
	step(0, 0xffffffff, UINT64_MAX);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, true, 5), 0);
	step(5, 0, 13);
	step(13, 0, 18); /* 5 charged to the old period, 3 to the new one of 8 */
	step(18, 0xffffffff, 20);
}

static void deadline_at_the_end_of_time_is_never(void **state)
{
	const struct hv_server_config config = { .budget = { 1, 100, 100 } };

	(void)state;
	assert_int_equal(hv_budget_server_init(&servers[0], &config, UINT64_MAX - 100), 0);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, UINT64_MAX - 100), 0);
	step(UINT64_MAX - 99, 0, UINT64_MAX);
	step(UINT64_MAX, 0, UINT64_MAX);
}

/* The oracle. */
struct naive {
	hv_u64 period, budget, remaining, debt;
	hv_u32 priority;
	bool polling, runnable;
};
static struct naive naive[8];
static hv_u64 naive_now;
static unsigned naive_running;

static unsigned naive_pick(unsigned count)
{
	unsigned best = 0xffffffff;

	for (unsigned i = count; i-- > 0;) {
		if (naive[i].runnable && naive[i].remaining > 0 &&
		    (best == 0xffffffff || naive[i].priority <= naive[best].priority))
			best = i;
	}
	return best;
}

static void naive_tick(unsigned count)
{
	if (naive_running != 0xffffffff) {
		if (naive[naive_running].remaining > 0)
			naive[naive_running].remaining--;
		else
			naive[naive_running].debt++;
	}
	naive_now++;
	for (unsigned i = 0; i < count; i++) {
		struct naive *n = &naive[i];

		if (naive_now % n->period != 0)
			continue;
		n->remaining = n->budget > n->debt ? n->budget - n->debt : 0;
		n->debt = n->debt > n->budget ? n->debt - n->budget : 0;
		if (n->polling && !n->runnable)
			n->remaining = 0;
	}
}

static hv_u64 seed;

static unsigned rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

static void compare(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (servers[i].remaining_ns != naive[i].remaining ||
		    servers[i].debt_ns != naive[i].debt ||
		    servers[i].next_refill_ns !=
			    (naive_now / naive[i].period + 1) * naive[i].period)
			fail_msg("server %u differs at %llu", i, (unsigned long long)naive_now);
	}
}

static void advance(hv_u64 until, unsigned count, bool steady)
{
	while (naive_now < until) {
		if (steady && naive_pick(count) != naive_running)
			fail_msg("the pick changed at %llu, before the deadline %llu",
				 (unsigned long long)naive_now,
				 (unsigned long long)decision.deadline_ns);
		naive_tick(count);
	}
}

static void one_random_run(void)
{
	const unsigned count = 1 + rnd(8);

	naive_now = 0;
	naive_running = 0xffffffff;
	for (unsigned i = 0; i < count; i++) {
		const hv_u64 period = 1 + rnd(20);
		const hv_u64 budget = 1 + rnd((unsigned)period);

		naive[i] = (struct naive){ period, budget, budget, 0, rnd(4), rnd(3) == 0, true };
		add(i, period, budget, naive[i].priority, naive[i].polling);
	}
	assert_int_equal(hv_dispatch_init(&cpu, servers, count, 0), 0);
	for (unsigned round = 0; round < 200; round++) {
		assert_int_equal(hv_dispatch_step(&cpu, naive_now, &decision), 0);
		compare(count);
		naive_running = naive_pick(count);
		if (naive_running != decision.server)
			fail_msg("picked %u, not %u", decision.server, naive_running);

		const hv_u64 early = naive_now + rnd(12);
		const hv_u64 due = decision.deadline_ns < early ? decision.deadline_ns : early;

		advance(due, count, true);
		if (rnd(3) == 0) {
			const unsigned who = rnd(count);
			const bool runnable = rnd(2) == 0;

			assert_int_equal(
				hv_dispatch_set_runnable(&cpu, who, runnable, naive_now), 0);
			naive[who].runnable = runnable;
			if (naive[who].polling && !runnable)
				naive[who].remaining = 0;
		}
		if (rnd(4) == 0)
			advance(naive_now + rnd(rnd(8) == 0 ? 90 : 3), count, false);
	}
}

static void agrees_with_the_naive_simulator(void **state)
{
	(void)state;
	seed = UINT64_C(0x9e3779b97f4a7c15);
	for (unsigned run = 0; run < 2000; run++)
		one_random_run();
}

/* Whoever always wants to run gets its budget in each period, and no more. */
static void an_admitted_server_gets_exactly_its_budget(void **state)
{
	hv_u64 got[2] = { 0, 0 };
	hv_u64 now = 0;

	(void)state;
	add(0, 10, 3, 0, false);
	add(1, 15, 7, 1, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	while (now < 30000) {
		assert_int_equal(hv_dispatch_step(&cpu, now, &decision), 0);
		if (decision.server < 2)
			got[decision.server] += decision.deadline_ns - now;
		now = decision.deadline_ns;
	}
	assert_true(now == 30000 && got[0] == 9000 && got[1] == 14000);
	assert_true(servers[0].stats.overruns == 0 && servers[1].stats.overruns == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(urgent_server_runs_first_and_comes_back),
		cmocka_unit_test(equal_priorities_go_by_index),
		cmocka_unit_test(late_timer_is_an_overrun_charged_at_the_refill),
		cmocka_unit_test(blocking_keeps_or_drops_the_rest_by_kind),
		cmocka_unit_test(own_refill_is_no_event),
		cmocka_unit_test(deadline_at_the_end_of_time_is_never),
		cmocka_unit_test(agrees_with_the_naive_simulator),
		cmocka_unit_test(an_admitted_server_gets_exactly_its_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
