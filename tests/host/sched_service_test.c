/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/sched: what partitions get. Random sets of servers that admission accepts, on the real
 * dispatcher; some want to run all the time, the others block, wake and arm timers at
 * random; each step comes up to `slop` ns late, each switch takes up to `cost` ns. An
 * observer who sees only who runs when checks, in each period of each server:
 *
 * - whoever wants to run all the time gets its whole budget, less what it overran before;
 *   its own switches are part of it, switches for others are not;
 * - nobody gets more than that by more than one lateness and two switches;
 * - all shares and idleness together are the elapsed time.
 *
 * HAVEN_SEED and HAVEN_EVENTS: see seeded.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <haven/admission.h>
#include <haven/dispatch.h>

#include "seeded.h"

#define CALLS_PER_RUN 2000u

/* What the observer knows of a server. */
struct account {
	uint64_t period, budget, period_end;
	uint64_t served;    /* in this period, beside background time */
	uint64_t debt;      /* too much in the period before */
	uint64_t total, free_total;
	bool always;
};

static struct hv_server_config set[8];
static struct hv_budget_server servers[8];
static struct account account[8];
static struct hv_dispatch cpu;
static struct hv_dispatch_decision decision;
static unsigned count;
static uint64_t now, slop, cost, idle;
static uint64_t free_until; /* background time of the running server */
static struct {
	uint64_t calls, runs, refused, periods, whole, late, full_cpus;
} seen;

static unsigned long long ull(uint64_t value)
{
	return (unsigned long long)value;
}

static void close_period(unsigned i)
{
	struct account *a = &account[i];
	const uint64_t due = a->budget - a->debt;

	if (a->always && a->served < due)
		fail_msg("server %u got %llu of %llu ns until %llu", i, ull(a->served), ull(due),
			 ull(a->period_end));
	a->debt = a->served > due ? a->served - due : 0;
	if (a->debt > slop + 2 * cost)
		fail_msg("server %u got %llu ns too much until %llu", i, ull(a->debt),
			 ull(a->period_end));
	seen.periods++;
	seen.whole += a->always;
	seen.late += a->debt != 0;
	a->served = 0;
	a->period_end += a->period;
}

/* Server i ran from @from to @to. */
static void serve(unsigned i, uint64_t from, uint64_t to, bool background)
{
	struct account *a = &account[i];

	while (from < to) {
		const uint64_t end = to < a->period_end ? to : a->period_end;

		*(background ? &a->free_total : &a->total) += end - from;
		if (!background)
			a->served += end - from;
		from = end;
		if (end == a->period_end) {
			close_period(i);
			background = false; /* from its refill on it has budget */
		}
	}
}

static void close_periods(void)
{
	for (unsigned i = 0; i < count; i++) {
		while (account[i].period_end <= now)
			close_period(i);
	}
}

static void observe(uint64_t until)
{
	if (decision.server == HV_DISPATCH_IDLE)
		idle += until - now;
	else
		serve(decision.server, now, until, decision.background && now < free_until);
	now = until;
	close_periods();
}

/* A switch from server @old to the one of the decision: the more urgent one pays, if it runs
 * on its budget; background time pays nothing. */
static void observe_switch(unsigned old, bool old_free, uint64_t until)
{
	const unsigned new = decision.server;
	const bool new_claim = new != HV_DISPATCH_IDLE && !decision.background;
	const bool old_claim = old != HV_DISPATCH_IDLE && !old_free;
	unsigned who = new_claim ? new : old;

	if (old_claim && new_claim && (set[old].priority < set[new].priority ||
				       (set[old].priority == set[new].priority && old < new)))
		who = old;
	if (!old_claim && !new_claim) {
		observe(until);
		return;
	}
	serve(who, now, until, false);
	now = until;
	close_periods();
}

static void random_set(void)
{
	const uint64_t longest = 1000 + rnd(rnd(2) == 0 ? 5000 : 2000000);
	const bool by_rate = rnd(2) == 0;

	count = 1 + (unsigned)rnd(8);
	for (unsigned i = 0; i < count; i++) {
		const uint64_t period = 500 + rnd(longest);
		const uint64_t budget = 1 + rnd(2 * period / count > period ? period
									    : 2 * period / count);

		set[i] = (struct hv_server_config){
			.budget = { 1 + i % 7, period, budget },
			.priority = by_rate ? (hv_u32)period : (hv_u32)rnd(4),
			.polling = rnd(3) == 0, .background = rnd(3) == 0,
		};
	}
}

/* What EL2 costs in a window: one late step of whoever is less urgent, one of each more urgent
 * one, and its two switches if it comes with hardly any budget. */
static bool admitted(void)
{
	const uint64_t over = slop + 2 * cost;
	const struct hv_reserve reserve = { .period_ns = 1, .once_ns = (count + 1) * over };

	for (unsigned i = 0; i < count; i++) {
		if (set[i].budget.budget_ns <= over)
			return false; /* an overrun may take more than one budget */
	}
	return hv_admission_check(set, count, &reserve, NULL) == 0;
}

