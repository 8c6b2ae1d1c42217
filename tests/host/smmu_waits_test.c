/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 driver's waits: none is longer than the bound, and nothing goes on behind one
 * that failed.
 */
#include "smmu_fixture.h"

static hv_u32 first_write(hv_u32 from, hv_u64 offset)
{
	return fake_access_find(from, FAKE_WRITE, hal.base + offset);
}

static hv_u64 waited_for(bool (*act)(void))
{
	const hv_u64 before = fake_clock.now;

	assert_false(act());
	return fake_clock.now - before;
}

static bool abort_all(void)
{
	return hv_hal_smmu_abort_all(hal.base);
}

static bool enable(void)
{
	return hv_hal_smmu_enable(&hal, &strtab, UINT64_C(0x4000000040010000), &caps);
}

static void no_wait_is_longer_than_the_bound(void **state)
{
	static const struct {
		const char *why;
		hv_u32 stuck;
		bool (*act)(void);
	} rows[] = {
		{"GBPA.Update", FAKE_SMMU_STUCK_GBPA, abort_all},
		{"CR0ACK of the queues", FAKE_SMMU_STUCK_CMDQEN, enable},
		{"CR0ACK of the event queue", FAKE_SMMU_STUCK_EVENTQEN, enable},
		{"IRQ_CTRLACK", FAKE_SMMU_STUCK_IRQ, enable},
		{"commands", FAKE_SMMU_STUCK_CMDQ, enable},
		{"CMD_SYNC", FAKE_SMMU_STUCK_SYNC, enable},
		{"CR0ACK of SMMUEN", FAKE_SMMU_STUCK_SMMUEN, enable},
	};

	for (hv_u32 hz = 1000000; hz <= 1000000000; hz *= 1000) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const hv_u64 tick = hz / 1000000;
			hv_u64 ticks;

			machine_on(state);
			fake_clock.hz = hz;
			fake_clock.step = tick;
			assert_true(prepare(16));
			assert_true(rows[i].act == abort_all || abort_all());
			smmu.stuck = rows[i].stuck;
			ticks = waited_for(rows[i].act);
			/* 1000 us, and a few looks of the waits that went well */
			if (ticks < 1000 * tick || ticks > 1100 * tick)
				fail_msg("%s: %llu us", rows[i].why, (unsigned long long)(ticks / tick));
			if (rows[i].act == enable)
				assert_abort(8, 0x1000, true, 0);
		}
	}
}

static void a_bound_that_passed_still_gets_a_last_look(void **state)
{
	(void)state;
	fake_clock.step = 100000; /* the CPU was away for 100 ms between two looks */
	smmu.latency = 0;
	assert_true(hv_hal_smmu_abort_all(hal.base));
	smmu.latency = 50;
	fake_clock.step = 10;
	assert_true(hv_hal_smmu_abort_all(hal.base));
	smmu.latency = 1000;
	assert_false(hv_hal_smmu_abort_all(hal.base));
}

static void nothing_goes_on_after_a_failed_handshake(void **state)
{
	(void)state;
	smmu.stuck = FAKE_SMMU_STUCK_GBPA;
	assert_false(hv_hal_smmu_abort_all(hal.base));
	assert_int_equal(first_write(0, 0x20), FAKE_NOWHERE);
	/* An update that somebody else began and that never ends: not even written. */
	smmu.gbpa.written |= 0x80000000;
	fake_access_clear();
	assert_false(hv_hal_smmu_abort_all(hal.base));
	assert_int_equal(first_write(0, 0x44), FAKE_NOWHERE);

	machine_on(state);
	firmware_left_on();
	smmu.stuck = FAKE_SMMU_STUCK_SMMUEN;
	assert_false(hv_hal_smmu_abort_all(hal.base));
	assert_int_equal(smmu.cr0.written, 0x1c);

	machine_on(state);
	firmware_left_on();
	smmu.stuck = FAKE_SMMU_STUCK_CMDQEN;
	assert_false(hv_hal_smmu_abort_all(hal.base));
	assert_int_equal(smmu.cr0.written, 0);
	assert_abort(8, 0x1234, true, 0);

	machine_on(state);
	firmware_left_on();
	assert_true(prepare(16) && abort_all());
	smmu.stuck = FAKE_SMMU_STUCK_IRQ;
	assert_false(enable());
	assert_int_equal(first_write(0, 0x90), FAKE_NOWHERE);

	machine_on(state);
	assert_true(prepare(16) && abort_all());
	smmu.stuck = FAKE_SMMU_STUCK_SYNC;
	fake_access_clear();
	assert_false(enable());
	assert_int_equal(smmu.cr0.written, 0xc);
	assert_int_equal(first_write(0, 0x50), 0);
	assert_int_equal(first_write(1, 0x50), FAKE_NOWHERE); /* no interrupts */
}

static void queues_must_lie_right(void **state)
{
	(void)state;
	assert_true(prepare(16) && abort_all());
	hal.cmdq = (struct hv_smmu_cmd *)(CMDQ + 0x80);
	assert_false(enable());
	hal.cmdq = (struct hv_smmu_cmd *)CMDQ;
	hal.eventq = (hv_u64(*)[4])(EVENTQ + 0x80);
	assert_false(enable());
	hal.eventq = (hv_u64(*)[4])EVENTQ;
	hal.eventq_log2 = 20;
	assert_false(enable());
	hal.eventq_log2 = EVENTQ_LOG2;
	assert_int_equal(first_write(0, 0x90), FAKE_NOWHERE);
	assert_true(enable());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(no_wait_is_longer_than_the_bound, machine_on),
		cmocka_unit_test_setup(a_bound_that_passed_still_gets_a_last_look, machine_on),
		cmocka_unit_test_setup(nothing_goes_on_after_a_failed_handshake, machine_on),
		cmocka_unit_test_setup(queues_must_lie_right, machine_on),
	};

	return cmocka_run_group_tests(tests, NULL, machine_off);
}
