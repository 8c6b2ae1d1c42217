/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/sched: the dispatcher against the naive CPU of sched_naive.c, call by call, over
 * random wakes, blocks, timed wakes, charges, steps in time and steps too late; at the
 * start of the clock, across 2^63 and before its end.
 *
 * HAVEN_SEED and HAVEN_EVENTS: see seeded.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/dispatch.h>

#include "sched_naive.h"
#include "seeded.h"

#define CALLS_PER_RUN 250u

static struct hv_budget_server servers[8];
static struct hv_dispatch cpu;
static struct hv_dispatch_decision decision;
static struct naive_cpu naive;
static uint64_t base;            /* instant of the first grid point */
static uint64_t charged_at;      /* naive time of the last call that charges */
static bool blurred[8];          /* two grid points in one piece: its overruns are lumped */
static struct {
	uint64_t calls, steps, late, woken, background, idle, past_2_63, near_end, paid_by_other;
	uint64_t overlaps;
} seen;

static unsigned long long ull(uint64_t value)
{
	return (unsigned long long)value;
}

static uint64_t instant(void)
{
	return base + naive.now;
}

static void tick(unsigned payer)
{
	naive_tick(&naive, payer);
}

/* Before a call that charges the running server for everything since the last one. */
static void note_piece(void)
{
	if (naive.running != NAIVE_IDLE &&
	    naive.now - charged_at >= naive.server[naive.running].period)
		blurred[naive.running] = true;
	if (naive.running != NAIVE_IDLE)
		naive_notice(&naive, naive.running);
	charged_at = naive.now;
	seen.calls++;
}

static void compare_server(unsigned i)
{
	const struct hv_budget_server *s = &servers[i];
	const struct naive_server *n = &naive.server[i];

	if (s->remaining_ns != n->remaining || s->debt_ns != n->debt ||
	    s->next_refill_ns != instant() + n->to_refill || s->runnable != n->runnable ||
	    s->wake_ns != (n->wake == NAIVE_NEVER ? UINT64_MAX : base + n->wake))
		fail_msg("server %u differs at %llu: remaining %llu for %llu, debt %llu for %llu",
			 i, ull(naive.now), ull(s->remaining_ns), ull(n->remaining),
			 ull(s->debt_ns), ull(n->debt));
	if (s->stats.used_ns != n->used || s->stats.background_ns != n->free_time)
		fail_msg("server %u at %llu: used %llu for %llu, background %llu for %llu", i,
			 ull(naive.now), ull(s->stats.used_ns), ull(n->used),
			 ull(s->stats.background_ns), ull(n->free_time));
	if (!blurred[i] && (s->stats.overruns != n->overruns ||
			    s->stats.overrun_max_ns != n->overrun_max ||
			    s->stats.overrun_last_ns != n->overrun_last))
		fail_msg("overruns of server %u differ at %llu", i, ull(naive.now));
}

/* All for idleness and background time; else those that are no less urgent than who runs. */
static bool looked_at(unsigned i)
{
	const struct naive_server *n = &naive.server[i], *r;

	if (naive.running == NAIVE_IDLE || naive.free_run)
		return true;
	r = &naive.server[naive.running];
	return n->priority < r->priority || (n->priority == r->priority && i <= naive.running);
}

