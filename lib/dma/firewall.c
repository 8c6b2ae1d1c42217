/* SPDX-License-Identifier: Apache-2.0 */
/* What a firewall policy grants. */
#include <haven/bits.h>
#include <haven/firewall.h>

static bool permits(hv_u32 value, bool nonsecure, const struct hv_fw_access *access)
{
	const hv_u32 shift = (access->secure ? 8u : 0u) + (access->privileged ? 4u : 0u);

	if (!access->secure && !nonsecure)
		return false;
	return (value >> shift & (hv_u32)access->op) != 0;
}

static bool holds(struct hv_range range, hv_u64 address)
{
	return address - range.base < range.size;
}

struct hv_range hv_fw_blocks_range(const struct hv_fw_chip *chip, const struct hv_fw_blocks *blocks)
{
	const struct hv_fw_mbc_memory *memory;

	if (blocks->mbc >= chip->mbc_count || blocks->memory >= HV_FW_MEMORIES ||
	    blocks->last < blocks->first)
		return (struct hv_range){0, 0};
	memory = &chip->mbcs[blocks->mbc].memory[blocks->memory];
	if (blocks->last >= memory->blocks)
		return (struct hv_range){0, 0};
	return (struct hv_range){
		memory->base + ((hv_u64)blocks->first << memory->block_log2),
		((hv_u64)(blocks->last - blocks->first) + 1) << memory->block_log2,
	};
}

bool hv_fw_check(const struct hv_fw_policy *policy, const struct hv_fw_access *access)
{
	if (policy == NULL || policy->chip == NULL || access == NULL)
		return false;
	for (hv_u32 i = 0; i < policy->region_count; i++) { /* bound: the policy */
		const struct hv_fw_region *region = &policy->regions[i];

		if (region->did == access->did && holds(region->range, access->address))
			return permits(region->access, region->nonsecure, access);
	}
	for (hv_u32 i = 0; i < policy->block_count; i++) { /* bound: the policy */
		const struct hv_fw_blocks *blocks = &policy->blocks[i];

		if (blocks->did == access->did &&
		    holds(hv_fw_blocks_range(policy->chip, blocks), access->address))
			return permits(blocks->access, blocks->nonsecure, access);
	}
	return false;
}

const char *hv_fw_rule_name(enum hv_fw_rule rule)
{
	static const char *const names[] = {
		[HV_FW_BAD_DOMAIN] = "no such domain",
		[HV_FW_BAD_CHECKER] = "no such checker, memory or TRDC",
		[HV_FW_BAD_VALUE] = "value out of range",
		[HV_FW_UNALIGNED] = "not whole granules of 16 KB, or empty",
		[HV_FW_OUTSIDE] = "beyond what the checker guards",
		[HV_FW_OVERLAP] = "two rules of one domain overlap",
		[HV_FW_TOO_MANY_REGIONS] = "more regions than the checker has for a domain",
		[HV_FW_TOO_MANY_ACCESSES] = "more than 8 access values in one checker",
		[HV_FW_MASTER_TWICE] = "a master is assigned twice",
		[HV_FW_STREAM_TWICE] = "two masters share a stream id",
		[HV_FW_MEETS] = "both cores reach it outside of a shared window",
		[HV_FW_REACHES_HYPERVISOR] = "the microcontroller reaches the hypervisor",
		[HV_FW_SECURE_EXPOSED] = "secure memory granted to the non-secure world",
		[HV_FW_FIREWALL_GRANTED] = "a firewall's own registers are granted",
		[HV_FW_BYPASSES_SMMU] = "a guest's master bypasses the SMMU",
	};

	return (hv_u32)rule <= HV_FW_BYPASSES_SMMU ? names[rule] : "unknown rule";
}
