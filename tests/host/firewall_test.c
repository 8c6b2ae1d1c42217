/* SPDX-License-Identifier: Apache-2.0 */
/* lib/dma: what a firewall policy grants, and what is wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "firewall_fixture.h"

static bool passes(hv_u32 did, hv_u64 address, bool secure, enum hv_fw_op op)
{
	return hv_fw_check(&stock, &(struct hv_fw_access){did, address, secure, true, op});
}

/* The negative table: what NXP's stock configuration must answer. */
static void the_stock_policy_answers_as_published(void **state)
{
	(void)state;
	assert_false(passes(4, 0x8e000000, true, HV_FW_READ));
	assert_true(passes(4, 0x80000000, true, HV_FW_WRITE));
	assert_true(passes(4, 0x89ffffff, true, HV_FW_WRITE));
	assert_false(passes(4, 0x8a000000, true, HV_FW_READ));
	assert_false(passes(3, 0x80000000, false, HV_FW_READ));
	assert_false(passes(3, 0x87ffffff, false, HV_FW_READ));
	assert_true(passes(3, 0x88000000, false, HV_FW_EXECUTE));
	assert_false(passes(3, 0x8a000000, false, HV_FW_READ));
	assert_true(passes(3, 0x8a000000, true, HV_FW_READ));
	assert_true(passes(3, 0x8e000000, false, HV_FW_WRITE));
	assert_true(passes(3, 0x87fffffff, false, HV_FW_WRITE));
	assert_false(passes(3, 0x880000000, false, HV_FW_READ));
	assert_true(passes(4, 0x203c0000, true, HV_FW_READ));
	assert_false(passes(4, 0x203c0000, true, HV_FW_EXECUTE));
	assert_false(passes(3, 0x203c0000, false, HV_FW_READ));
	assert_false(passes(3, 0xc0000000, true, HV_FW_READ) && passes(4, 0xc0000000, true, HV_FW_READ));
}

static void no_core_reaches_the_firewalls(void **state)
{
	(void)state;
	for (hv_u64 at = 0; at < 0x20000; at += 0x1000) {
		for (hv_u32 did = 3; did <= 4; did++) {
			assert_false(passes(did, 0x49010000 + at, true, HV_FW_WRITE));
			assert_false(passes(did, 0x42460000 + at, true, HV_FW_WRITE));
			assert_false(passes(did, 0x49010000 + at, false, HV_FW_READ));
		}
		assert_true(passes(2, 0x49010000 + at, true, HV_FW_WRITE));
		assert_false(passes(2, 0x49010000 + at, false, HV_FW_WRITE));
	}
	assert_true(passes(3, 0x490d0000, false, HV_FW_WRITE));
	assert_false(passes(3, 0x49100000, false, HV_FW_READ));
	assert_true(passes(3, 0x4812ffff, false, HV_FW_WRITE));
	assert_false(passes(3, 0x48130000, false, HV_FW_READ));
}

static void each_nibble_has_its_kind_of_access(void **state)
{
	const struct hv_fw_region region = {MRC_N0, 5, {0x80000000, 0x4000}, 0x4216, true};
	const struct hv_fw_policy policy = {&chip, NULL, 0, &region, 1, NULL, 0};
	struct hv_fw_access a = {5, 0x80000000, true, true, HV_FW_READ};

	(void)state;
	assert_true(hv_fw_check(&policy, &a));
	a.op = HV_FW_WRITE;
	assert_false(hv_fw_check(&policy, &a));
	a.privileged = false;
	assert_true(hv_fw_check(&policy, &a));
	a.secure = false;
	assert_true(hv_fw_check(&policy, &a));
	a.op = HV_FW_READ;
	assert_true(hv_fw_check(&policy, &a));
	a.op = HV_FW_EXECUTE;
	assert_false(hv_fw_check(&policy, &a));
	a.privileged = true;
	assert_true(hv_fw_check(&policy, &a));
	a.address = 0x80004000;
	assert_false(hv_fw_check(&policy, &a));
	a.address = 0x7fffffff;
	assert_false(hv_fw_check(&policy, &a));
	assert_false(hv_fw_check(NULL, &a));
	assert_false(hv_fw_check(&policy, NULL));
	assert_false(hv_fw_check(&(struct hv_fw_policy){.chip = NULL}, &a));
}

