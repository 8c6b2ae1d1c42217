/* SPDX-License-Identifier: Apache-2.0 */
/* The bitmap and trigger registers of 32 INTIDs, a word at a time. */
#include "vgic_impl.h"

/* Offset[9:7] tells the bitmap register, in both frames' maps. */
enum { IGROUPR = 1, ISENABLER, ICENABLER, ISPENDR, ICPENDR, ISACTIVER, ICACTIVER };

hv_u32 vgic_changed(struct hv_vgic *vgic, struct hv_vgic_bank *bank, hv_u32 word, hv_u32 mask)
{
	const hv_u32 ready = (vgic_ready(vgic, bank) | vgic_spilled(bank)) & mask;
	const hv_u32 stale = bank->queued & mask;
	hv_u32 kick = 0;

	if ((ready | stale) == 0)
		return 0;
	for (hv_u32 v = 0; v < vgic->vcpus; v++) { /* bound: HV_MAX_CPUS */
		struct hv_vgic_cpu *cpu = &vgic->cpu[v];

		if (((ready | stale) & bank->at[v]) == 0)
			continue;
		kick |= 1u << v;
		if ((ready & bank->at[v]) != 0)
			cpu->waiting |= 1u << word;
		if ((stale & bank->at[v]) != 0)
			cpu->resync = true;
	}
	return kick;
}

hv_u32 vgic_settle(struct hv_vgic *vgic, hv_u32 word, hv_u32 mask)
{
	struct hv_vgic_bank *bank = &vgic->spi[word];

	for (hv_u32 v = 0; v < vgic->vcpus; v++) /* bound: HV_MAX_CPUS */
		bank->at[v] = (bank->at[v] & ~mask) | (bank->route[v] & mask);
	bank->moving &= ~mask;
	return vgic_changed(vgic, bank, word, mask);
}

/* Have the caller do to the physical GIC what the guest did here. */
static void poke(struct hv_vgic_fx *fx, hv_u32 reg, hv_u32 word, hv_u32 value)
{
	if (value == 0)
		return;
	fx->poke[fx->pokes].offset = reg << 7 | word << 2;
	fx->poke[fx->pokes].value = value;
	fx->pokes++;
}

hv_u32 vgic_bitmap_read(const struct vgic_access *at, hv_u32 offset)
{
	struct hv_vgic_bank *bank = at->bank;

	switch (offset >> 7 & 7) {
	case IGROUPR:
		return bank->group;
	case ISENABLER:
	case ICENABLER:
		return bank->enable;
	case ISPENDR:
	case ICPENDR:
		/* What EL2 has not acknowledged yet is known to the hardware alone. */
		at->fx->merge = bank->hw;
		at->fx->merge_offset = ISPENDR << 7 | at->word << 2;
		at->fx->kick = vgic_changed(at->vgic, bank, at->word, bank->queued);
		return vgic_pending(bank) | (bank->queued & ~bank->active);
	default:
		/* What others hold is as last known: have them tell, for the next look. */
		at->fx->kick = vgic_changed(at->vgic, bank, at->word, bank->queued);
		return bank->active;
	}
}

static void set_enable(const struct vgic_access *at, hv_u32 bits)
{
	const hv_u32 fresh = bits & ~at->bank->enable;

	at->bank->enable |= fresh;
	poke(at->fx, ISENABLER, at->word, fresh & at->bank->hw);
	at->fx->kick = vgic_changed(at->vgic, at->bank, at->word, fresh);
}

static void clear_enable(const struct vgic_access *at, hv_u32 bits)
{
	const hv_u32 gone = bits & at->bank->enable;

	at->bank->enable &= ~gone;
	poke(at->fx, ICENABLER, at->word, gone & at->bank->hw);
	at->fx->kick = vgic_changed(at->vgic, at->bank, at->word, gone & at->bank->queued);
}