static void step(void)
{
	note_piece();
	assert_int_equal(hv_dispatch_step(&cpu, instant(), &decision), 0);

	naive_step(&naive);
	if (decision.server != naive.running || decision.background != naive.free_run)
		fail_msg("at %llu: server %u, background %d; should be %u, %d", ull(naive.now),
			 decision.server, decision.background, naive.running, naive.free_run);
	seen.woken += decision.woken != 0;
	if (decision.deadline_ns <= instant())
		fail_msg("at %llu: deadline %llu is over", ull(instant()),
			 ull(decision.deadline_ns));
	for (unsigned i = 0; i < naive.count; i++) {
		if (!looked_at(i))
			continue;
		naive_notice(&naive, i);
		compare_server(i);
	}
	if (decision.woken != naive.noticed)
		fail_msg("at %llu: woken %#x, not %#x", ull(naive.now), decision.woken,
			 naive.noticed);
	naive.noticed = 0;
	seen.steps++;
	seen.background += decision.background;
	seen.idle += decision.server == HV_DISPATCH_IDLE;
	seen.past_2_63 += base < UINT64_C(1) << 63 && instant() >= UINT64_C(1) << 63;
	seen.near_end += UINT64_MAX - instant() < 1000000;
}

/* The switch takes a while, and the one that caused it pays. The time until which the
 * choice holds is compared by pass_time_until_deadline(). */
static void switched(uint64_t length)
{
	const unsigned who = naive.payer;

	if (who != NAIVE_IDLE && who != naive.running) {
		if (length >= naive.server[who].period)
			blurred[who] = true;
	}
	for (uint64_t k = 0; k < length; k++)
		tick(who);
	if (who != NAIVE_IDLE && who != naive.running) {
		naive_notice(&naive, who);
		charged_at = naive.now;
	}
	seen.calls++;
	seen.paid_by_other += who != NAIVE_IDLE && who != naive.running;
	assert_int_equal(hv_dispatch_switched(&cpu, instant(), &decision.deadline_ns), 0);
}

/* Up to the deadline nothing may change the choice. */
static void pass_time_until_deadline(uint64_t most)
{
	bool free_run;

	for (uint64_t i = 0; i < most && instant() < decision.deadline_ns; i++) {
		if (naive_choice(&naive, &free_run) != naive.running ||
		    free_run != naive.free_run)
			fail_msg("the choice changed at %llu, before the deadline %llu",
				 ull(instant()), ull(decision.deadline_ns));
		tick(NAIVE_IDLE);
	}
}

static void pass_time(uint64_t ticks)
{
	while (ticks-- > 0)
		tick(NAIVE_IDLE);
}

static void set_runnable(unsigned i, bool runnable)
{
	note_piece();
	assert_int_equal(hv_dispatch_set_runnable(&cpu, i, runnable, instant()), 0);
	naive_set_runnable(&naive, i, runnable);
}

/* Directly after a block, so that the server is blocked in both worlds. */
static void set_wake(unsigned i)
{
	uint64_t at = naive.now + rnd(40);

	if (rnd(8) == 0)
		at = naive.now - (naive.now < 5 ? naive.now : rnd(5)); /* in the past */
	if (rnd(8) == 0)
		at = NAIVE_NEVER;
	if (rnd(4) == 0) /* on its own grid, where kinds differ most */
		at = naive.now + naive.server[i].to_refill;
	seen.calls++;
	assert_int_equal(hv_dispatch_set_wake(&cpu, i, at == NAIVE_NEVER ? at : base + at), 0);
	naive_set_wake(&naive, i, at);
}

/* Work that begins now, or with some of it charged already by a call that changes nothing. */
static uint64_t begin_of_work(unsigned i)
{
	const uint64_t before = rnd(30);

	if (rnd(4) != 0)
		return instant();
	set_runnable(i, naive.server[i].runnable);
	seen.overlaps++;
	return instant() - (naive.now < before ? naive.now : before);
}

static void charge(unsigned i, uint64_t length)
{
	const uint64_t since = begin_of_work(i);
	hv_status_t status;

	note_piece();
	if (length >= naive.server[i].period)
		blurred[i] = true;
	for (uint64_t k = 0; k < length; k++)
		tick(i);
	naive_notice(&naive, i);
	charged_at = naive.now;
	status = hv_dispatch_charge(&cpu, i, since, instant());
	assert_int_equal(status, naive.server[i].remaining > 0 ? 0 : -1);
}

