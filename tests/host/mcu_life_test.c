/* SPDX-License-Identifier: Apache-2.0 */
/* lib/exc: what is expected of the firmware, and the life of the microcontroller core. */
#include <haven/mcu.h>

#include "exc_check.h"

#define BOOT 1u
#define END  2u

static struct hv_mcu mcu;
static struct hv_mcu_config config;
static struct hv_mcu_action action;

static int setup(void **state)
{
	(void)state;
	mcu = (struct hv_mcu){.state = HV_LM_ON};
	config = (struct hv_mcu_config){.lm = 1, .cpu = 1, .mode = HV_MCU_MANAGE,
					.policy = HV_MCU_RESTART, .max_restarts = 2};
	return 0;
}

static enum hv_journal_verdict event(hv_u32 flags)
{
	hv_mcu_event(&mcu, &config, &(struct hv_lmm_event){.cause = 0, .lm = 1, .flags = flags}, &action);
	return action.verdict;
}

static struct hv_scmi_msg cfg(hv_u32 selector, const char *name)
{
	struct hv_scmi_msg m = {.count = 6, .word = {0, selector}};

	strncpy((char *)&m.word[2], name, 16);
	return m;
}

static void configurations(void **state)
{
	const struct hv_attest_config want = {"mx95evk", 0};
	const struct hv_attest_config longest = {"abcdefghijklmnopq", 0};
	const struct hv_scmi_msg denied = {.count = 1, .word = {0xfffffffd}};
	struct hv_scmi_msg m = cfg(0, "mx95evk");

	(void)state;
	CHECK("same", hv_attest_cfg(&want, &m), HV_ATTEST_OK);
	m = cfg(0, "mx95evkrpmsg");
	CHECK("longer", hv_attest_cfg(&want, &m), HV_ATTEST_NAME);
	m = cfg(0, "mx95ev");
	CHECK("shorter", hv_attest_cfg(&want, &m), HV_ATTEST_NAME);
	m = cfg(0, "");
	CHECK("none", hv_attest_cfg(&want, &m), HV_ATTEST_NAME);
	m = cfg(1, "mx95evk");
	CHECK("selector", hv_attest_cfg(&want, &m), HV_ATTEST_SELECTOR);
	m = cfg(0, "abcdefghijklmnoX");
	CHECK("what fits", hv_attest_cfg(&longest, &m), HV_ATTEST_OK);
	CHECK("denied", hv_attest_cfg(&want, &denied), HV_ATTEST_REFUSED);
	m.count = 5;
	CHECK("short", hv_attest_cfg(&want, &m), HV_ATTEST_SILENT);
}

static void versions(void **state)
{
	struct hv_scmi_msg m = {.count = 2, .word = {0, 0x20001}};

	(void)state;
	CHECK("2.1", hv_attest_version(&m), HV_ATTEST_OK);
	m.word[1] = 0x10000;
	CHECK("1.0", hv_attest_version(&m), HV_ATTEST_ABSENT);
	m.word[1] = 0x30000;
	CHECK("3.0", hv_attest_version(&m), HV_ATTEST_ABSENT);
	m.count = 1;
	CHECK("cut", hv_attest_version(&m), HV_ATTEST_SILENT);
	m.word[0] = 0xffffffff;
	CHECK("not supported", hv_attest_version(&m), HV_ATTEST_REFUSED);
}

static void machines(void **state)
{
	struct hv_scmi_msg m = {.count = 9, .word = {0, 1, 1, HV_LM_SUSPENDED}};

	(void)state;
	CHECK("asleep", hv_attest_lm(&mcu, &config, &m), HV_ATTEST_OK);
	CHECK("state", mcu.state, HV_LM_SUSPENDED);
	m.word[3] = 3;
	CHECK("no state", hv_attest_lm(&mcu, &config, &m), HV_ATTEST_MACHINE);
	m.word[3] = 1;
	m.word[1] = 2;
	CHECK("another", hv_attest_lm(&mcu, &config, &m), HV_ATTEST_MACHINE);
	CHECK("kept", mcu.state, HV_LM_SUSPENDED);
	m.word[0] = 0xfffffffd;
	CHECK("denied", hv_attest_lm(&mcu, &config, &m), HV_ATTEST_REFUSED);
}

