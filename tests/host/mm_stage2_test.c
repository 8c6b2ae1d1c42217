/* SPDX-License-Identifier: Apache-2.0 */
/* Stage-2 maps: what is written into tables, what is refused, what fits. */
#include "mm_fixture.h"

/* Arm ARM, VTCR_EL2: T0SZ [5:0], SL0 [7:6], walks WB inner shareable 0x3500, PS [18:16], RES1 [31].
 */
static void vtcr_for_each_width(void **state)
{
	static const struct {
		hv_u32 ipa_bits, pa_bits;
		hv_u64 vtcr;
		hv_u32 t0sz, sl0, ps, start_level, root_tables;
	} rows[] = {
	    {32, 32, 0x80003560, 32, 1, 0, 1, 1},  {36, 36, 0x8001355c, 28, 1, 1, 1, 1},
	    {39, 40, 0x80023559, 25, 1, 2, 1, 1},  {40, 40, 0x80023558, 24, 1, 2, 1, 2},
	    {41, 42, 0x80033557, 23, 1, 3, 1, 4},  {42, 42, 0x80033556, 22, 1, 3, 1, 8},
	    {43, 44, 0x80043555, 21, 1, 4, 1, 16}, {44, 44, 0x80043594, 20, 2, 4, 0, 1},
	    {48, 48, 0x80053590, 16, 2, 5, 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hv_stage2_vtcr v;

		assert_int_equal(hv_stage2_vtcr(rows[i].ipa_bits, rows[i].pa_bits, false, &v),
				 HV_OK);
		assert_int_equal(v.vtcr, rows[i].vtcr);
		assert_int_equal(v.t0sz, rows[i].t0sz);
		assert_int_equal(v.sl0, rows[i].sl0);
		assert_int_equal(v.ps, rows[i].ps);
		assert_int_equal(v.start_level, rows[i].start_level);
		assert_int_equal(v.root_tables, rows[i].root_tables);
		assert_int_equal(hv_stage2_vtcr(rows[i].ipa_bits, rows[i].pa_bits, true, &v),
				 HV_OK);
		assert_int_equal(v.vtcr, rows[i].vtcr | 0x80000);
	}
}

static void vtcr_refusals(void **state)
{
	struct hv_stage2_vtcr v;

	(void)state;
	memset(&v, 0x5a, sizeof(v));
	assert_int_equal(hv_stage2_vtcr(40, 40, false, NULL), HV_EINVAL);
	assert_int_equal(hv_stage2_vtcr(31, 40, false, &v), HV_EINVAL);
	assert_int_equal(hv_stage2_vtcr(49, 48, false, &v), HV_EINVAL);
	assert_int_equal(hv_stage2_vtcr(0, 40, false, &v), HV_EINVAL);
	assert_int_equal(hv_stage2_vtcr(UINT32_MAX, 40, false, &v), HV_EINVAL);
	assert_int_equal(hv_stage2_vtcr(32, 0, false, &v), HV_EINVAL);
	assert_int_equal(hv_stage2_vtcr(32, 33, false, &v), HV_EINVAL);
	assert_int_equal(hv_stage2_vtcr(32, 52, false, &v), HV_EINVAL);
	assert_int_equal(hv_stage2_vtcr(40, 36, false, &v), HV_ENOTSUP);
	assert_int_equal(hv_stage2_vtcr(44, 42, false, &v), HV_ENOTSUP);
	assert_int_equal(v.vtcr, 0x5a5a5a5a5a5a5a5a);
}

/* Arm ARM: [1:0] type, MemAttr [5:2], S2AP [7:6], SH [9:8], AF [10], XN [54:53]. */
static void descriptor_bits(void **state)
{
	(void)state;
	start(32, 40);
	assert_int_equal(map(1, 0x48000000, 0x48000000, M2, RWX), HV_OK);
	assert_int_equal(*entry_at(1, 1, 0x48000000, 2), 0x480007fd);
	assert_int_equal(map(1, 0x80000000, 0x880000000, G1, HV_MEM_NORMAL_RO), HV_OK);
	assert_int_equal(*entry_at(1, 1, 0x80000000, 1), 0x0040000880000000 + 0x77d);
	assert_int_equal(map(1, 0x09000000, 0x09040000, K4, HV_MEM_DEVICE_RW), HV_OK);
	assert_int_equal(*entry_at(1, 1, 0x09000000, 3), 0x00400000090404c7);
	assert_int_equal(map(1, 0x09001000, 0x09041000, K4, HV_MEM_DEVICE_RO), HV_OK);
	assert_int_equal(*entry_at(1, 1, 0x09001000, 3), 0x0040000009041447);
	assert_int_equal(map(1, 0x50000000, 0x50000000, M2, RW | HV_MEM_SHARED), HV_OK);
	assert_int_equal(*entry_at(1, 1, 0x50000000, 2), 0x01400000500007fd);
	assert_int_equal(map(1, 0x50200000, 0x50200000, M2, HV_MEM_NC_RW), HV_OK);
	assert_int_equal(*entry_at(1, 1, 0x50200000, 2), 0x00400000502007d5);
	assert_int_equal(map(1, 0x50400000, 0x50400000, M2, HV_MEM_NORMAL_RX), HV_OK);
	assert_int_equal(*entry_at(1, 1, 0x50400000, 2), 0x5040077d);
	assert_int_equal(map(1, 0x50600000, 0x50600000, M2, HV_MEM_NORMAL_RW), HV_OK);
	assert_int_equal(*entry_at(1, 1, 0x50600000, 2), 0x00400000506007fd);
}

/* Leaf size follows the alignment of both addresses, and pages can be forced. */
static void leaf_size_matrix(void **state)
{
	static const struct {
		hv_u64 ipa, pa, size, attrs;
		hv_u64 at;
		hv_u32 level;
	} rows[] = {
	    {0x80000000, 0x140000000, 0x40000000, RWX, 0x80000000, 1},
	    {0x80000000, 0x140200000, 0x40000000, RWX, 0x80000000, 2}, /* PA 2 MB only */
	    {0x80200000, 0x140000000, 0x40000000, RWX, 0x80200000, 2}, /* IPA 2 MB only */
	    {0x80000000, 0x140001000, 0x40000000, RWX, 0x80000000, 3}, /* PA 4 KB only */
	    {0x80001000, 0x140001000, 0x401ff000, RWX, 0x80001000, 3}, /* head pages */
	    {0x80001000, 0x140001000, 0x401ff000, RWX, 0x80200000, 2}, /* then 2 MB */
	    {0x7fe00000, 0x13fe00000, 0x40200000, RWX, 0x80000000, 1}, /* then 1 GB */
	    {0x80000000, 0x140000000, 0x40001000, RWX, 0xc0000000, 3}, /* tail page */
	    {0x80000000, 0x140000000, 0x40201000, RWX, 0xc0000000, 2}, /* tail block */
	    {0x80000000, 0x140000000, 0x3ffff000, RWX, 0x80000000, 2}, /* one page short of 1 GB */
	    {0x80000000, 0x140000000, 0x3ffff000, RWX, 0xbfffe000, 3},
	    {0x80000000, 0x140000000, 0x001ff000, RWX, 0x80000000, 3}, /* one page short of 2 MB */
	    {0x80000000, 0x140000000, 0x00200000, RWX_4K, 0x80000000, 3},
	    {0x80000000, 0x140000000, 0x00400000, RWX_4K, 0x80200000, 3},
	};
	static hv_table_t big[600];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hv_stage2_config config = config_of(32, 40);
		const struct hv_mem_region region = {rows[i].ipa, rows[i].pa, rows[i].size,
						     rows[i].attrs};
		const struct hv_partition_mem mem = {3, &region, 1};
		struct hv_stage2_walk walk = {.tables = (const hv_table_t *)big,
					      .pool_pa = POOL_PA,
					      .table_count = 600,
					      .vtcr = 0x80023560};
		struct hv_stage2_translation out;

		config.tables = big;
		config.table_count = 600;
		start_with(&config);
		assert_int_equal(hv_s2_map(&s2, &mem), HV_OK);
		assert_int_equal(hv_s2_root(&s2, 3, &walk.vttbr), HV_OK);
		assert_int_equal(hv_stage2_translate(&walk, rows[i].at + 0x123, &out), HV_OK);
		assert_int_equal(out.result, HV_WALK_MAPPED);
		assert_int_equal(out.level, rows[i].level);
		assert_int_equal(out.pa, rows[i].at + 0x123 - rows[i].ipa + rows[i].pa);
		assert_int_equal(hv_stage2_verify(&walk, &region, 1, NULL), HV_OK);
	}
}

