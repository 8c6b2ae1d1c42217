/* SPDX-License-Identifier: Apache-2.0 */
/* Every output of every table, held against everything that belongs to somebody else. */
#include <inttypes.h>

#include "replay.h"

/* A walk with nothing in it, from which address the next one starts. */
static hv_u64 span_of(const struct hv_stage2_translation *t)
{
	static const hv_u64 by_level[] = {UINT64_C(1) << 39, UINT64_C(1) << 30, UINT64_C(1) << 21,
					  UINT64_C(1) << 12};

	return by_level[t->level & 3];
}

bool replay_translate(const struct replay_pool *pool, const struct hv_partition_config *p,
		      hv_u64 ipa, struct hv_stage2_translation *out)
{
	struct hv_stage2_walk walk = {.tables = (const hv_table_t *)pool->tables,
				      .pool_pa = pool->pa,
				      .table_count = pool->count,
				      .vtcr = pool->vtcr};
	hv_status_t status = hv_stage2_root(p->id, &walk.vttbr);

	if (status == HV_OK)
		status = hv_stage2_translate(&walk, ipa, out);
	return status == HV_OK ||
	       replay_fail("%s: no walk of IPA 0x%" PRIx64 " (%d)", p->name, ipa, (int)status);
}

static bool outside(const struct hv_partition_config *p, hv_u64 pa, hv_u64 size,
		    const struct hv_range *forbidden, const char *whose)
{
	if (!hv_range_overlaps(pa, size, forbidden->base, forbidden->size))
		return true;
	return replay_fail("%s reaches PA 0x%" PRIx64 ", which belongs to %s", p->name, pa, whose);
}

static bool outside_hypervisor(const struct hv_partition_config *p, hv_u64 pa, hv_u64 size)
{
	const struct hv_board *board = hv_config.board;

	if (!outside(p, pa, size, &hv_config.hypervisor, "the hypervisor"))
		return false;
	for (hv_u32 i = 0; i < board->reserved_count; i++) {
		if (!outside(p, pa, size, &board->reserved[i], "the hypervisor's devices"))
			return false;
	}
	return true;
}

static bool is_sharer(const struct hv_partition_config *p, const struct hv_mem_region *area)
{
	for (hv_u32 i = 0; i < p->mem.region_count; i++) {
		const struct hv_mem_region *own = &p->mem.regions[i];

		if ((own->attrs & HV_MEM_SHARED) != 0 && own->pa_base == area->pa_base &&
		    own->size == area->size)
			return true;
	}
	return false;
}

/* Another partition's memory, except for shared areas that the configuration gives to both. */
static bool outside_partition(const struct hv_partition_config *p, hv_u64 pa, hv_u64 size,
			      const struct hv_partition_config *other)
{
	for (hv_u32 i = 0; i < other->mem.region_count; i++) {
		const struct hv_mem_region *area = &other->mem.regions[i];
		const struct hv_range range = {area->pa_base, area->size};

		if ((area->attrs & HV_MEM_SHARED) != 0 && is_sharer(p, area))
			continue;
		if (!outside(p, pa, size, &range, other->name))
			return false;
	}
	return true;
}

static bool check_leaf(const struct hv_partition_config *p, const struct hv_stage2_translation *t)
{
	const hv_u64 pa = t->pa & ~(t->block_size - 1);

	if ((t->attrs & HV_MEM_SHARED) != 0 && (t->attrs & HV_MEM_XN) != HV_MEM_XN_ALL)
		return replay_fail("%s may execute shared PA 0x%" PRIx64, p->name, pa);
	if (!outside_hypervisor(p, pa, t->block_size))
		return false;
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (hv_config.partitions[i].id != p->id &&
		    !outside_partition(p, pa, t->block_size, &hv_config.partitions[i]))
			return false;
	}
	return true;
}

static bool check_table(const struct replay_pool *pool, const struct hv_partition_config *p,
			hv_u64 *leaves)
{
	const hv_u64 end = UINT64_C(1) << hv_config.ipa_bits;
	struct hv_stage2_translation t;

	for (hv_u64 ipa = 0; ipa < end;) {
		if (!replay_translate(pool, p, ipa, &t))
			return false;
		if (t.result == HV_WALK_MAPPED && !check_leaf(p, &t))
			return false;
		if (t.result != HV_WALK_MAPPED && t.result != HV_WALK_TRANSLATION)
			return replay_fail("%s: malformed table at IPA 0x%" PRIx64, p->name, ipa);
		*leaves += t.result == HV_WALK_MAPPED;
		ipa += t.result == HV_WALK_MAPPED ? t.block_size : span_of(&t);
	}
	return true;
}

bool replay_reach(const struct replay_pool *pool, hv_u64 *leaves)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (!check_table(pool, &hv_config.partitions[i], leaves))
			return false;
	}
	return true;
}
