/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 driver replaces live stream table entries: while the SMMU fetches their words
 * whenever it likes, while devices use them, and where the queue stops in between.
 */
#include "smmu_fixture.h"

static void replacing_cuts_off_and_restores(void **state)
{
	const struct hv_smmu_ste a = stage2_of(ROOT_A, 1);
	struct hv_smmu_ste none;

	(void)state;
	switch_on_two();
	hv_smmu_ste_abort(&none);
	for (int turn = 0; turn < 20; turn++) { /* through the end of the command queue */
		assert_dma(8, 0x40000000, true, 0x60000000);
		assert_true(hv_hal_smmu_replace(&hal, entry_of(8), 8, &none));
		assert_memory_equal(entry_of(8), &none, 64);
		assert_abort(8, 0x40000000, true, 0);
		assert_true(hv_hal_smmu_replace(&hal, entry_of(8), 8, &a));
		assert_memory_equal(entry_of(8), &a, 64);
	}
	assert_dma(0x110, 0x40000000, true, 0xa0000000);
	assert_no_event();
}

/* The queue stops at the first, second or third SYNC: never a word of both, and it is said. */
static hv_u32 doorbells_left;

static void stop_later(struct fake_smmu *model, void *context)
{
	(void)context;
	if (model->syncs - 2 == doorbells_left)
		model->stuck = FAKE_SMMU_STUCK_CMDQ;
}

static void replacing_that_fails_leaves_no_mixture(void **state)
{
	const struct hv_smmu_ste a = stage2_of(ROOT_A, 1), b = stage2_of(ROOT_B, 2);

	for (hv_u32 done = 0; done < 3; done++) {
		machine_on(state);
		switch_on_two();
		doorbells_left = done;
		smmu.traffic = stop_later;
		assert_false(hv_hal_smmu_replace(&hal, entry_of(8), 8, &b));
		assert_int_equal(smmu.syncs - 2, done);
		assert_true(entry_of(8)->word[0] == (done == 2 ? b.word[0] : 0));
		assert_memory_equal(&entry_of(8)->word[1], done == 0 ? &a.word[1] : &b.word[1], 56);
	}
}

/* Leaves of both maps, and what A's give; B's give 0x40000000 more. */
static const hv_u64 leaves[4][2] = {
	{0x40000000, 0x60000000}, {0x40200000, 0x61000000}, {0x40202000, 0x61002000},
	{0xc0000000, 0x80000000},
};

/* Now and then the SMMU fetches some words of the entry, or the device writes somewhere. */
static void race(struct fake_smmu *model, void *context)
{
	const hv_u64 *leaf = leaves[random_below(4)];
	struct fake_smmu_access access;

	(void)context;
	if (random_below(8) == 0)
		fake_smmu_prefetch(model, 8, 1 + random_below(255));
	if (random_below(8) != 0)
		return;
	access = fake_smmu_dma(model, 8, leaf[0], true);
	if (access.allowed && access.pa != leaf[1] && access.pa != leaf[1] + 0x40000000)
		fail_msg("0x%llx: to 0x%llx", (unsigned long long)leaf[0],
			 (unsigned long long)access.pa);
}

/*
 * From one partition's map to the other's, while the SMMU fetches words of the entry
 * whenever it likes. If it ever used words of both, the TLB would keep a translation of
 * the one under the VMID of the other.
 */
static void a_torn_entry_is_never_used(void **state)
{
	const struct hv_smmu_ste a = stage2_of(ROOT_A, 1), b = stage2_of(ROOT_B, 2);

	random_start();
	for (int turn = 0; turn < 2000; turn++) {
		const bool back = random_below(2) == 0, small = random_below(2) == 0;

		small ? small_machine_on(state) : machine_on(state);
		prepare(small ? 6 : 16);
		set_entry(8, back ? &b : &a);
		set_entry(9, &a);
		set_entry(10, &b);
		switch_on();
		fake_smmu_prefetch(&smmu, 8, random_below(256));
		smmu.traffic = race;
		assert_true(hv_hal_smmu_replace(&hal, entry_of(8), 8, back ? &a : &b));
		smmu.traffic = NULL;
		for (size_t i = 0; i < 4; i++) {
			const hv_u64 pa = leaves[i][1];

			assert_dma(9, leaves[i][0], true, pa);
			assert_dma(10, leaves[i][0], true, pa + 0x40000000);
			assert_dma(8, leaves[i][0], true, back ? pa : pa + 0x40000000);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(replacing_cuts_off_and_restores, machine_on),
		cmocka_unit_test_setup(replacing_that_fails_leaves_no_mixture, machine_on),
		cmocka_unit_test_setup(a_torn_entry_is_never_used, machine_on),
	};

	return cmocka_run_group_tests(tests, NULL, machine_off);
}
