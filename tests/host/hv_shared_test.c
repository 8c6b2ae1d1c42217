/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CPU that two partitions share: who runs, until when, at whose expense, and that
 * nothing of the one reaches the other. CPU 1 carries one's vCPU 1 and two's vCPU 0.
 */
#include <haven/irq_ownership.h>

#include "hv_fixture.h"

#define CPU_ON       0xc4000003
#define CPU_OFF      0x84000002
#define CPU_SUSPEND  0xc4000001
#define SYSTEM_OFF   0x84000008
#define SYSTEM_RESET 0x84000009
#define YIELD        0xc6000001
#define BUDGET       0xc6000002
#define DOORBELL     0xc6000005

#define POWERDOWN 0x10000

/** WFI and WFE with IL: ISS.TI 0 and 1. */
#define ESR_WFI UINT64_C(0x06000000)
#define ESR_WFE UINT64_C(0x06000001)

#define A (&ONE->vcpu[1])
#define B (&TWO->vcpu[0])
#define CPU1 (&fake.cpu[1])

#define ISENABLER0 (0x100 / 4)
#define ISACTIVER0 (0x300 / 4)
#define STATE(lr) ((lr) >> 62)

enum { J_BUDGET = 12, J_START = 2, J_STOP = 3, J_SPURIOUS = 8, J_SERROR = 11 };
#define J_IGNORE 5

/* Time passes only here; what is due by then becomes pending. */
static void pass(hv_u64 us)
{
	fake.counter += us;
	if (CPU1->timer_on && CPU1->deadline <= fake.counter)
		fake_irq(1, 26);
}

/* Exits and the cpu loop, until CPU 1 is in a guest or asleep. */
static void settle(void)
{
	while (fake.end == FAKE_LOOPED)
		loop(1);
}

static void irqs(void)
{
	if (fake.end == FAKE_ASLEEP) {
		loop(1);
	} else {
		take_irqs(1);
	}
	settle();
}

static void exit_by(hv_u64 esr, hv_u64 x[31])
{
	trap(1, esr, 0, x);
	settle();
}

static void wfi(void)
{
	hv_u64 x[31] = {0};

	exit_by(ESR_WFI, x);
}

static hv_u64 call1(hv_u64 function, hv_u64 a1, hv_u64 a2, hv_u64 a3)
{
	const hv_u64 result = hvc(1, function, a1, a2, a3);

	settle();
	return result;
}

static void assert_runs(const struct hv_vcpu *vcpu)
{
	assert_true(fake.end == FAKE_ENTERED || fake.end == FAKE_RESUMED || fake.end == FAKE_RETURNED);
	assert_ptr_equal(hv_cpus[1].vcpu, vcpu);
	assert_int_equal(CPU1->vttbr >> 48, vcpu->partition_id);
	assert_true(vcpu->in_guest);
	assert_true(vcpu->live);
}

static void assert_sleeps(void)
{
	assert_int_equal(fake.end, FAKE_ASLEEP);
}

static const struct hv_budget_server *server(const struct hv_vcpu *vcpu)
{
	return &hv_cpus[1].shared->server[vcpu->server];
}

/* By the guest that runs, for itself. */
static void enable(hv_u32 intid)
{
	store32(1, GICD_IPA, 3);
	if (intid >= 32)
		store32(1, GICD_IPA + 0x100 + intid / 32 * 4, 1u << intid % 32);
	else
		store32(1, GICR_IPA + hv_cpus[1].vcpu->index * 0x20000 + 0x10100, 1u << intid);
}

/* The guest has taken and ended everything in its list registers: so do PPIs physically. */
static void guest_ends_all(void)
{
	for (hv_u32 i = 0; i < FAKE_LRS; i++) {
		const hv_u32 pintid = (hv_u32)(CPU1->lr[i] >> 32) & 0x1fff;

		if ((CPU1->lr[i] >> 61 & 1) != 0 && pintid < 32)
			CPU1->redist.word[ISACTIVER0] &= ~(1u << pintid);
		CPU1->lr[i] &= ~(UINT64_C(3) << 62);
	}
}

