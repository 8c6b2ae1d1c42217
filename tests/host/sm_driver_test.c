/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The System Manager from the hypervisor's side: message unit driver and attestation against
 * models of the manager and of the firewall, with shipped configurations and with faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/hal/firewall.h>
#include <haven/hal/probe.h>

#include "fake_bus.h"
#include "fake_env.h"
#include "fake_sm.h"
#include "trdc_fixture.h"

#define MU    UINT64_C(0x445b0000)
#define GIER  (MU + 0x110)
#define GCR   (MU + 0x114)
#define A2P(word) (MU + 0x1000 + 4 * (word))
#define P2A(word) (MU + 0x1080 + 4 * (word))

hv_u64 hv_probe_load(hv_u64 address);

static struct fake_sm sm;
static struct hv_hal_fw fw;
static struct hv_mcu_config mcu;
static struct hv_hal_fw_config config;
static struct hv_trdc_word words[4096];
static hv_u64 unmapped;

static const struct hv_fw_witness evk_witnesses[] = {
	{0x80000000, false}, /* M7's own memory */
	{0x203c0000, false}, /* M7's ITCM */
	{0x49010000, false}, /* a TRDC */
	{0x88000000, true},  /* shared window */
};

/* Bus of an application core, non-secure: data abort at the same level, external. */
hv_u64 hv_probe_load(hv_u64 address)
{
	if (address == unmapped)
		return 0x96000007;
	return passes(A55, address, false, 4) ? 0 : 0x96000010;
}

static void load_firewall(const struct hv_fw_policy *policy)
{
	hv_u32 count;

	for (hv_u32 t = 0; t < TRDC_COUNT; t++) {
		assert_int_equal(hv_trdc_compile(policy, t, words, 4096, &count), 0);
		for (hv_u32 i = 0; i < count; i++)
			models[t].word[words[i].offset / 4] = words[i].value;
	}
}

static void start(const struct fake_sm_config *flashed, const struct hv_fw_policy *policy)
{
	fake_bus_reset();
	fake_sysreg_set("isr_el1", 0);
	models_on();
	load_firewall(policy);
	fake_sm_init(&sm, MU, flashed);
	fake_clock = (struct fake_clock){0, 1, 1000000};
	unmapped = 0;
	mcu = (struct hv_mcu_config){.lm = 1, .cpu = 1, .mode = HV_MCU_ATTACH, .policy = HV_MCU_LOG};
	config = (struct hv_hal_fw_config){
		.mu = MU, .wait_us = 1000, .crc = flashed->crc, .firmware = {"mx95evk", 0},
		.mcu = &mcu, .witnesses = evk_witnesses, .witness_count = COUNT(evk_witnesses)};
}

static int stock_board(void **state)
{
	(void)state;
	start(&fake_sm_mx95evk, &stock);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	return 0;
}

/* A configuration that grants the core, on a firewall that still closes it. */
static int managed_board(void **state)
{
	(void)state;
	start(&fake_sm_mx95evkrpmsg, &stock);
	config.firmware.name = "mx95evkrpmsg";
	mcu.mode = HV_MCU_MANAGE;
	mcu.policy = HV_MCU_RESTART;
	mcu.max_restarts = 1;
	mcu.vector = 0x80000000;
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	return 0;
}

/* ---- attestation ---- */

static void the_stock_board_is_attested(void **state)
{
	(void)state;
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	assert_int_equal(fw.mcu.state, HV_LM_ON);
	assert_int_equal(sm.notify[1], 0xf);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_OK);
}

static void another_configuration_is_refused(void **state)
{
	static const struct fake_sm_config other = {"mx95evk", 1, {0, 2, 0}, false};

	(void)state;
	start(&fake_sm_mx95evkrpmsg, &stock);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_NAME);
	start(&other, &stock);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_SELECTOR);
}

/* The name is right, and the memory is open all the same: somebody changed the policy. */
static void a_name_alone_is_not_believed(void **state)
{
	(void)state;
	start(&fake_sm_mx95evk, &rpmsg);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_REACHABLE);
	assert_true(fw.address == 0x80000000);
}

