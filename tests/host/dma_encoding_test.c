/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/dma: stream table entries, queues and commands against words written out by hand
 * from the bit positions that IHI 0070 prints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/smmu_caps.h>
#include <haven/smmu_queue.h>
#include <haven/smmu_ste.h>

/* 40-bit IPA from level 1 (T0SZ 24, SL0 1), write-back inner shareable walks, 44-bit PA. */
#define VTCR_40 UINT64_C(0x80043558)

static void abort_entry_is_valid_and_empty(void **state)
{
	struct hv_smmu_ste ste;

	(void)state;
	memset(&ste, 0xff, sizeof(ste));
	hv_smmu_ste_abort(&ste);
	assert_true(ste.word[0] == 1);
	for (unsigned i = 1; i < 8; i++)
		assert_true(ste.word[i] == 0);
	assert_true(sizeof(ste) == 64 && _Alignof(struct hv_smmu_ste) == 64);
}

static void stage2_entry_bit_for_bit(void **state)
{
	const struct hv_smmu_stage2 map = { 0x40122000, VTCR_40, 3 };
	struct hv_smmu_ste ste;

	(void)state;
	memset(&ste, 0xff, sizeof(ste));
	assert_int_equal(hv_smmu_ste_stage2(&map, &ste), 0);
	assert_true(ste.word[0] == 0xd);                         /* V, Config 0b110 */
	assert_true(ste.word[1] == UINT64_C(0x0000100000000000)); /* SHCFG: use incoming */
	/* S2R | S2AA64 | PS 4 | TG 0 | SH0 3 | OR0 1 | IR0 1 | SL0 1 | T0SZ 24 | VMID 3 */
	assert_true(ste.word[2] == UINT64_C(0x040c355800000003));
	assert_true(ste.word[3] == 0x40122000);
	for (unsigned i = 4; i < 8; i++)
		assert_true(ste.word[i] == 0);
}

static void stage2_entry_refuses_what_is_illegal(void **state)
{
	static const struct {
		const char *why;
		struct hv_smmu_stage2 in;
		hv_status_t status;
	} rows[] = {
		{ "VMID 0 is the hypervisor's", { 0x40122000, VTCR_40, 0 }, -22 },
		{ "largest VMID", { 0x40122000, VTCR_40, 0xffff }, 0 },
		{ "VMID of 17 bits", { 0x40122000, VTCR_40, 0x10000 }, -22 },
		{ "two concatenated tables: 8 KB aligned", { 0x40121000, VTCR_40, 1 }, -22 },
		{ "39 bits: one table", { 0x40121000, 0x80043559, 1 }, 0 },
		{ "43 bits: sixteen tables", { 0x40110000, 0x80043555, 1 }, 0 },
		{ "43 bits, 32 KB aligned", { 0x40118000, 0x80043555, 1 }, -22 },
		{ "44 bits do not start at level 1", { 0x40110000, 0x80043554, 1 }, -22 },
		{ "31 bits from level 1", { 0x40121000, 0x80043561, 1 }, 0 },
		{ "30 bits from level 1", { 0x40121000, 0x80043562, 1 }, -22 },
		{ "44 bits from level 0", { 0x40121000, 0x80043594, 1 }, 0 },
		{ "48 bits from level 0", { 0x40121000, 0x80043590, 1 }, 0 },
		{ "49 bits from level 0", { 0x40121000, 0x8004358f, 1 }, -22 },
		{ "39 bits from level 0", { 0x40121000, 0x80043599, 1 }, -22 },
		{ "34 bits from level 2, 16 tables", { 0x40120000, 0x8004351e, 1 }, 0 },
		{ "35 bits from level 2", { 0x40120000, 0x8004351d, 1 }, -22 },
		{ "25 bits from level 2", { 0x40121000, 0x80043527, 1 }, 0 },
		{ "24 bits", { 0x40121000, 0x80043528, 1 }, -22 },
		{ "24 bits, root at 0", { 0, 0x80043528, 1 }, -22 },
		{ "SL0 3 is reserved", { 0x40122000, 0x800435d8, 1 }, -22 },
		{ "64 KB granule", { 0x40122000, 0x80047558, 1 }, -22 },
		{ "16 KB granule", { 0x40122000, 0x8004b558, 1 }, -22 },
		{ "PS 6 is 52 bits", { 0x40122000, 0x80063558, 1 }, -22 },
		{ "PS 5 is 48 bits", { UINT64_C(0xfffffffff000) - 0x1000, 0x80053558, 1 }, 0 },
		{ "root past 48 bits", { UINT64_C(0x1000000000000), 0x80053558, 1 }, -22 },
		{ "root past 32 bits", { UINT64_C(0x100000000), 0x80003558, 1 }, -22 },
		{ "root at the end of 32 bits", { 0xffffe000, 0x80003558, 1 }, 0 },
		{ "hardware access flag", { 0x40122000, 0x80243558, 1 }, -22 },
		{ "hardware dirty state", { 0x40122000, 0x80443558, 1 }, -22 },
		{ "52-bit descriptors", { 0x40122000, UINT64_C(0x180043558), 1 }, -22 },
		{ "16-bit VMID size is the CPU's matter", { 0x40122000, 0x800c3558, 1 }, 0 },
		{ "root inside a page", { 0x40122010, VTCR_40, 1 }, -22 },
	};
	struct hv_smmu_ste ste;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&ste, 0xa5, sizeof(ste));
		if (hv_smmu_ste_stage2(&rows[i].in, &ste) != rows[i].status)
			fail_msg("%s", rows[i].why);
		if (rows[i].status != 0)
			assert_true(ste.word[0] == UINT64_C(0xa5a5a5a5a5a5a5a5));
	}
	assert_int_equal(hv_smmu_ste_stage2(NULL, &ste), -22);
	assert_int_equal(hv_smmu_ste_stage2(&rows[1].in, NULL), -22);
}