/* A PPI that the hardware delivers is active from its acknowledge on. */
static void ppi(hv_u32 intid)
{
	assert_true((CPU1->redist.word[ISENABLER0] >> intid & 1) != 0);
	CPU1->redist.word[ISACTIVER0] |= 1u << intid;
	fake_irq(1, intid);
}

/* Both partitions are loaded; two runs on CPU 1; time has not passed yet. */
static void start_two(void)
{
	machine_on();
	fake.counter_step = 0;
	fake.counter = 1000000;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	loop(1);
	settle();
	assert_runs(B);
	fake_log_clear();
}

/* And one's vCPU 1 waits for two to give the CPU away. */
static void start_both(void)
{
	start_two();
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 77), 0);
	irqs();
	assert_runs(B);
	fake_log_clear();
}

/* Two waits, one runs. */
static void start_one(void)
{
	start_both();
	enable(48);
	enable(49);
	enable(27);
	wfi();
	assert_runs(A);
	enable(27);
	fake_log_clear();
}

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

static bool is_enabled(hv_u32 intid)
{
	return (fake.gicd.word[(0x100 + intid / 32 * 4) / 4] >> intid % 32 & 1) != 0;
}

/* One's SPI 41 comes to CPU 1 while two runs there; one's vCPU 0, on CPU 0, ends it. */
static void comes_and_is_ended(void)
{
	fake_irq(1, 41);
	irqs();
	assert_runs(B);
	store32(0, GICD_IPA + 0x284, 1u << 9); /* ICPENDR: it was only pending */
}

static void start_with_an_interrupt(void)
{
	start_one();
	enable(41);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	assert_true(is_enabled(41));
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

/* ---- PPIs ---- */

static void active_timer_interrupts_move_with_their_guest(void **state)
{
	(void)state;
	start_one();
	ppi(27); /* one's */
	irqs();
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(lr_of(1, 27), 0);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] >> 27 & 1, 0); /* or two's could not come */
	ppi(27); /* two's own */
	irqs();
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	guest_ends_all();
	wfi();
	assert_runs(A);
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] >> 27 & 1, 1);
}

static void enabled_ppis_follow_who_runs(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	enable(30);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 30, 1u << 30);
	store32(1, GICR_IPA + 0x10180, 1u << 27);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 27, 0);
	guest_ends_all();
	wfi();
	assert_runs(A); /* has 27 enabled, and no 30 */
	assert_int_equal(CPU1->redist.word[ISENABLER0] & (1u << 30 | 1u << 27), 1u << 27);
	/* EL2's own stay. */
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 0x0600ffff, 0x0600ffff);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & (1u << 30 | 1u << 27), 1u << 30);
}

/* vCPU 0 of one, on another CPU, reaches into its vCPU 1 while two runs there. */
static void accesses_from_outside_wait_for_their_vcpu(void **state)
{
	const struct fake_frame before = (start_both(), CPU1->redist);

	(void)state;
	assert_runs(B);
	fake_on(0);
	store32(0, GICD_IPA, 3);
	store32(0, GICR_IPA + 0x30100, 1u << 27); /* ISENABLER0 */
	store32(0, GICR_IPA + 0x30200, 1u << 27); /* ISPENDR0 */
	assert_memory_equal(&CPU1->redist, &before, sizeof(before));
	fake.end = FAKE_RETURNED;
	irqs();
	assert_runs(B);
	wfi();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 27, 1u << 27);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] & 1u << 27, 1u << 27);
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	/* Once. */
	guest_ends_all();
	hv_kick(A, HV_REQUEST_VGIC);
	irqs();
	assert_int_equal(STATE(lr_of(1, 27)), 0);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] & 1u << 27, 0);
}

/* Six are active, four list registers: the last ones are only known to the virtual GIC. */
static void deactivation_of_what_found_no_list_register(void **state)
{
	(void)state;
	start_both();
	store32(0, GICD_IPA, 3);
	store32(0, GICR_IPA + 0x30300, 1u << 27 | 0x1f);
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(lr_of(1, 27), 0);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 1u << 27);
	store32(0, GICR_IPA + 0x30380, 1u << 27);
	fake.end = FAKE_RETURNED;
	irqs();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 0);
}

