/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/dma: stream table entries, queues, commands, events and features against words
 * written out by hand from the bit positions that IHI 0070 prints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/smmu_caps.h>
#include <haven/smmu_event.h>
#include <haven/smmu_gerror.h>
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

/* Each event with all bits set around the type shows exactly which fields are read. */
static void every_event_reads_its_own_fields(void **state)
{
	static const struct {
		hv_u8 type;
		const char *name;
		bool iova;
		int access; /* 1: RnW, InD and PnU; 2: RnW alone */
		bool stage, ipa, fetch;
	} rows[] = {
		{ 0x01, "F_UUT", 1, 1, 0, 0, 0 },
		{ 0x02, "C_BAD_STREAMID", 0, 0, 0, 0, 0 },
		{ 0x03, "F_STE_FETCH", 0, 0, 0, 0, 1 },
		{ 0x04, "C_BAD_STE", 0, 0, 0, 0, 0 },
		{ 0x05, "F_BAD_ATS_TREQ", 1, 0, 0, 0, 0 },
		{ 0x06, "F_STREAM_DISABLED", 0, 0, 0, 0, 0 },
		{ 0x07, "F_TRANSL_FORBIDDEN", 1, 2, 0, 0, 0 },
		{ 0x08, "C_BAD_SUBSTREAMID", 0, 0, 0, 0, 0 },
		{ 0x09, "F_CD_FETCH", 0, 0, 0, 0, 1 },
		{ 0x0a, "C_BAD_CD", 0, 0, 0, 0, 0 },
		{ 0x0b, "F_WALK_EABT", 1, 1, 1, 0, 1 },
		{ 0x10, "F_TRANSLATION", 1, 1, 1, 1, 0 },
		{ 0x11, "F_ADDR_SIZE", 1, 1, 1, 1, 0 },
		{ 0x12, "F_ACCESS", 1, 1, 1, 1, 0 },
		{ 0x13, "F_PERMISSION", 1, 1, 1, 1, 0 },
		{ 0x20, "F_TLB_CONFLICT", 1, 1, 1, 1, 0 },
		{ 0x21, "F_CFG_CONFLICT", 0, 0, 0, 0, 0 },
		{ 0x24, "E_PAGE_REQUEST", 1, 0, 0, 0, 0 },
		{ 0x25, "F_VMS_FETCH", 0, 0, 0, 0, 1 },
	};
	size_t row = 0;

	(void)state;
	for (hv_u32 type = 0; type < 256; type++) {
		const hv_u64 record[4] = { ~UINT64_C(0xff) | type, UINT64_MAX, UINT64_MAX,
					   UINT64_MAX };
		const bool known = row < sizeof(rows) / sizeof(rows[0]) && rows[row].type == type;
		struct hv_smmu_event event;

		memset(&event, 0xa5, sizeof(event));
		assert_int_equal(hv_smmu_event_decode(record, &event), 0);
		assert_int_equal(event.type, type);
		assert_true(event.known == known);
		assert_true(event.stream_id == 0xffffffff && event.has_substream);
		assert_int_equal(event.substream_id, 0xfffff);
		assert_true(event.has_iova == (known && rows[row].iova));
		assert_true(event.iova == (event.has_iova ? UINT64_MAX : 0));
		assert_true(event.has_access == (known && rows[row].access != 0));
		assert_true(event.read == event.has_access);
		assert_true(event.instruction == (known && rows[row].access == 1));
		assert_true(event.privileged == event.instruction);
		assert_true(event.stage2 == (known && rows[row].stage));
		assert_int_equal(event.fault_class, event.stage2 ? 3 : 0);
		assert_true(event.has_ipa == (known && rows[row].ipa));
		assert_true(event.ipa == (event.has_ipa ? UINT64_C(0x00fffffffffff000) : 0));
		assert_true(event.has_fetch == (known && rows[row].fetch));
		assert_true(event.fetch_pa == (event.has_fetch ? UINT64_C(0x00fffffffffffff8) : 0));
		if (known)
			assert_string_equal(hv_smmu_event_name(type), rows[row++].name);
		else
			assert_string_equal(hv_smmu_event_name(type),
					    type >= 0xe0 && type <= 0xef ? "IMPDEF" : "unknown");
	}
	assert_int_equal(row, 19);
	assert_string_equal(hv_smmu_event_name(0xffffffff), "unknown");
}

