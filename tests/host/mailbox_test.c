/* SPDX-License-Identifier: Apache-2.0 */
/* lib/base: two ends of a mailbox over one window, and a peer that keeps to no rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/mailbox.h>

#include "seeded.h"

#define SLOTS 4u
static _Alignas(64) hv_u32 window[HV_MAILBOX_SIZE(SLOTS) / 4 + 16];
static struct hv_mailbox a, b;
static hv_u8 data[HV_MAILBOX_PAYLOAD];
static hv_u32 length;

/* Words of the layout in the header's comment. */
#define HEADER(n) window[n]
#define LINE_A(n) window[0x40 / 4 + (n)]
#define LINE_B(n) window[0x80 / 4 + (n)]
#define SLOT_A(i, n) window[0xc0 / 4 + 16 * (i) + (n)]
#define SLOT_B(i, n) window[0xc0 / 4 + 16 * (SLOTS + (i)) + (n)]
enum { SESSION, ACK, HEAD, TAIL };

static int connect(void **state)
{
	(void)state;
	memset(window, 0, sizeof(window));
	window[HV_MAILBOX_SIZE(SLOTS) / 4] = 0x5a5a5a5a; /* behind it */
	assert_int_equal(hv_mailbox_open(&a, window, HV_MAILBOX_SIZE(SLOTS), HV_MAILBOX_A, SLOTS), 0);
	assert_int_equal(hv_mailbox_open(&b, window, HV_MAILBOX_SIZE(SLOTS), HV_MAILBOX_B, 0), 0);
	assert_int_equal(hv_mailbox_poll(&a), HV_MAILBOX_DOWN);
	assert_int_equal(hv_mailbox_poll(&b), HV_MAILBOX_UP);
	assert_int_equal(hv_mailbox_poll(&a), HV_MAILBOX_UP);
	return 0;
}

static int intact(void **state)
{
	(void)state;
	assert_int_equal(window[HV_MAILBOX_SIZE(SLOTS) / 4], 0x5a5a5a5a);
	return 0;
}

static void the_layout(void **state)
{
	(void)state;
	assert_int_equal(HEADER(0), 0x424d5648);
	assert_int_equal(HEADER(1), 1);
	assert_int_equal(HEADER(2), 4);
	assert_int_equal(HV_MAILBOX_SIZE(4u), 0x2c0);
	assert_int_equal(hv_mailbox_send(&a, "12345678", 8), 0);
	assert_int_equal(SLOT_A(0, 0), 0);
	assert_int_equal(SLOT_A(0, 1), 8);
	assert_int_equal(SLOT_A(0, 2), 0x34333231);
	assert_int_equal(SLOT_A(0, 4), 0);
	assert_int_equal(LINE_A(HEAD), 1);
	assert_int_equal(LINE_A(SESSION), 1);
	assert_int_equal(LINE_B(ACK), 1);
	assert_int_equal(hv_mailbox_send(&b, "x", 1), 0);
	assert_int_equal(SLOT_B(0, 2), 'x');
}

static void both_ways_and_round(void **state)
{
	(void)state;
	for (hv_u32 i = 0; i < 100; i++) {
		hv_u8 out[HV_MAILBOX_PAYLOAD];
		const hv_u32 n = i % (HV_MAILBOX_PAYLOAD + 1);

		memset(out, (int)i, sizeof(out));
		assert_int_equal(hv_mailbox_send(&a, out, n), 0);
		assert_int_equal(hv_mailbox_send(&b, out, n), 0);
		assert_int_equal(hv_mailbox_receive(&b, data, &length), 0);
		assert_int_equal(length, n);
		assert_memory_equal(data, out, n);
		assert_int_equal(hv_mailbox_receive(&a, data, &length), 0);
		assert_memory_equal(data, out, n);
	}
	assert_int_equal(LINE_A(HEAD), 100);
	assert_int_equal(LINE_B(TAIL), 100);
}

