/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/exc: the emulated end of an SCMI channel: every width, states, and a guest that does what
 * it should not. Offsets and lengths: Arm DEN 0056, 5.1.2 (status 4, flags 0x10, length 0x14,
 * header 0x18, payload 0x1c .. 0x7f).
 */
#include <haven/vsmt.h>

#include "exc_check.h"
#include "seeded.h"

static struct hv_vsmt smt;
static struct hv_scmi_msg request;
static bool interrupt;

static int setup(void **state)
{
	(void)state;
	memset(&smt, 0xa5, sizeof(smt));
	hv_vsmt_reset(&smt);
	memset(&request, 0x5a, sizeof(request));
	interrupt = false;
	return 0;
}

static hv_u64 load(hv_u32 offset, hv_u32 size)
{
	hv_u64 value = 0xdead;

	assert_true(hv_vsmt_access(&smt, offset, size, false, &value));
	return value;
}

static void store(hv_u32 offset, hv_u32 size, hv_u64 value)
{
	assert_true(hv_vsmt_access(&smt, offset, size, true, &value));
}

static enum hv_vsmt_verdict ring(void)
{
	return hv_vsmt_ring(&smt, &request, &interrupt);
}

/* As an agent does it: take the buffer, fill it. */
static void put(hv_u32 flags, hv_u32 length, hv_u32 header)
{
	store(4, 4, 0);
	store(0x10, 4, flags);
	store(0x14, 4, length);
	store(0x18, 4, header);
}

static void an_exchange(void **state)
{
	const struct hv_scmi_msg reply = {.header = 0x01c05006, .count = 3, .word = {0, 7, 8}};

	(void)state;
	CHECK("free at first", load(4, 4), 1);
	put(1, 12, 0x01c05006);
	store(0x1c, 4, 0x11);
	store(0x20, 4, 0x22);
	CHECK("ring", ring(), HV_VSMT_TAKEN);
	CHECK("header", request.header, 0x01c05006);
	CHECK("words", request.count, 2);
	CHECK("first", request.word[0], 0x11);
	CHECK("second", request.word[1], 0x22);
	CHECK("busy", load(4, 4), 0);
	CHECK("reply", hv_vsmt_reply(&smt, &reply, &interrupt), HV_OK);
	CHECK("interrupt", interrupt, true);
	CHECK("free", load(4, 4), 1);
	CHECK("length", load(0x14, 4), 16);
	CHECK("header", load(0x18, 4), 0x01c05006);
	CHECK("status and word", load(0x20, 8), UINT64_C(0x800000007));
	CHECK("nothing in it", ring(), HV_VSMT_EMPTY);
}

static void polling_wants_no_interrupt(void **state)
{
	const struct hv_scmi_msg reply = {.header = 1, .count = 1};

	(void)state;
	put(0xfffffffe, 4, 1);
	CHECK("flag 0 alone is kept", load(0x10, 4), 0);
	CHECK("ring", ring(), HV_VSMT_TAKEN);
	CHECK("no payload", request.count, 0);
	interrupt = true;
	CHECK("reply", hv_vsmt_reply(&smt, &reply, &interrupt), HV_OK);
	CHECK("none", interrupt, false);
}

/* Words that an agent may write, bytes of them, and the rest. */
static void every_width(void **state)
{
	(void)state;
	store(0x1c, 1, 0x11);
	store(0x1d, 1, 0xff22);
	store(0x1e, 2, 0xffff4433);
	CHECK("bytes", load(0x1c, 4), 0x44332211);
	CHECK("upper half", load(0x1e, 2), 0x4433);
	CHECK("one byte", load(0x1d, 1), 0x22);
	store(0x20, 8, UINT64_C(0x8877665544332211));
	CHECK("low word", load(0x20, 4), 0x44332211);
	CHECK("high word", load(0x24, 4), 0x88776655);
	CHECK("last byte", load(0x27, 1), 0x88);
	store(0x78, 8, UINT64_C(0x1122334455667788));
	CHECK("last words", load(0x78, 8), UINT64_C(0x1122334455667788));
	store(0x7f, 1, 0xee);
	CHECK("the last byte of all", load(0x7c, 4), 0xee223344);
}

