/* SPDX-License-Identifier: Apache-2.0 */
/* EL2's own map: descriptor bits, W^X, guard pages, register values. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <haven/stage1.h>

#define POOL_PA UINT64_C(0x40400000)

static hv_table_t pool[8];
static hv_table_t pool_before[8];
static struct hv_stage1_map el2;

static void start(hv_u32 tables)
{
	memset(pool, 0xa5, sizeof(pool));
	memset(&el2, 0, sizeof(el2));
	assert_int_equal(hv_stage1_init(&el2, pool, POOL_PA, tables, 39, 40), HV_OK);
}

/* Follow table descriptors by hand. Level 1 is the start. */
static hv_u64 entry_at(hv_u64 va, int level)
{
	const hv_u64 *table = pool[0];
	hv_u64 entry = table[va >> 30];

	for (int at = 1; at < level; at++) {
		assert_int_equal(entry & 0xfff, 3);
		table = pool[(entry - 3 - POOL_PA) / 4096];
		entry = table[(va >> (at == 1 ? 21 : 12)) & 511];
	}
	return entry;
}

/* Arm ARM, stage 1, one privilege level: AttrIndx [4:2], AP[1] = 1, AP[2] [7], SH [9:8], AF, XN
 * [54]. */
static void descriptor_bits(void **state)
{
	(void)state;
	start(8);
	assert_int_equal(hv_stage1_map(&el2, 0x40200000, 0x40200000, 0x1000, HV_EL2_CODE), HV_OK);
	assert_int_equal(entry_at(0x40200000, 3), 0x402007c7);
	assert_int_equal(hv_stage1_map(&el2, 0x40201000, 0x40201000, 0x1000, HV_EL2_RODATA), HV_OK);
	assert_int_equal(entry_at(0x40201000, 3), 0x00400000402017c7);
	assert_int_equal(hv_stage1_map(&el2, 0x40202000, 0x40202000, 0x1000, HV_EL2_DATA), HV_OK);
	assert_int_equal(entry_at(0x40202000, 3), 0x0040000040202747);
	assert_int_equal(hv_stage1_map(&el2, 0x09000000, 0x09000000, 0x1000, HV_EL2_DEVICE), HV_OK);
	assert_int_equal(entry_at(0x09000000, 3), 0x0040000009000443);
	assert_int_equal(hv_stage1_map(&el2, 0x40400000, 0x40600000, 0x200000, HV_EL2_DATA), HV_OK);
	assert_int_equal(entry_at(0x40400000, 2), 0x0040000040600745);
	assert_int_equal(hv_stage1_map(&el2, 0x7fc0000000, 0xffc0000000, 0x40000000, HV_EL2_DATA),
			 HV_OK); /* last GB of both */
	assert_int_equal(entry_at(0x7fc0000000, 1), 0x004000ffc0000745);
}

static void unmapped_is_the_default(void **state)
{
	(void)state;
	start(8);
	for (int i = 0; i < 512; i++)
		assert_int_equal(pool[0][i], 0);
	assert_int_equal(hv_stage1_map(&el2, 0x1000, 0x1000, 0x2000, HV_EL2_DATA), HV_OK);
	assert_int_equal(entry_at(0, 3), 0); /* guard below the stack */
	assert_int_equal(entry_at(0x3000, 3), 0);
	assert_int_equal(entry_at(0x2000, 3), 0x0040000000002747);
}

static void write_xor_execute_and_other_rules(void **state)
{
	static const struct {
		hv_u64 attrs;
		hv_status_t status;
	} rows[] = {
	    {0x745, HV_EINVAL}, /* writable and executable */
	    {0x747, HV_EINVAL},
	    {0x7c5, HV_OK},	/* code */
	    {0x7c7, HV_EINVAL}, /* type 3: leaf size is not the caller's */
	    {0x0040000000000745, HV_OK},
	    {0x00400000000007c5, HV_OK},
	    {0x441, HV_EINVAL}, /* device, executable */
	    {0x4c1, HV_EINVAL}, /* read-only device, executable */
	    {0x0040000000000441, HV_OK},
	    {0x00400000000004c1, HV_EINVAL}, /* read-only device */
	    {0x7c4, HV_EINVAL},		     /* type 0 */
	    {0x7c6, HV_EINVAL},		     /* type 2 */
	    {0x3c5, HV_EINVAL},		     /* AF = 0 */
	    {0x785, HV_EINVAL},		     /* AP[1] = 0 */
	    {0x5c5, HV_EINVAL},		     /* SH reserved */
	    {0x7c9, HV_EINVAL},		     /* AttrIndx 2 */
	    {0x7dd, HV_EINVAL},		     /* AttrIndx 7 */
	    {0x7e5, HV_EINVAL},		     /* NS */
	    {0xfc5, HV_EINVAL},		     /* nG */
	    {0x00200000000007c5, HV_EINVAL}, /* PXN */
	    {0x00100000000007c5, HV_EINVAL}, /* contiguous */
	    {0x00800000000007c5, HV_EINVAL},
	    {0x00000000402007c5, HV_EINVAL}, /* an address */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(8);
		assert_int_equal(hv_stage1_map(&el2, 0, 0, 0x1000, rows[i].attrs), rows[i].status);
	}
}

