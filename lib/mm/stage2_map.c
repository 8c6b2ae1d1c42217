/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/stage2_map.h>

#include "table.h"

#define VTTBR_VMID  HV_BITS(63, 48)
#define VTTBR_BADDR HV_BITS(47, 1)
#define MEM_ALL     (HV_BITS(10, 0) | HV_MEM_XN | HV_MEM_SHARED)

_Static_assert(MEM_ALL == UINT64_C(0x01600000000007ff), "attribute bits of a region");
_Static_assert(HV_MAX_PARTITIONS >= 2 && HV_MAX_PARTITIONS <= 256, "a VMID has 8 bits at least");

hv_status_t hv_s2_configure(struct hv_stage2 *s2, const struct hv_stage2_config *config)
{
	struct hv_stage2_vtcr vtcr;

	if (s2 == NULL || config == NULL)
		return HV_EINVAL;
	if (s2->state == HV_STAGE2_SEALED)
		return HV_EPERM;

	const hv_status_t status =
		hv_stage2_vtcr(config->ipa_bits, config->pa_bits, false, &vtcr);

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
	for (hv_u32 i = 0; i < HV_MAX_PARTITIONS - 1; i++)
		s2->partitions[i].count = 0;
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

static bool ipa_overlaps(const struct hv_mem_region *a, const struct hv_mem_region *b)
{
	return hv_range_overlaps(a->ipa_base, a->size, b->ipa_base, b->size);
}

/* Two holders of the same memory must both have declared it shared. */
static bool pa_conflicts(const struct hv_mem_region *list, hv_u32 count,
			 const struct hv_mem_region *region)
{
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < count; i++) {
		if ((list[i].attrs & region->attrs & HV_MEM_SHARED) == 0 &&
		    hv_range_overlaps(list[i].pa_base, list[i].size, region->pa_base, region->size))
			return true;
	}
	return false;
}

static bool pa_conflicts_elsewhere(const struct hv_stage2 *s2,
				   const struct hv_stage2_partition *self,
				   const struct hv_mem_region *region)
{
	/* bound: HV_MAX_PARTITIONS - 1 */
	for (hv_u32 i = 0; i < HV_MAX_PARTITIONS - 1; i++) {
		const struct hv_stage2_partition *other = &s2->partitions[i];

		if (other != self && pa_conflicts(other->regions, other->count, region))
			return true;
	}
	return false;
}

/* Put @p region into its place of the ascending scratch list; false if it overlaps. */
static bool merge(struct hv_stage2 *s2, hv_u32 count, const struct hv_mem_region *region)
{
	struct hv_mem_region *list = s2->scratch;
	const hv_u32 place = count_up_to(list, count, region->ipa_base);

	if ((place > 0 && ipa_overlaps(&list[place - 1], region)) ||
	    (place < count && ipa_overlaps(&list[place], region)) ||
	    pa_conflicts(list, count, region))
		return false;
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = count; i > place; i--)
		list[i] = list[i - 1];
	list[place] = *region;
	return true;
}

/* Check all new regions and merge them with the partition's own into scratch. */
static hv_status_t merge_all(struct hv_stage2 *s2, const struct hv_stage2_partition *self,
			     const struct hv_partition_mem *pmem)
{
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < self->count; i++)
		s2->scratch[i] = self->regions[i];
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < pmem->region_count; i++) {
		const struct hv_mem_region *region = &pmem->regions[i];

		if (!region_ok(s2, region) || pa_conflicts_elsewhere(s2, self, region) ||
		    !merge(s2, self->count + i, region))
			return HV_EINVAL;
	}
	return HV_OK;
}

static struct table_span span_of(const struct hv_mem_region *region)
{
	return (struct table_span){ region->ipa_base, region->pa_base, region->size,
				    region->attrs };
}

/* Index of the first region in scratch, from @p i on, that is not yet in the
 * partition; @p known counts the partition's regions passed so far. */
static hv_u32 next_new(const struct hv_stage2 *s2, const struct hv_stage2_partition *self, hv_u32 i,
		       hv_u32 *known)
{
	/* bound: HV_MAX_REGIONS */
	while (*known < self->count &&
	       s2->scratch[i].ipa_base == self->regions[*known].ipa_base) {
		i++;
		(*known)++;
	}
	return i;
}

static hv_status_t plan(const struct hv_stage2 *s2, const struct hv_stage2_partition *self,
			const struct table_map *map, hv_u32 total)
{
	struct table_plan plan;
	hv_status_t status = HV_OK;
	hv_u32 known = 0;

	table_plan_start(&plan, map);
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = next_new(s2, self, 0, &known); i < total && status == HV_OK;
	     i = next_new(s2, self, i + 1, &known))
		status = table_plan_span(&plan, map, span_of(&s2->scratch[i]));
	return status;
}

static void commit(struct hv_stage2 *s2, struct hv_stage2_partition *self, struct table_map *map,
		   const struct hv_partition_mem *pmem)
{
	if (self->count == 0)
		table_commit_root(map);
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < pmem->region_count; i++)
		table_commit_span(map, span_of(&pmem->regions[i]));

	self->root = map->root;
	self->count += pmem->region_count;
	/* bound: HV_MAX_REGIONS */
	for (hv_u32 i = 0; i < self->count; i++)
		self->regions[i] = s2->scratch[i];
}

hv_status_t hv_s2_map(struct hv_stage2 *s2, const struct hv_partition_mem *pmem)
{
	if (s2 == NULL || pmem == NULL || !hv_is_guest_id(pmem->partition_id) ||
	    pmem->regions == NULL || pmem->region_count == 0)
		return HV_EINVAL;
	if (s2->state != HV_STAGE2_OPEN)
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

	hv_status_t status = merge_all(s2, self, pmem);

	if (status == HV_OK)
		status = plan(s2, self, &map, self->count + pmem->region_count);
	if (status == HV_OK)
		commit(s2, self, &map, pmem);
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
