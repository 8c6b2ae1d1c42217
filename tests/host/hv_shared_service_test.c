/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shared CPU that drains the consoles as well: one timer serves both, and what EL2 does
 * there for everybody is charged to nobody.
 */
#include "hv_fixture.h"

#define A (&ONE->vcpu[1])
#define B (&TWO->vcpu[0])
#define CPU1 (&fake.cpu[1])

#define CONSOLE_WRITE 0xc6000004

static hv_u64 used(const struct hv_vcpu *vcpu)
{
	return hv_cpus[1].shared->server[vcpu->server].stats.used_ns;
}

static void settle(void)
{
	while (fake.end == FAKE_LOOPED)
		loop(1);
}

static void irqs(void)
{
	take_irqs(1);
	settle();
}

/* The timer is due: it interrupts as long as nobody has set it anew. */
static void pass(hv_u64 us)
{
	fake.counter += us;
	if (CPU1->timer_on && CPU1->deadline <= fake.counter)
		fake_irq(1, 26);
}

/* Two runs, and the boot's own messages are out. */
static void start(void)
{
	machine_on();
	fake.counter_step = 0;
	fake.counter = 1000000;
	FAKE_RUN(hv_main());
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	loop(1);
	settle();
	assert_ptr_equal(hv_cpus[1].vcpu, B);
	for (int i = 0; i < 100 && hv_cpus[1].alarm[HV_ALARM_CONSOLE] != HV_ALARM_OFF; i++) {
		pass(CPU1->deadline - fake.counter);
		irqs();
	}
	assert_true(hv_cpus[1].alarm[HV_ALARM_CONSOLE] == HV_ALARM_OFF);
	pass(1000); /* whoever asks for service now is served at once */
	irqs();
	(void)fake_sent();
	fake_log_clear();
}

static void the_earlier_of_both_alarms_is_armed(void **state)
{
	hv_u64 budget_end;

	(void)state;
	start();
	budget_end = hv_cpus[1].alarm[HV_ALARM_DISPATCH];
	assert_int_equal(CPU1->deadline, budget_end);
	assert_int_equal(hvc(0, CONSOLE_WRITE, 1, 'x', 0), 1);
	irqs(); /* the kick: a step now, the next one in the fourth slot of 125 us */
	assert_int_equal(hv_cpus[1].alarm[HV_ALARM_CONSOLE], fake.counter + 375);
	assert_int_equal(CPU1->deadline, budget_end < fake.counter + 375 ? budget_end : fake.counter + 375);
	assert_non_null(strchr(fake_sent(), 'x'));
}

/* A decision whose deadline lies further does not put the console's step off. */
static void a_decision_leaves_the_consoles_alarm(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	start();
	pass(CPU1->deadline - fake.counter); /* two's budget ends, and all its 300 us come again */
	irqs();
	pass(CPU1->deadline - fake.counter);
	irqs();
	assert_ptr_equal(hv_cpus[1].vcpu, B);
	assert_int_equal(hvc(0, CONSOLE_WRITE, 1, 'x', 0), 1);
	irqs();
	trap(1, UINT64_C(0x06000000), 0, x); /* two waits: the next refill is one's wake */
	settle();
	assert_int_equal(hv_cpus[1].alarm[HV_ALARM_CONSOLE], fake.counter + 375);
	assert_true(hv_cpus[1].alarm[HV_ALARM_DISPATCH] > fake.counter + 375);
	assert_int_equal(CPU1->deadline, fake.counter + 375);
}

/* The dispatcher's alarm is none of the console's. */
static void a_decision_sends_nothing(void **state)
{
	(void)state;
	start();
	assert_int_equal(hvc(0, CONSOLE_WRITE, 1, 'x', 0), 1);
	irqs();
	fake.counter = hv_cpus[1].alarm[HV_ALARM_CONSOLE];
	fake_irq(1, 26);
	irqs();
	assert_non_null(strchr(fake_sent(), 'x'));
	assert_int_equal(hvc(0, CONSOLE_WRITE, 1, 'y', 0), 1); /* waits for the step's time */
	irqs();
	fake.counter += 10;
	fake_irq(1, 26);
	irqs();
	assert_null(strchr(fake_sent(), 'y'));
	for (int slot = 0; slot < 2; slot++) { /* the one for news, and the next one that sends */
		fake.counter = hv_cpus[1].alarm[HV_ALARM_CONSOLE];
		fake_irq(1, 26);
		irqs();
	}
	assert_non_null(strchr(fake_sent(), 'y'));
}

