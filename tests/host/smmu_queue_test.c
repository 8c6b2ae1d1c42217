/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 driver's command queue: through every wrap, slow, in error, not readable.
 */
#include "smmu_fixture.h"

static const struct hv_smmu_cmd illegal = {{0xff, 0}};

/* Commands that the SMMU consumed since the log was cleared, compared one after the other. */
static hv_u32 seen;

static void assert_consumed(hv_u64 word0, hv_u64 word1)
{
	const struct fake_access *note;

	seen = fake_access_find_name(seen, FAKE_DEVICE, "command");
	note = seen == FAKE_NOWHERE ? NULL : fake_access_at(seen);
	if (note == NULL || note->address != word0 || note->value != word1 || note->times != 1)
		fail_msg("expected %llx %llx", (unsigned long long)word0, (unsigned long long)word1);
	seen++;
}

static void nothing_consumed(void)
{
	assert_int_equal(fake_access_find_name(seen, FAKE_DEVICE, "command"), FAKE_NOWHERE);
}

static void log_clear(void)
{
	fake_access_clear();
	seen = 0;
}

/* Every size, batches of every length, consumed at once or one by one. */
static void commands_arrive_through_every_wrap(void **state)
{
	random_start();
	for (hv_u32 log2 = 1; log2 <= 8; log2++) {
		hv_u64 *const behind = (hv_u64 *)(CMDQ + (UINT64_C(16) << log2));

		machine_on(state);
		hal.cmdq_log2 = log2;
		switch_on_two();
		for (int turn = 0; turn < 300; turn++) {
			const hv_u32 count = 1 + random_below((1u << log2) - 1);
			struct hv_smmu_cmd commands[256];

			for (hv_u32 i = 0; i < count; i++)
				commands[i] = hv_smmu_cmd_cfgi_ste(random_below(0xffff) << 8 | i);
			smmu.lazy = count < 60 && random_below(2) == 0;
			log_clear();
			assert_true(hv_hal_smmu_issue(&hal, commands, count));
			for (hv_u32 i = 0; i < count; i++)
				assert_consumed(commands[i].word[0], 0);
			assert_consumed(0x46, 0);
			nothing_consumed();
			assert_int_equal(smmu.cmdq_cons, hal.cmdq_prod);
		}
		assert_true(behind[0] == UINT64_C(0xa5a5a5a5a5a5a5a5) && behind[0] == behind[1]);
	}
}

static void a_batch_must_fit(void **state)
{
	struct hv_smmu_cmd commands[17];

	(void)state;
	switch_on_two();
	for (hv_u32 i = 0; i < 17; i++)
		commands[i] = hv_smmu_cmd_cfgi_ste(i);
	log_clear();
	assert_false(hv_hal_smmu_issue(&hal, commands, 16));
	assert_false(hv_hal_smmu_issue(&hal, commands, 17));
	assert_false(hv_hal_smmu_issue(&hal, commands, 0xffffffff));
	assert_int_equal(fake_access_count(), 0);
	assert_true(hv_hal_smmu_issue(&hal, commands, 15)); /* and the SYNC */
	assert_true(hv_hal_smmu_issue(&hal, commands, 0));
	for (hv_u32 i = 0; i < 15; i++)
		assert_consumed((hv_u64)i << 32 | 3, 0);
	assert_consumed(0x46, 0);
	assert_consumed(0x46, 0);
	nothing_consumed();
}

/* At every place of the queue: what is before takes effect, what is behind does later. */
static void a_command_in_error_is_stepped_over(void **state)
{
	(void)state;
	switch_on_two();
	for (hv_u32 place = 0; place < 40; place++) {
		const struct hv_smmu_cmd commands[] = {hv_smmu_cmd_cfgi_ste(1), illegal,
						       hv_smmu_cmd_cfgi_ste(2)};
		const hv_u64 before = fake_clock.now;
		hv_u32 error = 77;

		log_clear();
		assert_false(hv_hal_smmu_issue(&hal, commands, 3));
		assert_in_range(fake_clock.now - before, 1, 100); /* and not at the bound */
		assert_consumed(0x100000003, 0);
		nothing_consumed();
		assert_false(hv_hal_smmu_issue(&hal, commands, 1)); /* stopped is stopped */
		assert_int_equal(hv_hal_smmu_errors(&hal, &error), 1);
		assert_int_equal(error, 1);
		assert_consumed(0x46, 0);
		assert_consumed(0x200000003, 0);
		assert_consumed(0x46, 0);
		nothing_consumed();
		assert_int_equal(hv_hal_smmu_errors(&hal, &error), 0);
		assert_int_equal(error, 0);
		assert_true(hv_hal_smmu_issue(&hal, commands, 1));
		assert_int_equal(smmu.gerror_irqs, place + 1);
	}
}

/* The same where the SMMU sees only what was cleaned. */
static void also_without_snooping(void **state)
{
	hv_u32 error;

	(void)state;
	prepare(6);
	switch_on();
	assert_false(hv_hal_smmu_issue(&hal, &illegal, 1));
	assert_int_equal(hv_hal_smmu_errors(&hal, &error), 1);
	assert_int_equal(error, 1);
	assert_int_equal(hv_hal_smmu_errors(&hal, &error), 0);
	assert_true(hv_hal_smmu_issue(&hal, &illegal, 0));
}

/* What an earlier call waited for in vain is waited for again, not written over. */
static void a_slow_queue_is_not_overrun(void **state)
{
	struct hv_smmu_cmd commands[15];

	(void)state;
	switch_on_two();
	for (hv_u32 i = 0; i < 15; i++)
		commands[i] = hv_smmu_cmd_cfgi_ste(i);
	log_clear();
	smmu.stuck = FAKE_SMMU_STUCK_CMDQ;
	assert_false(hv_hal_smmu_issue(&hal, commands, 15));
	assert_false(hv_hal_smmu_issue(&hal, commands, 15));
	nothing_consumed();
	smmu.stuck = 0;
	smmu.lazy = true;
	assert_true(hv_hal_smmu_issue(&hal, commands, 1));
	for (hv_u32 i = 0; i < 15; i++)
		assert_consumed((hv_u64)i << 32 | 3, 0);
	assert_consumed(0x46, 0);
	assert_consumed(3, 0);
	assert_consumed(0x46, 0);
	nothing_consumed();
}

/* A queue where no device finds memory. */
static struct hv_smmu_cmd hidden_cmdq[16] __attribute__((aligned(256)));

static void a_queue_that_cannot_be_read(void **state)
{
	hv_u32 error;

	(void)state;
	prepare(16);
	assert_true(hv_hal_smmu_abort_all(hal.base));
	hal.cmdq = hidden_cmdq;
	assert_false(hv_hal_smmu_enable(&hal, &strtab, STRTAB, &caps));
	assert_int_equal(hv_hal_smmu_errors(&hal, &error), 1);
	assert_int_equal(error, 2); /* CERROR_ABT; and it is fetched again, in vain */
	assert_int_equal(hv_hal_smmu_errors(&hal, &error), 1);
	assert_abort(8, 0x1000, true, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(commands_arrive_through_every_wrap, machine_on),
		cmocka_unit_test_setup(a_batch_must_fit, machine_on),
		cmocka_unit_test_setup(a_command_in_error_is_stepped_over, machine_on),
		cmocka_unit_test_setup(also_without_snooping, small_machine_on),
		cmocka_unit_test_setup(a_slow_queue_is_not_overrun, machine_on),
		cmocka_unit_test_setup(a_queue_that_cannot_be_read, machine_on),
	};

	return cmocka_run_group_tests(tests, NULL, machine_off);
}
