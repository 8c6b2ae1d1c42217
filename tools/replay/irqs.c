/* SPDX-License-Identifier: Apache-2.0 */
/* Owners of all interrupts on all CPUs, as the libraries hold them after the boot. */
#include <inttypes.h>

#include "replay.h"

static bool is_configured(const struct hv_partition_config *p, hv_u32 cpu, hv_u32 intid)
{
	for (hv_u32 k = 0; k < p->irq_count; k++) {
		if (p->irqs[k].irq_id == intid && (intid >= 32 || p->irqs[k].target_cpu == cpu))
			return true;
	}
	return false;
}

/* What the configuration says; routes of a PPI are per CPU. Bit n: partition n. */
static hv_u32 configured_owners(hv_u32 cpu, hv_u32 intid)
{
	hv_u32 mask = 0;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (is_configured(&hv_config.partitions[i], cpu, intid))
			mask |= 1u << hv_config.partitions[i].id;
	}
	return mask;
}

/* Several owners are a PPI's, of a CPU on which each of them has a vCPU. */
static bool owners_agree(hv_u32 cpu, hv_u32 intid, hv_u32 mask)
{
	const hv_u32 owner = hv_irq_owner(cpu, intid);

	if (mask == 0)
		return owner == HV_IRQ_UNOWNED;
	if ((mask & (mask - 1)) == 0)
		return owner < 32 && mask == 1u << owner;
	return intid < 32 && owner == HV_IRQ_SHARED && hv_irq_ppi_owners(cpu, intid) == mask;
}

static bool check_targets(const struct hv_partition_config *p)
{
	for (hv_u32 k = 0; k < p->irq_count; k++) {
		const struct hv_irq_route *route = &p->irqs[k];

		if (hv_irq_check_owner(route->irq_id, p->id) != HV_OK)
			return replay_fail("%s does not own interrupt %" PRIu32, p->name, route->irq_id);
		if (route->irq_id >= 32 && hv_irq_target(route->irq_id) != route->target_cpu)
			return replay_fail("interrupt %" PRIu32 " of %s goes to another CPU",
					   route->irq_id, p->name);
	}
	return true;
}

static bool is_hypervisor_ppi(hv_u32 intid)
{
	return intid == hv_config.board->maintenance_ppi || intid == hv_config.board->hyp_timer_ppi;
}

bool replay_irqs(void)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (!check_targets(&hv_config.partitions[i]))
			return false;
	}
	for (hv_u32 cpu = 0; cpu < hv_config.board->cpu_count; cpu++) {
		for (hv_u32 intid = 16; intid < hv_config.board->intid_count; intid++) {
			const hv_u32 owner = hv_irq_owner(cpu, intid);

			if (is_hypervisor_ppi(intid) && owner == HV_PARTITION_HYPERVISOR)
				continue;
			if (!owners_agree(cpu, intid, configured_owners(cpu, intid)))
				return replay_fail("interrupt %" PRIu32 " on CPU %" PRIu32
						   " belongs to partition %" PRIu32,
						   intid, cpu, owner);
		}
	}
	return true;
}
