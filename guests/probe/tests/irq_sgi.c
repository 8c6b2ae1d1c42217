/* SPDX-License-Identifier: Apache-2.0 */
/* One vCPU and its own SGIs: states of an interrupt as registers and deliveries show them. */
#include "../gic.h"
#include "tests.h"

#define BURST 1000
#define ID    5u

static u32 active_in_handler;

static void look_active(u32 intid)
{
	active_in_handler += gic_bit(ISACTIVER, intid);
}

static bool came(u32 count)
{
	return gic_wait(count, count == 0 ? 5 : 200);
}

static void test_once(void)
{
	gic_clear_log();
	gic_handler = look_active;
	active_in_handler = 0;
	gic_sgi(ID, 1);
	check("self SGI comes once", came(1) && irq_logs[0].per_id[ID] == 1);
	check_eq("active while handled", active_in_handler, 1);
	check("idle afterwards", !gic_bit(ISACTIVER, ID) && !gic_bit(ISPENDR, ID));
	check_eq("running priority is idle", sysreg_read(ICC_RPR_EL1) & 0xff, IDLE_PRIORITY);
	gic_handler = 0;
}

static void test_disabled(void)
{
	gic_clear_log();
	gic_disable(ID);
	gic_sgi(ID, 1);
	check("disabled SGI stays out", came(0));
	check("disabled SGI is pending", gic_bit(ISPENDR, ID));
	gic_enable(ID);
	check("enabling delivers it", came(1));

	gic_sgi(ID, 1);
	gic_disable(ID);
	check("disabling holds a pending SGI back", irq_logs[0].count == 1 && came(1));
	gic_set(ICPENDR, ID);
	gic_enable(ID);
	check("cleared pending does not come back", came(1));
}

static void test_masked(void)
{
	gic_clear_log();
	sysreg_write(ICC_PMR_EL1, 0x80);
	isb();
	gic_sgi(ID, 1);
	check("priority equal to the mask stays out", came(0));
	sysreg_write(ICC_PMR_EL1, 0x88);
	isb();
	check_eq("highest pending", sysreg_read(ICC_HPPIR1_EL1), ID);
	check("a wider mask delivers it", came(1));
	sysreg_write(ICC_PMR_EL1, 0xff);
	sysreg_write(ICC_IGRPEN1_EL1, 0);
	isb();
	gic_sgi(ID, 1);
	check("group disabled at the CPU", came(1));
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
	check("group enabled at the CPU", came(2));
	write32(GICD, 0x10);
	gic_sgi(ID, 1);
	check("group disabled at the distributor", came(2));
	write32(GICD, 0x12);
	check("group enabled at the distributor", came(3));
}

static void test_set_registers(void)
{
	gic_clear_log();
	gic_set(ISPENDR, ID);
	check("set pending delivers", came(1));
	gic_set(ISACTIVER, ID);
	check("set active reads back", gic_bit(ISACTIVER, ID));
	gic_sgi(ID, 1);
	check("an active interrupt is not taken again", came(1));
	check("it is pending too", gic_bit(ISPENDR, ID));
	gic_set(ICACTIVER, ID);
	check("clear active reads back", !gic_bit(ISACTIVER, ID));
	check("then it is taken", came(2));
	gic_set(ISPENDR, ID);
	gic_set(ICPENDR, ID);
	check("clear pending", !gic_bit(ISPENDR, ID) && came(2));
}

static void test_by_hand(void)
{
	gic_sgi(ID, 1);
	check_eq("acknowledge", gic_ack(), ID);
	check_eq("nothing more", gic_ack(), SPURIOUS);
	gic_sgi(ID, 1);
	check_eq("same INTID while active", gic_ack(), SPURIOUS);
	gic_eoi(ID);
	check_eq("pending again after EOI", gic_ack(), ID);
	gic_eoi(ID);
	check_eq("empty", gic_ack(), SPURIOUS);
	gic_sgi(ID, 1);
	gic_sgi(ID, 1);
	check_eq("two writes merge", gic_ack(), ID);
	gic_eoi(ID);
	check_eq("into one", gic_ack(), SPURIOUS);
}

static void test_burst(void)
{
	bool ok = true;

	gic_clear_log();
	irq_on();
	for (u32 i = 1; i <= BURST; i++) {
		gic_sgi(i % 16, 1);
		while (ok && irq_logs[0].count != i)
			ok = gic_wait(i, 200);
		irq_on();
	}
	irq_off();
	check("a thousand SGIs one after the other", ok && irq_logs[0].count == BURST);
}

void test_sgi(void)
{
	gic_init();
	for (u32 i = 0; i < 16; i++)
		gic_enable(i);
	test_once();
	test_disabled();
	test_masked();
	test_set_registers();
	test_by_hand();
	test_burst();
}
