/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest lives on the service CPU, alone or with another one: what the microcontroller and its
 * firmware do costs it steps, never a wait, and on a shared CPU nobody's budget.
 */
#include "hv_mcu_machine.h"
#include "mcu.h"

static void settle(void)
{
	while (fake.end == FAKE_LOOPED)
		loop(CPU_SERVICE);
}

static void interrupt(hv_u32 intid)
{
	fake_irq(CPU_SERVICE, intid);
	take_irqs(CPU_SERVICE);
	settle();
}

/* Two runs here, the boot's messages are out, time stands still. */
static void start(enum hv_mcu_policy policy)
{
	core.mode = HV_MCU_MANAGE;
	core.policy = policy;
	core.max_restarts = 2;
	board_on(&granted, &stock);
	FAKE_RUN(hv_main());
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	loop(1);
	loop(CPU_SERVICE);
	settle();
	assert_true(TWO->vcpu[0].in_guest);
	for (int i = 0; i < 200 && hv_cpus[CPU_SERVICE].alarm[HV_ALARM_CONSOLE] != HV_ALARM_OFF; i++) {
		fake.counter = SERVICE->deadline;
		interrupt(26);
	}
	assert_true(hv_cpus[CPU_SERVICE].alarm[HV_ALARM_CONSOLE] == HV_ALARM_OFF);
	fake.counter_step = 0;
	(void)fake_sent();
}

/* The core dies while two runs; the manager takes its time to say why, and to start it. */
static void the_guest_goes_on_meanwhile(void **state)
{
	(void)state;
	start(HV_MCU_RESTART);
	manager.delay = 1000000;
	fake_sm_event(&manager, 0, 1, 2);
	interrupt(MU_IRQ);
	for (hv_u32 request = 0; request < 3; request++) { /* reason, vector, boot */
		assert_true(manager.busy);
		assert_true(hv_mcu_channel()->channel.pending);
		assert_true(TWO->vcpu[0].in_guest);
		assert_int_equal(hvc(CPU_SERVICE, 0x84000000, 0, 0, 0), 0x10001); /* two's own call */
		assert_true(manager.busy);
		fake_sm_answer(&manager);
		interrupt(MU_IRQ);
	}
	assert_int_equal(manager.state[1], 1);
	assert_false(hv_mcu_channel()->channel.pending);
}

/* A manager that never answers: the guest meets one timer interrupt, when its time is over. */
static void the_end_of_a_wait_is_one_interrupt(void **state)
{
	hv_u64 sent_at;

	(void)state;
	start(HV_MCU_LOG);
	manager.fault = FAKE_SM_SILENT;
	manager.fault_after = 1;
	sent_at = fake.counter;
	fake_sm_event(&manager, 0, 1, 2);
	interrupt(MU_IRQ);
	assert_true(hv_cpus[CPU_SERVICE].alarm[HV_ALARM_MCU] == sent_at + 5001);
	assert_true(SERVICE->deadline <= sent_at + 5001);
	fake.counter = sent_at + 5001;
	interrupt(26);
	assert_int_equal(newest_of(CPU_SERVICE, 16).esr, 0x102);
	assert_true(TWO->vcpu[0].in_guest);
	/* What is left to look at is looked at once more, then the timer is off. */
	for (int i = 0; i < 3 && hv_cpus[CPU_SERVICE].alarm[HV_ALARM_MCU] != HV_ALARM_OFF; i++) {
		fake.counter = hv_cpus[CPU_SERVICE].alarm[HV_ALARM_MCU];
		interrupt(26);
	}
	assert_true(hv_cpus[CPU_SERVICE].alarm[HV_ALARM_MCU] == HV_ALARM_OFF);
}

#ifdef HV_FIXTURE_SHARED
static hv_u64 used(void)
{
	const struct hv_shared *s = hv_cpus[CPU_SERVICE].shared;

	return s->server[0].stats.used_ns + s->server[1].stats.used_ns;
}

/* What passes in a step is the hypervisor's own time: less is charged than went by. */
static void no_budget_pays_for_a_step(void **state)
{
	hv_u64 before, began;

	(void)state;
	start(HV_MCU_RESTART);
	(void)hvc(CPU_SERVICE, 0xc6000002, 0, 0, 0); /* brings its account up to date */
	before = used();
	began = fake.counter;
	fake_sm_event(&manager, 0, 1, 2);
	fake.counter_step = 1;
	for (int i = 0; i < 4; i++) /* event, reason, vector, boot */
		interrupt(MU_IRQ);
	fake.counter_step = 0;
	assert_int_equal(manager.state[1], 1);
	(void)hvc(CPU_SERVICE, 0xc6000002, 0, 0, 0);
	assert_true(fake.counter - began >= 5);
	assert_true(used() - before < (fake.counter - began - 2) * 1000);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_guest_goes_on_meanwhile),
		cmocka_unit_test(the_end_of_a_wait_is_one_interrupt),
#ifdef HV_FIXTURE_SHARED
		cmocka_unit_test(no_budget_pays_for_a_step),
#endif
	};

	return RUN_ISOLATED(tests);
}
