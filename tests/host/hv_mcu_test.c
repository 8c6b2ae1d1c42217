/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The microcontroller in the hypervisor's life: what the boot attests and how it refuses, and what
 * the service CPU makes of the core's events.
 */
#include <stdio.h>

#include "hv_mcu_machine.h"
#include "mcu.h"

/* ---- boot ---- */

static void refuses(const char *why)
{
	char line[256];

	snprintf(line, sizeof(line), "\r\nhaven: firmware refused: assumed mx95evk, selector 0: %s\r\n"
				     "\r\nhaven: stopped: firmware\r\n", why);
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	if (strstr(fake.out, line) == NULL)
		fail_msg("expected \"%s\" in: %s", line, fake.out);
	assert_int_equal(fake_count(FAKE_CPU_ON), 0); /* nobody else ran */
	assert_int_equal(fake_count(FAKE_ENTER), 0);
	assert_int_equal(device_window, 0);
	assert_int_equal(manager.gier, 0);
}

static void the_assumed_firmware_is_attested(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_non_null(strstr(fake.out, "haven: firmware mx95evk, selector 0: as configured, 4 witnesses heard\r\n"));
	assert_int_equal(heard_count, 4);
	for (hv_u32 i = 0; i < 4; i++)
		assert_true(heard[i] == witnesses[i].address);
	assert_int_equal(device_window, 0);
	assert_int_equal(fake_count(FAKE_CPU_ON), 3);
}

static void another_configuration_is_named(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evkrpmsg, &rpmsg);
	refuses("the system manager has another configuration: mx95evkrpmsg, selector 0");
	assert_int_equal(heard_count, 0);
}

/* One logical machine for A55 and M7: no firewall between them, and another name. */
static void the_alternative_without_isolation_is_named(void **state)
{
	static const struct fake_sm_config alt = {"mx95alt", 0, {0, 0, 0}, false};

	(void)state;
	board_on(&alt, &rpmsg);
	assumed.mcu = NULL;
	refuses("the system manager has another configuration: mx95alt, selector 0");
}

static void another_selector_is_named(void **state)
{
	static const struct fake_sm_config other = {"mx95evk", 1, {0, 2, 0}, false};

	(void)state;
	board_on(&other, &stock);
	refuses("the system manager runs another alternative of its configuration: mx95evk, selector 1");
}

/* The name is right, and memory is open all the same: somebody changed the policy. */
static void a_name_alone_is_not_believed(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &rpmsg);
	refuses("an address that must be closed to this CPU answers: 0x80000000");
	assert_int_equal(heard_count, 1);
}

static void each_witness_is_heard(void **state)
{
	const hv_u32 which = *(const hv_u32 *)*state;
	char why[96];

	board_on(&fake_sm_mx95evk, &stock);
	snprintf(why, sizeof(why), "an address that must be %s: 0x%llx",
		 witnesses[which].open ? "closed to this CPU answers" : "open to this CPU is closed",
		 (unsigned long long)witnesses[which].address);
	witnesses[which].open = !witnesses[which].open;
	refuses(why);
	assert_int_equal(heard_count, which + 1);
}
static hv_u32 first = 0, second = 1, third = 2, last = 3;

static void a_witness_that_cannot_be_heard(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	witnesses[1].address = 0x203c0002; /* alignment: the read stays in the CPU */
	refuses("a probe did not reach the bus: 0x203c0002");
}

static void an_error_from_before_is_no_answer(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	fake_sysreg_set("isr_el1", 0x100);
	refuses("a probe did not reach the bus: 0x80000000");
	assert_int_equal(heard_count, 0);
}

/* A write of long ago fails just now: not the answer to the witness that is read. */
static void an_error_of_another_is_no_answer(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &rpmsg);
	strays = 1;
	refuses("an address that must be closed to this CPU answers: 0x80000000");
	assert_int_equal(heard_count, 2);
}

/* A bus that refuses by SErrors refuses each time. */
static void an_error_each_time_is_an_answer(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	strays = 6; /* three closed witnesses, twice each */
	FAKE_RUN(hv_main());
	assert_non_null(strstr(fake.out, "as configured, 4 witnesses heard\r\n"));
	assert_int_equal(heard_count, 7);
}

static void an_open_address_that_errs_each_time_is_closed(void **state)
{
	char why[96];

	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	assert_true(witnesses[3].open);
	snprintf(why, sizeof(why), "an address that must be open to this CPU is closed: 0x%llx",
		 (unsigned long long)witnesses[3].address);
	strays = 8;
	refuses(why);
}

