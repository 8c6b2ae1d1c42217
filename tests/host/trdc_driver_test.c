/* SPDX-License-Identifier: Apache-2.0 */
/* The TRDC driver on models of the hardware: what it writes is what the hardware then enforces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arm64/mmio.h>
#include <haven/hal/firewall.h>

#include "fake_bus.h"
#include "seeded.h"
#include "trdc_fixture.h"

#define READ  4u
#define WRITE 2u
#define N(offset) (UINT64_C(0x49010000) + (offset))

static struct hv_trdc_word words[4096];
static struct hv_hal_fw_config config;
static struct hv_hal_fw fw;

static int power_on(void **state)
{
	(void)state;
	fake_bus_reset();
	models_on();
	config = (struct hv_hal_fw_config){.policy = &stock, .words = words, .word_capacity = 4096};
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	fake_access_clear();
	return 0;
}

static void apply(void)
{
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	fake_access_clear();
}

/* ---- what the policies mean ---- */

static void the_stock_policy(void **state)
{
	(void)state;
	apply();
	assert_false(passes(M7, 0x8e000000, true, READ));
	assert_true(passes(M7, 0x80000000, true, WRITE));
	assert_true(passes(M7, 0x89ffffff, true, WRITE));
	assert_false(passes(M7, 0x8a000000, true, READ));
	assert_false(passes(A55, 0x80000000, false, READ));
	assert_false(passes(A55, 0x87ffffff, true, READ));
	assert_true(passes(A55, 0x88000000, false, WRITE));
	assert_false(passes(A55, 0x8a000000, false, READ));
	assert_true(passes(A55, 0x8a000000, true, READ));
	assert_true(passes(A55, 0x8dffffff, true, WRITE));
	assert_true(passes(A55, 0x8e000000, false, WRITE));
	assert_true(passes(A55, 0x87fffffff, false, WRITE));
	assert_false(passes(A55, 0x880000000, false, READ));
	assert_true(passes(M7, 0x203c0000, true, WRITE));
	assert_false(passes(A55, 0x203c0000, false, READ));
	assert_false(passes(M7, 0xc0000000, true, READ));
	assert_false(passes(5, 0x90000000, true, READ));
}

static void the_rpmsg_policy(void **state)
{
	(void)state;
	config.policy = &rpmsg;
	apply();
	assert_true(passes(A55, 0x203c0000, false, READ));
	assert_true(passes(A55, 0x80000000, false, WRITE));
	assert_true(passes(A55, 0x88000000, false, WRITE));
	assert_true(passes(M7, 0xc0000000, true, WRITE));
	assert_false(passes(M7, 0xd0000000, true, READ));
	assert_true(passes(A55, 0xc0000000, false, WRITE));
	assert_false(passes(M7, 0x90000000, true, READ));
}

/* No application core, at whatever exception level, and no M7 reaches a TRDC's registers. */
static void the_firewall_guards_itself(void **state)
{
	static const hv_u64 frames[] = {0x49010000, 0x4901a340, 0x49020000, 0x42460000, 0x42470000};

	(void)state;
	apply();
	for (hv_u32 i = 0; i < COUNT(frames); i++) {
		for (hv_u32 secure = 0; secure < 2; secure++) {
			assert_false(passes(A55, frames[i], secure != 0, READ));
			assert_false(passes(A55, frames[i], secure != 0, WRITE));
			assert_false(passes(M7, frames[i], secure != 0, WRITE));
		}
		assert_true(passes(SM, frames[i], true, WRITE));
		assert_false(passes(SM, frames[i], false, WRITE));
	}
}

static void masters_get_their_domains(void **state)
{
	hv_u32 did, stream;
	bool physical;

	(void)state;
	assert_false(fake_trdc_master(&models[TRDC_N], 4, &did, &physical, &stream));
	apply();
	assert_true(fake_trdc_master(&models[TRDC_N], 4, &did, &physical, &stream));
	assert_true(did == A55 && !physical && stream == 0x0d);
	assert_true(fake_trdc_master(&models[TRDC_W], 0, &did, &physical, &stream));
	assert_true(did == M7 && physical);
	assert_false(fake_trdc_master(&models[TRDC_N], 6, &did, &physical, &stream));
}

/* ---- order, locks and who may write ---- */

static void nothing_passes_before_the_last_write(void **state)
{
	hv_u32 at;

	(void)state;
	assert_false(passes(A55, 0x90000000, false, READ));
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	at = fake_access_find(0, FAKE_WRITE, N(0));
	assert_int_equal(fake_access_at(at)->value, 0xc001);
	for (hv_u32 i = at + 1; i < fake_access_count(); i++) {
		const struct fake_access *a = fake_access_at(i);

		assert_false(a->kind == FAKE_WRITE && a->address >= N(0) && a->address < N(0x20000));
	}
	assert_string_equal(fake_access_at(at + 1)->name, "dsb sy");
}

