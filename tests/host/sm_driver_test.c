/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The System Manager from the hypervisor's side: message unit driver and attestation against a model
 * of the manager, with shipped configurations and with faults; and the guarded read. Witnesses
 * and what follows from events: hv_mcu_test.
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
static hv_u64 syndrome;

#define COUNT(a) ((hv_u32)(sizeof(a) / sizeof((a)[0])))

hv_u64 hv_probe_load(hv_u64 address)
{
	assert_true(address == 0x80000000);
	return syndrome;
}

static void start(const struct fake_sm_config *flashed)
{
	fake_bus_reset();
	fake_sysreg_set("isr_el1", 0);
	fake_sm_init(&sm, MU, flashed);
	fake_clock = (struct fake_clock){0, 1, 1000000};
	mcu = (struct hv_mcu_config){.lm = 1, .cpu = 1, .mode = HV_MCU_ATTACH, .policy = HV_MCU_LOG};
	config = (struct hv_hal_fw_config){
		.mu = MU, .wait_us = 1000, .crc = flashed->crc, .firmware = {"mx95evk", 0},
		.mcu = &mcu};
}

static int stock_board(void **state)
{
	(void)state;
	start(&fake_sm_mx95evk);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	return 0;
}

static int managed_board(void **state)
{
	(void)state;
	start(&fake_sm_mx95evkrpmsg);
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
	start(&fake_sm_mx95evkrpmsg);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_NAME);
	start(&other);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_SELECTOR);
}

/* An SError from before would be taken for the read's own; a pending interrupt is none. */
static void a_guarded_read_tells_what_it_met(void **state)
{
	(void)state;
	syndrome = 0;
	assert_int_equal(hv_hal_probe(0x80000000), HV_PROBE_ANSWERED);
	syndrome = 0x96000010;
	assert_int_equal(hv_hal_probe(0x80000000), HV_PROBE_ABORTED);
	syndrome = 0x96000007;
	assert_int_equal(hv_hal_probe(0x80000000), HV_PROBE_UNMAPPED);
	syndrome = 0;
	fake_sysreg_set("isr_el1", 0x100);
	assert_int_equal(hv_hal_probe(0x80000000), HV_PROBE_UNSURE);
	fake_sysreg_set("isr_el1", 0x80);
	assert_int_equal(hv_hal_probe(0x80000000), HV_PROBE_ANSWERED);
}

static void machines_that_are_not_told_of(void **state)
{
	static const struct fake_sm_config mute = {"mx95evk", 0, {0, 1, 0}, false};
	static const struct fake_sm_config blind = {"mx95evk", 0, {0, 0, 0}, false};

	(void)state;
	start(&mute);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_EVENTS);
	start(&blind);
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_REFUSED);
	config.mcu = NULL;
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	start(&fake_sm_mx95evk);
	mcu.lm = 3;
	assert_int_equal(hv_hal_fw_probe(&fw, &config), HV_ATTEST_OK);
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_EVENTS);
	assert_int_equal(hv_hal_fw_verify(&fw), HV_ATTEST_REFUSED);
}

/* Each fault at each of the four requests of a boot: refused, and never a loop without end. */
static enum hv_attest boot_with(const struct fake_sm_config *flashed, hv_u32 fault, hv_u32 at)
{
	enum hv_attest verdict;

