/* SPDX-License-Identifier: Apache-2.0 */
/* What a shared CPU gets, who runs there and until when, and what waiting means. */
#include <haven/irq_ownership.h>

#include "hv_shared_fixture.h"

/* ---- set-up ---- */

static void what_a_shared_cpu_gets(void **state)
{
	(void)state;
	start_two();
	assert_null(hv_cpus[0].shared);
	assert_null(hv_cpus[3].shared);
	assert_non_null(hv_cpus[1].shared);
	assert_int_equal(hv_cpus[1].shared->count, 2);
	assert_ptr_equal(hv_cpus[1].shared->vcpu[0], A);
	assert_ptr_equal(hv_cpus[1].shared->vcpu[1], B);
	assert_null(ONE->vcpu[0].context);
	assert_non_null(A->context);
	assert_non_null(B->context);
	assert_ptr_not_equal(A->context, B->context);
	/* The EL2 timer, and a PPI of both. */
	assert_int_equal(CPU1->redist.word[ISENABLER0] >> 26 & 1, 1);
	assert_int_equal(hv_irq_ppi_owners(1, 27), 0x6);
	assert_int_equal(hv_irq_ppi_owners(1, 30), 0x4);
	assert_int_equal(server(A)->config.priority, 1);
	assert_int_equal(server(B)->config.budget.budget_ns, 300000);
}

static void traps_are_set_on_shared_cpus_alone(void **state)
{
	hv_u32 shared = 0, others = 0;

	(void)state;
	machine_on();
	FAKE_RUN(hv_main());
	for (hv_u32 i = 0; i < fake.events; i++) {
		if (fake.event[i].kind != FAKE_CPU_INIT)
			continue;
		if (fake.event[i].cpu == 1)
			shared += fake.event[i].a == 1;
		else
			others += fake.event[i].a == 0;
	}
	assert_int_equal(shared, 1);
	assert_int_equal(others, 2); /* 0 and 3; 2 has no vCPU and stays off */
}

/* The loader's steps are of the partition that is loaded, and short. */
static void loading_comes_in_short_steps(void **state)
{
	hv_u32 zeroed = 0;

	(void)state;
	machine_on();
	fake.counter_step = 0;
	FAKE_RUN(hv_main());
	fake_log_clear();
	loop(1);
	settle();
	assert_runs(B);
	for (hv_u32 i = 0; i < fake.events; i++) {
		if (fake.event[i].kind == FAKE_ZERO || fake.event[i].kind == FAKE_COPY)
			assert_true(fake.event[i].b <= 0x1000);
		zeroed += fake.event[i].kind == FAKE_ZERO;
	}
	assert_int_equal(zeroed, RAM_SIZE / 0x1000);
	assert_memory_equal(ram_two + 0xfff8, image + 0x3000, 32);
	assert_int_equal(ram_two[RAM_SIZE - 1], 0);
}

static void a_dedicated_cpu_loads_in_large_steps(void **state)
{
	(void)state;
	machine_on();
	FAKE_RUN(hv_main());
	fake_log_clear();
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(fake_count(FAKE_ZERO), 4); /* the fixture's windows are 64 KB */
}

static void a_damaged_payload_stops_its_partition_alone(void **state)
{
	(void)state;
	start_one();
	image[0x3000] ^= 1;
	take_irqs(1);
	/* Two asks for a restart. */
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	(void)call1(SYSTEM_RESET, 0, 0, 0);
	assert_runs(A);
	assert_int_equal(TWO->state, HV_PARTITION_OFF);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
}

/* ---- turns ---- */

static void the_more_urgent_one_runs_until_it_waits(void **state)
{
	(void)state;
	start_both();
	assert_true(fake.counter < 1000300);
	wfi();
	assert_runs(A);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(fake_last(FAKE_ENTER)->a, 0x50000100);
	assert_int_equal(fake_last(FAKE_ENTER)->b, 77);
	/* It starts from a reset, with nothing of the other. */
	assert_int_equal(fake_last(FAKE_LOAD)->a, 0);
	assert_int_equal(fake_last(FAKE_LOAD)->b >> 48, 1);
	assert_true(fake_order(FAKE_LOAD, FAKE_RESET));
	assert_true(fake_order(FAKE_RESET, FAKE_ENTER));
	assert_false(B->live);
	assert_true(B->in_guest);
}

