/* SPDX-License-Identifier: Apache-2.0 */
/* lib/exc: SCMI requests word by word, and replies that lie. */
#include <haven/scmi.h>

#include "exc_check.h"

static void headers(void **state)
{
	(void)state;
	/* Arm DEN 0056: msgId [7:0], type [9:8], protocol [17:10], token [27:18] */
	CHECK("LMM_ATTRIBUTES", hv_scmi_header(0x80, 3, 0), 0x20003);
	CHECK("CFG_INFO, token 5", hv_scmi_header(0x84, 0xc, 5), 0x0016100c);
	CHECK("last token", hv_scmi_header(0x10, 0, 1023), 0x0ffc4000);
	CHECK("token is cut", hv_scmi_header(0x10, 0, 1024), 0x4000);
	CHECK("protocol is cut", hv_scmi_header(0x184, 0, 0), 0x21000);
	CHECK("another token", hv_scmi_with_token(0x0016100c, 1), 0x0006100c);
	CHECK("message", hv_scmi_header_message(0x0ffe0345), 0x45);
	CHECK("type", hv_scmi_header_type(0x0ffe0345), 3);
	CHECK("protocol", hv_scmi_header_protocol(0x0ffe0345), 0x80);
	CHECK("token", hv_scmi_header_token(0x0ffe0345), 1023);
}

static void expect(const char *why, const struct hv_scmi_msg *got, hv_u32 header, hv_u32 count,
		   const hv_u32 *words)
{
	CHECK(why, got->header, header);
	CHECK(why, got->count, count);
	for (hv_u32 i = 0; i < count; i++)
		CHECK(why, got->word[i], words[i]);
}

static void requests(void **state)
{
	struct hv_scmi_msg m;

	(void)state;
	hv_scmi_ask(HV_SCMI_MISC, HV_SCMI_MISC_CFG_INFO, &m);
	expect("CFG_INFO", &m, 0x2100c, 0, NULL);
	hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_BOOT, 1, &m);
	expect("BOOT", &m, 0x20004, 1, (const hv_u32[]){1});
	hv_scmi_lmm_end(HV_SCMI_LMM_SHUTDOWN, 1, false, &m);
	expect("SHUTDOWN", &m, 0x20006, 2, (const hv_u32[]){1, 0});
	hv_scmi_lmm_end(HV_SCMI_LMM_RESET, 2, true, &m);
	expect("RESET", &m, 0x20005, 2, (const hv_u32[]){2, 1});
	hv_scmi_lmm_notify(1, 0xffffffff, &m);
	expect("NOTIFY", &m, 0x20009, 2, (const hv_u32[]){1, 0xf});
	hv_scmi_lmm_vector(1, 1, UINT64_C(0x123456789abcdef0), &m);
	expect("LMM vector", &m, 0x2000c, 5, (const hv_u32[]){1, 1, 0, 0x9abcdef0, 0x12345678});
	hv_scmi_cpu_vector(1, 0x80000000, &m);
	expect("CPU vector", &m, 0x20806, 4, (const hv_u32[]){1, 0x40000000, 0x80000000, 0});
}

static struct hv_scmi_msg reply_of(hv_u32 count, const hv_u32 *words)
{
	struct hv_scmi_msg m = {.header = 0x20003, .count = count};

	memcpy(m.word, words, 4 * (size_t)(count < HV_SCMI_WORDS ? count : HV_SCMI_WORDS));
	return m;
}

/* "M7" as words, padded with what must not matter. */
#define NAME_M7 0xff00374d, 0xffffffff, 0xffffffff, 0xffffffff

static void replies(void **state)
{
	const struct hv_scmi_msg word = reply_of(2, (const hv_u32[]){0, 0x10001});
	const struct hv_scmi_msg name = reply_of(5, (const hv_u32[]){0, 0x2050584e, 0x2e786d69, 0, 0});
	const struct hv_scmi_msg lm = reply_of(9, (const hv_u32[]){0, 1, 1, 2, 0xfffffffd, NAME_M7});
	const struct hv_scmi_msg why = reply_of(3, (const hv_u32[]){0, 0x92800301, 0x80001207});
	const struct hv_scmi_msg cpu = reply_of(5, (const hv_u32[]){0, 2, 1, 0x80000000, 0x1});
	const struct hv_scmi_msg cfg =
		reply_of(6, (const hv_u32[]){0, 1, 0x3539786d, 0x006b7665, 0, 0});
	struct hv_lmm_attributes attributes;
	struct hv_lmm_reset_reason reason;
	struct hv_cfg_info info;
	struct hv_cpu_info run;
	char text[HV_SCMI_NAME];
	hv_u32 got;

	(void)state;
	CHECK("word", hv_scmi_reply_word(&word, &got), 0);
	CHECK("word", got, 0x10001);
	CHECK("name", hv_scmi_reply_name(&name, text), 0);
	assert_string_equal(text, "NXP imx.");
	CHECK("attributes", hv_scmi_reply_lmm_attributes(&lm, &attributes), 0);
	CHECK("attributes", attributes.lm, 1);
	CHECK("attributes", attributes.state, HV_LM_SUSPENDED);
	assert_int_equal(attributes.error, -3);
	assert_string_equal(attributes.name, "M7");
	CHECK("reason", hv_scmi_reply_lmm_reason(&why, &reason), 0);
	assert_true(reason.boot.valid && reason.boot.origin_valid && reason.boot.error_valid);
	CHECK("origin", reason.boot.origin, 2);
	CHECK("error", reason.boot.error, 3);
	CHECK("reason", reason.boot.reason, 1);
	CHECK("word", reason.boot_word, 0x92800301);
	assert_true(reason.shutdown.valid && !reason.shutdown.origin_valid && !reason.shutdown.error_valid);
	CHECK("error", reason.shutdown.error, 0x12);
	CHECK("reason", reason.shutdown.reason, 7);
	CHECK("cpu", hv_scmi_reply_cpu_info(&cpu, &run), 0);
	CHECK("mode", run.run_mode, 2);
	CHECK("sleep", run.sleep_mode, 1);
	CHECK("vector", run.vector, UINT64_C(0x180000000));
	CHECK("cfg", hv_scmi_reply_cfg_info(&cfg, &info), 0);
	CHECK("selector", info.selector, 1);
	assert_string_equal(info.name, "mx95evk");
}

