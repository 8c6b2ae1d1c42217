/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMMUv3 model itself: it must refuse what the architecture forbids, or a driver that
 * does it would pass.
 */
#include <arm64/mmio.h>

#include "smmu_fixture.h"

static void registers_are_those_of_the_manual(void **state)
{
	(void)state;
	assert_int_equal(mmio_read32(SMMU), 0x0d44101b);
	assert_fails(mmio_read64(SMMU), "no such register at 0x0");
	assert_fails(mmio_read32(SMMU + 0x18), "no such register at 0x18");
	assert_fails(mmio_write32(SMMU + 0x24, 0), "no such register at 0x24"); /* CR0ACK */
	assert_fails(mmio_write32(SMMU, 0), "no such register at 0x0");
	assert_fails(mmio_write32(SMMU + 0x60, 0), "no such register at 0x60"); /* GERROR */
	assert_fails(mmio_write32(SMMU + 0x80, 0), "no such register at 0x80"); /* half of it */
	assert_fails(mmio_write64(SMMU + 0x98, 0), "no such register at 0x98");
	assert_fails(mmio_write32(SMMU + 0xa8, 0), "no such register at 0xa8"); /* page 1 has it */
	assert_fails(mmio_write32(SMMU + 0x10098, 0), "no such register at 0x10098");
	assert_fails(mmio_read32(SMMU + 0x20000), "no device there");
}

static const struct guarded {
	hv_u64 offset;
	hv_u32 bytes;
	const char *name;
} guarded[] = {
	{0x28, 4, "CR1"}, {0x2c, 4, "CR2"}, {0x68, 8, "GERROR_IRQ_CFG0"}, {0x80, 8, "STRTAB_BASE"},
	{0x88, 4, "STRTAB_BASE_CFG"}, {0x90, 8, "CMDQ_BASE"}, {0x9c, 4, "CMDQ_CONS"},
	{0xa0, 8, "EVENTQ_BASE"}, {0xb0, 8, "EVENTQ_IRQ_CFG0"}, {0x100a8, 4, "EVENTQ_PROD"},
};
#define GUARDED (sizeof(guarded) / sizeof(guarded[0]))

static void write_guarded(const struct guarded *reg)
{
	if (reg->bytes == 8)
		mmio_write64(SMMU + reg->offset, 0);
	else
		mmio_write32(SMMU + reg->offset, 0);
}

static void must_refuse(const struct guarded *reg)
{
	assert_fails(write_guarded(reg), reg->name);
}

static void guarded_registers_are_guarded(void **state)
{
	(void)state;
	switch_on_two();
	for (size_t i = 0; i < GUARDED; i++)
		must_refuse(&guarded[i]);
	mmio_write32(SMMU + 0x20, 0);
	mmio_write32(SMMU + 0x50, 0);
	for (size_t i = 0; i < GUARDED; i++) /* off, but not yet known to be */
		must_refuse(&guarded[i]);
	for (int i = 0; i < 10; i++)
		(void)(mmio_read32(SMMU + 0x24) + mmio_read32(SMMU + 0x54));
	for (size_t i = 0; i < GUARDED; i++)
		write_guarded(&guarded[i]);
}

static void handshakes_take_their_time(void **state)
{
	(void)state;
	assert_fails(mmio_write32(SMMU + 0x44, 0x100000), "without Update");
	mmio_write32(SMMU + 0x44, 0x80100000);
	assert_dma(8, 0x1000, true, 0x1000); /* not yet */
	assert_fails(mmio_write32(SMMU + 0x44, 0x80000000), "update is under way");
	for (int i = 0; i < 3; i++)
		assert_int_equal(mmio_read32(SMMU + 0x44), 0x80100000);
	assert_int_equal(mmio_read32(SMMU + 0x44), 0x00100000);
	assert_abort(8, 0x1000, true, 0);

	mmio_write32(SMMU + 0x20, 0x4);
	assert_int_equal(mmio_read32(SMMU + 0x20), 0x4);
	assert_int_equal(mmio_read32(SMMU + 0x24), 0);
	mmio_write32(SMMU + 0x20, 0xc); /* another field may change meanwhile */
	assert_fails(mmio_write32(SMMU + 0x20, 0x8), "CR0: 0x8 over 0xc, whose update");
	for (int i = 0; i < 3; i++)
		assert_int_equal(mmio_read32(SMMU + 0x24), 0);
	assert_int_equal(mmio_read32(SMMU + 0x24), 0xc);
	assert_fails(mmio_write32(SMMU + 0x20, 0x1c), "reserved bits"); /* no ATS here */
	mmio_write32(SMMU + 0x50, 1);
	assert_fails(mmio_write32(SMMU + 0x50, 0), "IRQ_CTRL");
}