/* Let each budget grow by smaller and smaller steps as long as the set is admitted. */
static void fill_up(void)
{
	for (unsigned k = 0; k < 6 * count; k++) {
		struct hv_budget *b = &set[rnd(count)].budget;
		const uint64_t before = b->budget_ns;

		b->budget_ns += 1 + rnd(b->period_ns / (1 + k));
		if (b->budget_ns > b->period_ns || !admitted())
			b->budget_ns = before;
	}
}

static void make_admitted_set(void)
{
	do {
		random_set();
		for (unsigned try = 0; try < 6 && !admitted(); try++) {
			seen.refused++;
			for (unsigned i = 0; i < count; i++)
				set[i].budget.budget_ns -= set[i].budget.budget_ns / 4;
		}
	} while (!admitted());
	fill_up();
}

static void start(void)
{
	const uint64_t t0 = rnd(4) == 0 ? (UINT64_C(1) << 63) - rnd(100000) : rnd(1000000);
	double load = 0;

	make_admitted_set();
	now = t0;
	idle = 0;
	decision = (struct hv_dispatch_decision){ .server = HV_DISPATCH_IDLE };
	for (unsigned i = 0; i < count; i++) {
		const struct hv_budget *b = &set[i].budget;

		assert_int_equal(hv_budget_server_init(&servers[i], &set[i], t0), 0);
		account[i] = (struct account){
			.period = b->period_ns, .budget = b->budget_ns,
			.period_end = t0 + b->period_ns, .always = i == 0 || rnd(3) == 0,
		};
		load += (double)b->budget_ns / (double)b->period_ns;
	}
	seen.full_cpus += load > 0.8;
	assert_int_equal(hv_dispatch_init(&cpu, servers, count, t0), 0);
}

static void disturb(void)
{
	const unsigned i = (unsigned)rnd(count);
	const bool runnable = rnd(2) == 0;

	if (account[i].always)
		return;
	seen.calls++;
	assert_int_equal(hv_dispatch_set_runnable(&cpu, i, runnable, now), 0);
	if (!runnable && rnd(2) == 0) {
		/* Just before its refill and on it: the back-to-back case of a deferrable one. */
		const uint64_t early = rnd(3) == 0 ? 0 : account[i].budget;
		const uint64_t grid = servers[i].next_refill_ns;
		const uint64_t at = rnd(2) == 0 || grid < now + early ? now + rnd(5000)
								      : grid - early;

		assert_int_equal(hv_dispatch_set_wake(&cpu, i, at), 0);
	}
}

static void step(void)
{
	const unsigned old = decision.server;
	const bool old_free = decision.background && now < free_until;

	assert_int_equal(hv_dispatch_step(&cpu, now, &decision), 0);
	seen.calls++;
	if (decision.server != HV_DISPATCH_IDLE)
		free_until = account[decision.server].period_end;
	if (decision.server == old)
		return;
	observe_switch(old, old_free, now + rnd(cost + 1));
	assert_int_equal(hv_dispatch_switched(&cpu, now, &decision.deadline_ns), 0);
	seen.calls++;
}

static void check_sums(uint64_t t0)
{
	uint64_t sum = idle;

	for (unsigned i = 0; i < count; i++) {
		assert_true(servers[i].stats.used_ns == account[i].total);
		assert_true(servers[i].stats.background_ns == account[i].free_total);
		assert_true(servers[i].stats.overrun_max_ns <= slop + 2 * cost);
		sum += account[i].total + account[i].free_total;
	}
	assert_true(sum == now - t0);
	assert_true(cpu.late_max_ns <= slop + cost);
}

static void one_run(void)
{
	uint64_t t0;

	slop = rnd(3) == 0 ? 0 : rnd(rnd(2) == 0 ? 30 : 300);
	cost = rnd(2) == 0 ? 0 : rnd(rnd(2) == 0 ? 30 : 300);
	start();
	t0 = now;
	for (unsigned call = 0; call < CALLS_PER_RUN; call++) {
		step();

		const uint64_t event = now + rnd(rnd(2) == 0 ? 300 : account[0].period);
		uint64_t until = event;

		if (decision.deadline_ns <= event) {
			until = decision.deadline_ns + rnd(slop + 1);
			until = until > now ? until : now;
		}
		observe(until);
		if (until == event)
			disturb();
	}
	assert_int_equal(hv_dispatch_step(&cpu, now, &decision), 0);
	check_sums(t0);
	seen.runs++;
}

static void everyone_gets_its_budget_and_no_more(void **state)
{
	const uint64_t wanted = seeded_number("HAVEN_EVENTS", 10000000);

	(void)state;
	while (seen.calls < wanted)
		one_run();
	printf("%llu calls in %llu runs (%llu sets were refused; %llu loaded above 80 %%): "
	       "%llu periods, of them %llu of servers that always wanted to run, "
	       "%llu with an overrun\n",
	       ull(seen.calls), ull(seen.runs), ull(seen.refused), ull(seen.full_cpus),
	       ull(seen.periods), ull(seen.whole), ull(seen.late));
	assert_true(seen.whole > wanted / 100 && seen.late > wanted / 100);
	assert_true(seen.full_cpus > seen.runs / 10 && seen.refused > 0);
}

