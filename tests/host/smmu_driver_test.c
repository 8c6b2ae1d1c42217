/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 driver, switching on: what it writes in which order, how long it waits, and
 * that devices see nothing that they should not, at no moment of it.
 */
#include "smmu_fixture.h"

/* Places of registers, by their offset in IHI 0070. */
static hv_u32 first_write(hv_u32 from, hv_u64 offset)
{
	return fake_access_find(from, FAKE_WRITE, hal.base + offset);
}

static void dma_aborts_before_anything_else(void **state)
{
	(void)state;
	assert_dma(8, 0x1234, true, 0x1234); /* power-on: everything bypasses */
	fake_access_clear();
	assert_true(hv_hal_smmu_abort_all(hal.base));
	assert_abort(8, 0x1234, true, 0);
	assert_int_equal(first_write(0, 0x44), 1); /* GBPA.Update was read before */
	assert_int_equal(fake_access_at(0)->address, SMMU + 0x44);
	assert_int_equal(fake_access_at(1)->value, 0x80101000); /* attributes as they were */
	assert_in_range(first_write(0, 0x20), 3, 100);
	assert_int_equal(first_write(2, 0x44), FAKE_NOWHERE);
	assert_int_equal(smmu.cr0.effective, 0);
}

static void what_firmware_left_on_ends(void **state)
{
	(void)state;
	firmware_left_on();
	fake_access_clear();
	assert_true(hv_hal_smmu_abort_all(hal.base));
	assert_abort(8, 0x1234, true, 0);
	/* Translation first; ATSCHK and the queues in a second step. */
	assert_int_equal(fake_access_at(first_write(0, 0x20))->value, 0x1c);
	assert_int_equal(fake_access_at(first_write(first_write(0, 0x20) + 1, 0x20))->value, 0);
	assert_true(prepare(16));
	switch_on();
	assert_abort(8, 0x1234, true, 0); /* the cached bypass is gone too */
	assert_no_event();
	assert_int_equal(smmu.gerror, smmu.gerrorn);
	assert_int_equal(smmu.msis, 0);
}

static void each_register_gets_its_value(void **state)
{
	(void)state;
	switch_on_two();
	assert_int_equal(smmu.cr0.effective, 0xd);
	assert_int_equal(smmu.cr1, 0xd75);
	assert_int_equal(smmu.cr2, 0x6);
	assert_int_equal(smmu.irq_ctrl.effective, 0x5);
	assert_true(smmu.strtab_base == UINT64_C(0x4000000040010000));
	assert_int_equal(smmu.strtab_base_cfg, 0x10210);
	assert_true(smmu.cmdq_base == UINT64_C(0x4000000040000004));
	assert_true(smmu.eventq_base == UINT64_C(0x4000000040008003));
	assert_true(smmu.gerror_irq_cfg0 == 0 && smmu.eventq_irq_cfg0 == 0);
	assert_int_equal(smmu.syncs, 2);
	assert_int_equal(smmu.commands, 4); /* CFGI_ALL, SYNC, TLBI_NSNH_ALL, SYNC */
	assert_true(((hv_u64 *)CMDQ)[0] == 0x04 && ((hv_u64 *)CMDQ)[1] == 31);
	assert_true(((hv_u64 *)CMDQ)[2] == 0x46 && ((hv_u64 *)CMDQ)[4] == 0x30);
	assert_int_equal(hal.cmdq_prod, 4);
}

/* GBPA, then everything that is guarded, the queues, the invalidations, then SMMUEN. */
static void translation_comes_last(void **state)
{
	static const hv_u64 guarded[] = {0x28, 0x2c, 0x80, 0x88, 0x90, 0x98, 0x9c, 0xa0, 0x100a8,
					 0x100ac};
	hv_u32 queues, run;

	(void)state;
	switch_on_two();
	queues = first_write(first_write(0, 0x28), 0x20);
	assert_int_equal(fake_access_at(queues)->value, 0xc);
	run = first_write(queues + 1, 0x20);
	assert_int_equal(fake_access_at(run)->value, 0xd);
	for (hv_u32 i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++) {
		assert_in_range(first_write(0, guarded[i]), first_write(0, 0x44) + 1, queues - 1);
		if (guarded[i] != 0x98 && guarded[i] != 0x100ac)
			assert_int_equal(first_write(queues, guarded[i]), FAKE_NOWHERE);
	}
	assert_in_range(first_write(queues, 0x98), queues, run); /* commands */
	assert_in_range(first_write(first_write(0, 0x50) + 1, 0x50), queues, run); /* IRQ_CTRL */
	assert_int_equal(first_write(run + 1, 0x20), FAKE_NOWHERE);
	/* Commands are ordered to the SMMU before it is told of them. */
	assert_in_range(fake_access_find_name(queues, FAKE_BARRIER, "dsb st"), queues,
			first_write(queues, 0x98));
}

