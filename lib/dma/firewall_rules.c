/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a firewall policy: first what hardware cannot hold, then what must not be. */
#include <haven/firewall.h>

#define ACCESS_MAX 0x7777u
#define STREAM_MAX 63u

struct report {
	const struct hv_fw_policy *policy;
	struct hv_fw_finding *findings;
	hv_u32 capacity, count;
};

static void find(struct report *r, enum hv_fw_rule rule, enum hv_fw_table table, hv_u32 index,
		 hv_u32 other, hv_u64 address)
{
	if (r->count < r->capacity)
		r->findings[r->count] = (struct hv_fw_finding){rule, table, index, other, address};
	r->count++;
}

/* Memory of a block rule or region, whichever table it is in; size 0 if it names nothing. */
static struct hv_range range_of(const struct hv_fw_policy *policy, enum hv_fw_table table, hv_u32 i)
{
	return table == HV_FW_IN_REGIONS ? policy->regions[i].range :
					   hv_fw_blocks_range(policy->chip, &policy->blocks[i]);
}

static hv_u32 did_of(const struct hv_fw_policy *policy, enum hv_fw_table table, hv_u32 i)
{
	return table == HV_FW_IN_REGIONS ? policy->regions[i].did : policy->blocks[i].did;
}

static hv_u32 access_of(const struct hv_fw_policy *policy, enum hv_fw_table table, hv_u32 i)
{
	return table == HV_FW_IN_REGIONS ? policy->regions[i].access : policy->blocks[i].access;
}

static hv_u32 rules_in(const struct hv_fw_policy *policy, enum hv_fw_table table)
{
	return table == HV_FW_IN_REGIONS ? policy->region_count : policy->block_count;
}

static bool is_range(struct hv_range range)
{
	return hv_range_valid(range.base, range.size);
}

static bool overlaps(struct hv_range a, struct hv_range b)
{
	return is_range(a) && is_range(b) && hv_range_overlaps(a.base, a.size, b.base, b.size);
}

static hv_u64 first_common(struct hv_range a, struct hv_range b)
{
	return a.base > b.base ? a.base : b.base;
}

/* ---- each rule alone ---- */

static bool is_value(hv_u32 access)
{
	return (access & ~ACCESS_MAX) == 0;
}

static void check_region(struct report *r, hv_u32 i)
{
	const struct hv_fw_region *region = &r->policy->regions[i];
	const struct hv_range range = region->range;
	const struct hv_fw_chip *chip = r->policy->chip;

	if (region->did >= HV_FW_DOMAINS)
		find(r, HV_FW_BAD_DOMAIN, HV_FW_IN_REGIONS, i, i, range.base);
	if (!is_value(region->access))
		find(r, HV_FW_BAD_VALUE, HV_FW_IN_REGIONS, i, i, range.base);
	if (!is_range(range) || !hv_is_aligned(range.base | range.size, HV_FW_GRANULE))
		find(r, HV_FW_UNALIGNED, HV_FW_IN_REGIONS, i, i, range.base);
	else if (region->mrc < chip->mrc_count &&
		 !hv_range_contains(chip->mrcs[region->mrc].aperture.base,
				    chip->mrcs[region->mrc].aperture.size, range.base, range.size))
		find(r, HV_FW_OUTSIDE, HV_FW_IN_REGIONS, i, i, range.base);
	if (region->mrc >= chip->mrc_count)
		find(r, HV_FW_BAD_CHECKER, HV_FW_IN_REGIONS, i, i, range.base);
}

static void check_blocks(struct report *r, hv_u32 i)
{
	const struct hv_fw_blocks *blocks = &r->policy->blocks[i];
	const struct hv_fw_chip *chip = r->policy->chip;

	if (blocks->did >= HV_FW_DOMAINS)
		find(r, HV_FW_BAD_DOMAIN, HV_FW_IN_BLOCKS, i, i, 0);
	if (!is_value(blocks->access))
		find(r, HV_FW_BAD_VALUE, HV_FW_IN_BLOCKS, i, i, 0);
	if (blocks->mbc >= chip->mbc_count || blocks->memory >= HV_FW_MEMORIES)
		find(r, HV_FW_BAD_CHECKER, HV_FW_IN_BLOCKS, i, i, 0);
	else if (blocks->last < blocks->first)
		find(r, HV_FW_UNALIGNED, HV_FW_IN_BLOCKS, i, i, 0);
	else if (blocks->last >= chip->mbcs[blocks->mbc].memory[blocks->memory].blocks)
		find(r, HV_FW_OUTSIDE, HV_FW_IN_BLOCKS, i, i, 0);
}

static void check_master(struct report *r, hv_u32 i)
{
	const struct hv_fw_master *master = &r->policy->masters[i];
	const struct hv_fw_chip *chip = r->policy->chip;

	if (master->did >= HV_FW_DOMAINS)
		find(r, HV_FW_BAD_DOMAIN, HV_FW_IN_MASTERS, i, i, 0);
	if (master->trdc >= chip->trdc_count || master->index >= chip->trdcs[master->trdc].masters)
		find(r, HV_FW_BAD_CHECKER, HV_FW_IN_MASTERS, i, i, 0);
	if (master->secure > 3 || master->privilege > 3 || master->stream > STREAM_MAX ||
	    (master->cpu && (master->privilege | master->stream) != 0))
		find(r, HV_FW_BAD_VALUE, HV_FW_IN_MASTERS, i, i, 0);
}

