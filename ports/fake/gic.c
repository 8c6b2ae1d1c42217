/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <haven/hal/gic.h>. Enable, pending and active registers are write-one, as in the
 * GIC: a store to the set- or clear-register changes the bits that are 1 in it, and
 * both read the same state, which is kept at the set-register's place.
 */
#include <stdlib.h>
#include <string.h>

#include <haven/bits.h>

#include "fake.h"

#define ISENABLER  0x100u
#define ICENABLER  0x180u
#define ICPENDR    0x280u
#define ISACTIVER  0x300u
#define ICACTIVER  0x380u
#define ACTIVE_END 0x400u
#define IGROUPR    0x080u
#define IPRIORITYR 0x400u
#define ICFGR      0xc00u
#define CLEAR      0x080u /* distance from a set- to its clear-register */

#define LR_STATE  HV_BITS(63, 62)
#define LR_HW     HV_BIT(61)
#define LR_EOI    HV_BIT(41)

static struct fake_frame *frame_at(hv_u32 frame)
{
	return frame == HV_GICD ? &fake.gicd : &fake.cpu[frame].redist;
}

static bool is_bitmap(hv_u32 offset)
{
	return offset >= ISENABLER && offset < ACTIVE_END;
}

hv_u32 hv_hal_gic_read(hv_u32 frame, hv_u32 offset)
{
	return frame_at(frame)->word[(is_bitmap(offset) ? offset & ~CLEAR : offset) / 4];
}

void hv_hal_gic_write(hv_u32 frame, hv_u32 offset, hv_u32 value)
{
	hv_u32 *const state = &frame_at(frame)->word[(is_bitmap(offset) ? offset & ~CLEAR : offset) / 4];

	if (!is_bitmap(offset))
		*state = value;
	else if ((offset & CLEAR) != 0)
		*state &= ~value;
	else
		*state |= value;
}

static void write_word(hv_u32 base, hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	hv_hal_gic_write(word == 0 ? cpu : HV_GICD, base + 4 * word, mask);
}

void hv_hal_gic_enable(hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	write_word(ISENABLER, cpu, word, mask);
}

void hv_hal_gic_disable(hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	write_word(ICENABLER, cpu, word, mask);
}

void hv_hal_gic_clear_pending(hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	write_word(ICPENDR, cpu, word, mask);
}

hv_u32 hv_hal_gic_active(hv_u32 cpu)
{
	return hv_hal_gic_read(cpu, ISACTIVER);
}

void hv_hal_gic_set_active(hv_u32 cpu, hv_u32 mask)
{
	hv_hal_gic_write(cpu, ISACTIVER, mask);
}

void hv_hal_gic_clear_active(hv_u32 cpu, hv_u32 word, hv_u32 mask)
{
	write_word(ICACTIVER, cpu, word, mask);
}

void hv_hal_gicd_init(hv_u64 base, hv_u32 intid_count)
{
	(void)base;
	memset(&fake.gicd, 0, sizeof(fake.gicd));
	for (hv_u32 i = 32; i < intid_count; i += 4)
		fake.gicd.word[(IPRIORITYR + i) / 4] = 0xa0a0a0a0u;
	for (hv_u32 word = 1; word < intid_count / 32; word++)
		fake.gicd.word[IGROUPR / 4 + word] = ~0u;
}

bool hv_hal_gicr_init(hv_u64 first_frame, hv_u32 frames, hv_u32 cpu)
{
	(void)first_frame;
	if (fake.no_redist || cpu >= frames)
		return false;
	memset(&fake.cpu[cpu].redist, 0, sizeof(fake.cpu[cpu].redist));
	hv_hal_gic_write(cpu, ISENABLER, 0xffffu);
	return true;
}

void hv_hal_gic_set_edge(hv_u32 intid, bool edge)
{
	hv_u32 *const word = &fake.gicd.word[ICFGR / 4 + intid / 16];
	const hv_u32 bit = 2u << (intid % 16 * 2);

	*word = edge ? *word | bit : *word & ~bit;
}

void hv_hal_gic_route(hv_u32 intid, hv_u64 mpidr)
{
	fake.route[intid] = mpidr;
	fake_log(FAKE_ROUTE, intid, mpidr);
}

void fake_irq(hv_u32 cpu, hv_u32 intid)
{
	struct fake_cpu *const target = &fake.cpu[cpu];

	if (target->irqs == sizeof(target->irq) / sizeof(target->irq[0]))
		abort();
	target->irq[target->irqs++] = intid;
}

hv_u32 hv_hal_gic_ack(void)
{
	struct fake_cpu *const self = fake_self();
	hv_u32 intid;

	fake.counter += fake.ack_step;
	if (self->sgis != 0) {
		intid = hv_ctz32(self->sgis);
		self->sgis &= self->sgis - 1;
		return intid;
	}
	if (fake_timer_due())
		return fake.timer_ppi;
	if (self->irqs == 0)
		return HV_INTID_NONE;
	intid = self->irq[0];
	self->irqs--;
	memmove(self->irq, self->irq + 1, self->irqs * sizeof(self->irq[0]));
	return intid;
}

void hv_hal_gic_eoi(hv_u32 intid)
{
	fake_log(FAKE_EOI, intid, 0);
}

void hv_hal_gic_deactivate(hv_u32 intid)
{
	fake_log(FAKE_DEACTIVATE, intid, 0);
}

void hv_hal_gic_send_sgi(hv_u64 mpidr, hv_u32 sgi)
{
	for (hv_u32 i = 0; i < FAKE_CPUS; i++) {
		if (fake.cpu[i].mpidr != mpidr)
			continue;
		fake.cpu[i].sgis |= 1u << sgi;
		fake_log(FAKE_SGI, i, sgi);
	}
}

hv_u32 hv_hal_lr_count(void)
{
	return FAKE_LRS;
}

hv_u64 hv_hal_lr_read(hv_u32 index)
{
	return fake_self()->lr[index];
}

void hv_hal_lr_write(hv_u32 index, hv_u64 value)
{
	fake_self()->lr[index] = value;
}

/* ICH_ELRSR_EL2: invalid, and no EOI maintenance interrupt outstanding. */
hv_u64 hv_hal_lr_empty(void)
{
	hv_u64 empty = 0;

	for (hv_u32 i = 0; i < FAKE_LRS; i++) {
		const hv_u64 lr = fake_self()->lr[i];

		if ((lr & LR_STATE) == 0 && ((lr & LR_HW) != 0 || (lr & LR_EOI) == 0))
			empty |= HV_BIT(i);
	}
	return empty;
}

/* ICH_EISR_EL2: invalid, software-generated, and asked for a maintenance interrupt at its end. */
hv_u64 hv_hal_ich_vmcr(void)
{
	return fake_self()->ich_vmcr;
}

hv_u64 hv_hal_ich_hcr(void)
{
	return fake_self()->ich_hcr;
}

void hv_hal_ich_set_hcr(hv_u64 value)
{
	fake_self()->ich_hcr = value;
}

void hv_hal_ich_reset(void)
{
	memset(fake_self()->lr, 0, sizeof(fake_self()->lr));
	fake_self()->ich_hcr = 0;
	fake_log(FAKE_ICH_RESET, 0, 0);
}
