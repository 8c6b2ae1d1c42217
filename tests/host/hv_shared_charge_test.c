/* SPDX-License-Identifier: Apache-2.0 */
/*
 * At whose expense EL2 works on a shared CPU, and the record of what the dispatcher was asked.
 */
#include "hv_shared_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return RUN_ISOLATED(tests);
}
