/* SPDX-License-Identifier: Apache-2.0 */
/* lib/sched: the budget front door, and one server on its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <haven/budget_sched.h>

static void set(hv_u32 id, hv_u64 period, hv_u64 budget)
{
	const struct hv_budget b = { .partition_id = id, .period_ns = period, .budget_ns = budget };

	assert_int_equal(hv_budget_set(&b), 0);
}

static int open_door(void **state)
{
	(void)state;
	return hv_budget_sched_init();
}

/* Runs before the first init of the process. */
static void nothing_works_before_init(void **state)
{
	const struct hv_budget b = { .partition_id = 1, .period_ns = 10, .budget_ns = 5 };

	(void)state;
	assert_int_equal(hv_budget_set(&b), -1);
	assert_int_equal(hv_budget_consume(1, 1), -22);
	assert_int_equal(hv_budget_check(1), -22);
	assert_int_equal(hv_budget_replenish(1), -22);
	assert_int_equal(hv_budget_sched_seal(), -1);
	assert_null(hv_budget_account(1));
}

static void set_checks_its_own_fields(void **state)
{
	static const struct {
		const char *why;
		struct hv_budget in;
		hv_status_t status;
	} rows[] = {
		{ "the hypervisor has no budget", { 0, 10, 5 }, -22 },
		{ "first guest", { 1, 10, 5 }, 0 },
		{ "last guest", { 7, 10, 5 }, 0 },
		{ "past the last guest", { 8, 10, 5 }, -22 },
		{ "id far out", { 0xffffffff, 10, 5 }, -22 },
		{ "no budget", { 2, 10, 0 }, -22 },
		{ "no period", { 2, 0, 0 }, -22 },
		{ "budget without period", { 2, 0, 1 }, -22 },
		{ "more than the period", { 2, 10, 11 }, -22 },
		{ "whole period", { 2, 10, 10 }, 0 },
		{ "longest period", { 3, UINT64_MAX, UINT64_MAX }, 0 },
		{ "shortest period", { 4, 1, 1 }, 0 },
	};

	(void)state;
	assert_int_equal(hv_budget_set(NULL), -22);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (hv_budget_set(&rows[i].in) != rows[i].status)
			fail_msg("%s", rows[i].why);
	}
}

static void refused_set_leaves_the_old_budget(void **state)
{
	const struct hv_budget bad = { .partition_id = 1, .period_ns = 5, .budget_ns = 6 };

	(void)state;
	set(1, 100, 40);
	assert_int_equal(hv_budget_consume(1, 39), 0);
	assert_int_equal(hv_budget_set(&bad), -22);
	assert_true(hv_budget_account(1)->remaining_ns == 1);
	assert_true(hv_budget_account(1)->config.budget.period_ns == 100);
}

static void setting_again_starts_full(void **state)
{
	(void)state;
	set(1, 100, 40);
	assert_int_equal(hv_budget_consume(1, 41), -1);
	set(1, 100, 40);
	assert_int_equal(hv_budget_check(1), 0);
	assert_true(hv_budget_account(1)->stats.overruns == 0);
	assert_true(hv_budget_account(1)->debt_ns == 0);
	set(1, 100, 20);
	assert_int_equal(hv_budget_consume(1, 20), -1);
}

static void consume_refuses_at_zero_exactly_and_past_it(void **state)
{
	const struct hv_budget_server *account;

	(void)state;
	set(2, 100, 10);
	account = hv_budget_account(2);
	assert_int_equal(hv_budget_consume(2, 0), 0);
	assert_int_equal(hv_budget_consume(2, 9), 0);
	assert_int_equal(hv_budget_check(2), 0);
	assert_int_equal(hv_budget_consume(2, 1), -1);
	assert_int_equal(hv_budget_check(2), -1);
	assert_int_equal(hv_budget_consume(2, 0), -1);
	assert_true(account->stats.overruns == 0);

	assert_int_equal(hv_budget_consume(2, 7), -1);
	assert_true(account->stats.overruns == 1 && account->stats.overrun_max_ns == 7);
	assert_int_equal(hv_budget_consume(2, 3), -1);
	assert_true(account->stats.overruns == 1 && account->stats.overrun_max_ns == 10);
	assert_true(account->stats.overrun_last_ns == 10);
	assert_true(account->debt_ns == 10);
	assert_true(account->stats.used_ns == 20);
}

