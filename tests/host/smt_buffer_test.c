/* SPDX-License-Identifier: Apache-2.0 */
/* lib/exc: the buffer between an agent and the platform: words, states, and a hostile peer. */
#include <haven/smt.h>

#include "exc_check.h"
#include "seeded.h"

static struct hv_smt_channel channel;
static struct hv_scmi_msg request, reply;
static struct hv_smt buffer;
static hv_u32 count;

static int setup(void **state)
{
	(void)state;
	channel = (struct hv_smt_channel){.crc = false};
	request = (struct hv_scmi_msg){.header = 0x20009, .count = 2, .word = {1, 0xf}};
	return 0;
}

static void send(void)
{
	assert_int_equal(hv_smt_send(&channel, HV_SMT_FREE, &request, &buffer, &count), HV_OK);
}

/* What the platform would make of it: status word and the same header. */
static void answer(hv_u32 status, hv_u32 value)
{
	buffer.word[1] = status;
	buffer.word[5] = 12;
	buffer.word[7] = 0;
	buffer.word[8] = value;
}

static void a_request_word_by_word(void **state)
{
	static const hv_u32 want[9] = {0, 0, 0, 0, 1, 12, 0x20009, 1, 0xf};

	(void)state;
	send();
	CHECK("words from 2 on", count, 7);
	for (hv_u32 i = 0; i < 9; i++)
		CHECK("word", buffer.word[i], want[i]);
	request.count = 0;
	request.header = 0x2100c;
	send();
	CHECK("no payload", count, 5);
	CHECK("length", buffer.word[5], 4);
	CHECK("next token", buffer.word[6], 0x0006100c);
}

static void tokens_wrap(void **state)
{
	(void)state;
	channel.token = 1023;
	send();
	CHECK("last", buffer.word[6], 0x0ffe0009);
	send();
	CHECK("first", buffer.word[6], 0x20009);
}

/* CRC-32 over header and payload: the published value for eight bytes of text. */
static void a_checksum_by_hand(void **state)
{
	(void)state;
	channel.crc = true;
	request = (struct hv_scmi_msg){.header = 0x34333231, .count = 1, .word = {0x38373635}};
	channel.token = 0x10c; /* what [27:18] of "1234" is */
	send();
	CHECK("length", buffer.word[5], 8);
	CHECK("kind", buffer.word[2], 3);
	CHECK("CRC-32 of \"12345678\"", buffer.word[3], 0x9ae0daaf);
	buffer.word[1] = HV_SMT_FREE;
	CHECK("its own answer", hv_smt_receive(&channel, &buffer, &reply), HV_SMT_DONE);
}

static void a_reply(void **state)
{
	(void)state;
	send();
	buffer.word[1] = 0;
	CHECK("not yet", hv_smt_receive(&channel, &buffer, &reply), HV_SMT_BUSY);
	answer(HV_SMT_FREE, 0x55);
	CHECK("done", hv_smt_receive(&channel, &buffer, &reply), HV_SMT_DONE);
	CHECK("header", reply.header, 0x20009);
	CHECK("words", reply.count, 2);
	CHECK("value", reply.word[1], 0x55);
	CHECK("once", hv_smt_receive(&channel, &buffer, &reply), HV_SMT_IDLE);
}

static void the_platform_has_the_buffer(void **state)
{
	(void)state;
	assert_int_equal(hv_smt_send(&channel, 0, &request, &buffer, &count), HV_EPERM);
	assert_int_equal(hv_smt_send(&channel, HV_SMT_ERROR, &request, &buffer, &count), HV_EPERM);
	assert_false(channel.pending);
	CHECK("no token was used", channel.token, 0);
	assert_int_equal(hv_smt_send(NULL, 1, &request, &buffer, &count), HV_EINVAL);
	assert_int_equal(hv_smt_send(&channel, 1, NULL, &buffer, &count), HV_EINVAL);
	assert_int_equal(hv_smt_send(&channel, 1, &request, NULL, &count), HV_EINVAL);
	assert_int_equal(hv_smt_send(&channel, 1, &request, &buffer, NULL), HV_EINVAL);
	request.count = 26;
	assert_int_equal(hv_smt_send(&channel, 1, &request, &buffer, &count), HV_EINVAL);
	request.count = 25;
	send();
	CHECK("whole buffer", count, 30);
	CHECK("length", buffer.word[5], 104);
}

static void replies_that_are_refused(void **state)
{
	static const struct {
		const char *why;
		hv_u32 word, value;
		enum hv_smt_state want;
	} rows[] = {
		{"error", 1, HV_SMT_ERROR, HV_SMT_FAILED},
		{"error and free", 1, HV_SMT_ERROR | HV_SMT_FREE, HV_SMT_FAILED},
		{"no header", 5, 0, HV_SMT_BAD_LENGTH},
		{"no status", 5, 4, HV_SMT_BAD_LENGTH},
		{"half a word", 5, 10, HV_SMT_BAD_LENGTH},
		{"one word too long", 5, 108, HV_SMT_BAD_LENGTH},
		{"wraps", 5, 0xfffffffc, HV_SMT_BAD_LENGTH},
		{"another token", 6, 0x60009, HV_SMT_BAD_HEADER},
		{"another message", 6, 0x20008, HV_SMT_BAD_HEADER},
		{"another protocol", 6, 0x21009, HV_SMT_BAD_HEADER},
		{"a notification", 6, 0x20309, HV_SMT_BAD_HEADER},
		{"reserved bits", 6, 0x10020009, HV_SMT_BAD_HEADER},
		{"no header at all", 6, 0, HV_SMT_BAD_HEADER},
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		setup(state);
		send();
		answer(HV_SMT_FREE, 0);
		buffer.word[rows[i].word] = rows[i].value;
		CHECK(rows[i].why, hv_smt_receive(&channel, &buffer, &reply), rows[i].want);
		CHECK(rows[i].why, channel.pending, false);
	}
	channel.crc = true;
	send();
	answer(HV_SMT_FREE, 0);
	CHECK("checksum of the request", hv_smt_receive(&channel, &buffer, &reply), HV_SMT_BAD_CHECKSUM);
}

