/* SPDX-License-Identifier: Apache-2.0 */
/* lib/exc: what a guest may ask of the SCMI platform. Message numbers: Arm DEN 0056. */
#include <haven/scmi_filter.h>

#include "exc_check.h"
#include "seeded.h"

static const struct hv_scmi_grant grants[] = {
	{HV_SCMI_CLOCK, 10, 12, true},
	{HV_SCMI_CLOCK, 40, 40, false},
	{HV_SCMI_POWER, 5, 5, true},
	{HV_SCMI_PINCTRL, 0, 0xffffffff, true},
	{HV_SCMI_PERF, 0, 0xffffffff, true}, /* must mean nothing */
	{HV_SCMI_LMM, 0, 0xffffffff, true},
};
static const struct hv_scmi_rights rights = {grants, ROWS(grants)};
static const struct hv_scmi_rights all_rights = {
	(const struct hv_scmi_grant[]){{HV_SCMI_SENSOR, 0, 3, false}, {HV_SCMI_RESET, 0, 3, true},
				       {HV_SCMI_VOLTAGE, 1, 1, true}}, 3};

#define PASS 1 /* no SCMI status is positive */

/* PASS, or the status that the guest gets. */
static int ask(const struct hv_scmi_rights *who, hv_u32 protocol, hv_u32 message, hv_u32 count,
	       hv_u32 w0, hv_u32 w1, hv_u32 w2)
{
	const struct hv_scmi_msg request = {
		.header = protocol << 10 | message | 7u << 18, .count = count, .word = {w0, w1, w2}};
	struct hv_scmi_msg reply = {.count = 99};
	const enum hv_scmi_verdict verdict = hv_scmi_filter(who, &request, &reply);

	if (verdict == HV_SCMI_PASS)
		return PASS;
	assert_int_equal(reply.header, request.header);
	if (verdict == HV_SCMI_REFUSE)
		assert_int_equal(reply.count, 1);
	return (int)reply.word[0];
}

static void owned_and_not_owned(void **state)
{
	static const struct {
		const char *why;
		hv_u32 protocol, message, count, w0, w1, w2;
		int want;
	} rows[] = {
		{"rate of an own clock", 0x14, 5, 4, 0, 10, 0, PASS},
		{"last own clock", 0x14, 5, 4, 0, 12, 0, PASS},
		{"one beyond", 0x14, 5, 4, 0, 13, 0, -3},
		{"one before", 0x14, 5, 4, 0, 9, 0, -3},
		{"wraps", 0x14, 5, 4, 0, 0xffffffff, 0, -3},
		{"asynchronous rate", 0x14, 5, 4, 1, 10, 0, -1},
		{"own clock in the flags word", 0x14, 5, 4, 10, 99, 0, -3},
		{"rate too short", 0x14, 5, 3, 0, 10, 0, -2},
		{"read-only clock, set", 0x14, 5, 4, 0, 40, 0, -3},
		{"read-only clock, off", 0x14, 7, 2, 40, 0, 0, -3},
		{"read-only clock, new parent", 0x14, 0xd, 2, 40, 0, 0, -3},
		{"read-only clock, read", 0x14, 6, 1, 40, 0, 0, PASS},
		{"attributes", 0x14, 3, 1, 11, 0, 0, PASS},
		{"rates", 0x14, 4, 2, 11, 0, 0, PASS},
		{"on", 0x14, 7, 2, 11, 1, 0, PASS},
		{"name", 0x14, 8, 1, 11, 0, 0, PASS},
		{"state", 0x14, 0xb, 2, 11, 0, 0, PASS},
		{"parents", 0x14, 0xc, 2, 11, 0, 0, PASS},
		{"parent", 0x14, 0xe, 1, 11, 0, 0, PASS},
		{"permissions", 0x14, 0xf, 1, 11, 0, 0, PASS},
		{"rate notifications", 0x14, 9, 2, 11, 1, 0, -1},
		{"another's clock, read", 0x14, 6, 1, 99, 0, 0, -3},
		{"no clock", 0x14, 6, 0, 10, 0, 0, -2},
		{"own power domain", 0x11, 4, 3, 0, 5, 0, PASS},
		{"another's power domain", 0x11, 4, 3, 0, 4, 0, -3},
		{"own in the wrong word", 0x11, 4, 3, 5, 4, 5, -3},
		{"asynchronous power", 0x11, 4, 3, 1, 5, 0, -1},
		{"power state", 0x11, 5, 1, 5, 0, 0, PASS},
		{"power notifications", 0x11, 6, 2, 5, 1, 0, -1},
		{"a pin", 0x19, 6, 3, 100, 0, 0, PASS},
		{"a group of pins", 0x19, 6, 3, 100, 0, 1, -1},
		{"a function of pins", 0x19, 6, 3, 100, 0, 2, -1},
		{"reading a pin", 0x19, 5, 2, 100, 0, 0, PASS},
		{"reading a group", 0x19, 5, 2, 100, 0x10000, 0, -1},
		{"requesting a group", 0x19, 7, 2, 100, 1, 0, -1},
		{"list of a group", 0x19, 4, 3, 0, 0, 0, -1},
		{"versions", 0x14, 0, 0, 0, 0, 0, PASS},
		{"attributes", 0x14, 1, 0, 0, 0, 0, PASS},
		{"of a message", 0x14, 2, 1, 0, 0, 0, PASS},
		{"of no message", 0x14, 2, 0, 0, 0, 0, -2},
		{"negotiation", 0x14, 0x10, 1, 0, 0, 0, -1},
		{"versions of a protocol without grants", 0x16, 0, 0, 0, 0, 0, -1},
		{"reset without grants", 0x16, 4, 3, 0, 0, 0, -1},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].why, ask(&rights, rows[i].protocol, rows[i].message, rows[i].count,
				       rows[i].w0, rows[i].w1, rows[i].w2), rows[i].want);
}

