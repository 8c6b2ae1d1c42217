/* SPDX-License-Identifier: Apache-2.0 */
/* The independent walker: raw descriptors in, and each way of lying about a map is seen. */
#include "mm_fixture.h"

/* Hand-built memory at PA 0x10000: nothing here comes from the builder. */
static hv_table_t mem[20];

#define MEM_PA	UINT64_C(0x10000)
#define VTCR_32 UINT64_C(0x80023560) /* 32-bit IPA, 40-bit PA, level 1 */
#define VTCR_40 UINT64_C(0x80023558) /* 40-bit IPA, two concatenated tables */
#define VTCR_48 UINT64_C(0x80053590) /* level 0 */

static struct hv_stage2_walk raw(hv_u64 vtcr)
{
	memset(mem, 0, sizeof(mem));
	return (struct hv_stage2_walk){(const hv_table_t *)mem, MEM_PA, 20, vtcr, MEM_PA};
}

static struct hv_stage2_translation walk_to(const struct hv_stage2_walk *walk, hv_u64 ipa)
{
	struct hv_stage2_translation out;

	memset(&out, 0x5a, sizeof(out));
	assert_int_equal(hv_stage2_translate(walk, ipa, &out), HV_OK);
	return out;
}

static void leaf_at_each_level(void **state)
{
	struct hv_stage2_walk walk = raw(VTCR_32);
	struct hv_stage2_translation t;

	(void)state;
	walk.vttbr = 0x0005000000010001; /* VMID 5, CnP */
	mem[0][1] = 0xc0000000 | 0x7fd;
	mem[0][2] = 0x11003;
	mem[1][3] = 0x0040000000600000 | 0x4c5;
	mem[1][4] = 0x12003;
	mem[2][5] = 0x0141000000045000 | 0x77f; /* [48] is no address bit */

	t = walk_to(&walk, 0x7fffffff);
	assert_int_equal(t.result, HV_WALK_MAPPED);
	assert_int_equal(t.level, 1);
	assert_int_equal(t.pa, 0xffffffff);
	assert_int_equal(t.attrs, 0x7fd);
	assert_int_equal(t.block_size, 0x40000000);

	t = walk_to(&walk, 0x80612345);
	assert_int_equal(t.result, HV_WALK_MAPPED);
	assert_int_equal(t.level, 2);
	assert_int_equal(t.pa, 0x612345);
	assert_int_equal(t.attrs, 0x00400000000004c5);
	assert_int_equal(t.block_size, 0x200000);

	t = walk_to(&walk, 0x80805fff);
	assert_int_equal(t.result, HV_WALK_MAPPED);
	assert_int_equal(t.level, 3);
	assert_int_equal(t.pa, 0x45fff);
	assert_int_equal(t.attrs, 0x014100000000077f);
	assert_int_equal(t.block_size, 0x1000);
}

static void start_levels(void **state)
{
	struct hv_stage2_walk walk = raw(VTCR_40);

	(void)state;
	mem[1][511] = 0x40000000 | 0x7fd;
	assert_int_equal(walk_to(&walk, 0xffc0000123).pa, 0x40000123);

	walk.vttbr = 0x12000; /* 8 KB aligned is enough for two tables */
	mem[3][0] = 0x80000000 | 0x7fd;
	assert_int_equal(walk_to(&walk, 0x8000000123).pa, 0x80000123);

	walk = raw(VTCR_48);
	mem[0][511] = 0x11003;
	mem[1][511] = 0x80000000 | 0x7fd;
	assert_int_equal(walk_to(&walk, 0xffffc0000123).pa, 0x80000123);
	assert_int_equal(walk_to(&walk, 0xffffc0000123).level, 1);

	walk = raw(0x8002351e); /* T0SZ 30, SL0 0: 34 bits from level 2, 16 tables */
	mem[15][511] = 0x200000 | 0x7fd;
	assert_int_equal(walk_to(&walk, 0x3ffe00001).pa, 0x200001);
	assert_int_equal(walk_to(&walk, 0x3ffe00001).level, 2);
}

