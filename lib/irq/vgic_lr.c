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

/* Of @mask (not 0), the bits of the highest priority: one step per implemented bit. */
static inline hv_u32 prio_best(const hv_u32 *plane, hv_u32 mask)
{
	hv_u32 lower = mask & ~plane[4];

	mask = lower != 0 ? lower : mask;
	lower = mask & ~plane[3];
	mask = lower != 0 ? lower : mask;
	lower = mask & ~plane[2];
	mask = lower != 0 ? lower : mask;
	lower = mask & ~plane[1];
	mask = lower != 0 ? lower : mask;
	lower = mask & ~plane[0];
	return lower != 0 ? lower : mask;
}

/* Priority and INTID of the best of @mask as one number that sorts, or VGIC_NONE. */
static hv_u32 sort_key(const struct hv_vgic_bank *bank, hv_u32 word, hv_u32 mask, hv_u32 active)
{
	hv_u32 best, n;

	if (mask == 0)
		return VGIC_NONE;
	best = prio_best(bank->plane, mask);
	if ((best & active) != 0)
		best &= active;
	n = hv_ctz32(best);
	return vgic_prio_byte(bank, n) << 16 | (hv_u32)((best & active) == 0) << 15 | word << 5 | n;
}

#define KEY_PENDING 0x8000u
#define KEY_INTID   0x3ffu

static hv_u32 best_spilled(struct hv_vgic *vgic, hv_u32 vcpu)
{
	hv_u32 best = VGIC_NONE;

	for (hv_u32 left = vgic->cpu[vcpu].waiting; left != 0; left &= left - 1) {
		/* bound: HV_VGIC_WORDS */
		const hv_u32 word = hv_ctz32(left);
		const struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);
		const hv_u32 mask = vgic_spilled(bank) & bank->at[vcpu];
		const hv_u32 key = sort_key(bank, word, mask, mask);

		best = key < best ? key : best;
	}
	return best;
}

/*
 * With EOImode 0, an EOI ends the highest running priority, and one that no list
 * register took can only be the best of the spilled ones. With EOImode 1 an EOI only
 * drops priority and DIR traps (TDIR), but the count may have moved all the same:
 * QEMU counts such EOIs. The maintenance interrupt comes with the first.
 */
static void end_counted(struct hv_vgic *vgic, hv_u32 vcpu, const struct hv_vgic_lrs *lrs,
			struct hv_vgic_sync_fx *fx)
{
	const bool counts = (lrs->hcr & HCR_LRENPIE) != 0 && (lrs->vmcr & VMCR_VEOIM) == 0;
	hv_u32 count = counts ? (hv_u32)HV_GET(HCR_EOICOUNT, lrs->hcr) : 0;

	if (count > HV_VGIC_EOI_STEP)
		count = HV_VGIC_EOI_STEP;
	for (; count != 0; count--) { /* bound: HV_VGIC_EOI_STEP */
		const hv_u32 key = best_spilled(vgic, vcpu);
		const hv_u32 intid = key & KEY_INTID;

		if (key == VGIC_NONE)
			return;
		end_spilled(vgic, vgic_bank(vgic, vcpu, intid / 32), intid, fx);
	}
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

void hv_vgic_sync(struct hv_vgic *vgic, hv_u32 vcpu, const struct hv_vgic_lrs *lrs,
		  struct hv_vgic_sync_fx *fx)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];
	hv_u32 sgis;

	fx->kick = 0;
	fx->count = 0;
	end_counted(vgic, vcpu, lrs, fx);
	for (hv_u32 left = cpu->used; left != 0; left &= left - 1) /* bound: HV_VGIC_MAX_LRS */
		harvest(vgic, vcpu, hv_ctz32(left), lrs->lr[hv_ctz32(left)], fx);
	cpu->used = 0;
	cpu->resync = false;
	sgis = vgic_take_inbox(cpu);
	cpu->priv.pend |= sgis;
	if (sgis != 0)
		cpu->waiting |= 1;
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

/* The candidates of each word, and the best of them as its key. */
struct search {
	hv_u32 key[HV_VGIC_WORDS];
	hv_u32 ready[HV_VGIC_WORDS];
	hv_u32 spilled[HV_VGIC_WORDS];
};

static void search_start(struct search *search, struct hv_vgic *vgic, hv_u32 vcpu)
{
	for (hv_u32 left = vgic->cpu[vcpu].waiting; left != 0; left &= left - 1) {
		/* bound: HV_VGIC_WORDS */
		const hv_u32 word = hv_ctz32(left);
		const struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);
		const hv_u32 ready = vgic_ready(vgic, bank) & bank->at[vcpu];
		const hv_u32 spilled = vgic_spilled(bank) & bank->at[vcpu];

		search->ready[word] = ready;
		search->spilled[word] = spilled;
		search->key[word] = sort_key(bank, word, ready | spilled, spilled);
	}
}

/* The best key of all words, or of their pending ones alone. */
static hv_u32 search_best(const struct search *search, struct hv_vgic *vgic, hv_u32 vcpu,
			  bool pending_only)
{
	hv_u32 best = VGIC_NONE;

	for (hv_u32 left = vgic->cpu[vcpu].waiting; left != 0; left &= left - 1) {
		/* bound: HV_VGIC_WORDS */
		const hv_u32 word = hv_ctz32(left);
		hv_u32 key = search->key[word];

		if (pending_only)
			key = sort_key(vgic_bank(vgic, vcpu, word), word, search->ready[word], 0);
		best = key < best ? key : best;
	}
	return best;
}

/* What did not fit: remember the words, and ask to be told when there is room. */
static hv_u64 leave_rest(const struct search *search, struct hv_vgic_cpu *cpu)
{
	hv_u64 hcr = HCR_EN;

	for (hv_u32 left = cpu->waiting; left != 0; left &= left - 1) { /* bound: HV_VGIC_WORDS */
		const hv_u32 word = hv_ctz32(left);

		if (search->ready[word] != 0)
			hcr |= HCR_NPIE;
		if (search->spilled[word] != 0)
			hcr |= HCR_LRENPIE | HCR_TDIR;
		if (search->key[word] == VGIC_NONE)
			cpu->waiting &= ~(1u << word);
	}
	return hcr;
}

void hv_vgic_flush(struct hv_vgic *vgic, hv_u32 vcpu, struct hv_vgic_lrs *lrs)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];
	struct search search;
	bool pending = false;

	search_start(&search, vgic, vcpu);
	for (hv_u32 index = 0; index < vgic->lrs; index++) { /* bound: HV_VGIC_MAX_LRS */
		const bool last = index == vgic->lrs - 1;
		hv_u32 key = VGIC_NONE, word, bit;
		struct hv_vgic_bank *bank;

		lrs->lr[index] = 0;
		/* NPIE would not stop without a pending one, and the guest would miss it. */
		if (last && !pending)
			key = search_best(&search, vgic, vcpu, true);
		if (key == VGIC_NONE)
			key = search_best(&search, vgic, vcpu, false);
		if (key == VGIC_NONE)
			continue;
		pending |= (key & KEY_PENDING) != 0;
		key &= KEY_INTID;
		word = key / 32;
		bit = 1u << (key % 32);
		bank = vgic_bank(vgic, vcpu, word);
		lrs->lr[index] = vgic_place(vgic, cpu, bank, key, index);
		search.ready[word] &= ~bit;
		search.spilled[word] &= ~bit;
		search.key[word] = sort_key(bank, word, search.ready[word] | search.spilled[word],
					    search.spilled[word]);
	}
	lrs->hcr = leave_rest(&search, cpu);
}