static void vttbr_has_vmid_and_root(void **state)
{
	hv_u64 vttbr = 77;

	(void)state;
	start(40, 40); /* two concatenated root tables each */
	assert_int_equal(hv_s2_root(&s2, 1, &vttbr), HV_EINVAL);
	assert_int_equal(vttbr, 77);
	assert_int_equal(map(1, 0, 0, K4, RWX), HV_OK);
	assert_int_equal(map(7, 0, K4, K4, RWX), HV_OK);
	assert_int_equal(hv_s2_root(&s2, 1, &vttbr), HV_OK);
	assert_int_equal(vttbr, 0x00010007f0000000);
	assert_int_equal(hv_s2_root(&s2, 7, &vttbr), HV_OK);
	assert_int_equal(vttbr, 0x00070007f0002000);
	assert_int_equal(hv_s2_root(&s2, 7, NULL), HV_EINVAL);
	assert_int_equal(hv_s2_root(&s2, 0, &vttbr), HV_EINVAL);
	assert_int_equal(hv_s2_root(&s2, 8, &vttbr), HV_EINVAL);
	assert_int_equal(hv_s2_root(NULL, 1, &vttbr), HV_EINVAL);
}

/* The second of two concatenated tables serves the upper half of 40 bits. */
static void concatenated_root(void **state)
{
	(void)state;
	start(40, 40);
	assert_int_equal(map(1, 0xffc0000000, 0, G1, RWX), HV_OK);
	assert_int_equal(pool[1][511], 0x7fd);
	assert_int_equal(map(1, 0x8000000000, 0x40000000, K4, RWX), HV_OK);
	assert_int_equal(pool[1][0] & 0xfff, 3);
	assert_int_equal(translate(1, 0x8000000fff).pa, 0x40000fff);
	assert_int_equal(translate(1, 0x8000001000).result, HV_WALK_TRANSLATION);
	start(43, 44);
	assert_int_equal(map(1, 0x7ffc0000000, 0, G1, RWX), HV_OK);
	assert_int_equal(pool[15][511], 0x7fd);
}

