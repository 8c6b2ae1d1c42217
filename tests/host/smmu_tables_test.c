/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 driver and what devices see through its tables: linear and two-level, what is
 * cached until it is invalidated, memory behind caches.
 */
#include "smmu_fixture.h"

/* Record of a stage-2 fault of stream 8: S2, CLASS IN, RnW in bit 35 of word 1. */
#define FAULT_READ  UINT64_C(0x0000028800000000)
#define FAULT_WRITE UINT64_C(0x0000028000000000)

static void a_device_sees_its_partition_alone(void **state)
{
	(void)state;
	switch_on_two();
	assert_dma(8, 0x40000000, true, 0x60000000);
	assert_dma(8, 0x401fffff, false, 0x601fffff);
	assert_dma(8, 0x40200ffc, true, 0x61000ffc);
	assert_dma(8, 0x40201000, false, 0x61001000);
	assert_dma(8, 0xffffffff, true, 0xbfffffff);
	assert_dma(0x110, 0x40000000, true, 0xa0000000);
	assert_dma(0x110, 0x40202000, true, 0xa1002000);
	assert_no_event();
	assert_abort(8, 0x40201000, true, 0x13); /* read only */
	assert_event(0x800000013, FAULT_WRITE, 0x40201000, 0x40201000);
	assert_abort(8, 0x40202004, false, 0x13); /* write only */
	assert_event(0x800000013, FAULT_READ, 0x40202004, 0x40202000);
	assert_abort(8, 0x40203000, false, 0x12);
	assert_event(0x800000012, FAULT_READ, 0x40203000, 0x40203000);
	assert_abort(8, 0x40204abc, true, 0x10);
	assert_event(0x800000010, FAULT_WRITE, 0x40204abc, 0x40204000);
	assert_abort(8, 0x40400000, true, 0x0b);
	assert_event(0x80000000b, FAULT_WRITE, 0x40400000, 0x70000000);
	assert_abort(8, 0x40600000, true, 0x11);
	assert_event(0x800000011, FAULT_WRITE, 0x40600000, 0x40600000);
	assert_abort(0x110, CMDQ + 0x8000000, true, 0x10);
	assert_event(0x11000000010, FAULT_WRITE, 0x48000000, 0x48000000);
	assert_abort(8, UINT64_C(0x8000000000), true, 0x10); /* beyond 39 bits */
	assert_event(0x800000010, FAULT_WRITE, UINT64_C(0x8000000000), UINT64_C(0x8000000000));
	assert_abort(8, UINT64_C(0x100000000000), true, 0x11); /* beyond 44: not even stage 1 */
	assert_event(0x800000011, UINT64_C(0x0000020000000000), UINT64_C(0x100000000000), 0);
	assert_no_event();
	assert_int_equal(smmu.event_irqs, 9); /* each found the queue empty */
}

static void unowned_streams_abort(void **state)
{
	(void)state;
	switch_on_two();
	assert_abort(9, 0x40000000, true, 0);      /* abort entry: silence */
	assert_abort(0x111, 0x40000000, false, 0);
	assert_no_event();
	assert_abort(0x200, 0x40000000, true, 2);  /* no leaf table */
	assert_event(0x20000000002, 0, 0, 0);
	assert_abort(0x10000, 0x40000000, true, 2);
	assert_event(UINT64_C(0x1000000000002), 0, 0, 0);
	assert_abort(0xffffffff, 0x40000000, true, 2);
	assert_event(UINT64_C(0xffffffff00000002), 0, 0, 0);
	assert_no_event();
}

/* 6 bits of stream ids fit one linear table, at another base; nothing is coherent. */
static void a_small_table_is_linear(void **state)
{
	const struct hv_smmu_ste a = stage2_of(ROOT_A, 1);

	(void)state;
	assert_false(prepare(6));
	set_entry(0x3f, &a);
	switch_on();
	assert_int_equal(smmu.strtab_base_cfg, 6);
	assert_int_equal(smmu.cr1, 0);
	assert_dma(0x3f, 0x40000010, true, 0x60000010);
	assert_abort(0x3e, 0x40000010, true, 0);
	assert_abort(0x40, 0x40000010, true, 2);
	assert_event(0x4000000002, 0, 0, 0);
	assert_abort(0x3f, 0x1000, true, 0x10);
	assert_event(0x3f00000010, FAULT_WRITE, 0x1000, 0x1000);
	assert_no_event();
}

