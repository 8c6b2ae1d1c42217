/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One channel to the System Manager for the hypervisor and its guests: by the message unit's
 * interrupt, neither takes what is the other's, and neither keeps the other waiting for ever.
 */
#include "hv_mcu_machine.h"

#define SCMI_RING UINT64_C(0xc6000006)
#define RATE_GET  (0x14u << 10 | 6)
#define RATE_SET  (0x14u << 10 | 5)

enum { STATUS = 4, LENGTH = 0x14, HEADER = 0x18, PAYLOAD = 0x1c };

static hv_u32 get(hv_u32 cpu, hv_u32 offset)
{
	return (hv_u32)load32(cpu, SCMI_IPA + offset);
}

static hv_u64 request(hv_u32 cpu, hv_u32 header, hv_u32 clock)
{
	store32(cpu, SCMI_IPA + STATUS, 0);
	store32(cpu, SCMI_IPA + LENGTH, header == RATE_SET ? 20 : 8);
	store32(cpu, SCMI_IPA + HEADER, header);
	store32(cpu, SCMI_IPA + PAYLOAD, header == RATE_SET ? 0 : clock);
	store32(cpu, SCMI_IPA + PAYLOAD + 4, clock);
	store32(cpu, SCMI_IPA + PAYLOAD + 8, 1000 + clock);
	store32(cpu, SCMI_IPA + PAYLOAD + 12, 0);
	return hvc(cpu, SCMI_RING, 0, 0, 0);
}

/* The unit's interrupt is a level; then whatever kicks are pending. No time passes for a timer. */
static void interrupts(void)
{
	for (int i = 0; i < 8; i++) {
		if (fake_sm_irq(&manager))
			fake_irq(CPU_SERVICE, MU_IRQ);
		take_irqs(CPU_SERVICE);
	}
	take_irqs(0);
	take_irqs(2);
}

/* The next time at which a timer fires on the service CPU. */
static void tick(void)
{
	interrupts();
	if (SERVICE->timer_on) {
		fake.counter = SERVICE->deadline;
		fake_irq(CPU_SERVICE, 26);
	}
	loop(CPU_SERVICE);
	interrupts();
}

static void running(enum hv_mcu_mode mode, hv_u32 restarts)
{
	core.mode = mode;
	core.policy = mode == HV_MCU_MANAGE ? HV_MCU_RESTART : HV_MCU_LOG;
	core.max_restarts = restarts;
	core.vector = 0x80000000;
	board_on(mode == HV_MCU_MANAGE ? &granted : &fake_sm_mx95evk, &stock);
	manager.state[1] = mode != HV_MCU_MANAGE;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	for (hv_u32 cpu = 0; cpu < 3; cpu++)
		loop(cpu);
	for (int i = 0; i < 20; i++)
		tick();
	assert_int_equal(manager.state[1], 1);
	manager.rate[10] = 10;
	manager.rate[20] = 20;
}

static void a_reply_comes_by_interrupt(void **state)
{
	(void)state;
	running(HV_MCU_ATTACH, 0);
	for (hv_u32 i = 0; i < 100; i++) {
		assert_int_equal(request(0, RATE_GET, 10), 0);
		assert_int_equal(get(0, STATUS), 0);
		interrupts();
		assert_int_equal(get(0, STATUS), 1);
		assert_int_equal(get(0, PAYLOAD), 0);
		assert_int_equal(get(0, PAYLOAD + 4), 10);
	}
	assert_int_equal(manager.gsr & 1, 0);
}

/* Two guests that ask whenever they can, and a core that dies: it is started again, each time. */
static void a_storm_does_not_keep_the_core_down(void **state)
{
	hv_u32 served[2] = {0, 0};

	(void)state;
	running(HV_MCU_MANAGE, 50);
	manager.delay = 2;
	for (hv_u32 life = 0; life < 20; life++) {
		fake_sm_event(&manager, 0, 1, 2);
		assert_int_equal(manager.state[1], 0);
		for (hv_u32 i = 0; i < 1600 && manager.state[1] == 0; i++) {
			if (get(0, STATUS) == 1)
				served[0] += request(0, RATE_GET, 10) == 0;
			if (get(2, STATUS) == 1)
				served[1] += request(2, RATE_SET, 20) == 0;
			tick();
		}
		assert_int_equal(manager.state[1], 1);
	}
	for (int i = 0; i < 160; i++)
		tick();
	assert_int_equal(get(0, STATUS), 1);
	assert_int_equal(get(0, HEADER), RATE_GET);
	assert_int_equal(get(0, PAYLOAD + 4), 10);
	assert_int_equal(get(2, HEADER), RATE_SET);
	assert_int_equal(get(2, LENGTH), 8);
	assert_int_equal(manager.rate[20], 1020);
	assert_true(served[0] >= 20 && served[1] >= 20);
}

