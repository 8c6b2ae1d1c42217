/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts, kicks and doorbells for a vCPU that does not run: queued, held back, or a reason
 * to run.
 */
#include "hv_shared_fixture.h"

/* ---- interrupts of whom does not run ---- */

static void an_interrupt_preempts_for_a_more_urgent_one(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(STATE(lr_of(1, 48)), 1);
	assert_int_equal(fake_count_a(FAKE_EOI, 48), 1);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 48), 0); /* active until two ends it */
}

static void an_interrupt_of_a_less_urgent_one_waits(void **state)
{
	(void)state;
	start_one();
	enable(41);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	fake_irq(1, 41);
	irqs();
	assert_runs(B);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(lr_of(1, 41), 0);
	wfi();
	assert_runs(A);
	assert_int_equal(STATE(lr_of(1, 41)), 1);
}

static void an_interrupt_without_budget_waits_for_the_refill(void **state)
{
	(void)state;
	start_both();
	enable(48);
	pass(300);
	irqs();
	assert_runs(A);
	fake_irq(1, 48);
	irqs();
	assert_runs(A);
	assert_int_equal(lr_of(1, 48), 0);
	pass(700);
	irqs();
	assert_runs(B);
	assert_int_equal(STATE(lr_of(1, 48)), 1);
}

/* One's SPI 41 comes to CPU 1 while two runs there; one's vCPU 0, on CPU 0, ends it. */
static void comes_and_is_ended(void)
{
	fake_irq(1, 41);
	irqs();
	assert_runs(B);
	store32(0, GICD_IPA + 0x284, 1u << 9); /* ICPENDR: it was only pending */
}

static void an_interrupt_ended_from_elsewhere_is_held_back(void **state)
{
	(void)state;
	start_with_an_interrupt();
	comes_and_is_ended();
	assert_true(is_enabled(41));
	comes_and_is_ended();
	assert_false(is_enabled(41));
	/* Nor does the guest get it enabled from there; what it reads is its own. */
	store32(0, GICD_IPA + 0x184, 1u << 9);
	store32(0, GICD_IPA + 0x104, 1u << 9);
	assert_false(is_enabled(41));
	assert_int_equal(load32(0, GICD_IPA + 0x104) >> 9 & 1, 1);
	/* Another one of its own is enabled as ever. */
	store32(0, GICD_IPA + 0x104, 1u << 8);
	assert_true(is_enabled(40));
	wfi();
	assert_runs(A);
	assert_true(is_enabled(41));
	fake_irq(1, 41);
	irqs();
	assert_runs(A);
	assert_int_equal(STATE(lr_of(1, 41)), 1);
	assert_true(is_enabled(41));
}

/* Its turn begins anew: once is no reason to hold it back. */
static void each_turn_an_interrupt_may_come_again(void **state)
{
	(void)state;
	start_with_an_interrupt();
	for (int i = 0; i < 5; i++) {
		fake_irq(1, 41);
		irqs();
		assert_runs(B);
		assert_true(is_enabled(41));
		wfi();
		assert_runs(A);
		guest_ends_all();
		assert_true(is_enabled(41));
		fake_irq(1, 48);
		irqs();
		assert_runs(B);
		guest_ends_all();
	}
}

static void one_that_was_disabled_meanwhile_stays_so(void **state)
{
	(void)state;
	start_with_an_interrupt();
	comes_and_is_ended();
	comes_and_is_ended();
	store32(0, GICD_IPA + 0x184, 1u << 9);
	wfi();
	assert_runs(A);
	assert_false(is_enabled(41));
	store32(1, GICD_IPA + 0x104, 1u << 9);
	assert_true(is_enabled(41));
}

/* The next life enables it before the vCPU that held it back runs. */
static void nothing_is_held_back_in_the_next_life(void **state)
{
	(void)state;
	start_with_an_interrupt();
	wfi();
	assert_runs(A);
	(void)call1(CPU_OFF, 0, 0, 0);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	comes_and_is_ended();
	comes_and_is_ended();
	assert_false(is_enabled(41));
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	loop(0);
	while (fake.end == FAKE_LOOPED)
		loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
	store32(0, GICD_IPA, 3);
	store32(0, GICD_IPA + 0x104, 1u << 9);
	assert_true(is_enabled(41));
}

/* It is off when the interrupt comes, and finds it enabled when it is on again. */
static void a_vcpu_that_is_off_holds_back_too(void **state)
{
	(void)state;
	start_with_an_interrupt();
	wfi();
	assert_runs(A);
	(void)call1(CPU_OFF, 0, 0, 0);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	comes_and_is_ended();
	comes_and_is_ended();
	assert_false(is_enabled(41));
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 77), 0);
	irqs();
	wfi();
	assert_runs(A);
	assert_true(is_enabled(41));
}

