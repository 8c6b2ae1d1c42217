/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/irq: ITS commands, table registers and the GICv2m frame against words written out
 * by hand from the bit positions that IHI 0069 and DEN0029 print.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/gicv2m.h>
#include <haven/its.h>

static void typer_of_two_machines(void **state)
{
	struct hv_its_caps caps;

	(void)state;
	/* QEMU virt: CIL, CIDbits 15, Devbits 15, ID_bits 15, ITT entry 11, physical. */
	hv_its_decode_typer(UINT64_C(0x1f0001efb1), &caps);
	assert_int_equal(caps.device_bits, 16);
	assert_int_equal(caps.event_bits, 16);
	assert_int_equal(caps.itt_entry_bytes, 12);
	assert_int_equal(caps.collections, 0);
	assert_true(caps.physical && !caps.pta);

	/* CIL, HCC 0x11, PTA, SEIS, Devbits 31, ID_bits 31, entry 16, CCT, virtual only */
	hv_its_decode_typer(UINT64_C(0x1f110ffff6), &caps);
	assert_int_equal(caps.device_bits, 32);
	assert_int_equal(caps.event_bits, 32);
	assert_int_equal(caps.itt_entry_bytes, 16);
	assert_int_equal(caps.collections, 0x11);
	assert_true(!caps.physical && caps.pta);

	hv_its_decode_typer(0, &caps);
	assert_true(caps.device_bits == 1 && caps.event_bits == 1 && caps.itt_entry_bytes == 1);
	assert_true(caps.collections == 0 && !caps.pta && !caps.physical);
}

static void typer_fields_do_not_touch(void **state)
{
	struct hv_its_caps caps;

	(void)state;
	/* Everything but one field: nothing leaks in from its neighbours. */
	hv_its_decode_typer(~UINT64_C(0xf0), &caps);
	assert_int_equal(caps.itt_entry_bytes, 1);
	hv_its_decode_typer(~UINT64_C(0x1f00), &caps);
	assert_int_equal(caps.event_bits, 1);
	hv_its_decode_typer(~UINT64_C(0x3e000), &caps);
	assert_int_equal(caps.device_bits, 1);
	hv_its_decode_typer(~UINT64_C(0x80000), &caps);
	assert_false(caps.pta);
	hv_its_decode_typer(~UINT64_C(0xff000000), &caps);
	assert_int_equal(caps.collections, 0);
	hv_its_decode_typer(~UINT64_C(1), &caps);
	assert_false(caps.physical);
}

static void sizes_of_translation_tables(void **state)
{
	static const struct {
		hv_u32 entry, bits;
		hv_u64 bytes;
	} rows[] = {
		{ 1, 1, 256 }, { 16, 1, 256 }, { 8, 5, 256 }, { 8, 6, 512 }, { 12, 4, 256 },
		{ 12, 5, 512 }, { 12, 7, 1536 }, { 12, 16, 786432 }, { 1, 8, 256 }, { 1, 9, 512 },
		{ 16, 32, UINT64_C(0x1000000000) }, { 3, 8, 768 }, { 5, 6, 512 },
	};
	struct hv_its_caps caps;

	(void)state;
	memset(&caps, 0, sizeof(caps));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		caps.itt_entry_bytes = rows[i].entry;
		if (hv_its_itt_bytes(&caps, rows[i].bits) != rows[i].bytes)
			fail_msg("row %zu", i);
	}
}

static void event_widths(void **state)
{
	(void)state;
	assert_int_equal(hv_its_event_bits(0), 1);
	assert_int_equal(hv_its_event_bits(1), 1);
	assert_int_equal(hv_its_event_bits(2), 2);
	assert_int_equal(hv_its_event_bits(79), 7);
	assert_int_equal(hv_its_event_bits(127), 7);
	assert_int_equal(hv_its_event_bits(128), 8);
	assert_int_equal(hv_its_event_bits(1019), 10);
	assert_int_equal(hv_its_event_bits(0xffffffff), 32);
}

