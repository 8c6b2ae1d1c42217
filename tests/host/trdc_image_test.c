/* SPDX-License-Identifier: Apache-2.0 */
/* lib/dma: register words of the TRDC against the ones that NXP's stock configuration loads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firewall_fixture.h"

#define WORDS 8192
static struct hv_trdc_word image[WORDS];
static hv_u32 words;

static void compile(const struct hv_fw_policy *policy, hv_u32 trdc)
{
	assert_int_equal(hv_trdc_compile(policy, trdc, image, WORDS, &words), 0);
}

static hv_u32 written(hv_u32 offset)
{
	for (hv_u32 i = words; i > 0; i--) {
		if (image[i - 1].offset == offset)
			return image[i - 1].value;
	}
	fail_msg("offset 0x%x is not written", offset);
	return 0;
}

static void the_stock_ddr_words(void **state)
{
	static const struct hv_trdc_word golden[] = {
		{0x1a020, 0x6666}, {0x1a024, 0x4444}, {0x1a028, 0x7777}, {0x1a02c, 0x7700},
		{0x1a040, 0x08000000}, {0x1a044, 0x87fffc11},
		{0x1a340, 0x08800002}, {0x1a344, 0x089ffc11},
		{0x1a348, 0x08a00003}, {0x1a34c, 0x08dffc01},
		{0x1a350, 0x08e00002}, {0x1a354, 0x87fffc11},
		{0x1a440, 0x08000002}, {0x1a444, 0x089ffc11},
		{0x1ac40, 0x08000001}, {0x1ac44, 0x08affc11},
		{0x1ac48, 0x08b00000}, {0x1ac4c, 0x08bffc11},
		{0x1ac50, 0x08c00001}, {0x1ac54, 0x87fffc11},
		{0x1a35c, 0}, {0x1a44c, 0}, {0x1a1bc, 0}, {0x1afbc, 0},
	};

	(void)state;
	compile(&stock, TRDC_N);
	for (hv_u32 i = 0; i < COUNT(golden); i++)
		assert_int_equal(written(golden[i].offset), golden[i].value);
}

static void the_stock_tightly_coupled_memory_words(void **state)
{
	(void)state;
	compile(&stock, TRDC_W);
	assert_int_equal(written(0x18020), 0x6600);
	assert_int_equal(written(0x18024), 0x6666);
	assert_int_equal(written(0x18240), 0x4a050000);
	assert_int_equal(written(0x18244), 0x4a0ac001);
	assert_int_equal(written(0x18440), 0x4a060001);
	assert_int_equal(written(0x18444), 0x4a09c011);
	assert_int_equal(written(0x18448), 0x20380001);
	assert_int_equal(written(0x1844c), 0x2047c011);
}

/* OCRAM: blocks 0-15 secure by value 3, 16-21 non-secure by value 2. */
static void the_stock_on_chip_memory_words(void **state)
{
	(void)state;
	compile(&stock, TRDC_N);
	assert_int_equal(written(0x14020), 0);
	assert_int_equal(written(0x14028), 0x7777);
	assert_int_equal(written(0x1402c), 0x7700);
	assert_int_equal(written(0x14640), 0x33333333);
	assert_int_equal(written(0x14644), 0x33333333);
	assert_int_equal(written(0x14648), 0x00aaaaaa);
	assert_int_equal(written(0x14840), 0);
}

static void the_stock_domain_assignments(void **state)
{
	(void)state;
	compile(&stock, TRDC_N);
	assert_int_equal(written(0x800), 0x90008003);
	assert_int_equal(written(0x880), 0xa3400053);
	assert_int_equal(written(0x8a0), 0xb0000053);
	compile(&stock, TRDC_W);
	assert_int_equal(written(0x800), 0x90000004);
	compile(&stock, TRDC_M);
	assert_int_equal(written(0x800), 0xa0400053);
	assert_int_equal(written(0x820), 0xa0800053);
	assert_int_equal(written(0x860), 0xa0c00053);
	assert_int_equal(written(0x900), 0x90000004);
	assert_int_equal(words, 5);
}

/* Until the last word nothing is valid; value 0 comes after everything that names it. */
static void the_order_is_safe(void **state)
{
	hv_u32 value0 = 0, other = 0;

	(void)state;
	compile(&stock, TRDC_N);
	assert_int_equal(image[words - 1].offset, 0);
	assert_int_equal(image[words - 1].value, 0xc001);
	for (hv_u32 i = 0; i + 1 < words; i++) {
		const bool is_value0 = image[i].offset == 0x1a020 || image[i].offset == 0x14020;

		assert_int_not_equal(image[i].offset, 0);
		if (is_value0 && value0 == 0)
			value0 = i;
		if (!is_value0 && (image[i].offset & 0xfff) >= 0x40)
			other = i;
	}
	assert_true(value0 > other);
	assert_true(image[0].offset >= 0x800 && image[0].offset < 0x1000);
}

static struct hv_fw_master masters[64];
static struct hv_fw_region regions[256];
static struct hv_fw_blocks blocks[256];

static struct hv_trdc_rules room(void)
{
	return (struct hv_trdc_rules){masters, 64, 0, regions, 256, 0, blocks, 256, 0};
}