static void what_does_not_stick(void **state)
{
	static const struct {
		hv_u32 offset, keeps;
	} rows[] = {{0, 0}, {4, 3}, {8, 0}, {0xc, 0}, {0x10, 1}, {0x14, ~0u}, {0x18, ~0u}, {0x7c, ~0u},
		    {0x80, 0}, {0x84, 0}, {0xffc, 0}};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		store(rows[i].offset, 4, 0xffffffff);
		CHECK("ones", load(rows[i].offset, 4), rows[i].keeps);
		store(rows[i].offset, 4, 0);
		CHECK("zeros", load(rows[i].offset, 4), 0);
	}
	store(0x80, 8, ~UINT64_C(0));
	CHECK("behind the buffer", load(0x80, 8), 0);
	store(0xff8, 8, ~UINT64_C(0));
	CHECK("end of the page", load(0xff8, 8), 0);
	store(0, 8, ~UINT64_C(0));
	CHECK("status in the upper half", load(0, 8), UINT64_C(0x300000000));
}

static void widths_and_places_that_are_none(void **state)
{
	static const hv_u32 bad[][2] = {{0, 0}, {0, 3}, {0, 5}, {0, 16}, {1, 2}, {2, 4}, {4, 8}, {0x1c, 8},
					{0x7f, 2}, {0xfff, 8}, {0xffd, 4}};
	hv_u64 value = 7;

	(void)state;
	for (size_t i = 0; i < ROWS(bad); i++) {
		assert_false(hv_vsmt_access(&smt, bad[i][0], bad[i][1], false, &value));
		assert_false(hv_vsmt_access(&smt, bad[i][0], bad[i][1], true, &value));
		CHECK("untouched", value, 7);
	}
}

/* While a request is outstanding the buffer is not the guest's. */
static void writes_meanwhile(void **state)
{
	const struct hv_scmi_msg reply = {.header = 0x5006, .count = 2, .word = {0, 9}};

	(void)state;
	put(1, 8, 0x5006);
	store(0x1c, 4, 40);
	CHECK("ring", ring(), HV_VSMT_TAKEN);
	for (hv_u32 offset = 0; offset < 0x80; offset += 8)
		store(offset, 8, ~UINT64_C(0));
	store(4, 1, 1);
	CHECK("still busy", load(4, 4), 0);
	CHECK("header as it was", load(0x18, 4), 0x5006);
	CHECK("payload as it was", load(0x1c, 4), 40);
	request.word[0] = 77;
	CHECK("again", ring(), HV_VSMT_BUSY);
	CHECK("nothing was copied", request.word[0], 77);
	CHECK("reply", hv_vsmt_reply(&smt, &reply, &interrupt), HV_OK);
	CHECK("interrupt as it was asked for", interrupt, true);
	CHECK("its value", load(0x20, 4), 9);
	CHECK("no more", hv_vsmt_reply(&smt, &reply, &interrupt), HV_EPERM);
}

static void lengths(void **state)
{
	static const struct {
		hv_u32 length;
		enum hv_vsmt_verdict want;
	} rows[] = {
		{0, HV_VSMT_DAMAGED}, {1, HV_VSMT_DAMAGED}, {3, HV_VSMT_DAMAGED}, {4, HV_VSMT_TAKEN},
		{5, HV_VSMT_DAMAGED}, {6, HV_VSMT_DAMAGED}, {7, HV_VSMT_DAMAGED}, {8, HV_VSMT_TAKEN},
		{104, HV_VSMT_TAKEN}, {105, HV_VSMT_DAMAGED}, {108, HV_VSMT_DAMAGED},
		{128, HV_VSMT_DAMAGED}, {0x80000000, HV_VSMT_DAMAGED}, {0xfffffffc, HV_VSMT_DAMAGED},
		{0xffffffff, HV_VSMT_DAMAGED},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		setup(NULL);
		put(1, rows[i].length, 0x5006);
		CHECK("ring", ring(), rows[i].want);
		if (rows[i].want == HV_VSMT_TAKEN) {
			CHECK("words", request.count, rows[i].length / 4 - 1);
			continue;
		}
		CHECK("interrupt", interrupt, true);
		CHECK("error and free", load(4, 4), 3);
		CHECK("header stays, for the agent to find its request", load(0x18, 4), 0x5006);
		CHECK("length", load(0x14, 4), 8);
		CHECK("PROTOCOL_ERROR", load(0x1c, 4), 0xfffffff6);
		put(0, 4, 0x4000);
		CHECK("and it goes on", ring(), HV_VSMT_TAKEN);
	}
	setup(NULL);
	interrupt = true;
	put(0, 0, 0);
	CHECK("damaged", ring(), HV_VSMT_DAMAGED);
	CHECK("interrupt only if asked for", interrupt, false);
}

