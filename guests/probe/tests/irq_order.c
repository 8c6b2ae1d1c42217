/* SPDX-License-Identifier: Apache-2.0 */
/* More interrupts at once than there are list registers: pending, and active by preemption. */
#include "../gic.h"
#include "tests.h"

#define SGIS  16u
#define DEPTH 12u

/* Highest first when taken by `order[i]`. */
static u32 rank(u32 intid)
{
	return intid * 7 % SGIS;
}

static void set_priorities(void)
{
	for (u32 i = 0; i < SGIS; i++) {
		gic_priority(i, 0x10 + rank(i) * 8);
		gic_enable(i);
	}
}

static void check_order(const char *what)
{
	bool ok = irq_logs[0].count == SGIS;

	for (u32 i = 0; i < SGIS && ok; i++)
		ok = quiet_eq("rank taken", i, rank(irq_logs[0].intid[i]), i);
	check(what, ok);
}

static void send_all(void)
{
	for (u32 i = 0; i < SGIS; i++)
		gic_sgi(i, 1);
}

void test_order(void)
{
	bool once = true;

	gic_init();
	set_priorities();
	gic_clear_log();
	send_all();
	check_eq("all pending", read32(SGI_FRAME(0) + ISPENDR) & 0xffff, 0xffff);
	check("each comes", gic_wait(SGIS, 500));
	check_order("in order of priority");
	for (u32 i = 0; i < SGIS; i++)
		once &= irq_logs[0].per_id[i] == 1;
	check("exactly once", once);

	/* Priorities change while they wait. */
	for (u32 i = 0; i < SGIS; i++)
		gic_priority(i, 0x80);
	gic_clear_log();
	send_all();
	set_priorities();
	check("each comes after a change of priority", gic_wait(SGIS, 500));
	check_order("in the new order");

	gic_clear_log();
	send_all();
	write32(SGI_FRAME(0) + ICPENDR, 0x5555);
	check_eq("half of them cleared", read32(SGI_FRAME(0) + ISPENDR) & 0xffff, 0xaaaa);
	check("the other half comes", gic_wait(SGIS / 2, 500));
}

static u32 depth, deepest, waited, wrong_priority, active_at_deepest;

static void nest(u32 intid)
{
	const u32 mine = (0x10 + (DEPTH - intid) * 8) & 0xf8;

	depth++;
	if (depth > deepest)
		deepest = depth;
	wrong_priority += (sysreg_read(ICC_RPR_EL1) & 0xff) != mine;
	if (irq_logs[0].per_id[intid] > 1) {
		waited++;
	} else if (intid + 1 < DEPTH) {
		/* A less urgent one must wait, a more urgent one preempts. */
		gic_sgi(intid + 1, 1);
		if (intid > 0)
			gic_sgi(intid - 1, 1);
		irq_on();
		irq_off();
	} else {
		active_at_deepest = read32(SGI_FRAME(0) + ISACTIVER) & 0xffff;
	}
	wrong_priority += (sysreg_read(ICC_RPR_EL1) & 0xff) != mine;
	depth--;
}

void test_nest(void)
{
	gic_init();
	for (u32 i = 0; i < DEPTH; i++) {
		gic_priority(i, 0x10 + (DEPTH - i) * 8);
		gic_enable(i);
	}
	gic_clear_log();
	gic_handler = nest;
	depth = deepest = waited = wrong_priority = 0;
	gic_sgi(0, 1);
	irq_on();
	delay_ms(20);
	irq_off();
	check_eq("depth of preemption", deepest, DEPTH);
	check_eq("running priority at each level", wrong_priority, 0);
	check_eq("less urgent ones came later", waited, DEPTH - 2);
	check_eq("all active at the deepest", active_at_deepest, (1u << DEPTH) - 1);
	check_eq("none active at the end", read32(SGI_FRAME(0) + ISACTIVER), 0);
	check_eq("none pending at the end", read32(SGI_FRAME(0) + ISPENDR) & 0xffff, 0);
	check_eq("active priorities at the end", sysreg_read(ICC_AP1R0_EL1), 0);
	check_eq("running priority at the end", sysreg_read(ICC_RPR_EL1) & 0xff, IDLE_PRIORITY);
	gic_handler = 0;
}

/* Priority drop by EOIR, deactivation by DIR, in an order of our own. */
void test_eoimode(void)
{
	bool ok = true;

	gic_init();
	set_priorities();
	sysreg_write(ICC_CTLR_EL1, EOIMODE);
	isb();
	send_all();
	for (u32 i = 0; i < SGIS; i++) {
		const u32 intid = gic_ack();

		ok &= quiet_eq("rank acknowledged", i, rank(intid), i);
		gic_eoi(intid);
	}
	check("sixteen acknowledged, in order", ok);
	check_eq("all active after EOI", read32(SGI_FRAME(0) + ISACTIVER) & 0xffff, 0xffff);
	check_eq("running priority dropped", sysreg_read(ICC_RPR_EL1) & 0xff, IDLE_PRIORITY);
	send_all();
	check_eq("none is taken while active", gic_ack(), SPURIOUS);
	ok = true;
	for (u32 i = 0; i < SGIS; i++) {
		const u32 intid = i * 5 % SGIS;

		sysreg_write(ICC_DIR_EL1, intid);
		isb();
		ok &= quiet_eq("taken after deactivation", i, gic_ack(), intid);
		gic_eoi(intid);
		sysreg_write(ICC_DIR_EL1, intid);
		isb();
	}
	check("each comes again once it is deactivated", ok);
	check_eq("none active at the end", read32(SGI_FRAME(0) + ISACTIVER) & 0xffff, 0);
	check_eq("empty", gic_ack(), SPURIOUS);
	sysreg_write(ICC_CTLR_EL1, 0);
	isb();
}