/* Ten million jumps of a million periods each: 10^13 periods, and still on the grid. */
static void no_drift_after_ten_to_the_twelve_periods(void **state)
{
	const uint64_t wanted = seeded_number("HAVEN_EVENTS", 10000000);
	const struct hv_server_config config = { .budget = { 1, 1000, 300 } };
	const uint64_t t0 = 777;
	struct hv_budget_server server;
	uint64_t periods = 0, at = t0;

	(void)state;
	assert_int_equal(hv_budget_server_init(&server, &config, t0), 0);
	while (periods < UINT64_C(1000000000000) || periods < wanted * 1000000) {
		const uint64_t jump = 1 + rnd(2000000);
		const uint64_t into = rnd(1000);

		periods += jump;
		at += jump * 1000;
		hv_budget_server_refill(&server, at + into);
		if (server.next_refill_ns != at + 1000 || server.remaining_ns != 300)
			fail_msg("off the grid after %llu periods", ull(periods));
		if (rnd(2) == 0)
			assert_int_equal(hv_budget_server_consume(&server, 1 + rnd(299)), 0);
	}
	assert_true((server.next_refill_ns - t0) % 1000 == 0);
	printf("%llu periods\n", ull(periods));
}

/* After 10^12 periods of 10 ms the CPU still splits 3:7 to the nanosecond. */
static void service_is_exact_after_ten_to_the_twelve_periods(void **state)
{
	const uint64_t period = 10000000, t0 = 5;
	const uint64_t start_at = t0 + period * UINT64_C(1000000000000);
	const struct hv_server_config config[2] = {
		{ .budget = { 1, 10000000, 3000000 } },
		{ .budget = { 2, 10000000, 7000000 }, .priority = 1 },
	};

	(void)state;
	count = 2;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(hv_budget_server_init(&servers[i], &config[i], t0), 0);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, t0), 0);
	now = start_at;
	for (unsigned k = 0; k < 1000; k++) {
		assert_int_equal(hv_dispatch_step(&cpu, now, &decision), 0);
		assert_int_equal(decision.server, 0);
		assert_true(decision.deadline_ns == start_at + k * period + 3000000);
		now = decision.deadline_ns;
		assert_int_equal(hv_dispatch_step(&cpu, now, &decision), 0);
		assert_int_equal(decision.server, 1);
		assert_true(decision.deadline_ns == start_at + (k + 1) * period);
		now = decision.deadline_ns;
	}
	assert_true(servers[0].stats.used_ns == UINT64_C(3000000000));
	assert_true(servers[0].stats.overruns == 0 && servers[1].stats.overruns == 0);
}

/*
 * Why the reserve has the interrupts of whoever has no turn: the more urgent server has 200 in
 * each 500, EL2's longest exit is 16 and its switch 10, so that an overrun is 36 and three of
 * them 108. Ten interrupts of the other one delay it by 160.
 */
static void interrupts_of_others_are_part_of_the_reserve(void **state)
{
	const struct hv_server_config config[2] = {
		{ .budget = { 1, 500, 200 } },
		{ .budget = { 2, 1000, 100 }, .priority = 1 },
	};
	struct hv_reserve reserve = { .period_ns = 1, .once_ns = 108 };
	uint64_t without, with;

	(void)state;
	assert_int_equal(hv_admission_response(config, 2, &reserve, 0, &without), 0);
	assert_true(without == 308);
	reserve.once_ns = 108 + 10 * 16;
	assert_int_equal(hv_admission_response(config, 2, &reserve, 0, &with), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(hv_budget_server_init(&servers[i], &config[i], 0), 0);
	assert_int_equal(hv_dispatch_init(&cpu, servers, 2, 0), 0);
	assert_int_equal(hv_dispatch_step(&cpu, 0, &decision), 0);
	for (now = 10; now < 10 + 10 * 17; now += 17)
		(void)!hv_dispatch_charge(&cpu, 1, now, now + 16);
	assert_int_equal(hv_dispatch_step(&cpu, now, &decision), 0);
	assert_int_equal(decision.server, 0);
	/* That it has had its budget: later than without the interrupts, and no later than with. */
	assert_true(decision.deadline_ns == 360);
	assert_true(decision.deadline_ns > without && decision.deadline_ns <= with);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyone_gets_its_budget_and_no_more),
		cmocka_unit_test(no_drift_after_ten_to_the_twelve_periods),
		cmocka_unit_test(service_is_exact_after_ten_to_the_twelve_periods),
		cmocka_unit_test(interrupts_of_others_are_part_of_the_reserve),
	};

	seeded_start(UINT64_C(0xa0761d6478bd642f));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