static void every_witness_counts(void **state)
{
	static struct hv_fw_witness witnesses[COUNT(evk_witnesses)];

	(void)state;
	for (hv_u32 i = 0; i < COUNT(evk_witnesses); i++) {
		memcpy(witnesses, evk_witnesses, sizeof(witnesses));
		witnesses[i].open = !witnesses[i].open;
		config.witnesses = witnesses;
		assert_int_equal(hv_hal_fw_verify(&fw),
				 evk_witnesses[i].open ? HV_ATTEST_REACHABLE : HV_ATTEST_CLOSED);
		assert_true(fw.address == witnesses[i].address);
	}
	config.witnesses = evk_witnesses;
	unmapped = 0x203c0000;
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_UNMAPPED);
	assert_true(fw.address == unmapped);
	unmapped = 0;
	fake_sysreg_set("isr_el1", 0x100); /* an SError from before */
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_UNMAPPED);
	fake_sysreg_set("isr_el1", 0x80); /* an interrupt is none */
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_OK);
}

static void machines_that_are_not_told_of(void **state)
{
	static const struct fake_sm_config mute = {"mx95evk", 0, {0, 1, 0}, false};
	static const struct fake_sm_config blind = {"mx95evk", 0, {0, 0, 0}, false};

	(void)state;
	start(&mute, &stock);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_EVENTS);
	start(&blind, &stock);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_REFUSED);
	config.mcu = NULL;
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	start(&fake_sm_mx95evk, &stock);
	mcu.lm = 3;
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_EVENTS);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_REFUSED);
}

/* Each fault at each of the four requests of a boot: refused, and never a loop without end. */
static enum hv_attest boot_with(const struct fake_sm_config *flashed, hv_u32 fault, hv_u32 at)
{
	enum hv_attest verdict;

	start(flashed, &stock);
	sm.fault = (enum fake_sm_fault)fault;
	sm.fault_after = at;
	verdict = hv_hal_fw_probe(&fw, &config);
	return verdict == HV_ATTEST_OK ? hv_hal_fw_apply(&fw) : verdict;
}

static void faults_anywhere_stop_the_boot(void **state)
{
	static const struct fake_sm_config checking = {"mx95evk", 0, {0, 2, 0}, true};

	(void)state;
	for (hv_u32 fault = FAKE_SM_SILENT; fault <= FAKE_SM_CUT; fault++) {
		for (hv_u32 at = 0; at < 4; at++) {
			enum hv_attest verdict;

			if (fault == FAKE_SM_CUT && at == 1)
				continue; /* NOTIFY has no results that could be missing */
			verdict = boot_with(&checking, fault, at);
			if (verdict != HV_ATTEST_SILENT)
				fail_msg("fault %u at %u: %s", fault, at, hv_attest_name(verdict));
			/* Without a checksum a flipped bit is a status that is not SUCCESS. */
			verdict = boot_with(&fake_sm_mx95evk, fault, at);
			if (verdict == HV_ATTEST_OK || (verdict != HV_ATTEST_SILENT) != (fault == FAKE_SM_CRC))
				fail_msg("fault %u at %u: %s", fault, at, hv_attest_name(verdict));
		}
	}
}

/* ---- the exchange itself ---- */

static enum hv_smt_state ask_version(struct hv_scmi_msg *reply)
{
	struct hv_scmi_msg request;

	hv_scmi_ask(HV_SCMI_BASE, HV_SCMI_PROTOCOL_VERSION, &request);
	return hv_hal_scmi_call(&fw.scmi, &request, reply);
}

