/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/sched: admission. Literal cases, exactness of the sum at the last bit, and
 * response times against simulations of small sets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <haven/admission.h>

#define SERVER(p_ns, b_ns, prio, poll) \
	{ .budget = { 1, (p_ns), (b_ns) }, .priority = (prio), .polling = (poll) }

static const struct hv_reserve none = { 1, 0, 0 };

static void nonsense_is_refused(void **state)
{
	struct hv_server_config set[9];
	const struct hv_reserve no_period = { 0, 0, 0 };
	const struct hv_reserve too_much = { 5, 6, 0 };
	hv_u64 response = 77;
	hv_u32 failed = 77;

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		set[i] = (struct hv_server_config)SERVER(100, 1, 0, false);
	assert_int_equal(hv_admission_utilisation(NULL, 1, &none), -22);
	assert_int_equal(hv_admission_utilisation(set, 0, &none), -22);
	assert_int_equal(hv_admission_utilisation(set, 9, &none), -22);
	assert_int_equal(hv_admission_utilisation(set, 8, NULL), -22);
	assert_int_equal(hv_admission_utilisation(set, 8, &no_period), -22);
	assert_int_equal(hv_admission_utilisation(set, 8, &too_much), -22);
	assert_int_equal(hv_admission_utilisation(set, 8, &none), 0);
	assert_int_equal(hv_admission_response(set, 8, &none, 8, &response), -22);
	assert_int_equal(hv_admission_response(set, 8, &none, 0, NULL), -22);
	assert_int_equal(hv_admission_response(NULL, 8, &none, 0, &response), -22);
	assert_int_equal(hv_admission_check(NULL, 8, &none, &failed), -22);
	set[7].budget.budget_ns = 101;
	assert_int_equal(hv_admission_check(set, 8, &none, &failed), -22);
	set[7].budget.budget_ns = 1;
	set[0].budget.budget_ns = 0;
	assert_int_equal(hv_admission_check(set, 8, &none, &failed), -22);
	assert_true(response == 77 && failed == 77);
}

static void sum_is_exact_to_the_last_bit(void **state)
{
	const hv_u64 p = UINT64_MAX, q = UINT64_MAX - 1;
	static const struct hv_reserve third = { 3, 1, 0 };
	static const struct hv_reserve whole = { 9, 9, 0 };
	const struct hv_server_config thirds[] = { SERVER(3, 1, 0, 0), SERVER(9, 3, 0, 0) };
	const struct hv_server_config more[] = {
		SERVER(3, 1, 0, 0), SERVER(UINT64_C(3000000000000000000),
					   UINT64_C(1000000000000000001), 0, 0) };
	const struct hv_server_config less[] = {
		SERVER(3, 1, 0, 0), SERVER(UINT64_C(3000000000000000000),
					   UINT64_C(999999999999999999), 0, 0) };
	const struct hv_server_config above[] = { SERVER(p, p - 1, 0, 0), SERVER(q, 1, 0, 0) };
	const struct hv_server_config below[] = { SERVER(q, q - 1, 0, 0), SERVER(p, 1, 0, 0) };
	const struct hv_server_config full[] = { SERVER(p, p, 0, 0), SERVER(p, 1, 0, 0) };
	const struct hv_server_config eighths[] = {
		SERVER(8, 1, 0, 0), SERVER(16, 2, 0, 0), SERVER(24, 3, 0, 0), SERVER(32, 4, 0, 0),
		SERVER(40, 5, 0, 0), SERVER(48, 6, 0, 0), SERVER(56, 7, 0, 0),
		SERVER(64, 8, 0, 0) };
	const struct hv_reserve least = { UINT64_MAX, 1, 0 };

	(void)state;
	assert_int_equal(hv_admission_utilisation(thirds, 2, &third), 0);
	assert_int_equal(hv_admission_utilisation(more, 2, &third), -28);
	assert_int_equal(hv_admission_utilisation(less, 2, &third), 0);
	/* 1 + 1/pq and 1 - 1/pq: they differ from 1 by 2^-128 only. */
	assert_int_equal(hv_admission_utilisation(above, 2, &none), -28);
	assert_int_equal(hv_admission_utilisation(below, 2, &none), 0);
	assert_int_equal(hv_admission_utilisation(full, 1, &none), 0);
	assert_int_equal(hv_admission_utilisation(full, 2, &none), -28);
	assert_int_equal(hv_admission_utilisation(full, 1, &least), -28);
	assert_int_equal(hv_admission_utilisation(thirds, 1, &whole), -28);
	assert_int_equal(hv_admission_utilisation(eighths, 8, &none), 0);
	assert_int_equal(hv_admission_utilisation(eighths, 8, &least), -28);
}