/* The pieces of one excess are one overrun, however many calls charge it. */
static void overruns_are_counted_by_period(void **state)
{
	const struct hv_budget_server *account;

	(void)state;
	set(2, 100, 10);
	account = hv_budget_account(2);
	assert_int_equal(hv_budget_consume(2, 14), -1);
	assert_int_equal(hv_budget_replenish(2), 0);
	assert_int_equal(hv_budget_consume(2, 11), -1);
	assert_int_equal(hv_budget_consume(2, 1), -1);
	assert_true(account->stats.overruns == 2);
	assert_true(account->stats.overrun_max_ns == 4);
	assert_true(account->stats.overrun_last_ns == 2);
	assert_true(account->debt_ns == 2);
	assert_true(account->stats.used_ns == 26);
}

static void excess_is_only_what_lies_past_the_remainder(void **state)
{
	(void)state;
	set(2, 100, 10);
	assert_int_equal(hv_budget_consume(2, 6), 0);
	assert_int_equal(hv_budget_consume(2, 9), -1);
	assert_true(hv_budget_account(2)->stats.overrun_last_ns == 5);
	assert_true(hv_budget_account(2)->stats.overrun_max_ns == 5);
	assert_true(hv_budget_account(2)->debt_ns == 5);
}

static void replenish_restores_all_and_forgives_the_debt(void **state)
{
	(void)state;
	set(3, 100, 10);
	assert_int_equal(hv_budget_consume(3, 35), -1);
	assert_int_equal(hv_budget_replenish(3), 0);
	assert_int_equal(hv_budget_check(3), 0);
	assert_true(hv_budget_account(3)->remaining_ns == 10);
	assert_true(hv_budget_account(3)->debt_ns == 0);
	assert_true(hv_budget_account(3)->stats.overruns == 1);
	assert_true(hv_budget_account(3)->stats.overrun_max_ns == 25);
}

static void partitions_do_not_share_an_account(void **state)
{
	(void)state;
	set(1, 100, 10);
	set(7, 100, 10);
	assert_int_equal(hv_budget_consume(1, 11), -1);
	assert_int_equal(hv_budget_check(7), 0);
	assert_true(hv_budget_account(7)->stats.overruns == 0);
}

static void no_account_no_answer(void **state)
{
	static const hv_u32 ids[] = { 0, 5, 8, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_int_equal(hv_budget_consume(ids[i], 1), -22);
		assert_int_equal(hv_budget_check(ids[i]), -22);
		assert_int_equal(hv_budget_replenish(ids[i]), -22);
		assert_null(hv_budget_account(ids[i]));
	}
}

static void init_again_forgets_budgets(void **state)
{
	(void)state;
	set(1, 100, 10);
	assert_int_equal(hv_budget_sched_init(), 0);
	assert_int_equal(hv_budget_check(1), -22);
}

static void debt_and_consumption_stop_at_the_top(void **state)
{
	(void)state;
	set(1, 100, 1);
	assert_int_equal(hv_budget_consume(1, UINT64_MAX), -1);
	assert_true(hv_budget_account(1)->debt_ns == UINT64_MAX - 1);
	assert_int_equal(hv_budget_consume(1, UINT64_MAX), -1);
	assert_true(hv_budget_account(1)->debt_ns == UINT64_MAX);
	assert_true(hv_budget_account(1)->stats.overrun_max_ns == UINT64_MAX);
	assert_true(hv_budget_account(1)->stats.used_ns == UINT64_MAX);
	set(1, UINT64_MAX, UINT64_MAX);
	assert_int_equal(hv_budget_consume(1, UINT64_MAX - 1), 0);
	assert_int_equal(hv_budget_consume(1, 1), -1);
	assert_true(hv_budget_account(1)->stats.overruns == 0);
}

