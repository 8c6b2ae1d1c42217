/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_MM_TABLE_H
#define HAVEN_MM_TABLE_H
/*
 * Table engine: level arithmetic and descriptors that both stages share.
 *
 * A span is first planned, which changes nothing and may fail, then committed,
 * which cannot fail. Several spans of one map are planned in ascending order
 * before the first is committed.
 */
#include <haven/table_pool.h>

/* Above every pool index: the map has no root table yet. */
#define TABLE_NO_ROOT UINT32_MAX

#define DESC_TYPE     UINT64_C(3)
#define DESC_BLOCK    UINT64_C(1) /* levels 1 and 2 */
#define DESC_TABLE    UINT64_C(3) /* levels 0 to 2 */
#define DESC_PAGE     UINT64_C(3) /* level 3 */

struct table_map {
	struct hv_table_pool *pool;
	hv_u32 root;        /* first root table, or TABLE_NO_ROOT */
	hv_u32 root_tables; /* concatenated there */
	hv_u32 start_level; /* 0 or 1 */
};

/* Inside the map's input range, multiples of 4096, size not 0. */
struct table_span {
	hv_u64 in, out, size;
	hv_u64 attrs; /* leaf bits; [1:0] says block or page only */
};

struct table_plan {
	hv_u32 need;    /* tables, the root included */
	hv_u64 last[3]; /* by level: last entry that was given a new table */
};

/* Encoding of TCR_ELx.PS and ID_AA64MMFR0_EL1.PARange; above 5 if there is none. */
hv_u32 table_pa_size(hv_u32 pa_bits);

/* True if the range is valid, in whole pages, and ends within 2^bits. */
bool table_range_ok(hv_u64 base, hv_u64 size, hv_u32 bits);

/* False, and @p pool untouched, if the pool is empty, misaligned or beyond pa_bits. */
bool table_pool_open(struct hv_table_pool *pool, hv_table_t *tables, hv_u64 pa, hv_u32 count,
		     hv_u32 root_tables, hv_u32 pa_bits);

void table_plan_start(struct table_plan *plan, const struct table_map *map);

/* HV_EINVAL: part of the span is mapped. HV_ENOSPC: the plan exceeds the pool. */
HV_MUST_CHECK
hv_status_t table_plan_span(struct table_plan *plan, const struct table_map *map,
			    struct table_span span);

/* Take the root of a map that has none. Planned before. */
void table_commit_root(struct table_map *map);

/* Map a planned span. Entries go from invalid to final in one store. */
void table_commit_span(const struct table_map *map, struct table_span span);

/* Physical address of table @p index. */
static inline hv_u64 table_pa(const struct hv_table_pool *pool, hv_u32 index)
{
	return pool->pa + index * HV_TABLE_SIZE;
}

#endif
