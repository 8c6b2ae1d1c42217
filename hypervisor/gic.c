/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/gic.h>

#include "gic.h"
#include "hold.h"
#include "ppi.h"

/* Read, sync, flush, write: the slow way. Lock held. */
static void read_lrs(const struct hv_vcpu *vcpu, struct hv_vgic_lrs *lrs)
{
	hv_u32 used = hv_vgic_used(&vcpu->partition->vgic, vcpu->index);

	for (; used != 0; used &= used - 1) { /* bound: list registers */
		const hv_u32 index = hv_ctz32(used);

		lrs->lr[index] = hv_hal_lr_read(index);
	}
	lrs->hcr = hv_hal_ich_hcr();
	lrs->vmcr = hv_hal_ich_vmcr();
}

static void tell_others(struct hv_vcpu *vcpu, hv_u32 vcpus)
{
	for (vcpus &= ~(1u << vcpu->index); vcpus != 0; vcpus &= vcpus - 1) /* bound: vCPUs */
		hv_kick(&vcpu->partition->vcpu[hv_ctz32(vcpus)], HV_REQUEST_VGIC);
}

static void apply_sync(struct hv_vcpu *vcpu, const struct hv_vgic_sync_fx *fx)
{
	for (hv_u32 i = 0; i < fx->count; i++) /* bound: HV_VGIC_MAX_LRS + HV_VGIC_EOI_STEP + 1 */
		hv_hal_gic_deactivate(fx->deactivate[i]);
	tell_others(vcpu, fx->kick);
}

static void sync(struct hv_vcpu *vcpu, struct hv_vgic_lrs *lrs)
{
	struct hv_vgic_sync_fx fx;

	read_lrs(vcpu, lrs);
	hv_vgic_sync(&vcpu->partition->vgic, vcpu->index, lrs, &fx);
	apply_sync(vcpu, &fx);
}

static void flush(struct hv_vcpu *vcpu, struct hv_vgic_lrs *lrs)
{
	struct hv_vgic *vgic = &vcpu->partition->vgic;

	hv_vgic_flush(vgic, vcpu->index, lrs);
	for (hv_u32 i = 0; i < vgic->lrs; i++) /* bound: list registers */
		hv_hal_lr_write(i, lrs->lr[i]);
	hv_hal_ich_set_hcr(lrs->hcr);
}

static void refill_locked(struct hv_vcpu *vcpu)
{
	struct hv_vgic_lrs lrs;

	sync(vcpu, &lrs);
	flush(vcpu, &lrs);
}

static void take_step(struct hv_vcpu *vcpu, enum hv_vgic_step step, const struct hv_vgic_slot *slot)
{
	if (step == HV_VGIC_WRITE_LR)
		hv_hal_lr_write(slot->index, slot->value);
	else if (step == HV_VGIC_RESYNC && vcpu->live)
		refill_locked(vcpu);
}

/* While its list registers are not in the hardware none counts as free: all is latched. */
static hv_u64 free_lrs(const struct hv_vcpu *vcpu)
{
	return vcpu->live ? hv_hal_lr_empty() : 0;
}

static void deliver_locked(struct hv_vcpu *vcpu)
{
	struct hv_vgic_slot slot;

	if (vcpu->live)
		take_step(vcpu,
			  hv_vgic_deliver(&vcpu->partition->vgic, vcpu->index, free_lrs(vcpu), &slot),
			  &slot);
}

static void kick_locked(struct hv_vcpu *vcpu, hv_u32 vcpus)
{
	if ((vcpus & (1u << vcpu->index)) != 0)
		deliver_locked(vcpu);
	tell_others(vcpu, vcpus);
}

void hv_gic_inject(struct hv_vcpu *vcpu, hv_u32 intid)
{
	struct hv_partition *p = vcpu->partition;
	struct hv_vgic_slot slot;
	enum hv_vgic_step step;

	hv_lock(&p->lock);
	step = hv_vgic_inject(&p->vgic, vcpu->index, intid, free_lrs(vcpu), &slot);
	take_step(vcpu, step, &slot);
	hv_unlock(&p->lock);
	if (step == HV_VGIC_FOREIGN) {
		hv_hal_gic_deactivate(intid);
		hv_audit(HV_J_IRQ_SPURIOUS, HV_JV_IGNORE, NULL, 0, intid);
	}
}

void hv_gic_keep(struct hv_vcpu *vcpu, hv_u32 intid)
{
	hv_gic_inject(vcpu, intid);
	hv_lock(&vcpu->partition->lock);
	hv_hold_came(vcpu, intid);
	hv_unlock(&vcpu->partition->lock);
}

void hv_gic_deliver(struct hv_vcpu *vcpu)
{
	hv_lock(&vcpu->partition->lock);
	deliver_locked(vcpu);
	hv_unlock(&vcpu->partition->lock);
}

