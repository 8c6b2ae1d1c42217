/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual GIC of each partition, filled in the order of hypervisor/gic.c. */
#include <inttypes.h>

#include <haven/vgic.h>

#include "replay.h"

/* Most that the architecture has; the count does not decide which INTIDs are accepted. */
#define LIST_REGISTERS 16u

static bool is_routed(const struct hv_partition_config *p, hv_u32 intid)
{
	for (hv_u32 i = 0; i < p->irq_count; i++) {
		if (p->irqs[i].irq_id == intid)
			return true;
	}
	return false;
}

static hv_u32 vcpu_on(const struct hv_partition_config *p, hv_u32 cpu)
{
	hv_u32 vcpu = 0;

	while (vcpu + 1 < p->vcpu_count && p->vcpu_cpu[vcpu] != cpu)
		vcpu++;
	return vcpu;
}

static bool add(struct hv_vgic *vgic, const struct hv_partition_config *p, hv_u32 intid,
		hv_u32 flags, hv_u32 cpu)
{
	hv_status_t status = hv_vgic_add(vgic, intid, flags, vcpu_on(p, cpu));

	return status == HV_OK ||
	       replay_fail("the virtual GIC of %s refuses interrupt %" PRIu32 " (%d)", p->name, intid,
			   (int)status);
}

/* An interrupt of software alone: a hardware one with this INTID would be lost. */
static bool add_virtual(struct hv_vgic *vgic, const struct hv_partition_config *p, hv_u32 intid,
			hv_u32 flags)
{
	if (is_routed(p, intid))
		return replay_fail("interrupt %" PRIu32 " of %s comes from hardware and from software",
				   intid, p->name);
	return add(vgic, p, intid, flags, p->vcpu_cpu[0]);
}

/* Vectors come by LPIs, so nothing else may have their numbers. */
static bool add_vectors(struct hv_vgic *vgic, const struct hv_partition_config *p)
{
	for (hv_u32 i = 0; i < p->dma.msi_count; i++) {
		const hv_u32 intid = p->dma.msi_first + i;

		if ((p->vuart_ipa != 0 && intid == p->vuart_irq) || intid == p->doorbell_irq)
			return replay_fail("vector %" PRIu32 " of %s is its console or doorbell", intid,
					   p->name);
		if (!add_virtual(vgic, p, intid, HV_VGIC_EDGE))
			return false;
	}
	return true;
}

/* The interrupt of an SCMI channel, which is no other one's. */
static bool add_channel(struct hv_vgic *vgic, const struct hv_partition_config *p)
{
	const hv_u32 intid = p->scmi.irq;

	if (p->scmi.ipa == 0)
		return true;
	if ((p->vuart_ipa != 0 && intid == p->vuart_irq) || intid == p->doorbell_irq ||
	    intid - p->dma.msi_first < p->dma.msi_count)
		return replay_fail("the SCMI channel of %s and another device share interrupt %" PRIu32,
				   p->name, intid);
	return add_virtual(vgic, p, intid, HV_VGIC_EDGE);
}

static bool fill(const struct hv_partition_config *p)
{
	static struct hv_vgic vgic;
	const bool has_vuart = p->vuart_ipa != 0;
	hv_status_t status = hv_vgic_init(&vgic, p->vcpu_count, hv_config.board->intid_count / 32,
					  LIST_REGISTERS);

	if (status != HV_OK)
		return replay_fail("no virtual GIC for %s (%d)", p->name, (int)status);
	for (hv_u32 i = 0; i < p->irq_count; i++) {
		if (!add(&vgic, p, p->irqs[i].irq_id, HV_VGIC_HW, p->irqs[i].target_cpu))
			return false;
	}
	if (has_vuart && !add_virtual(&vgic, p, p->vuart_irq, 0))
		return false;
	if (!add_vectors(&vgic, p) || !add_channel(&vgic, p))
		return false;
	if (p->doorbell_irq == 0)
		return true;
	if (has_vuart && p->doorbell_irq == p->vuart_irq)
		return replay_fail("console and doorbell of %s share interrupt %" PRIu32, p->name,
				   p->vuart_irq);
	return add_virtual(&vgic, p, p->doorbell_irq, HV_VGIC_EDGE);
}

bool replay_vgic(void)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (!fill(&hv_config.partitions[i]))
			return false;
	}
	return true;
}