static void no_other_register_is_touched(void **state)
{
	static const struct fake_access_range allowed[] = {
		{SMMU + 0x00, SMMU + 0x07, true, false},         /* IDR0, IDR1 */
		{SMMU + 0x0c, SMMU + 0x0f, true, false},         /* IDR3 */
		{SMMU + 0x14, SMMU + 0x17, true, false},         /* IDR5 */
		{SMMU + 0x20, SMMU + 0x23, true, true},          /* CR0 */
		{SMMU + 0x24, SMMU + 0x27, true, false},         /* CR0ACK */
		{SMMU + 0x28, SMMU + 0x2f, false, true},         /* CR1, CR2 */
		{SMMU + 0x44, SMMU + 0x47, true, true},          /* GBPA */
		{SMMU + 0x50, SMMU + 0x53, false, true},         /* IRQ_CTRL */
		{SMMU + 0x54, SMMU + 0x57, true, false},         /* IRQ_CTRLACK */
		{SMMU + 0x60, SMMU + 0x63, true, false},         /* GERROR */
		{SMMU + 0x64, SMMU + 0x67, true, true},          /* GERRORN */
		{SMMU + 0x68, SMMU + 0x6f, false, true},         /* GERROR_IRQ_CFG0 */
		{SMMU + 0x80, SMMU + 0x8b, false, true},         /* STRTAB_BASE, _CFG */
		{SMMU + 0x90, SMMU + 0x9b, false, true},         /* CMDQ_BASE, _PROD */
		{SMMU + 0x9c, SMMU + 0x9f, true, true},          /* CMDQ_CONS */
		{SMMU + 0xa0, SMMU + 0xb7, false, true},         /* EVENTQ_BASE, _IRQ_CFG0 */
		{SMMU + 0x100a8, SMMU + 0x100af, true, true},    /* EVENTQ_PROD, _CONS */
	};

	(void)state;
	switch_on_two();
	assert_abort(8, 0x1000, false, 0x10);
	assert_event(0x800000010, UINT64_C(0x0000028800000000), 0x1000, 0x1000);
	assert_null(fake_access_outside(allowed, sizeof(allowed) / sizeof(allowed[0])));
}

/* Devices that hammer while the driver works: 8 has a map in the end, 9 and 0x300 never. */
static bool aborting;

static void hammer(struct fake_smmu *model, void *context)
{
	const struct fake_smmu_access owned = fake_smmu_dma(model, 8, 0x40000040, true);

	(void)context;
	aborting = aborting || (model->gbpa.effective & 0x100000) != 0;
	if (!aborting)
		return;
	if (owned.allowed)
		assert_true(owned.pa == 0x60000040 && model->cr0.effective == 0xd);
	assert_false(fake_smmu_dma(model, 9, 0x40000040, true).allowed);
	assert_false(fake_smmu_dma(model, 0x300, 0x40000040, false).allowed);
}

static void no_moment_lets_dma_through(void **state)
{
	(void)state;
	aborting = false;
	smmu.traffic = hammer;
	switch_on_two();
	smmu.traffic = NULL;
	assert_true(aborting);
	assert_dma(8, 0x40000040, true, 0x60000040);
}

/* ATS: translated requests are checked as soon as anything is translated. */
static void ats_is_checked(void **state)
{
	(void)state;
	smmu.idr[0] |= 0x400;
	switch_on_two();
	assert_int_equal(smmu.cr0.effective, 0x1d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(dma_aborts_before_anything_else, machine_on),
		cmocka_unit_test_setup(what_firmware_left_on_ends, machine_on),
		cmocka_unit_test_setup(each_register_gets_its_value, machine_on),
		cmocka_unit_test_setup(translation_comes_last, machine_on),
		cmocka_unit_test_setup(no_other_register_is_touched, machine_on),
		cmocka_unit_test_setup(no_moment_lets_dma_through, machine_on),
		cmocka_unit_test_setup(ats_is_checked, machine_on),
	};

	return cmocka_run_group_tests(tests, NULL, machine_off);
}