static void next_dispatch_wakes_nobody(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 49);
	irqs();
	assert_runs(A);
	wfi();
	assert_sleeps(); /* two has it, and still waits */
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(STATE(lr_of(1, 48)), 1);
	assert_int_equal(STATE(lr_of(1, 49)), 1);
}

/* The same while the CPU sleeps with two's registers in it. */
static void next_dispatch_wakes_nobody_who_is_loaded(void **state)
{
	(void)state;
	start_two();
	enable(48);
	enable(49);
	wfi();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	wfi();
	assert_sleeps();
	assert_ptr_equal(hv_cpus[1].vcpu, B);
	fake_irq(1, 49);
	irqs();
	assert_sleeps();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
}

/* Two waits for its timer and gets another interrupt meanwhile, which costs it time all the same. */
static void next_dispatch_comes_with_the_next_turn(void **state)
{
	hv_u64 before;

	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	guest_ends_all();
	CPU1->timers = (struct hv_guest_timers){.cntv_ctl = 1, .cntv_cval = 1000123};
	wfi();
	assert_runs(A);
	before = server(B)->stats.used_ns;
	fake.counter_step = 1;
	fake_irq(1, 49);
	irqs();
	fake.counter_step = 0;
	assert_runs(A);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(server(B)->stats.used_ns - before, 1000);
	assert_int_equal(CPU1->deadline, 1000123);
	pass(1000123 - fake.counter);
	irqs();
	assert_runs(B);
	assert_int_equal(STATE(lr_of(1, 49)), 1);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 49), 0);
}

static void an_interrupt_of_a_partition_that_has_no_vcpu_here(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 60);
	irqs();
	assert_int_equal(newest(1).kind, J_SPURIOUS);
	assert_int_equal(newest(1).detail, 60);
	assert_runs(A);
}

static void kicks_of_one_that_does_not_run_are_sent_once(void **state)
{
	(void)state;
	start_both();
	for (int i = 0; i < 100; i++)
		hv_kick(A, HV_REQUEST_VGIC);
	assert_int_equal(fake_count(FAKE_SGI), 1);
	irqs();
	assert_runs(B);
	/* Seen, and still to be done: none is sent in vain. */
	for (int i = 0; i < 100; i++)
		hv_kick(A, HV_REQUEST_VGIC);
	assert_int_equal(fake_count(FAKE_SGI), 1);
	wfi();
	assert_runs(A);
	assert_int_equal(A->requests, 0);
}

static void an_sgi_of_another_vcpu_wakes(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	start_one();
	store32(1, GICR_IPA + 0x30100, 1u << 5);
	wfi();
	assert_sleeps();
	x[5] = UINT64_C(0x05000002);
	trap(0, UINT64_C(0x623a30b6), 0, x);
	fake.end = FAKE_ASLEEP;
	irqs();
	assert_runs(A);
	assert_int_equal(STATE(lr_of(1, 5)), 1);
}

static void a_doorbell_preempts(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	store32(1, GICD_IPA + 0x10c, 1u << 4);
	guest_ends_all();
	wfi();
	assert_runs(A);
	assert_int_equal(hvc(0, DOORBELL, 2, 0, 0), 0);
	irqs();
	assert_runs(B);
	assert_int_equal(STATE(lr_of(1, 100)), 1);
}

/* One rings two, which lives on the same CPU. */
static void a_doorbell_to_the_same_cpu(void **state)
{
	(void)state;
	start_one();
	assert_int_equal(call1(DOORBELL, 2, 0, 0), 0);
	assert_runs(A);
	irqs();
	assert_runs(B);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interrupt_preempts_for_a_more_urgent_one),
		cmocka_unit_test(an_interrupt_of_a_less_urgent_one_waits),
		cmocka_unit_test(an_interrupt_without_budget_waits_for_the_refill),
		cmocka_unit_test(an_interrupt_ended_from_elsewhere_is_held_back),
		cmocka_unit_test(each_turn_an_interrupt_may_come_again),
		cmocka_unit_test(one_that_was_disabled_meanwhile_stays_so),
		cmocka_unit_test(nothing_is_held_back_in_the_next_life),
		cmocka_unit_test(a_vcpu_that_is_off_holds_back_too),
		cmocka_unit_test(next_dispatch_wakes_nobody),
		cmocka_unit_test(next_dispatch_wakes_nobody_who_is_loaded),
		cmocka_unit_test(next_dispatch_comes_with_the_next_turn),
		cmocka_unit_test(an_interrupt_of_a_partition_that_has_no_vcpu_here),
		cmocka_unit_test(kicks_of_one_that_does_not_run_are_sent_once),
		cmocka_unit_test(an_sgi_of_another_vcpu_wakes),
		cmocka_unit_test(a_doorbell_preempts),
		cmocka_unit_test(a_doorbell_to_the_same_cpu),
	};

	return RUN_ISOLATED(tests);
}