/* ESR_EL2: EC [31:26], IL 25, DFSC [5:0] */
static void probes(void **state)
{
	static const struct {
		const char *why;
		hv_u64 esr;
		enum hv_probe want;
	} rows[] = {
		{"none", 0, HV_PROBE_ANSWERED},
		{"external abort", 0x96000010, HV_PROBE_ABORTED},
		{"of a walk, level 0", 0x96000014, HV_PROBE_UNMAPPED},
		{"of a walk, level 3", 0x96000017, HV_PROBE_UNMAPPED},
		{"of a walk, level -1", 0x96000013, HV_PROBE_UNMAPPED},
		{"parity", 0x96000018, HV_PROBE_UNMAPPED},
		{"parity of a walk", 0x9600001f, HV_PROBE_UNMAPPED},
		{"SError", 0xbe000000, HV_PROBE_ABORTED},
		{"reserved", 0x96000012, HV_PROBE_UNMAPPED},
		{"not mapped", 0x96000007, HV_PROBE_UNMAPPED},
		{"permission", 0x9600000f, HV_PROBE_UNMAPPED},
		{"alignment", 0x96000021, HV_PROBE_UNMAPPED},
		{"from a lower level", 0x92000010, HV_PROBE_UNMAPPED},
		{"fetch", 0x86000010, HV_PROBE_UNMAPPED},
		{"unknown", 0x02000000, HV_PROBE_UNMAPPED},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].why, hv_probe_decide(rows[i].esr), rows[i].want);
	CHECK("SError", hv_probe_imprecise(0xbe000000), true);
	CHECK("no SError", hv_probe_imprecise(0x96000010), false);
	CHECK("no exception", hv_probe_imprecise(0), false);
	CHECK("open", hv_attest_probe(HV_PROBE_ANSWERED, true), HV_ATTEST_OK);
	CHECK("closed", hv_attest_probe(HV_PROBE_ABORTED, false), HV_ATTEST_OK);
	CHECK("leak", hv_attest_probe(HV_PROBE_ANSWERED, false), HV_ATTEST_REACHABLE);
	CHECK("no access", hv_attest_probe(HV_PROBE_ABORTED, true), HV_ATTEST_CLOSED);
	CHECK("not mapped", hv_attest_probe(HV_PROBE_UNMAPPED, false), HV_ATTEST_UNMAPPED);
	CHECK("unsure", hv_attest_probe(HV_PROBE_UNSURE, false), HV_ATTEST_UNMAPPED);
}

static void restarts_are_counted(void **state)
{
	(void)state;
	for (hv_u32 i = 1; i <= 2; i++) {
		CHECK("end", event(END), HV_JV_RESTART);
		CHECK("off", mcu.state, HV_LM_OFF);
		CHECK("counted", mcu.restarts, i);
		CHECK("boot", hv_mcu_expect(&mcu, &config, BOOT), HV_OK);
		CHECK("up", event(BOOT), HV_JV_NONE);
		CHECK("asked", action.flags, BOOT);
		CHECK("on", mcu.state, HV_LM_ON);
	}
	CHECK("once too often", event(END), HV_JV_HALT);
	CHECK("never again", hv_mcu_expect(&mcu, &config, BOOT), HV_EPERM);
	CHECK("comes up by itself", event(BOOT), HV_JV_HALT);
	CHECK("to be ended", hv_mcu_expect(&mcu, &config, END), HV_OK);
	CHECK("ended", event(END), HV_JV_NONE);
	CHECK("ends again", event(END), HV_JV_NONE);
}

static void what_was_asked_for_is_no_fault(void **state)
{
	(void)state;
	CHECK("end", hv_mcu_expect(&mcu, &config, END), HV_OK);
	CHECK("end", event(END), HV_JV_NONE);
	CHECK("asked", action.flags, END);
	assert_true(action.ask_reason);
	CHECK("the next one is a fault", event(END), HV_JV_RESTART);
	CHECK("unasked", action.flags, END | HV_J_MCU_UNASKED);
	CHECK("refused", hv_mcu_expect(&mcu, &config, BOOT), HV_OK);
	hv_mcu_unexpect(&mcu, BOOT);
	CHECK("then it is none of ours", event(BOOT), HV_JV_NONE);
	CHECK("unasked", action.flags, BOOT | HV_J_MCU_UNASKED);
}

/* The firmware itself restarts a core that locked up: one message with both, or two. */
static void firmware_was_faster(void **state)
{
	(void)state;
	CHECK("both", event(END | BOOT), HV_JV_NONE);
	CHECK("on", mcu.state, HV_LM_ON);
	CHECK("no restart of ours", mcu.restarts, 0);
}