static void the_order_of_a_request(void **state)
{
	struct hv_scmi_msg reply;
	hv_u32 busy, bell, barrier;

	(void)state;
	fake_access_clear();
	assert_int_equal(ask_version(&reply), HV_SMT_DONE);
	assert_int_equal(reply.word[1], 0x20001);
	busy = fake_access_find(0, FAKE_WRITE, A2P(1));
	bell = fake_access_find(busy, FAKE_WRITE, GCR);
	assert_int_equal(fake_access_at(busy)->value, 0);
	assert_int_equal(fake_access_at(bell)->value, 1);
	for (hv_u32 w = 2; w <= 6; w++)
		assert_in_range(fake_access_find(0, FAKE_WRITE, A2P(w)), 1, busy - 2);
	barrier = fake_access_find_name(0, FAKE_BARRIER, "dsb sy");
	assert_int_equal(barrier, busy - 1);
	assert_int_equal(fake_access_find_name(busy, FAKE_BARRIER, "dsb sy"), bell - 1);
	assert_int_equal(fake_access_find(bell, FAKE_WRITE, A2P(1)), FAKE_NOWHERE);
}

/* Nothing but the unit's doorbells and its two buffers. */
static void what_is_touched(void **state)
{
	static const struct fake_access_range allowed[] = {
		{GIER, GIER + 3, false, true}, {GCR, GCR + 3, false, true},
		{MU + 0x118, MU + 0x11b, true, true}, {A2P(0), A2P(31) + 3, true, true},
		{P2A(0), P2A(31) + 3, true, true},
	};

	(void)state;
	fake_access_clear();
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	assert_null(fake_access_outside(allowed, COUNT(allowed)));
	assert_int_equal(fake_access_at(0)->address, GIER);
	assert_int_equal(fake_access_at(0)->value, 0);
}

static void a_slow_manager_is_waited_for(void **state)
{
	struct hv_scmi_msg reply;

	(void)state;
	sm.delay = 900;
	assert_int_equal(ask_version(&reply), HV_SMT_DONE);
	sm.delay = 2000;
	assert_int_equal(ask_version(&reply), HV_SMT_BUSY);
	assert_false(fw.scmi.channel.pending);
}

/* It has the buffer still: nothing is written into it, until the late reply frees it. */
static void a_late_reply_is_nobodys(void **state)
{
	struct hv_scmi_msg reply;

	(void)state;
	sm.delay = 1500;
	assert_int_equal(ask_version(&reply), HV_SMT_BUSY);
	assert_int_equal(ask_version(&reply), HV_SMT_FAILED);
	sm.delay = 0;
	for (int i = 0; i < 600 && sm.busy; i++)
		assert_int_not_equal(ask_version(&reply), HV_SMT_BUSY);
	assert_int_equal(ask_version(&reply), HV_SMT_DONE);
	assert_int_equal(hv_scmi_header_token(reply.header), fw.scmi.channel.token - 1);
}

static void a_dead_manager_costs_the_time_and_no_more(void **state)
{
	struct hv_scmi_msg reply;
	hv_u64 before;

	(void)state;
	sm.fault = FAKE_SM_DEAD;
	before = fake_clock.now;
	assert_int_equal(ask_version(&reply), HV_SMT_BUSY);
	assert_in_range(fake_clock.now - before, 1000, 1010);
	before = fake_clock.now;
	assert_int_equal(ask_version(&reply), HV_SMT_FAILED);
	assert_in_range(fake_clock.now - before, 0, 10);
}

static void each_fault_has_its_name(void **state)
{
	static const struct {
		enum fake_sm_fault fault;
		enum hv_smt_state want;
	} rows[] = {
		{FAKE_SM_LONG, HV_SMT_BAD_LENGTH}, {FAKE_SM_SHORT, HV_SMT_BAD_LENGTH},
		{FAKE_SM_TOKEN, HV_SMT_BAD_HEADER}, {FAKE_SM_ERROR, HV_SMT_FAILED},
		{FAKE_SM_GARBAGE, HV_SMT_BAD_LENGTH},
	};
	struct hv_scmi_msg reply;

	(void)state;
	for (hv_u32 i = 0; i < COUNT(rows); i++) {
		sm.fault = rows[i].fault;
		assert_int_equal(ask_version(&reply), rows[i].want);
		assert_int_equal(ask_version(&reply), HV_SMT_DONE);
	}
}