static void full_and_empty(void **state)
{
	(void)state;
	assert_int_equal(hv_mailbox_receive(&b, data, &length), HV_ENOSPC);
	for (hv_u32 i = 0; i < SLOTS; i++)
		assert_int_equal(hv_mailbox_send(&a, &i, 4), 0);
	assert_int_equal(hv_mailbox_send(&a, "x", 1), HV_ENOSPC);
	for (hv_u32 i = 0; i < SLOTS; i++) {
		assert_int_equal(hv_mailbox_receive(&b, data, &length), 0);
		assert_int_equal(data[0], i);
	}
	assert_int_equal(hv_mailbox_receive(&b, data, &length), HV_ENOSPC);
	assert_int_equal(hv_mailbox_send(&a, "x", 1), 0);
}

static void counters_wrap(void **state)
{
	(void)state;
	a.head = b.tail = LINE_A(HEAD) = LINE_B(TAIL) = 0xfffffffe;
	for (hv_u32 i = 0; i < SLOTS; i++)
		assert_int_equal(hv_mailbox_send(&a, &i, 4), 0);
	assert_int_equal(hv_mailbox_send(&a, "x", 1), HV_ENOSPC);
	for (hv_u32 i = 0; i < SLOTS; i++) {
		assert_int_equal(hv_mailbox_receive(&b, data, &length), 0);
		assert_int_equal(data[0], i);
	}
	assert_int_equal(LINE_B(TAIL), 2);
}

static void what_cannot_be_sent(void **state)
{
	(void)state;
	assert_int_equal(hv_mailbox_send(&a, NULL, 1), HV_EINVAL);
	assert_int_equal(hv_mailbox_send(&a, data, 53), HV_EINVAL);
	assert_int_equal(hv_mailbox_send(NULL, data, 1), HV_EPERM);
	assert_int_equal(hv_mailbox_receive(&a, NULL, &length), HV_EINVAL);
	assert_int_equal(hv_mailbox_receive(&a, data, NULL), HV_EINVAL);
	assert_int_equal(hv_mailbox_receive(NULL, data, &length), HV_EPERM);
	assert_int_equal(hv_mailbox_send(&a, data, 52), 0);
}

static void windows_that_are_none(void **state)
{
	struct hv_mailbox box;
	const hv_u32 size = HV_MAILBOX_SIZE(SLOTS);

	(void)state;
	assert_int_equal(hv_mailbox_open(NULL, window, size, HV_MAILBOX_A, 4), HV_EINVAL);
	assert_int_equal(hv_mailbox_open(&box, NULL, size, HV_MAILBOX_A, 4), HV_EINVAL);
	assert_int_equal(hv_mailbox_open(&box, (hv_u8 *)window + 4, size, HV_MAILBOX_A, 4), HV_EINVAL);
	assert_int_equal(hv_mailbox_open(&box, window, size - 1, HV_MAILBOX_A, 4), HV_EINVAL);
	assert_int_equal(hv_mailbox_open(&box, window, size, HV_MAILBOX_A, 0), HV_EINVAL);
	assert_int_equal(hv_mailbox_open(&box, window, size, HV_MAILBOX_A, 3), HV_EINVAL);
	assert_int_equal(hv_mailbox_open(&box, window, ~0u, HV_MAILBOX_A, 512), HV_EINVAL);
	assert_int_equal(hv_mailbox_open(&box, window, 0x13f, HV_MAILBOX_B, 0), HV_EINVAL);
}

/* End B waits for a window that it can use; the number of slots is asked once. */
static void what_end_b_does_not_believe(void **state)
{
	static const struct {
		hv_u32 word, value;
	} bad[] = {{0, 0}, {0, 0x424d5649}, {1, 2}, {2, 0}, {2, 3}, {2, 8}, {2, 512}, {2, 0x80000000}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		hv_u32 right;

		connect(state);
		assert_int_equal(hv_mailbox_open(&b, window, HV_MAILBOX_SIZE(SLOTS), HV_MAILBOX_B, 0), 0);
		right = HEADER(bad[i].word);
		HEADER(bad[i].word) = bad[i].value;
		assert_int_equal(hv_mailbox_poll(&b), HV_MAILBOX_DOWN);
		assert_int_equal(hv_mailbox_send(&b, "x", 1), HV_EPERM);
		HEADER(bad[i].word) = right;
		assert_int_equal(hv_mailbox_poll(&b), HV_MAILBOX_DOWN); /* A has not seen it again */
		HEADER(bad[i].word) = bad[i].value;
		assert_int_equal(hv_mailbox_poll(&a), HV_MAILBOX_RESTARTED);
		assert_int_equal(hv_mailbox_poll(&b), HV_MAILBOX_UP);
		assert_int_equal(hv_mailbox_send(&b, "x", 1), 0);
		assert_int_equal(hv_mailbox_receive(&a, data, &length), 0);
	}
}