static void charge_nobody(unsigned i, uint64_t length)
{
	const uint64_t since = begin_of_work(i);

	note_piece();
	for (uint64_t k = 0; k < length; k++)
		tick(NAIVE_NOBODY);
	charged_at = naive.now;
	assert_int_equal(hv_dispatch_charge(&cpu, HV_DISPATCH_IDLE, since, instant()), 0);
}

static void random_call(void)
{
	const unsigned i = (unsigned)rnd(naive.count);

	switch (rnd(7)) {
	case 0:
		set_runnable(i, true);
		break;
	case 1:
		set_runnable(i, false);
		break;
	case 2:
	case 3:
		set_runnable(i, false);
		set_wake(i);
		break;
	case 4:
		charge(i, rnd(4) == 0 ? rnd(40) : rnd(4));
		break;
	case 5:
		charge_nobody(i, rnd(3));
		break;
	default:
		break;
	}
}

static void make_server(unsigned i, uint64_t longest)
{
	const uint64_t period = 1 + rnd(longest);
	const uint64_t budget = 1 + rnd(rnd(2) == 0 ? period : (period + 3) / 4);
	const struct naive_server n = {
		.period = period, .budget = budget, .priority = (unsigned)rnd(4),
		.polling = rnd(3) == 0, .background = rnd(3) == 0,
	};
	const struct hv_server_config config = {
		.budget = { 1 + (hv_u32)rnd(7), period, budget }, .priority = n.priority,
		.polling = n.polling, .background = n.background,
	};

	naive.server[i] = n;
	blurred[i] = false;
	assert_int_equal(hv_budget_server_init(&servers[i], &config, base), 0);
}

static void one_run(void)
{
	const uint64_t starts[] = { 0, 0, (UINT64_C(1) << 63) - 1 - rnd(2000),
				    UINT64_MAX - 100000 - rnd(1000000), rnd(UINT64_C(1) << 53) };
	const unsigned count = 1 + (unsigned)rnd(8);
	const uint64_t longest = rnd(3) == 0 ? 200 : 20;

	base = starts[rnd(5)];
	for (unsigned i = 0; i < count; i++)
		make_server(i, longest);
	naive_start(&naive, count);
	charged_at = 0;
	memset(&cpu, 0xa5, sizeof(cpu));
	assert_int_equal(hv_dispatch_init(&cpu, servers, count, base), 0);
	for (unsigned call = 0; call < CALLS_PER_RUN; call++) {
		step();
		if (rnd(2) == 0)
			switched(rnd(8) == 0 ? rnd(30) : rnd(3));
		pass_time_until_deadline(rnd(4) == 0 ? 200 : rnd(12));
		random_call();
		if (rnd(4) == 0) {
			seen.late++;
			pass_time(rnd(16) == 0 ? rnd(90) : rnd(3));
		}
	}
}

static void agrees_with_the_naive_cpu(void **state)
{
	const uint64_t wanted = seeded_number("HAVEN_EVENTS", 10000000);

	(void)state;
	while (seen.calls < wanted)
		one_run();
	assert_true(seen.paid_by_other > wanted / 100);
	assert_true(seen.overlaps > wanted / 1000);
	printf("%llu calls: %llu steps (%llu into background time, %llu into idleness, "
	       "%llu with timed wakes), %llu delays; %llu steps past 2^63, %llu near 2^64\n",
	       ull(seen.calls), ull(seen.steps), ull(seen.background), ull(seen.idle),
	       ull(seen.woken), ull(seen.late), ull(seen.past_2_63), ull(seen.near_end));
	assert_true(seen.background > wanted / 100 && seen.idle > wanted / 100);
	assert_true(seen.woken > wanted / 100 && seen.late > wanted / 100);
	assert_true(seen.past_2_63 > wanted / 100 && seen.near_end > wanted / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_naive_cpu),
	};

	seeded_start(UINT64_C(0x9e3779b97f4a7c15));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
