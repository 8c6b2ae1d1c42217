/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Known faults of the reference hypervisor: each test says how it should be, and is
 * registered to fail. Whoever mends one moves its test to the others.
 *
 * usage: hv_fault_test NAME
 */
#include "hv_fixture.h"

/* Its configuration names no interrupt: nothing may arrive in its place. */
static void doorbell_without_an_interrupt_has_no_effect(void **state)
{
	(void)state;
	boot_guests();
	store32(2, GICD_IPA, 3);
	own_config(TWO)->doorbell_irq = 0;
	store32(2, GICR_IPA + 0x10100, 0xffff);
	assert_int_equal(hvc(0, 0xc6000005, 2, 0, 0), 0);
	take_irqs(2);
	for (hv_u32 i = 0; i < FAKE_LRS; i++)
		assert_int_equal(fake.cpu[2].lr[i], 0);
}

/* A byte, a step that drains it, the next byte: the service CPU may run somebody's vCPU. */
static void a_fast_writer_does_not_set_the_rate_of_steps(void **state)
{
	(void)state;
	boot_guests();
	fake.counter_step = 0;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(hvc(2, 0xc6000004, 1, '.', 0), 1);
		loop(3);
	}
	assert_in_range(fake_count_a(FAKE_SGI, 3), 1, 2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doorbell_without_an_interrupt_has_no_effect),
		cmocka_unit_test(a_fast_writer_does_not_set_the_rate_of_steps),
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (argc > 1 && strcmp(argv[1], tests[i].name) == 0)
			return run_isolated(&tests[i], 1);
	}
	return 0; /* unknown: not a failure, so CTest says that it is one */
}