static void a_manager_that_does_not_answer(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	manager.fault = FAKE_SM_DEAD;
	refuses("the system manager does not answer: no answer");
	assert_in_range(fake.counter, 5000, 5200);
}

static void a_manager_that_falls_silent(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	manager.fault = FAKE_SM_SILENT;
	manager.fault_after = 2;
	refuses("the system manager does not answer: no answer");
}

static void an_answer_that_is_damaged(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	manager.fault = FAKE_SM_LONG;
	manager.fault_after = 3;
	refuses("the system manager does not answer: bad length");
}

static void an_answer_without_its_results(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	manager.fault = FAKE_SM_CUT;
	refuses("the system manager does not answer: an answer that cannot be read");
}

static void a_manager_that_does_not_tell_of_the_core(void **state)
{
	static const struct fake_sm_config mute = {"mx95evk", 0, {0, 1, 0}, false};

	(void)state;
	board_on(&mute, &stock);
	refuses("the system manager does not tell of the microcontroller's life: m7, 1");
}

/* A slow manager is waited for: as long as the configuration says, and no longer. */
static void a_slow_manager(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	manager.delay = 4000;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_in_range(fake.counter, 16000, 17000); /* four requests */
}

static void without_a_core_the_rest_is_attested(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	assumed.mcu = NULL;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(heard_count, 4);
	assert_int_equal(manager.notify[1], 0);
	assert_int_equal(manager.requests, 2);
}

/* ---- after the launch ---- */

/* The unit's interrupt, the timer and kicks, until the service CPU has nothing left to do. A step
 * that waited for the manager would look at the counter thousands of times. */
static hv_u32 work(void)
{
	hv_u32 steps = 0;

	for (;;) {
		hv_u64 before;

		if (fake_sm_irq(&manager)) {
			fake_irq(CPU_SERVICE, MU_IRQ);
		} else if (SERVICE->sgis == 0) {
			if (!SERVICE->timer_on)
				return steps;
			if (fake.counter < SERVICE->deadline)
				fake.counter = SERVICE->deadline;
			fake_irq(CPU_SERVICE, 26);
		}
		assert_true(++steps < 2000);
		before = fake.counter;
		fake_access_clear();
		loop(CPU_SERVICE);
		assert_in_range(fake.counter - before, 0, 60);
		assert_in_range(fake_access_count(), 0, 130);
	}
}

static void launched(const struct fake_sm_config *flashed)
{
	board_on(flashed, &stock);
	if (core.mode == HV_MCU_MANAGE)
		manager.state[1] = 0;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	(void)work();
}

/* An attached core, and the boot's own messages are out. */
static void attached(void)
{
	launched(&fake_sm_mx95evk);
	(void)fake_sent();
	fake_log_clear();
}

/* A core of the hypervisor's own, which runs. */
static void managed(enum hv_mcu_policy policy)
{
	core.mode = HV_MCU_MANAGE;
	core.policy = policy;
	core.max_restarts = 2;
	core.vector = 0x80000000;
	launched(&granted);
	assert_int_equal(manager.state[1], 1);
	(void)fake_sent();
}

static void event(hv_u32 cause, hv_u32 flags)
{
	fake_sm_event(&manager, cause, 1, flags);
	(void)work();
}

static void told(hv_u32 verdict, hv_u64 esr)
{
	const struct hv_journal_record r = newest(CPU_SERVICE);

	assert_int_equal(r.kind, 16);
	assert_int_equal(r.partition, 0);
	assert_int_equal(r.cpu, CPU_SERVICE);
	assert_int_equal(r.verdict, verdict);
	assert_int_equal(r.esr, esr);
	assert_int_equal((hv_u32)r.detail, 1);
}

static void the_unit_interrupts_the_service_cpu(void **state)
{
	(void)state;
	launched(&fake_sm_mx95evk);
	assert_int_equal(fake.route[MU_IRQ], CPU_SERVICE);
	assert_int_equal(fake.gicd.word[0x104 / 4] >> (MU_IRQ - 32) & 1, 1);
	assert_int_equal(fake.gicd.word[0xc00 / 4 + MU_IRQ / 16] >> (2 * (MU_IRQ % 16)) & 3, 0); /* level */
	assert_int_equal(manager.gier, 3);
	/* Nothing to do: no timer runs, and nothing is asked. */
	assert_false(SERVICE->timer_on);
	assert_int_equal(manager.requests, 4);
	fake_irq(CPU_SERVICE, 62); /* another's interrupt is none of it */
	loop(CPU_SERVICE);
	assert_int_equal(newest(CPU_SERVICE).kind, 8);
	assert_int_equal(newest(CPU_SERVICE).detail, 62);
}

