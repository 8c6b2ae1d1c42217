/* SPDX-License-Identifier: Apache-2.0 */
/* List registers as a whole: take them in, choose what they hold next. */
#include "vgic_impl.h"

hv_u32 hv_vgic_used(const struct hv_vgic *vgic, hv_u32 vcpu)
{
	return vgic->cpu[vcpu].used;
}

static void deactivate(struct hv_vgic_sync_fx *fx, hv_u32 intid)
{
	fx->deactivate[fx->count++] = (hv_u16)intid;
}

/* An active interrupt that is in no list register ends. */
static void end_spilled(struct hv_vgic *vgic, struct hv_vgic_bank *bank, hv_u32 intid,
			struct hv_vgic_sync_fx *fx)
{
	const hv_u32 bit = 1u << (intid % 32);

	bank->active &= ~bit;
	if ((bank->hw & bit) != 0)
		deactivate(fx, intid);
	if ((bank->moving & bit) != 0)
		fx->kick |= vgic_settle(vgic, intid / 32, bit);
}

/* Priority and INTID of the best of @mask as one number that sorts, or VGIC_NONE. */
static hv_u32 sort_key(const struct hv_vgic_bank *bank, hv_u32 word, hv_u32 mask, hv_u32 active)
{
	hv_u32 best, n;

	if (mask == 0)
		return VGIC_NONE;
	best = vgic_prio_best(bank, mask);
	if ((best & active) != 0)
		best &= active;
	n = hv_ctz32(best);
	return vgic_prio_byte(bank, n) << 16 | (hv_u32)((best & active) == 0) << 15 | word << 5 | n;
}

#define KEY_PENDING 0x8000u
#define KEY_INTID   0x3ffu

/*
 * With EOImode 0, an EOI ends the highest running priority, and one that no list
 * register took can only be the best of the spilled ones. With EOImode 1 there is
 * TDIR, and nothing counts.
 */
static void end_counted(struct hv_vgic *vgic, hv_u32 vcpu, struct hv_vgic_lrs *lrs,
			struct hv_vgic_sync_fx *fx)
{
	hv_u32 count = (lrs->hcr & HCR_LRENPIE) != 0 ? (hv_u32)HV_GET(HCR_EOICOUNT, lrs->hcr) : 0;

	for (hv_u32 step = 0; step < HV_VGIC_EOI_STEP && count > 0; step++) { /* bound: 4 */
		hv_u32 best = VGIC_NONE;

		for (hv_u32 left = vgic->cpu[vcpu].waiting; left != 0; left &= left - 1) {
			/* bound: HV_VGIC_WORDS */
			const hv_u32 word = hv_ctz32(left);
			const struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);
			const hv_u32 mask = vgic_spilled(bank) & bank->at[vcpu];
			const hv_u32 key = sort_key(bank, word, mask, mask);

			best = key < best ? key : best;
		}
		if (best == VGIC_NONE) {
			count = 0;
			break;
		}
		best &= KEY_INTID;
		end_spilled(vgic, vgic_bank(vgic, vcpu, best / 32), best, fx);
		count--;
	}
	lrs->hcr = HV_PUT(HCR_EOICOUNT, count);
}

/* Take one list register back. */
static void harvest(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 index, hv_u64 lr,
		    struct hv_vgic_sync_fx *fx)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];
	const hv_u32 intid = cpu->intid[index], word = intid / 32, bit = 1u << (intid % 32);
	struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);
	hv_u64 state = lr & (LR_PENDING | LR_ACTIVE);

	if ((bank->at[vcpu] & bit) == 0)
		return; /* taken over by another vCPU: this copy is dead */
	if ((bank->unpend & bit) != 0)
		state &= ~LR_PENDING;
	if ((bank->unact & bit) != 0)
		state &= ~LR_ACTIVE;
	if (state == 0 && (lr & (LR_PENDING | LR_ACTIVE)) != 0 && (bank->hw & bit) != 0)
		deactivate(fx, intid); /* the guest no longer will */
	bank->unpend &= ~bit;
	bank->unact &= ~bit;
	bank->queued &= ~bit;
	bank->active = (state & LR_ACTIVE) != 0 ? bank->active | bit : bank->active & ~bit;
	if ((state & LR_PENDING) != 0 && (cpu->latched >> index & 1) != 0)
		bank->pend |= bit;
	if ((bank->moving & ~bank->active & bit) != 0)
		fx->kick |= vgic_settle(vgic, word, bit);
	cpu->waiting |= 1u << word;
}

