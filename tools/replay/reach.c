/* SPDX-License-Identifier: Apache-2.0 */
/* Every output of every table, held against everything that belongs to somebody else. */
#include <inttypes.h>

#include "replay.h"

/* The map of a partition's CPUs, or the one of its devices. */
struct view {
	const struct hv_partition_config *p;
	const char *whose;
	struct hv_stage2_walk walk;
	bool devices;
};

/* A walk with nothing in it, from which address the next one starts. */
static hv_u64 span_of(const struct hv_stage2_translation *t)
{
	static const hv_u64 by_level[] = {UINT64_C(1) << 39, UINT64_C(1) << 30, UINT64_C(1) << 21,
					  UINT64_C(1) << 12};

	return by_level[t->level & 3];
}

static struct hv_stage2_walk walk_of(const struct replay_pool *pool, hv_u64 vttbr)
{
	return (struct hv_stage2_walk){.tables = (const hv_table_t *)pool->tables,
				       .pool_pa = pool->pa,
				       .table_count = pool->count,
				       .vtcr = pool->vtcr,
				       .vttbr = vttbr};
}

bool replay_translate(const struct replay_pool *pool, const struct hv_partition_config *p,
		      hv_u64 ipa, struct hv_stage2_translation *out)
{
	struct hv_stage2_walk walk;
	hv_u64 vttbr = 0;
	hv_status_t status = hv_stage2_root(p->id, &vttbr);

	walk = walk_of(pool, vttbr);
	if (status == HV_OK)
		status = hv_stage2_translate(&walk, ipa, out);
	return status == HV_OK ||
	       replay_fail("%s: no walk of IPA 0x%" PRIx64 " (%d)", p->name, ipa, (int)status);
}

static bool outside(const struct view *view, hv_u64 pa, hv_u64 size,
		    const struct hv_range *forbidden, const char *whose)
{
	if (!hv_range_overlaps(pa, size, forbidden->base, forbidden->size))
		return true;
	return replay_fail("%s%s reaches PA 0x%" PRIx64 ", which belongs to %s", view->p->name,
			   view->whose, pa, whose);
}

/* What EL2 drives, by itself and not by the list of reserved frames, which could lack one. */
static bool outside_frames(const struct view *view, hv_u64 pa, hv_u64 size)
{
	const struct hv_board *board = hv_config.board;
	const struct hv_range frames[] = {
		{board->gicd_base, 0x10000},
		{board->gicr_base, board->cpu_count * UINT64_C(0x20000)},
		{board->uart_base, 0x1000},
		{board->smmu.base, board->smmu.base == 0 ? 0 : 0x20000},
		{board->its_base, board->its_base == 0 ? 0 : 0x20000},
		board->pci.ecam,
	};

	for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
		if (frames[i].size != 0 &&
		    !outside(view, pa, size, &frames[i], "the hypervisor's devices"))
			return false;
	}
	return true;
}