/* ---- rules together ---- */

static void check_overlaps(struct report *r, enum hv_fw_table table, hv_u32 i)
{
	const struct hv_range range = range_of(r->policy, table, i);

	for (hv_u32 k = 0; k < i; k++) { /* bound: the policy */
		const struct hv_range earlier = range_of(r->policy, table, k);

		if (did_of(r->policy, table, k) == did_of(r->policy, table, i) && overlaps(range, earlier))
			find(r, HV_FW_OVERLAP, table, i, k, first_common(range, earlier));
	}
}

static void check_region_count(struct report *r, hv_u32 i)
{
	const struct hv_fw_region *region = &r->policy->regions[i];
	hv_u32 before = 0;

	for (hv_u32 k = 0; k < i; k++) /* bound: the policy */
		before += r->policy->regions[k].mrc == region->mrc &&
					  r->policy->regions[k].did == region->did ?
				  1u : 0u;
	if (region->mrc < r->policy->chip->mrc_count &&
	    before == r->policy->chip->mrcs[region->mrc].regions)
		find(r, HV_FW_TOO_MANY_REGIONS, HV_FW_IN_REGIONS, i, i, region->range.base);
}

static hv_u32 checker_of(const struct hv_fw_policy *policy, enum hv_fw_table table, hv_u32 i)
{
	return table == HV_FW_IN_REGIONS ? policy->regions[i].mrc : policy->blocks[i].mbc;
}

static bool is_new_access(const struct hv_fw_policy *policy, enum hv_fw_table table, hv_u32 i)
{
	for (hv_u32 k = 0; k < i; k++) { /* bound: the policy */
		if (checker_of(policy, table, k) == checker_of(policy, table, i) &&
		    access_of(policy, table, k) == access_of(policy, table, i))
			return false;
	}
	return table == HV_FW_IN_REGIONS || access_of(policy, table, i) != HV_FW_NONE;
}

/* Reports the first rule that finds no room. Value 0 of an MBC is "none". */
static void check_access_count(struct report *r, enum hv_fw_table table, hv_u32 i)
{
	const hv_u32 room = table == HV_FW_IN_REGIONS ? HV_FW_ACCESSES : HV_FW_ACCESSES - 1;
	hv_u32 before = 0;

	if (!is_new_access(r->policy, table, i))
		return;
	for (hv_u32 k = 0; k < i; k++) /* bound: the policy */
		before += checker_of(r->policy, table, k) == checker_of(r->policy, table, i) &&
					  is_new_access(r->policy, table, k) ?
				  1u : 0u;
	if (before == room)
		find(r, HV_FW_TOO_MANY_ACCESSES, table, i, i, range_of(r->policy, table, i).base);
}

static void check_master_pairs(struct report *r, hv_u32 i)
{
	const struct hv_fw_master *a = &r->policy->masters[i];

	for (hv_u32 k = 0; k < i; k++) { /* bound: the policy */
		const struct hv_fw_master *b = &r->policy->masters[k];

		if (a->trdc == b->trdc && a->index == b->index)
			find(r, HV_FW_MASTER_TWICE, HV_FW_IN_MASTERS, i, k, 0);
		else if (!a->physical && !b->physical && !a->cpu && !b->cpu && a->stream == b->stream)
			find(r, HV_FW_STREAM_TWICE, HV_FW_IN_MASTERS, i, k, a->stream);
	}
}

static void check_limits(struct report *r)
{
	for (hv_u32 i = 0; i < r->policy->region_count; i++) { /* bound: the policy */
		check_region(r, i);
		check_overlaps(r, HV_FW_IN_REGIONS, i);
		check_region_count(r, i);
		check_access_count(r, HV_FW_IN_REGIONS, i);
	}
	for (hv_u32 i = 0; i < r->policy->block_count; i++) { /* bound: the policy */
		check_blocks(r, i);
		check_overlaps(r, HV_FW_IN_BLOCKS, i);
		check_access_count(r, HV_FW_IN_BLOCKS, i);
	}
	for (hv_u32 i = 0; i < r->policy->master_count; i++) { /* bound: the policy */
		check_master(r, i);
		check_master_pairs(r, i);
	}
}

/* ---- isolation ---- */

/* Is each byte of @p range in one of the windows? They may touch each other. */
static bool covered(struct hv_range range, const struct hv_range *windows, hv_u32 count)
{
	hv_u64 at = range.base;
	const hv_u64 last = hv_range_last(range.base, range.size);

	for (hv_u32 round = 0; round < count; round++) { /* bound: the windows */
		for (hv_u32 i = 0; i < count; i++) { /* bound: the windows */
			if (at - windows[i].base >= windows[i].size)
				continue;
			if (last - windows[i].base < windows[i].size)
				return true;
			at = windows[i].base + windows[i].size;
		}
	}
	return false;
}

