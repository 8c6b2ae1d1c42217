/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/sched: admission accepts exactly what a simulation from the critical instant carries.
 * The simulation goes tick by tick, knows nothing of response times, and shares no code
 * with the library.
 *
 * HAVEN_SEED: see seeded.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <haven/admission.h>

#include "seeded.h"

#define RESERVE 8u /* its index in the simulation */
#define NOBODY  9u

static struct hv_server_config set[8];
static struct hv_reserve reserve;
static unsigned count;

static uint64_t period_of(unsigned i)
{
	return i == RESERVE ? reserve.period_ns : set[i].budget.period_ns;
}

static uint64_t budget_of(unsigned i)
{
	return i == RESERVE ? reserve.budget_ns : set[i].budget.budget_ns;
}

static bool goes_before(unsigned a, unsigned b)
{
	if (a == RESERVE || b == RESERVE)
		return a == RESERVE && b != RESERVE;
	return set[a].priority != set[b].priority ? set[a].priority < set[b].priority : a < b;
}

/* The most urgent one with work, among @with[]. */
static unsigned next_to_run(const uint64_t *work, const bool *with)
{
	unsigned best = NOBODY;

	for (unsigned i = 0; i <= RESERVE; i++) {
		if (with[i] && work[i] > 0 && (best == NOBODY || goes_before(i, best)))
			best = i;
	}
	return best;
}

/*
 * All start at 0 with a refill, and want to run always. True if nobody has budget left
 * when the next refill comes, up to the end of the hyperperiod.
 */
static bool hyperperiod_carries(uint64_t hyperperiod)
{
	uint64_t work[RESERVE + 1] = { 0 };
	bool with[RESERVE + 1] = { false };

	for (unsigned i = 0; i <= RESERVE; i++)
		with[i] = i < count || i == RESERVE;
	for (uint64_t t = 0; t <= hyperperiod; t++) {
		for (unsigned i = 0; i <= RESERVE; i++) {
			if (!with[i] || t % period_of(i) != 0)
				continue;
			if (work[i] != 0)
				return false;
			work[i] = budget_of(i);
		}

		const unsigned runs = next_to_run(work, with);

		if (runs != NOBODY)
			work[runs]--;
	}
	return true;
}

/*
 * Server @me is refilled at 0, when everybody more urgent has a full budget too. A
 * deferrable one has kept that budget from before: it is refilled again as soon as it
 * could have used it up, and then with its period. True if @me had its budget by the end
 * of its period.
 */
static bool critical_instant_carries(unsigned me)
{
	uint64_t work[RESERVE + 1] = { 0 }, refill[RESERVE + 1] = { 0 };
	bool with[RESERVE + 1] = { false };

	for (unsigned i = 0; i <= RESERVE; i++) {
		with[i] = i == me || ((i < count || i == RESERVE) && goes_before(i, me));
		if (!with[i])
			continue;
		work[i] = budget_of(i);
		refill[i] = period_of(i);
		if (i != me && i != RESERVE && !set[i].polling)
			refill[i] = budget_of(i);
	}
	work[me] += reserve.once_ns; /* whoever is in the way, it is gone before the end */
	for (uint64_t t = 0; t < period_of(me) && work[me] > 0; t++) {
		for (unsigned i = 0; i <= RESERVE; i++) {
			if (!with[i] || t != refill[i])
				continue;
			work[i] += budget_of(i);
			refill[i] += period_of(i);
		}
		work[next_to_run(work, with)]--;
	}
	return work[me] == 0;
}

static void random_budgets(const unsigned *periods, unsigned kinds, bool polling_only)
{
	count = 1 + (unsigned)rnd(8);
	reserve.period_ns = periods[rnd(kinds)];
	reserve.budget_ns = rnd(2) == 0 ? 0 : rnd(1 + reserve.period_ns / 3);
	reserve.once_ns = polling_only || rnd(2) == 0 ? 0 : rnd(10);
	for (unsigned i = 0; i < count; i++) {
		const unsigned period = periods[rnd(kinds)];
		const uint64_t most = rnd(2) == 0 ? period : 1 + 2 * period / count;

		set[i] = (struct hv_server_config){
			.budget = { 1, period, 1 + rnd(most < period ? most : period) },
			.priority = rnd(2) == 0 ? period : (hv_u32)rnd(4),
			.polling = polling_only || rnd(2) == 0,
		};
	}
}

static void polling_sets_are_those_that_the_hyperperiod_carries(void **state)
{
	static const unsigned periods[] = { 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 20, 21, 24, 28,
					    30, 35, 40, 42, 56, 60, 70, 84, 105, 120, 168, 210 };
	unsigned yes = 0, no_but_fits = 0;

	(void)state;
	for (unsigned run = 0; run < 60000; run++) {
		random_budgets(periods, sizeof(periods) / sizeof(periods[0]), true);

		const bool fits = hv_admission_utilisation(set, count, &reserve) == 0;
		const bool ok = hv_admission_check(set, count, &reserve, NULL) == 0;

		if (ok != hyperperiod_carries(840))
			fail_msg("run %u: admission says %d", run, ok);
		yes += ok;
		no_but_fits += fits && !ok;
	}
	printf("%u of 60000 admitted, %u refused though they add up to 1 at most\n", yes,
	       no_but_fits);
	assert_true(yes > 6000 && no_but_fits > 1000);
}

static void mixed_sets_are_those_that_the_critical_instants_carry(void **state)
{
	unsigned periods[60];
	unsigned yes = 0, no_but_fits = 0;

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		periods[i] = 2 + 3 * i;
	for (unsigned run = 0; run < 200000; run++) {
		hv_u32 failed = 77, first = 0;

		random_budgets(periods, 60, false);

		const bool fits = hv_admission_utilisation(set, count, &reserve) == 0;
		const bool ok = hv_admission_check(set, count, &reserve, &failed) == 0;

		while (first < count && critical_instant_carries(first))
			first++;
		if (ok != (first == count))
			fail_msg("run %u: admission says %d, server %u fails", run, ok, first);
		if (fits && !ok)
			assert_int_equal(failed, first);
		yes += ok;
		no_but_fits += fits && !ok;
	}
	printf("%u of 200000 admitted, %u refused though they add up to 1 at most\n", yes,
	       no_but_fits);
	assert_true(yes > 20000 && no_but_fits > 5000);
}

/* The published example, in both kinds: together exactly 1, and yet the second misses. */
static void five_of_ten_above_seven_of_fourteen(void **state)
{
	const struct hv_reserve none = { .period_ns = 1 };

	(void)state;
	for (unsigned polling = 0; polling < 2; polling++) {
		count = 2;
		reserve = none;
		set[0] = (struct hv_server_config){ .budget = { 1, 10, 5 }, .polling = polling };
		set[1] = (struct hv_server_config){ .budget = { 2, 14, 7 }, .priority = 1,
						    .polling = polling };
		assert_int_equal(hv_admission_utilisation(set, 2, &none), 0);
		assert_int_equal(hv_admission_check(set, 2, &none, NULL), -28);
		assert_false(critical_instant_carries(1));
	}
	assert_false(hyperperiod_carries(70));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(polling_sets_are_those_that_the_hyperperiod_carries),
		cmocka_unit_test(mixed_sets_are_those_that_the_critical_instants_carry),
		cmocka_unit_test(five_of_ten_above_seven_of_fourteen),
	};

	seeded_start(UINT64_C(0xe7037ed1a0b428db));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