static void is_command(struct hv_its_cmd cmd, hv_u64 w0, hv_u64 w1, hv_u64 w2)
{
	assert_true(cmd.word[0] == w0);
	assert_true(cmd.word[1] == w1);
	assert_true(cmd.word[2] == w2);
	assert_true(cmd.word[3] == 0);
}

static void commands_bit_for_bit(void **state)
{
	(void)state;
	is_command(hv_its_cmd_mapd(0x18, 0x40251200, 7), UINT64_C(0x0000001800000008), 6,
		   UINT64_C(0x8000000040251200));
	is_command(hv_its_cmd_mapd(0xffffffff, UINT64_C(0xfffffffffff00), 32),
		   UINT64_C(0xffffffff00000008), 31, UINT64_C(0x800fffffffffff00));
	is_command(hv_its_cmd_mapc(3, UINT64_C(0x80a0000)), 9, 0, UINT64_C(0x80000000080a0003));
	is_command(hv_its_cmd_mapc(0xffff, UINT64_C(0xfffffffff0000)), 9, 0,
		   UINT64_C(0x800fffffffffffff));
	is_command(hv_its_cmd_mapc(0, UINT64_C(2) << 16), 9, 0, UINT64_C(0x8000000000020000));
	is_command(hv_its_cmd_mapti(0x20, 48, 8192, 1), UINT64_C(0x000000200000000a),
		   UINT64_C(0x0000200000000030), 1);
	is_command(hv_its_cmd_mapti(0xffffffff, 0xffffffff, 0xffffffff, 0xffff),
		   UINT64_C(0xffffffff0000000a), UINT64_C(0xffffffffffffffff), 0xffff);
	is_command(hv_its_cmd_invall(0x1234), 0x0d, 0, 0x1234);
	is_command(hv_its_cmd_sync(UINT64_C(0x80c0000)), 0x05, 0, UINT64_C(0x80c0000));
}

static void commands_take_no_more_than_their_fields(void **state)
{
	(void)state;
	/* Address bits outside of a field are cut, they do not become Valid or a collection. */
	is_command(hv_its_cmd_mapd(0, UINT64_C(0xfff00000000000ff), 1), 8, 0,
		   UINT64_C(0x8000000000000000));
	is_command(hv_its_cmd_mapc(0, UINT64_C(0xfff000000000ffff)), 9, 0,
		   UINT64_C(0x8000000000000000));
	is_command(hv_its_cmd_sync(UINT64_C(0xfff000000000ffff)), 5, 0, 0);
}