static void other_protocols(void **state)
{
	(void)state;
	CHECK("sensor", ask(&all_rights, 0x15, 6, 2, 3, 0, 0), PASS);
	CHECK("sensor, asynchronous", ask(&all_rights, 0x15, 6, 2, 3, 1, 0), -1);
	CHECK("another's sensor", ask(&all_rights, 0x15, 6, 2, 4, 0, 0), -3);
	CHECK("all sensors", ask(&all_rights, 0x15, 3, 1, 0, 0, 0), -1);
	CHECK("reset", ask(&all_rights, 0x16, 4, 3, 2, 1, 0), PASS);
	CHECK("reset, asynchronous", ask(&all_rights, 0x16, 4, 3, 2, 5, 0), -1);
	CHECK("voltage", ask(&all_rights, 0x17, 7, 3, 1, 0, 0), PASS);
	CHECK("voltage, asynchronous", ask(&all_rights, 0x17, 7, 3, 1, 1, 0), -1);
	CHECK("another's voltage", ask(&all_rights, 0x17, 7, 3, 0, 0, 0), -3);
	CHECK("clocks", ask(&all_rights, 0x14, 6, 1, 0, 0, 0), -1);
}

/* CPU frequency, system power, other machines and CPUs, and NXP's extensions of each protocol. */
static void never(void **state)
{
	static const hv_u32 protocols[] = {0x12, 0x13, 0x80, 0x81, 0x82, 0x83, 0x84, 0x18, 0x1a, 0,
					   0xff, 0x90, 0x91, 0x93, 0x94, 0x99};

	(void)state;
	for (size_t i = 0; i < ROWS(protocols); i++) {
		for (hv_u32 message = 0; message < 256; message++)
			CHECK("never", ask(&rights, protocols[i], message, 3, 0, 0, 0), -1);
	}
}

static void headers_that_are_no_commands(void **state)
{
	static const hv_u32 bad[] = {0x100, 0x200, 0x300, 0x10000000, 0x80000000};
	struct hv_scmi_msg request = {.count = 1}, reply;

	(void)state;
	for (size_t i = 0; i < ROWS(bad); i++) {
		request.header = (0x14 << 10 | 6) | bad[i];
		request.word[0] = 10;
		CHECK("refused", hv_scmi_filter(&rights, &request, &reply), HV_SCMI_REFUSE);
		CHECK("status", (int)reply.word[0], -10);
	}
	request.header = 0x14 << 10 | 6;
	request.count = 26;
	CHECK("too long", hv_scmi_filter(&rights, &request, &reply), HV_SCMI_REFUSE);
	request.count = 25;
	CHECK("longest", hv_scmi_filter(&rights, &request, &reply), HV_SCMI_PASS);
}

