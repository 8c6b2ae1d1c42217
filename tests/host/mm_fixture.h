/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of lib/mm share: a pool of tables and ways to look into it.
 * Constants are written out on purpose: a test that borrows the code's macros
 * agrees with its mistakes. */
#ifndef MM_FIXTURE_H
#define MM_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <haven/stage2_map.h>
#include <haven/stage2_walk.h>

#define K4 UINT64_C(0x1000)
#define M2 UINT64_C(0x200000)
#define G1 UINT64_C(0x40000000)

#define RWX    UINT64_C(0x7fd)
#define RWX_4K UINT64_C(0x7ff)
#define RW     UINT64_C(0x00400000000007fd)
#define SHARED UINT64_C(0x01000000000007fd)
#define DEVICE UINT64_C(0x00400000000004c5)

#define POOL_TABLES 64
#define POOL_PA	    UINT64_C(0x7f0000000)

static hv_table_t pool[POOL_TABLES];
static hv_table_t pool_before[POOL_TABLES];
static struct hv_stage2 s2;

static inline struct hv_stage2_config config_of(hv_u32 ipa_bits, hv_u32 pa_bits)
{
	return (struct hv_stage2_config){
	    .tables = pool,
	    .pool_pa = POOL_PA,
	    .table_count = POOL_TABLES,
	    .ipa_bits = ipa_bits,
	    .pa_bits = pa_bits,
	};
}

static inline void start_with(const struct hv_stage2_config *config)
{
	memset(pool, 0xa5, sizeof(pool)); /* lib/mm must not rely on a clean pool */
	memset(&s2, 0, sizeof(s2));
	assert_int_equal(hv_s2_configure(&s2, config), HV_OK);
	assert_int_equal(hv_s2_init(&s2), HV_OK);
}

static inline void start(hv_u32 ipa_bits, hv_u32 pa_bits)
{
	const struct hv_stage2_config config = config_of(ipa_bits, pa_bits);

	start_with(&config);
}

static inline hv_status_t map(hv_u32 id, hv_u64 ipa, hv_u64 pa, hv_u64 size, hv_u64 attrs)
{
	const struct hv_mem_region region = {ipa, pa, size, attrs};
	const struct hv_partition_mem mem = {id, &region, 1};

	return hv_s2_map(&s2, &mem);
}

/* The map of @p id as the hardware sees it. */
static inline struct hv_stage2_walk walk_of(hv_u32 id)
{
	struct hv_stage2_walk walk = {
	    .tables = (const hv_table_t *)pool,
	    .pool_pa = POOL_PA,
	    .table_count = POOL_TABLES,
	};
	struct hv_stage2_vtcr vtcr;

	assert_int_equal(hv_stage2_vtcr(s2.config.ipa_bits, s2.config.pa_bits, false, &vtcr),
			 HV_OK);
	walk.vtcr = vtcr.vtcr;
	assert_int_equal(hv_s2_root(&s2, id, &walk.vttbr), HV_OK);
	return walk;
}

static inline struct hv_stage2_translation translate(hv_u32 id, hv_u64 ipa)
{
	const struct hv_stage2_walk walk = walk_of(id);
	struct hv_stage2_translation out;

	assert_int_equal(hv_stage2_translate(&walk, ipa, &out), HV_OK);
	return out;
}

/* Follow table descriptors by hand: entry of @p ipa at @p level. */
static inline hv_u64 *entry_at(hv_u32 id, hv_u32 start_level, hv_u64 ipa, hv_u32 level)
{
	hv_u64 vttbr;

	assert_int_equal(hv_s2_root(&s2, id, &vttbr), HV_OK);

	hv_u64 *table = &pool[0][0] + ((vttbr & 0xfffffffff000) - POOL_PA) / 8;
	hv_u64 index = ipa >> (39 - 9 * start_level);

	for (hv_u32 at = start_level; at < level; at++) {
		assert_int_equal(table[index] & 0xfff, 3);
		table = &pool[0][0] + (table[index] - 3 - POOL_PA) / 8;
		index = (ipa >> (39 - 9 * (at + 1))) & 511;
	}
	return &table[index];
}

static inline void remember_pool(void)
{
	memcpy(pool_before, pool, sizeof(pool));
}

#define assert_pool_unchanged() assert_memory_equal(pool, pool_before, sizeof(pool))

#endif
