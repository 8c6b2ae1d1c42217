/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known faults of the reference hypervisor: each test says how it should be, and is
 * registered to fail. Whoever mends one moves its test to the others.
 *
 * usage: hv_fault_test NAME
 */
#include "hv_fixture.h"

/* Both vCPUs fault before either has seen the other's stop: one restart follows, and one
 * is counted. Otherwise the limit is reached at half the number of restarts. */
static void two_faults_at_once_are_one_restart(void **state)
{
	struct hv_partition_config *config;
	hv_u64 x[31] = {0};

	(void)state;
	boot_guests();
	assert_int_equal(hvc(0, 0xc4000003, 1, 0x50000100, 0), 0); /* CPU_ON */
	loop(1);
	config = own_config(ONE);
	config->fault_policy = HV_FAULT_RESTART;
	config->max_restarts = 2;
	trap(0, ESR_LOAD32, RAM_TWO, x);
	trap(1, ESR_LOAD32, RAM_TWO, x);
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(ONE->restarts, 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_faults_at_once_are_one_restart),
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (argc > 1 && strcmp(argv[1], tests[i].name) == 0)
			return run_isolated(&tests[i], 1);
	}
	return 0; /* unknown: not a failure, so CTest says that it is one */
}
