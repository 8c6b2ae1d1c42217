/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/gic.h>

#include "gic.h"

/* Read, sync, flush, write: the slow way. Lock held. */
static void read_lrs(const struct hv_cpu *cpu, struct hv_vgic_lrs *lrs)
{
	hv_u32 used = hv_vgic_used(&cpu->partition->vgic, cpu->vcpu);

	for (; used != 0; used &= used - 1) { /* bound: list registers */
		const hv_u32 index = hv_ctz32(used);

		lrs->lr[index] = hv_hal_lr_read(index);
	}
	lrs->hcr = hv_hal_ich_hcr();
	lrs->vmcr = hv_hal_ich_vmcr();
}

static void tell_others(struct hv_cpu *cpu, hv_u32 vcpus)
{
	for (vcpus &= ~(1u << cpu->vcpu); vcpus != 0; vcpus &= vcpus - 1) /* bound: vCPUs */
		hv_kick(hv_cpu_of(cpu->partition, hv_ctz32(vcpus)), HV_REQUEST_VGIC);
}

static void apply_sync(struct hv_cpu *cpu, const struct hv_vgic_sync_fx *fx)
{
	for (hv_u32 i = 0; i < fx->count; i++) /* bound: HV_VGIC_MAX_LRS + HV_VGIC_EOI_STEP + 1 */
		hv_hal_gic_deactivate(fx->deactivate[i]);
	tell_others(cpu, fx->kick);
}

static void sync(struct hv_cpu *cpu, struct hv_vgic_lrs *lrs)
{
	struct hv_vgic_sync_fx fx;

	read_lrs(cpu, lrs);
	hv_vgic_sync(&cpu->partition->vgic, cpu->vcpu, lrs, &fx);
	apply_sync(cpu, &fx);
}

static void flush(struct hv_cpu *cpu, struct hv_vgic_lrs *lrs)
{
	struct hv_vgic *vgic = &cpu->partition->vgic;

	hv_vgic_flush(vgic, cpu->vcpu, lrs);
	for (hv_u32 i = 0; i < vgic->lrs; i++) /* bound: list registers */
		hv_hal_lr_write(i, lrs->lr[i]);
	hv_hal_ich_set_hcr(lrs->hcr);
}

static void refill_locked(struct hv_cpu *cpu)
{
	struct hv_vgic_lrs lrs;

	sync(cpu, &lrs);
	flush(cpu, &lrs);
}

static void take_step(struct hv_cpu *cpu, enum hv_vgic_step step, const struct hv_vgic_slot *slot)
{
	if (step == HV_VGIC_WRITE_LR)
		hv_hal_lr_write(slot->index, slot->value);
	else if (step == HV_VGIC_RESYNC && cpu->in_guest)
		refill_locked(cpu);
}

/* While the vCPU is out of the guest no list register counts as free: all is latched. */
static hv_u64 free_lrs(const struct hv_cpu *cpu)
{
	return cpu->in_guest ? hv_hal_lr_empty() : 0;
}

static void deliver_locked(struct hv_cpu *cpu)
{
	struct hv_vgic_slot slot;

	if (cpu->in_guest)
		take_step(cpu,
			  hv_vgic_deliver(&cpu->partition->vgic, cpu->vcpu, free_lrs(cpu), &slot),
			  &slot);
}

static void kick_locked(struct hv_cpu *cpu, hv_u32 vcpus)
{
	if ((vcpus & (1u << cpu->vcpu)) != 0)
		deliver_locked(cpu);
	tell_others(cpu, vcpus);
}

void hv_gic_inject(struct hv_cpu *cpu, hv_u32 intid)
{
	struct hv_partition *p = cpu->partition;
	struct hv_vgic_slot slot;
	enum hv_vgic_step step;

	hv_lock(&p->lock);
	step = hv_vgic_inject(&p->vgic, cpu->vcpu, intid, free_lrs(cpu), &slot);
	take_step(cpu, step, &slot);
	hv_unlock(&p->lock);
	if (step == HV_VGIC_FOREIGN) {
		hv_hal_gic_deactivate(intid);
		hv_audit(HV_J_IRQ_SPURIOUS, HV_JV_IGNORE, NULL, 0, intid);
	}
}

void hv_gic_deliver(struct hv_cpu *cpu)
{
	hv_lock(&cpu->partition->lock);
	deliver_locked(cpu);
	hv_unlock(&cpu->partition->lock);
}

void hv_gic_refill(struct hv_cpu *cpu)
{
	if (!cpu->in_guest)
		return;
	hv_lock(&cpu->partition->lock);
	refill_locked(cpu);
	hv_unlock(&cpu->partition->lock);
}

