/* SPDX-License-Identifier: Apache-2.0 */
/* lib/mm: the map of a partition's devices, and that its CPUs do not get it. */
#include "mm_fixture.h"

#define MSI_PA  UINT64_C(0x08090000)
#define MSI_IPA UINT64_C(0x08090000)
#define MSI     UINT64_C(0x0040000000000487)

static void begin(void)
{
	struct hv_stage2_config config = config_of(40, 40);

	config.msi_page = MSI_PA;
	start_with(&config);
	assert_int_equal(map(1, 0x50000000, 0x90000000, 2 * M2, RWX), HV_OK);
	assert_int_equal(map(1, 0x01000000, 0xa0000000, K4, DEVICE), HV_OK);
	assert_int_equal(map(2, 0x50000000, 0xb0000000, M2, RW), HV_OK);
}

static struct hv_stage2_walk device_walk(hv_u32 id)
{
	struct hv_stage2_walk walk = walk_of(id);

	assert_int_equal(hv_s2_device_root(&s2, id, &walk.vttbr), HV_OK);
	return walk;
}

static struct hv_stage2_translation device_translate(hv_u32 id, hv_u64 ipa)
{
	const struct hv_stage2_walk walk = device_walk(id);
	struct hv_stage2_translation out;

	assert_int_equal(hv_stage2_translate(&walk, ipa, &out), HV_OK);
	return out;
}

static void devices_see_the_regions_and_one_page_more(void **state)
{
	const struct hv_mem_region all[] = {
		{0x50000000, 0x90000000, 2 * M2, RWX},
		{0x01000000, 0xa0000000, K4, DEVICE},
		{MSI_IPA, MSI_PA, K4, MSI},
	};
	struct hv_stage2_walk walk;

	(void)state;
	begin();
	assert_int_equal(hv_s2_map_devices(&s2, 1, MSI_IPA), HV_OK);
	walk = device_walk(1);
	assert_int_equal(hv_stage2_verify(&walk, all, 3, NULL), HV_OK);
	walk = walk_of(1);
	assert_int_equal(hv_stage2_verify(&walk, all, 2, NULL), HV_OK);
	assert_int_equal(device_translate(1, MSI_IPA + 0x40).pa, MSI_PA + 0x40);
	assert_int_equal(device_translate(1, MSI_IPA).attrs, MSI);
	assert_int_equal(device_translate(1, MSI_IPA + K4).result, HV_WALK_TRANSLATION);
	assert_int_equal(translate(1, MSI_IPA).result, HV_WALK_TRANSLATION);
	assert_int_equal(translate(2, MSI_IPA).result, HV_WALK_TRANSLATION);
}

static void without_a_map_of_their_own_devices_use_the_cpus(void **state)
{
	hv_u64 cpus, devices;

	(void)state;
	begin();
	assert_int_equal(hv_s2_map_devices(&s2, 1, MSI_IPA), HV_OK);
	assert_int_equal(hv_s2_root(&s2, 2, &cpus), HV_OK);
	assert_int_equal(hv_s2_device_root(&s2, 2, &devices), HV_OK);
	assert_int_equal(cpus, devices);
	assert_int_equal(hv_s2_root(&s2, 1, &cpus), HV_OK);
	assert_int_equal(hv_s2_device_root(&s2, 1, &devices), HV_OK);
	assert_int_not_equal(cpus, devices);
	assert_int_equal(devices >> 48, 1);
	assert_int_equal(hv_s2_device_root(&s2, 3, &devices), HV_EINVAL);
	assert_int_equal(hv_s2_device_root(&s2, 0, &devices), HV_EINVAL);
	assert_int_equal(hv_s2_device_root(&s2, 1, NULL), HV_EINVAL);
	assert_int_equal(hv_s2_device_root(NULL, 1, &devices), HV_EINVAL);
}

static void the_page_may_lie_above_below_or_between(void **state)
{
	static const hv_u64 places[] = {0, 0x00fff000, 0x01001000, 0x4ffff000, 0x50400000, 0xfffffff000};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		begin();
		assert_int_equal(hv_s2_map_devices(&s2, 1, places[i]), HV_OK);
		assert_int_equal(device_translate(1, places[i] + 0x40).pa, MSI_PA + 0x40);
		assert_int_equal(device_translate(1, 0x503fffff).pa, 0x903fffff);
		assert_int_equal(device_translate(1, 0x01000fff).pa, 0xa0000fff);
	}
}