static void the_stock_policy_comes_back(void **state)
{
	struct hv_trdc_rules rules = room();
	struct hv_fw_policy back = {.chip = &chip};

	(void)state;
	for (hv_u32 t = 0; t < TRDC_COUNT; t++) {
		compile(&stock, t);
		assert_int_equal(hv_trdc_decode(&chip, t, image, words, &rules), 0);
	}
	assert_int_equal(rules.master_count, COUNT(stock_masters));
	assert_int_equal(rules.region_count, COUNT(stock_regions));
	assert_int_equal(rules.block_count, COUNT(stock_blocks));
	assert_memory_equal(&rules.masters[1], &stock_masters[1], sizeof stock_masters[1]);
	back.regions = rules.regions;
	back.region_count = rules.region_count;
	back.blocks = rules.blocks;
	back.block_count = rules.block_count;
	assert_int_equal(hv_fw_validate(&back, NULL, NULL, 0, &words), 0);
	for (hv_u32 i = 0; i < rules.region_count; i++) {
		const struct hv_fw_access at = {rules.regions[i].did, rules.regions[i].range.base, true, true,
						HV_FW_READ};

		assert_int_equal(hv_fw_check(&back, &at), hv_fw_check(&stock, &at));
	}
}

static void what_cannot_be_compiled_says_so(void **state)
{
	struct hv_fw_region nine[9];
	const struct hv_fw_policy policy = {&chip, NULL, 0, nine, 9, NULL, 0};
	struct hv_fw_blocks eight[8];
	const struct hv_fw_policy many = {&chip, NULL, 0, NULL, 0, eight, 8};

	(void)state;
	compile(&stock, TRDC_M);
	assert_int_equal(hv_trdc_compile(&stock, TRDC_M, image, 4, &words), -28);
	assert_int_equal(words, 5);
	assert_int_equal(hv_trdc_compile(&stock, TRDC_M, NULL, 0, &words), -28);
	assert_int_equal(hv_trdc_compile(&stock, TRDC_M, image, 5, &words), 0);
	assert_int_equal(hv_trdc_compile(&stock, 3, image, 5, &words), -22);
	assert_int_equal(hv_trdc_compile(NULL, 0, image, 5, &words), -22);
	assert_int_equal(hv_trdc_compile(&(struct hv_fw_policy){.chip = NULL}, 0, image, 5, &words), -22);
	assert_int_equal(hv_trdc_compile(&stock, 0, NULL, 5, &words), -22);
	assert_int_equal(hv_trdc_compile(&stock, 0, image, 5, NULL), -22);
	for (hv_u32 i = 0; i < 9; i++)
		nine[i] = (struct hv_fw_region){MRC_N0, 3, {0x80000000 + i * 0x4000, 0x4000}, i, true};
	assert_int_equal(hv_trdc_compile(&policy, TRDC_N, image, WORDS, &words), -28);
	assert_int_equal(words, 0);
	for (hv_u32 i = 0; i < 8; i++)
		eight[i] = (struct hv_fw_blocks){MBC_N2, 0, i, i, 3, i + 1, true};
	assert_int_equal(hv_trdc_compile(&many, TRDC_N, image, WORDS, &words), -28);
	assert_int_equal(words, 0);
}

static void what_cannot_be_decoded_says_so(void **state)
{
	struct hv_trdc_rules rules = room();

	(void)state;
	compile(&stock, TRDC_N);
	assert_int_equal(hv_trdc_decode(&chip, TRDC_N, image, words - 1, &rules), -1);
	assert_int_equal(hv_trdc_decode(&chip, 3, image, words, &rules), -22);
	assert_int_equal(hv_trdc_decode(NULL, 0, image, words, &rules), -22);
	assert_int_equal(hv_trdc_decode(&chip, 0, NULL, words, &rules), -22);
	assert_int_equal(hv_trdc_decode(&chip, 0, image, words, NULL), -22);
	rules.regions = NULL;
	assert_int_equal(hv_trdc_decode(&chip, 0, image, words, &rules), -22);
	rules = room();
	rules.blocks = NULL;
	assert_int_equal(hv_trdc_decode(&chip, 0, image, words, &rules), -22);
	rules = room();
	rules.masters = NULL;
	assert_int_equal(hv_trdc_decode(&chip, 0, image, words, &rules), -22);
	rules.master_capacity = 0;
	assert_int_equal(hv_trdc_decode(&chip, 0, image, words, &rules), -28);
	rules = room();
	rules.master_capacity = 2;
	assert_int_equal(hv_trdc_decode(&chip, TRDC_N, image, words, &rules), -28);
	rules = room();
	rules.block_capacity = 3;
	assert_int_equal(hv_trdc_decode(&chip, TRDC_N, image, words, &rules), -28);
	rules = room();
	rules.region_capacity = 7;
	assert_int_equal(hv_trdc_decode(&chip, TRDC_N, image, words, &rules), -28);
	rules = room();
	image[0] = (struct hv_trdc_word){0x1a354, 0x00000011}; /* ends before it starts */
	for (hv_u32 i = 1; i < words; i++) {
		if (image[i].offset == 0x1a354)
			image[i] = image[0];
	}
	assert_int_equal(hv_trdc_decode(&chip, TRDC_N, image, words, &rules), 0);
	assert_int_equal(rules.region_count, 7);
}