static void an_end_of_the_core_is_recorded(void **state)
{
	hv_u32 before;

	(void)state;
	attached();
	before = records(CPU_SERVICE);
	manager.boot_word = 0x80000002;
	manager.shutdown_word = 0x80800501;
	event(2, 2);
	assert_int_equal(records(CPU_SERVICE), before + 1);
	told(0, 0x302);
	assert_true(newest(CPU_SERVICE).detail == UINT64_C(0x200000001));
	assert_int_equal(newest(CPU_SERVICE).far, 0x80000002);
	assert_int_equal(newest(CPU_SERVICE).ipa, 0x80800501);
	assert_non_null(strstr(fake.out, "kind=mcu verdict=none esr=0x302 far=0x80000002 ipa=0x80800501"));
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, MU_IRQ), 3); /* event, reason, state */
	event(0, 1);
	told(0, 0x301);
	event(0, 4); /* sleep has no reason */
	told(0, 0x004);
	assert_int_equal(newest(CPU_SERVICE).far, 0);
	assert_int_equal(records(CPU_SERVICE), before + 3);
	assert_int_equal(manager.state[1], 2);
}

static void of_other_machines_nothing_is_said(void **state)
{
	hv_u32 before;

	(void)state;
	attached();
	before = records(CPU_SERVICE);
	manager.notify[2] = 0xf;
	fake_sm_event(&manager, 1, 2, 2);
	(void)work();
	assert_int_equal(records(CPU_SERVICE), before);
}

static void dies_before_the_launch(struct hv_cpu *cpu)
{
	if (cpu->index == 2)
		fake_sm_event(&manager, 0, 1, 2);
	hv_cpu_prepare(cpu);
}

static void what_happened_before_the_launch_is_not_lost(void **state)
{
	(void)state;
	board_on(&fake_sm_mx95evk, &stock);
	fake.secondary = dies_before_the_launch;
	FAKE_RUN(hv_main());
	(void)work();
	told(0, 0x302);
}

static void a_silent_manager_costs_the_reason_alone(void **state)
{
	hv_u64 before;

	(void)state;
	attached();
	manager.fault = FAKE_SM_SILENT;
	manager.fault_after = 1; /* the notification */
	before = fake.counter;
	event(0, 2);
	told(0, 0x102);
	assert_in_range(fake.counter - before, 5000, 8000);
	/* It has the buffer still: nothing is asked, everything is recorded, at once. */
	before = fake.counter;
	event(0, 1);
	told(0, 0x101);
	assert_in_range(fake.counter - before, 0, 3000);
}

static void a_late_reason_is_nobodys(void **state)
{
	hv_u32 before;

	(void)state;
	attached();
	before = records(CPU_SERVICE);
	manager.delay = 1000000;
	manager.shutdown_word = 0x80800501;
	event(0, 2);
	told(0, 0x102);
	manager.delay = 0;
	manager.shutdown_word = 0x80800777;
	fake_sm_answer(&manager);
	(void)work();
	assert_int_equal(records(CPU_SERVICE), before + 1);
	event(0, 2);
	told(0, 0x302);
	assert_int_equal(newest(CPU_SERVICE).ipa, 0x80800777);
}

static void damaged_messages_are_dropped(void **state)
{
	hv_u32 before;

	(void)state;
	attached();
	before = records(CPU_SERVICE);
	for (hv_u32 fault = FAKE_SM_LONG; fault <= FAKE_SM_GARBAGE; fault++) {
		if (fault == FAKE_SM_TOKEN)
			continue;
		manager.fault = (enum fake_sm_fault)fault;
		event(0, 2);
		assert_int_equal(records(CPU_SERVICE), before);
		event(0, 1);
		told(0, 0x301);
		before++;
		assert_int_equal(records(CPU_SERVICE), before);
	}
	manager.fault = FAKE_SM_LONG; /* the reason this time */
	manager.fault_after = 1;
	event(0, 2);
	told(0, 0x102);
}