/* A reply that comes after the time was over is not the reply to the next request. */
static void too_late(void **state)
{
	struct hv_smt late;

	(void)state;
	send();
	late = buffer;
	hv_smt_give_up(&channel);
	CHECK("given up", hv_smt_receive(&channel, &buffer, &reply), HV_SMT_IDLE);
	send();
	late.word[1] = HV_SMT_FREE;
	CHECK("the late one", hv_smt_receive(&channel, &late, &reply), HV_SMT_BAD_HEADER);
}

static void nothing_is_nothing(void **state)
{
	bool ring;

	(void)state;
	send();
	CHECK("channel", hv_smt_receive(NULL, &buffer, &reply), HV_SMT_IDLE);
	CHECK("buffer", hv_smt_receive(&channel, NULL, &reply), HV_SMT_IDLE);
	CHECK("reply", hv_smt_receive(&channel, &buffer, NULL), HV_SMT_IDLE);
	CHECK("buffer", hv_smt_take(NULL, false, &reply, &ring), HV_SMT_IDLE);
	CHECK("reply", hv_smt_take(&buffer, false, NULL, &ring), HV_SMT_IDLE);
	CHECK("ring", hv_smt_take(&buffer, false, &reply, NULL), HV_SMT_IDLE);
}

static void notifications(void **state)
{
	struct hv_smt in = {.word = {0, 0, 0, 0, 1, 16, 0x20300, 2, 1, 2}};
	bool ring = false;

	(void)state;
	CHECK("an event", hv_smt_take(&in, false, &reply, &ring), HV_SMT_DONE);
	assert_true(ring);
	CHECK("words", reply.count, 3);
	CHECK("flags", reply.word[2], 2);
	in.word[4] = 0;
	CHECK("an event", hv_smt_take(&in, false, &reply, &ring), HV_SMT_DONE);
	assert_false(ring);
	CHECK("without its checksum", hv_smt_take(&in, true, &reply, &ring), HV_SMT_BAD_CHECKSUM);
	in.word[6] = 0x20000;
	CHECK("a command", hv_smt_take(&in, false, &reply, &ring), HV_SMT_BAD_HEADER);
	in.word[5] = 200;
	CHECK("too long", hv_smt_take(&in, false, &reply, &ring), HV_SMT_BAD_LENGTH);
	in.word[1] = HV_SMT_FREE;
	CHECK("free", hv_smt_take(&in, false, &reply, &ring), HV_SMT_IDLE);
	in.word[1] = HV_SMT_ERROR;
	CHECK("error", hv_smt_take(&in, false, &reply, &ring), HV_SMT_FAILED);
}

/* Whatever the peer leaves in memory: a verdict, and never more words than there are. */
static void garbage(void **state)
{
	hv_u32 done = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		bool ring;

		channel.crc = rnd(2) != 0;
		send();
		for (hv_u32 w = 0; w < 32; w++) {
			if (rnd(8) == 0)
				buffer.word[w] = (hv_u32)rnd(UINT64_C(1) << 32);
		}
		if (rnd(2) != 0)
			buffer.word[5] = (hv_u32)rnd(120);
		buffer.word[1] |= HV_SMT_FREE;
		if (hv_smt_receive(&channel, &buffer, &reply) == HV_SMT_DONE) {
			assert_in_range(reply.count, 1, HV_SCMI_WORDS);
			CHECK("header", reply.header, channel.header);
			done++;
		}
		buffer.word[1] = 0;
		if (hv_smt_take(&buffer, false, &reply, &ring) == HV_SMT_DONE)
			assert_in_range(reply.count, 1, HV_SCMI_WORDS);
	}
	assert_true(done > 0);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(hv_smt_state_name(HV_SMT_BUSY), "no answer");
	assert_string_equal(hv_smt_state_name(HV_SMT_BAD_HEADER), "not the answer to the request");
	assert_string_equal(hv_smt_state_name((enum hv_smt_state)99), "unknown");
	assert_true(hv_smt_answered(1) && hv_smt_answered(2) && !hv_smt_answered(0xfffffffc));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_request_word_by_word, setup),
		cmocka_unit_test_setup(tokens_wrap, setup),
		cmocka_unit_test_setup(a_checksum_by_hand, setup),
		cmocka_unit_test_setup(a_reply, setup),
		cmocka_unit_test_setup(the_platform_has_the_buffer, setup),
		cmocka_unit_test_setup(replies_that_are_refused, setup),
		cmocka_unit_test_setup(too_late, setup),
		cmocka_unit_test_setup(nothing_is_nothing, setup),
		cmocka_unit_test_setup(notifications, setup),
		cmocka_unit_test_setup(garbage, setup),
		cmocka_unit_test(names),
	};

	seeded_start(20261121);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