static void published_counterexample_is_refused(void **state)
{
	/* Utilisation exactly 1, and yet the second needs 17 of its 14. */
	const struct hv_server_config set[] = { SERVER(10, 5, 0, true), SERVER(14, 7, 1, true) };
	hv_u64 response = 77;
	hv_u32 failed = 77;

	(void)state;
	assert_int_equal(hv_admission_utilisation(set, 2, &none), 0);
	assert_int_equal(hv_admission_response(set, 2, &none, 0, &response), 0);
	assert_true(response == 5);
	assert_int_equal(hv_admission_check(set, 2, &none, &failed), -28);
	assert_int_equal(failed, 1);
	assert_int_equal(hv_admission_check(set, 2, &none, NULL), -28);
	assert_int_equal(hv_admission_check(set, 1, &none, &failed), 0);
}

static void back_to_back_budgets_count(void **state)
{
	/* (2,10) above (9,12): once in 12 if it polls, 4 = twice in a row if it is deferrable. */
	struct hv_server_config set[] = { SERVER(12, 9, 1, false), SERVER(20, 2, 0, true) };
	hv_u64 response = 0;

	(void)state;
	assert_int_equal(hv_admission_response(set, 2, &none, 0, &response), 0);
	assert_true(response == 11);
	set[1].polling = false;
	assert_int_equal(hv_admission_response(set, 2, &none, 0, &response), -28);
	set[0].budget.budget_ns = 8;
	assert_int_equal(hv_admission_response(set, 2, &none, 0, &response), 0);
	assert_true(response == 12);
}

static void window_inside_the_first_budget(void **state)
{
	/* The window of 1 ns is shorter than the urgent budget: exactly one refill counts. */
	const struct hv_server_config set[] = { SERVER(100, 40, 0, false),
						SERVER(90, 1, 1, false) };
	hv_u64 response = 0;

	(void)state;
	assert_int_equal(hv_admission_response(set, 2, &none, 1, &response), 0);
	assert_true(response == 81);
}

static void reserve_is_more_urgent_than_all(void **state)
{
	const struct hv_server_config set[] = { SERVER(10, 8, 0, false) };
	const struct hv_reserve two = { 10, 2, 0 };
	const struct hv_reserve often = { 5, 1, 0 };
	const struct hv_reserve three = { 10, 3, 0 };
	hv_u64 response = 0;
	hv_u32 failed = 77;

	(void)state;
	assert_int_equal(hv_admission_response(set, 1, &two, 0, &response), 0);
	assert_true(response == 10);
	assert_int_equal(hv_admission_response(set, 1, &often, 0, &response), 0);
	assert_true(response == 10);
	assert_int_equal(hv_admission_check(set, 1, &three, &failed), -28);
	assert_int_equal(failed, 1);
}