static void what_is_wrong_changes_nothing(void **state)
{
	static const hv_u64 places[] = {0x50000000, 0x503ff000, 0x01000000, 0x08090040, UINT64_C(1) << 40,
					UINT64_MAX - 0xfff};

	(void)state;
	begin();
	remember_pool();
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		assert_int_equal(hv_s2_map_devices(&s2, 1, places[i]), HV_EINVAL);
	assert_int_equal(hv_s2_map_devices(&s2, 3, MSI_IPA), HV_EINVAL);
	assert_int_equal(hv_s2_map_devices(&s2, 0, MSI_IPA), HV_EINVAL);
	assert_int_equal(hv_s2_map_devices(&s2, HV_MAX_PARTITIONS, MSI_IPA), HV_EINVAL);
	assert_int_equal(hv_s2_map_devices(NULL, 1, MSI_IPA), HV_EINVAL);
	s2.config.msi_page = 0;
	assert_int_equal(hv_s2_map_devices(&s2, 1, MSI_IPA), HV_EINVAL);
	assert_pool_unchanged();
}

static void the_page_is_checked_when_it_is_configured(void **state)
{
	static const hv_u64 pages[] = {MSI_PA + 0x40, UINT64_C(1) << 40, POOL_PA, POOL_PA + 63 * K4};

	(void)state;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct hv_stage2_config config = config_of(40, 40);

		config.msi_page = pages[i];
		memset(&s2, 0, sizeof(s2));
		assert_int_equal(hv_s2_configure(&s2, &config), HV_EINVAL);
	}
}

static void no_cpu_gets_the_page(void **state)
{
	(void)state;
	begin();
	assert_int_equal(map(1, 0x70000000, MSI_PA, K4, DEVICE), HV_EINVAL);
	assert_int_equal(map(2, 0x70000000, MSI_PA - K4, 2 * K4, RW), HV_EINVAL);
	assert_int_equal(map(2, 0x70000000, MSI_PA + K4, K4, RW), HV_OK);
}

static void a_full_pool_changes_nothing(void **state)
{
	struct hv_stage2_config config = config_of(32, 40);

	(void)state;
	config.msi_page = MSI_PA;
	/* Root, two levels for each of the two gigabytes' pages, and one table too few for the rest. */
	for (config.table_count = 3; config.table_count < 6; config.table_count++) {
		start_with(&config);
		assert_int_equal(map(1, 0x50000000, 0x90000000, K4, RWX), HV_OK);
		remember_pool();
		assert_int_equal(hv_s2_map_devices(&s2, 1, MSI_IPA), HV_ENOSPC);
		assert_pool_unchanged();
	}
	config.table_count = 8;
	start_with(&config);
	assert_int_equal(map(1, 0x50000000, 0x90000000, K4, RWX), HV_OK);
	assert_int_equal(hv_s2_map_devices(&s2, 1, MSI_IPA), HV_OK);
}

static void the_map_is_made_once_and_last(void **state)
{
	(void)state;
	begin();
	assert_int_equal(hv_s2_map_devices(&s2, 1, MSI_IPA), HV_OK);
	assert_int_equal(hv_s2_map_devices(&s2, 1, MSI_IPA), HV_EPERM);
	assert_int_equal(map(1, 0x60000000, 0xc0000000, K4, RW), HV_EPERM);
	assert_int_equal(map(2, 0x60000000, 0xc0000000, K4, RW), HV_OK);
	assert_int_equal(hv_s2_init(&s2), HV_OK);
	assert_int_equal(map(1, 0x60000000, 0xc0000000, K4, RW), HV_OK);
	assert_int_equal(hv_s2_seal(&s2), HV_OK);
	assert_int_equal(hv_s2_map_devices(&s2, 1, MSI_IPA), HV_EPERM);
}

static void the_front_door_does_the_same(void **state)
{
	const struct hv_mem_region region = {0x50000000, 0x90000000, M2, RWX};
	struct hv_stage2_config config = config_of(40, 40);
	hv_u64 root;

	(void)state;
	config.msi_page = MSI_PA;
	assert_int_equal(hv_stage2_map_devices(1, MSI_IPA), HV_EPERM);
	assert_int_equal(hv_stage2_configure(&config), HV_OK);
	assert_int_equal(hv_stage2_init(), HV_OK);
	assert_int_equal(hv_stage2_map_partition(&(struct hv_partition_mem){1, &region, 1}), HV_OK);
	assert_int_equal(hv_stage2_map_devices(1, MSI_IPA), HV_OK);
	assert_int_equal(hv_stage2_device_root(1, &root), HV_OK);
	assert_int_equal(root >> 48, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_see_the_regions_and_one_page_more),
		cmocka_unit_test(without_a_map_of_their_own_devices_use_the_cpus),
		cmocka_unit_test(the_page_may_lie_above_below_or_between),
		cmocka_unit_test(what_is_wrong_changes_nothing),
		cmocka_unit_test(the_page_is_checked_when_it_is_configured),
		cmocka_unit_test(no_cpu_gets_the_page),
		cmocka_unit_test(a_full_pool_changes_nothing),
		cmocka_unit_test(the_map_is_made_once_and_last),
		cmocka_unit_test(the_front_door_does_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