/* ---- validation ---- */

static struct hv_fw_finding found[64];
static hv_u32 count;

static const struct hv_range window = {0x88000000, 0x02000000};
static const struct hv_range hypervisor = {0xf0000000, 0x01000000};
static const struct hv_range secure_ddr = {0x8a000000, 0x04000000};

static struct hv_fw_isolation isolation(void)
{
	return (struct hv_fw_isolation){3, 4, &window, 1, &hypervisor, 1, &secure_ddr, 1, NULL, 0};
}

static void clean(const struct hv_fw_policy *policy, const struct hv_fw_isolation *want)
{
	assert_int_equal(hv_fw_validate(policy, want, found, 64, &count), 0);
	assert_int_equal(count, 0);
}

static void one(const struct hv_fw_policy *policy, const struct hv_fw_isolation *want,
		enum hv_fw_rule rule, hv_u32 index, hv_u32 other, hv_u64 address)
{
	assert_int_equal(hv_fw_validate(policy, want, found, 64, &count), -1);
	assert_int_equal(count, 1);
	assert_int_equal(found[0].rule, rule);
	assert_int_equal(found[0].index, index);
	assert_int_equal(found[0].other, other);
	assert_int_equal(found[0].address, address);
}

static void the_stock_policy_is_sound(void **state)
{
	const struct hv_fw_isolation want = isolation();

	(void)state;
	clean(&stock, NULL);
	clean(&stock, &want);
}

static void the_rpmsg_variant_lets_the_cores_meet(void **state)
{
	struct hv_fw_region regions[COUNT(stock_regions) + 1];
	struct hv_fw_policy policy = stock;
	const struct hv_fw_isolation want = isolation();

	(void)state;
	memcpy(regions, stock_regions, sizeof stock_regions);
	regions[COUNT(stock_regions)] =
		(struct hv_fw_region){MRC_N0, M7, {0xc0000000, 0x10000000}, 0x7777, true};
	policy.regions = regions;
	policy.region_count = COUNT(regions);
	one(&policy, &want, HV_FW_MEETS, COUNT(stock_regions), 7, 0xc0000000);
	clean(&policy, NULL);
}

static struct hv_fw_policy of_regions(const struct hv_fw_region *regions, hv_u32 n)
{
	return (struct hv_fw_policy){&chip, NULL, 0, regions, n, NULL, 0};
}

static void a_region_must_fit_the_hardware(void **state)
{
	const struct {
		struct hv_fw_region region;
		enum hv_fw_rule rule;
	} table[] = {
		{{MRC_N0, 16, {0x80000000, 0x4000}, 0x6666, true}, HV_FW_BAD_DOMAIN},
		{{4, 3, {0x80000000, 0x4000}, 0x6666, true}, HV_FW_BAD_CHECKER},
		{{MRC_N0, 3, {0x80000000, 0x4000}, 0x8000, true}, HV_FW_BAD_VALUE},
		{{MRC_N0, 3, {0x80001000, 0x4000}, 0x6666, true}, HV_FW_UNALIGNED},
		{{MRC_N0, 3, {0x80000000, 0x5000}, 0x6666, true}, HV_FW_UNALIGNED},
		{{MRC_N0, 3, {0x80000000, 0}, 0x6666, true}, HV_FW_UNALIGNED},
		{{MRC_N0, 3, {UINT64_C(0xffffffffffffc000), 0x8000}, 0x6666, true}, HV_FW_UNALIGNED},
		{{MRC_N0, 3, {0x7fffc000, 0x8000}, 0x6666, true}, HV_FW_OUTSIDE},
		{{MRC_N0, 3, {DDR_END - 0x4000, 0x8000}, 0x6666, true}, HV_FW_OUTSIDE},
	};

	(void)state;
	for (hv_u32 i = 0; i < COUNT(table); i++) {
		const struct hv_fw_policy policy = of_regions(&table[i].region, 1);

		one(&policy, NULL, table[i].rule, 0, 0, table[i].region.range.base);
	}
}