static void checksums(void **state)
{
	static const struct fake_sm_config checking = {"mx95evk", 0, {0, 2, 0}, true};
	struct hv_scmi_msg reply;
	struct hv_lmm_event event;

	(void)state;
	start(&checking, &stock);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	sm.fault = FAKE_SM_CRC;
	assert_int_equal(ask_version(&reply), HV_SMT_BAD_CHECKSUM);
	fake_sm_event(&sm, 0, 1, 2);
	assert_true(hv_hal_mcu_poll(&fw, &event));
	sm.fault = FAKE_SM_CRC;
	fake_sm_event(&sm, 0, 1, 1);
	assert_false(hv_hal_mcu_poll(&fw, &event));
	/* The manager refuses what has none, and answers with header 0. */
	fw.scmi.channel.crc = false;
	assert_int_equal(ask_version(&reply), HV_SMT_BAD_HEADER);
}

/* ---- the core's life ---- */

static void attached_means_no_control(void **state)
{
	const hv_u32 before = sm.requests;
	struct hv_scmi_msg request, reply;

	(void)state;
	assert_int_equal(hv_hal_mcu_start(&fw), HV_SCMI_DENIED);
	assert_int_equal(hv_hal_mcu_stop(&fw), HV_SCMI_DENIED);
	assert_int_equal(sm.requests, before);
	/* And the manager would refuse: the configuration grants notifications alone. */
	hv_scmi_lmm_end(HV_SCMI_LMM_SHUTDOWN, 1, false, &request);
	assert_int_equal(hv_hal_scmi_call(&fw.scmi, &request, &reply), HV_SMT_DONE);
	assert_int_equal(hv_scmi_reply_status(&reply), HV_SCMI_DENIED);
	mcu.mode = HV_MCU_MANAGE;
	assert_int_equal(hv_hal_mcu_stop(&fw), HV_SCMI_DENIED);
	assert_int_equal(fw.mcu.expected, 0);
	fw.mcu.state = HV_LM_OFF;
	assert_int_equal(hv_hal_mcu_start(&fw), HV_SCMI_DENIED);
	assert_int_equal(fw.mcu.expected, 0);
	assert_int_equal(sm.state[1], 1);
}

static struct hv_mcu_action next_action(void)
{
	struct hv_mcu_action action = {.verdict = HV_JV_DENY};
	struct hv_lmm_event event;

	if (hv_hal_mcu_poll(&fw, &event))
		hv_mcu_event(&fw.mcu, &mcu, &event, &action);
	return action;
}

static void managed_it_stops_and_starts(void **state)
{
	(void)state;
	assert_int_equal(hv_hal_mcu_start(&fw), HV_SCMI_IN_USE);
	assert_int_equal(hv_hal_mcu_stop(&fw), HV_SCMI_SUCCESS);
	assert_int_equal(sm.state[1], 0);
	assert_int_equal(next_action().verdict, HV_JV_NONE);
	assert_int_equal(fw.mcu.state, HV_LM_OFF);
	assert_int_equal(hv_hal_mcu_start(&fw), HV_SCMI_SUCCESS);
	assert_true(sm.vector == 0x80000000);
	assert_int_equal(sm.state[1], 1);
	assert_int_equal(next_action().flags, HV_LMM_BOOT);
	assert_int_equal(next_action().verdict, HV_JV_DENY); /* nothing more */
}

static void a_crash_is_noticed_and_restarted(void **state)
{
	struct hv_lmm_reset_reason reason;
	struct hv_mcu_action action;

	(void)state;
	sm.shutdown_word = 0x80800501; /* fault 5, reason 1 */
	fake_sm_event(&sm, 0, 1, 2);
	action = next_action();
	assert_int_equal(action.verdict, HV_JV_RESTART);
	assert_true(hv_hal_mcu_reason(&fw, &reason));
	assert_true(reason.shutdown.valid && reason.shutdown.error == 5 && reason.shutdown.reason == 1);
	assert_int_equal(hv_hal_mcu_start(&fw), HV_SCMI_SUCCESS);
	assert_int_equal(next_action().verdict, HV_JV_NONE);
	fake_sm_event(&sm, 0, 1, 2);
	assert_int_equal(next_action().verdict, HV_JV_HALT);
	assert_int_equal(hv_hal_mcu_start(&fw), HV_SCMI_DENIED);
}