static void restart(hv_u32 end)
{
	assert_int_equal(hv_mailbox_open(end == 0 ? &a : &b, window, HV_MAILBOX_SIZE(SLOTS),
					 (enum hv_mailbox_end)end, SLOTS), 0);
}

static void an_end_that_restarts(void **state)
{
	for (hv_u32 end = 0; end < 2; end++) {
		struct hv_mailbox *lives = end == 0 ? &b : &a, *new = end == 0 ? &a : &b;

		connect(state);
		assert_int_equal(hv_mailbox_send(lives, "old", 3), 0);
		assert_int_equal(hv_mailbox_send(new, "old", 3), 0);
		restart(end);
		assert_int_equal(hv_mailbox_send(lives, "x", 1), HV_EPERM);
		assert_int_equal(hv_mailbox_receive(lives, data, &length), HV_EPERM);
		assert_int_equal(hv_mailbox_poll(lives), HV_MAILBOX_RESTARTED);
		assert_int_equal(hv_mailbox_poll(lives), HV_MAILBOX_DOWN);
		assert_int_equal(hv_mailbox_poll(new), HV_MAILBOX_UP);
		assert_int_equal(hv_mailbox_poll(lives), HV_MAILBOX_UP);
		assert_int_equal(hv_mailbox_receive(new, data, &length), HV_ENOSPC);
		assert_int_equal(hv_mailbox_receive(lives, data, &length), HV_ENOSPC);
		assert_int_equal(hv_mailbox_send(lives, "new", 3), 0);
		assert_int_equal(hv_mailbox_receive(new, data, &length), 0);
		assert_memory_equal(data, "new", 3);
	}
}

static void both_restart_and_sessions_wrap(void **state)
{
	(void)state;
	LINE_A(SESSION) = 0xffffffff;
	restart(0);
	restart(1);
	assert_int_equal(LINE_A(SESSION), 1);
	assert_int_equal(hv_mailbox_poll(&a), HV_MAILBOX_DOWN);
	assert_int_equal(hv_mailbox_poll(&b), HV_MAILBOX_UP);
	assert_int_equal(hv_mailbox_poll(&a), HV_MAILBOX_UP);
}

static void damaged_messages_are_dropped(void **state)
{
	(void)state;
	for (hv_u32 word = 0; word < 16; word++) {
		connect(state);
		assert_int_equal(hv_mailbox_send(&a, "first", 5), 0);
		assert_int_equal(hv_mailbox_send(&a, "second", 6), 0);
		SLOT_A(0, word) ^= 0x100;
		assert_int_equal(hv_mailbox_receive(&b, data, &length), HV_ENOTSUP);
		assert_int_equal(hv_mailbox_receive(&b, data, &length), 0);
		assert_memory_equal(data, "second", 6);
	}
	/* A message of the round before, whole but old. */
	connect(state);
	assert_int_equal(hv_mailbox_send(&a, "old", 3), 0);
	assert_int_equal(hv_mailbox_receive(&b, data, &length), 0);
	LINE_A(HEAD) = 5;
	b.tail = 4;
	assert_int_equal(hv_mailbox_receive(&b, data, &length), HV_ENOTSUP);
}