static void reading_back_trusts_nothing(void **state)
{
	const struct hv_smmu_stage2 map = { 0x40122000, VTCR_40, 7 };
	struct hv_smmu_stage2 out = { 1, 2, 3 };
	struct hv_smmu_ste ste, damaged;
	unsigned stage2 = 0;

	(void)state;
	memset(&ste, 0, sizeof(ste));
	assert_int_equal(hv_smmu_ste_decode(&ste, &out), HV_SMMU_STE_INVALID);
	ste.word[0] = 1;
	assert_int_equal(hv_smmu_ste_decode(&ste, &out), HV_SMMU_STE_ABORT);
	ste.word[0] = 9; /* Config 0b100: bypass */
	assert_int_equal(hv_smmu_ste_decode(&ste, &out), HV_SMMU_STE_FOREIGN);
	assert_true(out.ttb == 1 && out.vtcr == 2 && out.vmid == 3);
	assert_int_equal(hv_smmu_ste_stage2(&map, &ste), 0);
	assert_int_equal(hv_smmu_ste_decode(&ste, &out), HV_SMMU_STE_STAGE2);
	assert_true(out.ttb == 0x40122000 && out.vtcr == 0x43558 && out.vmid == 7);

	/* No single flipped bit goes unnoticed. */
	for (unsigned bit = 0; bit < 512; bit++) {
		damaged = ste;
		damaged.word[bit / 64] ^= UINT64_C(1) << (bit % 64);
		out = map;
		out.vtcr = 0x43558;
		if (hv_smmu_ste_decode(&damaged, &out) != HV_SMMU_STE_STAGE2)
			continue;
		stage2++;
		if (out.ttb == 0x40122000 && out.vtcr == 0x43558 && out.vmid == 7)
			fail_msg("bit %u", bit);
	}
	assert_in_range(stage2, 20, 80); /* another legal map: VMID, TTB, walk attributes */
}

static void stream_table_shapes(void **state)
{
	static const struct {
		bool two_level;
		hv_u32 hardware, needed, base_cfg;
		hv_u64 top_bytes, top_align, leaf_bytes;
	} rows[] = {
		{ true, 16, 16, 0x10210, 2048, 2048, 16384 },
		{ true, 32, 32, 0x10220, UINT64_C(0x8000000), UINT64_C(0x8000000), 16384 },
		{ true, 16, 9, 0x10209, 16, 64, 16384 },
		{ true, 16, 11, 0x1020b, 64, 64, 16384 },
		{ true, 16, 8, 0x8, 16384, 16384, 0 },
		{ false, 6, 6, 0x6, 4096, 4096, 0 },
		{ false, 16, 16, 0x10, UINT64_C(0x400000), UINT64_C(0x400000), 0 },
		{ false, 32, 32, 0x20, UINT64_C(0x4000000000), UINT64_C(0x4000000000), 0 },
		{ false, 6, 0, 0x0, 64, 64, 0 },
	};
	struct hv_smmu_caps caps;
	struct hv_smmu_strtab tab;

	(void)state;
	memset(&caps, 0, sizeof(caps));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		caps.two_level = rows[i].two_level;
		caps.sid_bits = rows[i].hardware;
		assert_int_equal(hv_smmu_strtab_plan(&caps, rows[i].needed, &tab), 0);
		assert_int_equal(tab.base_cfg, rows[i].base_cfg);
		assert_true(tab.top_bytes == rows[i].top_bytes);
		assert_true(tab.top_align == rows[i].top_align);
		assert_true(tab.leaf_bytes == rows[i].leaf_bytes);
		assert_true(tab.two_level == (rows[i].leaf_bytes != 0));
	}
	caps.sid_bits = 6;
	assert_int_equal(hv_smmu_strtab_plan(&caps, 7, &tab), -95);
	caps.sid_bits = 63;
	assert_int_equal(hv_smmu_strtab_plan(&caps, 33, &tab), -95);
	assert_int_equal(hv_smmu_strtab_plan(NULL, 6, &tab), -22);
	assert_int_equal(hv_smmu_strtab_plan(&caps, 6, NULL), -22);
}