static void check_meeting(struct report *r, const struct hv_fw_isolation *want, enum hv_fw_table table,
			  hv_u32 i, hv_u32 k)
{
	const struct hv_range a = range_of(r->policy, table, i);
	const struct hv_range b = range_of(r->policy, table, k);
	struct hv_range both;

	if (!overlaps(a, b))
		return;
	both.base = first_common(a, b);
	both.size = (hv_range_last(a.base, a.size) < hv_range_last(b.base, b.size) ?
			     hv_range_last(a.base, a.size) : hv_range_last(b.base, b.size)) -
		    both.base + 1;
	if (!covered(both, want->shared, want->shared_count))
		find(r, HV_FW_MEETS, table, i, k, both.base);
}

static bool grants(const struct hv_fw_policy *policy, enum hv_fw_table table, hv_u32 i, hv_u32 did)
{
	return did_of(policy, table, i) == did && access_of(policy, table, i) != HV_FW_NONE;
}

/* Both cores may read a device that neither can change. */
static bool changes(const struct hv_fw_policy *policy, enum hv_fw_table table, hv_u32 i)
{
	return table == HV_FW_IN_REGIONS || (access_of(policy, table, i) & 0x2222u) != 0;
}

static void check_cores(struct report *r, const struct hv_fw_isolation *want, enum hv_fw_table table,
			hv_u32 i)
{
	if (!grants(r->policy, table, i, want->mcu_did))
		return;
	for (hv_u32 k = 0; k < rules_in(r->policy, table); k++) { /* bound: the policy */
		if (grants(r->policy, table, k, want->apps_did) &&
		    (changes(r->policy, table, i) || changes(r->policy, table, k)))
			check_meeting(r, want, table, i, k);
	}
	for (hv_u32 k = 0; k < want->hypervisor_count; k++) { /* bound: the list */
		const struct hv_range range = range_of(r->policy, table, i);

		if (overlaps(range, want->hypervisor[k]))
			find(r, HV_FW_REACHES_HYPERVISOR, table, i, i,
			     first_common(range, want->hypervisor[k]));
	}
}

static bool is_nonsecure(const struct hv_fw_policy *policy, enum hv_fw_table table, hv_u32 i)
{
	const bool nse = table == HV_FW_IN_REGIONS ? policy->regions[i].nonsecure :
						     policy->blocks[i].nonsecure;

	return nse && (access_of(policy, table, i) & 0x77u) != 0;
}

static void check_secure(struct report *r, const struct hv_fw_isolation *want, enum hv_fw_table table,
			 hv_u32 i)
{
	const struct hv_range range = range_of(r->policy, table, i);

	if (did_of(r->policy, table, i) != want->apps_did && did_of(r->policy, table, i) != want->mcu_did)
		return;
	for (hv_u32 k = 0; k < want->secure_count; k++) { /* bound: the list */
		if (is_nonsecure(r->policy, table, i) && overlaps(range, want->secure[k]))
			find(r, HV_FW_SECURE_EXPOSED, table, i, i, first_common(range, want->secure[k]));
	}
	for (hv_u32 k = 0; k < r->policy->chip->trdc_count; k++) { /* bound: the chip */
		const struct hv_range frame = r->policy->chip->trdcs[k].frame;

		if (access_of(r->policy, table, i) != HV_FW_NONE && overlaps(range, frame))
			find(r, HV_FW_FIREWALL_GRANTED, table, i, i, first_common(range, frame));
	}
}

static void check_isolation(struct report *r, const struct hv_fw_isolation *want)
{
	static const enum hv_fw_table tables[] = {HV_FW_IN_REGIONS, HV_FW_IN_BLOCKS};

	for (hv_u32 t = 0; t < 2; t++) { /* bound: 2 */
		for (hv_u32 i = 0; i < rules_in(r->policy, tables[t]); i++) { /* bound: the policy */
			check_cores(r, want, tables[t], i);
			check_secure(r, want, tables[t], i);
		}
	}
	for (hv_u32 i = 0; i < want->guest_master_count; i++) { /* bound: the list */
		const hv_u32 master = want->guest_masters[i];

		if (master >= r->policy->master_count)
			find(r, HV_FW_BAD_CHECKER, HV_FW_IN_MASTERS, master, master, 0);
		else if (r->policy->masters[master].physical)
			find(r, HV_FW_BYPASSES_SMMU, HV_FW_IN_MASTERS, master, master, 0);
	}
}

hv_status_t hv_fw_validate(const struct hv_fw_policy *policy, const struct hv_fw_isolation *isolation,
			   struct hv_fw_finding *findings, hv_u32 capacity, hv_u32 *count)
{
	struct report report = {policy, findings, capacity, 0};

	if (policy == NULL || policy->chip == NULL || count == NULL || (findings == NULL && capacity != 0))
		return HV_EINVAL;
	check_limits(&report);
	if (isolation != NULL)
		check_isolation(&report, isolation);
	*count = report.count;
	return report.count == 0 ? HV_OK : HV_EPERM;
}