static void silence_is_no_success(void **state)
{
	struct hv_lmm_reset_reason reason;

	(void)state;
	sm.fault = FAKE_SM_SILENT;
	assert_int_equal(hv_hal_mcu_stop(&fw), HV_SCMI_COMMS_ERROR);
	assert_int_equal(fw.mcu.expected, 0);
	assert_false(hv_hal_mcu_reason(&fw, &reason));
	config.mcu = NULL;
	assert_int_equal(hv_hal_mcu_stop(&fw), HV_SCMI_DENIED);
	assert_int_equal(hv_hal_mcu_start(&fw), HV_SCMI_DENIED);
	assert_false(hv_hal_mcu_reason(&fw, &reason));
	assert_int_equal(next_action().verdict, HV_JV_DENY);
}

static void events_queue_behind_the_buffer(void **state)
{
	struct hv_lmm_event event;

	(void)state;
	for (int i = 0; i < 5; i++) {
		fake_sm_event(&sm, 0, 1, 2);
		fake_sm_event(&sm, 0, 1, 1);
	}
	for (int i = 0; i < 10; i++) {
		assert_true(hv_hal_mcu_poll(&fw, &event));
		assert_int_equal(event.flags, i % 2 == 0 ? 2 : 1);
	}
	assert_false(hv_hal_mcu_poll(&fw, &event));
	assert_false(hv_hal_mu_rung(MU, HV_MU_P2A));
}

/* A damaged notification is dropped, the buffer goes back, and the next one arrives. */
static void a_damaged_event_blocks_nothing(void **state)
{
	struct hv_lmm_event event;

	(void)state;
	for (hv_u32 fault = FAKE_SM_LONG; fault <= FAKE_SM_GARBAGE; fault++) {
		if (fault == FAKE_SM_TOKEN)
			continue; /* notifications have no request whose token counts */
		sm.fault = (enum fake_sm_fault)fault;
		fake_sm_event(&sm, 0, 1, 2);
		assert_false(hv_hal_mcu_poll(&fw, &event));
		fake_sm_event(&sm, 0, 1, 1);
		assert_true(hv_hal_mcu_poll(&fw, &event));
	}
}

static void doorbells(void **state)
{
	(void)state;
	sm.gsr = 0xf;
	hv_hal_mu_init(MU, 0xff2);
	assert_int_equal(sm.gsr, 0);
	assert_int_equal(sm.gier, 2);
	sm.gsr = 2;
	assert_false(hv_hal_mu_rung(MU, HV_MU_A2P));
	assert_true(hv_hal_mu_rung(MU, HV_MU_P2A));
	assert_false(hv_hal_mu_rung(MU, HV_MU_P2A));
}

#define STOCK(f)   cmocka_unit_test_setup(f, stock_board)
#define MANAGED(f) cmocka_unit_test_setup(f, managed_board)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STOCK(the_stock_board_is_attested),
		STOCK(another_configuration_is_refused),
		STOCK(a_name_alone_is_not_believed),
		STOCK(every_witness_counts),
		STOCK(machines_that_are_not_told_of),
		STOCK(faults_anywhere_stop_the_boot),
		STOCK(the_order_of_a_request),
		STOCK(what_is_touched),
		STOCK(a_slow_manager_is_waited_for),
		STOCK(a_late_reply_is_nobodys),
		STOCK(a_dead_manager_costs_the_time_and_no_more),
		STOCK(each_fault_has_its_name),
		STOCK(checksums),
		STOCK(attached_means_no_control),
		MANAGED(managed_it_stops_and_starts),
		MANAGED(a_crash_is_noticed_and_restarted),
		MANAGED(silence_is_no_success),
		MANAGED(events_queue_behind_the_buffer),
		MANAGED(a_damaged_event_blocks_nothing),
		STOCK(doorbells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
