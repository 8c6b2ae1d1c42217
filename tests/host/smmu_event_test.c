/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 driver's event queue through every wrap and overflow, barriers around both
 * queues, global errors.
 */
#include "smmu_fixture.h"

/* Written, then told; told of, then read; read, then given back. */
static void barriers_stand_where_memory_changes_hands(void **state)
{
	hv_u64 record[4];
	bool lost = false;
	hv_u32 at;

	(void)state;
	switch_on_two();
	fake_access_clear();
	assert_true(hv_hal_smmu_issue(&hal, NULL, 0));
	at = fake_access_find_name(0, FAKE_BARRIER, "dsb st");
	assert_in_range(at, 0, fake_access_find(0, FAKE_WRITE, SMMU + 0x98));
	assert_string_equal(fake_access_at(fake_access_count() - 1)->name, "dsb sy");

	assert_abort(8, 0x1000, true, 0x10);
	fake_access_clear();
	assert_true(hv_hal_smmu_event(&hal, record, &lost));
	assert_int_equal(fake_access_find(0, FAKE_READ, SMMU + 0x100a8), 0);
	assert_int_equal(fake_access_find_name(0, FAKE_BARRIER, "dsb sy"), 1);
	assert_int_equal(fake_access_find_name(0, FAKE_BARRIER, "dmb sy"), 2);
	assert_int_equal(fake_access_find(0, FAKE_WRITE, SMMU + 0x100ac), 3);
	assert_int_equal(fake_access_count(), 4);

	fake_access_clear();
	assert_false(hv_hal_smmu_event(&hal, record, &lost));
	assert_int_equal(fake_access_count(), 1); /* CONS is not written for nothing */
}

/* A queue where no device finds memory. */
static hv_u64 hidden_eventq[8][4] __attribute__((aligned(256)));

static void a_queue_that_cannot_be_written(void **state)
{
	hv_u32 error = 77;

	(void)state;
	hal.eventq = hidden_eventq;
	switch_on_two();
	assert_abort(8, 0x1000, true, 0x10);
	assert_no_event();
	assert_int_equal(smmu.gerror_irqs, 1);
	assert_int_equal(smmu.event_irqs, 0);
	assert_int_equal(hv_hal_smmu_errors(&hal, &error), 0x4);
	assert_int_equal(error, 0);
	assert_int_equal(hv_hal_smmu_errors(&hal, &error), 0);
	assert_abort(8, 0x1000, true, 0x10);
	assert_int_equal(hv_hal_smmu_errors(&hal, &error), 0x4);
}

static void all_errors_are_told_and_acknowledged_once(void **state)
{
	hv_u32 error;

	(void)state;
	switch_on_two();
	for (hv_u32 turn = 0; turn < 4; turn++) {
		for (hv_u32 bit = 2; bit <= 10; bit++) {
			fake_smmu_raise(&smmu, 1u << bit);
			fake_smmu_raise(&smmu, 0x104);
			assert_int_equal(hv_hal_smmu_errors(&hal, &error), 0x104 | 1u << bit);
			assert_int_equal(error, 0);
			fake_access_clear();
			assert_int_equal(hv_hal_smmu_errors(&hal, &error), 0);
			assert_int_equal(fake_access_find(0, FAKE_WRITE, SMMU + 0x64), FAKE_NOWHERE);
		}
	}
	/* Service failure mode stays: nothing works, and everything says so. */
	smmu.sfm = true;
	fake_smmu_raise(&smmu, 0x100);
	assert_int_equal(hv_hal_smmu_errors(&hal, &error), 0x100);
	assert_false(hv_hal_smmu_issue(&hal, NULL, 0));
	assert_abort(8, 0x40000000, true, 0);
}

static void overflow_is_told_once(void **state)
{
	hv_u64 record[4];
	bool lost = false;

	(void)state;
	switch_on_two();
	for (int turn = 0; turn < 5; turn++) {
		for (hv_u64 i = 0; i < 10; i++) /* 8 fit */
			assert_abort(8, 0x1000 * i, true, 0x10);
		assert_int_equal(smmu.event_irqs, turn + 1);
		for (hv_u64 i = 0; i < 8; i++) {
			lost = false;
			assert_true(hv_hal_smmu_event(&hal, record, &lost));
			assert_true(lost == (i == 0) && record[2] == 0x1000 * i);
		}
		assert_false(hv_hal_smmu_event(&hal, record, &lost));
		assert_false(lost);
	}
	/* A caller may sum it up over a round. */
	for (hv_u64 i = 0; i < 9; i++)
		assert_abort(8, 0x1000 * i, true, 0x10);
	while (hv_hal_smmu_event(&hal, record, &lost))
		;
	assert_true(lost);
}

/* Devices go on while events are taken, so that one of them may be lost at any moment. */
static hv_u64 produced, dropped;

static void produce(struct fake_smmu *model, void *context)
{
	const hv_u64 record[4] = {0xe5, 0, produced, ~produced};
	const hv_u32 before = model->eventq_prod;

	(void)context;
	if (random_below(3) != 0)
		return;
	fake_smmu_record(model, record);
	if (((before ^ model->eventq_prod) & 0x7fffffff) == 0)
		dropped++;
	else
		produced++;
}

static hv_u64 taken, covered, told;

static bool take_one(void)
{
	const hv_u64 dropped_before = dropped;
	hv_u64 record[4];
	bool lost = false;
	const bool any = hv_hal_smmu_event(&hal, record, &lost);

	if (any) {
		assert_true(record[0] == 0xe5 && record[2] == taken && record[3] == ~taken);
		taken++;
	}
	if (lost) { /* at least one more than those that were surely told before */
		assert_true(dropped > covered);
		covered = dropped_before;
		told++;
	}
	return any || lost;
}

static void events_arrive_in_order_through_every_wrap(void **state)
{
	random_start();
	for (hv_u32 log2 = 0; log2 <= 7; log2++) {
		machine_on(state);
		hal.eventq_log2 = log2;
		switch_on_two();
		produced = dropped = taken = covered = told = 0;
		for (int turn = 0; turn < 3000; turn++) {
			fake_access_clear();
			for (hv_u32 more = random_below(4); more != 0; more--)
				produce(&smmu, NULL);
			smmu.traffic = random_below(2) == 0 ? produce : NULL;
			take_one();
			smmu.traffic = NULL;
		}
		while (take_one())
			;
		assert_int_equal(smmu.eventq_prod, smmu.eventq_cons); /* overflow too */
		assert_true(taken == produced && taken > 500 && dropped > 0 && told > 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(barriers_stand_where_memory_changes_hands, machine_on),
		cmocka_unit_test_setup(a_queue_that_cannot_be_written, machine_on),
		cmocka_unit_test_setup(all_errors_are_told_and_acknowledged_once, machine_on),
		cmocka_unit_test_setup(overflow_is_told_once, machine_on),
		cmocka_unit_test_setup(events_arrive_in_order_through_every_wrap, machine_on),
	};

	return cmocka_run_group_tests(tests, NULL, machine_off);
}
