/* SPDX-License-Identifier: Apache-2.0 */
/* HVC and SMC of a guest: who answers, and what it may not reach. */
#include "hv_fixture.h"

#define NOT_SUPPORTED UINT64_C(0xffffffffffffffff)
#define DENIED        UINT64_C(0xfffffffffffffffc)

enum { J_SMC = 7 };

static void psci_version_by_hvc_and_smc(void **state)
{
	hv_u64 x[31] = {0x84000000};

	(void)state;
	boot_guests();
	fake.cpu[0].exit.elr = 0x50000800;
	call(0, ESR_HVC, x);
	assert_int_equal(x[0], 0x10001);
	assert_int_equal(fake.cpu[0].exit.elr, 0x50000800); /* is behind the HVC already */
	x[0] = 0x84000000;
	call(0, ESR_SMC, x);
	assert_int_equal(x[0], 0x10001);
	assert_int_equal(fake.cpu[0].exit.elr, 0x50000804);
}

static void unknown_call_is_journalled(void **state)
{
	hv_u64 x[31] = {0xc3001234, 7};

	(void)state;
	boot_guests();
	call(0, ESR_SMC, x);
	assert_int_equal(x[0], NOT_SUPPORTED);
	assert_int_equal(x[1], 7);
	assert_int_equal(newest(0).kind, J_SMC);
	assert_int_equal(newest(0).verdict, 6);
	assert_int_equal(fake_count(FAKE_SMC), 0);
}

static void listed_smc_is_forwarded_for_its_partition_only(void **state)
{
	hv_u64 x[31] = {0x82000001, 11};

	(void)state;
	boot_guests();
	fake.smc_result = 42;
	call(0, ESR_SMC, x);
	assert_int_equal(x[0], 42);
	assert_int_equal(fake_last(FAKE_SMC)->a, 0x82000001);
	assert_int_equal(fake_last(FAKE_SMC)->b, 11);
	fake_log_clear();
	x[0] = 0x82000001;
	call(2, ESR_SMC, x);
	assert_int_equal(x[0], NOT_SUPPORTED);
	assert_int_equal(fake_count(FAKE_SMC), 0);
}

static void system_off_by_smc_does_not_reach_el3(void **state)
{
	hv_u64 x[31] = {0x84000008};

	(void)state;
	boot_guests();
	call(2, ESR_SMC, x);
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(fake_count(FAKE_SMC), 0);
	loop(2);
	assert_int_equal(TWO->state, HV_PARTITION_OFF);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
}

static void version_yield_budget_info(void **state)
{
	hv_u64 x[31] = {0xc6000000};

	(void)state;
	boot_guests();
	call(0, ESR_HVC, x);
	assert_int_equal(x[0] >> 63, 0);
	x[0] = 0xc6000001;
	call(0, ESR_HVC, x);
	assert_int_equal(x[0], 0);
	x[0] = 0xc6000002;
	x[3] = 9;
	call(0, ESR_HVC, x);
	assert_int_equal(x[0], 0);
	assert_int_equal(x[1], 500);
	assert_int_equal(x[2], 500);
	assert_int_equal(x[3], 0);
	x[0] = 0xc6000003;
	call(0, ESR_HVC, x);
	assert_int_equal(x[1], 1);
	assert_int_equal(x[2], 0x20000);
	assert_int_equal(x[3], 4);
}

static void doorbell_to_a_stranger_is_denied(void **state)
{
	(void)state;
	boot_guests();
	assert_int_equal(hvc(0, 0xc6000005, 2, 0, 0), 0);
	fake_log_clear();
	assert_int_equal(hvc(0, 0xc6000005, 1, 0, 0), DENIED);
	assert_int_equal(hvc(0, 0xc6000005, 3, 0, 0) >> 63, 1);
	assert_int_equal(hvc(0, 0xc6000005, 0, 0, 0) >> 63, 1);
	assert_int_equal(hvc(0, 0xc6000005, UINT64_C(0x100000002), 0, 0) >> 63, 1);
	assert_int_equal(fake_count(FAKE_SGI), 0);
}

static void doorbell_in_a_loop_is_held_back(void **state)
{
	(void)state;
	boot_guests();
	fake.counter_step = 0;
	fake_log_clear();
	assert_int_equal(hvc(0, 0xc6000005, 2, 0, 0), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(hvc(0, 0xc6000005, 2, 0, 0), (hv_u64)-5);
	assert_int_equal(fake_count(FAKE_SGI), 1);
	/* The peer has not looked yet: accepted, but it has its SGI. */
	fake.counter += hv_hal_counter_frequency() / 50000;
	assert_int_equal(hvc(0, 0xc6000005, 2, 0, 0), 0);
	assert_int_equal(fake_count(FAKE_SGI), 1);
	take_irqs(2);
	fake.counter += hv_hal_counter_frequency() / 50000;
	assert_int_equal(hvc(0, 0xc6000005, 2, 0, 0), 0);
	assert_int_equal(fake_count(FAKE_SGI), 2);
}

static void console_write_goes_to_the_ring(void **state)
{
	(void)state;
	boot_guests();
	assert_int_equal(hvc(2, 0xc6000004, 3, 0x0a6968, 0), 3);
	assert_int_equal(fake_count_a(FAKE_SGI, 3), 1);
	serve();
	assert_non_null(strstr(fake.out, "[two] \x1b[0mhi\r\n"));
}

static void console_write_to_a_full_ring_takes_less(void **state)
{
	hv_u64 taken = 0;

	(void)state;
	boot_guests();
	for (int i = 0; i < 128; i++)
		taken += hvc(2, 0xc6000004, 24, 0, 0);
	assert_int_equal(taken, 1024);
	assert_int_equal(hvc(2, 0xc6000004, 24, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psci_version_by_hvc_and_smc),
		cmocka_unit_test(unknown_call_is_journalled),
		cmocka_unit_test(listed_smc_is_forwarded_for_its_partition_only),
		cmocka_unit_test(system_off_by_smc_does_not_reach_el3),
		cmocka_unit_test(version_yield_budget_info),
		cmocka_unit_test(doorbell_to_a_stranger_is_denied),
		cmocka_unit_test(doorbell_in_a_loop_is_held_back),
		cmocka_unit_test(console_write_goes_to_the_ring),
		cmocka_unit_test(console_write_to_a_full_ring_takes_less),
	};

	return RUN_ISOLATED(tests);
}