void hv_gic_kicked(struct hv_vcpu *vcpu)
{
	if (vcpu->cpu->shared != NULL && vcpu->live) {
		hv_lock(&vcpu->partition->lock);
		hv_ppi_take_mail(vcpu);
		hv_unlock(&vcpu->partition->lock);
	}
	hv_gic_deliver(vcpu);
}

void hv_gic_refill(struct hv_vcpu *vcpu)
{
	if (!vcpu->live)
		return;
	hv_lock(&vcpu->partition->lock);
	refill_locked(vcpu);
	hv_unlock(&vcpu->partition->lock);
}

void hv_gic_set_level_locked(struct hv_vcpu *vcpu, hv_u32 intid, bool high)
{
	kick_locked(vcpu, hv_vgic_set_level(&vcpu->partition->vgic, vcpu->index, intid, high));
}

void hv_gic_pulse(struct hv_vcpu *vcpu, hv_u32 intid)
{
	hv_lock(&vcpu->partition->lock);
	hv_gic_set_level_locked(vcpu, intid, true);
	hv_gic_set_level_locked(vcpu, intid, false);
	hv_unlock(&vcpu->partition->lock);
}

bool hv_gic_sgi(struct hv_vcpu *vcpu, hv_u64 value)
{
	bool denied = false;
	const hv_u32 kick = hv_vgic_sgi(&vcpu->partition->vgic, vcpu->index, value, &denied);

	if ((kick & (1u << vcpu->index)) != 0)
		hv_gic_deliver(vcpu);
	tell_others(vcpu, kick);
	return !denied;
}

void hv_gic_dir(struct hv_vcpu *vcpu, hv_u32 intid)
{
	struct hv_partition *p = vcpu->partition;
	struct hv_vgic_sync_fx fx;
	struct hv_vgic_lrs lrs;

	hv_lock(&p->lock);
	read_lrs(vcpu, &lrs);
	hv_vgic_sync(&p->vgic, vcpu->index, &lrs, &fx);
	hv_vgic_dir(&p->vgic, vcpu->index, intid, &fx);
	apply_sync(vcpu, &fx);
	flush(vcpu, &lrs);
	hv_unlock(&p->lock);
}

static void apply(struct hv_vcpu *vcpu, const struct hv_vgic_fx *fx, hv_u64 *value)
{
	const struct hv_partition *p = vcpu->partition;
	hv_u32 frame = HV_GICD;

	if (fx->redist != 0) {
		struct hv_vcpu *target = &p->vcpu[fx->redist - 1];

		if (target->cpu->shared != NULL) {
			hv_ppi_access(vcpu, target, fx, value);
			return;
		}
		frame = target->cpu->index;
	}
	if (fx->merge != 0)
		*value |= fx->merge & hv_hal_gic_read(frame, fx->merge_offset);
	for (hv_u32 i = 0; i < fx->pokes; i++) /* bound: 2 */
		hv_hal_gic_write(frame, fx->poke[i].offset,
				 fx->redist != 0 ? fx->poke[i].value : hv_hold_filter(p, &fx->poke[i]));
	if (fx->route_intid != 0)
		hv_hal_gic_route(fx->route_intid, p->vcpu[fx->route_vcpu].cpu->mpidr);
}

bool hv_gic_access(struct hv_vcpu *vcpu, bool redist, hv_u32 offset, hv_u32 size, bool write,
		   hv_u64 *value, bool *denied)
{
	struct hv_partition *p = vcpu->partition;
	const bool resync = hv_vgic_needs_sync(offset, redist);
	enum hv_vgic_verdict verdict;
	struct hv_vgic_lrs lrs;
	struct hv_vgic_fx fx;

	hv_lock(&p->lock);
	if (resync)
		sync(vcpu, &lrs);
	verdict = redist ? hv_vgic_redist_access(&p->vgic, offset, size, write, value, &fx)
			 : hv_vgic_dist_access(&p->vgic, offset, size, write, value, &fx);
	apply(vcpu, &fx, value);
	if (resync)
		flush(vcpu, &lrs);
	kick_locked(vcpu, fx.kick);
	hv_unlock(&p->lock);
	*denied = fx.denied;
	return verdict == HV_VGIC_DONE;
}

void hv_gic_enter(struct hv_vcpu *vcpu)
{
	hv_hal_ich_reset();
	hv_lock(&vcpu->partition->lock);
	vcpu->in_guest = true;
	vcpu->live = true;
	hv_hold_release(vcpu);
	if (vcpu->cpu->shared != NULL)
		hv_ppi_take_mail(vcpu);
	refill_locked(vcpu);
	hv_unlock(&vcpu->partition->lock);
}

void hv_gic_leave(struct hv_vcpu *vcpu)
{
	struct hv_vgic_lrs lrs;

	hv_lock(&vcpu->partition->lock);
	sync(vcpu, &lrs);
	vcpu->in_guest = false;
	vcpu->live = false;
	if (vcpu->cpu->shared != NULL)
		hv_ppi_leave(vcpu);
	hv_unlock(&vcpu->partition->lock);
	hv_hal_ich_reset();
}