static void level_0_root(void **state)
{
	(void)state;
	start(48, 48);
	assert_int_equal(map(1, 0xfffffffff000, 0xfffffffff000, K4, RWX), HV_OK);
	assert_int_equal(*entry_at(1, 0, 0xfffffffff000, 3), 0x0000fffffffff7ff);
	assert_int_equal(map(1, 0x8000000000, 0x8000000000, UINT64_C(512) * G1, RWX), HV_OK);
	assert_int_equal(*entry_at(1, 0, 0xffc0000000, 1), 0xffc00007fd);
	assert_int_equal(translate(1, 0xffffffffff).pa, 0xffffffffff);
	assert_int_equal(translate(1, 0x10000000000).result, HV_WALK_TRANSLATION);
}

static void configure_refusals(void **state)
{
	static const struct hv_range wraps = {0xfffffffffffff000, 0x1001};
	static const struct hv_range empty[] = {{0x2000, 1}, {0x1000, 0}};
	const struct hv_stage2_config good = config_of(40, 40);
	struct hv_stage2_config c = good;

	(void)state;
	memset(&s2, 0, sizeof(s2));
	assert_int_equal(hv_s2_configure(NULL, &good), HV_EINVAL);
	assert_int_equal(hv_s2_configure(&s2, NULL), HV_EINVAL);
#define REFUSE(field, value, status)                                                               \
	do {                                                                                       \
		c = good;                                                                          \
		c.field = (value);                                                                 \
		assert_int_equal(hv_s2_configure(&s2, &c), status);                                \
	} while (0)
	REFUSE(tables, NULL, HV_EINVAL);
	REFUSE(table_count, 0, HV_EINVAL);
	REFUSE(pool_pa, POOL_PA + 0x1000, HV_EINVAL); /* two root tables need 8 KB */
	REFUSE(pool_pa, POOL_PA + 8, HV_EINVAL);
	REFUSE(pool_pa, UINT64_C(0x10000000000), HV_EINVAL);
	REFUSE(pool_pa, UINT64_C(0xffffffe000), HV_EINVAL);	  /* ends beyond 40 bits */
	REFUSE(pool_pa, UINT64_C(0xffffffffffffe000), HV_EINVAL); /* wraps */
	REFUSE(ipa_bits, 31, HV_EINVAL);
	REFUSE(ipa_bits, 42, HV_ENOTSUP);
	REFUSE(pa_bits, 41, HV_EINVAL);
	REFUSE(reserved_count, 1, HV_EINVAL); /* NULL list */
	REFUSE(reserved_count, 65, HV_EINVAL);
	c = good;
	c.reserved_count = 1;
	c.reserved = &wraps;
	assert_int_equal(hv_s2_configure(&s2, &c), HV_EINVAL);
	c.reserved = empty;
	c.reserved_count = 2;
	assert_int_equal(hv_s2_configure(&s2, &c), HV_EINVAL);
	assert_int_equal(hv_s2_init(&s2), HV_EINVAL); /* none of them took */
	c = good;
	c.pool_pa = UINT64_C(0xfffffc0000); /* ends exactly at 2^40 */
	assert_int_equal(hv_s2_configure(&s2, &c), HV_OK);
	REFUSE(tables, NULL, HV_EINVAL);
	assert_int_equal(hv_s2_init(&s2), HV_OK); /* the good one still stands */
}

static void order_of_calls(void **state)
{
	const struct hv_stage2_config config = config_of(32, 36);
	hv_u64 vttbr;

	(void)state;
	memset(&s2, 0, sizeof(s2));
	assert_int_equal(hv_s2_init(NULL), HV_EINVAL);
	assert_int_equal(hv_s2_seal(NULL), HV_EINVAL);
	assert_int_equal(hv_s2_init(&s2), HV_EINVAL);
	assert_int_equal(map(1, 0, 0, K4, RWX), HV_EPERM);
	assert_int_equal(hv_s2_seal(&s2), HV_EPERM);
	assert_int_equal(hv_s2_configure(&s2, &config), HV_OK);
	assert_int_equal(map(1, 0, 0, K4, RWX), HV_EPERM);
	assert_int_equal(hv_s2_check_access(&s2, 1, 0, K4), HV_EPERM);
	assert_int_equal(hv_s2_root(&s2, 1, &vttbr), HV_EPERM);
	assert_int_equal(hv_s2_seal(&s2), HV_EPERM);
	assert_int_equal(hv_s2_init(&s2), HV_OK);
	assert_int_equal(map(1, 0, 0, K4, RWX), HV_OK);
	assert_int_equal(hv_s2_check_access(&s2, 1, 0, K4), HV_OK);
	assert_int_equal(hv_s2_init(&s2), HV_OK); /* again: the map is gone */
	assert_int_equal(hv_s2_check_access(&s2, 1, 0, K4), HV_EPERM);
	assert_int_equal(map(1, 0, 0, K4, RWX), HV_OK);
	assert_int_equal(hv_s2_configure(&s2, &config), HV_OK); /* drops it as well */
	assert_int_equal(hv_s2_check_access(&s2, 1, 0, K4), HV_EPERM);
	assert_int_equal(hv_s2_init(&s2), HV_OK);
	assert_int_equal(hv_s2_check_access(&s2, 1, 0, K4), HV_EPERM);
}