static void faults(void **state)
{
	static const struct {
		hv_u64 l1, l2, l3; /* entries 0; tables at 0x10000, 0x11000, 0x12000 */
		hv_u64 ipa;
		enum hv_stage2_walk_result result;
		hv_u32 level;
	} rows[] = {
	    {0, 0, 0, 0, HV_WALK_TRANSLATION, 1},
	    {0x7fc, 0, 0, 0, HV_WALK_TRANSLATION, 1},
	    {0x11003, 0, 0, 0, HV_WALK_TRANSLATION, 2},
	    {0x11003, 0x12003, 0, 0, HV_WALK_TRANSLATION, 3},
	    {0x11003, 0x12003, 0x7fd, 0, HV_WALK_TRANSLATION, 3}, /* block at level 3 */
	    {0x11003, 0x12003, 0x7fe, 0, HV_WALK_TRANSLATION, 3},
	    {0x7fd, 0, 0, 0x100000000, HV_WALK_TRANSLATION, 0}, /* beyond T0SZ */
	    {0x7fd, 0, 0, UINT64_MAX, HV_WALK_TRANSLATION, 0},
	    {0x3fd, 0, 0, 0, HV_WALK_ACCESS_FLAG, 1},
	    {0x11003, 0x12003, 0x3ff, 0, HV_WALK_ACCESS_FLAG, 3},
	    {0x100000007fd, 0, 0, 0, HV_WALK_ADDRESS_SIZE, 1}, /* PA bit 40 of 40 */
	    {0x800000011003, 0, 0, 0, HV_WALK_ADDRESS_SIZE, 1},
	    {0x11003, 0x12003, 0x8000000007ff, 0, HV_WALK_ADDRESS_SIZE, 3},
	    {0xf003, 0, 0, 0, HV_WALK_OUTSIDE, 2},  /* just below the memory */
	    {0x24003, 0, 0, 0, HV_WALK_OUTSIDE, 2}, /* just above it */
	    {0x11003, 0x3, 0, 0, HV_WALK_OUTSIDE, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hv_stage2_walk walk = raw(VTCR_32);

		mem[0][0] = rows[i].l1;
		mem[1][0] = rows[i].l2;
		mem[2][0] = rows[i].l3;

		const struct hv_stage2_translation t = walk_to(&walk, rows[i].ipa);

		assert_int_equal(t.result, rows[i].result);
		assert_int_equal(t.level, rows[i].level);
		assert_int_equal(t.pa, 0);
		assert_int_equal(t.attrs, 0);
		assert_int_equal(t.block_size, 0);
	}
}

/* VTCR_EL2.PS: the last address inside is mapped, the first outside is not. */
static void each_physical_address_size(void **state)
{
	static const hv_u32 bits[] = {32, 36, 40, 42, 44, 48};

	(void)state;
	for (hv_u64 ps = 0; ps < 6; ps++) {
		const struct hv_stage2_walk walk = raw(0x80003560 | ps << 16);
		const hv_u64 end = UINT64_C(1) << bits[ps];

		mem[0][0] = (end - 0x40000000) | 0x7fd;
		assert_int_equal(walk_to(&walk, 0).result, HV_WALK_MAPPED);
		assert_int_equal(walk_to(&walk, 0).pa, end - 0x40000000);
		if (bits[ps] < 48) {
			mem[0][0] = end | 0x7fd;
			assert_int_equal(walk_to(&walk, 0).result, HV_WALK_ADDRESS_SIZE);
		}
	}
}

static void level_0_has_no_block(void **state)
{
	const struct hv_stage2_walk walk = raw(VTCR_48);

	(void)state;
	mem[0][0] = 0x7fd;
	assert_int_equal(walk_to(&walk, 0).result, HV_WALK_TRANSLATION);
	assert_int_equal(walk_to(&walk, 0).level, 0);
}

static void register_values_are_judged(void **state)
{
	static const hv_u64 bad_vtcr[] = {
	    0x80027560, /* TG0 = 64 KB */
	    0x8002b560, /* TG0 = 16 KB */
	    0x800235e0, /* SL0 = 3 */
	    0x80063560, /* PS = 52 bits: not with this format */
	    0x80073560, /* PS reserved */
	    0x80023555, /* T0SZ 21: 43 bits of IPA, 40 of PA */
	    0x80053554, /* T0SZ 20: 44 bits do not start at level 1 */
	    0x8005350f, /* T0SZ 15 */
	    0x8005358f, /* T0SZ 15: 49 bits from level 0 */
	    0x80053562, /* T0SZ 34: 30 bits leave level 1 nothing to resolve */
	    0x80053599, /* T0SZ 25: 39 bits leave level 0 nothing */
	    0x80033598, /* level 0 with 42 bits of PA */
	    0x80053540, /* T0SZ 0 */
		/* the format of 0x80023559 (39 bits), but for one thing: */
		0x180023559, /* DS: 52-bit format */
		0x280023559, /* SL2 */
		0x00023559,  /* RES1 */
		0x80223559,  /* HA: the hardware writes descriptors */
		0x80422559 | 0x1000, /* HD */
		0xa0023559,  /* NSW */
		0x80021559,  /* SH0 reserved */
		0x80020059,  /* walks not cacheable */
	};
	struct hv_stage2_translation t;
	struct hv_stage2_walk walk;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_vtcr) / sizeof(bad_vtcr[0]); i++) {
		walk = raw(bad_vtcr[i]);
		walk.vttbr = 0; /* aligned for whatever they say */
		assert_int_equal(hv_stage2_translate(&walk, 0, &t), HV_ENOTSUP);
	}
	walk = raw(VTCR_40);
	walk.vttbr = 0x11000; /* two concatenated tables need 8 KB */
	assert_int_equal(hv_stage2_translate(&walk, 0, &t), HV_ENOTSUP);
	walk = raw(VTCR_32);
	walk.vttbr = 0x10800;
	assert_int_equal(hv_stage2_translate(&walk, 0, &t), HV_ENOTSUP);
	walk.vttbr = 0x90000; /* aligned, but not in the memory */
	assert_int_equal(walk_to(&walk, 0).result, HV_WALK_OUTSIDE);
}

