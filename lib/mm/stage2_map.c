/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/stage2_map.h>

#include "table.h"

#define VTTBR_VMID  HV_BITS(63, 48)
#define VTTBR_BADDR HV_BITS(47, 1)
#define MEM_ALL	    (HV_BITS(10, 0) | HV_MEM_XN | HV_MEM_SHARED)

_Static_assert(MEM_ALL == UINT64_C(0x01600000000007ff), "attribute bits of a region");
_Static_assert(HV_MAX_PARTITIONS >= 2 && HV_MAX_PARTITIONS <= 256, "a VMID has 8 bits at least");

hv_status_t hv_s2_configure(struct hv_stage2 *s2, const struct hv_stage2_config *config)
{
	struct hv_stage2_vtcr vtcr;

	if (s2 == NULL || config == NULL)
		return HV_EINVAL;
	if (s2->state == HV_STAGE2_SEALED)
		return HV_EPERM;

	const hv_status_t status = hv_stage2_vtcr(config->ipa_bits, config->pa_bits, false, &vtcr);

	if (status != HV_OK)
		return status;
	if (config->reserved_count > HV_MAX_REGIONS ||
	    (config->reserved == NULL && config->reserved_count != 0))
		return HV_EINVAL;
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < config->reserved_count; i++) {
		if (!hv_range_valid(config->reserved[i].base, config->reserved[i].size))
			return HV_EINVAL;
	}
	if (config->msi_page != 0 &&
	    (!table_range_ok(config->msi_page, HV_TABLE_SIZE, config->pa_bits) ||
	     hv_range_overlaps(config->msi_page, HV_TABLE_SIZE, config->pool_pa,
			       config->table_count * HV_TABLE_SIZE)))
		return HV_EINVAL;
	if (!table_pool_open(&s2->pool, config->tables, config->pool_pa, config->table_count,
			     vtcr.root_tables, config->pa_bits))
		return HV_EINVAL;
	s2->config = *config;
	s2->vtcr = vtcr;
	s2->state = HV_STAGE2_CONFIGURED;
	return HV_OK;
}

hv_status_t hv_s2_init(struct hv_stage2 *s2)
{
	if (s2 == NULL || s2->state == HV_STAGE2_BLANK)
		return HV_EINVAL;
	if (s2->state == HV_STAGE2_SEALED)
		return HV_EPERM;
	s2->pool.front = 0;
	s2->pool.back = 0;
	/* bound: HV_MAX_PARTITIONS - 1 */
	for (hv_u32 i = 0; i < HV_MAX_PARTITIONS - 1; i++) {
		s2->partitions[i].count = 0;
		s2->partitions[i].has_device_map = false;
	}
	s2->state = HV_STAGE2_OPEN;
	return HV_OK;
}

/* Guards of the calls that only look. */
static hv_status_t check_guest(const struct hv_stage2 *s2, hv_u32 partition_id)
{
	if (s2 == NULL || !hv_is_guest_id(partition_id))
		return HV_EINVAL;
	return s2->state >= HV_STAGE2_OPEN ? HV_OK : HV_EPERM;
}

static bool attrs_ok(hv_u64 attrs, bool has_xnx)
{
	const hv_u64 type = HV_GET(HV_MEM_TYPE, attrs);
	const hv_u64 outer = HV_GET(HV_MEM_MEMATTR, attrs) >> 2;
	const hv_u64 inner = HV_GET(HV_MEM_MEMATTR, attrs) & 3;
	const hv_u64 xn = HV_GET(HV_MEM_XN, attrs);

	if ((attrs & ~MEM_ALL) != 0 || (attrs & HV_MEM_AF) == 0)
		return false;
	if (type != HV_MEM_BLOCK && type != HV_MEM_PAGE)
		return false;
	if (HV_GET(HV_MEM_S2AP, attrs) == 0 || HV_GET(HV_MEM_SH, attrs) == 1)
		return false;
	if ((xn & 1) != 0 && !has_xnx)
		return false;
	/* A fetch from a device may read registers that a read changes. */
	return outer == 0 ? xn == 2 : inner != 0;
}

static bool is_reserved(const struct hv_stage2 *s2, hv_u64 pa, hv_u64 size)
{
	const struct hv_stage2_config *config = &s2->config;

	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < config->reserved_count; i++) {
		if (hv_range_overlaps(pa, size, config->reserved[i].base, config->reserved[i].size))
			return true;
	}
	if (config->msi_page != 0 && hv_range_overlaps(pa, size, config->msi_page, HV_TABLE_SIZE))
		return true;
	return hv_range_overlaps(pa, size, config->pool_pa, config->table_count * HV_TABLE_SIZE);
}

static bool region_ok(const struct hv_stage2 *s2, const struct hv_mem_region *region)
{
	return table_range_ok(region->ipa_base, region->size, s2->config.ipa_bits) &&
	       table_range_ok(region->pa_base, region->size, s2->config.pa_bits) &&
	       attrs_ok(region->attrs, s2->config.has_xnx) &&
	       !is_reserved(s2, region->pa_base, region->size);
}

/* Regions of the ascending list that start at @p ipa or below it. */
static hv_u32 count_up_to(const struct hv_mem_region *list, hv_u32 count, hv_u64 ipa)
{
	hv_u32 low = 0;

	/* bound: 7 for HV_MAX_REGIONS 64; halves the rest */
	while (low < count) {
		const hv_u32 middle = (low + count) / 2;

		if (list[middle].ipa_base <= ipa)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/* Put @p region into its place of an ascending list. */
static void insert(struct hv_mem_region *list, hv_u32 count, struct hv_mem_region region)
{
	const hv_u32 place = count_up_to(list, count, region.ipa_base);

	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = count; i > place; i--)
		list[i] = list[i - 1];
	list[place] = region;
}

/* No IPA twice in a partition; no PA twice anywhere unless both holders declared it shared. */
static bool conflicts(const struct hv_mem_region *held, hv_u32 count, bool same_partition,
		      const struct hv_mem_region *region)
{
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < count; i++) {
		const struct hv_mem_region *h = &held[i];

		if (same_partition &&
		    hv_range_overlaps(h->ipa_base, h->size, region->ipa_base, region->size))
			return true;
		if ((h->attrs & region->attrs & HV_MEM_SHARED) == 0 &&
		    hv_range_overlaps(h->pa_base, h->size, region->pa_base, region->size))
			return true;
	}
	return false;
}

