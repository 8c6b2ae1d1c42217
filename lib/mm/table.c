/* SPDX-License-Identifier: Apache-2.0 */
/* Source: Arm ARM, "VMSAv8-64 translation table format descriptors", 4 KB granule. */
#include "table.h"

#include <haven/bits.h>
#include <haven/range.h>

#define DESC_ADDRESS HV_BITS(47, 12)
#define LAST_LEVEL   3u

_Static_assert(DESC_ADDRESS == UINT64_C(0x0000fffffffff000), "next table or page [47:12]");

/* Consecutive leaves of one level in one table. */
struct run {
	hv_u32 level;
	hv_u32 count;
};

static hv_u32 level_shift(hv_u32 level)
{
	return 39 - 9 * level;
}

static hv_u32 level_index(hv_u64 in, hv_u32 level)
{
	return (hv_u32)(in >> level_shift(level)) % HV_TABLE_ENTRIES;
}

hv_u32 table_pa_size(hv_u32 pa_bits)
{
	static const hv_u8 bits[] = {32, 36, 40, 42, 44, 48};
	hv_u32 code = 0;

	/* bound: 6 */
	while (code < sizeof(bits) && bits[code] != pa_bits)
		code++;
	return code;
}

bool table_range_ok(hv_u64 base, hv_u64 size, hv_u32 bits)
{
	return hv_is_aligned(base | size, HV_TABLE_SIZE) && hv_range_valid(base, size) &&
	       hv_range_last(base, size) >> bits == 0;
}

bool table_pool_open(struct hv_table_pool *pool, hv_table_t *tables, hv_u64 pa, hv_u32 count,
		     hv_u32 root_tables, hv_u32 pa_bits)
{
	if (tables == NULL || !table_range_ok(pa, count * HV_TABLE_SIZE, pa_bits) ||
	    !hv_is_aligned(pa, root_tables * HV_TABLE_SIZE))
		return false;
	*pool = (struct hv_table_pool){.tables = tables, .pa = pa, .count = count};
	return true;
}

static void clear(hv_table_t *table)
{
	/* bound: 512 */
	for (hv_u32 i = 0; i < HV_TABLE_ENTRIES; i++)
		(*table)[i] = 0;
}

static hv_u32 take_table(struct hv_table_pool *pool)
{
	const hv_u32 index = pool->count - ++pool->back;

	clear(&pool->tables[index]);
	return index;
}

static hv_u64 table_descriptor(const struct hv_table_pool *pool, hv_u32 index)
{
	return table_pa(pool, index) | DESC_TABLE;
}

/* The largest leaf that fits here decides for the rest of its table: a larger
 * one could only start at the table's first entry, which is where it was refused. */
static struct run first_run(const struct table_span *span)
{
	hv_u32 level = (span->attrs & DESC_TYPE) == DESC_BLOCK ? 1 : LAST_LEVEL;

	/* bound: 2 */
	while (level < LAST_LEVEL &&
	       (!hv_is_aligned(span->in | span->out, HV_BIT(level_shift(level))) ||
		span->size >> level_shift(level) == 0))
		level++;

	const hv_u64 fits = span->size >> level_shift(level);
	const hv_u32 room = HV_TABLE_ENTRIES - level_index(span->in, level);

	return (struct run){level, fits < room ? (hv_u32)fits : room};
}

static void skip_run(struct table_span *span, struct run run)
{
	const hv_u64 bytes = (hv_u64)run.count << level_shift(run.level);

	span->in += bytes;
	span->out += bytes;
	span->size -= bytes;
}

/* Follow tables towards @p level as far as they exist; returns the level of *entry. */
static hv_u32 descend(const struct table_map *map, hv_u64 in, hv_u32 level, hv_u64 **entry)
{
	const struct hv_table_pool *pool = map->pool;
	hv_u32 at = map->start_level;
	hv_u32 table = map->root + (hv_u32)(in >> level_shift(at)) / HV_TABLE_ENTRIES;

	*entry = &pool->tables[table][level_index(in, at)];
	/* bound: 3 */
	while (at < level && (**entry & DESC_TYPE) == DESC_TABLE) {
		table = (hv_u32)(((**entry & DESC_ADDRESS) - pool->pa) / HV_TABLE_SIZE);
		*entry = &pool->tables[table][level_index(in, ++at)];
	}
	return at;
}