static void an_error_capture_is_told(void **state)
{
	struct hv_trdc_error e;

	(void)state;
	hv_trdc_error_decode(0x2002f914, 0x80000f03, &e);
	assert_true(e.valid && !e.multiple && e.write && !e.secure && e.privileged && e.data);
	assert_int_equal(e.did, 3);
	assert_int_equal(e.address, 0x2002f914);
	hv_trdc_error_decode(0x08e00000, 0xc5000004, &e);
	assert_true(e.valid && e.multiple && !e.write && e.secure && !e.privileged && !e.data);
	assert_int_equal(e.did, 4);
	assert_int_equal(e.port, 5);
	hv_trdc_error_decode(0, 0x40000f03, &e);
	assert_false(e.valid);
	assert_int_equal(hv_trdc_error_offset(false, 0), 0x400);
	assert_int_equal(hv_trdc_error_offset(false, 4), 0x440);
	assert_int_equal(hv_trdc_error_offset(true, 2), 0x4a0);
}

/* ---- any policy survives the way there and back ---- */

static hv_u64 seed;

static hv_u32 below(hv_u32 n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (hv_u32)(seed >> 33) % n;
}

static const hv_u32 values[] = {0x7777, 0x6666, 0x4444, 0x7700, 0x6600, 0x5000, 0x7740};

static hv_u32 random_regions(struct hv_fw_region *out)
{
	hv_u32 n = 0;

	for (hv_u32 did = 0; did < 16; did++) {
		hv_u64 at = 0x80000000;

		for (hv_u32 i = below(5); i > 0; i--) {
			const hv_u64 gap = (hv_u64)below(64) * 0x4000, size = (1 + (hv_u64)below(64)) * 0x4000;

			out[n++] = (struct hv_fw_region){MRC_N0, did, {at + gap, size}, values[below(7)], below(2)};
			at += gap + size;
		}
	}
	return n;
}

static hv_u32 random_blocks(struct hv_fw_blocks *out)
{
	hv_u32 n = 0;

	for (hv_u32 did = 0; did < 16; did++) {
		for (hv_u32 at = below(8); at < 22; at += 1 + below(4)) {
			const hv_u32 last = at + below(22 - at);

			out[n++] = (struct hv_fw_blocks){MBC_N2, 0, at, last, did, values[below(7)], below(2)};
			at = last;
		}
	}
	return n;
}

static void expect_same(const struct hv_fw_policy *a, const struct hv_fw_policy *b)
{
	static const enum hv_fw_op ops[] = {HV_FW_READ, HV_FW_WRITE, HV_FW_EXECUTE};

	for (hv_u32 i = 0; i < 4000; i++) {
		const bool ddr = below(2);
		const struct hv_fw_access at = {
			below(16), (ddr ? 0x80000000 + (hv_u64)below(0x1000000) : 0x20480000 + (hv_u64)below(0x60000)),
			below(2), below(2), ops[below(3)]};

		if (hv_fw_check(a, &at) != hv_fw_check(b, &at))
			fail_msg("did %u at 0x%llx differs", at.did, (unsigned long long)at.address);
	}
}

static void any_policy_survives(void **state)
{
	static struct hv_fw_region some_regions[128];
	static struct hv_fw_blocks some_blocks[400];
	static struct hv_fw_region back_regions[256];
	static struct hv_fw_blocks back_blocks[400];
	const char *given = getenv("HAVEN_SEED");

	(void)state;
	seed = given == NULL ? 20261121 : strtoull(given, NULL, 0);
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int round = 0; round < 60; round++) {
		struct hv_fw_policy policy = {&chip, NULL, 0, some_regions, random_regions(some_regions),
					      some_blocks, random_blocks(some_blocks)};
		struct hv_trdc_rules rules = {masters, 64, 0, back_regions, 256, 0, back_blocks, 400, 0};
		struct hv_fw_policy back = policy;

		assert_int_equal(hv_fw_validate(&policy, NULL, NULL, 0, &words), 0);
		compile(&policy, TRDC_N);
		assert_int_equal(hv_trdc_decode(&chip, TRDC_N, image, words, &rules), 0);
		back.regions = back_regions;
		back.region_count = rules.region_count;
		back.blocks = back_blocks;
		back.block_count = rules.block_count;
		expect_same(&policy, &back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stock_ddr_words),
		cmocka_unit_test(the_stock_tightly_coupled_memory_words),
		cmocka_unit_test(the_stock_on_chip_memory_words),
		cmocka_unit_test(the_stock_domain_assignments),
		cmocka_unit_test(the_order_is_safe),
		cmocka_unit_test(the_stock_policy_comes_back),
		cmocka_unit_test(what_cannot_be_compiled_says_so),
		cmocka_unit_test(what_cannot_be_decoded_says_so),
		cmocka_unit_test(an_error_capture_is_told),
		cmocka_unit_test(any_policy_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