/* Runs last: there is no way back from sealing. */
static void sealing_freezes_budgets_but_not_the_clock(void **state)
{
	const struct hv_budget same = { .partition_id = 1, .period_ns = 100, .budget_ns = 10 };

	(void)state;
	set(1, 100, 10);
	assert_int_equal(hv_budget_sched_seal(), 0);
	assert_int_equal(hv_budget_sched_seal(), -1);
	assert_int_equal(hv_budget_set(&same), -1);
	assert_int_equal(hv_budget_sched_init(), -1);
	assert_int_equal(hv_budget_consume(1, 10), -1);
	assert_int_equal(hv_budget_replenish(1), 0);
	assert_int_equal(hv_budget_check(1), 0);
}

static struct hv_budget_server make(hv_u64 period, hv_u64 budget, hv_u64 t0)
{
	const struct hv_server_config config = { .budget = { 1, period, budget } };
	struct hv_budget_server server;

	memset(&server, 0xa5, sizeof(server));
	assert_int_equal(hv_budget_server_init(&server, &config, t0), 0);
	return server;
}

static void server_init_refuses_nonsense(void **state)
{
	struct hv_server_config config = { .budget = { 1, 10, 5 } };
	struct hv_budget_server server;

	(void)state;
	assert_int_equal(hv_budget_server_init(NULL, &config, 0), -22);
	assert_int_equal(hv_budget_server_init(&server, NULL, 0), -22);
	assert_int_equal(hv_budget_server_init(&server, &config, UINT64_MAX - 9), -22);
	assert_int_equal(hv_budget_server_init(&server, &config, UINT64_MAX - 10), 0);
	assert_true(server.next_refill_ns == UINT64_MAX);
	assert_true(server.runnable && server.remaining_ns == 5 && server.debt_ns == 0);
	config.budget.budget_ns = 11;
	assert_int_equal(hv_budget_server_init(&server, &config, 0), -22);
	assert_int_equal(hv_budget_server_consume(NULL, 1), -22);
	assert_int_equal(hv_budget_server_account(NULL, 0, 1), -22);
	assert_int_equal(hv_budget_server_account(&server, 2, 1), -22);
}

static void late_refill_stays_on_the_grid(void **state)
{
	struct hv_budget_server server = make(10, 4, 1000);

	(void)state;
	assert_int_equal(hv_budget_server_consume(&server, 4), -1);
	hv_budget_server_refill(&server, 1009);
	assert_true(server.remaining_ns == 0 && server.next_refill_ns == 1010);
	hv_budget_server_refill(&server, 1010);
	assert_true(server.remaining_ns == 4 && server.next_refill_ns == 1020);
	hv_budget_server_refill(&server, 1027);
	assert_true(server.next_refill_ns == 1030);
	hv_budget_server_refill(&server, 1030 + 10 * UINT64_C(1000000000000) - 1);
	assert_true(server.next_refill_ns == 1030 + 10 * UINT64_C(1000000000000));
}

static void clock_end_stops_refills(void **state)
{
	struct hv_budget_server server = make(10, 4, 5);

	(void)state;
	/* 2^64 - 1 = ...615, so the last point of 5 + 10k is 2^64 - 1 itself. */
	hv_budget_server_refill(&server, UINT64_MAX - 1);
	assert_true(server.next_refill_ns == UINT64_MAX);
	hv_budget_server_refill(&server, UINT64_MAX);
	assert_true(server.next_refill_ns == UINT64_MAX);
	server = make(10, 4, 6);
	hv_budget_server_refill(&server, UINT64_MAX - 8);
	assert_true(server.next_refill_ns == UINT64_MAX);
}