static void regions_of_a_domain_may_not_overlap(void **state)
{
	struct hv_fw_region r[2] = {
		{MRC_N0, 3, {0x80000000, 0x8000}, 0x6666, true},
		{MRC_N0, 3, {0x80008000, 0x8000}, 0x6666, true},
	};
	const struct hv_fw_policy policy = of_regions(r, 2);

	(void)state;
	clean(&policy, NULL);
	r[1].range.base = 0x80004000;
	one(&policy, NULL, HV_FW_OVERLAP, 1, 0, 0x80004000);
	r[1].did = 4;
	clean(&policy, NULL);
}

static void a_checker_has_so_many_regions_and_values(void **state)
{
	struct hv_fw_region r[17] = {{0}};
	const struct hv_fw_policy policy = of_regions(r, 17), less = of_regions(r, 16);

	(void)state;
	for (hv_u32 i = 0; i < 17; i++)
		r[i] = (struct hv_fw_region){MRC_N0, 3, {0x80000000 + i * 0x4000, 0x4000}, 0x6666, true};
	clean(&less, NULL);
	one(&policy, NULL, HV_FW_TOO_MANY_REGIONS, 16, 16, 0x80040000);
	for (hv_u32 i = 0; i < 9; i++)
		r[i].access = i < 8 ? 0x1000 + i : 0x2000;
	for (hv_u32 i = 9; i < 16; i++)
		r[i].access = 0x1000;
	one(&less, NULL, HV_FW_TOO_MANY_ACCESSES, 8, 8, 0x80020000);
	r[8].access = 0x1003;
	clean(&less, NULL);
	r[15].mrc = MRC_W2;
	r[15].range.base = 0x20380000;
	r[15].access = 0x7777;
	clean(&less, NULL);
}

static void blocks_must_fit_the_hardware(void **state)
{
	const struct {
		struct hv_fw_blocks blocks;
		enum hv_fw_rule rule;
	} table[] = {
		{{MBC_N2, 0, 0, 21, 16, 0x6666, true}, HV_FW_BAD_DOMAIN},
		{{8, 0, 0, 1, 3, 0x6666, true}, HV_FW_BAD_CHECKER},
		{{MBC_N2, 4, 0, 1, 3, 0x6666, true}, HV_FW_BAD_CHECKER},
		{{MBC_N2, 0, 0, 1, 3, 0x0008, true}, HV_FW_BAD_VALUE},
		{{MBC_N2, 0, 2, 1, 3, 0x6666, true}, HV_FW_UNALIGNED},
		{{MBC_N2, 0, 0, 22, 3, 0x6666, true}, HV_FW_OUTSIDE},
		{{MBC_N2, 1, 0, 0, 3, 0x6666, true}, HV_FW_OUTSIDE},
	};
	struct hv_fw_blocks values[9];
	struct hv_fw_policy policy = {&chip, NULL, 0, NULL, 0, values, 8};

	(void)state;
	for (hv_u32 i = 0; i < COUNT(table); i++) {
		const struct hv_fw_policy bad = {&chip, NULL, 0, NULL, 0, &table[i].blocks, 1};

		one(&bad, NULL, table[i].rule, 0, 0, 0);
	}
	for (hv_u32 i = 0; i < 9; i++)
		values[i] = (struct hv_fw_blocks){MBC_N2, 0, i, i, 3, i < 8 ? 0x1000 + i : 0x2000, false};
	one(&policy, NULL, HV_FW_TOO_MANY_ACCESSES, 7, 7, 0x2049c000);
	values[7].access = 0;
	clean(&policy, NULL);
	values[7] = (struct hv_fw_blocks){MBC_N2, 0, 6, 7, 3, 0x1000, false};
	one(&policy, NULL, HV_FW_OVERLAP, 7, 6, 0x20498000);
}

