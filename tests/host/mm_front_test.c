/* SPDX-License-Identifier: Apache-2.0 */
/* The front door over one machine, in the order of a boot; sealing comes last. */
#include "mm_fixture.h"

static void boot_order(void **state)
{
	static const struct hv_mem_region ram = {0x48000000, 0x48000000, 0x400000, RWX};
	static const struct hv_partition_mem linux_mem = {1, &ram, 1};
	static const struct hv_partition_mem thief = {2, &ram, 1};
	const struct hv_stage2_config config = config_of(32, 40);
	struct hv_stage2_walk walk = {(const hv_table_t *)pool, POOL_PA, POOL_TABLES, 0x80023560,
				      0};
	hv_u64 vttbr;

	(void)state;
	assert_int_equal(hv_stage2_init(), HV_EINVAL);
	assert_int_equal(hv_stage2_map_partition(&linux_mem), HV_EPERM);
	assert_int_equal(hv_stage2_check_access(1, 0x48000000, 1), HV_EPERM);
	assert_int_equal(hv_stage2_root(1, &vttbr), HV_EPERM);
	assert_int_equal(hv_stage2_seal(), HV_EPERM);
	assert_int_equal(hv_stage2_configure(NULL), HV_EINVAL);
	assert_int_equal(hv_stage2_configure(&config), HV_OK);
	assert_int_equal(hv_stage2_init(), HV_OK);
	assert_int_equal(hv_stage2_map_partition(NULL), HV_EINVAL);
	assert_int_equal(hv_stage2_map_partition(&linux_mem), HV_OK);
	assert_int_equal(hv_stage2_map_partition(&thief), HV_EINVAL);
	assert_int_equal(hv_stage2_check_access(1, 0x48000000, 0x400000), HV_OK);
	assert_int_equal(hv_stage2_check_access(2, 0x48000000, 1), HV_EPERM);
	assert_int_equal(hv_stage2_check_access(0, 0x48000000, 1), HV_EINVAL);
	assert_int_equal(hv_stage2_root(1, &walk.vttbr), HV_OK);
	assert_int_equal(walk.vttbr, 0x00010007f0000000);
	assert_int_equal(hv_stage2_verify(&walk, &ram, 1, NULL), HV_OK);
	assert_int_equal(hv_stage2_seal(), HV_OK);
	assert_int_equal(hv_stage2_seal(), HV_EPERM);
	assert_int_equal(hv_stage2_init(), HV_EPERM);
	assert_int_equal(hv_stage2_configure(&config), HV_EPERM);
	assert_int_equal(hv_stage2_map_partition(&linux_mem), HV_EPERM);
	assert_int_equal(hv_stage2_check_access(1, 0x483fffff, 1), HV_OK);
	assert_int_equal(hv_stage2_root(1, &vttbr), HV_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(boot_order)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