static void event_fields_lie_where_the_manual_says(void **state)
{
	/* A write by stream 0x10 to 0x80001234, refused by stage 2: class IN. */
	const hv_u64 write[4] = { UINT64_C(0x0000001000000013), UINT64_C(0x0000028000000000),
				  0x80001234, 0x80001000 };
	/* Privileged read at stage 1: the IPA is UNKNOWN and must not be used. */
	const hv_u64 read[4] = { UINT64_C(0x00000010abcde810), UINT64_C(0x0000010a00000000),
				 0x1234, 0x5000 };
	const hv_u64 fetch[4] = { UINT64_C(0x0000001000000010), UINT64_C(0x0000000c00000000),
				  0, 0 };
	struct hv_smmu_event event;

	(void)state;
	assert_int_equal(hv_smmu_event_decode(write, &event), 0);
	assert_true(event.type == 0x13 && event.stream_id == 0x10 && !event.has_substream);
	assert_true(event.substream_id == 0);
	assert_true(!event.read && !event.instruction && !event.privileged && event.stage2);
	assert_int_equal(event.fault_class, 2);
	assert_true(event.iova == 0x80001234 && event.has_ipa && event.ipa == 0x80001000);
	assert_int_equal(hv_smmu_event_decode(read, &event), 0);
	assert_true(event.read && event.privileged && !event.instruction && !event.stage2);
	assert_int_equal(event.fault_class, 1);
	assert_true(event.has_substream && event.substream_id == 0xabcde);
	assert_true(!event.has_ipa && event.ipa == 0 && event.iova == 0x1234);
	assert_int_equal(hv_smmu_event_decode(fetch, &event), 0);
	assert_true(event.read && event.instruction && !event.privileged);
	assert_int_equal(hv_smmu_event_decode(NULL, &event), -22);
	assert_int_equal(hv_smmu_event_decode(read, NULL), -22);
}

/* C_BAD_SUBSTREAMID alone has no SSV: its SubstreamID is always there (7.3.9). */
static void substreams_are_told_where_they_are(void **state)
{
	const hv_u64 bad[4] = { UINT64_C(0x00000010abcde008), 0, 0, 0 };
	const hv_u64 disabled[4] = { UINT64_C(0x00000010abcde006), 0, 0, 0 };
	struct hv_smmu_event event;

	(void)state;
	assert_int_equal(hv_smmu_event_decode(bad, &event), 0);
	assert_true(event.has_substream && event.substream_id == 0xabcde && event.stream_id == 0x10);
	assert_int_equal(hv_smmu_event_decode(disabled, &event), 0);
	assert_true(!event.has_substream && event.substream_id == 0);
}