static void a_large_table_may_be_linear_too(void **state)
{
	(void)state;
	smmu.idr[0] = 0x0544101b; /* ST_LEVEL 0 */
	assert_false(prepare(9));
	switch_on();
	assert_int_equal(smmu.strtab_base_cfg, 9);
	assert_abort(0x1ff, 0x40000000, true, 0);
	assert_no_event();
	assert_abort(0x200, 0x40000000, true, 2);
	assert_event(0x20000000002, 0, 0, 0);
}

static void tables_without_memory_abort(void **state)
{
	(void)state;
	assert_true(prepare(16));
	((hv_u64 *)STRTAB)[2] = NO_MEMORY | 9; /* leaf of 0x200..0x2ff */
	switch_on();
	assert_abort(0x210, 0x40000000, true, 3);
	assert_event(0x21000000003, 0, 0, NO_MEMORY + 0x400);
	((hv_u64 *)STRTAB)[2] = LEAF | 9; /* what could not be read is not cached */
	assert_true(hv_hal_smmu_issue(&hal, (struct hv_smmu_cmd[]){hv_smmu_cmd_cfgi_ste(0x210)}, 1));
	assert_abort(0x210, 0x40000000, true, 0);

	assert_true(hv_hal_smmu_abort_all(hal.base));
	assert_true(hv_hal_smmu_enable(&hal, &strtab, NO_MEMORY, &caps));
	assert_abort(0x310, 0x40000000, true, 3);
	assert_event(0x31000000003, 0, 0, NO_MEMORY + 0x18);
}

/* A model that forgot by itself could not show a driver that forgets to say so. */
static void without_cfgi_the_old_entry_stays(void **state)
{
	struct hv_smmu_ste none;

	(void)state;
	switch_on_two();
	assert_dma(8, 0x40000000, true, 0x60000000);
	hv_smmu_ste_abort(&none);
	set_entry(8, &none);
	assert_dma(8, 0x40000000, true, 0x60000000);
	set_entry(0x110, &none); /* not used before: not cached */
	assert_abort(0x110, 0x40000000, true, 0);
}

static void issue_one(struct hv_smmu_cmd command)
{
	assert_true(hv_hal_smmu_issue(&hal, &command, 1));
}

static void translations_stay_until_tlbi(void **state)
{
	volatile hv_u64 *const page = (hv_u64 *)(ROOT_A + 0x2000);
	volatile hv_u64 *const table = (hv_u64 *)(ROOT_A + 0x1008);

	(void)state;
	switch_on_two();
	assert_dma(8, 0x40200000, true, 0x61000000);
	*page = 0;
	assert_dma(8, 0x40200000, true, 0x61000000);
	issue_one(hv_smmu_cmd_tlbi_s2_ipa(2, 0x40200000, true)); /* another VMID */
	issue_one(hv_smmu_cmd_tlbi_s2_ipa(1, 0x40201000, true)); /* another page */
	issue_one(hv_smmu_cmd_cfgi_all());
	assert_dma(8, 0x40200000, true, 0x61000000);
	issue_one(hv_smmu_cmd_tlbi_s2_ipa(1, 0x40200000, true));
	assert_abort(8, 0x40200000, true, 0x10);
	assert_event(0x800000010, FAULT_WRITE, 0x40200000, 0x40200000);

	/* The pointer to a table is cached too, and a leaf invalidation leaves it. */
	*page = 0x610007ff;
	assert_dma(8, 0x40200000, true, 0x61000000);
	*table = 0;
	issue_one(hv_smmu_cmd_tlbi_s2_ipa(1, 0x40200000, true));
	assert_dma(8, 0x40200000, true, 0x61000000);
	issue_one(hv_smmu_cmd_tlbi_s2_ipa(1, 0x40200000, false));
	assert_abort(8, 0x40200000, true, 0x10);

	*table = ROOT_A + 0x2003;
	assert_dma(8, 0x40200000, true, 0x61000000);
	assert_dma(0x110, 0x40200000, true, 0xa1000000);
	*table = 0;
	*(volatile hv_u64 *)(ROOT_B + 0x1008) = 0;
	issue_one(hv_smmu_cmd_tlbi_s12_vmall(1));
	assert_abort(8, 0x40200000, true, 0x10);
	assert_dma(0x110, 0x40200000, true, 0xa1000000);
	issue_one(hv_smmu_cmd_tlbi_nsnh_all());
	assert_abort(0x110, 0x40200000, true, 0x10);
}