static void a_locked_firewall_stays(void **state)
{
	(void)state;
	config.lock = true;
	apply();
	assert_int_equal(mmio_read32(N(0)), 0x4000c001);
	mmio_write32(N(0), 0);
	assert_int_equal(mmio_read32(N(0)), 0x4000c001);
	assert_int_equal(models[TRDC_N].refused, 1);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_OK);
}

static void without_the_lock_it_does_not(void **state)
{
	(void)state;
	apply();
	mmio_write32(N(0), 0);
	assert_int_equal(mmio_read32(N(0)), 0);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_MISMATCH);
	assert_true(fw.address == N(0) && fw.value == 0);
}

/* What EL2 is: not secure. Its writes have no effect, and that is found. */
static void who_may_not_write_is_found_out(void **state)
{
	(void)state;
	models[TRDC_N].writer_secure = false;
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_MISMATCH);
	assert_true(models[TRDC_N].refused > 100);
	models[TRDC_N].writer_secure = true;
	models[TRDC_N].writer_privileged = false;
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_MISMATCH);
	assert_false(passes(A55, 0x90000000, false, READ));
}

static void locked_words_are_found_out(void **state)
{
	(void)state;
	mmio_write32(N(0x1a024), 0x80007777); /* somebody fixed an access value */
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_MISMATCH);
	assert_true(fw.address == N(0x1a024) && fw.value == 0x80007777);
	power_on(state);
	mmio_write32(N(0x800), 0xd0008004); /* and a master's domain */
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_MISMATCH);
	assert_true(fw.address == N(0x800));
}

/* Each register that is written is also checked. */
static void any_word_that_does_not_hold_is_found(void **state)
{
	hv_u32 count, tried = 0;

	(void)state;
	assert_int_equal(hv_trdc_compile(&stock, TRDC_N, words, 4096, &count), 0);
	for (hv_u32 i = 0; i + 1 < count; i++) {
		const hv_u32 offset = words[i].offset, value = words[i].value;

		if (value == 0)
			continue;
		power_on(NULL);
		models[TRDC_N].stuck = offset;
		assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_MISMATCH);
		assert_true(fw.address == N(offset) && fw.value == 0);
		tried++;
		assert_int_equal(hv_trdc_compile(&stock, TRDC_N, words, 4096, &count), 0);
	}
	assert_in_range(tried, 20, 100);
}

static void another_part_is_refused(void **state)
{
	(void)state;
	models[TRDC_W].word[0xf0 / 4] ^= 1u << 24;
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_ABSENT);
	assert_true(fw.address == 0x424600f0 && fw.value == models[TRDC_W].word[0xf0 / 4]);
	models[TRDC_W].word[0xf0 / 4] ^= 1u << 24 | 1u << 16;
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_ABSENT);
	models[TRDC_W].word[0xf0 / 4] ^= 1u << 16 | 1u << 8;
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_ABSENT);
}

static void too_little_room_writes_nothing(void **state)
{
	(void)state;
	config.word_capacity = 100;
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_MISMATCH);
	assert_int_equal(fake_access_find(0, FAKE_WRITE, N(0)), FAKE_NOWHERE);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_MISMATCH);
}

static void there_is_no_core_here(void **state)
{
	struct hv_lmm_event event;
	int32_t status;

	(void)state;
	assert_int_equal(hv_hal_mcu_begin(&fw, HV_MCU_START), HV_SCMI_NOT_SUPPORTED);
	assert_true(hv_hal_mcu_step(&fw, &status));
	assert_int_equal(status, HV_SCMI_NOT_SUPPORTED);
	assert_false(hv_hal_mcu_poll(&fw, &event));
}

/* ---- violations ---- */

static void the_first_violation_is_kept(void **state)
{
	struct hv_trdc_error e;

	(void)state;
	apply();
	passes(M7, 0x8e000040, true, WRITE);
	mmio_write32(N(0x1fc), M7);
	assert_int_equal(mmio_read32(N(0x200 + 4 * M7)), 0x10000); /* DERRLOC: MRC 0 */
	hv_trdc_error_decode(mmio_read32(N(0x480)), mmio_read32(N(0x484)), &e);
	assert_true(e.valid && !e.multiple && e.write && e.secure && e.privileged && e.data);
	assert_int_equal(e.did, M7);
	assert_int_equal(e.address, 0x08e00004);
	passes(M7, 0x90000000, true, READ);
	hv_trdc_error_decode(mmio_read32(N(0x480)), mmio_read32(N(0x484)), &e);
	assert_true(e.multiple && e.write);
	assert_int_equal(e.address, 0x08e00004);
	mmio_write32(N(0x1fc), A55); /* another domain has none */
	hv_trdc_error_decode(mmio_read32(N(0x480)), mmio_read32(N(0x484)), &e);
	assert_false(e.valid);
	mmio_write32(N(0x1fc), M7);
	mmio_write32(N(0x484), 0); /* read-only */
	mmio_write32(N(0x48c), 0x80000000); /* not the word that re-arms */
	assert_int_not_equal(mmio_read32(N(0x484)), 0);
	mmio_write32(N(hv_trdc_error_offset(true, 0) + 12), HV_TRDC_REARM);
	assert_int_equal(mmio_read32(N(0x484)), 0);
	assert_int_equal(mmio_read32(N(0x200 + 4 * M7)), 0);
	passes(M7, 0x90000000, true, 1);
	hv_trdc_error_decode(mmio_read32(N(0x480)), mmio_read32(N(0x484)), &e);
	assert_true(e.valid && !e.multiple && !e.write && !e.data);
	assert_int_equal(e.address, 0x09000000);
}

