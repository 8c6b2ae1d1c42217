/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest has the service CPU for itself: what another guest asks of the System Manager comes to
 * it at the console's pace, not as fast as the firmware answers.
 */
#include "hv_mcu_machine.h"

#define SCMI_RING UINT64_C(0xc6000006)
#define RATE_GET  (0x14u << 10 | 6)

enum { STATUS = 4, LENGTH = 0x14, HEADER = 0x18, PAYLOAD = 0x1c };

static hv_u32 interrupts; /* that the guest on the service CPU met */

static void settle(void)
{
	while (fake.end == FAKE_LOOPED)
		loop(CPU_SERVICE);
}

static void interrupt(hv_u32 intid)
{
	interrupts++;
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

/* Two runs on the service CPU, the boot's messages are out, time stands still. */
static void start(void)
{
	core.mode = HV_MCU_ATTACH;
	board_on(&fake_sm_mx95evk, &stock);
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
	fake.counter_step = 0;
	manager.rate[10] = 4711;
	interrupts = 0;
	(void)fake_sent();
}

static void ask_and_answer(hv_u32 *asked)
{
	if (get(STATUS) == 1) {
		assert_int_equal(request(), 0);
		(*asked)++;
	}
	take_irqs(CPU_SERVICE);
	settle();
	if (fake_sm_irq(&manager))
		interrupt(MU_IRQ);
	take_irqs(0);
}

/* However fast the firmware is, no time has passed: one request at most. */
static void a_tight_loop_takes_no_more(void **state)
{
	hv_u32 before, asked = 0;

	(void)state;
	start();
	before = manager.requests;
	for (int i = 0; i < 200; i++)
		ask_and_answer(&asked);
	assert_in_range(asked, 1, 2);
	assert_in_range(manager.requests - before, 0, 1);
	assert_in_range(interrupts, 0, 2);
	assert_true(TWO->vcpu[0].in_guest);
}

/* A tenth of a second: a hundred steps of the console, and each request gets its reply. */
static void as_fast_as_the_console(void **state)
{
	hv_u32 before, asked = 0;
	hv_u64 began;

	(void)state;
	start();
	before = manager.requests;
	began = fake.counter;
	while (fake.counter - began < 100000) {
		ask_and_answer(&asked);
		assert_true(SERVICE->deadline <= fake.counter + 5001);
		if (fake.counter < SERVICE->deadline)
			fake.counter = SERVICE->deadline;
		interrupt(26);
		take_irqs(0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tight_loop_takes_no_more),
		cmocka_unit_test(as_fast_as_the_console),
	};

	return RUN_ISOLATED(tests);
}
