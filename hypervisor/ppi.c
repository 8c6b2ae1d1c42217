/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/gic.h>

#include "ppi.h"

/* Registers of the SGI frame that are forwarded, by offset[9:7]. */
enum { ISPENDR = 4, ICPENDR, ISACTIVER, ICACTIVER };

static hv_u32 ppis(const struct hv_vcpu *vcpu)
{
	return hv_vgic_hw_word(&vcpu->partition->vgic, 0);
}

static void set_active(const struct hv_vcpu *vcpu, hv_u32 mask)
{
	if (mask != 0)
		hv_hal_gic_set_active(vcpu->cpu->index, mask);
}

static void clear_active(const struct hv_vcpu *vcpu, hv_u32 mask)
{
	if (mask != 0)
		hv_hal_gic_clear_active(vcpu->cpu->index, 0, mask);
}

static void change_enabled(struct hv_cpu *cpu, hv_u32 wanted)
{
	const hv_u32 off = cpu->ppi_enabled & ~wanted, on = wanted & ~cpu->ppi_enabled;

	if (off != 0)
		hv_hal_gic_disable(cpu->index, 0, off);
	if (on != 0)
		hv_hal_gic_enable(cpu->index, 0, on);
	cpu->ppi_enabled = wanted;
}

/* As a rule all guests have their timers enabled, and nothing is to be done. */
static void set_enabled(const struct hv_vcpu *vcpu, hv_u32 wanted)
{
	if (vcpu->cpu->ppi_enabled != wanted)
		change_enabled(vcpu->cpu, wanted);
}

static void follow_enable(const struct hv_vcpu *vcpu)
{
	set_enabled(vcpu, hv_vgic_ppi_enabled(&vcpu->partition->vgic, vcpu->index));
}

hv_u32 hv_ppi_signalled(const struct hv_vcpu *vcpu)
{
	const struct hv_cpu *cpu = vcpu->cpu;

	return cpu->ppi_enabled & ~hv_hal_gic_active(cpu->index);
}

void hv_ppi_unload(struct hv_vcpu *vcpu)
{
	vcpu->ppi_active = hv_hal_gic_active(vcpu->cpu->index) & ppis(vcpu);
	clear_active(vcpu, vcpu->ppi_active);
}

void hv_ppi_load(struct hv_vcpu *vcpu)
{
	set_active(vcpu, vcpu->ppi_active);
	follow_enable(vcpu);
}

void hv_ppi_leave(struct hv_vcpu *vcpu)
{
	clear_active(vcpu, ppis(vcpu));
	set_enabled(vcpu, 0);
	vcpu->ppi_active = 0;
}

void hv_ppi_forget(struct hv_vcpu *vcpu)
{
	vcpu->mail = (struct hv_ppi_mail){0, 0, 0};
}

/* As if the CPU had just acknowledged them. No list register: the caller delivers. */
static void raise(struct hv_vcpu *vcpu, hv_u32 mask)
{
	struct hv_vgic_slot slot;

	set_active(vcpu, mask);
	for (; mask != 0; mask &= mask - 1) /* bound: 16 */
		(void)hv_vgic_inject(&vcpu->partition->vgic, vcpu->index, hv_ctz32(mask), 0, &slot);
}

void hv_ppi_take_mail(struct hv_vcpu *vcpu)
{
	const struct hv_ppi_mail mail = vcpu->mail;

	vcpu->mail = (struct hv_ppi_mail){0, 0, 0};
	follow_enable(vcpu);
	clear_active(vcpu, mail.deactivate);
	set_active(vcpu, mail.activate);
	raise(vcpu, mail.pend);
}

static void post(struct hv_vcpu *target, const struct hv_vgic_poke *poke)
{
	struct hv_ppi_mail *mail = &target->mail;

	switch (poke->offset >> 7 & 7) {
	case ISPENDR:
		mail->pend |= poke->value;
		break;
	case ICPENDR:
		mail->pend &= ~poke->value;
		break;
	case ISACTIVER:
		mail->activate |= poke->value;
		mail->deactivate &= ~poke->value;
		break;
	case ICACTIVER:
		mail->deactivate |= poke->value;
		mail->activate &= ~poke->value;
		break;
	default: /* enable bits are followed */
		break;
	}
}

void hv_ppi_access(const struct hv_vcpu *vcpu, struct hv_vcpu *target, const struct hv_vgic_fx *fx,
		   hv_u64 *value)
{
	if (fx->merge != 0 && target == vcpu)
		*value |= fx->merge & hv_hal_gic_read(target->cpu->index, fx->merge_offset);
	for (hv_u32 i = 0; i < fx->pokes; i++) /* bound: 2 */
		post(target, &fx->poke[i]);
	if (target == vcpu)
		hv_ppi_take_mail(target);
	else if (fx->pokes != 0)
		hv_kick(target, HV_REQUEST_VGIC);
}