static void indices_move_forward_alone(void **state)
{
	(void)state;
	switch_on_two();
	assert_fails(mmio_write32(SMMU + 0x98, 0x1f), "CMDQ_PROD: 0x1f with CONS 0x4");
	assert_fails(mmio_write32(SMMU + 0x100ac, 1), "EVENTQ_CONS: 0x1 with PROD 0x0");
	assert_fails(mmio_write32(SMMU + 0x64, 1), "acknowledges what is not active");
}

static void interrupts_go_where_they_are_sent(void **state)
{
	const hv_u64 record[4] = {0xe0, 0, 0, 0};

	(void)state;
	smmu.idr[0] |= 0x2000; /* MSI */
	switch_on_two();
	fake_smmu_record(&smmu, record);
	fake_smmu_record(&smmu, record); /* the queue was not empty: no edge */
	fake_smmu_raise(&smmu, 0x80);    /* a message that failed is not told by another */
	fake_smmu_raise(&smmu, 0x20);
	assert_true(smmu.event_irqs == 1 && smmu.gerror_irqs == 1 && smmu.msis == 0);
	assert_true(hv_hal_smmu_event(&hal, (hv_u64[4]){0}, &(bool){false}));
	assert_true(hv_hal_smmu_event(&hal, (hv_u64[4]){0}, &(bool){false}));
	smmu.eventq_irq_cfg0 = smmu.gerror_irq_cfg0 = 0x8090040;
	fake_smmu_record(&smmu, record);
	fake_smmu_raise(&smmu, 0x40);
	assert_true(smmu.event_irqs == 1 && smmu.gerror_irqs == 1 && smmu.msis == 2);
}

static void commands_are_checked_to_the_bit(void **state)
{
	static const hv_u64 legal[6][2] = {
		{0xffffffff00000003, 1}, {0xffffffff00000004, 31}, {0x0000ffff00000028, 0},
		{0x0000ffff0000002a, 0x00fffffffffff001}, {0x30, 0}, {0x46, 0},
	};
	hv_u32 refused = 0, error;

	(void)state;
	switch_on_two();
	for (size_t i = 0; i < 6; i++) {
		for (unsigned bit = 8; bit < 128; bit++) { /* one bit more than is legal */
			struct hv_smmu_cmd command = {{legal[i][0], legal[i][1]}};

			if ((command.word[bit / 64] >> bit % 64 & 1) != 0 || (i == 5 && bit > 8))
				continue;
			command.word[bit / 64] |= UINT64_C(1) << bit % 64;
			assert_false(hv_hal_smmu_issue(&hal, &command, 1));
			assert_int_equal(hv_hal_smmu_errors(&hal, &error), 1);
			assert_int_equal(error, 1);
			refused++;
			fake_access_clear();
		}
		assert_true(hv_hal_smmu_issue(&hal, &(struct hv_smmu_cmd){{legal[i][0], legal[i][1]}}, 1));
	}
	assert_int_equal(refused, 87 + 83 + 104 + 59 + 120 + 1);
	assert_false(hv_hal_smmu_issue(&hal, &(struct hv_smmu_cmd){{0x3046, 0}}, 1)); /* CS 3 */
}

