/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/sched: dispatching several servers on one CPU, by hand-made cases. Random ones are in
 * sched_oracle_test.c and sched_service_test.c.
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

static void block_until(hv_u32 server, hv_u64 now, hv_u64 at)
{
	assert_int_equal(hv_dispatch_set_runnable(&cpu, server, false, now), 0);
	assert_int_equal(hv_dispatch_set_wake(&cpu, server, at), 0);
}

static void timed_wake_of_an_urgent_server_is_an_event(void **state)
{
	(void)state;
	add(0, 100, 40, 0, false);
	add(1, 100, 50, 1, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	block_until(0, 0, 7);
	step(0, 1, 7);
	assert_int_equal(decision.woken, 0);
	step(7, 0, 47);
	assert_int_equal(decision.woken, 1);
	step(7, 0, 47);
	assert_int_equal(decision.woken, 0);
	assert_true(servers[0].runnable && servers[0].wake_ns == UINT64_MAX);
	/* Its budget is gone: it cannot run before its refill, so its wake disturbs nobody. */
	step(47, 1, 90);
	block_until(0, 50, 60);
	step(50, 1, 90);
	step(90, 0xffffffff, 100);
	assert_int_equal(decision.woken, 1);
	step(100, 0, 140);
}

/* However late it comes: each wake is seen, and only once. */
static void wakes_of_lesser_servers_wait_for_their_turn(void **state)
{
	(void)state;
	add(0, 100, 40, 0, false);
	add(1, 100, 20, 1, false);
	add(2, 100, 20, 2, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 3, 0), 0);
	block_until(1, 0, 5);
	block_until(2, 0, 6);
	step(0, 0, 40);
	step(40, 1, 60);
	assert_int_equal(decision.woken, 2); /* it need not look at server 2 */
	step(60, 2, 80);
	assert_int_equal(decision.woken, 4);
	step(80, 0xffffffff, 100);
	assert_int_equal(decision.woken, 0);
}

static void timed_wake_is_cancelled_replaced_or_refused(void **state)
{
	(void)state;
	add(0, 100, 40, 0, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	assert_int_equal(hv_dispatch_set_wake(NULL, 0, 5), -22);
	assert_int_equal(hv_dispatch_set_wake(&cpu, 1, 5), -22);
	assert_int_equal(hv_dispatch_set_wake(&cpu, 0, 5), -1);
	block_until(0, 0, 5);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, true, 3), 0);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, false, 4), 0);
	step(4, 0xffffffff, UINT64_MAX);
	step(6, 0xffffffff, UINT64_MAX);
	assert_int_equal(decision.woken, 0);
	assert_int_equal(hv_dispatch_set_wake(&cpu, 0, 20), 0);
	assert_int_equal(hv_dispatch_set_wake(&cpu, 0, 10), 0);
	step(6, 0xffffffff, 10);
	assert_int_equal(hv_dispatch_set_wake(&cpu, 0, UINT64_MAX), 0);
	step(7, 0xffffffff, UINT64_MAX);
	assert_int_equal(hv_dispatch_set_wake(&cpu, 0, 2), 0); /* over already */
	step(8, 0, 48);
	assert_int_equal(decision.woken, 1);
}

static void blocking_again_keeps_the_timed_wake(void **state)
{
	(void)state;
	add(0, 100, 40, 0, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	block_until(0, 0, 30);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, false, 10), 0);
	step(10, 0xffffffff, 30);
	/* It woke at 30 and was stopped at 31: stopped, and the tick is not lost. */
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, false, 31), 0);
	step(31, 0xffffffff, UINT64_MAX);
	assert_int_equal(decision.woken, 1);
}

