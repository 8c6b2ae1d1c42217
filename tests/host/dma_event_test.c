/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/dma: event records and global errors against words written out by hand from the bit
 * positions that IHI 0070 prints, and against records that QEMU wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/smmu_event.h>
#include <haven/smmu_gerror.h>

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

/* Records as QEMU 10 wrote them, for accesses of stream 0x18 that were arranged for each. */
static void records_of_qemu(void **state)
{
	static const struct {
		hv_u64 record[4];
		bool write, stage2;
		hv_u64 iova, ipa, fetch_pa;
	} rows[] = {
		{ { 0x1800000010, 0x28000000000, 0x40003000, 0x40003000 },
		  true, true, 0x40003000, 0x40003000, 0 },
		{ { 0x1800000010, 0x28800000000, 0x1004, 0x1004 }, false, true, 0x1004, 0x1000, 0 },
		{ { 0x1800000011, 0x28000000000, 0x40400000, 0x40400000 },
		  true, true, 0x40400000, 0x40400000, 0 },
		{ { 0x1800000012, 0x28000000000, 0x40002000, 0x40002000 },
		  true, true, 0x40002000, 0x40002000, 0 },
		{ { 0x1800000013, 0x28000000000, 0x40001000, 0x40001000 },
		  true, true, 0x40001000, 0x40001000, 0 },
		/* Its level 3 table was named at 0x2000000000, where nothing is. */
		{ { 0x180000000b, 0x28000000000, 0x40200000, 0x2000000000 },
		  true, true, 0x40200000, 0, 0x2000000000 },
		{ { 0x1800000003, 0, 0, 0x2000000600 }, false, false, 0, 0, 0x2000000600 },
		{ { 0x1800000004, 0, 0, 0 }, false, false, 0, 0, 0 },
		{ { 0x1800000002, 0, 0, 0 }, false, false, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hv_smmu_event event;

		assert_int_equal(hv_smmu_event_decode(rows[i].record, &event), 0);
		assert_true(event.known && event.stream_id == 0x18 && !event.has_substream);
		assert_true(event.has_access == event.has_iova);
		assert_true(event.read == (event.has_access && !rows[i].write));
		assert_true(event.stage2 == rows[i].stage2);
		assert_int_equal(event.fault_class, rows[i].stage2 ? 2 : 0);
		assert_true(event.iova == rows[i].iova && event.ipa == rows[i].ipa);
		assert_true(event.fetch_pa == rows[i].fetch_pa);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_reads_its_own_fields),
		cmocka_unit_test(event_fields_lie_where_the_manual_says),
		cmocka_unit_test(records_of_qemu),
		cmocka_unit_test(substreams_are_told_where_they_are),
		cmocka_unit_test(global_errors),
		cmocka_unit_test(progress_of_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