/* BASE messages 0..7, and what a guest's driver finds in them. No reply depends on a platform. */
static void base(void **state)
{
	(void)state;
	CHECK("version", ask(&rights, 0x10, 0, 0, 0, 0, 0), 0);
	CHECK("message", ask(&rights, 0x10, 2, 1, 7, 0, 0), 0);
	CHECK("message that is none", ask(&rights, 0x10, 2, 1, 8, 0, 0), -4);
	CHECK("no message", ask(&rights, 0x10, 2, 0, 0, 0, 0), -2);
	CHECK("vendor", ask(&rights, 0x10, 3, 0, 0, 0, 0), 0);
	CHECK("agent that is none", ask(&rights, 0x10, 7, 1, 2, 0, 0), -4);
	CHECK("no agent", ask(&rights, 0x10, 7, 0, 0, 0, 0), -2);
	CHECK("notify errors", ask(&rights, 0x10, 8, 1, 0, 0, 0), -1);
	CHECK("device permissions", ask(&rights, 0x10, 9, 3, 0, 0, 0), -1);
	CHECK("reset agent", ask(&rights, 0x10, 0xb, 2, 0, 0, 0), -1);
	CHECK("negotiation", ask(&rights, 0x10, 0x10, 1, 0x20000, 0, 0), -1);
	CHECK("list without skip", ask(&rights, 0x10, 6, 0, 0, 0, 0), -2);
}

static struct hv_scmi_msg reply_to(const struct hv_scmi_rights *who, hv_u32 header, hv_u32 word)
{
	const struct hv_scmi_msg request = {.header = header, .count = 1, .word = {word}};
	struct hv_scmi_msg reply;

	memset(&reply, 0x55, sizeof(reply));
	CHECK("answered here", hv_scmi_filter(who, &request, &reply), HV_SCMI_ANSWER);
	CHECK("its header", reply.header, header);
	CHECK("status", reply.word[0], 0);
	return reply;
}

