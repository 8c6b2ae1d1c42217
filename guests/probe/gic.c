/* SPDX-License-Identifier: Apache-2.0 */
#include "gic.h"

#define CTLR_ENABLE_G1 0x12u /* ARE, Group 1; with one security state or as non-secure alike */
#define WAKER_SLEEP    2u
#define WAKER_CHILDREN 4u

struct irq_log irq_logs[MAX_VCPUS];
void (*volatile gic_handler)(u32 intid);

static u64 frame_of(u32 intid)
{
	return intid < 32 ? SGI_FRAME(vcpu_self()) : GICD;
}

u32 gic_ack(void)
{
	const u32 intid = (u32)sysreg_read(ICC_IAR1_EL1) & 0xffffff;

	dsb();
	return intid;
}

void gic_eoi(u32 intid)
{
	sysreg_write(ICC_EOIR1_EL1, intid);
	isb();
}

static void handle(void)
{
	struct irq_log *log = &irq_logs[vcpu_self()];
	const u32 intid = gic_ack();
	const u32 at = log->count;

	if (intid == SPURIOUS)
		return;
	if (at < LOG_SIZE)
		log->intid[at] = intid;
	if (intid < 64)
		log->per_id[intid]++;
	log->count = at + 1;
	if (gic_handler != 0)
		gic_handler(intid);
	gic_eoi(intid);
}

void gic_clear_log(void)
{
	struct irq_log *log = &irq_logs[vcpu_self()];

	log->count = 0;
	log->foreign = 0;
	for (u32 i = 0; i < 64; i++)
		log->per_id[i] = 0;
}

static void init_private(void)
{
	const u64 frame = SGI_FRAME(vcpu_self());

	write32(GICR(vcpu_self()) + 0x14, read32(GICR(vcpu_self()) + 0x14) & ~WAKER_SLEEP);
	while ((read32(GICR(vcpu_self()) + 0x14) & WAKER_CHILDREN) != 0)
		;
	write32(frame + ICENABLER, 0xffffffff);
	write32(frame + ICPENDR, 0xffffffff);
	write32(frame + ICACTIVER, 0xffffffff);
	write32(frame + IGROUPR, 0xffffffff);
	for (u32 i = 0; i < 32; i += 4)
		write32(frame + IPRIORITYR + i, 0x80808080);
}

void gic_init_vcpu(void)
{
	trap_irq_hook = handle;
	init_private();
	sysreg_write(ICC_SRE_EL1, 7);
	isb();
	sysreg_write(ICC_PMR_EL1, 0xff);
	sysreg_write(ICC_BPR1_EL1, 0);
	sysreg_write(ICC_CTLR_EL1, 0);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
	gic_clear_log();
}

void gic_init(void)
{
	gic_handler = 0;
	write32(GICD, CTLR_ENABLE_G1);
	gic_init_vcpu();
}

void gic_enable(u32 intid)
{
	write32(frame_of(intid) + ISENABLER + intid / 32 * 4, 1u << intid % 32);
	dsb();
}

void gic_disable(u32 intid)
{
	write32(frame_of(intid) + ICENABLER + intid / 32 * 4, 1u << intid % 32);
	dsb();
	delay_ms(1);
}

void gic_priority(u32 intid, u32 priority)
{
	write8(frame_of(intid) + IPRIORITYR + intid, priority);
}

bool gic_bit(u32 offset, u32 intid)
{
	return (read32(frame_of(intid) + offset + intid / 32 * 4) >> intid % 32 & 1) != 0;
}

void gic_set(u32 offset, u32 intid)
{
	write32(frame_of(intid) + offset + intid / 32 * 4, 1u << intid % 32);
	dsb();
}

void gic_sgi_raw(u64 value)
{
	dsb();
	sysreg_write(ICC_SGI1R_EL1, value);
	isb();
}

void gic_sgi(u32 intid, u32 target_list)
{
	gic_sgi_raw((u64)intid << 24 | target_list);
}

bool gic_wait(u32 count, u32 ms)
{
	const struct irq_log *log = &irq_logs[vcpu_self()];
	const u64 end = counter() + ticks_of_ms(ms);

	irq_on();
	while (log->count < count && counter() < end)
		;
	irq_off();
	return log->count == count;
}