/* A core that dies and boots without end: a bounded rate, and nobody else's work is late. */
static void a_storm_of_events(void **state)
{
	hv_u64 before;
	hv_u32 count, steps;

	(void)state;
	attached();
	count = records(CPU_SERVICE);
	before = fake.counter;
	for (int i = 0; i < 3; i++) {
		fake_sm_event(&manager, 0, 1, 2);
		fake_sm_event(&manager, 0, 1, 1);
	}
	steps = work();
	assert_int_equal(records(CPU_SERVICE), count + 6);
	assert_true(newest(CPU_SERVICE).timestamp - before >= 5000); /* 1000 in a second */
	assert_true(steps <= 6 * 32); /* and the lines that tell of them */
	told(0, 0x301);
	/* The same with guests that print. */
	count = records(CPU_SERVICE);
	loop(0);
	loop(2);
	for (int i = 0; i < 7; i++)
		fake_sm_event(&manager, 0, 1, 2);
	(void)work();
	assert_non_null(strstr(fake.out, "partition two is running"));
	assert_int_equal(records(CPU_SERVICE), count + 7);
}

/* More than the manager's queue holds: it drops what comes last, and that is what counts. */
static void the_last_event_is_lost(void **state)
{
	hv_u32 before;

	(void)state;
	attached();
	before = records(CPU_SERVICE);
	for (int i = 0; i < 10; i++) {
		fake_sm_event(&manager, 0, 1, 2);
		fake_sm_event(&manager, 0, 1, 1);
	}
	fake_sm_event(&manager, 0, 1, 2); /* and it stays off */
	(void)work();
	assert_int_equal(records(CPU_SERVICE), before + 7); /* shutdown, boot, ..., shutdown */
	told(0, 0x302);
	/* The other way round: seven find room, the last of them a shutdown; but it runs. */
	event(0, 1);
	before = records(CPU_SERVICE);
	for (int i = 0; i < 10; i++) {
		fake_sm_event(&manager, 0, 1, 2);
		fake_sm_event(&manager, 0, 1, 1);
	}
	(void)work();
	assert_int_equal(records(CPU_SERVICE), before + 8);
	told(0, 0xb01); /* unasked, with reason, found by asking */
	assert_non_null(strstr(fake.out, "kind=mcu verdict=none esr=0xb01"));
}

static void a_lost_end_is_carried_out_all_the_same(void **state)
{
	(void)state;
	managed(HV_MCU_RESTART);
	/* It is told to sleep; its end behind that finds no room. */
	for (int i = 0; i < 7; i++)
		fake_sm_event(&manager, 0, 1, 8);
	fake_sm_event(&manager, 0, 1, 2);
	assert_int_equal(manager.state[1], 0);
	(void)work();
	assert_non_null(strstr(fake.out, "kind=mcu verdict=restart esr=0xb02"));
	assert_int_equal(manager.state[1], 1);
}

/* An event that came while its state was asked for is no lost one. */
static void an_event_beside_the_question(void **state)
{
	hv_u32 before;

	(void)state;
	attached();
	before = records(CPU_SERVICE);
	fake_sm_event(&manager, 0, 1, 4);
	for (int i = 0; i < 50 && !manager.busy; i++) {
		manager.delay = 1000000;
		fake.counter += 500;
		fake_irq(CPU_SERVICE, fake_sm_irq(&manager) ? MU_IRQ : 26);
		loop(CPU_SERVICE);
	}
	assert_true(manager.busy); /* with its state */
	manager.delay = 0;
	fake_sm_event(&manager, 0, 1, 8);
	manager.gsr = 0; /* its bell comes late */
	fake_sm_answer(&manager);
	(void)work();
	assert_int_equal(records(CPU_SERVICE), before + 2);
	told(0, 0x008);
}

static void a_bell_without_a_message(void **state)
{
	hv_u32 before;

	(void)state;
	attached();
	before = records(CPU_SERVICE);
	for (int i = 0; i < 100; i++) {
		manager.gsr = 3;
		(void)work();
	}
	assert_int_equal(records(CPU_SERVICE), before);
	event(0, 2);
	told(0, 0x302);
}

/* ---- a core of the hypervisor's own ---- */

static void it_is_started_at_boot(void **state)
{
	(void)state;
	managed(HV_MCU_LOG);
	assert_true(manager.vector == 0x80000000);
	told(0, 0x201); /* asked for */
	assert_null(strstr(fake.out, "could not"));
}

