/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/dma: is an SMMU good enough, and which control values run it. Register values are
 * written out by hand from the bit positions that IHI 0070 prints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/smmu_caps.h>

/* As read on QEMU 10. */
static const struct hv_smmu_idr qemu = { 0x0d44101b, 0x02730010, 0x00001414, 0x00000074 };
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
		cmocka_unit_test(qemu_is_good_enough),
		cmocka_unit_test(refusal_names_what_is_missing),
		cmocka_unit_test(other_hardware_is_read_right),
		cmocka_unit_test(control_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