/* A guest asks for what takes longer than a reply is waited for, and the core dies meanwhile: what the
 * hypervisor has to ask goes out when the firmware is done, and the core is started again. */
static void a_slow_request_does_not_keep_the_core_down(void **state)
{
	hv_u64 asked;

	(void)state;
	running(HV_MCU_MANAGE, 1);
	for (int i = 0; i < 50; i++)
		tick();
	manager.delay = 1000000;
	asked = fake.counter;
	assert_int_equal(request(0, RATE_SET, 10), 0);
	take_irqs(CPU_SERVICE);
	assert_true(manager.busy);
	fake_sm_event(&manager, 0, 1, 2);
	for (int i = 0; i < 100 && get(0, STATUS) == 0; i++)
		tick();
	assert_int_equal(get(0, PAYLOAD), 0xfffffff9); /* COMMS_ERROR */
	assert_in_range(fake.counter - asked, 5000, 8000);
	for (int i = 0; i < 2; i++)
		tick();
	assert_true(manager.busy);
	assert_int_equal(manager.state[1], 0);
	manager.delay = 0;
	fake_sm_answer(&manager);
	for (int i = 0; i < 40; i++)
		tick();
	assert_int_equal(manager.state[1], 1);
	assert_null(strstr(fake.out, "could not be"));
	assert_int_equal(request(0, RATE_GET, 10), 0);
	for (int i = 0; i < 20; i++)
		tick();
	assert_int_equal(get(0, PAYLOAD + 4), 1010); /* the late one has taken effect */
}

/* Firmware that never ends it: the wait has an end, and the failure is told. */
static void a_request_that_never_ends(void **state)
{
	hv_u64 asked;

	(void)state;
	running(HV_MCU_MANAGE, 1);
	for (int i = 0; i < 50; i++)
		tick();
	manager.delay = 1000000;
	asked = fake.counter;
	assert_int_equal(request(0, RATE_SET, 10), 0);
	take_irqs(CPU_SERVICE);
	fake_sm_event(&manager, 0, 1, 2);
	for (int i = 0; i < 400 && strstr(fake.out, "m7 could not be started") == NULL; i++)
		tick();
	assert_non_null(strstr(fake.out, "m7 could not be started"));
	assert_int_equal(get(0, PAYLOAD), 0xfffffff9);
	assert_in_range(fake.counter - asked, 5001, 18000);
	assert_true(manager.busy);
}

/* An event of the core between a guest's request and its reply: both are what they are. */
static void an_event_in_between(void **state)
{
	hv_u32 before;

	(void)state;
	running(HV_MCU_ATTACH, 0);
	before = records(CPU_SERVICE);
	manager.delay = 3;
	manager.shutdown_word = 0x80800501;
	assert_int_equal(request(0, RATE_GET, 10), 0);
	take_irqs(CPU_SERVICE);
	manager.delay = 0; /* the model counts looks, and answers the next one without */
	fake_sm_event(&manager, 2, 1, 2);
	for (int i = 0; i < 30; i++)
		tick();
	assert_int_equal(get(0, STATUS), 1);
	assert_int_equal(get(0, PAYLOAD + 4), 10);
	assert_int_equal(records(CPU_SERVICE), before + 1);
	assert_int_equal(newest(CPU_SERVICE).kind, 16);
	assert_int_equal(newest(CPU_SERVICE).ipa, 0x80800501);
}

/* The manager takes a guest's request and is silent: the core's own comes through afterwards. */
static void silence_for_a_guest(void **state)
{
	(void)state;
	running(HV_MCU_ATTACH, 0);
	manager.fault = FAKE_SM_SILENT;
	assert_int_equal(request(0, RATE_GET, 10), 0);
	for (int i = 0; i < 100 && get(0, STATUS) == 0; i++)
		tick();
	assert_int_equal((int)get(0, PAYLOAD), -7);
	assert_int_equal(get(2, STATUS), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_comes_by_interrupt),
		cmocka_unit_test(a_storm_does_not_keep_the_core_down),
		cmocka_unit_test(a_slow_request_does_not_keep_the_core_down),
		cmocka_unit_test(a_request_that_never_ends),
		cmocka_unit_test(an_event_in_between),
		cmocka_unit_test(silence_for_a_guest),
	};

	return RUN_ISOLATED(tests);
}