static void attached_only_records(void **state)
{
	(void)state;
	config.mode = HV_MCU_ATTACH;
	for (int policy = HV_MCU_LOG; policy <= HV_MCU_HALT; policy++) {
		config.policy = (enum hv_mcu_policy)policy;
		CHECK("end", event(END), HV_JV_NONE);
		CHECK("boot", event(BOOT), HV_JV_NONE);
	}
	CHECK("boot", hv_mcu_expect(&mcu, &config, BOOT), HV_EPERM);
	CHECK("end", hv_mcu_expect(&mcu, &config, END), HV_EPERM);
}

static void policies(void **state)
{
	(void)state;
	config.policy = HV_MCU_LOG;
	CHECK("log", event(END), HV_JV_NONE);
	config.policy = HV_MCU_HALT;
	CHECK("halt", event(END), HV_JV_HALT);
	assert_true(mcu.ended);
	setup(NULL);
	config.policy = HV_MCU_HALT;
	CHECK("boot unasked", event(BOOT), HV_JV_HALT);
	setup(NULL);
	config.policy = (enum hv_mcu_policy)9;
	CHECK("garbage records", event(END), HV_JV_NONE);
}

static void sleep_and_others(void **state)
{
	(void)state;
	CHECK("suspend", event(4), HV_JV_NONE);
	CHECK("asleep", mcu.state, HV_LM_SUSPENDED);
	assert_false(action.ask_reason);
	CHECK("wake", event(8), HV_JV_NONE);
	CHECK("awake", mcu.state, HV_LM_ON);
	hv_mcu_event(&mcu, &config, &(struct hv_lmm_event){.cause = 1, .lm = 2, .flags = END}, &action);
	CHECK("another machine", action.verdict, HV_JV_IGNORE);
	CHECK("still on", mcu.state, HV_LM_ON);
}

static void records(void **state)
{
	const struct hv_lmm_reset_reason reason = {.boot_word = 0x80000001, .shutdown_word = 0x82000002};
	struct hv_journal_record r;

	(void)state;
	event(END);
	action.cause = 2;
	hv_mcu_record(&config, &action, &reason, &r);
	CHECK("kind", r.kind, 16);
	CHECK("verdict", r.verdict, 3);
	CHECK("what", r.esr, 0x302);
	CHECK("boot", r.far, 0x80000001);
	CHECK("end", r.ipa, 0x82000002);
	CHECK("who", r.detail, UINT64_C(0x200000001));
	hv_mcu_record(&config, &action, NULL, &r);
	CHECK("what", r.esr, 0x102);
	CHECK("unknown", r.far, 0);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(hv_attest_name(HV_ATTEST_OK), "as configured");
	assert_string_equal(hv_attest_name(HV_ATTEST_ABSENT), "there is no such firewall");
	assert_string_equal(hv_attest_name((enum hv_attest)99), "unknown");
}

static void what_was_missed(void **state)
{
	static const struct {
		hv_u32 told, seen;
		bool missed;
		hv_u32 flags;
	} rows[] = {
		{0, 0, false, 0}, {1, 1, false, 0}, {2, 2, false, 0},
		{1, 0, true, 2}, {2, 0, true, 2},  /* shutdown */
		{0, 1, true, 1}, {2, 1, true, 8},  /* boot, wake */
		{0, 2, true, 4}, {1, 2, true, 4},  /* suspend */
		{0, 3, false, 0}, {1, ~0u, false, 0},
	};
	static const struct hv_mcu_config seven = {.lm = 7};

	(void)state;
	for (hv_u32 i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hv_mcu known = {.state = rows[i].told};
		struct hv_lmm_event event = {9, 9, 9};

		assert_int_equal(hv_mcu_missed(&known, &seven, rows[i].seen, &event), rows[i].missed);
		assert_int_equal(event.flags, rows[i].missed ? rows[i].flags : 9);
		assert_int_equal(event.lm, rows[i].missed ? 7 : 9);
		assert_int_equal(event.cause, rows[i].missed ? 0 : 9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations),
		cmocka_unit_test(versions),
		cmocka_unit_test_setup(machines, setup),
		cmocka_unit_test(probes),
		cmocka_unit_test_setup(restarts_are_counted, setup),
		cmocka_unit_test_setup(what_was_asked_for_is_no_fault, setup),
		cmocka_unit_test_setup(firmware_was_faster, setup),
		cmocka_unit_test_setup(attached_only_records, setup),
		cmocka_unit_test_setup(policies, setup),
		cmocka_unit_test_setup(sleep_and_others, setup),
		cmocka_unit_test_setup(records, setup),
		cmocka_unit_test(what_was_missed),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
