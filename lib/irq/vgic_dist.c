/* SPDX-License-Identifier: Apache-2.0 */
/* The distributor's register map. */
#include "vgic_impl.h"

#define GICD_CTLR        0x0000u
#define GICD_TYPER       0x0004u
#define GICD_IIDR        0x0008u
#define GICD_IGROUPR     0x0080u /* first of the bitmaps, which end before IPRIORITYR */
#define GICD_IPRIORITYR  0x0400u
#define GICD_ITARGETSR   0x0800u
#define GICD_ICFGR       0x0c00u
#define GICD_IGRPMODR    0x0d00u
#define GICD_IROUTER     0x6000u
#define GICD_IROUTER_END 0x8000u
#define GICD_PIDR2       0xffe8u

#define CTLR_GRP0 HV_BIT(0)
#define CTLR_GRP1 HV_BIT(1)
#define CTLR_ARE  HV_BIT(4)
#define CTLR_DS   HV_BIT(6)

#define TYPER_IT_LINES HV_BITS(4, 0)
#define TYPER_ID_BITS  HV_BITS(23, 19)
#define TYPER_NO1N     HV_BIT(25)

#define IROUTER_IRM    HV_BIT(31)
#define IROUTER_AFF    (HV_BITS(39, 32) | HV_BITS(23, 0))

_Static_assert((CTLR_ARE | CTLR_DS) == 0x50, "GICD_CTLR at reset");
_Static_assert((HV_PUT(TYPER_IT_LINES, 8) | HV_PUT(TYPER_ID_BITS, 9) | TYPER_NO1N) == 0x02480008,
	       "GICD_TYPER of 288 INTIDs");

static hv_u32 read_ctlr(const struct hv_vgic *vgic)
{
	return (hv_u32)(CTLR_ARE | CTLR_DS | (vgic->on1 & CTLR_GRP1) | (vgic->on0 & CTLR_GRP0));
}

static void write_ctlr(struct hv_vgic *vgic, hv_u32 value, struct hv_vgic_fx *fx)
{
	const hv_u32 on0 = (value & CTLR_GRP0) != 0 ? 0xffffffffu : 0;
	const hv_u32 on1 = (value & CTLR_GRP1) != 0 ? 0xffffffffu : 0;

	if (on0 == vgic->on0 && on1 == vgic->on1)
		return;
	vgic->on0 = on0;
	vgic->on1 = on1;
	for (hv_u32 v = 0; v < vgic->vcpus; v++) { /* bound: HV_MAX_CPUS */
		vgic->cpu[v].waiting = vgic_low_bits(vgic->words);
		vgic->cpu[v].resync = true;
	}
	fx->kick = vgic_low_bits(vgic->vcpus);
}

static hv_u32 read_typer(const struct hv_vgic *vgic)
{
	return (hv_u32)(HV_PUT(TYPER_IT_LINES, vgic->words - 1) | HV_PUT(TYPER_ID_BITS, 9) | TYPER_NO1N);
}

static void reroute(const struct vgic_access *at, hv_u32 intid, hv_u32 to)
{
	struct hv_vgic_bank *bank = at->bank;
	const hv_u32 bit = 1u << (intid % 32);
	const hv_u32 from = vgic_find(at->vgic, bank->route, bit);

	if (from == to)
		return;
	bank->route[from] &= ~bit;
	bank->route[to] |= bit;
	bank->moving |= bit;
	if ((bank->hw & bit) != 0) {
		at->fx->route_intid = intid;
		at->fx->route_vcpu = to;
	}
	/* One in a list register stays there until its vCPU has looked. */
	if (((bank->queued | bank->active) & bit) == 0)
		at->fx->kick = vgic_settle(at->vgic, at->word, bit);
	else
		at->fx->kick = vgic_changed(at->vgic, bank, at->word, bit);
}

static void write_irouter(const struct vgic_access *at, hv_u32 intid, hv_u32 size, hv_u64 value,
			  bool high)
{
	const hv_u64 aff = (size == 4 ? value & 0xffffffffu : value) & IROUTER_AFF;

	if ((at->bank->owned >> (intid % 32) & 1) == 0)
		return;
	if (high) /* Aff3 alone: 0 is the only one there is */
		at->fx->denied = (value & 0xff) != 0;
	else if ((value & IROUTER_IRM) != 0 || aff >= at->vgic->vcpus)
		at->fx->denied = true;
	else
		reroute(at, intid, (hv_u32)aff);
}