static void once_is_taken_once_in_each_window(void **state)
{
	const struct hv_server_config set[] = { SERVER(10, 3, 0, true), SERVER(20, 5, 1, true) };
	static const struct {
		hv_u64 once;
		hv_status_t status;
		hv_u64 response;
	} rows[] = {
		{ 0, 0, 8 },    /* 5 + 3 */
		{ 2, 0, 10 },   /* just before the second refill of the other */
		{ 3, 0, 14 },   /* 5 + 3 + 2 * 3 */
		{ 9, 0, 20 },
		{ 10, -28, 0 },
		{ UINT64_MAX, -28, 0 },
		{ UINT64_MAX - 5, -28, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hv_reserve reserve = { 1, 0, rows[i].once };
		hv_u64 response = 0;

		assert_int_equal(hv_admission_response(set, 2, &reserve, 1, &response),
				 rows[i].status);
		assert_true(response == rows[i].response);
		assert_int_equal(hv_admission_utilisation(set, 2, &reserve), 0);
	}
}

static void sums_past_64_bits_are_refused(void **state)
{
	const hv_u64 top = UINT64_MAX;
	const struct hv_server_config product[] = {
		SERVER(top - 1, top / 2 + 2, 0, false), SERVER(top, top - 1, 1, false) };
	const struct hv_server_config sum[] = {
		SERVER(top, top, 0, true), SERVER(top, top, 1, true) };
	const struct hv_server_config one[] = { SERVER(top, top, 0, true) };
	const struct hv_server_config half[] = { SERVER(top, (UINT64_C(1) << 63) + 1, 0, true) };
	const struct hv_reserve other_half = { UINT64_MAX, UINT64_C(1) << 63, 0 };
	const struct hv_reserve full = { 1, 1, 0 };
	hv_u64 response;

	(void)state;
	assert_int_equal(hv_admission_response(product, 2, &none, 1, &response), -28);
	assert_int_equal(hv_admission_response(sum, 2, &none, 1, &response), -28);
	assert_int_equal(hv_admission_response(one, 1, &full, 0, &response), -28);
	/* 2^63 + 1 and 2^63 make 1 if the carry is lost. */
	assert_int_equal(hv_admission_response(half, 1, &other_half, 0, &response), -28);
	assert_int_equal(hv_admission_response(one, 1, &none, 0, &response), 0);
	assert_true(response == top);
}

/* The iteration is bounded: a set that fits but needs too many steps is refused. */
static void undecided_is_refused(void **state)
{
	const struct hv_server_config slow[] = {
		SERVER(1000000, 999999, 0, true), SERVER(UINT64_C(100000000000), 10000, 1, true) };
	const struct hv_server_config quick[] = {
		SERVER(1000000, 999999, 0, true), SERVER(UINT64_C(100000000000), 4000, 1, true) };
	hv_u64 response = 0;

	(void)state;
	assert_int_equal(hv_admission_utilisation(slow, 2, &none), 0);
	assert_int_equal(hv_admission_response(slow, 2, &none, 1, &response), -28);
	assert_int_equal(hv_admission_response(quick, 2, &none, 1, &response), 0);
	assert_true(response == UINT64_C(4000000000));
}

static hv_u64 seed = UINT64_C(0x2545f4914f6cdd1d);

static unsigned rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

static void sum_agrees_with_common_denominator(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 20000; run++) {
		struct hv_server_config set[4];
		const unsigned count = 1 + rnd(4);
		hv_u64 numerator = 0, denominator = 1;

		for (unsigned i = 0; i < count; i++) {
			const hv_u64 period = 1 + rnd(24);
			const hv_u64 budget = 1 + rnd((unsigned)period) / count;

			set[i] = (struct hv_server_config)SERVER(period, budget, 0, false);
			numerator = numerator * period + budget * denominator;
			denominator *= period;
		}
		if ((hv_admission_utilisation(set, count, &none) == 0) !=
		    (numerator <= denominator))
			fail_msg("run %u", run);
	}
}

/*
 * Simulate ticks with everyone wanting to run, priorities by index. Server i is full at
 * 0 and refilled at phase[i] + k * period. Returns when the last one has had one budget.
 */
static unsigned simulate(const struct hv_server_config *set, unsigned count,
			 const unsigned *phase, unsigned limit)
{
	hv_u64 left[4];

	for (unsigned i = 0; i < count; i++)
		left[i] = set[i].budget.budget_ns;
	for (unsigned t = 0; t < limit; t++) {
		unsigned i = 0;

		for (unsigned k = 0; k + 1 < count; k++) {
			if (t >= phase[k] && (t - phase[k]) % set[k].budget.period_ns == 0)
				left[k] = set[k].budget.budget_ns;
		}
		while (i < count && left[i] == 0)
			i++;
		if (i < count && --left[i] == 0 && i == count - 1)
			return t + 1;
	}
	return limit + 1;
}

/* Does each server get each of its budgets in time over the whole hyperperiod? */
static bool carried(const struct hv_server_config *set, unsigned count, unsigned hyperperiod)
{
	hv_u64 left[4] = { 0 };

	for (unsigned t = 0; t <= hyperperiod; t++) {
		unsigned i = 0;

		for (unsigned k = 0; k < count; k++) {
			if (t % set[k].budget.period_ns != 0)
				continue;
			if (left[k] != 0)
				return false;
			left[k] = set[k].budget.budget_ns;
		}
		while (i < count && left[i] == 0)
			i++;
		if (i < count)
			left[i]--;
	}
	return true;
}

static void random_set(struct hv_server_config *set, unsigned count, bool polling)
{
	static const unsigned periods[] = { 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30 };

	for (unsigned i = 0; i < count; i++) {
		const unsigned period = periods[rnd(12)];
		const unsigned budget = 1 + rnd(period) / (1 + rnd(count + 1));

		set[i] = (struct hv_server_config)SERVER(period, budget, i, polling);
	}
}