static bool all_invalid(const hv_u64 *entries, hv_u32 count)
{
	/* bound: 512 */
	for (hv_u32 i = 0; i < count; i++) {
		if (entries[i] != 0)
			return false;
	}
	return true;
}

void table_plan_start(struct table_plan *plan, const struct table_map *map)
{
	plan->need = map->root == TABLE_NO_ROOT ? map->root_tables : 0;
	/* bound: 3 */
	for (hv_u32 level = 0; level < LAST_LEVEL; level++)
		plan->last[level] = UINT64_MAX;
}

/* Count the tables a run lacks, each once: runs come in ascending order. */
static hv_status_t plan_run(struct table_plan *plan, const struct table_map *map, hv_u64 in,
			    struct run run)
{
	hv_u32 level = map->start_level;

	if (map->root != TABLE_NO_ROOT) {
		hv_u64 *entry;

		level = descend(map, in, run.level, &entry);
		if (!all_invalid(entry, level == run.level ? run.count : 1))
			return HV_EINVAL;
	}
	/* bound: 3 */
	for (; level < run.level; level++) {
		if (plan->last[level] != in >> level_shift(level)) {
			plan->last[level] = in >> level_shift(level);
			plan->need++;
		}
	}
	return HV_OK;
}

hv_status_t table_plan_span(struct table_plan *plan, const struct table_map *map,
			    struct table_span span)
{
	const hv_u32 free = map->pool->count - map->pool->front - map->pool->back;

	/* bound: pool->count + 1; each run lies in another table, present or planned */
	while (span.size != 0) {
		const struct run run = first_run(&span);

		if (plan_run(plan, map, span.in, run) != HV_OK)
			return HV_EINVAL;
		if (plan->need > free)
			return HV_ENOSPC;
		skip_run(&span, run);
	}
	return HV_OK;
}

void table_commit_root(struct table_map *map)
{
	map->root = map->pool->front;
	map->pool->front += map->root_tables;
	/* bound: 16 */
	for (hv_u32 i = 0; i < map->root_tables; i++)
		clear(&map->pool->tables[map->root + i]);
}

static void fill(hv_u64 *entries, const struct table_span *span, struct run run)
{
	const hv_u64 attrs =
	    (span->attrs & ~DESC_TYPE) | (run.level == LAST_LEVEL ? DESC_PAGE : DESC_BLOCK);

	/* bound: 512 */
	for (hv_u32 i = 0; i < run.count; i++)
		entries[i] = (span->out + ((hv_u64)i << level_shift(run.level))) | attrs;
}

/* Build the missing tables from the leaf upwards and link the finished branch
 * last, so that a walker never meets a table that is still being filled. */
static void graft(struct hv_table_pool *pool, hv_u64 *entry, hv_u32 at,
		  const struct table_span *span, struct run run)
{
	hv_u32 table = take_table(pool);

	fill(&pool->tables[table][level_index(span->in, run.level)], span, run);
	/* bound: 2 */
	for (hv_u32 level = run.level - 1; level > at; level--) {
		const hv_u32 upper = take_table(pool);

		pool->tables[upper][level_index(span->in, level)] = table_descriptor(pool, table);
		table = upper;
	}
	__atomic_store_n(entry, table_descriptor(pool, table), __ATOMIC_RELEASE);
}

void table_commit_span(const struct table_map *map, struct table_span span)
{
	/* bound: pool->count + 1, as planned */
	while (span.size != 0) {
		const struct run run = first_run(&span);
		hv_u64 *entry;
		const hv_u32 at = descend(map, span.in, run.level, &entry);

		if (at == run.level)
			fill(entry, &span, run);
		else
			graft(map->pool, entry, at, &span, run);
		skip_run(&span, run);
	}
}