static void table_registers(void **state)
{
	(void)state;
	/* Type 1 (devices), entry of 8 bytes; what firmware left behind goes. */
	assert_true(hv_its_baser(UINT64_C(0x0107000000000000), 0x40251000, true) ==
		    UINT64_C(0xb907000040251400));
	assert_true(hv_its_baser(UINT64_C(0xc1e7ffffffffffff), 0x40251000, true) ==
		    UINT64_C(0xb907000040251400));
	/* Type 4 (collections), entry of 2 bytes, not coherent. */
	assert_true(hv_its_baser(UINT64_C(0x0401000000000000), 0x40252000, false) ==
		    UINT64_C(0x8c01000040252000));
	assert_true(hv_its_baser(0, UINT64_C(0xffffffffffffffff), true) ==
		    UINT64_C(0xb800fffffffff400));
	assert_int_equal(hv_its_baser_type(UINT64_C(0x0107000000000000)), HV_ITS_TABLE_DEVICES);
	assert_int_equal(hv_its_baser_type(UINT64_C(0x0400000000000000)), HV_ITS_TABLE_COLLECTIONS);
	assert_int_equal(hv_its_baser_type(~UINT64_C(0x0700000000000000)), HV_ITS_TABLE_NONE);
	assert_int_equal(hv_its_baser_entries(UINT64_C(0x0107000000000000)), 512);
	assert_int_equal(hv_its_baser_entries(UINT64_C(0x010b000000000000)), 341);
	assert_int_equal(hv_its_baser_entries(UINT64_C(0xffffffffffffffff)), 128);
	assert_int_equal(hv_its_baser_entries(UINT64_C(0x0400000000000000)), 4096);

	assert_true(hv_its_cbaser(0x40260000, true) == UINT64_C(0xb800000040260400));
	assert_true(hv_its_cbaser(0x40260000, false) == UINT64_C(0x8800000040260000));
	assert_true(hv_its_cbaser(UINT64_C(0xffffffffffffffff), false) ==
		    UINT64_C(0x880fffffffff0000));

	assert_true(hv_lpi_propbaser(0x40253000, 14, true) == UINT64_C(0x4025378d));
	assert_true(hv_lpi_propbaser(0x40253000, 14, false) == UINT64_C(0x4025308d));
	assert_true(hv_lpi_propbaser(UINT64_C(0xffffffffffffffff), 32, false) ==
		    UINT64_C(0xffffffffff09f));
	assert_true(hv_lpi_pendbaser(0x40270000, true) == UINT64_C(0x4000000040270780));
	assert_true(hv_lpi_pendbaser(0x40270000, false) == UINT64_C(0x4000000040270080));
	assert_true(hv_lpi_pendbaser(UINT64_C(0xffffffffffffffff), false) ==
		    UINT64_C(0x400fffffffff0080));
}