static void activation_from_outside_waits_too(void **state)
{
	(void)state;
	start_both();
	store32(0, GICD_IPA, 3);
	store32(0, GICR_IPA + 0x30300, 1u << 27); /* ISACTIVER0 */
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 0);
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 1u << 27);
	wfi();
	assert_sleeps();
	/* And back, while it waits with its registers loaded. */
	store32(0, GICR_IPA + 0x30380, 1u << 27); /* ICACTIVER0 */
	fake.end = FAKE_ASLEEP;
	irqs();
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 27), 1);
	assert_int_equal(lr_of(1, 27), 0);
}

static void a_later_access_from_outside_takes_the_earlier_back(void **state)
{
	(void)state;
	start_both();
	store32(0, GICR_IPA + 0x30300, 1u << 27);
	store32(0, GICR_IPA + 0x30380, 1u << 27);
	store32(0, GICR_IPA + 0x30200, 1u << 27);
	store32(0, GICR_IPA + 0x30280, 1u << 27);
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 0);
	assert_int_equal(lr_of(1, 27), 0);
}

/* Active while its registers are elsewhere, and ended from outside: it is so when they are back. */
static void deactivation_from_outside_waits_too(void **state)
{
	(void)state;
	start_one();
	ppi(27);
	irqs();
	CPU1->lr[0] = (CPU1->lr[0] & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62; /* acknowledged */
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	assert_int_equal(A->ppi_active, 1u << 27);
	fake_log_clear();
	store32(0, GICR_IPA + 0x30380, 1u << 27);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] & 1u << 27, 0);
	assert_int_equal(fake_count(FAKE_SGI), 1);
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(lr_of(1, 27), 0);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 27), 1);
}

/* The other vCPU disables one while this one has its turn: it is told. */
static void disabling_from_outside_is_followed_at_once(void **state)
{
	(void)state;
	start_one();
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 27, 1u << 27);
	fake_log_clear();
	store32(0, GICR_IPA + 0x30180, 1u << 27);
	assert_int_equal(fake_count_a(FAKE_SGI, 1), 1);
	fake.end = FAKE_RETURNED;
	irqs();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 27, 0);
}

/* What others left for its last life is not for the next one. */
static void mail_for_the_last_life_is_thrown_away(void **state)
{
	(void)state;
	start_with_an_interrupt();
	wfi();
	assert_runs(A);
	(void)call1(CPU_OFF, 0, 0, 0);
	store32(0, GICR_IPA + 0x30200, 1u << 27);
	store32(0, GICR_IPA + 0x30300, 1u << 27);
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	loop(0);
	while (fake.end == FAKE_LOOPED)
		loop(0);
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 77), 0);
	fake.end = FAKE_ASLEEP;
	irqs();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] & 1u << 27, 0);
	assert_int_equal(lr_of(1, 27), 0);
}

/* What the hardware has pending at that moment may be the neighbour's. */
static void pending_is_not_read_from_somebody_elses_hardware(void **state)
{
	(void)state;
	start_both();
	CPU1->redist.word[0x200 / 4] |= 1u << 27;
	assert_int_equal(load32(0, GICR_IPA + 0x30200) & 1u << 27, 0);
	/* One's own, by itself. */
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(load32(1, GICR_IPA + 0x30200) & 1u << 27, 1u << 27);
}

static void made_pending_by_itself(void **state)
{
	(void)state;
	start_one();
	store32(1, GICR_IPA + 0x30200, 1u << 27);
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 1u << 27);
	/* Nothing stays pending in the hardware for the next guest to take. */
	assert_int_equal(CPU1->redist.word[0x200 / 4] & 1u << 27, 0);
}

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

/* ---- whose time it is ---- */

static void budget_call_answers_what_is_left(void **state)
{
	hv_u64 x[31] = {BUDGET};

	(void)state;
	start_both();
	pass(120);
	call(1, ESR_HVC, x);
	assert_int_equal(x[0], 0);
	assert_int_equal(x[1], 300000);
	assert_int_equal(x[2], 180000);
	assert_int_equal(x[3], 0);
}

