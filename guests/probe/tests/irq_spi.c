/* SPDX-License-Identifier: Apache-2.0 */
/* The console's SPI: the UART as a level source, and the distributor's registers for it. */
#include "../gic.h"
#include "tests.h"

#define UART      UINT64_C(0x09000000)
#define UART_DR   0x00u
#define UART_FR   0x18u
#define UART_IFLS 0x34u
#define UART_IMSC 0x38u
#define UART_RIS  0x3cu
#define UART_MIS  0x40u
#define UART_ICR  0x44u
#define INT_RX    0x10u
#define INT_TX    0x20u
#define INT_RT    0x40u

static u32 leave_raised, received;

static void on_tx(u32 intid)
{
	if (intid != UART_INTID || --leave_raised != 0)
		return;
	write32(UART + UART_IMSC, 0);
	dsb();
}

static void on_rx(u32 intid)
{
	(void)intid;
	received = read32(UART + UART_DR) & 0xff;
	write32(UART + UART_ICR, INT_RX | INT_RT);
	write32(UART + UART_IMSC, 0);
	dsb();
}

static void prepare(void)
{
	gic_init();
	write32(UART + UART_IMSC, 0);
	write32(UART + UART_ICR, 0x7ff);
	write64(GICD + IROUTER + 8 * UART_INTID, 0);
	gic_priority(UART_INTID, 0x80);
	gic_set(ICPENDR, UART_INTID);
	gic_set(IGROUPR, UART_INTID);
	gic_enable(UART_INTID);
	gic_clear_log();
}

void test_uart(void)
{
	prepare();
	check("quiet at first", gic_wait(0, 5));
	leave_raised = 3;
	gic_handler = on_tx;
	write32(UART + UART_IMSC, INT_TX);
	write32(UART + UART_DR, '\n');
	gic_wait(4, 100);
	check_eq("transmit interrupt again until it is masked", irq_logs[0].count, 3);
	check_eq("masked status", read32(UART + UART_MIS), 0);
	check("raw status", (read32(UART + UART_RIS) & INT_TX) != 0);
	gic_clear_log();
	gic_handler = on_rx;
	write32(UART + UART_IFLS, 0);
	write32(UART + UART_IMSC, INT_RX | INT_RT);
	say("send x");
	check("receive interrupt", gic_wait(1, 5000));
	check_eq("received", received, 'x');
	gic_handler = 0;
	gic_disable(UART_INTID);
}

void test_spi(void)
{
	prepare();
	check("enable reads back", gic_bit(ISENABLER, UART_INTID));
	gic_priority(UART_INTID, 0xa0);
	check_eq("priority reads back",
		 read32(GICD + IPRIORITYR + (UART_INTID & ~3u)) >> 8 & 0xff, 0xa0);
	gic_set(ISPENDR, UART_INTID);
	check("set pending delivers once", gic_wait(1, 100) && irq_logs[0].per_id[UART_INTID] == 1);
	gic_set(ISACTIVER, UART_INTID);
	gic_set(ISPENDR, UART_INTID);
	check("not while active", gic_wait(1, 5));
	gic_set(ICACTIVER, UART_INTID);
	check("then it comes", gic_wait(2, 100));
	gic_disable(UART_INTID);
	gic_set(ISPENDR, UART_INTID);
	check("pending while disabled", gic_bit(ISPENDR, UART_INTID) && gic_wait(2, 5));
	gic_set(ICPENDR, UART_INTID);
	check("cleared", !gic_bit(ISPENDR, UART_INTID));
	write32(GICD + IGROUPR + 4, ~(1u << (UART_INTID - 32)));
	check("group reads back", !gic_bit(IGROUPR, UART_INTID));
	gic_set(IGROUPR, UART_INTID);
	check("group 1 again", gic_bit(IGROUPR, UART_INTID));
	check_eq("route reads back", read64(GICD + IROUTER + 8 * UART_INTID), 0);
	write64(GICD + IROUTER + 8 * UART_INTID, 1);
	check_eq("route to the second vCPU reads back", read64(GICD + IROUTER + 8 * UART_INTID), 1);
	write64(GICD + IROUTER + 8 * UART_INTID, 0);
}
