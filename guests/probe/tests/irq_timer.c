/* SPDX-License-Identifier: Apache-2.0 */
/* The two EL1 timers: level-sensitive PPIs that the hardware raises. */
#include "../gic.h"
#include "tests.h"

#define SHOTS 50u
#define CTL_ENABLE  1u
#define CTL_MASKED  3u
#define CTL_STATUS  4u

static u32 shots_left, keep_level;

static void set_timer(u32 intid, u64 ctl, u64 deadline)
{
	if (intid == VTIMER) {
		sysreg_write(cntv_cval_el0, deadline);
		sysreg_write(cntv_ctl_el0, ctl);
	} else {
		sysreg_write(cntp_cval_el0, deadline);
		sysreg_write(cntp_ctl_el0, ctl);
	}
	isb();
}

static u64 now_of(u32 intid)
{
	isb();
	return intid == VTIMER ? sysreg_read(cntvct_el0) : sysreg_read(cntpct_el0);
}

static void on_timer(u32 intid)
{
	if (keep_level != 0 && --keep_level != 0)
		return;
	if (--shots_left == 0)
		set_timer(intid, CTL_MASKED, now_of(intid));
	else
		set_timer(intid, CTL_ENABLE, now_of(intid) + ticks_of_ms(1));
}

static bool run(u32 intid, u32 shots, u32 levels, u32 expected)
{
	gic_clear_log();
	gic_handler = on_timer;
	shots_left = shots;
	keep_level = levels;
	set_timer(intid, CTL_ENABLE, now_of(intid) + ticks_of_ms(1));
	gic_wait(expected + 1, 50 + 3 * shots);
	set_timer(intid, 0, 0);
	gic_handler = 0;
	return quiet_eq("count", intid, irq_logs[0].count, expected) &&
	       irq_logs[0].per_id[intid] == expected;
}

static void on_last(u32 intid)
{
	shots_left = 1;
	on_timer(intid);
}

static void test_mask(u32 intid)
{
	gic_clear_log();
	gic_handler = on_last;
	sysreg_write(ICC_PMR_EL1, 0x40);
	isb();
	set_timer(intid, CTL_ENABLE, now_of(intid));
	check("masked by priority", gic_wait(0, 5));
	check("pending meanwhile", gic_bit(ISPENDR, intid));
	sysreg_write(ICC_PMR_EL1, 0xff);
	isb();
	gic_wait(2, 20);
	check("comes once when unmasked", irq_logs[0].count == 1);
	gic_disable(intid);
	set_timer(intid, CTL_ENABLE, now_of(intid));
	delay_ms(1);
	check("pending while disabled", gic_bit(ISPENDR, intid) && gic_wait(1, 5));
	set_timer(intid, CTL_MASKED, now_of(intid));
	delay_ms(1);
	check("a lowered line is not pending", !gic_bit(ISPENDR, intid));
	gic_enable(intid);
	check("and does not come", gic_wait(1, 5));
	gic_disable(intid);
	set_timer(intid, CTL_ENABLE, now_of(intid));
	delay_ms(1);
	gic_enable(intid);
	gic_wait(3, 20);
	check("comes once when enabled", irq_logs[0].count == 2);
	gic_handler = 0;
	set_timer(intid, 0, 0);
}

static void test_one(u32 intid)
{
	gic_enable(intid);
	check("one shot", run(intid, 1, 0, 1));
	check("fifty shots", run(intid, SHOTS, 0, SHOTS));
	check("a line that stays high comes again after EOI", run(intid, 1, 3, 3));
	test_mask(intid);
	check("not active at the end", !gic_bit(ISACTIVER, intid) && !gic_bit(ISPENDR, intid));
	gic_disable(intid);
}

void test_timer(void)
{
	gic_init();
	say("virtual");
	test_one(VTIMER);
	say("physical");
	test_one(PTIMER);

	gic_enable(VTIMER);
	irq_off();
	set_timer(VTIMER, CTL_ENABLE, counter() + ticks_of_ms(20));
	wfi();
	check("WFI wakes with interrupts masked", (sysreg_read(cntv_ctl_el0) & CTL_STATUS) != 0);
	set_timer(VTIMER, 0, 0);
}