static void address_refusals(void **state)
{
	static const hv_u64 rows[][3] = {
	    {0x1000, 0x1000, 0},
	    {0x1008, 0x1000, 0x1000},
	    {0x1000, 0x1008, 0x1000},
	    {0x1000, 0x1000, 0x1008},
	    {0x8000000000, 0x1000, 0x1000}, /* beyond 39 bits */
	    {0x7ffffff000, 0x1000, 0x2000},
	    {0x1000, 0x10000000000, 0x1000}, /* beyond 40 bits */
	    {0x1000, 0xfffffff000, 0x2000},
	    {0xfffffffffffff000, 0x1000, 0x2000}, /* wraps */
	    {0x1000, 0xfffffffffffff000, 0x2000},
	    {0xffffffc000000000, 0x1000, 0x1000}, /* upper VA range does not exist */
	};

	(void)state;
	start(8);
	memcpy(pool_before, pool, sizeof(pool));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    hv_stage1_map(&el2, rows[i][0], rows[i][1], rows[i][2], HV_EL2_DATA),
		    HV_EINVAL);
	assert_int_equal(hv_stage1_map(NULL, 0, 0, 0x1000, HV_EL2_DATA), HV_EINVAL);
	assert_memory_equal(pool, pool_before, sizeof(pool));
	memset(&el2, 0, sizeof(el2));
	assert_int_equal(hv_stage1_map(&el2, 0, 0, 0x1000, HV_EL2_DATA), HV_EINVAL);
}

/* Whatever is mapped stays: no call changes an existing entry. */
static void overlap_is_refused_whole(void **state)
{
	(void)state;
	start(8);
	assert_int_equal(hv_stage1_map(&el2, 0x40201000, 0x40201000, 0x1000, HV_EL2_CODE), HV_OK);
	assert_int_equal(hv_stage1_map(&el2, 0x40400000, 0x40400000, 0x200000, HV_EL2_DATA), HV_OK);
	assert_int_equal(hv_stage1_map(&el2, 0x80000000, 0x80000000, 0x40000000, HV_EL2_DATA),
			 HV_OK);
	memcpy(pool_before, pool, sizeof(pool));
	assert_int_equal(hv_stage1_map(&el2, 0x40201000, 0x40201000, 0x1000, HV_EL2_DATA),
			 HV_EINVAL);
	assert_int_equal(hv_stage1_map(&el2, 0x40200000, 0x40200000, 0x3000, HV_EL2_DATA),
			 HV_EINVAL);
	assert_int_equal(hv_stage1_map(&el2, 0x40200000, 0x40200000, 0x200000, HV_EL2_DATA),
			 HV_EINVAL); /* a block over a page */
	assert_int_equal(hv_stage1_map(&el2, 0x40401000, 0x40401000, 0x1000, HV_EL2_DATA),
			 HV_EINVAL); /* a page in a 2 MB block */
	assert_int_equal(hv_stage1_map(&el2, 0x80200000, 0x80200000, 0x200000, HV_EL2_DATA),
			 HV_EINVAL); /* 2 MB in a 1 GB block */
	assert_int_equal(hv_stage1_map(&el2, 0x40000000, 0x40000000, 0x40000000, HV_EL2_DATA),
			 HV_EINVAL); /* 1 GB over both */
	assert_int_equal(hv_stage1_map(&el2, 0x403ff000, 0x403ff000, 0x2000, HV_EL2_DATA),
			 HV_EINVAL); /* only its second page is taken */
	assert_memory_equal(pool, pool_before, sizeof(pool));
}

