/* SPDX-License-Identifier: Apache-2.0 */
/* From an event to a list register without looking at the others. */
#include "vgic_impl.h"

hv_u64 vgic_place(struct hv_vgic *vgic, struct hv_vgic_cpu *cpu, struct hv_vgic_bank *bank,
		  hv_u32 intid, hv_u32 index)
{
	const hv_u32 n = intid % 32, bit = 1u << n, slot = 1u << index;
	const hv_u32 active = bank->active & bit;
	/* An active one with a new route goes there before it is pending again. */
	const hv_u32 pend = bank->pend & vgic_enabled(vgic, bank) & ~(bank->moving & active) & bit;
	hv_u64 lr = active != 0 ? LR_ACTIVE : LR_PENDING;

	if ((bank->hw & bit) != 0)
		lr |= LR_HW | HV_PUT(LR_PINTID, intid); /* active and pending is not allowed */
	else if (pend != 0)
		lr |= LR_PENDING;
	if (((~bank->edge | bank->moving) & ~bank->hw & bit) != 0)
		lr |= LR_EOI; /* its line may still be high, or its route is new */
	if ((lr & LR_PENDING) != 0) {
		bank->pend &= ~pend;
		cpu->latched = pend != 0 ? cpu->latched | slot : cpu->latched & ~slot;
	}
	if ((bank->group & bit) != 0)
		lr |= LR_GROUP;
	bank->queued |= bit;
	cpu->used |= slot;
	cpu->intid[index] = (hv_u16)intid;
	cpu->hint[n] = (hv_u8)index;
	return lr | HV_PUT(LR_PRIO, vgic_prio_byte(bank, n)) | intid;
}

/* Let go of list registers that the guest has finished with. */
static void reap(struct hv_vgic *vgic, hv_u32 vcpu, hv_u64 elrsr)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];
	hv_u32 freed = cpu->used & (hv_u32)elrsr;

	for (; freed != 0; freed &= freed - 1) { /* bound: HV_VGIC_MAX_LRS */
		const hv_u32 index = hv_ctz32(freed);
		const hv_u32 word = cpu->intid[index] / 32, bit = 1u << (cpu->intid[index] % 32);
		struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);

		if ((bank->at[vcpu] & bit) != 0) {
			if (((bank->moving | bank->unpend | bank->unact) & bit) != 0) {
				cpu->resync = true;
				continue;
			}
			bank->queued &= ~bit;
			bank->active &= ~bit;
			if ((vgic_pending(bank) & bit) != 0)
				cpu->waiting |= 1u << word;
		}
		cpu->used &= ~(1u << index);
	}
}

/* One interrupt may go straight into a free list register; anything else is a resync. */
static enum hv_vgic_step place_single(struct hv_vgic *vgic, hv_u32 vcpu, hv_u64 elrsr,
				      struct hv_vgic_slot *slot)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];
	const hv_u32 free = (hv_u32)elrsr & ~cpu->used;
	const hv_u32 word = hv_ctz32(cpu->waiting);
	struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);
	const hv_u32 mine = bank->at[vcpu];
	const hv_u32 ready = vgic_ready(vgic, bank) & mine;

	if (((bank->pend & bank->queued) | vgic_spilled(bank)) & mine)
		return HV_VGIC_RESYNC;
	if (ready == 0) {
		cpu->waiting = 0;
		return HV_VGIC_IDLE;
	}
	if ((ready & (ready - 1)) != 0 || free == 0)
		return HV_VGIC_RESYNC;
	cpu->waiting = 0;
	slot->index = hv_ctz32(free);
	slot->value = vgic_place(vgic, cpu, bank, 32 * word + hv_ctz32(ready), slot->index);
	return HV_VGIC_WRITE_LR;
}

/*
 * The steady state: the list register that held the interrupt last is free and still
 * counted as its own, so nothing but the value is new.
 */
__attribute__((always_inline)) static inline
bool reuse(struct hv_vgic *vgic, hv_u32 vcpu, struct hv_vgic_bank *bank, hv_u32 intid,
		  hv_u64 hw, hv_u64 elrsr, struct hv_vgic_slot *slot)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];
	const hv_u32 n = intid % 32, bit = 1u << n, index = cpu->hint[n];
	const hv_u32 ready = vgic_enabled(vgic, bank) & bank->queued & bank->at[vcpu] &
			     ~(bank->moving | bank->unpend | bank->unact) & bit;

	if (ready == 0 || cpu->waiting != 0 || cpu->resync)
		return false;
	if (cpu->intid[index] != intid || ((cpu->used & (hv_u32)elrsr) >> index & 1) == 0)
		return false;
	bank->active &= ~bit;
	cpu->latched |= 1u << index;
	slot->index = index;
	slot->value = LR_PENDING | hw | intid | HV_PUT(LR_GROUP, bank->group >> n) |
		      HV_PUT(LR_PRIO, vgic_prio_byte(bank, n));
	return true;
}