void hv_vgic_sync(struct hv_vgic *vgic, hv_u32 vcpu, struct hv_vgic_lrs *lrs,
		  struct hv_vgic_sync_fx *fx)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];

	fx->kick = 0;
	fx->count = 0;
	end_counted(vgic, vcpu, lrs, fx);
	for (hv_u32 left = cpu->used; left != 0; left &= left - 1) /* bound: HV_VGIC_MAX_LRS */
		harvest(vgic, vcpu, hv_ctz32(left), lrs->lr[hv_ctz32(left)], fx);
	cpu->used = 0;
	cpu->resync = false;
	vgic_take_inbox(cpu);
	fx->kick &= ~(1u << vcpu); /* the flush that follows looks at these */
}

void hv_vgic_dir(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 intid, struct hv_vgic_sync_fx *fx)
{
	struct hv_vgic_bank *bank;

	if (intid / 32 >= vgic->words)
		return;
	bank = vgic_bank(vgic, vcpu, intid / 32);
	if ((bank->active & ~bank->queued & bank->at[vcpu] & 1u << (intid % 32)) != 0)
		end_spilled(vgic, bank, intid, fx);
}

/* The best candidate of each word, so that taking one costs one word again. */
struct search {
	hv_u32 words;
	hv_u32 key[HV_VGIC_WORDS];
};

static hv_u32 word_key(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 word, bool active_too)
{
	struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);
	const hv_u32 active = active_too ? vgic_spilled(bank) : 0;

	return sort_key(bank, word, (vgic_ready(vgic, bank) | active) & bank->at[vcpu], active);
}

static void search_all(struct search *search, struct hv_vgic *vgic, hv_u32 vcpu, bool active_too)
{
	search->words = 0;
	for (hv_u32 left = vgic->cpu[vcpu].waiting; left != 0; left &= left - 1) {
		/* bound: HV_VGIC_WORDS */
		const hv_u32 word = hv_ctz32(left);

		search->key[word] = word_key(vgic, vcpu, word, active_too);
		if (search->key[word] != VGIC_NONE)
			search->words |= 1u << word;
	}
}

static hv_u32 search_best(const struct search *search)
{
	hv_u32 best = VGIC_NONE;

	for (hv_u32 left = search->words; left != 0; left &= left - 1) { /* bound: HV_VGIC_WORDS */
		const hv_u32 key = search->key[hv_ctz32(left)];

		best = key < best ? key : best;
	}
	return best;
}

/* What did not fit: remember the words, and ask to be told when there is room. */
static hv_u64 leave_rest(struct hv_vgic *vgic, hv_u32 vcpu)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];
	hv_u64 hcr = HCR_EN;

	for (hv_u32 left = cpu->waiting; left != 0; left &= left - 1) { /* bound: HV_VGIC_WORDS */
		const hv_u32 word = hv_ctz32(left);
		const struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);
		const hv_u32 ready = vgic_ready(vgic, bank) & bank->at[vcpu];
		const hv_u32 spilled = vgic_spilled(bank) & bank->at[vcpu];

		if (ready != 0)
			hcr |= HCR_NPIE;
		if (spilled != 0)
			hcr |= HCR_LRENPIE | HCR_TDIR;
		if ((ready | spilled) == 0)
			cpu->waiting &= ~(1u << word);
	}
	return hcr;
}

void hv_vgic_flush(struct hv_vgic *vgic, hv_u32 vcpu, struct hv_vgic_lrs *lrs)
{
	struct search search;
	bool pending = false;

	search_all(&search, vgic, vcpu, true);
	for (hv_u32 index = 0; index < vgic->lrs; index++) { /* bound: HV_VGIC_MAX_LRS */
		hv_u32 key, intid;

		/* NPIE would not stop without a pending one, and the guest would miss it. */
		if (index == vgic->lrs - 1 && !pending)
			search_all(&search, vgic, vcpu, false);
		key = search_best(&search);
		if (key == VGIC_NONE && index == vgic->lrs - 1 && !pending) {
			search_all(&search, vgic, vcpu, true);
			key = search_best(&search);
		}
		lrs->lr[index] = 0;
		if (key == VGIC_NONE)
			continue;
		intid = key & KEY_INTID;
		pending |= (key & KEY_PENDING) != 0;
		lrs->lr[index] = vgic_place(vgic, vcpu, intid, index);
		search.key[intid / 32] = word_key(vgic, vcpu, intid / 32, true);
		if (search.key[intid / 32] == VGIC_NONE)
			search.words &= ~(1u << (intid / 32));
	}
	lrs->hcr = (lrs->hcr & HCR_EOICOUNT) | leave_rest(vgic, vcpu);
}