static void steps_of_the_console_are_charged_to_nobody(void **state)
{
	hv_u64 before, begin;

	(void)state;
	start();
	/* Bring its account up to date. */
	hv_u64 x[31] = {0xc6000002};

	call(1, ESR_HVC, x);
	before = used(A) + used(B);
	begin = fake.counter;
	for (int i = 0; i < 20; i++)
		assert_int_equal(hvc(0, CONSOLE_WRITE, 24, 0, 0), 24);
	fake.counter_step = 1;
	irqs();
	fake.counter_step = 0;
	x[0] = 0xc6000002;
	call(1, ESR_HVC, x);
	assert_true(fake.counter - begin >= 3);
	/* What lies between the two readings of the work itself is nobody's; two looks are not. */
	assert_true(used(A) + used(B) - before < (fake.counter - begin) * 1000);
}

/* The same for those that its timer asks for. */
static void ticks_of_the_console_are_charged_to_nobody(void **state)
{
	hv_u64 x[31] = {0xc6000002};
	hv_u64 before, begin;

	(void)state;
	start();
	for (int i = 0; i < 20; i++)
		assert_int_equal(hvc(0, CONSOLE_WRITE, 24, 0, 0), 24);
	irqs();
	fake.counter = hv_cpus[1].alarm[HV_ALARM_CONSOLE];
	call(1, ESR_HVC, x);
	before = used(A) + used(B);
	begin = fake.counter;
	fake.counter_step = 1;
	fake_irq(1, 26);
	irqs();
	fake.counter_step = 0;
	call(1, ESR_HVC, (hv_u64[31]){0xc6000002});
	assert_true(fake.counter - begin >= 3);
	assert_true(used(A) + used(B) - before < (fake.counter - begin) * 1000);
}

/* One step in an exit, and then the guest has half a slot at least. */
static void a_guest_runs_between_any_two_steps(void **state)
{
	hv_u32 before, steps = 0;
	hv_u64 begin;

	(void)state;
	start();
	for (int i = 0; i < 40; i++)
		assert_int_equal(hvc(0, CONSOLE_WRITE, 24, 0, 0), 24);
	take_irqs(1);
	begin = fake.counter;
	while (hv_cpus[1].alarm[HV_ALARM_CONSOLE] != HV_ALARM_OFF && steps < 1000) {
		before = fake.out_len;
		assert_true(hv_cpus[1].alarm[HV_ALARM_CONSOLE] >= fake.counter + 62); /* half a slot */
		fake.counter = hv_cpus[1].alarm[HV_ALARM_CONSOLE];
		fake_irq(1, 26);
		take_irqs(1);
		settle();
		assert_true(hv_cpus[1].vcpu->in_guest);
		assert_true(fake.out_len - before <= 16);
		steps++;
	}
	assert_true(fake.out_len > 960);
	assert_in_range(steps, (fake.counter - begin) / 1000 * 5, (fake.counter - begin) / 1000 * 8 + 8);
}

static void keys_are_read_at_nobodys_expense(void **state)
{
	(void)state;
	start();
	fake.in = "k";
	fake_irq(1, 33);
	irqs();
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 33), 1);
	assert_int_equal(fake.in[0], 0);
	assert_ptr_equal(hv_cpus[1].vcpu, B);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earlier_of_both_alarms_is_armed),
		cmocka_unit_test(a_decision_sends_nothing),
		cmocka_unit_test(steps_of_the_console_are_charged_to_nobody),
		cmocka_unit_test(ticks_of_the_console_are_charged_to_nobody),
		cmocka_unit_test(a_decision_leaves_the_consoles_alarm),
		cmocka_unit_test(a_guest_runs_between_any_two_steps),
		cmocka_unit_test(keys_are_read_at_nobodys_expense),
	};

	return RUN_ISOLATED(tests);
}