static void masters_must_be_single_and_known(void **state)
{
	struct hv_fw_master m[2] = {
		{TRDC_M, 0, false, 3, 1, 1, false, 1},
		{TRDC_M, 1, false, 3, 1, 1, false, 2},
	};
	const struct hv_fw_policy policy = {&chip, m, 2, NULL, 0, NULL, 0};

	(void)state;
	clean(&policy, NULL);
	m[1].stream = 1;
	one(&policy, NULL, HV_FW_STREAM_TWICE, 1, 0, 1);
	m[1].physical = true;
	clean(&policy, NULL);
	m[1].index = 0;
	one(&policy, NULL, HV_FW_MASTER_TWICE, 1, 0, 0);
	m[1].index = 44;
	one(&policy, NULL, HV_FW_BAD_CHECKER, 1, 1, 0);
	m[1] = (struct hv_fw_master){3, 1, false, 3, 1, 1, false, 2};
	one(&policy, NULL, HV_FW_BAD_CHECKER, 1, 1, 0);
	m[1] = (struct hv_fw_master){TRDC_M, 1, false, 16, 1, 1, false, 2};
	one(&policy, NULL, HV_FW_BAD_DOMAIN, 1, 1, 0);
	m[1] = (struct hv_fw_master){TRDC_M, 1, false, 3, 1, 1, false, 64};
	one(&policy, NULL, HV_FW_BAD_VALUE, 1, 1, 0);
	m[1] = (struct hv_fw_master){TRDC_M, 1, false, 3, 4, 1, false, 2};
	one(&policy, NULL, HV_FW_BAD_VALUE, 1, 1, 0);
	m[1] = (struct hv_fw_master){TRDC_M, 1, false, 3, 1, 4, false, 2};
	one(&policy, NULL, HV_FW_BAD_VALUE, 1, 1, 0);
	m[1] = (struct hv_fw_master){TRDC_M, 1, true, 3, 1, 0, false, 2};
	one(&policy, NULL, HV_FW_BAD_VALUE, 1, 1, 0);
}

static void isolation_is_checked(void **state)
{
	struct hv_fw_region r[2] = {
		{MRC_N0, 4, {0x80000000, 0x8000}, 0x7777, true},
		{MRC_N0, 3, {0x90000000, 0x8000}, 0x7777, true},
	};
	struct hv_fw_policy policy = of_regions(r, 2);
	struct hv_fw_isolation want = isolation();
	const struct hv_fw_blocks trdc = {MBC_N0, 0, 2, 2, 3, 0x4400, false};
	const hv_u32 bypassing = 0, missing = 1;
	const struct hv_fw_master master = {TRDC_M, 5, false, 3, 1, 1, true, 0};

	(void)state;
	clean(&policy, &want);
	r[0].range = (struct hv_range){0xf0ffc000, 0x8000};
	one(&policy, &want, HV_FW_REACHES_HYPERVISOR, 0, 0, 0xf0ffc000);
	r[0].access = 0;
	clean(&policy, &want);
	r[0] = (struct hv_fw_region){MRC_N0, 3, {0x89ffc000, 0x8000}, 0x7777, true};
	one(&policy, &want, HV_FW_SECURE_EXPOSED, 0, 0, 0x8a000000);
	r[0].nonsecure = false;
	clean(&policy, &want);
	policy.region_count = 0;
	policy.blocks = &trdc;
	policy.block_count = 1;
	one(&policy, &want, HV_FW_FIREWALL_GRANTED, 0, 0, 0x49020000);
	policy.block_count = 0;
	policy.masters = &master;
	policy.master_count = 1;
	want.guest_masters = &bypassing;
	want.guest_master_count = 1;
	one(&policy, &want, HV_FW_BYPASSES_SMMU, 0, 0, 0);
	want.guest_masters = &missing;
	one(&policy, &want, HV_FW_BAD_CHECKER, 1, 1, 0);
}

