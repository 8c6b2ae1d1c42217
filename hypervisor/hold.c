/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/gic.h>

#include "hold.h"

/* GICD registers by offset[9:7]. */
#define ISENABLER 2u

void hv_hold_came(struct hv_vcpu *vcpu, hv_u32 intid)
{
	const hv_u32 word = intid / 32, bit = 1u << (intid % 32);

	if (word == 0) /* the hardware of a PPI is out of others' reach */
		return;
	if ((vcpu->came[word] & bit) != 0) {
		vcpu->partition->held[word] |= bit;
		hv_hal_gic_disable(vcpu->cpu->index, word, bit);
	}
	vcpu->came[word] |= bit;
	vcpu->has_come = true;
}

void hv_hold_release(struct hv_vcpu *vcpu)
{
	struct hv_partition *p = vcpu->partition;

	if (!vcpu->has_come)
		return;
	vcpu->has_come = false;
	for (hv_u32 word = 1; word < p->vgic.words; word++) { /* bound: HV_VGIC_WORDS */
		const hv_u32 mine = vcpu->came[word] & p->held[word];
		const hv_u32 on = mine & hv_vgic_enabled_word(&p->vgic, word);

		vcpu->came[word] = 0;
		p->held[word] &= ~mine;
		if (on != 0)
			hv_hal_gic_enable(vcpu->cpu->index, word, on);
	}
}

hv_u32 hv_hold_filter(const struct hv_partition *p, const struct hv_vgic_poke *poke)
{
	const hv_u32 word = poke->offset >> 2 & 31;

	return poke->offset >> 7 == ISENABLER ? poke->value & ~p->held[word] : poke->value;
}

void hv_hold_forget(struct hv_partition *p)
{
	for (hv_u32 word = 0; word < p->vgic.words; word++) /* bound: HV_VGIC_WORDS */
		p->held[word] = 0;
}
