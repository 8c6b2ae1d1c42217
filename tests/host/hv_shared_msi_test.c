/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages (LPIs) on a CPU that two partitions share. LPI 8194 is two's, which sees it as SPI
 * 64; an LPI has no active state, so nothing keeps it from coming again while two does not run.
 */
#include "hv_fixture.h"

#define CPU_ON 0xc4000003
#define BUDGET 0xc6000002

#define ESR_WFI UINT64_C(0x06000000)

#define A (&ONE->vcpu[1])
#define B (&TWO->vcpu[0])
#define CPU1 (&fake.cpu[1])

#define LPI 8194
#define SPI 64
#define STATE(lr) ((lr) >> 62)

static void settle(void)
{
	while (fake.end == FAKE_LOOPED)
		loop(1);
}

static void irqs(void)
{
	if (fake.end == FAKE_ASLEEP)
		loop(1);
	else
		take_irqs(1);
	settle();
}

static void message(void)
{
	fake_irq(1, LPI);
	irqs();
}

/* Time passes only here; what is due by then becomes pending. */
static void pass(hv_u64 us)
{
	fake.counter += us;
	if (CPU1->timer_on && CPU1->deadline <= fake.counter)
		fake_irq(1, 26);
}

static void wfi(void)
{
	hv_u64 x[31] = {0};

	trap(1, ESR_WFI, 0, x);
	settle();
}

static const struct hv_budget_server *server(const struct hv_vcpu *vcpu)
{
	return &hv_cpus[1].shared->server[vcpu->server];
}

static void assert_runs(const struct hv_vcpu *vcpu)
{
	assert_true(fake.end == FAKE_ENTERED || fake.end == FAKE_RESUMED || fake.end == FAKE_RETURNED);
	assert_ptr_equal(hv_cpus[1].vcpu, vcpu);
	assert_true(vcpu->live);
}

static void guest_ends_all(void)
{
	for (hv_u32 i = 0; i < FAKE_LRS; i++)
		CPU1->lr[i] &= ~(UINT64_C(3) << 62);
}

/* At a refill of both: two runs, its SPI is enabled, one's vCPU 1 has work. */
static void start(void)
{
	machine_on();
	fake.counter_step = 0;
	fake.counter = 1000000;
	FAKE_RUN(hv_main());
	for (int i = 0; i < 3; i++) { /* loading, and DMA that the service CPU opens */
		loop(0);
		loop(1);
		settle();
		serve();
	}
	fake.end = FAKE_RETURNED;
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 77), 0);
	irqs();
	/* The service CPU's steps have moved the clock by more than both have: that is paid first. */
	for (int i = 0; i < 1000 && (server(B)->remaining_ns != 300000 || server(A)->debt_ns != 0 ||
				     fake.counter % 10000 != 0); i++) { /* one's refills, ticks */
		pass(CPU1->deadline - fake.counter);
		irqs();
	}
	assert_runs(B);
	store32(1, GICD_IPA, 2);             /* GICD_CTLR: Group 1 */
	store32(1, GICD_IPA + 0x100 + 8, 1); /* GICD_ISENABLER2: 64 */
	assert_int_equal(server(B)->remaining_ns, 300000);
	fake_log_clear();
}

/* Two has used its budget up and would go on; one runs, all is charged up to now. */
static void start_without_budget(void)
{
	hv_u64 x[31] = {BUDGET};

	start();
	pass(300);
	irqs();
	assert_runs(A);
	call(1, ESR_HVC, x);
	fake_log_clear();
}

/* Two waits with all its budget, one runs. */
static void start_waiting(void)
{
	start();
	wfi();
	assert_runs(A);
	fake_log_clear();
}

static void a_message_of_whoever_runs_is_delivered_at_once(void **state)
{
	(void)state;
	start();
	message();
	assert_runs(B);
	assert_int_equal(STATE(lr_of(1, SPI)), 1);
	assert_int_equal(fake_count_a(FAKE_EOI, LPI), 1);
	assert_int_equal(fake_count(FAKE_DEACTIVATE), 0);
	assert_int_equal(fake_count(FAKE_SAVE), 0);
}

static void a_message_preempts_for_a_more_urgent_one(void **state)
{
	(void)state;
	start_waiting();
	message();
	assert_runs(B);
	assert_int_equal(fake.end, FAKE_RESUMED);
	assert_int_equal(STATE(lr_of(1, SPI)), 1);
	assert_int_equal(fake_count_a(FAKE_EOI, LPI), 1);
	assert_int_equal(fake_count(FAKE_DEACTIVATE), 0);
	/* A virtual interrupt alone: the guest's end of it touches nothing physical. */
	assert_int_equal(lr_of(1, SPI) >> 61 & 1, 0);
}