static void budgets_end_by_the_timer(void **state)
{
	(void)state;
	start_both();
	assert_int_equal(CPU1->deadline, 1000300);
	pass(299);
	assert_int_equal(CPU1->irqs, 0);
	pass(1);
	irqs();
	assert_runs(A);
	assert_int_equal(server(B)->remaining_ns, 0);
	/* Its refill is due 1 ms after the start, not 1 ms after it ran out. */
	assert_int_equal(CPU1->deadline, 1001000);
	pass(700);
	irqs();
	assert_runs(B);
	assert_int_equal(server(A)->remaining_ns, 4000000 - 700000);
	assert_int_equal(server(B)->remaining_ns, 300000);
}

static void nobody_runs_without_budget(void **state)
{
	(void)state;
	start_one();
	pass(4000);
	irqs();
	assert_sleeps();
	assert_int_equal(CPU1->deadline, 1010000);
	pass(6000);
	irqs();
	assert_runs(A);
	assert_int_equal(fake.end, FAKE_RESUMED);
	/* Nobody else was loaded meanwhile: its registers have stayed where they were. */
	assert_int_equal(fake_count(FAKE_SAVE), 0);
	assert_int_equal(fake_count(FAKE_LOAD), 0);
}

static void each_gets_its_own_registers_back(void **state)
{
	hv_u64 b[31], a[31];

	(void)state;
	start_one();
	/* Two's own, as it will find them. */
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	for (hv_u32 i = 0; i < 31; i++)
		b[i] = 0xb00 + i;
	CPU1->exit.elr = 0x80001000;
	CPU1->exit.spsr = 0x3c5;
	CPU1->el1.vbar = 0xb;
	CPU1->el1.sctlr = 0xbb;
	exit_by(ESR_WFI, b);
	assert_runs(A);
	for (hv_u32 i = 0; i < 31; i++)
		a[i] = 0xa00 + i;
	CPU1->exit.elr = 0x50001000;
	CPU1->exit.spsr = 0x5;
	CPU1->el1.vbar = 0xa;
	CPU1->el1.sctlr = 0xaa;
	memcpy(CPU1->frame.x, a, sizeof(a));
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(fake.end, FAKE_RESUMED);
	assert_memory_equal(CPU1->frame.x, b, sizeof(b));
	assert_int_equal(CPU1->exit.elr, 0x80001004); /* behind the WFI */
	assert_int_equal(CPU1->exit.spsr, 0x3c5);
	assert_int_equal(CPU1->el1.vbar, 0xb);
	assert_int_equal(CPU1->el1.sctlr, 0xbb);
	guest_ends_all();
	exit_by(ESR_WFI, b);
	assert_runs(A);
	assert_memory_equal(CPU1->frame.x, a, sizeof(a));
	assert_int_equal(CPU1->exit.elr, 0x50001000);
	assert_int_equal(CPU1->exit.spsr, 0x5);
	assert_int_equal(CPU1->el1.vbar, 0xa);
	assert_int_equal(CPU1->el1.sctlr, 0xaa);
	assert_int_equal(CPU1->stack_top, 0x41002000);
}

static void an_exit_that_changes_nothing_returns_at_once(void **state)
{
	(void)state;
	start_one();
	assert_int_equal(call1(0x84000000, 0, 0, 0), 0x10001);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_runs(A);
	assert_int_equal(fake_count(FAKE_SAVE) + fake_count(FAKE_LOAD), 0);
}

/* ---- waiting ---- */

static void wfe_does_not_wait(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	start_one();
	CPU1->exit.elr = 0x50002000;
	exit_by(ESR_WFE, x);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(CPU1->exit.elr, 0x50002004);
	assert_runs(A);
}