static void sealed_refuses_changes_only(void **state)
{
	const struct hv_stage2_config config = config_of(32, 36);
	hv_u64 vttbr;

	(void)state;
	start(32, 36);
	assert_int_equal(map(1, 0x1000, 0x2000, K4, RWX), HV_OK);
	remember_pool();
	assert_int_equal(hv_s2_seal(&s2), HV_OK);
	assert_int_equal(hv_s2_seal(&s2), HV_EPERM);
	assert_int_equal(map(1, 0x8000, 0x8000, K4, RWX), HV_EPERM);
	assert_int_equal(hv_s2_init(&s2), HV_EPERM);
	assert_int_equal(hv_s2_configure(&s2, &config), HV_EPERM);
	assert_pool_unchanged();
	assert_int_equal(hv_s2_check_access(&s2, 1, 0x1000, K4), HV_OK);
	assert_int_equal(hv_s2_root(&s2, 1, &vttbr), HV_OK);
}

/* Starting again gives every table back: three is exactly what each round takes. */
static void init_frees_the_pool(void **state)
{
	struct hv_stage2_config config = config_of(32, 36);

	(void)state;
	config.table_count = 3;
	start_with(&config);
	for (hv_u32 round = 0; round < 7; round++) {
		assert_int_equal(map(1 + round, 0, 0, K4, RWX), HV_OK);
		assert_int_equal(translate(1 + round, 0).result, HV_WALK_MAPPED);
		assert_int_equal(map(1 + round, G1, G1, K4, RWX), HV_ENOSPC);
		assert_int_equal(hv_s2_init(&s2), HV_OK);
		assert_int_equal(hv_s2_check_access(&s2, 1 + round, 0, K4), HV_EPERM);
	}
}

static void map_argument_refusals(void **state)
{
	const struct hv_mem_region region = {0, 0, K4, RWX};
	struct hv_partition_mem mem = {1, &region, 1};

	(void)state;
	start(32, 36);
	remember_pool();
	assert_int_equal(hv_s2_map(NULL, &mem), HV_EINVAL);
	assert_int_equal(hv_s2_map(&s2, NULL), HV_EINVAL);
	mem.partition_id = 0; /* the hypervisor has no stage 2 */
	assert_int_equal(hv_s2_map(&s2, &mem), HV_EINVAL);
	mem.partition_id = 8;
	assert_int_equal(hv_s2_map(&s2, &mem), HV_EINVAL);
	mem.partition_id = UINT32_MAX;
	assert_int_equal(hv_s2_map(&s2, &mem), HV_EINVAL);
	mem = (struct hv_partition_mem){1, NULL, 1};
	assert_int_equal(hv_s2_map(&s2, &mem), HV_EINVAL);
	mem = (struct hv_partition_mem){1, &region, 0};
	assert_int_equal(hv_s2_map(&s2, &mem), HV_EINVAL);
	mem = (struct hv_partition_mem){1, &region, 65};
	assert_int_equal(hv_s2_map(&s2, &mem), HV_ENOSPC);
	mem = (struct hv_partition_mem){1, &region, UINT32_MAX};
	assert_int_equal(hv_s2_map(&s2, &mem), HV_ENOSPC);
	assert_pool_unchanged();
}

static void address_refusals(void **state)
{
	static const struct hv_mem_region rows[] = {
	    {0x1000, 0x1000, 0, RWX},
	    {0x1001, 0x1000, 0x1000, RWX},
	    {0x1000, 0x1800, 0x1000, RWX},
	    {0x1000, 0x1000, 0x1fff, RWX},
	    {0x1000, 0x1000, 1, RWX},
	    {0x100000000, 0x1000, 0x1000, RWX},	 /* first page beyond 2^32 */
	    {0xfffff000, 0x1000, 0x2000, RWX},	 /* ends one page beyond */
	    {0x1000, 0x1000000000, 0x1000, RWX}, /* first page beyond PA 2^36 */
	    {0x1000, 0xffffff000, 0x2000, RWX},
	    {0xfffffffffffff000, 0x1000, 0x2000, RWX}, /* IPA wraps at 2^64 */
	    {0x1000, 0xfffffffffffff000, 0x2000, RWX}, /* PA wraps */
	    {0x1000, 0x1000, 0xfffffffffffff000, RWX}, /* both reach 2^64 */
	    {0x2000, 0x2000, 0xfffffffffffff000, RWX},
	    {0xfffffffffffff000, 0x1000, 0x1000, RWX}, /* last page of 64 bits */
	    {0, 0, 0x8000000000000000, RWX},
	};

	(void)state;
	start(32, 36);
	remember_pool();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    map(1, rows[i].ipa_base, rows[i].pa_base, rows[i].size, rows[i].attrs),
		    HV_EINVAL);
	assert_pool_unchanged();
}