void hv_gic_unload(struct hv_vcpu *vcpu)
{
	vcpu->live = false;
	hv_ppi_unload(vcpu);
}

void hv_gic_load(struct hv_vcpu *vcpu)
{
	vcpu->live = true;
	hv_ppi_load(vcpu);
	if (vcpu->has_come) {
		hv_lock(&vcpu->partition->lock);
		hv_hold_release(vcpu);
		hv_unlock(&vcpu->partition->lock);
	}
	if (hv_vgic_undelivered(&vcpu->partition->vgic, vcpu->index))
		hv_gic_deliver(vcpu);
}

bool hv_gic_wakes(const struct hv_vcpu *vcpu, hv_u32 intid)
{
	const struct hv_partition_config *config = vcpu->partition->config;

	for (hv_u32 i = 0; i < config->trigger_count; i++) { /* bound: configured interrupts */
		if (config->triggers[i].irq_id == intid)
			return !config->triggers[i].next_dispatch;
	}
	return true;
}

bool hv_gic_pending(const struct hv_vcpu *vcpu, bool waking)
{
	hv_u32 used = hv_vgic_used(&vcpu->partition->vgic, vcpu->index);

	for (; used != 0; used &= used - 1) { /* bound: list registers */
		const hv_u64 lr = hv_hal_lr_read(hv_ctz32(used));

		if (hv_vgic_lr_pending(lr) && (!waking || hv_gic_wakes(vcpu, (hv_u32)lr)))
			return true;
	}
	return false;
}

static void must(hv_status_t status)
{
	if (status != HV_OK)
		hv_panic("virtual GIC: an interrupt of the configuration was refused");
}

static bool is_edge(const struct hv_partition_config *config, hv_u32 intid)
{
	for (hv_u32 i = 0; i < config->trigger_count; i++) { /* bound: configured interrupts */
		if (config->triggers[i].irq_id == intid)
			return config->triggers[i].edge;
	}
	return false;
}

static hv_u32 vcpu_on(const struct hv_partition_config *config, hv_u32 cpu)
{
	hv_u32 vcpu = 0;

	while (vcpu + 1 < config->vcpu_count && config->vcpu_cpu[vcpu] != cpu) /* bound: HV_MAX_CPUS */
		vcpu++;
	return vcpu;
}

void hv_gic_configure(struct hv_partition *p)
{
	const struct hv_partition_config *config = p->config;

	must(hv_vgic_init(&p->vgic, config->vcpu_count, hv_config.board->intid_count / 32,
			  hv_hal_lr_count()));
	for (hv_u32 i = 0; i < config->irq_count; i++) { /* bound: configured interrupts */
		const struct hv_irq_route *route = &config->irqs[i];
		const bool edge = is_edge(config, route->irq_id);

		must(hv_vgic_add(&p->vgic, route->irq_id, HV_VGIC_HW | (edge ? HV_VGIC_EDGE : 0),
				 vcpu_on(config, route->target_cpu)));
		if (route->irq_id >= 32)
			hv_hal_gic_set_edge(route->irq_id, edge);
	}
	if (config->vuart_ipa != 0)
		must(hv_vgic_add(&p->vgic, config->vuart_irq, 0, 0));
	if (config->scmi.ipa != 0)
		must(hv_vgic_add(&p->vgic, config->scmi.irq, HV_VGIC_EDGE, 0));
	if (config->doorbell_irq != 0)
		must(hv_vgic_add(&p->vgic, config->doorbell_irq, HV_VGIC_EDGE, 0));
	for (hv_u32 i = 0; i < config->dma.msi_count; i++) /* bound: HV_LPI_MAX */
		must(hv_vgic_add(&p->vgic, config->dma.msi_first + i, HV_VGIC_EDGE, 0));
}

void hv_gic_quiesce(struct hv_partition *p)
{
	hv_hold_forget(p);
	for (hv_u32 word = 0; word < p->vgic.words; word++) { /* bound: HV_VGIC_WORDS */
		const hv_u32 mask = hv_vgic_hw_word(&p->vgic, word);
		const hv_u32 cpus = word == 0 ? p->config->vcpu_count : 1;

		for (hv_u32 i = 0; i < cpus && mask != 0; i++) { /* bound: HV_MAX_CPUS */
			if (word == 0 && p->vcpu[i].cpu->shared != NULL) {
				hv_ppi_forget(&p->vcpu[i]);
				continue;
			}
			hv_hal_gic_disable(p->vcpu[i].cpu->index, word, mask);
			hv_hal_gic_clear_pending(p->vcpu[i].cpu->index, word, mask);
			hv_hal_gic_clear_active(p->vcpu[i].cpu->index, word, mask);
		}
	}
	for (hv_u32 i = 0; i < p->config->irq_count; i++) { /* bound: configured interrupts */
		const struct hv_irq_route *route = &p->config->irqs[i];

		if (route->irq_id >= 32)
			hv_hal_gic_route(route->irq_id, hv_cpus[route->target_cpu].mpidr);
	}
}