static void wfi_with_something_pending_does_not_wait(void **state)
{
	(void)state;
	start_one();
	ppi(27);
	irqs();
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	wfi();
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_runs(A);
	/* Active alone does not end a wait. */
	for (hv_u32 i = 0; i < FAKE_LRS; i++)
		if (STATE(CPU1->lr[i]) == 1)
			CPU1->lr[i] ^= UINT64_C(3) << 62;
	wfi();
	assert_sleeps();
}

static void both_wait_and_the_cpu_sleeps(void **state)
{
	(void)state;
	start_one();
	wfi();
	assert_sleeps();
	assert_false(CPU1->timer_on);
}

static void a_waiting_guest_is_woken_by_its_own_timer(void **state)
{
	(void)state;
	start_one(); /* one runs and does not give the CPU away */
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	CPU1->timers = (struct hv_guest_timers){.cntv_ctl = 1, .cntv_cval = 1000123};
	wfi();
	assert_runs(A);
	assert_int_equal(CPU1->timers.cntv_ctl, 0); /* and not the other's */
	assert_int_equal(CPU1->deadline, 1000123);
	pass(122);
	assert_int_equal(CPU1->irqs, 0);
	pass(1);
	irqs();
	assert_runs(B);
	/* Its timer is in the hardware again and raises its line by itself. */
	assert_int_equal(CPU1->timers.cntv_ctl, 1);
	assert_int_equal(CPU1->timers.cntv_cval, 1000123);
	ppi(27);
	irqs();
	assert_int_equal(STATE(lr_of(1, 27)), 1);
}

/* Due already, and its interrupt still on its way: the wait ends, it is not lost. */
static void a_timer_that_is_due_is_not_lost(void **state)
{
	(void)state;
	start_one();
	CPU1->timers = (struct hv_guest_timers){.cntv_ctl = 5, .cntv_cval = 1000000};
	pass(50);
	wfi();
	assert_runs(A);
}

static void a_timer_that_cannot_signal_does_not_wake(void **state)
{
	(void)state;
	start_one();
	/* In service: the guest waits inside its handler. */
	CPU1->redist.word[ISACTIVER0] |= 1u << 27;
	CPU1->timers = (struct hv_guest_timers){.cntv_ctl = 1, .cntv_cval = 1000050,
						.cntp_ctl = 1, .cntp_cval = 1000060};
	wfi(); /* PPI 30 is not one's */
	assert_sleeps();
	assert_false(CPU1->timer_on);
}

static void an_interrupt_while_the_cpu_sleeps_wakes_its_guest(void **state)
{
	(void)state;
	start_one();
	enable(41);
	wfi();
	assert_sleeps();
	fake_irq(1, 41);
	irqs();
	assert_runs(A);
	assert_int_equal(fake.end, FAKE_RESUMED);
	assert_int_equal(STATE(lr_of(1, 41)), 1);
	assert_int_equal(fake_count(FAKE_LOAD), 0);
}

static void yield_waits_for_the_refill(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	pass(100);
	assert_int_equal(call1(YIELD, 0, 0, 0), 0);
	assert_runs(A);
	assert_int_equal(CPU1->deadline, 1001000);
	pass(900);
	irqs();
	assert_runs(B);
	assert_int_equal(server(B)->remaining_ns, 300000);
}

static void yield_ends_with_an_interrupt(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	guest_ends_all();
	(void)call1(YIELD, 0, 0, 0);
	assert_runs(A);
	pass(10);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
}

static void standby_waits(void **state)
{
	(void)state;
	start_one();
	assert_int_equal(call1(CPU_SUSPEND, 0, 0, 0), 0);
	assert_sleeps();
	enable(41); /* harmless from outside */
	fake_irq(1, 41);
	irqs();
	assert_runs(A);
	assert_int_equal(CPU1->frame.x[0], 0);
}