void hv_gic_set_level_locked(struct hv_cpu *cpu, hv_u32 intid, bool high)
{
	kick_locked(cpu, hv_vgic_set_level(&cpu->partition->vgic, cpu->vcpu, intid, high));
}

bool hv_gic_sgi(struct hv_cpu *cpu, hv_u64 value)
{
	bool denied = false;
	const hv_u32 kick = hv_vgic_sgi(&cpu->partition->vgic, cpu->vcpu, value, &denied);

	if ((kick & (1u << cpu->vcpu)) != 0)
		hv_gic_deliver(cpu);
	tell_others(cpu, kick);
	return !denied;
}

void hv_gic_dir(struct hv_cpu *cpu, hv_u32 intid)
{
	struct hv_partition *p = cpu->partition;
	struct hv_vgic_sync_fx fx;
	struct hv_vgic_lrs lrs;

	hv_lock(&p->lock);
	read_lrs(cpu, &lrs);
	hv_vgic_sync(&p->vgic, cpu->vcpu, &lrs, &fx);
	hv_vgic_dir(&p->vgic, cpu->vcpu, intid, &fx);
	apply_sync(cpu, &fx);
	flush(cpu, &lrs);
	hv_unlock(&p->lock);
}

static void apply(const struct hv_cpu *cpu, const struct hv_vgic_fx *fx, hv_u64 *value)
{
	const struct hv_partition *p = cpu->partition;
	const hv_u32 frame = fx->redist == 0 ? HV_GICD : hv_cpu_of(p, fx->redist - 1);

	if (fx->merge != 0)
		*value |= fx->merge & hv_hal_gic_read(frame, fx->merge_offset);
	for (hv_u32 i = 0; i < fx->pokes; i++) /* bound: 2 */
		hv_hal_gic_write(frame, fx->poke[i].offset, fx->poke[i].value);
	if (fx->route_intid != 0)
		hv_hal_gic_route(fx->route_intid, hv_cpus[hv_cpu_of(p, fx->route_vcpu)].mpidr);
}

bool hv_gic_access(struct hv_cpu *cpu, bool redist, hv_u32 offset, hv_u32 size, bool write,
		   hv_u64 *value, bool *denied)
{
	struct hv_partition *p = cpu->partition;
	const bool resync = hv_vgic_needs_sync(offset, redist);
	enum hv_vgic_verdict verdict;
	struct hv_vgic_lrs lrs;
	struct hv_vgic_fx fx;

	hv_lock(&p->lock);
	if (resync)
		sync(cpu, &lrs);
	verdict = redist ? hv_vgic_redist_access(&p->vgic, offset, size, write, value, &fx)
			 : hv_vgic_dist_access(&p->vgic, offset, size, write, value, &fx);
	apply(cpu, &fx, value);
	if (resync)
		flush(cpu, &lrs);
	kick_locked(cpu, fx.kick);
	hv_unlock(&p->lock);
	*denied = fx.denied;
	return verdict == HV_VGIC_DONE;
}

void hv_gic_enter(struct hv_cpu *cpu)
{
	hv_hal_ich_reset();
	hv_lock(&cpu->partition->lock);
	cpu->in_guest = true;
	refill_locked(cpu);
	hv_unlock(&cpu->partition->lock);
}

void hv_gic_leave(struct hv_cpu *cpu)
{
	struct hv_vgic_lrs lrs;

	hv_lock(&cpu->partition->lock);
	sync(cpu, &lrs);
	cpu->in_guest = false;
	hv_unlock(&cpu->partition->lock);
	hv_hal_ich_reset();
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
	if (config->doorbell_irq != 0)
		must(hv_vgic_add(&p->vgic, config->doorbell_irq, HV_VGIC_EDGE, 0));
}

void hv_gic_quiesce(struct hv_partition *p)
{
	for (hv_u32 word = 0; word < p->vgic.words; word++) { /* bound: HV_VGIC_WORDS */
		const hv_u32 mask = hv_vgic_hw_word(&p->vgic, word);
		const hv_u32 cpus = word == 0 ? p->config->vcpu_count : 1;

		for (hv_u32 i = 0; i < cpus && mask != 0; i++) { /* bound: HV_MAX_CPUS */
			hv_hal_gic_disable(hv_cpu_of(p, i), word, mask);
			hv_hal_gic_clear_pending(hv_cpu_of(p, i), word, mask);
			hv_hal_gic_clear_active(hv_cpu_of(p, i), word, mask);
		}
	}
	for (hv_u32 i = 0; i < p->config->irq_count; i++) { /* bound: configured interrupts */
		const struct hv_irq_route *route = &p->config->irqs[i];

		if (route->irq_id >= 32)
			hv_hal_gic_route(route->irq_id, hv_cpus[route->target_cpu].mpidr);
	}
}