	start(flashed);
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
	start(&checking);
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

/* ---- nobody waits ---- */

static void a_request_and_its_end(void **state)
{
	struct hv_scmi_msg request, reply;
	enum hv_smt_state end;
	hv_u64 before;

	(void)state;
	hv_scmi_ask(HV_SCMI_BASE, HV_SCMI_PROTOCOL_VERSION, &request);
	sm.delay = 3;
	before = fake_clock.now;
	assert_true(hv_hal_scmi_send(&fw.scmi, &request));
	assert_in_range(fw.scmi.deadline - before, 1001, 1003);
	assert_false(hv_hal_scmi_send(&fw.scmi, &request)); /* one at a time */
	assert_false(hv_hal_scmi_poll(&fw.scmi, &reply, &end));
	assert_false(hv_hal_scmi_poll(&fw.scmi, &reply, &end));
	assert_true(hv_hal_scmi_poll(&fw.scmi, &reply, &end));
	assert_int_equal(end, HV_SMT_DONE);
	assert_int_equal(reply.word[1], 0x20001);
	assert_int_equal(sm.gsr, 0);
	assert_int_equal(sm.requests, 2); /* with the probe's */
	/* In time to the last look, and no longer. */
	sm.fault = FAKE_SM_SILENT;
	assert_true(hv_hal_scmi_send(&fw.scmi, &request));
	fake_clock.now = fw.scmi.deadline - 2;
	assert_false(hv_hal_scmi_poll(&fw.scmi, &reply, &end));
	assert_true(hv_hal_scmi_poll(&fw.scmi, &reply, &end));
	assert_int_equal(end, HV_SMT_BUSY);
	assert_false(hv_hal_scmi_send(&fw.scmi, &request)); /* it has the buffer still */
}

static void replies_and_events_interrupt(void **state)
{
	struct hv_scmi_msg request;

	(void)state;
	assert_int_equal(hv_hal_fw_apply(&fw), HV_ATTEST_OK);
	assert_int_equal(sm.gier, 0);
	fake_sm_event(&sm, 0, 1, 2);
	hv_hal_scmi_listen(&fw.scmi);
	assert_int_equal(sm.gier & sm.gsr, 2); /* what came before is not lost */
	hv_scmi_ask(HV_SCMI_BASE, HV_SCMI_PROTOCOL_VERSION, &request);
	assert_true(hv_hal_scmi_send(&fw.scmi, &request));
	assert_int_equal(sm.gier & sm.gsr, 3);
	hv_hal_scmi_hush(&fw.scmi);
	assert_int_equal(sm.gsr, 0);
}

/* ---- the core's life ---- */

static int32_t task(enum hv_mcu_task what)
{
	int32_t status = hv_hal_mcu_begin(&fw, what);

	if (status == HV_SCMI_SUCCESS) {
		while (!hv_hal_mcu_step(&fw, &status))
			assert_int_equal(fw.task, what);
	}
	assert_int_equal(fw.task, HV_MCU_NOTHING);
	return status;
}

static void attached_means_no_control(void **state)
{
	const hv_u32 before = sm.requests;
	struct hv_scmi_msg request, reply;

	(void)state;
	assert_int_equal(task(HV_MCU_START), HV_SCMI_DENIED);
	assert_int_equal(task(HV_MCU_STOP), HV_SCMI_DENIED);
	assert_int_equal(sm.requests, before);
	/* And the manager would refuse: the configuration grants notifications alone. */
	hv_scmi_lmm_end(HV_SCMI_LMM_SHUTDOWN, 1, false, &request);
	assert_int_equal(hv_hal_scmi_call(&fw.scmi, &request, &reply), HV_SMT_DONE);
	assert_int_equal(hv_scmi_reply_status(&reply), HV_SCMI_DENIED);
	mcu.mode = HV_MCU_MANAGE;
	assert_int_equal(task(HV_MCU_STOP), HV_SCMI_DENIED);
	assert_int_equal(fw.mcu.expected, 0);
	fw.mcu.state = HV_LM_OFF;
	assert_int_equal(task(HV_MCU_START), HV_SCMI_DENIED);
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
	assert_int_equal(task(HV_MCU_START), HV_SCMI_IN_USE);
	assert_int_equal(task(HV_MCU_STOP), HV_SCMI_SUCCESS);
	assert_int_equal(sm.state[1], 0);
	assert_int_equal(next_action().verdict, HV_JV_NONE);
	assert_int_equal(fw.mcu.state, HV_LM_OFF);
	assert_int_equal(task(HV_MCU_START), HV_SCMI_SUCCESS);
	assert_true(sm.vector == 0x80000000);
	assert_int_equal(sm.state[1], 1);
	assert_int_equal(next_action().flags, HV_LMM_BOOT);
	assert_int_equal(next_action().verdict, HV_JV_DENY); /* nothing more */
}

static void a_crash_is_noticed_and_restarted(void **state)
{
	struct hv_mcu_action action;

	(void)state;
	sm.shutdown_word = 0x80800501; /* fault 5, reason 1 */
	fake_sm_event(&sm, 0, 1, 2);
	action = next_action();
	assert_int_equal(action.verdict, HV_JV_RESTART);
	assert_int_equal(task(HV_MCU_REASON), HV_SCMI_SUCCESS);
	assert_true(fw.reason.shutdown.valid && fw.reason.shutdown.error == 5 &&
		    fw.reason.shutdown.reason == 1);
	assert_int_equal(task(HV_MCU_START), HV_SCMI_SUCCESS);
	assert_int_equal(next_action().verdict, HV_JV_NONE);
	fake_sm_event(&sm, 0, 1, 2);
	assert_int_equal(next_action().verdict, HV_JV_HALT);
	assert_int_equal(task(HV_MCU_START), HV_SCMI_DENIED);
}

static void silence_is_no_success(void **state)
{
	(void)state;
	sm.fault = FAKE_SM_SILENT;
	assert_int_equal(task(HV_MCU_STOP), HV_SCMI_COMMS_ERROR);
	assert_int_equal(fw.mcu.expected, 0);
	assert_int_equal(task(HV_MCU_REASON), HV_SCMI_BUSY); /* the buffer is the firmware's */
	assert_int_equal(task(HV_MCU_STOP), HV_SCMI_BUSY);
	assert_int_equal(fw.mcu.expected, 0);
	config.mcu = NULL;
	assert_int_equal(task(HV_MCU_STOP), HV_SCMI_DENIED);
	assert_int_equal(task(HV_MCU_START), HV_SCMI_DENIED);
	assert_int_equal(task(HV_MCU_REASON), HV_SCMI_DENIED);
	assert_int_equal(next_action().verdict, HV_JV_DENY);
}

/* A start is two messages: each may fail, and nothing is expected of one that did. */
static void a_start_that_fails_half_way(void **state)
{
	(void)state;
	for (hv_u32 good = 0; good < 2; good++) {
		(void)managed_board(NULL);
		assert_int_equal(task(HV_MCU_STOP), HV_SCMI_SUCCESS);
		assert_int_equal(next_action().verdict, HV_JV_NONE);
		sm.fault = FAKE_SM_LONG;
		sm.fault_after = 2 * good; /* the event of the boot comes before its reply */
		assert_int_equal(task(HV_MCU_START), HV_SCMI_COMMS_ERROR);
		assert_int_equal(fw.exchange, HV_SMT_BAD_LENGTH);
		assert_int_equal(fw.mcu.expected, 0);
		assert_int_equal(fw.booting, good == 1);
		assert_int_equal(sm.state[1], good);
	}
}

static void one_task_at_a_time(void **state)
{
	struct hv_scmi_msg request, reply;
	enum hv_smt_state end;
	int32_t status;

	(void)state;
	assert_true(hv_hal_mcu_step(&fw, &status)); /* none is under way */
	assert_int_equal(status, HV_SCMI_COMMS_ERROR);
	assert_int_equal(hv_hal_mcu_begin(&fw, HV_MCU_NOTHING), HV_SCMI_NOT_SUPPORTED);
	sm.delay = 2;
	assert_int_equal(hv_hal_mcu_begin(&fw, HV_MCU_REASON), HV_SCMI_SUCCESS);
	assert_int_equal(hv_hal_mcu_begin(&fw, HV_MCU_STOP), HV_SCMI_BUSY);
	assert_int_equal(fw.mcu.expected, 0);
	assert_false(hv_hal_mcu_step(&fw, &status));
	assert_true(hv_hal_mcu_step(&fw, &status));
	assert_int_equal(status, HV_SCMI_SUCCESS);
	/* Somebody else's request is no task. */
	sm.delay = 0;
	hv_scmi_ask(HV_SCMI_BASE, HV_SCMI_PROTOCOL_VERSION, &request);
	assert_true(hv_hal_scmi_send(&fw.scmi, &request));
	assert_int_equal(hv_hal_mcu_begin(&fw, HV_MCU_START), HV_SCMI_BUSY);
	assert_true(hv_hal_scmi_poll(&fw.scmi, &reply, &end));
	assert_int_equal(task(HV_MCU_START), HV_SCMI_IN_USE);
}

static void the_state_is_asked_for(void **state)
{
	(void)state;
	fw.seen = 9;
	assert_int_equal(task(HV_MCU_STATE), HV_SCMI_SUCCESS);
	assert_int_equal(fw.seen, 1);
	sm.state[1] = 2;
	assert_int_equal(task(HV_MCU_STATE), HV_SCMI_SUCCESS);
	assert_int_equal(fw.seen, 2);
	assert_int_equal(fw.mcu.state, 1); /* what the events told */
	sm.fault = FAKE_SM_CUT;
	assert_int_equal(task(HV_MCU_STATE), HV_SCMI_COMMS_ERROR);
	mcu.lm = 2; /* the manager tells of this one, and then of another than was asked for */
	assert_int_equal(hv_hal_mcu_begin(&fw, HV_MCU_STATE), HV_SCMI_SUCCESS);
	mcu.lm = 1;
	while (!hv_hal_mcu_step(&fw, &(int32_t){0}))
		;
	assert_int_equal(fw.seen, 2);
}

static void a_reason_that_cannot_be_read(void **state)
{
	(void)state;
	sm.fault = FAKE_SM_CUT;
	assert_int_equal(task(HV_MCU_REASON), HV_SCMI_COMMS_ERROR);
	assert_int_equal(task(HV_MCU_REASON), HV_SCMI_SUCCESS);
}

static void events_queue_behind_the_buffer(void **state)
{
	struct hv_lmm_event event;

	(void)state;
	for (int i = 0; i < 5; i++) { /* seven find room: one in the buffer, six behind it */
		fake_sm_event(&sm, 0, 1, 2);
		fake_sm_event(&sm, 0, 1, 1);
	}
	for (int i = 0; i < 7; i++) {
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
		STOCK(a_guarded_read_tells_what_it_met),
		STOCK(machines_that_are_not_told_of),
		STOCK(faults_anywhere_stop_the_boot),
		STOCK(the_order_of_a_request),
		STOCK(what_is_touched),
		STOCK(a_slow_manager_is_waited_for),
		STOCK(a_late_reply_is_nobodys),
		STOCK(a_dead_manager_costs_the_time_and_no_more),
		STOCK(each_fault_has_its_name),
		STOCK(checksums),
		STOCK(a_request_and_its_end),
		STOCK(replies_and_events_interrupt),
		STOCK(attached_means_no_control),
		MANAGED(managed_it_stops_and_starts),
		MANAGED(a_crash_is_noticed_and_restarted),
		MANAGED(silence_is_no_success),
		MANAGED(a_start_that_fails_half_way),
		MANAGED(one_task_at_a_time),
		MANAGED(the_state_is_asked_for),
		MANAGED(a_reason_that_cannot_be_read),
		MANAGED(events_queue_behind_the_buffer),
		MANAGED(a_damaged_event_blocks_nothing),
		STOCK(doorbells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