static void it_may_run_already(void **state)
{
	(void)state;
	core.mode = HV_MCU_MANAGE;
	board_on(&granted, &stock);
	FAKE_RUN(hv_main());
	(void)work();
	assert_int_equal(manager.requests, 4);
	assert_int_equal(newest(CPU_SERVICE).kind, 1); /* nothing since the CPU came up */
	assert_null(strstr(fake.out, "could not"));
}

static void guests_run_without_a_core_that_is_denied(void **state)
{
	(void)state;
	core.mode = HV_MCU_MANAGE;
	launched(&fake_sm_mx95evk); /* notifications alone */
	assert_non_null(strstr(fake.out, "m7 could not be started: SCMI status -3\r\n"));
	told(6, 0x401);
	assert_int_equal(newest(CPU_SERVICE).far, 0xfffffffd);
	assert_int_equal(manager.state[1], 0);
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	loop(2);
	assert_int_equal(fake.end, FAKE_ENTERED);
}

static void guests_run_while_the_manager_is_silent(void **state)
{
	(void)state;
	core.mode = HV_MCU_MANAGE;
	board_on(&granted, &stock);
	manager.state[1] = 0;
	manager.fault = FAKE_SM_SILENT;
	manager.fault_after = 4;
	FAKE_RUN(hv_main());
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED); /* the start is not even asked for yet */
	(void)work();
	assert_non_null(strstr(fake.out, "m7 could not be started: SCMI status -7\r\n"));
	told(6, 0x401);
}

static void policy_log_only_records(void **state)
{
	(void)state;
	managed(HV_MCU_LOG);
	event(0, 2);
	told(0, 0x302);
	assert_int_equal(manager.state[1], 0);
}

static void policy_restart_starts_it_again(void **state)
{
	hv_u32 before;

	(void)state;
	managed(HV_MCU_RESTART);
	manager.vector = 0;
	before = records(CPU_SERVICE);
	event(0, 2);
	assert_int_equal(manager.state[1], 1);
	assert_true(manager.vector == 0x80000000);
	assert_int_equal(records(CPU_SERVICE), before + 2);
	told(0, 0x201); /* its boot, asked for */
	assert_non_null(strstr(fake.out, "kind=mcu verdict=restart esr=0x302"));
}

/* Twice; then it is ended for good, and whoever boots it behind our back ends it again. */
static void restarts_are_bounded(void **state)
{
	(void)state;
	managed(HV_MCU_RESTART);
	for (int i = 0; i < 2; i++) {
		event(0, 2);
		assert_int_equal(manager.state[1], 1);
	}
	event(0, 2);
	assert_int_equal(manager.state[1], 0);
	assert_non_null(strstr(fake.out, "kind=mcu verdict=halt esr=0x302"));
	event(2, 1);
	assert_int_equal(manager.state[1], 0);
	told(0, 0x202); /* its end, asked for */
}

static void a_restart_that_fails_is_told(void **state)
{
	static const struct fake_sm_config later = {"mx95evk", 0, {0, 3, 0}, false};

	(void)state;
	managed(HV_MCU_RESTART);
	manager.config = &later; /* rights that went away */
	event(0, 2);
	assert_non_null(strstr(fake.out, "m7 could not be started: SCMI status -3\r\n"));
	told(6, 0x401);
	assert_int_equal(manager.state[1], 0);
}

static void what_is_off_is_not_ended_again(void **state)
{
	hv_u32 before;

	(void)state;
	managed(HV_MCU_HALT);
	before = manager.requests;
	event(0, 2);
	told(4, 0x302);
	assert_int_equal(manager.requests, before + 2); /* the reason, the state */
	event(0, 1);
	assert_int_equal(manager.state[1], 0);
}

static void policy_halt_ends_what_came_up_unasked(void **state)
{
	(void)state;
	managed(HV_MCU_HALT);
	event(2, 1);
	assert_int_equal(manager.state[1], 0);
	assert_non_null(strstr(fake.out, "kind=mcu verdict=halt esr=0x301"));
	told(0, 0x202);
}

static void an_end_that_fails_is_told(void **state)
{
	(void)state;
	managed(HV_MCU_HALT);
	manager.fault = FAKE_SM_SILENT;
	manager.fault_after = 2; /* notification, reason */
	event(2, 1);
	assert_non_null(strstr(fake.out, "m7 could not be ended: SCMI status -7\r\n"));
	told(6, 0x402);
}

