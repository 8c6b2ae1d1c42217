/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts between the two vCPUs of a partition. */
#include "../gic.h"
#include "../psci.h"
#include "tests.h"

#define ROUNDS 100u
#define PING   3u
#define PONG   4u
#define QUIT   15u
#define IRM    (UINT64_C(1) << 40)

static volatile bool quit;

static void answer(u32 intid)
{
	if (vcpu_self() != 1)
		return;
	if (intid == PING)
		gic_sgi(PONG, 1);
	if (intid == QUIT)
		quit = true;
}

static void serve(struct vcpu_start *start)
{
	gic_init_vcpu();
	for (u32 i = 0; i < 16; i++)
		gic_enable(i);
	start->state = 1;
	irq_on();
	while (!quit)
		wfi();
	irq_off();
	hvc(PSCI_CPU_OFF, 0, 0, 0);
}

static struct vcpu_start second = {.index = 1, .run = serve};

static bool other_has(u32 intid, u32 count)
{
	const u64 end = counter() + ticks_of_ms(500);

	while (irq_logs[1].per_id[intid] < count && counter() < end)
		;
	delay_ms(2);
	return irq_logs[1].per_id[intid] == count;
}

static void test_ping_pong(void)
{
	bool ok = true;

	for (u32 i = 1; i <= ROUNDS && ok; i++) {
		gic_sgi(PING, 2);
		ok = gic_wait(i, 500);
	}
	check("a hundred pings answered", ok && irq_logs[0].per_id[PONG] == ROUNDS &&
						  irq_logs[1].per_id[PING] == ROUNDS);
}

static void test_targets(void)
{
	gic_sgi(7, 3);
	check("to both", gic_wait(ROUNDS + 1, 200) && other_has(7, 1));
	gic_sgi_raw(IRM | UINT64_C(8) << 24);
	check("to all but the sender", other_has(8, 1) && gic_wait(ROUNDS + 1, 5));
	gic_sgi(9, 0);
	check("to nobody", other_has(9, 0) && gic_wait(ROUNDS + 1, 5));
}

static void test_registers(void)
{
	write32(SGI_FRAME(1) + ISPENDR, 1u << 10);
	check("pending set by the other vCPU", other_has(10, 1));
	write32(SGI_FRAME(1) + ICENABLER, 1u << 11);
	delay_ms(2);
	gic_sgi(11, 2);
	check("disabled by the other vCPU", other_has(11, 0));
	write32(SGI_FRAME(1) + ISENABLER, 1u << 11);
	check("enabled by the other vCPU", other_has(11, 1));
}

static void test_route(void)
{
	gic_set(IGROUPR, UART_INTID);
	gic_set(ICPENDR, UART_INTID);
	write64(GICD + IROUTER + 8 * UART_INTID, 1);
	gic_enable(UART_INTID);
	gic_set(ISPENDR, UART_INTID);
	check("SPI follows its route", other_has(UART_INTID, 1) &&
					       irq_logs[0].per_id[UART_INTID] == 0);
	write64(GICD + IROUTER + 8 * UART_INTID, 0);
	gic_set(ISPENDR, UART_INTID);
	gic_wait(ROUNDS + 2, 200);
	check("and back", irq_logs[0].per_id[UART_INTID] == 1 && other_has(UART_INTID, 1));
	gic_disable(UART_INTID);
}

void test_smp(void)
{
	gic_init();
	for (u32 i = 0; i < 16; i++)
		gic_enable(i);
	gic_handler = answer;
	quit = false;
	gic_clear_log();
	check("second vCPU runs", vcpu_run(&second));
	test_ping_pong();
	test_targets();
	test_registers();
	test_route();
	gic_sgi(QUIT, 2);
	check("second vCPU is off", vcpu_wait_off(1));
	gic_handler = 0;
}