static void a_message_waits_for_the_turn_of_its_owner(void **state)
{
	(void)state;
	start_without_budget();
	message();
	assert_runs(A);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(lr_of(1, SPI), 0); /* the list registers are one's */
	assert_int_equal(fake_count(FAKE_SAVE), 0);
	pass(700);
	irqs();
	assert_runs(B);
	assert_int_equal(STATE(lr_of(1, SPI)), 1);
	assert_int_equal(server(B)->remaining_ns, 300000); /* no time passed at EL2 */
}

/* It waits, and has no budget: woken, and runs when it is its turn. */
static void a_message_wakes_for_the_next_refill(void **state)
{
	(void)state;
	start();
	pass(300);
	wfi();
	assert_runs(A);
	assert_true(hv_shared_blocked(B));
	message();
	assert_runs(A);
	assert_false(hv_shared_blocked(B));
	assert_int_equal(CPU1->deadline, server(B)->next_refill_ns / 1000);
	pass(700);
	irqs();
	assert_runs(B);
	assert_int_equal(STATE(lr_of(1, SPI)), 1);
}

static void a_message_wakes_who_is_loaded_and_sleeps(void **state)
{
	(void)state;
	start();
	wfi();
	assert_runs(A);
	wfi();
	assert_int_equal(fake.end, FAKE_ASLEEP);
	message();
	assert_runs(B);
	guest_ends_all();
	wfi();
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_ptr_equal(hv_cpus[1].vcpu, B);
	fake_log_clear();
	message();
	assert_runs(B);
	assert_int_equal(fake_count(FAKE_SAVE) + fake_count(FAKE_LOAD), 0);
}

/* Each look at the clock takes a microsecond: a message has two, one when the exit begins and
 * one when its work is done. What lies before the first is one's, the rest is two's. */
static void a_storm_is_charged_to_its_owner(void **state)
{
	hv_u64 one, two;

	(void)state;
	start_without_budget();
	one = server(A)->stats.used_ns;
	two = server(B)->stats.used_ns;
	fake.counter_step = 1;
	for (int i = 0; i < 100; i++) {
		message();
		assert_runs(A);
	}
	fake.counter_step = 0;
	assert_int_equal(server(A)->stats.used_ns - one, 100000);
	assert_int_equal(server(B)->stats.used_ns - two, 100000);
	assert_int_equal(server(B)->debt_ns, 100000);
	/* Its next budget pays, and it sees one interrupt. */
	pass(700 - 200);
	irqs();
	assert_runs(B);
	assert_int_equal(server(B)->remaining_ns, 200000);
	assert_int_equal(STATE(lr_of(1, SPI)), 1);
	guest_ends_all();
	wfi();
	assert_runs(A);
}

/* What it cannot pay with one refill it pays with the next: it does not run meanwhile. */
static void a_long_storm_takes_the_next_turn(void **state)
{
	(void)state;
	start_without_budget();
	fake.counter_step = 1;
	for (int i = 0; i < 310; i++)
		message();
	fake.counter_step = 0;
	assert_int_equal(server(B)->debt_ns, 310000);
	pass(700 - 620);
	irqs();
	assert_runs(A);
	assert_int_equal(server(B)->remaining_ns, 0);
	assert_int_equal(server(B)->debt_ns, 10000);
	pass(1000);
	irqs();
	assert_runs(B);
	assert_int_equal(server(B)->remaining_ns, 290000);
}

static void a_message_of_nobody(void **state)
{
	hv_u64 two;

	(void)state;
	start_without_budget();
	two = server(B)->stats.used_ns;
	fake_irq(1, 8195);
	irqs();
	assert_runs(A);
	assert_int_equal(newest(1).kind, HV_J_IRQ_SPURIOUS);
	assert_int_equal(newest(1).detail, 8195);
	assert_int_equal(server(B)->stats.used_ns, two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_of_whoever_runs_is_delivered_at_once),
		cmocka_unit_test(a_message_preempts_for_a_more_urgent_one),
		cmocka_unit_test(a_message_waits_for_the_turn_of_its_owner),
		cmocka_unit_test(a_message_wakes_for_the_next_refill),
		cmocka_unit_test(a_message_wakes_who_is_loaded_and_sleeps),
		cmocka_unit_test(a_storm_is_charged_to_its_owner),
		cmocka_unit_test(a_long_storm_takes_the_next_turn),
		cmocka_unit_test(a_message_of_nobody),
	};

	return RUN_ISOLATED(tests);
}