__attribute__((noinline)) static
enum hv_vgic_step deliver_slowly(struct hv_vgic *vgic, hv_u32 vcpu, hv_u64 elrsr,
				 struct hv_vgic_slot *slot)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];

	/* Done ones keep their list register for reuse as long as there are others. */
	if (((hv_u32)elrsr & ~cpu->used) == 0 || (cpu->priv.pend & cpu->priv.queued) != 0)
		reap(vgic, vcpu, elrsr);
	if (cpu->resync || (cpu->waiting & (cpu->waiting - 1)) != 0)
		return HV_VGIC_RESYNC;
	if (cpu->waiting == 0)
		return HV_VGIC_IDLE;
	return place_single(vgic, vcpu, elrsr, slot);
}

enum hv_vgic_step hv_vgic_deliver(struct hv_vgic *vgic, hv_u32 vcpu, hv_u64 elrsr,
				  struct hv_vgic_slot *slot)
{
	struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];
	const hv_u32 sgis = vgic_take_inbox(cpu);

	if (sgis != 0) {
		if ((sgis & (sgis - 1)) == 0 &&
		    reuse(vgic, vcpu, &cpu->priv, hv_ctz32(sgis), 0, elrsr, slot))
			return HV_VGIC_WRITE_LR;
		cpu->priv.pend |= sgis;
		cpu->waiting |= 1;
	}
	return deliver_slowly(vgic, vcpu, elrsr, slot);
}

bool hv_vgic_undelivered(const struct hv_vgic *vgic, hv_u32 vcpu)
{
	const struct hv_vgic_cpu *cpu = &vgic->cpu[vcpu];

	return __atomic_load_n(&cpu->waiting, __ATOMIC_RELAXED) != 0 ||
	       __atomic_load_n(&cpu->inbox, __ATOMIC_RELAXED) != 0 ||
	       __atomic_load_n(&cpu->resync, __ATOMIC_RELAXED);
}

bool hv_vgic_lr_pending(hv_u64 lr)
{
	return (lr & LR_PENDING) != 0;
}

/* The hardware delivered it here, so it is finished wherever it was before. */
static void take_over(struct hv_vgic *vgic, hv_u32 vcpu, struct hv_vgic_bank *bank, hv_u32 bit)
{
	for (hv_u32 v = 0; v < vgic->vcpus; v++) { /* bound: HV_MAX_CPUS */
		/* Its register there must be gone before the interrupt comes back. */
		if ((bank->at[v] & bank->queued & bit) != 0)
			vgic->cpu[v].resync = true;
		bank->at[v] &= ~bit;
	}
	bank->at[vcpu] |= bit;
	bank->queued &= ~bit;
	bank->active &= ~bit;
	bank->unpend &= ~bit;
	bank->unact &= ~bit;
	if ((bank->route[vcpu] & bit) != 0)
		bank->moving &= ~bit;
	else
		bank->moving |= bit;
}

/* Kept apart, so that the steady state saves no registers for it. */
__attribute__((noinline)) static
enum hv_vgic_step inject_slowly(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 intid, hv_u64 elrsr,
				struct hv_vgic_slot *slot)
{
	const hv_u32 word = intid / 32, bit = 1u << (intid % 32);
	struct hv_vgic_bank *bank = vgic_bank(vgic, vcpu, word);

	if ((bank->at[vcpu] & bit) == 0)
		take_over(vgic, vcpu, bank, bit);
	else if ((bank->queued & bit) != 0)
		reap(vgic, vcpu, elrsr);
	bank->pend |= bit;
	vgic->cpu[vcpu].waiting |= 1u << word;
	return hv_vgic_deliver(vgic, vcpu, elrsr, slot);
}

enum hv_vgic_step hv_vgic_inject(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 intid, hv_u64 elrsr,
				 struct hv_vgic_slot *slot)
{
	const hv_u64 hw = LR_HW | HV_PUT(LR_PINTID, intid);
	struct hv_vgic_bank *bank;

	if (intid / 32 >= vgic->words)
		return HV_VGIC_FOREIGN;
	bank = vgic_bank(vgic, vcpu, intid / 32);
	if ((bank->hw >> (intid % 32) & 1) == 0)
		return HV_VGIC_FOREIGN;
	if (reuse(vgic, vcpu, bank, intid, hw, elrsr, slot))
		return HV_VGIC_WRITE_LR;
	return inject_slowly(vgic, vcpu, intid, elrsr, slot);
}

hv_u32 hv_vgic_set_level(struct hv_vgic *vgic, hv_u32 vcpu, hv_u32 intid, bool high)
{
	const hv_u32 word = intid / 32, bit = 1u << (intid % 32);
	struct hv_vgic_bank *bank;

	if (word >= vgic->words)
		return 0;
	bank = vgic_bank(vgic, vcpu, word);
	if ((bank->owned & ~bank->hw & bit) == 0 || ((bank->line & bit) != 0) == high)
		return 0;
	bank->line ^= bit;
	if ((bank->edge & bit) != 0) {
		if (!high)
			return 0;
		bank->pend |= bit;
	}
	return vgic_changed(vgic, bank, word, bit);
}