static void argument_refusals(void **state)
{
	static const struct hv_mem_region good = {0, 0, 0x1000, RWX};
	static const struct hv_mem_region bad[] = {
	    {0, 0, 0, RWX},
	    {0xfffffffffffff000, 0, 0x2000, RWX},
	    {0xfffff000, 0, 0x2000, RWX},
	    {0, 0xfffffff000, 0x2000, RWX},
	};
	static const struct hv_mem_region twice[] = {
	    {0x8000, 0x8000, 0x1000, RWX}, {0, 0, 0x2000, RWX}, {0x1000, 0x9000, 0x1000, RWX}};
	struct hv_stage2_walk walk = raw(VTCR_32);
	struct hv_stage2_translation t;

	(void)state;
	assert_int_equal(hv_stage2_translate(NULL, 0, &t), HV_EINVAL);
	assert_int_equal(hv_stage2_translate(&walk, 0, NULL), HV_EINVAL);
	assert_int_equal(hv_stage2_verify(NULL, &good, 1, NULL), HV_EINVAL);
	assert_int_equal(hv_stage2_verify(&walk, NULL, 1, NULL), HV_EINVAL);
	assert_int_equal(hv_stage2_verify(&walk, &good, 65, NULL), HV_EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(hv_stage2_verify(&walk, &bad[i], 1, NULL), HV_EINVAL);
	assert_int_equal(hv_stage2_verify(&walk, twice, 3, NULL), HV_EINVAL);
	walk.pool_pa = 0x10008;
	assert_int_equal(hv_stage2_translate(&walk, 0, &t), HV_EINVAL);
	walk.pool_pa = MEM_PA;
	walk.vtcr = 0x80027560;
	assert_int_equal(hv_stage2_verify(&walk, &good, 1, NULL), HV_ENOTSUP);
	walk.tables = NULL;
	assert_int_equal(hv_stage2_translate(&walk, 0, &t), HV_EINVAL);
}

/* The map that the corruptions below damage: blocks of each size, two partitions' worth. */
static const struct hv_mem_region regions[] = {
    {0x80000000, 0x80000000, 0x40000000, RWX},	   {0x40000000, 0x50000000, 0x00403000, RWX},
    {0x40403000, 0x190000000, 0x00002000, SHARED}, {0x09000000, 0x09000000, 0x00001000, DEVICE},
    {0x50000000, 0x60000000, 0x00003000, RWX_4K},  {0x50200000, 0x60200000, 0x00200000, RWX_4K},
};

static struct hv_stage2_walk build(void)
{
	const struct hv_partition_mem mine = {1, regions, 6};

	start(32, 40);
	assert_int_equal(hv_s2_map(&s2, &mine), HV_OK);
	assert_int_equal(map(2, 0xa0000000, 0xc0000000, M2, RWX), HV_OK);
	return walk_of(1);
}

static void intact_map_is_proven(void **state)
{
	struct hv_stage2_walk walk = build();
	const struct hv_mem_region other = {0xa0000000, 0xc0000000, M2, RWX};
	struct hv_stage2_difference diff = {77, "untouched"};

	(void)state;
	assert_int_equal(hv_stage2_verify(&walk, regions, 6, &diff), HV_OK);
	assert_int_equal(diff.ipa, 77);
	walk = walk_of(2);
	assert_int_equal(hv_stage2_verify(&walk, &other, 1, NULL), HV_OK);
	assert_int_equal(hv_stage2_verify(&walk, regions, 6, &diff), HV_EPERM);
	walk = raw(VTCR_32); /* empty tables are an empty list */
	assert_int_equal(hv_stage2_verify(&walk, regions, 0, NULL), HV_OK);
}

/* One descriptor changed; the map must be refused at that place. */
static void each_corruption_is_seen(void **state)
{
	static const struct {
		hv_u64 at;
		hv_u32 level;
		hv_u64 flip; /* XORed into the entry */
		hv_u64 ipa;  /* reported */
		const char *reason;
	} rows[] = {
	    {0x80000000, 1, 0x40000000, 0x80000000, "wrong physical address"},
	    {0x40200000, 2, 0x00200000, 0x40200000, "wrong physical address"},
	    {0x40402000, 3, 0x00001000, 0x40402000, "wrong physical address"},
	    {0x40404000, 3, 0x8000000000, 0x40404000, "wrong physical address"},
	    {0x40404000, 3, 0x0100000000000000, 0x40404000, "wrong attributes"}, /* shared bit */
	    {0x09000000, 3, 0x0040000000000000, 0x09000000, "wrong attributes"}, /* XN */
	    {0x40000000, 2, 0x80, 0x40000000, "wrong attributes"},		 /* S2AP */
	    {0x40000000, 2, 0x20, 0x40000000, "wrong attributes"},		 /* MemAttr */
	    {0x80000000, 1, 0x100, 0x80000000, "wrong attributes"},		 /* SH */
	    {0x80000000, 1, 0x1000, 0x80000000, "wrong attributes"},  /* RES0 bit of a block */
	    {0x80000000, 1, 0x10000, 0x80000000, "wrong attributes"}, /* nT */
	    {0x50001000, 3, 0x0010000000000000, 0x50001000, "wrong attributes"}, /* contiguous */
	    {0x80000000, 1, 0x400, 0x80000000, "descriptor that is not 0, but faults"},
	    {0x80000000, 1, 0x10000000000, 0x80000000, "descriptor that is not 0, but faults"},
	    {0x80000000, 1, 0x1, 0x80000000, "descriptor that is not 0, but faults"},
	    {0x50001000, 3, 0x2, 0x50001000, "descriptor that is not 0, but faults"},
	    {0x40400000, 2, 0x0800000000000000, 0x40400000, "table descriptor with other bits set"},
	    {0x40400000, 2, 0x4, 0x40400000, "table descriptor with other bits set"},
	    {0x40000000, 1, 0x400000000, 0x40000000, "table outside the pool"},
	    {0xc0000000, 1, 0xc00007fd, 0xc0000000, "mapped outside every region"},
	    {0x40405000, 3, 0x1900027ff, 0x40405000, "mapped outside every region"},
	    {0x40600000, 2, 0x506007fd, 0x40600000, "mapped outside every region"},
	    {0x09001000, 3, 0x090017ff, 0x09001000, "mapped outside every region"},
	    {0x50003000, 3, 0x600037ff, 0x50003000, "mapped outside every region"},
	    {0x50400000, 2, 0x604007fd, 0x50400000, "mapped outside every region"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hv_stage2_walk walk = build();
		struct hv_stage2_difference diff = {0, NULL};

		*entry_at(1, 1, rows[i].at, rows[i].level) ^= rows[i].flip;
		assert_int_equal(hv_stage2_verify(&walk, regions, 6, &diff), HV_EPERM);
		assert_string_equal(diff.reason, rows[i].reason);
		assert_int_equal(diff.ipa, rows[i].ipa);
		assert_int_equal(hv_stage2_verify(&walk, regions, 6, NULL), HV_EPERM);
	}
}

static void missing_leaf_is_seen(void **state)
{
	static const struct {
		hv_u64 at;
		hv_u32 level;
		hv_u64 region;
	} rows[] = {
	    {0x80000000, 1, 0x80000000}, {0x40200000, 2, 0x40000000}, {0x40402000, 3, 0x40000000},
	    {0x40404000, 3, 0x40403000}, {0x09000000, 3, 0x09000000}, {0x09000000, 2, 0x09000000},
	    {0x503ff000, 3, 0x50200000}, {0x40000000, 1, 0x40000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hv_stage2_walk walk = build();
		struct hv_stage2_difference diff = {0, NULL};

		*entry_at(1, 1, rows[i].at, rows[i].level) = 0;
		assert_int_equal(hv_stage2_verify(&walk, regions, 6, &diff), HV_EPERM);
		assert_string_equal(diff.reason, "part of the region is not mapped");
		assert_int_equal(diff.ipa, rows[i].region);
	}
}

/* The right memory in one block instead of pages, where pages were asked for. */
static void block_instead_of_pages(void **state)
{
	const struct hv_stage2_walk walk = build();
	struct hv_stage2_difference diff;

	(void)state;
	*entry_at(1, 1, 0x50200000, 2) = 0x602007fd;
	assert_int_equal(hv_stage2_verify(&walk, regions, 6, &diff), HV_EPERM);
	assert_string_equal(diff.reason, "block where pages were asked for");
}

/* A block that covers the region and more. */
static void block_larger_than_the_region(void **state)
{
	const struct hv_stage2_walk walk = build();
	struct hv_stage2_difference diff;

	(void)state;
	*entry_at(1, 1, 0x09000000, 2) = 0x00400000090004c5;
	assert_int_equal(hv_stage2_verify(&walk, regions, 6, &diff), HV_EPERM);
	assert_string_equal(diff.reason, "mapped outside every region");
}

/* Tables that contain themselves or each other end in a bounded number of steps. */
static void loops_end(void **state)
{
	struct hv_stage2_walk walk = raw(VTCR_32);
	struct hv_stage2_difference diff;

	(void)state;
	mem[0][0] = 0x10003; /* root is its own level 2 and 3 */
	assert_int_equal(walk_to(&walk, 0).result, HV_WALK_ACCESS_FLAG);
	assert_int_equal(hv_stage2_verify(&walk, regions, 0, &diff), HV_EPERM);
	assert_string_equal(diff.reason, "descriptor that is not 0, but faults");

	walk = raw(VTCR_32); /* all four root entries to one table, all its entries to another */
	for (int i = 0; i < 4; i++)
		mem[0][i] = 0x11003;
	for (int i = 0; i < 512; i++)
		mem[1][i] = 0x12003;
	walk.table_count = 3;
	assert_int_equal(hv_stage2_verify(&walk, regions, 0, &diff), HV_EPERM);
	assert_string_equal(diff.reason, "a table is used more than once");
}

/* Every table full and used once is within the step bound. */
static void step_bound_suffices_for_a_full_tree(void **state)
{
	struct hv_stage2_walk walk = raw(VTCR_32);
	const struct hv_mem_region all = {0, 0x40000000, 0x800000, RWX_4K};

	(void)state;
	walk.table_count = 6;
	mem[0][0] = 0x11003;
	for (hv_u64 i = 0; i < 4; i++) {
		mem[1][i] = (0x12000 + i * 0x1000) | 3;
		for (hv_u64 j = 0; j < 512; j++)
			mem[2 + i][j] = (0x40000000 + i * 0x200000 + j * 0x1000) | 0x7ff;
	}
	assert_int_equal(hv_stage2_verify(&walk, &all, 1, NULL), HV_OK);
}

/* One table, 512 descriptors, no hole: the bound is not one too small. */
static void step_bound_is_exact(void **state)
{
	struct hv_stage2_walk walk = raw(0x80023559);
	const struct hv_mem_region all = {0, 0x8000000000, 0x8000000000, RWX};

	(void)state;
	walk.table_count = 1;
	for (hv_u64 i = 0; i < 512; i++)
		mem[0][i] = (0x8000000000 + i * G1) | 0x7fd;
	assert_int_equal(hv_stage2_verify(&walk, &all, 1, NULL), HV_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(leaf_at_each_level),
	    cmocka_unit_test(start_levels),
	    cmocka_unit_test(faults),
	    cmocka_unit_test(each_physical_address_size),
	    cmocka_unit_test(level_0_has_no_block),
	    cmocka_unit_test(register_values_are_judged),
	    cmocka_unit_test(argument_refusals),
	    cmocka_unit_test(intact_map_is_proven),
	    cmocka_unit_test(each_corruption_is_seen),
	    cmocka_unit_test(missing_leaf_is_seen),
	    cmocka_unit_test(block_instead_of_pages),
	    cmocka_unit_test(block_larger_than_the_region),
	    cmocka_unit_test(loops_end),
	    cmocka_unit_test(step_bound_suffices_for_a_full_tree),
	    cmocka_unit_test(step_bound_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
