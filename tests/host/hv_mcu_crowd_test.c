/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One channel for three: two guests ask the System Manager as fast as they can, and the hypervisor
 * has a core to look after. Nobody is starved, and everybody gets his own replies.
 */
#include "hv_mcu_machine.h"
#include "mcu.h"

#define RING        UINT64_C(0xc6000006)
#define CLOCK_SET   (0x14u << 10 | 7) /* CONFIG_SET */
#define TOKEN(n)    ((hv_u32)(n) << 18)

/* ---- a guest without mercy ---- */

static struct guest {
	hv_u32 cpu, clock;
	hv_u32 sent, answered;
} guests[2] = {{.cpu = 0, .clock = 10}, {.cpu = 2, .clock = 20}};

static hv_u32 get(const struct guest *g, hv_u32 offset)
{
	return (hv_u32)load32(g->cpu, SCMI_IPA + offset);
}

static void set(const struct guest *g, hv_u32 offset, hv_u32 value)
{
	store32(g->cpu, SCMI_IPA + offset, value);
}

static bool is_free(const struct guest *g)
{
	return (get(g, 4) & 1) != 0;
}

static void ask(struct guest *g)
{
	g->sent++;
	set(g, 4, 0);
	set(g, 0x10, 0);
	set(g, 0x14, 16);
	set(g, 0x18, TOKEN(g->sent) | CLOCK_SET);
	set(g, 0x1c, g->clock);
	set(g, 0x20, 1);
	set(g, 0x24, 0);
	assert_int_equal(hvc(g->cpu, RING, 0, 0, 0), 0);
}

/* The reply that it has is to its last request; then the next one. */
static void act(struct guest *g)
{
	take_irqs(g->cpu);
	if (!is_free(g))
		return;
	if (g->sent != g->answered) {
		assert_int_equal(get(g, 0x18), TOKEN(g->sent) | CLOCK_SET);
		g->answered++;
	}
	ask(g);
}

/* ---- the machine ---- */

static void start(enum hv_mcu_policy policy)
{
	core.mode = HV_MCU_MANAGE;
	core.policy = policy;
	core.max_restarts = 9;
	board_on(&granted, &stock);
	FAKE_RUN(hv_main());
	loop(0);
	loop(1);
	loop(2);
	for (int i = 0; i < 100; i++) {
		fake.counter += 1000;
		if (SERVICE->timer_on && SERVICE->deadline <= fake.counter)
			fake_irq(CPU_SERVICE, 26);
		loop(CPU_SERVICE);
	}
	fake.counter_step = 0;
}

/* Ten microseconds; a reply takes @p slow of them. */
static void round_of(hv_u32 slow, hv_u32 number)
{
	act(&guests[0]);
	act(&guests[1]);
	fake.counter += 10;
	if (number % slow == 0)
		fake_sm_answer(&manager);
	if (fake_sm_irq(&manager))
		fake_irq(CPU_SERVICE, MU_IRQ);
	if (SERVICE->timer_on && SERVICE->deadline <= fake.counter)
		fake_irq(CPU_SERVICE, 26);
	loop(CPU_SERVICE);
}

static void guests_do_not_starve_the_core(void **state)
{
	hv_u32 rounds = 0;

	(void)state;
	start(HV_MCU_RESTART);
	manager.delay = 1000000;
	for (; rounds < 100; rounds++)
		round_of(3, rounds);
	assert_in_range(guests[0].answered, 5, 100);
	assert_in_range(guests[1].answered, 5, 100);
	for (hv_u32 death = 0; death < 3; death++) {
		const hv_u32 before = guests[0].answered + guests[1].answered;

		fake_sm_event(&manager, 0, 1, 2);
		assert_int_equal(manager.state[1], 0);
		for (hv_u32 i = 0; i < 200 && manager.state[1] == 0; i++)
			round_of(3, rounds++);
		assert_int_equal(manager.state[1], 1);
		/* A reason, a vector, a boot: between two of them at most one request of a guest. */
		assert_in_range(guests[0].answered + guests[1].answered - before, 0, 8);
		for (hv_u32 i = 0; i < 200; i++) /* its own boot is told as well */
			round_of(3, rounds++);
		assert_int_equal(newest_of(CPU_SERVICE, 16).esr, 0x201);
	}
}

/* The core dies and boots without end: guests get their replies all the same. */
static void the_core_does_not_starve_guests(void **state)
{
	hv_u32 before[2];

	(void)state;
	start(HV_MCU_LOG);
	for (hv_u32 i = 0; i < 100; i++)
		round_of(2, i);
	before[0] = guests[0].answered;
	before[1] = guests[1].answered;
	for (hv_u32 i = 0; i < 2000; i++) {
		if (manager.event_count < FAKE_SM_EVENTS - 1)
			fake_sm_event(&manager, 0, 1, 1 + (i & 1));
		round_of(2, i);
	}
	assert_true(guests[0].answered - before[0] > 100);
	assert_true(guests[1].answered - before[1] > 100);
}

/* The manager falls silent in the middle: everybody is told, and nobody's late reply is another's. */
static void silence_for_all(void **state)
{
	hv_u32 rounds = 0;

	(void)state;
	start(HV_MCU_LOG);
	for (; rounds < 50; rounds++)
		round_of(2, rounds);
	manager.delay = 1000000;
	fake_sm_event(&manager, 0, 1, 2);
	for (hv_u32 i = 0; i < 3000; i++) /* 30 ms without an answer */
		round_of(~0u, 1);
	assert_int_equal(newest_of(CPU_SERVICE, 16).esr, 0x102);
	fake_sm_answer(&manager);
	for (; rounds < 400; rounds++)
		round_of(2, rounds);
	fake_sm_event(&manager, 0, 1, 2);
	for (; rounds < 800; rounds++)
		round_of(2, rounds);
	assert_int_equal(newest_of(CPU_SERVICE, 16).esr, 0x302);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_do_not_starve_the_core),
		cmocka_unit_test(the_core_does_not_starve_guests),
		cmocka_unit_test(silence_for_all),
	};

	return RUN_ISOLATED(tests);
}