/* Exactly up to the end of both address spaces. */
static void last_page_is_legal(void **state)
{
	(void)state;
	start(32, 36);
	assert_int_equal(map(1, 0xfffff000, 0xffffff000, K4, RWX), HV_OK);
	assert_int_equal(translate(1, 0xffffffff).pa, 0xfffffffff);
	assert_int_equal(translate(1, 0x100000000).result, HV_WALK_TRANSLATION);
	assert_int_equal(map(2, 0, 0, UINT64_C(0x100000000), RWX), HV_OK); /* the whole IPA space */
	assert_int_equal(translate(2, 0xffffffff).pa, 0xffffffff);
	assert_int_equal(translate(2, 0xffffffff).level, 1);
}

static void attribute_rules(void **state)
{
	static const struct {
		hv_u64 attrs;
		bool plain, xnx; /* accepted without and with FEAT_XNX */
	} rows[] = {
	    {0x7fd, true, true},
	    {0x7ff, true, true},
	    {0x7fc, false, false},		/* type 0 */
	    {0x7fe, false, false},		/* type 2 */
	    {0x3fd, false, false},		/* AF = 0 */
	    {0x73d, false, false},		/* S2AP none */
	    {0x77d, true, true},		/* read-only */
	    {0x7bd, true, true},		/* write-only */
	    {0x4fd, true, true},		/* SH 0 */
	    {0x5fd, false, false},		/* SH 1 reserved */
	    {0x6fd, true, true},		/* SH 2 */
	    {0x7d1, false, false},		/* MemAttr 0100 */
	    {0x7e1, false, false},		/* MemAttr 1000 */
	    {0x7f1, false, false},		/* MemAttr 1100 */
	    {0x7d5, true, true},		/* non-cacheable */
	    {0x7e9, true, true},		/* write-through */
	    {0x00400000000004c1, true, true},	/* nGnRnE, never executed */
	    {0x00400000000004cd, true, true},	/* GRE */
	    {0x4c5, false, false},		/* device, executable */
	    {0x00600000000004c5, false, false}, /* device, executable at EL1 */
	    {0x00200000000004c5, false, false}, /* device, executable at EL0 */
	    {0x00200000000007fd, false, true},	/* XN = 1 */
	    {0x00600000000007fd, false, true},	/* XN = 3 */
	    {0x00400000000007fd, true, true},	/* XN = 2 */
	    {0x01000000000007fd, true, true},	/* shared */
	    {0x0000000000000ffd, false, false}, /* [11] */
	    {0x00000000000107fd, false, false}, /* nT */
	    {0x00080000000007fd, false, false}, /* DBM */
	    {0x00100000000007fd, false, false}, /* contiguous */
	    {0x00800000000007fd, false, false}, /* [55] */
	    {0x02000000000007fd, false, false}, /* [57] */
	    {0x80000000000007fd, false, false},
	    {0x00000000480007fd, false, false}, /* an address */
	};

	(void)state;
	for (int xnx = 0; xnx < 2; xnx++) {
		struct hv_stage2_config config = config_of(32, 36);

		config.has_xnx = xnx == 1;
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const bool legal = xnx == 1 ? rows[i].xnx : rows[i].plain;

			start_with(&config);
			assert_int_equal(map(1, 0, 0, K4, rows[i].attrs),
					 legal ? HV_OK : HV_EINVAL);
			if (legal)
				assert_int_equal(*entry_at(1, 1, 0, 3), rows[i].attrs | 3);
		}
	}
}

static void ipa_overlap_inside_a_partition(void **state)
{
	(void)state;
	start(32, 36);
	assert_int_equal(map(1, 0x10000, 0x10000, 0x4000, RWX), HV_OK);
	remember_pool();
	assert_int_equal(map(1, 0x10000, 0x20000, 0x4000, RWX), HV_EINVAL); /* same place */
	assert_int_equal(map(1, 0xf000, 0x20000, 0x2000, RWX), HV_EINVAL);  /* its head */
	assert_int_equal(map(1, 0x13000, 0x20000, 0x2000, RWX), HV_EINVAL); /* its tail */
	assert_int_equal(map(1, 0x11000, 0x20000, 0x1000, RWX), HV_EINVAL); /* inside */
	assert_int_equal(map(1, 0x0, 0x200000, 0x200000, RWX), HV_EINVAL);  /* around */
	assert_int_equal(map(1, 0x10000, 0x10000, 0x4000, RWX), HV_EINVAL); /* the very same */
	assert_int_equal(map(1, 0x11000, 0x20000, 0x1000, SHARED), HV_EINVAL);
	assert_pool_unchanged();
	assert_int_equal(map(1, 0xf000, 0x20000, 0x1000, RWX), HV_OK);	/* touching below */
	assert_int_equal(map(1, 0x14000, 0x30000, 0x1000, RWX), HV_OK); /* touching above */
	assert_int_equal(map(2, 0x10000, 0x50000, 0x4000, RWX), HV_OK); /* own address space */
}