static void base_words(void **state)
{
	struct hv_scmi_msg reply = reply_to(&rights, 0x4000, 0);

	(void)state;
	CHECK("words", reply.count, 2);
	CHECK("version 2.0", reply.word[1], 0x20000);
	reply = reply_to(&rights, 0x4001, 0);
	CHECK("words", reply.count, 2);
	CHECK("one agent, three protocols", reply.word[1], 0x103);
	reply = reply_to(&rights, 0x4002, 3);
	CHECK("words", reply.count, 2);
	CHECK("no attributes", reply.word[1], 0);
	reply = reply_to(&rights, 0x4003, 0);
	CHECK("words", reply.count, 5);
	assert_memory_equal(&reply.word[1], "Haven\0\0\0\0\0\0\0\0\0\0", 16);
	reply = reply_to(&rights, 0x4004, 0);
	CHECK("words", reply.count, 5);
	assert_memory_equal(&reply.word[1], "EL2\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	reply = reply_to(&rights, 0x4005, 0);
	CHECK("words", reply.count, 2);
	CHECK("1.0", reply.word[1], 0x10000);
}

static void base_agents(void **state)
{
	struct hv_scmi_msg reply = reply_to(&rights, 0x0ffc4007, 0);

	(void)state;
	CHECK("words", reply.count, 6);
	CHECK("id", reply.word[1], 0);
	assert_memory_equal(&reply.word[2], "platform\0\0\0\0\0\0\0", 16);
	reply = reply_to(&rights, 0x4007, 1);
	CHECK("id", reply.word[1], 1);
	assert_memory_equal(&reply.word[2], "guest\0\0\0\0\0\0\0\0\0\0", 16);
	reply = reply_to(&rights, 0x4007, 0xffffffff);
	CHECK("oneself", reply.word[1], 1);
}

static void base_list(void **state)
{
	struct hv_scmi_msg reply = reply_to(&rights, 0x4006, 0);

	(void)state;
	CHECK("words", reply.count, 3);
	CHECK("protocols", reply.word[1], 3);
	CHECK("power, clock, pins", reply.word[2], 0x191411);
	reply = reply_to(&rights, 0x4006, 2);
	CHECK("protocols", reply.word[1], 1);
	CHECK("pins", reply.word[2], 0x19);
	reply = reply_to(&rights, 0x4006, 0xffffffff);
	CHECK("protocols", reply.word[1], 0);
	CHECK("words", reply.count, 2);
}

/* Five or more protocols need a second word. */
static void a_list_of_six(void **state)
{
	static const struct hv_scmi_grant six[] = {
		{0x11, 0, 0, true}, {0x14, 0, 0, true}, {0x15, 0, 0, true},
		{0x16, 0, 0, true}, {0x17, 0, 0, true}, {0x19, 0, 0, true}};
	const struct hv_scmi_rights many = {six, 6};
	const struct hv_scmi_msg request = {.header = 0x4006, .count = 1};
	struct hv_scmi_msg reply;

	(void)state;
	CHECK("list", hv_scmi_filter(&many, &request, &reply), HV_SCMI_ANSWER);
	CHECK("protocols", reply.word[1], 6);
	CHECK("words", reply.count, 4);
	CHECK("first", reply.word[2], 0x16151411);
	CHECK("second", reply.word[3], 0x1917);
}

static void nothing_granted(void **state)
{
	static const struct hv_scmi_rights none = {NULL, 0};

	(void)state;
	for (hv_u32 protocol = 0x11; protocol < 0x100; protocol++) {
		for (hv_u32 message = 0; message < 256; message++)
			CHECK("none", ask(&none, protocol, message, 3, 0, 0, 0), -1);
	}
	CHECK("no protocols", reply_to(&none, 0x4001, 0).word[1], 0x100);
	CHECK("an empty list", reply_to(&none, 0x4006, 0).count, 2);
	assert_false(hv_scmi_has_protocol(&rights, 0x13));
	assert_true(hv_scmi_has_protocol(&rights, 0x14));
}

/* Whatever is asked: what passes names something that is granted, by this test's own reading. */
static void random_requests(void **state)
{
	static const hv_u32 id_word_1[] = {0x11 << 8 | 4, 0x14 << 8 | 5};
	hv_u32 passed = 0;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		struct hv_scmi_msg request = {.count = (hv_u32)rnd(5)}, reply;
		const hv_u32 protocol = 0x10 + (hv_u32)rnd(12), message = (hv_u32)rnd(18);
		hv_u32 id;

		request.header = protocol << 10 | message | (hv_u32)rnd(1024) << 18;
		for (hv_u32 w = 0; w < 4; w++)
			request.word[w] = (hv_u32)rnd(50);
		if (hv_scmi_filter(&rights, &request, &reply) != HV_SCMI_PASS)
			continue;
		passed++;
		assert_true(protocol != 0x10);
		assert_true(message != 0x10);
		if (message <= 2)
			continue;
		id = request.word[0];
		for (size_t k = 0; k < ROWS(id_word_1); k++) {
			if (id_word_1[k] == (protocol << 8 | message))
				id = request.word[1];
		}
		assert_true(protocol == 0x19 || (protocol == 0x11 && id == 5) ||
			    (protocol == 0x14 && ((id >= 10 && id <= 12) || id == 40)));
	}
	assert_true(passed > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owned_and_not_owned),
		cmocka_unit_test(other_protocols),
		cmocka_unit_test(never),
		cmocka_unit_test(headers_that_are_no_commands),
		cmocka_unit_test(base),
		cmocka_unit_test(base_words),
		cmocka_unit_test(base_agents),
		cmocka_unit_test(base_list),
		cmocka_unit_test(a_list_of_six),
		cmocka_unit_test(nothing_granted),
		cmocka_unit_test(random_requests),
	};

	seeded_start(20261121);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