static void stream_table_addresses(void **state)
{
	const struct hv_smmu_strtab tab = { .top_align = 2048 };
	hv_u64 word = 77;

	(void)state;
	/* Span 9: 2^8 entries. */
	assert_int_equal(hv_smmu_l1_descriptor(0x40004000, &word), 0);
	assert_true(word == 0x40004009);
	assert_int_equal(hv_smmu_l1_descriptor(UINT64_C(0xfffffffffc000), &word), 0);
	assert_true(word == UINT64_C(0xfffffffffc009));
	assert_int_equal(hv_smmu_l1_descriptor(0, &word), -22);
	assert_int_equal(hv_smmu_l1_descriptor(0x40002000, &word), -22);
	assert_int_equal(hv_smmu_l1_descriptor(UINT64_C(0x10000000000000), &word), -22);
	assert_int_equal(hv_smmu_l1_descriptor(0x40004000, NULL), -22);

	assert_int_equal(hv_smmu_strtab_base(&tab, 0x40000800, &word), 0);
	assert_true(word == UINT64_C(0x4000000040000800));
	assert_int_equal(hv_smmu_strtab_base(&tab, 0x40000400, &word), -22);
	assert_int_equal(hv_smmu_strtab_base(&tab, UINT64_C(0x10000000000000), &word), -22);
	assert_int_equal(hv_smmu_strtab_base(NULL, 0x40000800, &word), -22);
	assert_int_equal(hv_smmu_strtab_base(&tab, 0x40000800, NULL), -22);
}

static void check_cmd(struct hv_smmu_cmd cmd, hv_u64 word0, hv_u64 word1)
{
	assert_true(cmd.word[0] == word0);
	assert_true(cmd.word[1] == word1);
}

static void commands_bit_for_bit(void **state)
{
	(void)state;
	check_cmd(hv_smmu_cmd_cfgi_ste(0x12345678), UINT64_C(0x1234567800000003), 0);
	check_cmd(hv_smmu_cmd_cfgi_ste(0xffffffff), UINT64_C(0xffffffff00000003), 0);
	check_cmd(hv_smmu_cmd_cfgi_ste_range(0x100, 8), UINT64_C(0x0000010000000004), 7);
	check_cmd(hv_smmu_cmd_cfgi_ste_range(0, 1), 4, 0);
	check_cmd(hv_smmu_cmd_cfgi_ste_range(0, 32), 4, 31);
	check_cmd(hv_smmu_cmd_cfgi_all(), 4, 31);
	check_cmd(hv_smmu_cmd_tlbi_s12_vmall(3), UINT64_C(0x0000000300000028), 0);
	check_cmd(hv_smmu_cmd_tlbi_s12_vmall(0xffff), UINT64_C(0x0000ffff00000028), 0);
	check_cmd(hv_smmu_cmd_tlbi_s2_ipa(3, 0x80001fff, false), UINT64_C(0x000000030000002a),
		  0x80001000);
	check_cmd(hv_smmu_cmd_tlbi_s2_ipa(3, UINT64_MAX, true), UINT64_C(0x000000030000002a),
		  UINT64_C(0x000ffffffffff001));
	check_cmd(hv_smmu_cmd_tlbi_nsnh_all(), 0x30, 0);
	check_cmd(hv_smmu_cmd_sync(), 0x46, 0);
}