static void global_errors(void **state)
{
	static const struct {
		hv_u32 active;
		const char *name;
	} rows[] = {
		{ 0x001, "CMDQ_ERR" }, { 0x004, "EVENTQ_ABT_ERR" }, { 0x008, "PRIQ_ABT_ERR" },
		{ 0x010, "MSI_CMDQ_ABT_ERR" }, { 0x020, "MSI_EVENTQ_ABT_ERR" },
		{ 0x040, "MSI_PRIQ_ABT_ERR" }, { 0x080, "MSI_GERROR_ABT_ERR" },
		{ 0x100, "SFM_ERR" }, { 0x200, "CMDQP_ERR" }, { 0x400, "DPT_ERR" },
		{ 0x000, "none" }, { 0x002, "none" }, { 0xfffff802, "none" },
		{ 0xfffffffe, "EVENTQ_ABT_ERR" }, { 0x105, "CMDQ_ERR" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(hv_smmu_gerror_name(rows[i].active), rows[i].name);
	assert_int_equal(hv_smmu_gerror_active(0x105, 0x100), 0x005);
	assert_int_equal(hv_smmu_gerror_active(0x100, 0x105), 0x005);
	assert_int_equal(hv_smmu_gerror_active(0xffffffff, 0), 0x7fd);
	assert_int_equal(hv_smmu_gerror_active(0x105, 0x105), 0);
}

static void progress_of_commands(void **state)
{
	(void)state;
	assert_int_equal(hv_smmu_cmdq_progress(4, 0x13, 0x13, 0), HV_SMMU_DONE);
	assert_int_equal(hv_smmu_cmdq_progress(4, 0x13, 0x01000013, 0), HV_SMMU_DONE);
	assert_int_equal(hv_smmu_cmdq_progress(4, 0x13, 0x12, 0), HV_SMMU_BUSY);
	assert_int_equal(hv_smmu_cmdq_progress(4, 0x13, 0x03, 0x7fc), HV_SMMU_BUSY); /* full */
	assert_int_equal(hv_smmu_cmdq_progress(4, 0x13, 0x12, 1), HV_SMMU_STOPPED);
	assert_int_equal(hv_smmu_cmdq_progress(4, 0x13, 0x13, 1), HV_SMMU_DONE);
}

/* IDR0, IDR1, IDR5 as measured on QEMU 10; IDR3 is made up, with RIL and XNX. */
static const struct hv_smmu_idr qemu = { 0x0d44101b, 0x02730010, 0x0000041c, 0x00000074 };
static const struct hv_smmu_needs usual = { 40, 44, 16, 16, 8, 7, false };

static void qemu_is_good_enough(void **state)
{
	enum hv_smmu_missing missing = HV_SMMU_MISSING_OAS;
	struct hv_smmu_caps caps;

	(void)state;
	assert_int_equal(hv_smmu_negotiate(&qemu, &usual, &caps, &missing), 0);
	assert_int_equal(missing, 0);
	assert_true(caps.oas_bits == 44 && caps.sid_bits == 16 && caps.vmid_bits == 16);
	assert_true(caps.cmdq_log2 == 19 && caps.eventq_log2 == 19);
	assert_true(caps.two_level && caps.coherent && !caps.ats && caps.range_tlbi && !caps.msi);
	assert_int_equal(hv_smmu_cr0_run(&caps), 0xd);
	caps.ats = true;
	assert_int_equal(hv_smmu_cr0_run(&caps), 0x1d);
	assert_int_equal(hv_smmu_negotiate(NULL, &usual, &caps, &missing), -22);
	assert_int_equal(hv_smmu_negotiate(&qemu, NULL, &caps, &missing), -22);
	assert_int_equal(hv_smmu_negotiate(&qemu, &usual, NULL, &missing), -22);
	assert_int_equal(hv_smmu_negotiate(&qemu, &usual, &caps, NULL), -22);
}

static void refusal_names_what_is_missing(void **state)
{
	static const struct {
		struct hv_smmu_idr idr;
		struct hv_smmu_needs needs;
		int missing;
		const char *name;
	} rows[] = {
		{ { 0x0d44101a, 0x02730010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 1,
		  "IDR0.S2P" },
		{ { 0x0d441017, 0x02730010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 2,
		  "IDR0.TTF" },
		{ { 0x0d64101b, 0x02730010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 3,
		  "IDR0.TTENDIAN" },
		{ { 0x0e44101b, 0x02730010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 4,
		  "IDR0.STALL_MODEL" },
		{ { 0x0d40101b, 0x02730010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 5,
		  "IDR0.VMID16" },
		{ { 0x0d44101b, 0x0273000f, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 6,
		  "IDR1.SIDSIZE" },
		{ { 0x0d44101b, 0x00f30010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 7,
		  "IDR1.CMDQS" },
		{ { 0x0d44101b, 0x02660010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 8,
		  "IDR1.EVENTQS" },
		{ { 0x0d44101b, 0x42730010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 9,
		  "IDR1.TABLES_PRESET" },
		{ { 0x0d44101b, 0x22730010, 0x41c, 0x74 }, { 40, 44, 16, 16, 8, 7, 0 }, 10,
		  "IDR1.QUEUES_PRESET" },
		{ { 0x0d44101b, 0x02730010, 0x40c, 0x74 }, { 40, 44, 16, 16, 8, 7, 1 }, 11,
		  "IDR3.XNX" },
		{ { 0x0d44101b, 0x02730010, 0x41c, 0x64 }, { 40, 44, 16, 16, 8, 7, 0 }, 12,
		  "IDR5.GRAN4K" },
		{ { 0x0d44101b, 0x02730010, 0x41c, 0x72 }, { 40, 44, 16, 16, 8, 7, 0 }, 13,
		  "IDR5.OAS" },
		{ { 0x0d44101b, 0x02730010, 0x41c, 0x71 }, { 40, 36, 16, 16, 8, 7, 0 }, 13,
		  "IDR5.OAS" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum hv_smmu_missing missing = HV_SMMU_MISSING_NOTHING;
		struct hv_smmu_caps caps = { .oas_bits = 77 };

		if (hv_smmu_negotiate(&rows[i].idr, &rows[i].needs, &caps, &missing) != -95 ||
		    (int)missing != rows[i].missing)
			fail_msg("%s", rows[i].name);
		assert_int_equal(caps.oas_bits, 77);
		assert_memory_equal(hv_smmu_missing_name(missing), rows[i].name,
				    strlen(rows[i].name));
	}
	assert_string_equal(hv_smmu_missing_name(HV_SMMU_MISSING_NOTHING), "nothing");
	assert_string_equal(hv_smmu_missing_name((enum hv_smmu_missing)14), "unknown");
}

static void other_hardware_is_read_right(void **state)
{
	static const hv_u8 widths[8] = { 32, 36, 40, 42, 44, 48, 52, 56 };
	/* Both table formats, mixed endianness, optional stall, linear, ATS, MSI, 8-bit VMID. */
	const struct hv_smmu_idr idr = { 0x0000240d, 0x01070006, 0x10, 0x10 };
	struct hv_smmu_needs needs = { 32, 32, 6, 8, 8, 7, true };
	enum hv_smmu_missing missing;
	struct hv_smmu_caps caps;

	(void)state;
	assert_int_equal(hv_smmu_negotiate(&idr, &needs, &caps, &missing), 0);
	assert_true(caps.vmid_bits == 8 && caps.sid_bits == 6 && !caps.two_level);
	assert_true(caps.cmdq_log2 == 8 && caps.eventq_log2 == 7 && !caps.coherent);
	assert_true(caps.ats && caps.msi && !caps.range_tlbi);
	for (hv_u32 oas = 0; oas < 8; oas++) {
		const struct hv_smmu_idr wide = { idr.idr0, idr.idr1, idr.idr3, 0x10 | oas };

		assert_int_equal(hv_smmu_negotiate(&wide, &needs, &caps, &missing), 0);
		assert_int_equal(caps.oas_bits, widths[oas]);
	}
}

static void control_values(void **state)
{
	(void)state;
	assert_int_equal(hv_smmu_gbpa_abort(0x00001000), 0x80101000);
	assert_int_equal(hv_smmu_gbpa_abort(0), 0x80100000);
	assert_int_equal(hv_smmu_cr0_queues(), 0xc);
	/* TABLE_SH 3, TABLE_OC 1, TABLE_IC 1, QUEUE_SH 3, QUEUE_OC 1, QUEUE_IC 1 */
	assert_int_equal(HV_SMMU_CR1_COHERENT, 3 << 10 | 1 << 8 | 1 << 6 | 3 << 4 | 1 << 2 | 1);
	assert_int_equal(HV_SMMU_CR2, 1 << 2 | 1 << 1);
	assert_int_equal(hv_smmu_cr1(true), 0xd75);
	assert_int_equal(hv_smmu_cr1(false), 0);
	assert_int_equal(hv_smmu_irq_ctrl_run(), 1 << 2 | 1 << 0);
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
		cmocka_unit_test(every_event_reads_its_own_fields),
		cmocka_unit_test(event_fields_lie_where_the_manual_says),
		cmocka_unit_test(substreams_are_told_where_they_are),
		cmocka_unit_test(global_errors),
		cmocka_unit_test(progress_of_commands),
		cmocka_unit_test(qemu_is_good_enough),
		cmocka_unit_test(refusal_names_what_is_missing),
		cmocka_unit_test(other_hardware_is_read_right),
		cmocka_unit_test(control_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