static void block_checkers_have_their_own(void **state)
{
	struct hv_trdc_error e;

	(void)state;
	apply();
	passes(A55, 0x20480000, false, READ); /* secure OCRAM: MBC 2 */
	mmio_write32(N(0x1fc), A55);
	assert_int_equal(mmio_read32(N(0x200 + 4 * A55)), 1u << 2);
	hv_trdc_error_decode(mmio_read32(N(0x420)), mmio_read32(N(0x424)), &e);
	assert_true(e.valid && !e.secure && !e.write);
	assert_int_equal(e.address, 0x20480000);
}

/* ---- any policy: what hv_fw_check() says is what the hardware does ---- */

static const hv_u32 values[] = {0x7777, 0x6666, 0x4444, 0x7700, 0x6600, 0x5000, 0x7740};

static hv_u32 some_regions(struct hv_fw_region *out)
{
	hv_u32 n = 0;

	for (hv_u32 did = 0; did < 16; did++) {
		hv_u64 at = 0x80000000;

		for (hv_u64 i = rnd(6); i > 0; i--) {
			const hv_u64 gap = rnd(16) * 0x4000, size = (1 + rnd(16)) * 0x4000;

			out[n++] = (struct hv_fw_region){MRC_N0, did, {at + gap, size}, values[rnd(7)],
							 rnd(2) != 0};
			at += gap + size;
		}
	}
	return n;
}

static hv_u32 some_blocks(struct hv_fw_blocks *out)
{
	hv_u32 n = 0;

	for (hv_u32 did = 0; did < 16; did++) {
		for (hv_u32 at = (hv_u32)rnd(8); at < 22; at += 1 + (hv_u32)rnd(4)) {
			const hv_u32 last = at + (hv_u32)rnd(22 - at);

			out[n++] = (struct hv_fw_blocks){MBC_N2, 0, at, last, did, values[rnd(7)],
							 rnd(2) != 0};
			at = last;
		}
	}
	return n;
}

static void expect_same(const struct hv_fw_policy *policy)
{
	for (int i = 0; i < 3000; i++) {
		const hv_u64 address = rnd(2) != 0 ? 0x80000000 + rnd(0x300000) : 0x20480000 + rnd(0x58000);
		const struct hv_fw_access at = {(hv_u32)rnd(16), address, rnd(2) != 0, rnd(2) != 0,
						(enum hv_fw_op)(1u << rnd(3))};
		const bool real = fake_trdc_access(all_models, TRDC_COUNT, &(struct fake_trdc_access){
			at.did, at.address, at.secure, at.privileged, (hv_u32)at.op});

		if (real != hv_fw_check(policy, &at))
			fail_msg("did %u at 0x%llx: the hardware says %d", at.did,
				 (unsigned long long)at.address, real);
	}
}

static void any_policy_is_enforced(void **state)
{
	static struct hv_fw_region regions[128];
	static struct hv_fw_blocks blocks[400];

	for (int round = 0; round < 60; round++) {
		const struct hv_fw_policy policy = {&chip, NULL, 0, regions, some_regions(regions),
						    blocks, some_blocks(blocks)};
		hv_u32 findings;

		power_on(state);
		assert_int_equal(hv_fw_validate(&policy, NULL, NULL, 0, &findings), 0);
		config.policy = &policy;
		apply();
		expect_same(&policy);
	}
}

#define TEST(f) cmocka_unit_test_setup(f, power_on)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_stock_policy),
		TEST(the_rpmsg_policy),
		TEST(the_firewall_guards_itself),
		TEST(masters_get_their_domains),
		TEST(nothing_passes_before_the_last_write),
		TEST(a_locked_firewall_stays),
		TEST(without_the_lock_it_does_not),
		TEST(who_may_not_write_is_found_out),
		TEST(locked_words_are_found_out),
		TEST(any_word_that_does_not_hold_is_found),
		TEST(another_part_is_refused),
		TEST(too_little_room_writes_nothing),
		TEST(there_is_no_core_here),
		TEST(the_first_violation_is_kept),
		TEST(block_checkers_have_their_own),
		TEST(any_policy_is_enforced),
	};

	seeded_start(20261121);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