static void queue_bases(void **state)
{
	hv_u64 base = 77;

	(void)state;
	assert_int_equal(hv_smmu_queue_base(0x40010000, 8, 16, &base), 0);
	assert_true(base == UINT64_C(0x4000000040010008));
	assert_int_equal(hv_smmu_queue_base(0x40010000, 11, 32, &base), 0);
	assert_true(base == UINT64_C(0x400000004001000b));
	base = 77;
	assert_int_equal(hv_smmu_queue_base(0x40010000, 13, 16, &base), -22); /* 128 KB */
	assert_int_equal(hv_smmu_queue_base(0x40010010, 0, 16, &base), -22); /* min. 32 bytes */
	assert_int_equal(hv_smmu_queue_base(0x40000000, 20, 16, &base), -22);
	assert_int_equal(hv_smmu_queue_base(0x40010000, 8, 24, &base), -22);
	assert_int_equal(hv_smmu_queue_base(UINT64_C(0x10000000000000), 8, 16, &base), -22);
	assert_int_equal(hv_smmu_queue_base(0x40010000, 8, 16, NULL), -22);
	assert_true(base == 77);
	assert_int_equal(hv_smmu_queue_base(0x40000000, 19, 32, &base), 0);
	assert_true(base == UINT64_C(0x4000000040000013));
}

static void queue_flags_and_errors(void **state)
{
	(void)state;
	assert_true(hv_smmu_queue_overflowed(0x80000005, 0x00000005));
	assert_true(hv_smmu_queue_overflowed(0x00000005, 0x80000005));
	assert_false(hv_smmu_queue_overflowed(0x80000005, 0x80000003));
	assert_int_equal(hv_smmu_queue_ack(0x80000007, 0x00000005), 0x80000005);
	assert_int_equal(hv_smmu_queue_ack(0x00000007, 0x80000005), 0x00000005);
	/* The overflow flag and CMDQ_CONS.ERR are no part of the index. */
	assert_true(hv_smmu_queue_empty(3, 0x8000000f, 0x0000000f));
	assert_true(hv_smmu_queue_empty(3, 5, 0x01000005));
	assert_int_equal(hv_smmu_queue_next(3, 0x8000000f), 0x80000000);
	assert_int_equal(hv_smmu_queue_next(3, 0x0000000f), 0);
	assert_int_equal(hv_smmu_queue_next(19, 0x7ffff), 0x80000);
	assert_int_equal(hv_smmu_queue_next(19, 0xfffff), 0);
	assert_int_equal(hv_smmu_cmdq_error(0x00000005), 0);
	assert_int_equal(hv_smmu_cmdq_error(0x01000005), 1);
	assert_int_equal(hv_smmu_cmdq_error(0x02000005), 2);
	assert_int_equal(hv_smmu_cmdq_error(0x83000005), 3);
	assert_int_equal(hv_smmu_cmdq_error(0x7f000005), 0x7f);
	/* 9 entries in a queue of 8: damaged, counts as full. */
	assert_true(hv_smmu_queue_full(3, 9, 0));
}

static hv_u64 seed = UINT64_C(0xda3e39cb94b95bdb);

static unsigned rnd(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % below);
}

/* Against counters that never wrap, through many turns of queues of every size. */
static void queue_pointers_agree_with_endless_counters(void **state)
{
	(void)state;
	for (hv_u32 log2 = 0; log2 <= 19; log2++) {
		const hv_u32 size = 1u << log2;
		hv_u64 put = (hv_u64)size * 2 - 2, got = put;
		hv_u32 prod = (hv_u32)put % (size * 2), cons = prod;

		for (unsigned step = 0; step < 20000; step++) {
			assert_int_equal(hv_smmu_queue_used(log2, prod, cons), put - got);
			assert_true(hv_smmu_queue_empty(log2, prod, cons) == (put == got));
			assert_true(hv_smmu_queue_full(log2, prod, cons) == (put - got == size));
			assert_int_equal(hv_smmu_queue_index(log2, prod), put % size);
			assert_int_equal(hv_smmu_queue_index(log2, cons), got % size);
			if (rnd(2) == 0 && put - got < size) {
				put++;
				prod = hv_smmu_queue_next(log2, prod);
			} else if (put != got) {
				got++;
				cons = hv_smmu_queue_next(log2, cons);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(abort_entry_is_valid_and_empty),
		cmocka_unit_test(stage2_entry_bit_for_bit),
		cmocka_unit_test(stage2_entry_refuses_what_is_illegal),
		cmocka_unit_test(reading_back_trusts_nothing),
		cmocka_unit_test(stream_table_shapes),
		cmocka_unit_test(stream_table_addresses),
		cmocka_unit_test(commands_bit_for_bit),
		cmocka_unit_test(queue_bases),
		cmocka_unit_test(queue_flags_and_errors),
		cmocka_unit_test(queue_pointers_agree_with_endless_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