/* Nothing waits, so a policy may be slow: meanwhile the service CPU does its other work. */
static void a_slow_manager_delays_nobody(void **state)
{
	(void)state;
	managed(HV_MCU_RESTART);
	manager.delay = 1000000;
	fake_sm_event(&manager, 0, 1, 2);
	fake_irq(CPU_SERVICE, MU_IRQ);
	loop(CPU_SERVICE);
	assert_true(manager.busy);
	loop(0);
	loop(2);
	fake_irq(CPU_SERVICE, 33); /* a key, and output of guests */
	loop(CPU_SERVICE);
	assert_true(manager.busy);
	manager.delay = 0;
	fake_sm_answer(&manager);
	(void)work();
	assert_int_equal(manager.state[1], 1);
	assert_non_null(strstr(fake.out, "partition two is running"));
}

/* ---- a channel for two ---- */

static void somebody_elses_request_comes_first(void **state)
{
	struct hv_scmi_msg request, reply;
	enum hv_smt_state end;
	hv_u32 before;

	(void)state;
	attached();
	before = records(CPU_SERVICE);
	manager.delay = 1000000;
	hv_scmi_ask(HV_SCMI_BASE, HV_SCMI_PROTOCOL_VERSION, &request);
	assert_true(hv_hal_scmi_send(hv_mcu_channel(), &request));
	fake_sm_event(&manager, 0, 1, 2);
	fake_irq(CPU_SERVICE, MU_IRQ);
	loop(CPU_SERVICE);
	assert_int_equal(records(CPU_SERVICE), before); /* its reason cannot be asked for yet */
	assert_true(hv_cpus[CPU_SERVICE].alarm[HV_ALARM_MCU] == hv_mcu_channel()->deadline);
	manager.delay = 0;
	fake_sm_answer(&manager);
	assert_true(hv_hal_scmi_poll(hv_mcu_channel(), &reply, &end));
	assert_int_equal(end, HV_SMT_DONE);
	assert_int_equal(reply.word[1], 0x20001);
	hv_kick_cpu(CPU_SERVICE, HV_REQUEST_MCU);
	(void)work();
	told(0, 0x302);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_assumed_firmware_is_attested),
		TEST(another_configuration_is_named),
		TEST(the_alternative_without_isolation_is_named),
		TEST(another_selector_is_named),
		TEST(a_name_alone_is_not_believed),
		cmocka_unit_test_prestate(each_witness_is_heard, &first),
		cmocka_unit_test_prestate(each_witness_is_heard, &second),
		cmocka_unit_test_prestate(each_witness_is_heard, &third),
		cmocka_unit_test_prestate(each_witness_is_heard, &last),
		TEST(a_witness_that_cannot_be_heard),
		TEST(an_error_of_another_is_no_answer),
		TEST(an_error_each_time_is_an_answer),
		TEST(an_open_address_that_errs_each_time_is_closed),
		TEST(an_error_from_before_is_no_answer),
		TEST(a_manager_that_does_not_answer),
		TEST(a_manager_that_falls_silent),
		TEST(an_answer_that_is_damaged),
		TEST(an_answer_without_its_results),
		TEST(a_manager_that_does_not_tell_of_the_core),
		TEST(a_slow_manager),
		TEST(without_a_core_the_rest_is_attested),
		TEST(the_unit_interrupts_the_service_cpu),
		TEST(an_end_of_the_core_is_recorded),
		TEST(of_other_machines_nothing_is_said),
		TEST(what_happened_before_the_launch_is_not_lost),
		TEST(a_silent_manager_costs_the_reason_alone),
		TEST(a_late_reason_is_nobodys),
		TEST(damaged_messages_are_dropped),
		TEST(a_storm_of_events),
		TEST(the_last_event_is_lost),
		TEST(a_lost_end_is_carried_out_all_the_same),
		TEST(an_event_beside_the_question),
		TEST(a_bell_without_a_message),
		TEST(it_is_started_at_boot),
		TEST(it_may_run_already),
		TEST(guests_run_without_a_core_that_is_denied),
		TEST(guests_run_while_the_manager_is_silent),
		TEST(policy_log_only_records),
		TEST(policy_restart_starts_it_again),
		TEST(restarts_are_bounded),
		TEST(a_restart_that_fails_is_told),
		TEST(what_is_off_is_not_ended_again),
		TEST(policy_halt_ends_what_came_up_unasked),
		TEST(an_end_that_fails_is_told),
		TEST(a_slow_manager_delays_nobody),
		TEST(somebody_elses_request_comes_first),
	};

	return RUN_ISOLATED(tests);
}