static void set_pend(const struct vgic_access *at, hv_u32 bits)
{
	struct hv_vgic_bank *bank = at->bank;

	/* One that waits here is pending already; a second would arrive later. */
	poke(at->fx, ISPENDR, at->word, bits & bank->hw & ~bank->pend);
	bank->pend |= bits & ~bank->hw;
	at->fx->kick = vgic_changed(at->vgic, bank, at->word, bits & ~bank->hw);
}

static void clear_pend(const struct vgic_access *at, hv_u32 bits)
{
	struct hv_vgic_bank *bank = at->bank;
	const hv_u32 held = bits & bank->pend & bank->hw;

	poke(at->fx, ICPENDR, at->word, bits & bank->hw);
	/* EL2's acknowledge left these active: undo it, so that they can come again. */
	poke(at->fx, ICACTIVER, at->word, held);
	bank->pend &= ~bits;
	bank->unpend |= bits & bank->queued;
	at->fx->kick = vgic_changed(at->vgic, bank, at->word, bits & bank->queued);
}

static void set_active(const struct vgic_access *at, hv_u32 bits)
{
	struct hv_vgic_bank *bank = at->bank;
	const hv_u32 fresh = bits & ~bank->active & ~bank->queued;
	const hv_u32 held = fresh & bank->pend & bank->hw;

	poke(at->fx, ISACTIVER, at->word, fresh & bank->hw);
	/* Physically active means delivered from now on: pending goes back there. */
	poke(at->fx, ISPENDR, at->word, held);
	bank->pend &= ~held;
	bank->active |= fresh;
	at->fx->kick = vgic_changed(at->vgic, bank, at->word, fresh);
}

static void clear_active(const struct vgic_access *at, hv_u32 bits)
{
	struct hv_vgic_bank *bank = at->bank;
	const hv_u32 gone = bits & bank->active & ~bank->queued;

	poke(at->fx, ICACTIVER, at->word, gone & bank->hw);
	bank->active &= ~gone;
	bank->unact |= bits & bank->queued;
	if ((gone & bank->moving) != 0)
		at->fx->kick = vgic_settle(at->vgic, at->word, gone & bank->moving);
	at->fx->kick |= vgic_changed(at->vgic, bank, at->word, bits);
}

static void set_group(const struct vgic_access *at, hv_u32 value)
{
	const hv_u32 fresh = (at->bank->group ^ value) & at->bank->owned;

	at->bank->group ^= fresh;
	at->fx->kick = vgic_changed(at->vgic, at->bank, at->word, fresh);
}

void vgic_bitmap_write(const struct vgic_access *at, hv_u32 offset, hv_u32 value)
{
	const hv_u32 reg = offset >> 7 & 7;
	const hv_u32 bits = value & at->bank->owned;

	if (reg == ISENABLER || reg == ISPENDR || reg == ISACTIVER)
		at->fx->denied = bits != value;
	switch (reg) {
	case IGROUPR:
		set_group(at, value);
		break;
	case ISENABLER:
		set_enable(at, bits);
		break;
	case ICENABLER:
		clear_enable(at, bits);
		break;
	case ISPENDR:
		set_pend(at, bits);
		break;
	case ICPENDR:
		clear_pend(at, bits);
		break;
	case ISACTIVER:
		set_active(at, bits);
		break;
	default:
		clear_active(at, bits);
		break;
	}
}

/* Bit n of a half word to bit 2n + 1: Int_config[1]. */
static hv_u32 spread(hv_u32 x)
{
	x = (x | x << 8) & 0x00ff00ff;
	x = (x | x << 4) & 0x0f0f0f0f;
	x = (x | x << 2) & 0x33333333;
	x = (x | x << 1) & 0x55555555;
	return x << 1;
}

hv_u32 vgic_icfgr_read(const struct vgic_access *at, hv_u32 half)
{
	return spread(at->bank->edge >> (16 * half) & 0xffff);
}

void vgic_icfgr_write(const struct vgic_access *at, hv_u32 half, hv_u32 value)
{
	const hv_u32 owned = spread(at->bank->owned >> (16 * half) & 0xffff);

	at->fx->denied = (value & ~vgic_icfgr_read(at, half) & owned) != 0;
}