/* What was cached before the driver came: switching on forgets it. */
static void switching_on_forgets_everything(void **state)
{
	const struct hv_smmu_ste b = stage2_of(ROOT_B, 2);

	(void)state;
	switch_on_two();
	assert_dma(8, 0x40200000, true, 0x61000000);
	assert_dma(0x110, 0x40200000, true, 0xa1000000);
	*(volatile hv_u64 *)(ROOT_B + 0x2000) = 0;
	set_entry(8, &b);
	switch_on();
	assert_abort(8, 0x40200000, true, 0x10);
	assert_abort(0x110, 0x40200000, true, 0x10);
}

/* Without snooping: tables and commands are cleaned, events invalidated before they are read. */
static void without_snooping_memory_is_maintained(void **state)
{
	const struct hv_smmu_ste a = stage2_of(ROOT_A, 1);
	struct hv_smmu_ste none;

	(void)state;
	assert_false(prepare(6));
	set_entry(1, &a);
	switch_on();
	fake_dram_evict(); /* whatever is dirty may go to memory at any time */
	hv_smmu_ste_abort(&none);
	for (hv_u64 turn = 0; turn < 40; turn++) {
		assert_dma(1, 0x40000000, true, 0x60000000);
		assert_abort(1, 0x1000 * turn, true, 0x10);
		fake_dram_evict();
		assert_abort(1, 0x1008 * turn, false, 0x10);
		assert_event(0x100000010, FAULT_WRITE, 0x1000 * turn, 0x1000 * turn);
		assert_event(0x100000010, FAULT_READ, 0x1008 * turn, 0x1008 * turn & ~UINT64_C(0xfff));
		assert_no_event();
		assert_true(hv_hal_smmu_replace(&hal, entry_of(1), 1, &none));
		fake_dram_evict();
		assert_abort(1, 0x40000000, true, 0);
		assert_true(hv_hal_smmu_replace(&hal, entry_of(1), 1, &a));
	}
}

/* The same driver told that it snoops, on hardware that does not: nothing works. */
static void a_wrong_word_about_snooping_shows(void **state)
{
	(void)state;
	assert_false(prepare(6));
	hal.coherent = true;
	assert_true(hv_hal_smmu_abort_all(hal.base));
	assert_false(hv_hal_smmu_enable(&hal, &strtab, STRTAB, &caps));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_device_sees_its_partition_alone, machine_on),
		cmocka_unit_test_setup(unowned_streams_abort, machine_on),
		cmocka_unit_test_setup(a_small_table_is_linear, small_machine_on),
		cmocka_unit_test_setup(a_large_table_may_be_linear_too, machine_on),
		cmocka_unit_test_setup(tables_without_memory_abort, machine_on),
		cmocka_unit_test_setup(without_cfgi_the_old_entry_stays, machine_on),
		cmocka_unit_test_setup(translations_stay_until_tlbi, machine_on),
		cmocka_unit_test_setup(switching_on_forgets_everything, machine_on),
		cmocka_unit_test_setup(without_snooping_memory_is_maintained, small_machine_on),
		cmocka_unit_test_setup(a_wrong_word_about_snooping_shows, small_machine_on),
	};

	return cmocka_run_group_tests(tests, NULL, machine_off);
}
