/* SPDX-License-Identifier: Apache-2.0 */
/* lib/base: ranges at the edges of 2^64, CRC against published values, ring, journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <haven/bits.h>
#include <haven/crc32.h>
#include <haven/journal.h>
#include <haven/range.h>
#include <haven/ring.h>

static void range_may_end_at_the_top_but_not_wrap(void **state)
{
	(void)state;
	assert_false(hv_range_valid(0x1000, 0));
	assert_true(hv_range_valid(0, UINT64_MAX));
	assert_true(hv_range_valid(0xfffffffffffff000, 0x1000));
	assert_false(hv_range_valid(0xfffffffffffff000, 0x1001));
	assert_true(hv_range_last(0xfffffffffffff000, 0x1000) == UINT64_MAX);
}

static void ranges_that_touch_do_not_overlap(void **state)
{
	(void)state;
	assert_false(hv_range_overlaps(0x1000, 0x1000, 0x2000, 0x1000));
	assert_true(hv_range_overlaps(0x1000, 0x1001, 0x2000, 0x1000));
	assert_true(hv_range_overlaps(0x2000, 0x1000, 0x1000, 0x1001));
	assert_true(hv_range_overlaps(0, 0x1000, 0, 1));
	assert_true(hv_range_overlaps(0xfffffffffffff000, 0x1000, 0xffffffffffffffff, 1));
}

static void range_contains_its_own_ends_only(void **state)
{
	(void)state;
	assert_true(hv_range_contains(0x1000, 0x1000, 0x1000, 0x1000));
	assert_false(hv_range_contains(0x1000, 0x1000, 0xfff, 2));
	assert_false(hv_range_contains(0x1000, 0x1000, 0x1fff, 2));
	assert_true(hv_range_contains(0, UINT64_MAX, 0x1000, 1));
	assert_true(hv_is_aligned(0x2000, 0x1000));
	assert_false(hv_is_aligned(0x2001, 0x1000));
	assert_int_equal(hv_ctz32(0x80000000u), 31);
}

static void guest_ids_leave_out_the_hypervisor(void **state)
{
	(void)state;
	assert_false(hv_is_guest_id(0));
	assert_true(hv_is_guest_id(1));
	assert_true(hv_is_guest_id(7));
	assert_false(hv_is_guest_id(8));
}

/* Check values published for CRC-32/ISO-HDLC. */
static void crc_matches_published_values(void **state)
{
	(void)state;
	assert_int_equal(hv_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(hv_crc32(0, NULL, 0), 0);
	assert_int_equal(hv_crc32(hv_crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
}

/* Every byte, against the definition: division by the polynomial, bit by bit. */
static void crc_of_each_byte_follows_the_definition(void **state)
{
	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		const hv_u8 byte = (hv_u8)value;
		hv_u32 crc = 0xffffffff ^ byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
		assert_int_equal(hv_crc32(0, &byte, 1), crc ^ 0xffffffff);
	}
}

static void ring_refuses_when_full_and_keeps_order(void **state)
{
	static struct hv_ring ring;
	hv_u8 byte = 0xa5;

	(void)state;
	assert_false(hv_ring_get(&ring, &byte));
	assert_int_equal(byte, 0xa5);
	for (unsigned i = 0; i < 1024; i++)
		assert_true(hv_ring_put(&ring, (hv_u8)i));
	assert_false(hv_ring_put(&ring, 0x77));
	assert_int_equal(hv_ring_used(&ring), 1024);
	for (unsigned i = 0; i < 1024; i++) {
		assert_true(hv_ring_get(&ring, &byte));
		assert_int_equal(byte, i & 0xff);
	}
	assert_int_equal(hv_ring_used(&ring), 0);
}

static void ring_indices_survive_their_own_wrap(void **state)
{
	static struct hv_ring ring = {.head = UINT32_MAX, .tail = UINT32_MAX};
	hv_u8 byte;

	(void)state;
	assert_true(hv_ring_put(&ring, 1));
	assert_true(hv_ring_put(&ring, 2));
	assert_int_equal(hv_ring_used(&ring), 2);
	assert_true(hv_ring_get(&ring, &byte));
	assert_int_equal(byte, 1);
	assert_true(hv_ring_get(&ring, &byte));
	assert_int_equal(byte, 2);
}

static void ring_gives_and_takes_in_pieces(void **state)
{
	static struct hv_ring ring = {.head = 1020, .tail = 1020};
	const hv_u8 *at = NULL;
	hv_u8 bytes[1100];

	(void)state;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (hv_u8)(i + 1);
	assert_int_equal(hv_ring_peek(&ring, &at), 0);
	assert_int_equal(hv_ring_write(&ring, bytes, 0), 0);
	assert_int_equal(hv_ring_write(&ring, bytes, 6), 6);
	assert_int_equal(hv_ring_used(&ring), 6);
	assert_int_equal(hv_ring_peek(&ring, &at), 4); /* to the end of the memory */
	assert_memory_equal(at, bytes, 4);
	hv_ring_skip(&ring, 3);
	assert_int_equal(hv_ring_peek(&ring, &at), 1);
	assert_int_equal(*at, 4);
	hv_ring_skip(&ring, 1);
	assert_int_equal(hv_ring_peek(&ring, &at), 2);
	assert_memory_equal(at, bytes + 4, 2);
	hv_ring_skip(&ring, 2);
	assert_int_equal(hv_ring_write(&ring, bytes, 1100), 1024); /* what there is room for */
	assert_int_equal(hv_ring_write(&ring, bytes, 1), 0);
	assert_int_equal(hv_ring_peek(&ring, &at), 1022);
	assert_memory_equal(at, bytes, 1022);
	hv_ring_skip(&ring, 1022);
	assert_int_equal(hv_ring_peek(&ring, &at), 2);
	assert_memory_equal(at, bytes + 1022, 2);
}

/* Four slots behind one header, as boot code lays them out. */
static union {
	struct hv_journal head;
	hv_u8 bytes[64 * 5];
} area;

static void journal_refuses_bad_arguments(void **state)
{
	bool survived;

	(void)state;
	assert_int_equal(hv_journal_open(NULL, 4, &survived), -22);
	assert_int_equal(hv_journal_open(&area.head, 4, NULL), -22);
	assert_int_equal(hv_journal_open(&area.head, 0, &survived), -22);
	assert_int_equal(hv_journal_open(&area.head, 3, &survived), -22);
	assert_int_equal(hv_journal_open(&area.head, 131072, &survived), -22);
}

static void journal_keeps_the_newest_and_shows_the_gap(void **state)
{
	struct hv_journal_record out = {.kind = 0xa5};
	bool survived = true;

	(void)state;
	memset(&area, 0, sizeof area);
	assert_int_equal(hv_journal_open(&area.head, 4, &survived), 0);
	assert_false(survived);
	assert_int_equal(hv_journal_read(&area.head, 1, &out), -28);
	for (unsigned i = 1; i <= 6; i++)
		hv_journal_append(&area.head, &(struct hv_journal_record){.kind = 4, .detail = i});
	assert_int_equal(hv_journal_next(&area.head), 7);
	assert_int_equal(hv_journal_read(&area.head, 2, &out), -1);
	assert_int_equal(out.kind, 0xa5);
	for (unsigned i = 3; i <= 6; i++) {
		assert_int_equal(hv_journal_read(&area.head, i, &out), 0);
		assert_int_equal(out.detail, i);
		assert_int_equal(out.sequence, i);
	}
	assert_int_equal(hv_journal_read(&area.head, 7, &out), -28);
	assert_int_equal(hv_journal_read(NULL, 3, &out), -22);
	assert_int_equal(hv_journal_read(&area.head, 3, NULL), -22);
}

static void journal_survives_and_noise_does_not(void **state)
{
	struct hv_journal_record out;
	bool survived = false;

	(void)state;
	assert_int_equal(hv_journal_open(&area.head, 4, &survived), 0);
	assert_true(survived);
	assert_int_equal(hv_journal_read(&area.head, 6, &out), 0);
	area.bytes[64 + (6 & 3) * 64 + 48] ^= 1; /* a bit of detail flips */
	assert_int_equal(hv_journal_read(&area.head, 6, &out), -1);
	assert_int_equal(hv_journal_open(&area.head, 2, &survived), 0);
	assert_false(survived);
	area.bytes[12] ^= 1; /* header crc */
	assert_int_equal(hv_journal_open(&area.head, 2, &survived), 0);
	assert_false(survived);
	memset(&area, 0xff, sizeof area);
	assert_int_equal(hv_journal_open(&area.head, 4, &survived), 0);
	assert_false(survived);
}

/* The decoder on another machine reads these offsets. */
static void journal_record_bytes_are_as_published(void **state)
{
	const struct hv_journal_record in = {
		.timestamp = 0x1122334455667788, .cpu = 0x0201, .partition = 0x0403, .kind = 4,
		.verdict = 1, .esr = 0x93000047, .far = 0xffff, .ipa = 0x48000000, .detail = 9,
		.pc_low = 0x80001234,
	};
	const hv_u8 *slot = &area.bytes[64 + 64];

	(void)state;
	memset(&area, 0, sizeof area);
	bool survived;
	assert_int_equal(hv_journal_open(&area.head, 4, &survived), 0);
	hv_journal_append(&area.head, &in);
	assert_memory_equal(slot, "HVJ\x01\x01\x00\x00\x00\x88\x77\x66\x55\x44\x33\x22\x11", 16);
	assert_memory_equal(slot + 16, "\x01\x02\x03\x04\x04\x01\x00\x00\x47\x00\x00\x93", 12);
	assert_memory_equal(slot + 40, "\x00\x00\x00\x48\x00\x00\x00\x00\x09", 9);
	assert_memory_equal(slot + 56, "\x34\x12\x00\x80", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(range_may_end_at_the_top_but_not_wrap),
		cmocka_unit_test(ranges_that_touch_do_not_overlap),
		cmocka_unit_test(range_contains_its_own_ends_only),
		cmocka_unit_test(guest_ids_leave_out_the_hypervisor),
		cmocka_unit_test(crc_matches_published_values),
		cmocka_unit_test(crc_of_each_byte_follows_the_definition),
		cmocka_unit_test(ring_refuses_when_full_and_keeps_order),
		cmocka_unit_test(ring_indices_survive_their_own_wrap),
		cmocka_unit_test(ring_gives_and_takes_in_pieces),
		cmocka_unit_test(journal_refuses_bad_arguments),
		cmocka_unit_test(journal_keeps_the_newest_and_shows_the_gap),
		cmocka_unit_test(journal_survives_and_noise_does_not),
		cmocka_unit_test(journal_record_bytes_are_as_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
