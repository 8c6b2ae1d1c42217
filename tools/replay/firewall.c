/* SPDX-License-Identifier: Apache-2.0 */
/* The firewall's policy as the real library reads it, asked wherever an answer can change. */
#include <inttypes.h>

#include <haven/hal/firewall.h>

#include "replay.h"

static bool passes(hv_u32 did, hv_u64 address, bool secure, bool privileged, enum hv_fw_op op)
{
	const struct hv_fw_access access = {did, address, secure, privileged, op};

	return hv_fw_check(hv_config.firewall->policy, &access);
}

static bool reaches(hv_u32 did, hv_u64 address)
{
	static const enum hv_fw_op ops[] = {HV_FW_EXECUTE, HV_FW_WRITE, HV_FW_READ};

	for (unsigned i = 0; i < 3; i++) {
		for (unsigned how = 0; how < 4; how++) {
			if (passes(did, address, (how & 1) != 0, (how & 2) != 0, ops[i]))
				return true;
		}
	}
	return false;
}

/* A guest at EL1 and EL0 reads and writes it. */
static bool usable(hv_u64 address, bool writable)
{
	const hv_u32 did = replay_limits.apps_domain;

	return passes(did, address, false, true, HV_FW_READ) &&
	       passes(did, address, false, false, HV_FW_READ) &&
	       (!writable || (passes(did, address, false, true, HV_FW_WRITE) &&
			      passes(did, address, false, false, HV_FW_WRITE)));
}

struct area {
	const char *whose;
	struct hv_range range;
	bool writable;
	bool window; /* to the microcontroller */
};

static bool right_at(const struct area *area, hv_u64 address)
{
	const bool open = replay_limits.mcu_domain != 0 && reaches(replay_limits.mcu_domain, address);

	if (!usable(address, area->writable))
		return replay_fail("%s: the firewall keeps the application cores from PA 0x%" PRIx64,
				   area->whose, address);
	if (open != area->window)
		return replay_fail("%s: the firewall %s the microcontroller to PA 0x%" PRIx64, area->whose,
				   open ? "lets" : "does not let", address);
	return true;
}

/* First and last byte, and those of every region that begins or ends inside. */
static bool right(const struct area *area)
{
	const struct hv_fw_policy *policy = hv_config.firewall->policy;
	const hv_u64 last = area->range.base + area->range.size - 1;

	if (!right_at(area, area->range.base) || !right_at(area, last))
		return false;
	for (hv_u32 i = 0; i < policy->region_count; i++) {
		const struct hv_range *r = &policy->regions[i].range;
		const hv_u64 edges[] = {r->base - 1, r->base, r->base + r->size - 1, r->base + r->size};

		for (unsigned k = 0; k < 4; k++) {
			if (edges[k] >= area->range.base && edges[k] <= last && !right_at(area, edges[k]))
				return false;
		}
	}
	return true;
}

/* A window is shared memory that begins at a witness that must answer. */
static bool is_window(const struct hv_mem_region *region)
{
	const struct hv_hal_fw_config *fw = hv_config.firewall;

	for (hv_u32 i = 0; i < fw->witness_count; i++) {
		if (fw->witnesses[i].open && fw->witnesses[i].address == region->pa_base)
			return (region->attrs & HV_MEM_SHARED) != 0;
	}
	return false;
}

static bool partition_right(const struct hv_partition_config *p)
{
	for (hv_u32 i = 0; i < p->mem.region_count; i++) {
		const struct hv_mem_region *r = &p->mem.regions[i];
		const struct area area = {p->name, {r->pa_base, r->size},
					  (HV_GET(HV_MEM_S2AP, r->attrs) & 2) != 0, is_window(r)};

		if (HV_GET(HV_MEM_MEMATTR, r->attrs) >= 4 && !right(&area)) /* Normal memory */
			return false;
	}
	return true;
}

bool replay_firewall(void)
{
	const struct hv_hal_fw_config *fw = hv_config.firewall;
	const struct area own = {"the hypervisor", hv_config.hypervisor, true, false};
	hv_u32 found = 0;

	if (fw == NULL || fw->policy == NULL)
		return true;
	if (hv_fw_validate(fw->policy, NULL, NULL, 0, &found) != HV_OK)
		return replay_fail("the firewall cannot hold its policy: %" PRIu32 " findings", found);
	for (hv_u32 i = 0; i < fw->witness_count; i++) {
		if (passes(replay_limits.apps_domain, fw->witnesses[i].address, false, true, HV_FW_READ) !=
		    fw->witnesses[i].open)
			return replay_fail("witness 0x%" PRIx64 " is not what the policy says",
					   fw->witnesses[i].address);
	}
	if (!right(&own))
		return false;
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (!partition_right(&hv_config.partitions[i]))
			return false;
	}
	return true;
}