/* A guest that gives the buffer back, or never took it. */
static void nothing_to_take(void **state)
{
	(void)state;
	store(0x14, 4, 4);
	CHECK("never taken", ring(), HV_VSMT_EMPTY);
	store(4, 4, 0);
	store(4, 4, 3);
	CHECK("given back", ring(), HV_VSMT_EMPTY);
	store(4, 4, 2);
	CHECK("an old error is no hindrance", ring(), HV_VSMT_TAKEN);
	CHECK("and is gone", load(4, 4), 0);
}

static void a_reset_forgets(void **state)
{
	const struct hv_scmi_msg reply = {.header = 0x5006, .count = 1};

	(void)state;
	put(1, 8, 0x5006);
	store(0x1c, 4, 0x1234);
	CHECK("ring", ring(), HV_VSMT_TAKEN);
	hv_vsmt_reset(&smt);
	CHECK("free", load(4, 4), 1);
	CHECK("nothing of before", load(0x1c, 4) | load(0x18, 4) | load(0x14, 4) | load(0x10, 4), 0);
	CHECK("late", hv_vsmt_reply(&smt, &reply, &interrupt), HV_EPERM);
	CHECK("not in the buffer", load(0x18, 4), 0);
}

static void a_reply_too_long_is_cut(void **state)
{
	struct hv_scmi_msg reply = {.header = 0x5006, .count = 26};

	(void)state;
	memset(reply.word, 0x77, sizeof(reply.word));
	put(0, 4, 0x5006);
	CHECK("ring", ring(), HV_VSMT_TAKEN);
	CHECK("reply", hv_vsmt_reply(&smt, &reply, &interrupt), HV_OK);
	CHECK("length", load(0x14, 4), 104);
	CHECK("last", load(0x7c, 4), 0x77777777);
}

/* Whatever a guest does: at most one request at a time, and only whole ones. */
static void random_guests(void **state)
{
	const hv_u64 events = seeded_number("HAVEN_EVENTS", 400000);
	static const hv_u32 sizes[] = {1, 2, 4, 8, 3, 0, 16};
	hv_u32 taken = 0, open = 0;

	(void)state;
	for (hv_u64 i = 0; i < events; i++) {
		hv_u64 value = rnd(16) == 0 ? rnd(UINT64_C(1) << 53) << 11 : rnd(120);
		struct hv_scmi_msg reply = {.header = (hv_u32)rnd(1 << 30), .count = (hv_u32)rnd(30)};
		const hv_u32 size = sizes[rnd(ROWS(sizes))];
		const hv_u32 offset = rnd(4) == 0 ? (hv_u32)rnd(0x1000) : (hv_u32)rnd(0x80);

		switch (rnd(8)) {
		case 0:
			if (ring() == HV_VSMT_TAKEN) {
				assert_int_equal(open, 0);
				assert_true(request.count <= 25);
				open = 1;
				taken++;
			}
			break;
		case 1:
			assert_int_equal(hv_vsmt_reply(&smt, &reply, &interrupt), open ? HV_OK : HV_EPERM);
			open = 0;
			break;
		case 2:
			store(4, 4, 0);
			store(0x14, 4, 4 * rnd(30));
			break;
		default:
			assert_int_equal(hv_vsmt_access(&smt, offset, size, rnd(2) == 0, &value),
					 size != 0 && size != 3 && size != 16 && offset % size == 0);
			break;
		}
		assert_int_equal(smt.word[0] | smt.word[2] | smt.word[3], 0);
		assert_int_equal(smt.word[1] & ~3u, 0);
		assert_int_equal(smt.outstanding, open);
		if (open != 0)
			assert_int_equal(smt.word[1], 0);
	}
	assert_true(taken > events / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_exchange, setup),
		cmocka_unit_test_setup(polling_wants_no_interrupt, setup),
		cmocka_unit_test_setup(every_width, setup),
		cmocka_unit_test_setup(what_does_not_stick, setup),
		cmocka_unit_test_setup(widths_and_places_that_are_none, setup),
		cmocka_unit_test_setup(writes_meanwhile, setup),
		cmocka_unit_test_setup(lengths, setup),
		cmocka_unit_test_setup(nothing_to_take, setup),
		cmocka_unit_test_setup(a_reset_forgets, setup),
		cmocka_unit_test_setup(a_reply_too_long_is_cut, setup),
		cmocka_unit_test_setup(random_guests, setup),
	};

	seeded_start(20261121);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