static void polling_server_that_wakes_on_its_grid_has_its_budget(void **state)
{
	(void)state;
	add(0, 10, 4, 0, true);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	block_until(0, 0, 20);
	step(0, 0xffffffff, 20);
	step(23, 0, 27); /* late, and yet it woke at 20 and was refilled there */
	assert_true(servers[0].stats.overruns == 0);
	block_until(0, 24, 31);
	step(24, 0xffffffff, 31);
	step(31, 0xffffffff, 40); /* one after its grid: nothing until the next refill */
	assert_int_equal(decision.woken, 1);
	step(40, 0, 44);
}

/* The same while it is charged: in background time, and for work on its behalf. */
static void polling_server_that_wakes_on_its_grid_while_charged(void **state)
{
	(void)state;
	add(0, 10, 4, 0, true);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	block_until(0, 0, 20);
	step(0, 0xffffffff, 20);
	assert_int_equal(hv_dispatch_charge(&cpu, 0, 18, 21), 0);
	/* Two before 20, without budget; of the refill, 4 less these 2, one more is used. */
	assert_true(servers[0].remaining_ns == 1 && servers[0].debt_ns == 0);
	assert_true(servers[0].stats.overrun_last_ns == 2);
	step(21, 0, 22);
	assert_int_equal(decision.woken, 1);
}

static void background_time_is_free_and_ends_at_once(void **state)
{
	(void)state;
	add(0, 100, 10, 0, false);
	add(1, 100, 20, 1, false);
	add(2, 100, 30, 2, false);
	servers[0].config.background = true;
	servers[2].config.background = true;
	assert_int_equal(hv_dispatch_init(&cpu, servers, 3, 0), 0);
	block_until(1, 0, 70);
	step(0, 0, 10);
	step(10, 2, 40); /* budget goes first */
	assert_false(decision.background);
	step(40, 0, 70); /* then the most urgent of those that may */
	assert_true(decision.background);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, false, 50), 0);
	step(50, 2, 70);
	assert_true(decision.background && servers[0].stats.background_ns == 10);
	step(70, 1, 90); /* a server with budget wakes */
	assert_false(decision.background);
	assert_true(servers[2].stats.background_ns == 20);
	assert_true(servers[2].stats.used_ns == 30 && servers[2].debt_ns == 0);
	step(90, 2, 100);
	step(100, 1, 120);
	assert_true(servers[2].stats.background_ns == 30);
}