/* Stage-2 entry for stream 8 with one field changed: legal, or C_BAD_STE. */
static void entries_are_legal_or_not(void **state)
{
	static const struct {
		const char *why;
		hv_u32 word;
		hv_u64 clear, set;
		bool legal;
	} rows[] = {
		{"as it is", 0, 0, 0, true},
		{"V = 0", 0, 1, 0, false},
		{"S2AA64 = 0", 2, UINT64_C(1) << 51, 0, false},
		{"S2TG 64 KB", 2, 0, UINT64_C(1) << 46, false},
		{"S2TG 16 KB", 2, 0, UINT64_C(2) << 46, false},
		{"big-endian", 2, 0, UINT64_C(1) << 52, false},
		{"hardware dirty state", 2, 0, UINT64_C(1) << 55, false},
		{"hardware access flag", 2, 0, UINT64_C(1) << 56, false},
		{"stall", 2, 0, UINT64_C(1) << 57, false},
		{"SL0 3", 2, 0, UINT64_C(3) << 38, false},
		{"SL0 2 for 39 bits", 2, UINT64_C(3) << 38, UINT64_C(2) << 38, false},
		{"SL0 0 for 39 bits", 2, UINT64_C(3) << 38, 0, false},
		{"T0SZ 40", 2, UINT64_C(0x3f) << 32, UINT64_C(40) << 32, false},
		{"T0SZ 21 with SL0 1: 43 bits", 2, UINT64_C(0x3f) << 32, UINT64_C(21) << 32, true},
		{"T0SZ 20 with SL0 1", 2, UINT64_C(0x3f) << 32, UINT64_C(20) << 32, false},
		{"T0SZ 33 with SL0 1: 31 bits", 2, UINT64_C(0x3f) << 32, UINT64_C(33) << 32, true},
		{"T0SZ 34 with SL0 1", 2, UINT64_C(0x3f) << 32, UINT64_C(34) << 32, false},
		{"T0SZ 20 with SL0 2: 44 bits", 2, UINT64_C(0xff) << 32, UINT64_C(0x94) << 32, true},
		{"T0SZ 19: more than OAS", 2, UINT64_C(0xff) << 32, UINT64_C(0x93) << 32, false},
		{"PS of 52 bits is capped", 2, 0, UINT64_C(7) << 48, true},
		{"root where no memory is", 3, 0, UINT64_C(0x100000000), true},
		{"root beyond 44 bits", 3, 0, UINT64_C(0x100000000000), false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hv_smmu_ste entry = stage2_of(ROOT_A, 1);
		struct fake_smmu_access access;

		machine_on(state);
		assert_true(prepare(16));
		entry.word[rows[i].word] = (entry.word[rows[i].word] & ~rows[i].clear) | rows[i].set;
		set_entry(8, &entry);
		switch_on();
		access = fake_smmu_dma(&smmu, 8, 0x40000000, true);
		if ((access.event != 4) != rows[i].legal)
			fail_msg("%s: event 0x%x", rows[i].why, access.event);
	}
	assert_true(hv_hal_smmu_issue(&hal, (struct hv_smmu_cmd[]){hv_smmu_cmd_cfgi_all()}, 1));
	smmu.idr[0] &= ~1u; /* no stage 2: neither entry nor command */
	set_entry(8, &(struct hv_smmu_ste){{0xd, UINT64_C(1) << 44, 0x040c355900000001, ROOT_A}});
	assert_abort(8, 0x40000000, true, 4);
	assert_false(hv_hal_smmu_issue(&hal, (struct hv_smmu_cmd[]){hv_smmu_cmd_tlbi_s12_vmall(1)}, 1));
	smmu.idr[0] = 0x0d40101b; /* no VMID16 */
	set_entry(9, &(struct hv_smmu_ste){{0xd, UINT64_C(1) << 44, 0x040c355900000100, ROOT_A}});
	assert_abort(9, 0x40000000, true, 4);
}

/* 48 bits of PA, so that every start level may be used. */
static void walks_begin_where_the_entry_says(void **state)
{
	static const struct {
		const char *why;
		hv_u64 t0sz_sl0; /* STE bits 167:160 */
		hv_u64 iova, slot, descriptor, pa; /* what is at which offset of the root */
		hv_u32 event;
	} rows[] = {
		{"level 2, 34 bits, last of 16 tables", 0x1e, 0x3ffffffff, 0xfff8, 0x80000001 | 0x4c0,
		 0x801fffff, 0},
		{"level 2, 25 bits", 0x27, 0x1e00123, 0x78, 0x80000001 | 0x4c0, 0x80000123, 0},
		{"level 2, beyond 34 bits", 0x1e, 0x400000000, 0, 0x80000001 | 0x4c0, 0, 0x10},
		{"level 1, 40 bits, second of 2 tables", 0x58, 0x8040000000, 0x1008,
		 0x80000001 | 0x4c0, 0x80000000, 0},
		{"level 1, 43 bits", 0x55, 0x7ffc0000000, 0xfff8, 0x80000001 | 0x4c0, 0x80000000, 0},
		{"level 0 has no blocks", 0x94, 0x8000000000, 8, 0x80000001 | 0x4c0, 0, 0x10},
		{"level 0, 48 bits, table where no memory is", 0x90, 0x8000000000, 8, 0x80000003, 0,
		 0x0b},
		{"not valid, whatever else it says", 0x59, 0x40000000, 8, 0x800004c2, 0, 0x10},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hv_smmu_ste entry = stage2_of(ROOT_A, 1);
		struct fake_smmu_access access;

		machine_on(state);
		smmu.idr[5] = 0x75;
		assert_true(prepare(16));
		memset((void *)ROOT_A, 0, 0x10000);
		*(hv_u64 *)(ROOT_A + rows[i].slot) = rows[i].descriptor;
		entry.word[2] = (entry.word[2] & ~(UINT64_C(0xff) << 32)) | rows[i].t0sz_sl0 << 32;
		set_entry(8, &entry);
		switch_on();
		access = fake_smmu_dma(&smmu, 8, rows[i].iova, true);
		if (access.event != rows[i].event || access.pa != rows[i].pa)
			fail_msg("%s: event 0x%x, to 0x%llx", rows[i].why, access.event,
				 (unsigned long long)access.pa);
	}
}

static void level_1_descriptors_bound_their_streams(void **state)
{
	static const struct {
		hv_u64 split, span;
		hv_u32 first_bad; /* of the streams below one descriptor; 0: all */
	} rows[] = {
		{8, 0, 0}, {8, 1, 1}, {8, 5, 16}, {8, 9, 256}, {8, 10, 0}, {8, 12, 0}, {8, 31, 0},
		{6, 7, 64}, {6, 8, 0}, {10, 11, 1024}, {10, 9, 256},
		{7, 7, 64}, /* reserved, behaves as 6 */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const hv_u32 group = rows[i].split == 7 ? 64 : 1u << rows[i].split;

		machine_on(state);
		assert_true(prepare(16));
		memset((void *)LEAF, 0, 0x10000);
		((hv_u64 *)STRTAB)[1] = LEAF | rows[i].span;
		strtab.base_cfg = 0x10000 | (hv_u32)rows[i].split << 6 | 16;
		switch_on();
		for (hv_u32 stream = 0; stream < group; stream += stream < 4 ? 1 : 3)
			assert_abort(group + stream, 0, true, stream < rows[i].first_bad ? 4 : 2);
		if (rows[i].first_bad < group)
			assert_abort(group + rows[i].first_bad, 0, true, 2);
		assert_abort(2 * group, 0, true, 2); /* the next descriptor is 0 */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(registers_are_those_of_the_manual, machine_on),
		cmocka_unit_test_setup(guarded_registers_are_guarded, machine_on),
		cmocka_unit_test_setup(handshakes_take_their_time, machine_on),
		cmocka_unit_test_setup(indices_move_forward_alone, machine_on),
		cmocka_unit_test_setup(interrupts_go_where_they_are_sent, machine_on),
		cmocka_unit_test_setup(commands_are_checked_to_the_bit, machine_on),
		cmocka_unit_test_setup(entries_are_legal_or_not, machine_on),
		cmocka_unit_test_setup(walks_begin_where_the_entry_says, machine_on),
		cmocka_unit_test_setup(level_1_descriptors_bound_their_streams, machine_on),
	};

	return cmocka_run_group_tests(tests, NULL, machine_off);
}