static void a_late_end_is_counted_charged_and_journalled(void **state)
{
	hv_u64 x[31] = {BUDGET};

	(void)state;
	start_both();
	pass(310);
	irqs();
	assert_runs(A);
	assert_int_equal(newest(1).kind, J_BUDGET);
	assert_int_equal(newest(1).partition, 2);
	assert_int_equal(newest(1).detail, 10000);
	pass(690);
	irqs();
	assert_runs(B);
	call(1, ESR_HVC, x);
	assert_int_equal(x[2], 290000);
	assert_int_equal(x[3], 1);
}

static void only_longer_overruns_are_journalled(void **state)
{
	hv_u32 before;

	(void)state;
	start_both();
	pass(310);
	irqs();
	before = records(1);
	pass(690);
	irqs();
	pass(302); /* the second, by 12 us: less than half as long again */
	irqs();
	assert_int_equal(server(B)->stats.overruns, 2);
	assert_int_equal(records(1), before);
	pass(698);
	irqs();
	pass(308); /* by 20 us */
	irqs();
	assert_int_equal(records(1), before + 1);
	assert_int_equal(newest(1).detail, 20000);
}

/* An interrupt that changes nothing ends with its exit: what the guest computes then is its own. */
static void time_after_an_interrupt_is_the_guests(void **state)
{
	hv_u64 before;

	(void)state;
	start_both();
	enable(48);
	before = server(B)->stats.used_ns;
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	pass(100);
	wfi();
	assert_runs(A);
	assert_int_equal(server(B)->stats.used_ns - before, 100000);
}

/* EL2's work for an interrupt is the time of whose interrupt it is. */
static void an_interrupt_is_charged_to_its_owner(void **state)
{
	hv_u64 one, two;

	(void)state;
	start_both();
	enable(48);
	pass(300);
	irqs();
	assert_runs(A);
	one = server(A)->stats.used_ns;
	two = server(B)->stats.used_ns;
	fake.counter_step = 1;
	fake_irq(1, 48);
	irqs();
	fake.counter_step = 0;
	assert_runs(A);
	assert_true(server(B)->stats.used_ns > two);
	assert_true(server(B)->stats.used_ns - two + server(A)->stats.used_ns - one <= 8000);
}

static hv_u64 accounted(void)
{
	return hv_cpus[1].shared->dispatch.accounted_ns;
}

static hv_u64 used(const struct hv_vcpu *vcpu)
{
	return server(vcpu)->stats.used_ns;
}

/* Each look at the clock takes a microsecond from here on, and all is charged up to now. */
static void let_el2_take_time(void)
{
	hv_u64 x[31] = {BUDGET};

	call(1, ESR_HVC, x);
	assert_int_equal(accounted(), fake.counter * 1000);
	fake.counter_step = 1;
}

/* One is interrupted at the end of 50 us and pays for those and for the first look at the clock. */
static void whoever_preempts_pays_for_coming(void **state)
{
	hv_u64 one, two, begin;

	(void)state;
	start_one();
	let_el2_take_time();
	one = used(A);
	two = used(B);
	begin = accounted();
	pass(50);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(used(A) - one, 51000);
	assert_int_equal(used(B) - two, accounted() - begin - 51000);
	assert_true(used(B) > two);
}

static void whoever_waits_pays_for_leaving(void **state)
{
	hv_u64 one, two, begin;

	(void)state;
	start_both();
	let_el2_take_time();
	one = used(A);
	two = used(B);
	begin = accounted();
	pass(50);
	wfi(); /* its end, and the switch */
	assert_runs(A);
	assert_int_equal(used(A), one);
	assert_int_equal(used(B) - two, 52000);
	assert_int_equal(accounted(), begin + 52000);
}