static void without_the_wish_there_is_no_background_time(void **state)
{
	(void)state;
	add(0, 100, 10, 0, false);
	add(1, 100, 20, 1, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	step(0, 0, 10);
	step(10, 1, 30);
	step(30, 0xffffffff, 100);
	assert_false(decision.background);
}

/* From its own refill on it runs on budget, also if the step comes late. */
static void background_time_ends_at_the_own_refill(void **state)
{
	(void)state;
	add(0, 100, 10, 0, false);
	servers[0].config.background = true;
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	step(0, 0, 10);
	step(10, 0, 100);
	assert_true(decision.background);
	step(103, 0, 110);
	assert_false(decision.background);
	assert_true(servers[0].remaining_ns == 7 && servers[0].stats.background_ns == 90);
	assert_true(servers[0].stats.used_ns == 13 && servers[0].stats.overruns == 0);
}

static void a_more_urgent_filler_takes_over_when_it_wakes(void **state)
{
	(void)state;
	add(0, 100, 10, 0, false);
	add(1, 100, 10, 1, false);
	servers[0].config.background = true;
	servers[1].config.background = true;
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	step(0, 0, 10);
	block_until(0, 10, 35);
	step(10, 1, 20);
	step(20, 1, 35); /* in background time, until server 0 wakes without budget */
	assert_true(decision.background);
	step(35, 0, 100);
	assert_true(decision.background && decision.woken == 1);
	block_until(1, 40, 50);
	step(40, 0, 100); /* the lesser one does not */
	block_until(0, 60, 80);
	block_until(1, 60, 90);
	step(60, 0xffffffff, 80); /* idle: whoever wakes first */
}

static void work_for_another_is_charged_to_the_other(void **state)
{
	(void)state;
	add(0, 100, 40, 0, false);
	add(1, 100, 5, 1, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	step(0, 0, 40);
	assert_int_equal(hv_dispatch_charge(&cpu, 1, 10, 13), 0);
	assert_true(servers[0].remaining_ns == 30 && servers[1].remaining_ns == 2);
	step(13, 0, 43); /* what the interruption took is not lost */
	assert_int_equal(hv_dispatch_charge(&cpu, 1, 20, 22), -1);
	assert_true(servers[1].stats.overruns == 0);
	assert_int_equal(hv_dispatch_charge(&cpu, 1, 25, 29), -1);
	assert_true(servers[1].stats.overruns == 1 && servers[1].debt_ns == 4);
	step(29, 0, 49);
	step(49, 0xffffffff, 100);
	step(100, 0, 140);
	step(140, 1, 141); /* 5 less the debt of 4 */
	assert_int_equal(hv_dispatch_charge(NULL, 1, 141, 142), -22);
	assert_int_equal(hv_dispatch_charge(&cpu, 2, 141, 142), -22);
	assert_int_equal(hv_dispatch_charge(&cpu, 1, 139, 139), -22);
	assert_int_equal(hv_dispatch_charge(&cpu, 1, 142, 141), -22);
	assert_int_equal(hv_dispatch_charge(&cpu, 1, 140, 140), 0);
	/* From 130 on: up to 140 server 0 was charged, and stays so. */
	assert_int_equal(hv_dispatch_charge(&cpu, 1, 130, 141), -1);
	assert_true(servers[0].stats.used_ns == 10 + 7 + 3 + 20 + 40);
}

static void own_work_of_el2_is_charged_to_nobody(void **state)
{
	(void)state;
	add(0, 100, 40, 0, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	step(0, 0, 40);
	assert_int_equal(hv_dispatch_charge(&cpu, 0xffffffff, 10, 15), 0);
	step(15, 0, 45);
	assert_true(servers[0].stats.used_ns == 10);
}

static void switched(hv_u64 now, hv_u64 deadline)
{
	hv_u64 until = 77;

	assert_int_equal(hv_dispatch_switched(&cpu, now, &until), 0);
	assert_true(until == deadline);
}

static void both_switches_are_charged_to_the_one_that_preempts(void **state)
{
	(void)state;
	add(0, 100, 40, 0, false);
	add(1, 100, 50, 1, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	block_until(0, 0, 20);
	step(0, 1, 20);
	switched(2, 20); /* from idleness: the newcomer pays */
	step(20, 0, 60);
	assert_true(servers[1].remaining_ns == 30);
	switched(25, 60); /* it preempts, and pays for coming */
	block_until(0, 30, UINT64_MAX);
	step(30, 1, 60);
	switched(33, 63); /* and for leaving: server 1 lost nothing */
	assert_true(servers[0].remaining_ns == 27 && servers[1].remaining_ns == 30);
	step(63, 0xffffffff, 100);
	assert_true(servers[1].stats.used_ns == 50);
	switched(66, 100); /* into idleness: the one that left, which has no budget more */
	assert_true(servers[1].debt_ns == 3 && servers[1].stats.overruns == 1);
	switched(67, 100); /* only once */
	assert_true(servers[1].debt_ns == 3);
}

static void background_pays_for_no_switch(void **state)
{
	(void)state;
	add(0, 100, 10, 0, false);
	add(1, 100, 10, 1, false);
	servers[1].config.background = true;
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	block_until(0, 0, 50);
	step(0, 1, 10);
	step(10, 1, 50); /* the same vCPU goes on: no switch */
	switched(10, 50);
	step(50, 0, 60);
	switched(53, 60); /* whoever ends background time pays */
	step(60, 1, 100);
	switched(64, 100); /* and for leaving */
	assert_true(servers[0].debt_ns == 4 && servers[1].debt_ns == 0);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, false, 70), 0);
	step(70, 0xffffffff, 100);
	switched(75, 100); /* from background time into idleness: nobody */
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, true, 80), 0);
	step(80, 1, 100);
	switched(83, 100);
	step(83, 1, 100);
	assert_true(servers[1].debt_ns == 0 && servers[1].stats.used_ns == 10);
	assert_true(servers[1].stats.background_ns == 40 + 6 + 3);
}

