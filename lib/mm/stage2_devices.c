/* SPDX-License-Identifier: Apache-2.0 */
/* The map of a partition's devices: its regions, and the page that takes their messages. */
#include <haven/stage2_map.h>

#include "table.h"

#define VTTBR_VMID  HV_BITS(63, 48)
#define VTTBR_BADDR HV_BITS(47, 1)

static struct table_span region_span(const struct hv_mem_region *region)
{
	return (struct table_span){region->ipa_base, region->pa_base, region->size, region->attrs};
}

static struct table_span msi_span(const struct hv_stage2 *s2, hv_u64 msi_ipa)
{
	return (struct table_span){msi_ipa, s2->config.msi_page, HV_TABLE_SIZE, HV_MEM_MSI};
}

/* Regions below the page; @p count regions ascend in IPA. */
static hv_u32 regions_below(const struct hv_stage2_partition *self, hv_u64 msi_ipa)
{
	hv_u32 below = 0;

	while (below < self->count && self->regions[below].ipa_base < msi_ipa) /* bound: HV_MAX_REGIONS */
		below++;
	return below;
}

static bool page_is_free(const struct hv_stage2_partition *self, hv_u64 msi_ipa)
{
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < self->count; i++) {
		if (hv_range_overlaps(self->regions[i].ipa_base, self->regions[i].size, msi_ipa,
				      HV_TABLE_SIZE))
			return false;
	}
	return true;
}

/* In ascending order, as a plan wants it: regions below, the page, regions above. */
static hv_status_t plan(const struct hv_stage2 *s2, const struct table_map *map,
			const struct hv_stage2_partition *self, hv_u64 msi_ipa)
{
	const hv_u32 below = regions_below(self, msi_ipa);
	struct table_plan plan;
	hv_status_t status = HV_OK;

	table_plan_start(&plan, map);
	/* bound: HV_MAX_REGIONS + 1 */
	for (hv_u32 i = 0; i <= self->count && status == HV_OK; i++) {
		if (i == below)
			status = table_plan_span(&plan, map, msi_span(s2, msi_ipa));
		if (i < self->count && status == HV_OK)
			status = table_plan_span(&plan, map, region_span(&self->regions[i]));
	}
	return status;
}

static void commit(struct table_map *map, const struct hv_stage2 *s2,
		   const struct hv_stage2_partition *self, hv_u64 msi_ipa)
{
	table_commit_root(map);
	table_commit_span(map, msi_span(s2, msi_ipa));
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < self->count; i++)
		table_commit_span(map, region_span(&self->regions[i]));
}

hv_status_t hv_s2_map_devices(struct hv_stage2 *s2, hv_u32 partition_id, hv_u64 msi_ipa)
{
	struct hv_stage2_partition *self;
	hv_status_t status;

	if (s2 == NULL || !hv_is_guest_id(partition_id))
		return HV_EINVAL;
	self = &s2->partitions[partition_id - 1];
	if (s2->state != HV_STAGE2_OPEN || self->has_device_map)
		return HV_EPERM;
	if (self->count == 0 || s2->config.msi_page == 0 ||
	    !table_range_ok(msi_ipa, HV_TABLE_SIZE, s2->config.ipa_bits) || !page_is_free(self, msi_ipa))
		return HV_EINVAL;

	struct table_map map = {
		.pool = &s2->pool,
		.root = TABLE_NO_ROOT,
		.root_tables = s2->vtcr.root_tables,
		.start_level = s2->vtcr.start_level,
	};

	status = plan(s2, &map, self, msi_ipa);
	if (status != HV_OK)
		return status;
	commit(&map, s2, self, msi_ipa);
	self->device_root = map.root;
	self->has_device_map = true;
	return HV_OK;
}

hv_status_t hv_s2_device_root(const struct hv_stage2 *s2, hv_u32 partition_id, hv_u64 *vttbr)
{
	const hv_status_t status = hv_s2_root(s2, partition_id, vttbr);

	if (status == HV_OK && s2->partitions[partition_id - 1].has_device_map)
		*vttbr = HV_PUT(VTTBR_VMID, partition_id) |
			 (table_pa(&s2->pool, s2->partitions[partition_id - 1].device_root) & VTTBR_BADDR);
	return status;
}
