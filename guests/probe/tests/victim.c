/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The neighbour of an attacker: fills its memory, then beats by its own timer and looks
 * at each beat whether its memory changed or an interrupt came that is not its own.
 * With probe.dma=1 its device works as well: it carries a page away and brings it back.
 */
#include "../edu.h"
#include "../gic.h"
#include "tests.h"

#define BEAT_MS     50
#define BEATS_A_LINE 4
#define CTL_ENABLE  1

/* Where the page is; it goes on when the device is idle, however long that takes. */
static enum { AT_HOME, LEAVING, AWAY } page_is;
static u64 journeys;

static u64 period, next;
static struct edu edu;

static u64 pattern(u64 address)
{
	return address * UINT64_C(0x9e3779b97f4a7c15) ^ UINT64_C(0x5a5a5a5aa5a5a5a5);
}

static void fill(u64 start, u64 end)
{
	for (u64 p = start; p < end; p += 8)
		*(volatile u64 *)p = pattern(p);
}

/** First address that differs, or 0. */
static u64 find_change(u64 start, u64 end)
{
	for (u64 p = start; p < end; p += 8) {
		if (*(volatile u64 *)p != pattern(p))
			return p;
	}
	return 0;
}

static void on_irq(u32 intid)
{
	struct irq_log *log = &irq_logs[0];

	if (intid != VTIMER) {
		log->foreign++;
		print("probe: victim: foreign interrupt %u: FAIL\n", (u64)intid);
		return;
	}
	next += period;
	sysreg_write(cntv_cval_el0, next);
}

/* Whatever a neighbour could raise must find an open door. */
static void open_all(void)
{
	for (u32 i = 0; i < 16; i++)
		gic_enable(i);
	for (u32 word = 1; word < 9; word++) {
		write32(GICD + IGROUPR + word * 4, 0xffffffff);
		write32(GICD + ISENABLER + word * 4, 0xffffffff);
	}
	gic_enable(VTIMER);
}

static void travel(u64 page)
{
	if (edu.bar == 0 || edu_busy(&edu))
		return;
	if (page_is == AT_HOME) {
		edu_start(&edu, page, EDU_BUFFER_SIZE, 0);
		page_is = LEAVING;
	} else if (page_is == LEAVING) {
		for (u64 p = page; p < page + EDU_BUFFER_SIZE; p += 8)
			*(volatile u64 *)p = 0;
		edu_start(&edu, page, EDU_BUFFER_SIZE, DMA_OUT);
		page_is = AWAY;
	} else {
		journeys++;
		page_is = AT_HOME;
	}
}

static void beat(u64 n, u64 start, u64 end, u64 *failures)
{
	travel(start);
	const u64 changed = find_change(start + (page_is == AWAY ? EDU_BUFFER_SIZE : 0), end);
	const u64 foreign = irq_logs[0].foreign;


	if (changed != 0) {
		(*failures)++;
		print("probe: victim: memory at %x: FAIL got %x\n", changed, *(u64 *)changed);
		fill(start, end);
	}
	if (n % BEATS_A_LINE == 0)
		print("probe: victim: beat %u hash %s irqs %u dma %u\n", n,
		      *failures == 0 ? "ok" : "FAIL", foreign, journeys);
}

void test_victim(void)
{
	const u64 start = (u64)image_end, end = ram_base() + ram_size();
	const u64 beats = arg("beats", UINT64_MAX);
	u64 failures = 0;

	fill(start, end);
	if (arg("dma", 0) != 0)
		check("a device", edu_open(&edu, 0));
	gic_init();
	gic_handler = on_irq;
	open_all();
	period = ticks_of_ms(BEAT_MS);
	next = counter() + period;
	sysreg_write(cntv_cval_el0, next);
	sysreg_write(cntv_ctl_el0, CTL_ENABLE);
	for (u64 n = 1; n <= beats; n++) {
		while (irq_logs[0].per_id[VTIMER] < (u32)n) {
			irq_off();
			if (irq_logs[0].per_id[VTIMER] < (u32)n)
				wfi();
			irq_on();
		}
		beat(n, start, end, &failures);
	}
	sysreg_write(cntv_ctl_el0, 0);
	irq_off();
	check("memory and interrupts", failures == 0 && irq_logs[0].foreign == 0);
}