static void polling_sets_agree_with_the_hyperperiod(void **state)
{
	unsigned admitted = 0;

	(void)state;
	for (unsigned run = 0; run < 20000; run++) {
		struct hv_server_config set[4];
		const unsigned phase[4] = { 0 };
		const unsigned count = 1 + rnd(4);
		hv_u64 response = 0;

		random_set(set, count, true);

		const bool ok = hv_admission_check(set, count, &none, NULL) == 0;

		if (ok != carried(set, count, 120))
			fail_msg("run %u: admission and simulation differ", run);
		if (!ok)
			continue;
		admitted++;
		assert_int_equal(hv_admission_response(set, count, &none, count - 1, &response), 0);
		assert_int_equal(response, simulate(set, count, phase, 120));
	}
	assert_in_range(admitted, 2000, 18000);
}

/* One deferrable server above: some phase of its refill reaches the bound exactly. */
static void one_deferrable_server_reaches_its_bound(void **state)
{
	unsigned admitted = 0;

	(void)state;
	for (unsigned run = 0; run < 5000; run++) {
		struct hv_server_config set[2];
		unsigned worst = 0;
		hv_u64 response;

		random_set(set, 2, false);
		for (unsigned phase = 1; phase <= set[0].budget.period_ns; phase++) {
			const unsigned seen = simulate(set, 2, &phase, 200);

			worst = seen > worst ? seen : worst;
		}
		if (hv_admission_response(set, 2, &none, 1, &response) == 0) {
			admitted++;
			assert_int_equal(response, worst);
		} else {
			assert_true(worst > set[1].budget.period_ns);
		}
	}
	assert_in_range(admitted, 500, 4500);
}

static void deferrable_bound_is_never_too_small(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 1500; run++) {
		struct hv_server_config set[3];
		hv_u64 response;

		random_set(set, 3, false);
		if (hv_admission_response(set, 3, &none, 2, &response) != 0)
			continue;
		for (unsigned a = 1; a <= set[0].budget.period_ns; a++) {
			for (unsigned b = 1; b <= set[1].budget.period_ns; b++) {
				const unsigned phase[2] = { a, b };

				assert_true(simulate(set, 3, phase, 200) <= response);
			}
		}
	}
}

static void order_of_the_array_does_not_matter(void **state)
{
	const struct hv_server_config set[] = {
		SERVER(30, 6, 9, true), SERVER(10, 3, 2, true), SERVER(20, 5, 4, true) };
	const struct hv_server_config first_fails[] = { SERVER(14, 7, 1, true),
							SERVER(10, 5, 0, true) };
	const struct hv_server_config tie[] = { SERVER(10, 3, 4, true), SERVER(10, 3, 4, true) };
	hv_u64 response;
	hv_u32 failed = 77;

	(void)state;
	assert_int_equal(hv_admission_check(first_fails, 2, &none, &failed), -28);
	assert_int_equal(failed, 0);
	assert_int_equal(hv_admission_response(set, 3, &none, 1, &response), 0);
	assert_true(response == 3);
	assert_int_equal(hv_admission_response(set, 3, &none, 2, &response), 0);
	assert_true(response == 8);
	assert_int_equal(hv_admission_response(set, 3, &none, 0, &response), 0);
	assert_true(response == 17); /* 6 + 2 * 3 + 1 * 5 */
	assert_int_equal(hv_admission_response(tie, 2, &none, 0, &response), 0);
	assert_true(response == 3);
	assert_int_equal(hv_admission_response(tie, 2, &none, 1, &response), 0);
	assert_true(response == 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(sum_is_exact_to_the_last_bit),
		cmocka_unit_test(published_counterexample_is_refused),
		cmocka_unit_test(back_to_back_budgets_count),
		cmocka_unit_test(window_inside_the_first_budget),
		cmocka_unit_test(reserve_is_more_urgent_than_all),
		cmocka_unit_test(once_is_taken_once_in_each_window),
		cmocka_unit_test(sums_past_64_bits_are_refused),
		cmocka_unit_test(undecided_is_refused),
		cmocka_unit_test(sum_agrees_with_common_denominator),
		cmocka_unit_test(polling_sets_agree_with_the_hyperperiod),
		cmocka_unit_test(one_deferrable_server_reaches_its_bound),
		cmocka_unit_test(deferrable_bound_is_never_too_small),
		cmocka_unit_test(order_of_the_array_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
