/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guests share the service CPU: what another guest asks of the System Manager is not their
 * expense, and does not come faster than the console's steps, for which the reserve is made.
 */
#include "hv_mcu_machine.h"

#define SCMI_RING UINT64_C(0xc6000006)
#define RATE_GET  (0x14u << 10 | 6)

enum { STATUS = 4, LENGTH = 0x14, HEADER = 0x18, PAYLOAD = 0x1c };

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

static hv_u32 get(hv_u32 offset)
{
	return (hv_u32)load32(0, SCMI_IPA + offset);
}

static hv_u64 request(void)
{
	store32(0, SCMI_IPA + STATUS, 0);
	store32(0, SCMI_IPA + LENGTH, 8);
	store32(0, SCMI_IPA + HEADER, RATE_GET);
	store32(0, SCMI_IPA + PAYLOAD, 10);
	return hvc(0, SCMI_RING, 0, 0, 0);
}

static hv_u64 used(void)
{
	const struct hv_shared *s = hv_cpus[CPU_SERVICE].shared;

	return s->server[0].stats.used_ns + s->server[1].stats.used_ns;
}

static void start(void)
{
	core.mode = HV_MCU_ATTACH;
	board_on(&fake_sm_mx95evk, &stock);
	FAKE_RUN(hv_main());
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	loop(CPU_SERVICE);
	settle();
	for (int i = 0; i < 200 && hv_cpus[CPU_SERVICE].alarm[HV_ALARM_CONSOLE] != HV_ALARM_OFF; i++) {
		fake.counter = SERVICE->deadline;
		interrupt(26);
	}
	fake.counter_step = 0;
	manager.rate[10] = 4711;
	(void)fake_sent();
}

/* One asks without pause, for a tenth of a second. */
static void as_fast_as_the_console(void **state)
{
	hv_u32 before, asked = 0;
	hv_u64 began;

	(void)state;
	start();
	before = manager.requests;
	began = fake.counter;
	while (fake.counter - began < 100000) {
		if (get(STATUS) == 1) {
			assert_int_equal(request(), 0);
			asked++;
		}
		take_irqs(CPU_SERVICE);
		settle();
		if (fake_sm_irq(&manager))
			interrupt(MU_IRQ);
		take_irqs(0);
		if (fake.counter < SERVICE->deadline)
			fake.counter = SERVICE->deadline;
		interrupt(26);
	}
	assert_in_range(manager.requests - before, 40, 101);
	assert_in_range(asked, manager.requests - before, manager.requests - before + 1);
	for (int i = 0; i < 10 && get(STATUS) == 0; i++) {
		fake.counter = SERVICE->deadline;
		interrupt(26);
		take_irqs(0);
	}
	assert_int_equal(get(PAYLOAD + 4), 4711);
}

/* Sending and looking take time; it is charged to neither of the two who live there. */
static void nobodys_budget_pays(void **state)
{
	hv_u64 before, began;

	(void)state;
	start();
	assert_int_equal(request(), 0);
	take_irqs(CPU_SERVICE); /* a round of the console is asked for */
	settle();
	for (int slot = 0; slot < 2; slot++) { /* its start, if that waited, and where it looks for news */
		if (hv_cpus[CPU_SERVICE].alarm[HV_ALARM_CONSOLE] - fake.counter > 400)
			break;
		fake.counter = hv_cpus[CPU_SERVICE].alarm[HV_ALARM_CONSOLE];
		interrupt(26);
	}
	fake.counter = hv_cpus[CPU_SERVICE].alarm[HV_ALARM_CONSOLE];
	(void)hvc(CPU_SERVICE, 0xc6000002, 0, 0, 0); /* brings its account up to date */
	before = used();
	began = fake.counter;
	fake.counter_step = 1;
	interrupt(26); /* sends */
	assert_true(fake_sm_irq(&manager));
	interrupt(MU_IRQ); /* and has the reply */
	fake.counter_step = 0;
	take_irqs(0);
	assert_int_equal(get(STATUS), 1);
	assert_int_equal(get(PAYLOAD + 4), 4711);
	(void)hvc(CPU_SERVICE, 0xc6000002, 0, 0, 0);
	assert_true(fake.counter - began >= 8);
	assert_true(used() - before < (fake.counter - began - 2) * 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_fast_as_the_console),
		cmocka_unit_test(nobodys_budget_pays),
	};

	return RUN_ISOLATED(tests);
}
