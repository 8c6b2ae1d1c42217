/* SPDX-License-Identifier: Apache-2.0 */
/* Set-up and reset. */
#include "vgic_impl.h"

#define SGIS 0xffffu

static void bank_clear(struct hv_vgic_bank *bank)
{
	bank->owned = 0;
	bank->hw = 0;
	bank->edge = 0;
	for (hv_u32 v = 0; v < HV_MAX_CPUS; v++) /* bound: HV_MAX_CPUS */
		bank->home[v] = 0;
}

static void bank_reset(struct hv_vgic_bank *bank)
{
	bank->group = bank->owned;
	bank->enable = 0;
	bank->pend = 0;
	bank->line = 0;
	bank->active = 0;
	bank->queued = 0;
	bank->moving = 0;
	bank->unpend = 0;
	bank->unact = 0;
	for (hv_u32 k = 0; k < 5; k++) /* bound: 5 */
		bank->plane[k] = 0;
	for (hv_u32 n = 0; n < 8; n++) /* bound: 8 */
		bank->prio[n] = 0;
	for (hv_u32 v = 0; v < HV_MAX_CPUS; v++) { /* bound: HV_MAX_CPUS */
		bank->at[v] = bank->home[v];
		bank->route[v] = bank->home[v];
	}
}

static void cpu_reset(struct hv_vgic_cpu *cpu)
{
	bank_reset(&cpu->priv);
	__atomic_store_n(&cpu->inbox, 0, __ATOMIC_RELAXED);
	cpu->waiting = 0;
	cpu->used = 0;
	cpu->latched = 0;
	cpu->resync = false;
	for (hv_u32 n = 0; n < 32; n++) /* bound: 32 */
		cpu->hint[n] = 0;
	cpu->waker = 0x6; /* ProcessorSleep, ChildrenAsleep */
}

void hv_vgic_reset(struct hv_vgic *vgic)
{
	vgic->on0 = 0;
	vgic->on1 = 0;
	for (hv_u32 v = 0; v < vgic->vcpus; v++) /* bound: HV_MAX_CPUS */
		cpu_reset(&vgic->cpu[v]);
	for (hv_u32 w = 1; w < vgic->words; w++) /* bound: HV_VGIC_WORDS */
		bank_reset(&vgic->spi[w]);
}

hv_status_t hv_vgic_init(struct hv_vgic *vgic, hv_u32 vcpus, hv_u32 words, hv_u32 lrs)
{
	if (vgic == NULL || vcpus == 0 || vcpus > HV_MAX_CPUS || words < 2 ||
	    words > HV_VGIC_WORDS || lrs == 0 || lrs > HV_VGIC_MAX_LRS)
		return HV_EINVAL;
	vgic->vcpus = vcpus;
	vgic->words = words;
	vgic->lrs = lrs;
	for (hv_u32 v = 0; v < vcpus; v++) { /* bound: HV_MAX_CPUS */
		bank_clear(&vgic->cpu[v].priv);
		vgic->cpu[v].priv.owned = SGIS;
		vgic->cpu[v].priv.edge = SGIS;
		vgic->cpu[v].priv.home[v] = 0xffffffffu;
	}
	for (hv_u32 w = 0; w < words; w++) /* bound: HV_VGIC_WORDS */
		bank_clear(&vgic->spi[w]);
	hv_vgic_reset(vgic);
	return HV_OK;
}

static void bank_add(struct hv_vgic_bank *bank, hv_u32 bit, hv_u32 flags)
{
	bank->owned |= bit;
	bank->group |= bit;
	bank->hw = (flags & HV_VGIC_HW) != 0 ? bank->hw | bit : bank->hw & ~bit;
	bank->edge = (flags & HV_VGIC_EDGE) != 0 ? bank->edge | bit : bank->edge & ~bit;
}

static void spi_add(struct hv_vgic_bank *bank, hv_u32 bit, hv_u32 flags, hv_u32 vcpu)
{
	bank_add(bank, bit, flags);
	for (hv_u32 v = 0; v < HV_MAX_CPUS; v++) { /* bound: HV_MAX_CPUS */
		bank->home[v] = v == vcpu ? bank->home[v] | bit : bank->home[v] & ~bit;
		bank->at[v] = bank->home[v];
		bank->route[v] = bank->home[v];
	}
}

hv_status_t hv_vgic_add(struct hv_vgic *vgic, hv_u32 intid, hv_u32 flags, hv_u32 vcpu)
{
	const hv_u32 bit = 1u << (intid % 32);

	if (vgic == NULL || intid < 16 || intid >= 32 * vgic->words || intid >= VGIC_FIRST_SPECIAL)
		return HV_EINVAL;
	if ((flags & ~(HV_VGIC_HW | HV_VGIC_EDGE)) != 0 || (intid >= 32 && vcpu >= vgic->vcpus))
		return HV_EINVAL;
	if (intid >= 32) {
		spi_add(&vgic->spi[intid / 32], bit, flags, vcpu);
		return HV_OK;
	}
	for (hv_u32 v = 0; v < vgic->vcpus; v++) /* bound: HV_MAX_CPUS */
		bank_add(&vgic->cpu[v].priv, bit, flags);
	return HV_OK;
}

hv_u32 hv_vgic_hw_word(const struct hv_vgic *vgic, hv_u32 word)
{
	if (word >= vgic->words)
		return 0;
	return word == 0 ? vgic->cpu[0].priv.hw : vgic->spi[word].hw;
}

hv_u32 hv_vgic_enabled_word(const struct hv_vgic *vgic, hv_u32 word)
{
	return word == 0 || word >= vgic->words ? 0 : vgic->spi[word].enable & vgic->spi[word].hw;
}

hv_u32 hv_vgic_ppi_enabled(const struct hv_vgic *vgic, hv_u32 vcpu)
{
	const struct hv_vgic_bank *bank = &vgic->cpu[vcpu].priv;

	return __atomic_load_n(&bank->enable, __ATOMIC_RELAXED) & bank->hw;
}

hv_u32 hv_vgic_home(const struct hv_vgic *vgic, hv_u32 intid)
{
	if (intid < 32 || intid >= 32 * vgic->words)
		return 0;
	return vgic_find(vgic, vgic->spi[intid / 32].home, 1u << (intid % 32));
}