static void pa_overlap_needs_shared_at_both_ends(void **state)
{
	(void)state;
	start(32, 36);
	assert_int_equal(map(1, 0x10000, 0x10000, 0x4000, RWX), HV_OK);
	assert_int_equal(map(1, 0x20000, 0x20000, 0x4000, SHARED), HV_OK);
	remember_pool();
	for (hv_u32 id = 1; id <= 2; id++) { /* an alias inside follows the same rule */
		assert_int_equal(map(id, 0x40000, 0x10000, 0x4000, RWX), HV_EINVAL);
		assert_int_equal(map(id, 0x40000, 0x10000, 0x4000, SHARED), HV_EINVAL);
		assert_int_equal(map(id, 0x40000, 0x20000, 0x4000, RWX), HV_EINVAL);
		assert_int_equal(map(id, 0x40000, 0xf000, 0x2000, RWX), HV_EINVAL);
		assert_int_equal(map(id, 0x40000, 0x13000, 0x2000, RWX), HV_EINVAL);
		assert_int_equal(map(id, 0x40000, 0x13000, 0x10000, SHARED), HV_EINVAL);
	}
	assert_pool_unchanged();
	assert_int_equal(map(1, 0x40000, 0x20000, 0x4000, SHARED), HV_OK);
	assert_int_equal(map(2, 0x40000, 0x23000, 0x2000, SHARED), HV_OK);
	assert_int_equal(map(7, 0x40000, 0x20000, 0x8000, 0x014000000000077d), HV_OK); /* RO, XN */
	assert_int_equal(translate(7, 0x43000).pa, 0x23000);
	assert_int_equal(map(3, 0x40000, 0x14000, 0x1000, RWX), HV_OK); /* touching */
	assert_int_equal(map(7, 0x80000, 0x80000, 0x1000, RWX), HV_OK);
	assert_int_equal(map(1, 0x80000, 0x80000, 0x1000, RWX), HV_EINVAL); /* of the last id */
}

static void reserved_is_out_of_reach(void **state)
{
	static const struct hv_range reserved[] = {{0x8000000, 0x10000}, {0x40000000, 1}};
	struct hv_stage2_config config = config_of(32, 36);

	(void)state;
	config.reserved = reserved;
	config.reserved_count = 2;
	start_with(&config);
	remember_pool();
	assert_int_equal(map(1, 0x1000, 0x8000000, 0x1000, DEVICE), HV_EINVAL);
	assert_int_equal(map(1, 0x1000, 0x800f000, 0x1000, SHARED), HV_EINVAL);
	assert_int_equal(map(1, 0x1000, 0x7fff000, 0x2000, DEVICE), HV_EINVAL);
	assert_int_equal(map(1, 0x1000, 0x7fff000, 0x20000, DEVICE), HV_EINVAL);
	assert_int_equal(map(1, 0x1000, 0x40000000, 0x1000, RWX),
			 HV_EINVAL); /* one byte is enough */
	assert_int_equal(map(1, 0x1000, POOL_PA, 0x1000, RWX), HV_EINVAL);
	assert_int_equal(map(1, 0x1000, POOL_PA + 0x3f000, 0x1000, RWX), HV_EINVAL);
	assert_int_equal(map(1, 0x1000, POOL_PA - 0x1000, 0x2000, RWX), HV_EINVAL);
	assert_pool_unchanged();
	assert_int_equal(map(1, 0x8000000, 0x8010000, 0x1000, DEVICE), HV_OK); /* IPA is free */
	assert_int_equal(map(1, 0x1000, POOL_PA + 0x40000, 0x1000, RWX), HV_OK);
	assert_int_equal(map(1, 0x2000, 0x7fff000, 0x1000, RWX), HV_OK);
}

/* As many reserved ranges as may be given, and each of them counts. */
static void reserved_list_may_be_full(void **state)
{
	static struct hv_range reserved[64];
	struct hv_stage2_config config = config_of(32, 36);

	(void)state;
	for (hv_u32 i = 0; i < 64; i++)
		reserved[i] = (struct hv_range){i * 0x2000, 0x1000};
	config.reserved = reserved;
	config.reserved_count = 64;
	start_with(&config);
	for (hv_u32 i = 0; i < 64; i++)
		assert_int_equal(map(1, 0x1000, i * 0x2000, K4, RWX), HV_EINVAL);
	assert_int_equal(map(1, 0x1000, 0x7f000, K4, RWX), HV_OK);
}

/* A call is all or nothing: the last region of three is bad. */
static void one_bad_region_refuses_all(void **state)
{
	struct hv_mem_region regions[] = {
	    {0x40000000, 0x40000000, G1, RWX},
	    {0x1000, 0x1000, K4, RWX},
	    {0x2000, 0x1000, K4, RWX},
	};
	const struct hv_partition_mem mem = {1, regions, 3};

	(void)state;
	start(32, 36);
	remember_pool();
	assert_int_equal(hv_s2_map(&s2, &mem), HV_EINVAL);
	assert_pool_unchanged();
	assert_int_equal(hv_s2_check_access(&s2, 1, 0x40000000, K4), HV_EPERM);
	regions[2].pa_base = 0x2000;
	assert_int_equal(hv_s2_map(&s2, &mem), HV_OK);
	assert_int_equal(hv_s2_check_access(&s2, 1, 0x1000, 2 * K4), HV_OK);
}