static void pool_exhaustion_is_atomic(void **state)
{
	(void)state;
	start(2);
	memcpy(pool_before, pool, sizeof(pool));
	assert_int_equal(hv_stage1_map(&el2, 0, 0, 0x1000, HV_EL2_DATA), HV_ENOSPC);
	assert_memory_equal(pool, pool_before, sizeof(pool));
	assert_int_equal(hv_stage1_map(&el2, 0, 0, 0x200000, HV_EL2_DATA), HV_OK);
	assert_int_equal(hv_stage1_map(&el2, 0x40000000, 0, 0x40000000, HV_EL2_DATA), HV_OK);
	memcpy(pool_before, pool, sizeof(pool));
	assert_int_equal(hv_stage1_map(&el2, 0x3fe00000, 0, 0x201000, HV_EL2_DATA), HV_EINVAL);
	assert_int_equal(hv_stage1_map(&el2, 0xbfe00000, 0, 0x400000, HV_EL2_DATA), HV_ENOSPC);
	assert_memory_equal(pool, pool_before, sizeof(pool));
}

static void init_refusals(void **state)
{
	(void)state;
	memset(pool, 0xa5, sizeof(pool));
	memcpy(pool_before, pool, sizeof(pool));
	assert_int_equal(hv_stage1_init(NULL, pool, POOL_PA, 8, 39, 40), HV_EINVAL);
	assert_int_equal(hv_stage1_init(&el2, NULL, POOL_PA, 8, 39, 40), HV_EINVAL);
	assert_int_equal(hv_stage1_init(&el2, pool, POOL_PA + 8, 8, 39, 40), HV_EINVAL);
	assert_int_equal(hv_stage1_init(&el2, pool, POOL_PA, 0, 39, 40), HV_EINVAL);
	assert_int_equal(hv_stage1_init(&el2, pool, POOL_PA, 8, 31, 40), HV_EINVAL);
	assert_int_equal(hv_stage1_init(&el2, pool, POOL_PA, 8, 40, 40), HV_EINVAL);
	assert_int_equal(hv_stage1_init(&el2, pool, POOL_PA, 8, 39, 52), HV_EINVAL);
	assert_int_equal(hv_stage1_init(&el2, pool, 0xfffffff000, 8, 39, 40), HV_EINVAL);
	assert_memory_equal(pool, pool_before, sizeof(pool));
	assert_int_equal(hv_stage1_init(&el2, pool, 0xffffff8000, 8, 39, 40), HV_OK);
	assert_int_equal(hv_stage1_init(&el2, pool, POOL_PA + 0x1000, 8, 39, 40), HV_OK);
}

/* TCR_EL2: T0SZ [5:0], walks WB inner shareable 0x3500, PS [18:16], RES1 [31] and [23]. */
static void register_values(void **state)
{
	static const struct {
		hv_u32 va_bits, pa_bits;
		hv_u64 tcr;
	} rows[] = {
	    {32, 32, 0x80803520}, {36, 36, 0x8081351c}, {39, 40, 0x80823519},
	    {39, 42, 0x80833519}, {39, 44, 0x80843519}, {39, 48, 0x80853519},
	};
	struct hv_stage1_regs regs;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    hv_stage1_init(&el2, pool, POOL_PA, 8, rows[i].va_bits, rows[i].pa_bits),
		    HV_OK);
		assert_int_equal(hv_stage1_regs(&el2, &regs), HV_OK);
		assert_int_equal(regs.tcr, rows[i].tcr);
		assert_int_equal(regs.ttbr0, 0x40400000);
		assert_int_equal(regs.mair, 0xff04);
	}
	assert_int_equal(hv_stage1_regs(NULL, &regs), HV_EINVAL);
	assert_int_equal(hv_stage1_regs(&el2, NULL), HV_EINVAL);
	memset(&el2, 0, sizeof(el2));
	assert_int_equal(hv_stage1_regs(&el2, &regs), HV_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(descriptor_bits),
	    cmocka_unit_test(unmapped_is_the_default),
	    cmocka_unit_test(write_xor_execute_and_other_rules),
	    cmocka_unit_test(address_refusals),
	    cmocka_unit_test(overlap_is_refused_whole),
	    cmocka_unit_test(pool_exhaustion_is_atomic),
	    cmocka_unit_test(init_refusals),
	    cmocka_unit_test(register_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