/* IEEE 802.3, bit by bit. */
static hv_u32 crc_of(const hv_u8 *bytes, hv_u32 size)
{
	hv_u32 crc = ~0u;

	for (hv_u32 i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

/* The peer knows how to make a checksum: a length beyond the slot is no message all the same. */
static void a_length_that_lies_under_a_good_checksum(void **state)
{
	static const hv_u32 lengths[] = {53, 60, 64, 0x1000, 0x80000000, 0xffffffff};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(hv_mailbox_send(&a, "x", 1), 0);
		SLOT_A(i % SLOTS, 1) = lengths[i];
		SLOT_A(i % SLOTS, 15) = crc_of((const hv_u8 *)&SLOT_A(i % SLOTS, 0), 60);
		length = 7;
		assert_int_equal(hv_mailbox_receive(&b, data, &length), HV_ENOTSUP);
		assert_int_equal(length, 7);
	}
	assert_int_equal(hv_mailbox_send(&a, "x", 1), 0);
	SLOT_A(6 % SLOTS, 1) = 52;
	SLOT_A(6 % SLOTS, 15) = crc_of((const hv_u8 *)&SLOT_A(6 % SLOTS, 0), 60);
	assert_int_equal(hv_mailbox_receive(&b, data, &length), 0);
	assert_int_equal(length, 52);
}

static void a_peer_that_counts_wrongly_is_cut_off(void **state)
{
	(void)state;
	LINE_A(HEAD) = SLOTS + 1;
	assert_int_equal(hv_mailbox_receive(&b, data, &length), HV_EPERM);
	assert_int_equal(hv_mailbox_poll(&b), HV_MAILBOX_BROKEN);
	LINE_A(HEAD) = 0;
	assert_int_equal(hv_mailbox_receive(&b, data, &length), HV_EPERM);
	assert_int_equal(hv_mailbox_send(&b, "x", 1), HV_EPERM);
	restart(0);
	assert_int_equal(hv_mailbox_poll(&b), HV_MAILBOX_RESTARTED);
	assert_int_equal(hv_mailbox_poll(&a), HV_MAILBOX_UP);
	assert_int_equal(hv_mailbox_send(&b, "x", 1), 0);
	LINE_A(TAIL) = 2; /* took what was never sent */
	assert_int_equal(hv_mailbox_send(&b, "x", 1), HV_EPERM);
	assert_int_equal(hv_mailbox_poll(&b), HV_MAILBOX_BROKEN);
}

/* Noise in all of the window, at any time: a status, never a length beyond, nothing outside. */
static void noise(void **state)
{
	hv_u32 taken = 0;

	for (int i = 0; i < 300000; i++) {
		if (i % 1000 == 0)
			connect(state);
		if (rnd(4) == 0)
			window[rnd(HV_MAILBOX_SIZE(SLOTS) / 4)] = (hv_u32)rnd(rnd(2) == 0 ? 6 : UINT64_C(1) << 32);
		if (rnd(16) == 0)
			restart((hv_u32)rnd(2));
		assert_in_range(hv_mailbox_poll(&a), HV_MAILBOX_DOWN, HV_MAILBOX_BROKEN);
		assert_in_range(hv_mailbox_poll(&b), HV_MAILBOX_DOWN, HV_MAILBOX_BROKEN);
		assert_int_not_equal(hv_mailbox_send(&a, data, (hv_u32)rnd(53)), HV_EINVAL);
		if (hv_mailbox_receive(&b, data, &length) == HV_OK) {
			assert_true(length <= HV_MAILBOX_PAYLOAD);
			taken++;
		}
	}
	assert_true(taken > 1000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, connect, intact)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_layout),
		TEST(both_ways_and_round),
		TEST(full_and_empty),
		TEST(counters_wrap),
		TEST(what_cannot_be_sent),
		TEST(windows_that_are_none),
		TEST(what_end_b_does_not_believe),
		TEST(an_end_that_restarts),
		TEST(both_restart_and_sessions_wrap),
		TEST(damaged_messages_are_dropped),
		TEST(a_length_that_lies_under_a_good_checksum),
		TEST(a_peer_that_counts_wrongly_is_cut_off),
		TEST(noise),
	};

	seeded_start(20261121);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