/* Pools of one table less than needed refuse and stay as they are; the exact number does. */
static void pool_exhaustion_is_atomic(void **state)
{
	static const struct {
		hv_u32 ipa_bits;
		hv_u32 tables;
		hv_u32 count;
		struct hv_mem_region regions[3]; /* descending on purpose */
	} rows[] = {
	    {32, 1, 1, {{0x40000000, 0x40000000, 0x40000000, RWX}}},
	    {32, 2, 1, {{0x40000000, 0x40000000, 0x00200000, RWX}}},
	    {32, 3, 1, {{0x40000000, 0x40000000, 0x00001000, RWX}}},
	    {40, 4, 1, {{0x8000000000, 0x40000000, 0x00001000, RWX}}},
	    {44, 4, 1, {{0x8000000000, 0x40000000, 0x00001000, RWX}}},
	    {44, 2, 1, {{0x8000000000, 0x40000000, 0x40000000, RWX}}},
	    {32,
	     3,
	     2,
	     {{0x40003000, 0x40003000, 0x1000, RWX},
	      {0x40001000, 0x40001000, 0x1000, RWX}}}, /* one table serves both */
	    {32,
	     5,
	     3,
	     {{0x80000000, 0x80000000, 0x200000, RWX},
	      {0x40200000, 0x40200000, 0x1000, RWX},
	      {0x40000000, 0x40000000, 0x1000, RWX}}},
	    {32, 4, 1, {{0x401ff000, 0x401ff000, 0x2000, RWX}}}, /* across 2 MB */
	    {32, 5, 1, {{0x3ffff000, 0x3ffff000, 0x2000, RWX}}}, /* across 1 GB */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hv_stage2_config config = config_of(rows[i].ipa_bits, 44);
		const struct hv_partition_mem mem = {2, rows[i].regions, rows[i].count};

		if (rows[i].tables > 1) {
			config.table_count = rows[i].tables - 1;
			start_with(&config);
			remember_pool();
			assert_int_equal(hv_s2_map(&s2, &mem), HV_ENOSPC);
			assert_pool_unchanged();
			assert_int_equal(hv_s2_check_access(&s2, 2, rows[i].regions[0].ipa_base, 1),
					 HV_EPERM);
		}
		config.table_count = rows[i].tables;
		start_with(&config);
		assert_int_equal(hv_s2_map(&s2, &mem), HV_OK);

		const struct hv_stage2_walk walk = walk_of(2);

		assert_int_equal(hv_stage2_verify(&walk, rows[i].regions, rows[i].count, NULL),
				 HV_OK);
		assert_int_equal(pool[rows[i].tables][0], 0xa5a5a5a5a5a5a5a5); /* not one more */
	}
}

/* Later regions use the tables that are there, whatever the order. */
static void additive_calls_share_tables(void **state)
{
	struct hv_stage2_config config = config_of(32, 36);
	static const struct hv_mem_region all[] = {
	    {0x40005000, 0x40005000, 0x1000, RWX},     {0x40001000, 0x40001000, 0x1000, RWX},
	    {0x40003000, 0x40003000, 0x1000, RWX},     {0x40200000, 0x40200000, 0x200000, RWX},
	    {0x80000000, 0x80000000, 0x40000000, RWX},
	};
	const struct hv_partition_mem middle = {1, &all[1], 2};

	(void)state;
	config.table_count = 3;
	start_with(&config);
	assert_int_equal(map(1, 0x40005000, 0x40005000, K4, RWX), HV_OK);
	assert_int_equal(hv_s2_map(&s2, &middle), HV_OK);
	assert_int_equal(map(1, 0x40200000, 0x40200000, M2, RWX), HV_OK);
	remember_pool();
	assert_int_equal(map(1, 0x40400000, 0x40400000, K4, RWX), HV_ENOSPC);
	assert_int_equal(map(2, 0x40400000, 0x40400000, K4, RWX), HV_ENOSPC);
	assert_pool_unchanged();
	assert_int_equal(map(1, 0x80000000, 0x80000000, G1, RWX), HV_OK);

	const struct hv_stage2_walk walk = walk_of(1);

	assert_int_equal(hv_stage2_verify(&walk, all, 5, NULL), HV_OK);
}

/* Asking for 2^48 bytes in pages answers at once: the pool bounds the work. */
static void huge_request_is_bounded(void **state)
{
	struct hv_stage2_config config = config_of(48, 48);

	(void)state;
	config.pool_pa = 0; /* outside of the region */
	start_with(&config);
	remember_pool();
	assert_int_equal(map(1, 0, 0x40000, UINT64_C(0xfffffffc0000), RWX_4K), HV_ENOSPC);
	assert_int_equal(map(1, 0, 0x40000, UINT64_C(0xfffffffc0000), RWX), HV_ENOSPC);
	assert_pool_unchanged();
}