/* @p staged regions of @p self, behind those that it holds, are looked at as well. */
static bool conflicts_with_any(const struct hv_stage2 *s2, const struct hv_stage2_partition *self,
			       hv_u32 staged, const struct hv_mem_region *region)
{
	/* bound: HV_MAX_PARTITIONS - 1 */
	for (hv_u32 i = 0; i < HV_MAX_PARTITIONS - 1; i++) {
		const struct hv_stage2_partition *p = &s2->partitions[i];
		const hv_u32 count = p == self ? p->count + staged : p->count;

		if (conflicts(p->regions, count, p == self, region))
			return true;
	}
	return false;
}

/* Check the new regions and line them up, ascending, behind the ones that @p self
 * holds. Until its count is raised nobody looks there. */
static hv_status_t stage(struct hv_stage2 *s2, struct hv_stage2_partition *self,
			 const struct hv_partition_mem *pmem)
{
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < pmem->region_count; i++) {
		const struct hv_mem_region *region = &pmem->regions[i];

		if (!region_ok(s2, region) || conflicts_with_any(s2, self, i, region))
			return HV_EINVAL;
		insert(&self->regions[self->count], i, *region);
	}
	return HV_OK;
}

static struct table_span span_of(const struct hv_mem_region *region)
{
	return (struct table_span){region->ipa_base, region->pa_base, region->size, region->attrs};
}

static hv_status_t plan(const struct table_map *map, const struct hv_mem_region *staged,
			hv_u32 count)
{
	struct table_plan plan;
	hv_status_t status = HV_OK;

	table_plan_start(&plan, map);
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < count && status == HV_OK; i++)
		status = table_plan_span(&plan, map, span_of(&staged[i]));
	return status;
}

static void commit(struct hv_stage2_partition *self, struct table_map *map, hv_u32 count)
{
	if (self->count == 0)
		table_commit_root(map);
	self->root = map->root;
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < count; i++) {
		const struct hv_mem_region region = self->regions[self->count];

		table_commit_span(map, span_of(&region));
		insert(self->regions, self->count++, region);
	}
}

hv_status_t hv_s2_map(struct hv_stage2 *s2, const struct hv_partition_mem *pmem)
{
	if (s2 == NULL || pmem == NULL || !hv_is_guest_id(pmem->partition_id) ||
	    pmem->regions == NULL || pmem->region_count == 0)
		return HV_EINVAL;
	if (s2->state != HV_STAGE2_OPEN || s2->partitions[pmem->partition_id - 1].has_device_map)
		return HV_EPERM;

	struct hv_stage2_partition *self = &s2->partitions[pmem->partition_id - 1];
	struct table_map map = {
	    .pool = &s2->pool,
	    .root = self->count == 0 ? TABLE_NO_ROOT : self->root,
	    .root_tables = s2->vtcr.root_tables,
	    .start_level = s2->vtcr.start_level,
	};

	if (pmem->region_count > HV_MAX_REGIONS - self->count)
		return HV_ENOSPC;

	hv_status_t status = stage(s2, self, pmem);

	if (status == HV_OK)
		status = plan(&map, &self->regions[self->count], pmem->region_count);
	if (status == HV_OK)
		commit(self, &map, pmem->region_count);
	return status;
}

hv_status_t hv_s2_check_access(const struct hv_stage2 *s2, hv_u32 partition_id, hv_u64 ipa,
			       hv_u64 size)
{
	const hv_status_t status = check_guest(s2, partition_id);

	if (status != HV_OK)
		return status;
	if (!hv_range_valid(ipa, size))
		return HV_EINVAL;

	const struct hv_stage2_partition *self = &s2->partitions[partition_id - 1];
	const hv_u64 last = hv_range_last(ipa, size);
	const hv_u32 start = count_up_to(self->regions, self->count, ipa);

	if (start == 0)
		return HV_EPERM;
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = start - 1; i < self->count; i++) {
		const struct hv_mem_region *region = &self->regions[i];

		if (!hv_range_contains(region->ipa_base, region->size, ipa, 1))
			return HV_EPERM;
		ipa = hv_range_last(region->ipa_base, region->size);
		if (last <= ipa)
			return HV_OK;
		ipa++;
	}
	return HV_EPERM;
}

hv_status_t hv_s2_root(const struct hv_stage2 *s2, hv_u32 partition_id, hv_u64 *vttbr)
{
	const hv_status_t status = check_guest(s2, partition_id);

	if (status != HV_OK)
		return status;

	const struct hv_stage2_partition *self = &s2->partitions[partition_id - 1];

	if (vttbr == NULL || self->count == 0)
		return HV_EINVAL;
	*vttbr = HV_PUT(VTTBR_VMID, partition_id) | (table_pa(&s2->pool, self->root) & VTTBR_BADDR);
	return HV_OK;
}

hv_status_t hv_s2_seal(struct hv_stage2 *s2)
{
	if (s2 == NULL)
		return HV_EINVAL;
	if (s2->state != HV_STAGE2_OPEN)
		return HV_EPERM;
	s2->state = HV_STAGE2_SEALED;
	return HV_OK;
}