/* Overrun is charged by the following refills, each of which pays what it can. */
static void debt_makes_refills_smaller(void **state)
{
	static const struct {
		hv_u64 debt, now, remaining, left;
	} rows[] = {
		{ 1, 10, 3, 0 },  { 3, 10, 1, 0 },  { 4, 10, 0, 0 },  { 5, 10, 0, 1 },
		{ 8, 10, 0, 4 },  { 8, 20, 0, 0 },  { 9, 20, 0, 1 },  { 7, 20, 1, 0 },
		{ 3, 20, 4, 0 },  { 4, 20, 4, 0 },  { 11, 30, 1, 0 }, { 12, 30, 0, 0 },
		{ 13, 30, 0, 1 }, { 8, 30, 4, 0 },
		{ UINT64_MAX, 10, 0, UINT64_MAX - 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hv_budget_server server = make(10, 4, 0);

		server.remaining_ns = 0;
		server.debt_ns = rows[i].debt;
		hv_budget_server_refill(&server, rows[i].now);
		if (server.remaining_ns != rows[i].remaining || server.debt_ns != rows[i].left)
			fail_msg("row %zu: remaining %llu, debt %llu", i,
				 (unsigned long long)server.remaining_ns,
				 (unsigned long long)server.debt_ns);
	}
}

/* With a period of 1 the number of missed refills does not fit 64 bits plus one. */
static void missed_refills_do_not_wrap(void **state)
{
	struct hv_budget_server server = make(1, 1, 0);

	(void)state;
	server.remaining_ns = 0;
	server.debt_ns = UINT64_MAX;
	server.next_refill_ns = 0;
	hv_budget_server_refill(&server, UINT64_MAX);
	assert_true(server.debt_ns == 0 && server.remaining_ns == 1);
}

static void account_splits_at_the_grid(void **state)
{
	struct hv_budget_server server = make(10, 4, 0);

	(void)state;
	/* 2 before the refill at 10, 1 after it: the old remainder is lost, not moved. */
	assert_int_equal(hv_budget_server_account(&server, 8, 11), 0);
	assert_true(server.remaining_ns == 3 && server.debt_ns == 0);
	assert_int_equal(hv_budget_server_account(&server, 11, 14), -1);
	assert_true(server.remaining_ns == 0 && server.debt_ns == 0);
	/* Ends on the grid: charged to the old period, the new one is whole. */
	assert_int_equal(hv_budget_server_account(&server, 19, 20), 0);
	assert_true(server.remaining_ns == 4 - 1 && server.next_refill_ns == 30);
	/* Idle since long: refills first. */
	assert_int_equal(hv_budget_server_account(&server, 95, 96), 0);
	assert_true(server.remaining_ns == 3 && server.next_refill_ns == 100);
	/* Nothing happened. */
	assert_int_equal(hv_budget_server_account(&server, 96, 96), 0);
	assert_true(server.remaining_ns == 3);
}

static void blocked_polling_server_gets_nothing(void **state)
{
	struct hv_budget_server server = make(10, 4, 0);

	(void)state;
	server.config.polling = true;
	server.runnable = false;
	hv_budget_server_refill(&server, 10);
	assert_true(server.remaining_ns == 0);
	server.runnable = true;
	hv_budget_server_refill(&server, 20);
	assert_true(server.remaining_ns == 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_works_before_init),
		cmocka_unit_test_setup(set_checks_its_own_fields, open_door),
		cmocka_unit_test_setup(refused_set_leaves_the_old_budget, open_door),
		cmocka_unit_test_setup(setting_again_starts_full, open_door),
		cmocka_unit_test_setup(consume_refuses_at_zero_exactly_and_past_it, open_door),
		cmocka_unit_test_setup(overruns_are_counted_by_period, open_door),
		cmocka_unit_test_setup(excess_is_only_what_lies_past_the_remainder, open_door),
		cmocka_unit_test_setup(replenish_restores_all_and_forgives_the_debt, open_door),
		cmocka_unit_test_setup(partitions_do_not_share_an_account, open_door),
		cmocka_unit_test_setup(no_account_no_answer, open_door),
		cmocka_unit_test_setup(init_again_forgets_budgets, open_door),
		cmocka_unit_test_setup(debt_and_consumption_stop_at_the_top, open_door),
		cmocka_unit_test(server_init_refuses_nonsense),
		cmocka_unit_test(late_refill_stays_on_the_grid),
		cmocka_unit_test(clock_end_stops_refills),
		cmocka_unit_test(debt_makes_refills_smaller),
		cmocka_unit_test(missed_refills_do_not_wrap),
		cmocka_unit_test(account_splits_at_the_grid),
		cmocka_unit_test(blocked_polling_server_gets_nothing),
		cmocka_unit_test_setup(sealing_freezes_budgets_but_not_the_clock, open_door),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