static void the_end_of_a_budget_is_its_own_overrun(void **state)
{
	hv_u64 one;

	(void)state;
	start_both();
	let_el2_take_time();
	one = used(A);
	pass(300);
	irqs();
	assert_runs(A);
	assert_int_equal(used(A), one);
	assert_int_equal(used(B), accounted() - 1000000000);
	assert_int_equal(accounted(), fake.counter * 1000); /* the switch was the last */
	assert_true(accounted() >= 1000302000);
	assert_int_equal(server(B)->stats.overrun_last_ns, used(B) - 300000);
	assert_int_equal(server(B)->stats.overruns, 1);
	/* The decision's deadline is that of after the switch: two's refill. */
	assert_int_equal(CPU1->deadline, 1001000);
}

/* Two has no budget, and does not run: its first kick costs it time, others none. */
static void a_kick_is_charged_to_whom_it_is_for_once(void **state)
{
	hv_u64 one, two;

	(void)state;
	start_both();
	pass(300);
	irqs();
	assert_runs(A);
	let_el2_take_time();
	one = used(A);
	two = used(B);
	hv_kick(B, HV_REQUEST_VGIC);
	irqs();
	assert_runs(A);
	assert_int_equal(used(A) - one, 1000);
	assert_int_equal(used(B) - two, 1000);
	/* One's own, while two's is still to be done: what comes is one's time. */
	two = used(B);
	hv_kick(A, HV_REQUEST_VGIC);
	irqs();
	assert_int_equal(used(B), two);
	/* Of another kind. */
	hv_kick(B, HV_REQUEST_UART);
	irqs();
	assert_int_equal(used(B) - two, 1000);
	/* From its next turn on they count anew. */
	fake.counter_step = 0;
	pass(700);
	irqs();
	assert_runs(B);
	assert_int_equal(B->requests, 0);
	assert_int_equal(B->heard, 0);
}

/* An exit that is left by a stop: the next interrupt has a beginning of its own. */
static void a_stop_ends_the_exit_of_its_interrupt(void **state)
{
	(void)state;
	start_one();
	(void)hvc(0, SYSTEM_OFF, 0, 0, 0);
	fake.end = FAKE_RETURNED;
	fake_on(1);
	FAKE_RUN(hv_shared_irq(&CPU1->frame)); /* the kick; it leaves the guest for good */
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(hv_cpus[1].shared->irq_ns, 0);
}

/* ---- recording ---- */

enum { R_SERVER = 1, R_INIT, R_RUNNABLE, R_WAKE, R_CHARGE, R_STEP, R_DONE };

static const struct hv_journal *trace_ring(void)
{
	return (const struct hv_journal *)(const void *)trace;
}

static hv_u32 recorded(void)
{
	return hv_journal_next(trace_ring()) - 1;
}

/* Record @seq is this call about this server. */
static struct hv_journal_record assert_recorded(hv_u32 seq, hv_u64 op, hv_u64 index)
{
	struct hv_journal_record record;

	assert_int_equal(hv_journal_read(trace_ring(), seq, &record), 0);
	assert_int_equal(record.kind, 15);
	assert_int_equal(record.cpu, 1);
	assert_int_equal(record.esr & 0xffff, index << 8 | op);
	if (op != R_WAKE)
		assert_int_equal(record.timestamp * 1000, record.far);
	return record;
}

static void a_recording_begins_with_the_dispatcher(void **state)
{
	(void)state;
	memset(trace, 0xa5, sizeof(trace));
	start_two();
	assert_int_equal(assert_recorded(1, R_SERVER, 0).ipa, 10000000);
	assert_int_equal(assert_recorded(2, R_SERVER, 1).detail, 300000);
	assert_int_equal(assert_recorded(3, R_INIT, 2).esr >> 32, 1000000);
	assert_recorded(4, R_CHARGE, 1); /* two is told to start, */
	assert_recorded(5, R_STEP, 1);   /* and goes first */
}