static bool outside_hypervisor(const struct view *view, hv_u64 pa, hv_u64 size)
{
	const struct hv_board *board = hv_config.board;

	if (!outside(view, pa, size, &hv_config.hypervisor, "the hypervisor") ||
	    !outside_frames(view, pa, size))
		return false;
	for (hv_u32 i = 0; i < board->reserved_count; i++) {
		if (!outside(view, pa, size, &board->reserved[i], "the hypervisor's devices"))
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
static bool outside_partition(const struct view *view, hv_u64 pa, hv_u64 size,
			      const struct hv_partition_config *other)
{
	for (hv_u32 i = 0; i < other->mem.region_count; i++) {
		const struct hv_mem_region *area = &other->mem.regions[i];
		const struct hv_range range = {area->pa_base, area->size};

		if ((area->attrs & HV_MEM_SHARED) != 0 && is_sharer(view->p, area))
			continue;
		if (!outside(view, pa, size, &range, other->name))
			return false;
	}
	return true;
}

/* The one page beside its regions that a map of devices has: it takes messages, and nothing
 * can be read there. */
static bool is_msi_page(const struct view *view, hv_u64 ipa, const struct hv_stage2_translation *t)
{
	return view->devices && ipa == view->p->dma.msi_ipa && t->block_size == HV_TABLE_SIZE &&
	       t->pa == replay_msi_page() &&
	       (t->attrs & HV_MEM_S2AP) == HV_MEM_WO && (t->attrs & HV_MEM_MEMATTR) < 0x10;
}

static bool check_leaf(const struct view *view, hv_u64 ipa, const struct hv_stage2_translation *t)
{
	const hv_u64 pa = t->pa & ~(t->block_size - 1);

	if (is_msi_page(view, ipa, t))
		return true;
	if ((t->attrs & HV_MEM_SHARED) != 0 && (t->attrs & HV_MEM_XN) != HV_MEM_XN_ALL)
		return replay_fail("%s%s may execute shared PA 0x%" PRIx64, view->p->name, view->whose,
				   pa);
	if (!outside_hypervisor(view, pa, t->block_size))
		return false;
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (hv_config.partitions[i].id != view->p->id &&
		    !outside_partition(view, pa, t->block_size, &hv_config.partitions[i]))
			return false;
	}
	return true;
}

static bool check_table(const struct view *view, hv_u64 *leaves)
{
	const hv_u64 end = UINT64_C(1) << hv_config.ipa_bits;
	struct hv_stage2_translation t;

	for (hv_u64 ipa = 0; ipa < end;) {
		if (hv_stage2_translate(&view->walk, ipa, &t) != HV_OK)
			return replay_fail("%s%s: no walk of IPA 0x%" PRIx64, view->p->name, view->whose,
					   ipa);
		if (t.result == HV_WALK_MAPPED && !check_leaf(view, ipa, &t))
			return false;
		if (t.result != HV_WALK_MAPPED && t.result != HV_WALK_TRANSLATION)
			return replay_fail("%s%s: malformed table at IPA 0x%" PRIx64, view->p->name,
					   view->whose, ipa);
		*leaves += t.result == HV_WALK_MAPPED;
		ipa += t.result == HV_WALK_MAPPED ? t.block_size : span_of(&t);
	}
	return true;
}

/* Its regions and the page of messages, no byte more and none less. */
static bool check_device_map(const struct view *view)
{
	struct hv_mem_region regions[HV_MAX_REGIONS];
	struct hv_stage2_difference difference = {0, ""};
	const hv_u32 count = view->p->mem.region_count;

	if (count >= HV_MAX_REGIONS)
		return replay_fail("%s has no room for a page of messages", view->p->name);
	for (hv_u32 i = 0; i < count; i++)
		regions[i] = view->p->mem.regions[i];
	regions[count] = (struct hv_mem_region){view->p->dma.msi_ipa, replay_msi_page(),
						HV_TABLE_SIZE, HV_MEM_MSI};
	if (hv_stage2_verify(&view->walk, regions, count + 1, &difference) != HV_OK)
		return replay_fail("%s%s: at IPA 0x%" PRIx64 ": %s", view->p->name, view->whose,
				   difference.ipa, difference.reason);
	return true;
}

/* GITS_TRANSLATER lies in the second frame of 64 KB (IHI 0069, 12.18). */
hv_u64 replay_msi_page(void)
{
	return hv_config.board->its_base == 0 ? 0 : hv_config.board->its_base + 0x10000;
}

bool replay_has_device_map(const struct hv_partition_config *p)
{
	return p->dma.msi_ipa != 0;
}

static bool check_devices(const struct replay_pool *pool, const struct hv_partition_config *p,
			  hv_u64 cpus, hv_u64 *leaves)
{
	hv_u64 vttbr = 0;

	if (hv_stage2_device_root(p->id, &vttbr) != HV_OK)
		return replay_fail("%s has no map for its devices", p->name);
	if ((vttbr == cpus) == replay_has_device_map(p))
		return replay_fail("devices of %s have %s", p->name,
				   vttbr == cpus ? "no map of their own" : "another map than its CPUs");
	if (vttbr >> 48 != p->id)
		return replay_fail("devices of %s have VMID %" PRIu64, p->name, vttbr >> 48);
	const struct view view = {p, "'s devices", walk_of(pool, vttbr), true};

	return vttbr == cpus || (check_device_map(&view) && check_table(&view, leaves));
}

bool replay_reach(const struct replay_pool *pool, hv_u64 *leaves)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		const struct hv_partition_config *p = &hv_config.partitions[i];
		hv_u64 vttbr = 0;

		if (hv_stage2_root(p->id, &vttbr) != HV_OK)
			return replay_fail("%s has no map", p->name);
		const struct view view = {p, "", walk_of(pool, vttbr), false};

		if (!check_table(&view, leaves) || !check_devices(pool, p, vttbr, leaves))
			return false;
	}
	return true;
}