static void powerdown_starts_anew_after_its_wait(void **state)
{
	(void)state;
	start_one();
	enable(41);
	CPU1->el1.vbar = 0x1234;
	(void)call1(CPU_SUSPEND, POWERDOWN, 0x50000200, 99);
	assert_sleeps();
	fake_irq(1, 41);
	irqs();
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_runs(A);
	assert_int_equal(fake_last(FAKE_ENTER)->a, 0x50000200);
	assert_int_equal(fake_last(FAKE_ENTER)->b, 99);
	assert_int_equal(CPU1->el1.vbar, 0);
	assert_int_equal(STATE(lr_of(1, 41)), 1);
	/* Once only. */
	wfi();
	fake_irq(1, 41);
	irqs();
	assert_int_equal(fake_count(FAKE_POWER_UP), 1);
}

/* Its partition ends while it waits: the next life does not start anew at the old place. */
static void powerdown_ends_with_its_life(void **state)
{
	(void)state;
	start_one();
	(void)call1(CPU_SUSPEND, POWERDOWN, 0x50000200, 99);
	assert_sleeps();
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	fake.end = FAKE_ASLEEP;
	irqs();
	loop(0);
	while (fake.end == FAKE_LOOPED)
		loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 77), 0);
	fake.end = FAKE_ASLEEP;
	irqs();
	assert_runs(A);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	fake_log_clear();
	wfi();
	assert_runs(A);
	assert_int_equal(fake.end, FAKE_RESUMED);
	assert_int_equal(fake_count(FAKE_POWER_UP), 0);
}

static void powerdown_with_something_pending_returns(void **state)
{
	(void)state;
	start_one();
	enable(41);
	fake_irq(1, 41);
	irqs();
	assert_int_equal(call1(CPU_SUSPEND, POWERDOWN, 0x50000200, 99), 0);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(fake_count(FAKE_POWER_UP), 0);
	assert_runs(A);
}

/* Its timer is due before the next look: the wait is over when it begins. */
static void powerdown_that_is_over_at_once(void **state)
{
	(void)state;
	start_one();
	CPU1->timers = (struct hv_guest_timers){.cntv_ctl = 5, .cntv_cval = 1};
	(void)call1(CPU_SUSPEND, POWERDOWN, 0x50000200, 99);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(fake_last(FAKE_ENTER)->a, 0x50000200);
	assert_false(A->powerdown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_shared_cpu_gets),
		cmocka_unit_test(traps_are_set_on_shared_cpus_alone),
		cmocka_unit_test(loading_comes_in_short_steps),
		cmocka_unit_test(a_dedicated_cpu_loads_in_large_steps),
		cmocka_unit_test(a_damaged_payload_stops_its_partition_alone),
		cmocka_unit_test(the_more_urgent_one_runs_until_it_waits),
		cmocka_unit_test(budgets_end_by_the_timer),
		cmocka_unit_test(nobody_runs_without_budget),
		cmocka_unit_test(each_gets_its_own_registers_back),
		cmocka_unit_test(an_exit_that_changes_nothing_returns_at_once),
		cmocka_unit_test(wfe_does_not_wait),
		cmocka_unit_test(wfi_with_something_pending_does_not_wait),
		cmocka_unit_test(both_wait_and_the_cpu_sleeps),
		cmocka_unit_test(a_waiting_guest_is_woken_by_its_own_timer),
		cmocka_unit_test(a_timer_that_is_due_is_not_lost),
		cmocka_unit_test(a_timer_that_cannot_signal_does_not_wake),
		cmocka_unit_test(an_interrupt_while_the_cpu_sleeps_wakes_its_guest),
		cmocka_unit_test(yield_waits_for_the_refill),
		cmocka_unit_test(yield_ends_with_an_interrupt),
		cmocka_unit_test(standby_waits),
		cmocka_unit_test(powerdown_starts_anew_after_its_wait),
		cmocka_unit_test(powerdown_ends_with_its_life),
		cmocka_unit_test(powerdown_with_something_pending_returns),
		cmocka_unit_test(powerdown_that_is_over_at_once),
	};

	return RUN_ISOLATED(tests);
}