static void replies_to_table_registers(void **state)
{
	static const struct {
		const char *why;
		hv_u64 asked, reads;
		int reply; /* 0 taken, 1 not coherent, 2 refused */
	} rows[] = {
		{ "as asked", 0xb907000040251400, 0xb907000040251400, 0 },
		{ "outer attributes are its own", 0xb907000040251400, 0xb9e7000040251400, 0 },
		{ "write-back, no allocation hints", 0xb907000040251400, 0xa907000040251400, 0 },
		{ "outer shareable is more", 0xb907000040251400, 0xb907000040251800, 0 },
		{ "not shareable", 0xb907000040251400, 0xb907000040251000, 1 },
		{ "shareable, but not cacheable", 0xb907000040251400, 0x8907000040251400, 1 },
		{ "shareable device memory", 0xb907000040251400, 0x8107000040251400, 1 },
		{ "non-cacheable, as asked", 0x8907000040251000, 0x8907000040251000, 0 },
		{ "non-cacheable asked, more given", 0x8907000040251000, 0xb907000040251400, 0 },
		{ "64 KB pages only", 0xb907000040251400, 0xb907000040251600, 2 },
		{ "another size", 0xb907000040251400, 0xb907000040251401, 2 },
		{ "another address", 0xb907000040251400, 0xb907000040250400, 2 },
		{ "upper address bits missing", 0xb907800040251400, 0xb907000040251400, 2 },
		{ "two levels", 0xb907000040251400, 0xf907000040251400, 2 },
		{ "not valid", 0xb907000040251400, 0x3907000040251400, 2 },
		{ "another type", 0xb907000040251400, 0xbc07000040251400, 2 },
		{ "another entry size", 0xb907000040251400, 0xb90f000040251400, 2 },
		{ "refused and not shareable", 0xb907000040251400, 0xb907000040251200, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((int)hv_its_reply(rows[i].asked, rows[i].reads) != rows[i].reply)
			fail_msg("%s", rows[i].why);
	}
}

static void replies_to_redistributor_registers(void **state)
{
	static const struct {
		const char *why;
		hv_u64 asked, reads;
		int reply;
	} rows[] = {
		{ "as asked", 0x4025378d, 0x4025378d, 0 },
		{ "outer attributes", 0x4025378d, UINT64_C(0x070000004025378d), 0 },
		{ "not shareable", 0x4025378d, 0x4025338d, 1 },
		{ "not cacheable", 0x4025378d, 0x4025348d, 1 },
		{ "fewer INTID bits", 0x4025378d, 0x4025378c, 2 },
		{ "another address", 0x4025378d, 0x4025078d, 2 },
		{ "pending table zero: reads 0", 0x4000000040270780, 0x40270780, 0 },
		{ "pending table elsewhere", 0x4000000040270780, 0x40260780, 2 },
		{ "pending table not shareable", 0x4000000040270780, 0x40270380, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((int)hv_lpi_reply(rows[i].asked, rows[i].reads) != rows[i].reply)
			fail_msg("%s, row %zu", rows[i].why, i);
	}
}

static void who_can_take_lpis(void **state)
{
	(void)state;
	/* QEMU virt: GICD_TYPER 0x037a0008 and alike: IDbits 15, LPIS; GICR_TYPER.PLPIS */
	assert_true(hv_lpi_supported(0x037a0008, 1, 14));
	assert_true(hv_lpi_supported(0x037a0008, 1, 16));
	assert_false(hv_lpi_supported(0x037a0008, 1, 17));
	assert_false(hv_lpi_supported(0x03780008, 1, 14));                        /* no LPIS */
	assert_false(hv_lpi_supported(0x037a0008, UINT64_C(0xfffffffffffffffe), 14)); /* no PLPIS */
	assert_true(hv_lpi_supported(0x006a0000, 1, 14));  /* IDbits 13 */
	assert_false(hv_lpi_supported(0x00620000, 1, 14)); /* IDbits 12 */
	assert_true(hv_lpi_supported(0x006a3800, 1, 14));  /* num_LPIs 7: 256 */
	assert_false(hv_lpi_supported(0x006a3000, 1, 14)); /* num_LPIs 6: 128 */
	assert_true(hv_lpi_supported(0x006af800, 1, 14));
}

static void numbers_of_lpis(void **state)
{
	(void)state;
	assert_int_equal(HV_LPI_FIRST, 8192);
	assert_int_equal(HV_LPI_CONFIG, 0xf3); /* less urgent than 0xa0 of all other interrupts */
	assert_int_equal(HV_LPI_CONFIG_BYTES, 8192);  /* INTIDs 8192..16383 */
	assert_int_equal(HV_LPI_PENDING_BYTES, 2048); /* bits 0..16383 */
	assert_int_equal(sizeof(struct hv_its_cmd), 32);
}

static void frame_tells_its_interrupts(void **state)
{
	(void)state;
	assert_int_equal(hv_v2m_read(48, 8, 0x008), 0x00300008);
	assert_int_equal(hv_v2m_read(1019, 1, 0x008), 0x03fb0001);
	assert_int_equal(hv_v2m_read(32, 988, 0x008), 0x002003dc);
	assert_int_equal(hv_v2m_read(48, 8, 0xfcc), 0);
	assert_int_equal(hv_v2m_read(48, 8, 0x040), 0);
	for (hv_u32 offset = 0; offset < 0x1000; offset += 4) {
		if (offset != 8)
			assert_int_equal(hv_v2m_read(48, 8, offset), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(typer_of_two_machines),
		cmocka_unit_test(typer_fields_do_not_touch),
		cmocka_unit_test(sizes_of_translation_tables),
		cmocka_unit_test(event_widths),
		cmocka_unit_test(commands_bit_for_bit),
		cmocka_unit_test(commands_take_no_more_than_their_fields),
		cmocka_unit_test(table_registers),
		cmocka_unit_test(replies_to_table_registers),
		cmocka_unit_test(replies_to_redistributor_registers),
		cmocka_unit_test(who_can_take_lpis),
		cmocka_unit_test(numbers_of_lpis),
		cmocka_unit_test(frame_tells_its_interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