static void a_long_switch_makes_the_timer_fire_at_once(void **state)
{
	hv_u64 until = 77;

	(void)state;
	add(0, 25, 10, 0, false);
	add(1, 100, 10, 1, false);
	add(2, 100, 50, 2, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 3, 0), 0);
	step(0, 0, 10);
	step(10, 1, 20);
	step(20, 2, 25);
	switched(26, 25); /* server 0 was refilled meanwhile */
	step(26, 0, 36);
	assert_true(servers[1].debt_ns == 6 && servers[2].stats.used_ns == 0);
	assert_int_equal(hv_dispatch_switched(NULL, 32, &until), -22);
	assert_int_equal(hv_dispatch_switched(&cpu, 32, NULL), -22);
	assert_int_equal(hv_dispatch_switched(&cpu, 25, &until), -22);
	assert_true(until == 77);
}

static void lateness_is_kept(void **state)
{
	(void)state;
	add(0, 100, 40, 0, false);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, 0), 0);
	step(0, 0, 40);
	assert_true(cpu.late_max_ns == 0);
	step(43, 0xffffffff, 100);
	assert_true(cpu.late_max_ns == 3);
	step(101, 0, 138);
	step(120, 0, 138);
	assert_true(cpu.late_max_ns == 3);
	step(142, 0xffffffff, 200);
	assert_true(cpu.late_max_ns == 4);
}

/* 2^63 = 9223372036854775808: as a signed number it would lie in the past. */
static void deadlines_past_2_to_the_63(void **state)
{
	const hv_u64 half = UINT64_C(9223372036854775808);
	const struct hv_server_config config = { .budget = { 1, 100, 40 } };

	(void)state;
	assert_int_equal(hv_budget_server_init(&servers[0], &config, half - 110), 0);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 1, half - 110), 0);
	step(half - 110, 0, half - 70);
	step(half - 70, 0xffffffff, half - 10);
	step(half - 10, 0, half + 30);
	block_until(0, half, half + 9000000000);
	step(half, 0xffffffff, half + 9000000000);
	step(half + 9000000000, 0, half + 9000000040);
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
		cmocka_unit_test(timed_wake_of_an_urgent_server_is_an_event),
		cmocka_unit_test(wakes_of_lesser_servers_wait_for_their_turn),
		cmocka_unit_test(timed_wake_is_cancelled_replaced_or_refused),
		cmocka_unit_test(blocking_again_keeps_the_timed_wake),
		cmocka_unit_test(polling_server_that_wakes_on_its_grid_has_its_budget),
		cmocka_unit_test(polling_server_that_wakes_on_its_grid_while_charged),
		cmocka_unit_test(background_time_is_free_and_ends_at_once),
		cmocka_unit_test(without_the_wish_there_is_no_background_time),
		cmocka_unit_test(background_time_ends_at_the_own_refill),
		cmocka_unit_test(a_more_urgent_filler_takes_over_when_it_wakes),
		cmocka_unit_test(work_for_another_is_charged_to_the_other),
		cmocka_unit_test(own_work_of_el2_is_charged_to_nobody),
		cmocka_unit_test(both_switches_are_charged_to_the_one_that_preempts),
		cmocka_unit_test(background_pays_for_no_switch),
		cmocka_unit_test(a_long_switch_makes_the_timer_fire_at_once),
		cmocka_unit_test(lateness_is_kept),
		cmocka_unit_test(deadlines_past_2_to_the_63),
		cmocka_unit_test(an_admitted_server_gets_exactly_its_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
