/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions on a shared CPU start, stop, restart and fault beside each other. */
#include "hv_shared_fixture.h"

/* ---- life ---- */

static void cpu_off_gives_the_cpu_away(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	guest_ends_all();
	wfi();
	(void)call1(CPU_OFF, 0, 0, 0);
	assert_sleeps();
	assert_int_equal(ONE->running, 1);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
	/* Nothing of its timers stays for the next one. */
	assert_int_equal(CPU1->redist.word[ISENABLER0] >> 27 & 1, 0);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(CPU1->redist.word[ISENABLER0] >> 27 & 1, 1);
	/* And back. */
	guest_ends_all();
	wfi();
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000300, 1), 0);
	fake.end = FAKE_ASLEEP;
	irqs();
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_runs(A);
	assert_int_equal(fake_last(FAKE_ENTER)->a, 0x50000300);
}

static void a_partition_stops_beside_its_neighbour(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	ppi(27);
	irqs();
	(void)call1(SYSTEM_OFF, 0, 0, 0);
	assert_int_equal(TWO->state, HV_PARTITION_OFF);
	assert_int_equal(TWO->running, 0);
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] >> 27 & 1, 0);
	assert_int_equal(CPU1->redist.word[ISENABLER0] >> 27 & 1, 1); /* one's */
	assert_true(server(B)->wake_ns == UINT64_MAX);
	/* For good: its time comes and nobody looks. */
	pass(5000);
	irqs();
	assert_false(B->in_guest);
}

static void a_restart_is_loaded_at_its_own_expense(void **state)
{
	hv_u64 before;

	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	before = server(A)->remaining_ns;
	fake.ack_step = 10;  /* the loop looks for interrupts at each step of the loader, */
	fake.timer_ppi = 26; /* and finds the timer's */
	(void)call1(SYSTEM_RESET, 0, 0, 0);
	/* Its budget ended while it was loading, and one has the CPU. */
	assert_runs(A);
	assert_int_equal(TWO->state, HV_PARTITION_STARTING);
	assert_true(server(A)->remaining_ns >= before - 60000);
	/* And goes on with the next one. */
	fake.ack_step = 0;
	fake.timer_ppi = 0;
	pass(CPU1->deadline - fake.counter);
	irqs();
	assert_runs(B);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(TWO->state, HV_PARTITION_RUNNING);
}

/* One stops on CPU 0 while two runs in place of its other vCPU. */
static void a_stop_waits_for_a_vcpu_that_does_not_run(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	(void)hvc(0, SYSTEM_OFF, 0, 0, 0);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_STOPPING);
	assert_int_equal(ONE->running, 2);
	fake.end = FAKE_RETURNED;
	irqs();
	assert_runs(B);
	guest_ends_all();
	wfi();
	assert_sleeps();
	assert_int_equal(ONE->running, 0);
	assert_false(A->in_guest);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
	assert_int_equal(TWO->state, HV_PARTITION_RUNNING);
}

static void a_stop_wakes_a_vcpu_that_waits(void **state)
{
	(void)state;
	start_one();
	wfi();
	assert_sleeps();
	(void)hvc(0, SYSTEM_OFF, 0, 0, 0);
	fake.end = FAKE_ASLEEP;
	irqs();
	assert_int_equal(ONE->running, 0);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
}

static void a_fault_restarts_its_own_partition(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	exit_by(ESR_LOAD32, x); /* IPA 0 is nobody's; two's policy is restart */
	assert_int_equal(TWO->restarts, 1);
	assert_runs(B);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
}

static void serror_of_the_one_that_runs(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	fake_on(1);
	FAKE_RUN(hv_shared_serror(&CPU1->frame));
	settle();
	assert_int_equal(TWO->restarts, 1);
	assert_runs(B);
	assert_int_equal(fake.end, FAKE_ENTERED);
	wfi();
	assert_runs(A);
	fake_on(1);
	FAKE_RUN(hv_shared_serror(&CPU1->frame)); /* one's policy is inject, which no SError can be */
	settle();
	assert_sleeps();
	assert_int_equal(ONE->running, 1);
	assert_int_equal(TWO->state, HV_PARTITION_RUNNING);
}

/* It has not been taken yet when the CPU changes hands: back to whose it is. */
static void serror_of_the_one_that_leaves(void **state)
{
	(void)state;
	start_one();
	CPU1->serror = true;
	fake_irq(1, 48);
	irqs();
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_ptr_equal(hv_cpus[1].vcpu, A);
	assert_int_equal(fake_count(FAKE_LOAD), 0);
	CPU1->serror = false; /* by the exit that it makes */
	FAKE_RUN(hv_shared_serror(&CPU1->frame));
	assert_int_equal(newest(1).kind, J_SERROR);
	assert_int_equal(newest(1).partition, 1);
	settle();
	assert_runs(B);
	assert_int_equal(ONE->state, HV_PARTITION_STOPPING);
	assert_int_equal(TWO->restarts, 0);
}

/* The same when it waits, and nobody else is there. */
static void serror_of_the_one_that_waits(void **state)
{
	(void)state;
	start_two();
	CPU1->serror = true;
	wfi();
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_runs(B);
}

/* Nothing of it reaches the next one: neither after a reset nor after CPU_OFF. */
static void serror_of_one_that_ends(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	CPU1->serror = true;
	(void)call1(SYSTEM_OFF, 0, 0, 0);
	assert_runs(A);
	assert_false(CPU1->serror);
	assert_int_equal(newest(1).kind, J_STOP);
	assert_int_equal(TWO->state, HV_PARTITION_OFF);
	CPU1->serror = true;
	(void)call1(CPU_OFF, 0, 0, 0);
	assert_sleeps();
	assert_false(CPU1->serror);
	assert_int_equal(newest(1).kind, J_SERROR);
	assert_int_equal(newest(1).partition, 1);
	assert_int_equal(newest(1).verdict, J_IGNORE);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_off_gives_the_cpu_away),
		cmocka_unit_test(a_partition_stops_beside_its_neighbour),
		cmocka_unit_test(a_restart_is_loaded_at_its_own_expense),
		cmocka_unit_test(a_stop_waits_for_a_vcpu_that_does_not_run),
		cmocka_unit_test(a_stop_wakes_a_vcpu_that_waits),
		cmocka_unit_test(a_fault_restarts_its_own_partition),
		cmocka_unit_test(serror_of_the_one_that_runs),
		cmocka_unit_test(serror_of_the_one_that_leaves),
		cmocka_unit_test(serror_of_the_one_that_waits),
		cmocka_unit_test(serror_of_one_that_ends),
	};

	return RUN_ISOLATED(tests);
}