static void full_region_list(void **state)
{
	struct hv_mem_region regions[64];
	struct hv_partition_mem mem = {1, regions, 64};

	(void)state;
	start(32, 36);
	for (hv_u32 i = 0; i < 64; i++) /* descending: each goes to the front of the list */
		regions[i] = (struct hv_mem_region){(63 - i) * 0x2000, i * 0x1000, 0x1000, RWX};
	assert_int_equal(hv_s2_map(&s2, &mem), HV_OK);

	const struct hv_stage2_walk walk = walk_of(1);

	assert_int_equal(hv_stage2_verify(&walk, regions, 64, NULL), HV_OK);
	remember_pool();
	assert_int_equal(map(1, 0x40000000, 0x40000000, K4, RWX), HV_ENOSPC);
	assert_pool_unchanged();
	for (hv_u32 i = 0; i < 64; i++) {
		assert_int_equal(hv_s2_check_access(&s2, 1, i * 0x2000, K4), HV_OK);
		assert_int_equal(hv_s2_check_access(&s2, 1, i * 0x2000 + 0x1000, 1), HV_EPERM);
	}
	mem.partition_id = 2;
	assert_int_equal(hv_s2_map(&s2, &mem), HV_EINVAL); /* same PA, not shared */
}

static void check_access(void **state)
{
	static const struct {
		hv_u64 ipa, size;
		hv_status_t status;
	} rows[] = {
	    {0x10000, 1, HV_OK},
	    {0x10000, 0x4000, HV_OK},
	    {0x13fff, 1, HV_OK},
	    {0x14000, 0x2000, HV_OK}, /* the neighbour */
	    {0x13fff, 2, HV_OK},      /* across both */
	    {0x10000, 0x6000, HV_OK},
	    {0x10000, 0x6001, HV_EPERM},
	    {0xffff, 2, HV_EPERM},
	    {0xffff, 1, HV_EPERM},
	    {0x16000, 1, HV_EPERM},
	    {0x16000, 0x2000, HV_EPERM},
	    {0x14000, 0x1000000, HV_EPERM}, /* over a hole */
	    {0, UINT64_MAX, HV_EPERM},
	    {0xfffff000, 0x1000, HV_OK}, /* last page */
	    {0xfffff000, 0x1001, HV_EPERM},
	    {0xffffffff, 1, HV_OK},
	    {0x100000000, 1, HV_EPERM},
	    {UINT64_MAX, 1, HV_EPERM},
	    {0x10000, 0, HV_EINVAL},
	    {UINT64_MAX, 2, HV_EINVAL}, /* wraps */
	    {0x10000, UINT64_MAX, HV_EINVAL},
	};

	(void)state;
	start(32, 36);
	assert_int_equal(hv_s2_check_access(&s2, 1, 0, 1), HV_EPERM);
	assert_int_equal(map(1, 0xfffff000, 0x1000, K4, RWX), HV_OK);
	assert_int_equal(map(1, 0x14000, 0x10000, 0x2000, RWX), HV_OK);
	assert_int_equal(map(1, 0x10000, 0x20000, 0x4000, RWX), HV_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(hv_s2_check_access(&s2, 1, rows[i].ipa, rows[i].size),
				 rows[i].status);
	assert_int_equal(hv_s2_check_access(&s2, 2, 0x10000, 1), HV_EPERM); /* another's memory */
	assert_int_equal(hv_s2_check_access(&s2, 0, 0x10000, 1), HV_EINVAL);
	assert_int_equal(hv_s2_check_access(&s2, 8, 0x10000, 1), HV_EINVAL);
	assert_int_equal(hv_s2_check_access(NULL, 1, 0x10000, 1), HV_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vtcr_for_each_width),
	    cmocka_unit_test(vtcr_refusals),
	    cmocka_unit_test(descriptor_bits),
	    cmocka_unit_test(leaf_size_matrix),
	    cmocka_unit_test(vttbr_has_vmid_and_root),
	    cmocka_unit_test(concatenated_root),
	    cmocka_unit_test(level_0_root),
	    cmocka_unit_test(configure_refusals),
	    cmocka_unit_test(order_of_calls),
	    cmocka_unit_test(sealed_refuses_changes_only),
	    cmocka_unit_test(init_frees_the_pool),
	    cmocka_unit_test(map_argument_refusals),
	    cmocka_unit_test(address_refusals),
	    cmocka_unit_test(last_page_is_legal),
	    cmocka_unit_test(attribute_rules),
	    cmocka_unit_test(ipa_overlap_inside_a_partition),
	    cmocka_unit_test(pa_overlap_needs_shared_at_both_ends),
	    cmocka_unit_test(reserved_is_out_of_reach),
	    cmocka_unit_test(reserved_list_may_be_full),
	    cmocka_unit_test(one_bad_region_refuses_all),
	    cmocka_unit_test(pool_exhaustion_is_atomic),
	    cmocka_unit_test(additive_calls_share_tables),
	    cmocka_unit_test(huge_request_is_bounded),
	    cmocka_unit_test(full_region_list),
	    cmocka_unit_test(check_access),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