static void windows_may_touch_each_other(void **state)
{
	const struct hv_range windows[] = {{0x88004000, 0x4000}, {0x88000000, 0x4000}, {0x88008000, 0x4000}};
	const struct hv_fw_region r[2] = {
		{MRC_N0, 4, {0x88000000, 0x10000}, 0x6666, true},
		{MRC_N0, 3, {0x87ffc000, 0x10000}, 0x6666, true},
	};
	const struct hv_fw_policy policy = of_regions(r, 2);
	struct hv_fw_isolation want = {3, 4, windows, 3, NULL, 0, NULL, 0, NULL, 0};

	(void)state;
	clean(&policy, &want);
	want.shared_count = 2;
	one(&policy, &want, HV_FW_MEETS, 0, 1, 0x88000000);
}

static void devices_that_nobody_can_change_may_be_read_by_both(void **state)
{
	struct hv_fw_blocks b[2] = {
		{MBC_W0, 0, 5, 6, 4, 0x4444, true},
		{MBC_W0, 0, 6, 7, 3, 0x4444, true},
	};
	const struct hv_fw_policy policy = {&chip, NULL, 0, NULL, 0, b, 2};
	const struct hv_fw_isolation want = isolation();

	(void)state;
	clean(&policy, &want);
	b[1].access = 0x6666;
	one(&policy, &want, HV_FW_MEETS, 0, 1, 0x42060000);
}

static void findings_without_room_are_counted(void **state)
{
	const struct hv_fw_region r[2] = {
		{MRC_N0, 16, {0x80000000, 0x4000}, 0x6666, true},
		{MRC_N0, 17, {0x90000000, 0x4000}, 0x6666, true},
	};
	const struct hv_fw_policy policy = of_regions(r, 2);

	(void)state;
	memset(found, 0xee, sizeof found);
	assert_int_equal(hv_fw_validate(&policy, NULL, found, 1, &count), -1);
	assert_int_equal(count, 2);
	assert_int_equal(found[0].index, 0);
	assert_int_equal(found[1].index, 0xeeeeeeee);
	assert_int_equal(hv_fw_validate(&policy, NULL, NULL, 0, &count), -1);
	assert_int_equal(count, 2);
	assert_int_equal(hv_fw_validate(NULL, NULL, found, 1, &count), -22);
	assert_int_equal(hv_fw_validate(&policy, NULL, NULL, 1, &count), -22);
	assert_int_equal(hv_fw_validate(&policy, NULL, found, 1, NULL), -22);
	assert_int_equal(hv_fw_validate(&(struct hv_fw_policy){.chip = NULL}, NULL, found, 1, &count), -22);
	assert_string_equal(hv_fw_rule_name(HV_FW_BYPASSES_SMMU), "a guest's master bypasses the SMMU");
	assert_string_equal(hv_fw_rule_name((enum hv_fw_rule)15), "unknown rule");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stock_policy_answers_as_published),
		cmocka_unit_test(no_core_reaches_the_firewalls),
		cmocka_unit_test(each_nibble_has_its_kind_of_access),
		cmocka_unit_test(the_stock_policy_is_sound),
		cmocka_unit_test(the_rpmsg_variant_lets_the_cores_meet),
		cmocka_unit_test(a_region_must_fit_the_hardware),
		cmocka_unit_test(regions_of_a_domain_may_not_overlap),
		cmocka_unit_test(a_checker_has_so_many_regions_and_values),
		cmocka_unit_test(blocks_must_fit_the_hardware),
		cmocka_unit_test(masters_must_be_single_and_known),
		cmocka_unit_test(isolation_is_checked),
		cmocka_unit_test(windows_may_touch_each_other),
		cmocka_unit_test(devices_that_nobody_can_change_may_be_read_by_both),
		cmocka_unit_test(findings_without_room_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