/* A name without an end gets one. */
static void a_name_always_ends(void **state)
{
	const struct hv_scmi_msg m = reply_of(
		5, (const hv_u32[]){0, 0x64636261, 0x68676665, 0x6c6b6a69, 0x706f6e6d});
	char text[HV_SCMI_NAME];

	(void)state;
	CHECK("name", hv_scmi_reply_name(&m, text), 0);
	assert_string_equal(text, "abcdefghijklmno");
}

static void replies_that_are_none(void **state)
{
	const struct hv_scmi_msg denied = reply_of(1, (const hv_u32[]){0xfffffffd});
	struct hv_scmi_msg m = reply_of(9, (const hv_u32[]){0, 1, 1, 1, 0, NAME_M7});
	struct hv_lmm_attributes attributes = {.lm = 77};
	struct hv_lmm_reset_reason reason;
	struct hv_cfg_info info;
	struct hv_cpu_info run;
	char text[HV_SCMI_NAME];
	hv_u32 word;

	(void)state;
	assert_int_equal(hv_scmi_reply_status(&denied), HV_SCMI_DENIED);
	assert_int_equal(hv_scmi_reply_status(&m), HV_SCMI_SUCCESS);
	assert_int_equal(hv_scmi_reply_lmm_attributes(&denied, &attributes), HV_EPERM);
	assert_int_equal(hv_scmi_reply_lmm_reason(&denied, &reason), HV_EPERM);
	assert_int_equal(hv_scmi_reply_cfg_info(&denied, &info), HV_EPERM);
	assert_int_equal(hv_scmi_reply_cpu_info(&denied, &run), HV_EPERM);
	assert_int_equal(hv_scmi_reply_word(&denied, &word), HV_EPERM);
	assert_int_equal(hv_scmi_reply_name(&denied, text), HV_EPERM);
	assert_int_equal(hv_scmi_reply_word(&m, NULL), HV_EINVAL);
	assert_int_equal(hv_scmi_reply_word(NULL, &word), HV_EINVAL);
	assert_int_equal(hv_scmi_reply_status(NULL), HV_SCMI_PROTOCOL_ERROR);
	m.count = 8;
	assert_int_equal(hv_scmi_reply_lmm_attributes(&m, &attributes), HV_EINVAL);
	m.count = 1;
	assert_int_equal(hv_scmi_reply_word(&m, &word), HV_EINVAL);
	m.count = 0;
	assert_int_equal(hv_scmi_reply_word(&m, &word), HV_EINVAL);
	assert_int_equal(hv_scmi_reply_status(&m), HV_SCMI_PROTOCOL_ERROR);
	m.count = 26;
	assert_int_equal(hv_scmi_reply_word(&m, &word), HV_EINVAL);
	assert_int_equal(hv_scmi_reply_status(&m), HV_SCMI_PROTOCOL_ERROR);
	CHECK("unchanged", attributes.lm, 77);
}

static void events(void **state)
{
	struct hv_scmi_msg m = {.header = 0x0ffe0300, .count = 3, .word = {2, 1, 0x12}};
	struct hv_lmm_event event;

	(void)state;
	assert_int_equal(hv_scmi_event(&m, &event), HV_OK);
	CHECK("cause", event.cause, 2);
	CHECK("machine", event.lm, 1);
	CHECK("shutdown alone", event.flags, 2);
	assert_int_equal(hv_scmi_event(NULL, &event), HV_EINVAL);
	assert_int_equal(hv_scmi_event(&m, NULL), HV_EINVAL);
	m.word[2] = 0xfffffff0;
	assert_int_equal(hv_scmi_event(&m, &event), HV_EINVAL);
	m.word[2] = 1;
	m.count = 2;
	assert_int_equal(hv_scmi_event(&m, &event), HV_EINVAL);
	m.count = 26;
	assert_int_equal(hv_scmi_event(&m, &event), HV_EINVAL);
	m.count = 3;
	m.header = 0x20000; /* a command */
	assert_int_equal(hv_scmi_event(&m, &event), HV_EINVAL);
	m.header = 0x21300; /* MISC */
	assert_int_equal(hv_scmi_event(&m, &event), HV_ENOTSUP);
	m.header = 0x20301;
	assert_int_equal(hv_scmi_event(&m, &event), HV_ENOTSUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(requests),
		cmocka_unit_test(replies),
		cmocka_unit_test(a_name_always_ends),
		cmocka_unit_test(replies_that_are_none),
		cmocka_unit_test(events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