static void access_irouter(struct vgic_access *at, hv_u32 offset, hv_u32 size, bool write,
			   hv_u64 *value)
{
	const hv_u32 intid = (offset - GICD_IROUTER) / 8;
	const bool high = (offset & 4) != 0;

	at->word = intid / 32;
	if (at->word == 0 || at->word >= at->vgic->words) {
		*value = write ? *value : 0;
		return;
	}
	at->bank = &at->vgic->spi[at->word];
	if (write)
		write_irouter(at, intid, size, *value, high);
	else
		*value = high ? 0 : vgic_find(at->vgic, at->bank->route, 1u << (intid % 32));
}

/* Registers of 1, 2 or 8 bits an INTID: which word of INTIDs does the offset mean? */
static hv_u32 word_of(hv_u32 offset)
{
	if (offset < GICD_IPRIORITYR)
		return (offset & 0x7f) / 4;
	if (offset < GICD_ITARGETSR)
		return (offset - GICD_IPRIORITYR) / 32;
	if (offset >= GICD_ICFGR && offset < GICD_IGRPMODR)
		return (offset - GICD_ICFGR) / 8;
	return 0;
}

static hv_u32 read_word(const struct vgic_access *at, hv_u32 offset, hv_u32 size)
{
	if (offset < GICD_IPRIORITYR)
		return vgic_bitmap_read(at, offset);
	if (offset < GICD_ITARGETSR)
		return vgic_prio_read(at->bank, offset & 0x1f, size);
	return vgic_icfgr_read(at, offset / 4 & 1);
}

static void write_word(const struct vgic_access *at, hv_u32 offset, hv_u32 size, hv_u32 value)
{
	if (offset < GICD_IPRIORITYR)
		vgic_bitmap_write(at, offset, value);
	else if (offset < GICD_ITARGETSR)
		vgic_prio_write(at, offset & 0x1f, size, value);
	else
		vgic_icfgr_write(at, offset / 4 & 1, value);
}

static hv_u32 read_fixed(const struct hv_vgic *vgic, hv_u32 offset)
{
	switch (offset) {
	case GICD_CTLR:
		return read_ctlr(vgic);
	case GICD_TYPER:
		return read_typer(vgic);
	case GICD_IIDR:
		return VGIC_IIDR;
	case GICD_PIDR2:
		return VGIC_PIDR2;
	default:
		return 0;
	}
}

enum hv_vgic_verdict hv_vgic_dist_access(struct hv_vgic *vgic, hv_u32 offset, hv_u32 size,
					 bool write, hv_u64 *value, struct hv_vgic_fx *fx)
{
	struct vgic_access at = { .vgic = vgic, .fx = fx };
	const bool bytes = offset >= GICD_IPRIORITYR && offset < GICD_ICFGR;
	const bool router = offset >= GICD_IROUTER && offset < GICD_IROUTER_END;

	vgic_fx_clear(fx, 0);
	if (!vgic_size_ok(offset, size, bytes, router)) {
		*value = write ? *value : 0;
		return HV_VGIC_BAD_SIZE;
	}
	if (router) {
		access_irouter(&at, offset, size, write, value);
		return HV_VGIC_DONE;
	}
	/* With affinity routing, word 0 is the redistributors' and RAZ/WI here. */
	at.word = offset >= GICD_IGROUPR ? word_of(offset) : 0;
	if (at.word != 0 && at.word < vgic->words) {
		at.bank = &vgic->spi[at.word];
		if (write)
			write_word(&at, offset, size, (hv_u32)*value);
		else
			*value = read_word(&at, offset, size);
	} else if (!write) {
		*value = read_fixed(vgic, offset);
	} else if (offset == GICD_CTLR) {
		write_ctlr(vgic, (hv_u32)*value, fx);
	}
	return HV_VGIC_DONE;
}

bool hv_vgic_needs_sync(hv_u32 offset, bool redist)
{
	const hv_u32 reg = redist ? (offset & 0x1ffff) - 0x10000 : offset;

	return reg >= 0x200 && reg < 0x400; /* ISPENDR .. ICACTIVER */
}