static void each_call_is_recorded(void **state)
{
	struct hv_journal_record record;
	hv_u32 seq;

	(void)state;
	start_one();
	seq = recorded();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_recorded(seq + 1, R_CHARGE, 1);
	record = assert_recorded(seq + 2, R_RUNNABLE, 1);
	assert_int_equal(record.esr >> 16 & 1, 1);
	assert_int_equal(record.partition, 2);
	record = assert_recorded(seq + 3, R_STEP, 1);
	assert_int_equal(record.ipa, server(B)->remaining_ns);
	assert_int_equal(record.detail, CPU1->deadline * 1000);
	assert_int_equal(recorded(), seq + 3);
	guest_ends_all();
	CPU1->timers = (struct hv_guest_timers){.cntv_ctl = 1, .cntv_cval = 1000123};
	wfi();
	assert_runs(A);
	assert_int_equal(assert_recorded(seq + 4, R_RUNNABLE, 1).esr >> 16 & 1, 0);
	assert_int_equal(assert_recorded(seq + 5, R_WAKE, 1).ipa, 1000123000);
	assert_recorded(seq + 6, R_STEP, 0);
	assert_int_equal(assert_recorded(seq + 7, R_DONE, 0).detail, 1000123000);
	assert_int_equal(recorded(), seq + 7);
	(void)call1(BUDGET, 0, 0, 0);
	assert_recorded(seq + 8, R_RUNNABLE, 0);
}

static void nothing_is_recorded_without_a_ring(void **state)
{
	hv_u32 seq;

	(void)state;
	start_one();
	seq = recorded();
	hv_cpus[1].shared->trace = NULL;
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	wfi();
	assert_runs(A);
	(void)call1(BUDGET, 0, 0, 0);
	assert_int_equal(recorded(), seq);
}

/* ---- debug ---- */

static void software_step_is_all_there_is_of_debug(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	start_one();
	x[5] = ~UINT64_C(0);
	/* MSR MDSCR_EL1, x5: op0 2, op2 2, op1 0, CRn 0, Rt 5, CRm 2 */
	exit_by(UINT64_C(0x622400a4), x);
	assert_int_equal(CPU1->mdscr, 0x2001);
	CPU1->mdscr = 0xffffffff;
	x[5] = 7;
	exit_by(UINT64_C(0x622400a5), x); /* MRS */
	assert_int_equal(x[5], 0x2001);
	exit_by(UINT64_C(0x622403e5), x); /* MRS xzr */
	CPU1->mdscr = 1;
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(CPU1->mdscr, 0);
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
		cmocka_unit_test(active_timer_interrupts_move_with_their_guest),
		cmocka_unit_test(enabled_ppis_follow_who_runs),
		cmocka_unit_test(accesses_from_outside_wait_for_their_vcpu),
		cmocka_unit_test(activation_from_outside_waits_too),
		cmocka_unit_test(a_later_access_from_outside_takes_the_earlier_back),
		cmocka_unit_test(deactivation_from_outside_waits_too),
		cmocka_unit_test(deactivation_of_what_found_no_list_register),
		cmocka_unit_test(disabling_from_outside_is_followed_at_once),
		cmocka_unit_test(mail_for_the_last_life_is_thrown_away),
		cmocka_unit_test(pending_is_not_read_from_somebody_elses_hardware),
		cmocka_unit_test(made_pending_by_itself),
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
		cmocka_unit_test(budget_call_answers_what_is_left),
		cmocka_unit_test(a_late_end_is_counted_charged_and_journalled),
		cmocka_unit_test(only_longer_overruns_are_journalled),
		cmocka_unit_test(time_after_an_interrupt_is_the_guests),
		cmocka_unit_test(an_interrupt_is_charged_to_its_owner),
		cmocka_unit_test(whoever_preempts_pays_for_coming),
		cmocka_unit_test(whoever_waits_pays_for_leaving),
		cmocka_unit_test(the_end_of_a_budget_is_its_own_overrun),
		cmocka_unit_test(a_kick_is_charged_to_whom_it_is_for_once),
		cmocka_unit_test(a_stop_ends_the_exit_of_its_interrupt),
		cmocka_unit_test(a_recording_begins_with_the_dispatcher),
		cmocka_unit_test(each_call_is_recorded),
		cmocka_unit_test(nothing_is_recorded_without_a_ring),
		cmocka_unit_test(software_step_is_all_there_is_of_debug),
	};

	return RUN_ISOLATED(tests);
}
