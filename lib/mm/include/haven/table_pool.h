/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_TABLE_POOL_H
#define HAVEN_TABLE_POOL_H
/**
 * @file
 * Fixed pool of translation tables, 4 KB granule, that maps take tables from.
 *
 * Nothing is ever given back. Root tables grow from the front, in groups that
 * are naturally aligned; all other tables grow from the back.
 */
#include <haven/types.h>

/** Descriptors in one 4 KB table. */
#define HV_TABLE_ENTRIES 512u
/** Bytes of one table, and of the smallest page. */
#define HV_TABLE_SIZE UINT64_C(4096)

/** One translation table as the hardware reads it. */
typedef hv_u64 hv_table_t[HV_TABLE_ENTRIES];

/** Owned by the caller of the map that uses it; its fields belong to lib/mm. */
struct hv_table_pool {
	hv_table_t *tables; /**< First table, as the CPU that builds sees it. */
	hv_u64 pa;          /**< Physical address of tables[0]; table i is at pa + i * 4096. */
	hv_u32 count;       /**< Tables in the pool. */
	hv_u32 front;       /**< Root tables taken: 0..front-1. */
	hv_u32 back;        /**< Other tables taken: count-back..count-1. */
};

#endif
