/* SPDX-License-Identifier: Apache-2.0 */
/* The service CPU: console, news of journal and partitions, and the end of the machine. */
#include "hv_fixture.h"

#define SYSTEM_OFF 0x84000008

static void write_byte(hv_u32 cpu)
{
	assert_int_equal(hvc(cpu, 0xc6000004, 1, '.', 0), 1);
}

/* Turn everything that a flooding guest can into output. */
static void flood(hv_u32 cpu)
{
	hv_u64 x[31];

	do {
		for (int i = 0; i < 8; i++)
			x[i] = UINT64_C(0x2e2e2e2e2e2e2e2e);
		x[0] = 0xc6000004;
		x[1] = 24;
		call(cpu, ESR_HVC, x);
	} while (x[0] == 24);
}

static void timer_step(void)
{
	loop(3); /* if it was kicked */
	if (fake.counter < fake.cpu[3].deadline)
		fake.counter = fake.cpu[3].deadline;
	fake_irq(3, 26);
	loop(3);
	assert_int_equal(fake.end, FAKE_ASLEEP);
}

static void one_request_until_drained(void **state)
{
	(void)state;
	boot_guests();
	for (int i = 0; i < 100; i++)
		write_byte(i % 2 == 0 ? 0 : 2);
	assert_int_equal(fake_count_a(FAKE_SGI, 3), 1);
	serve();
	fake_log_clear();
	write_byte(0);
	assert_int_equal(fake_count_a(FAKE_SGI, 3), 1);
}

static void a_step_is_bounded_and_comes_again(void **state)
{
	hv_u32 sent;

	(void)state;
	boot_guests();
	flood(2);
	loop(3);
	sent = fake.out_len;
	assert_in_range(sent, 1, 16);
	assert_true(fake.cpu[3].timer_on);
	/* A quarter of a millisecond later, and not earlier: between them is a slot for news. */
	assert_in_range(fake.cpu[3].deadline - fake.counter, FAKE_HZ / 4000 - 20, FAKE_HZ / 4000);
	timer_step();
	assert_in_range(fake.out_len - sent, 1, 16);
}

/* As much as ever: 64 bytes in a millisecond. */
static void steps_add_up_to_the_rate(void **state)
{
	hv_u64 begin;

	(void)state;
	boot_guests();
	begin = fake.counter;
	for (int i = 0; i < 16 * 4; i++) {
		flood(2);
		timer_step();
	}
	assert_true(fake.counter - begin >= FAKE_HZ / 1000 * 9);
	assert_true(fake.out_len >= 64 * 9);
	assert_true(fake.out_len <= 64 * ((fake.counter - begin) / (FAKE_HZ / 1000) + 1));
}

/* Nothing is waited for: a UART that takes nothing gets one look in a step. */
static void a_uart_that_takes_nothing_costs_nothing(void **state)
{
	(void)state;
	boot_guests();
	flood(2);
	fake.uart_room = 0;
	loop(3);
	for (int i = 0; i < 100; i++)
		timer_step();
	assert_int_equal(fake.out_len, 0);
	assert_true(fake.cpu[3].timer_on);
	fake.uart_room = ~0u;
	serve();
	assert_true(fake.out_len >= 1024);
}

static void a_flood_does_not_silence_the_other(void **state)
{
	hv_u64 end;

	(void)state;
	boot_guests();
	flood(2);
	loop(3);
	assert_int_equal(hvc(0, 0xc6000004, 3, 0x0a6968, 0), 3);
	end = fake.counter + 20 * (FAKE_HZ / 1000);
	while (fake.counter < end && strstr(fake.out, "hi\r\n") == NULL) {
		flood(2);
		timer_step();
	}
	assert_non_null(strstr(fake.out, "[one] \x1b[0mhi\r\n"));
}

static void timer_is_off_when_nothing_is_left(void **state)
{
	(void)state;
	boot_guests();
	write_byte(0);
	serve();
	assert_false(fake.cpu[3].timer_on);
	assert_int_equal(hv_ring_used(&ONE->tx), 0);
}

static void a_full_uart_loses_nothing(void **state)
{
	(void)state;
	boot_guests();
	assert_int_equal(hvc(2, 0xc6000004, 3, 0x0a6968, 0), 3);
	fake.uart_room = 4;
	loop(3);
	assert_true(fake.cpu[3].timer_on);
	assert_int_equal(fake.out_len, 4);
	fake.uart_room = ~0u;
	serve();
	assert_non_null(strstr(fake.out, "[two] \x1b[0mhi\r\n"));
}

static void a_drained_uart_is_woken(void **state)
{
	(void)state;
	boot_guests();
	store32(0, GICD_IPA, 3);
	store32(0, GICD_IPA + 0x104, 1u << 1);
	store32(0, UART_IPA + 0x38, 0x20); /* IMSC: transmit */
	for (int i = 0; i < 1024; i++)
		store32(0, UART_IPA, '.');
	assert_int_equal(load32(0, UART_IPA + 0x18) & 0x20, 0x20); /* FR.TXFF */
	assert_int_equal(lr_of(0, 33) >> 62 & 1, 0);
	fake_log_clear();
	serve();
	assert_int_equal(fake_count_a(FAKE_SGI, 0), 1); /* once, not per step */
	take_irqs(0);
	assert_int_equal(lr_of(0, 33) >> 62, 1);
}

static void news_are_lines(void **state)
{
	(void)state;
	boot();
	loop(0);
	loop(2);
	serve();
	assert_non_null(strstr(fake.out, "journal seq=1 cpu=0 partition=1 kind=boot verdict=none "
					 "esr=0x0 far=0x0 ipa=0x0 detail=0x0 pc=0x0 t=0x"));
	assert_non_null(strstr(fake.out, "journal seq=2 cpu=0 partition=1 kind=start verdict=none "
					 "esr=0x0 far=0x0 ipa=0x50000000 detail=0x0 pc=0x0 t=0x"));
	assert_non_null(strstr(fake.out, "journal seq=1 cpu=3 partition=0 kind=boot"));
	assert_non_null(strstr(fake.out, "[haven] \x1b[0mpartition one is running\r\n"));
	assert_non_null(strstr(fake.out, "partition two is running\r\n"));
	assert_null(strstr(fake.out, "?"));
}

static hv_u32 occurrences(const char *text)
{
	hv_u32 count = 0;

	for (const char *at = fake.out; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

/* Restarted so fast that nobody saw it stop: the line says that it runs, once for each life. */
static void a_restart_between_two_looks_is_told(void **state)
{
	(void)state;
	boot_guests();
	serve();
	assert_int_equal(occurrences("partition one is running"), 1);
	(void)hvc(0, 0x84000009, 0, 0, 0); /* SYSTEM_RESET */
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	fake.out[fake.out_len = 0] = '\0';
	serve();
	assert_int_equal(occurrences("partition one is running"), 1);
	assert_int_equal(occurrences("partition two is running"), 0);
	serve();
	assert_int_equal(occurrences("partition one is running"), 1);
}

/* Whoever posts right after the end of a round waits for the time of the next one. */
static void rounds_keep_their_distance(void **state)
{
	hv_u64 first;

	(void)state;
	boot_guests();
	fake.counter_step = 0;
	fake.counter += FAKE_HZ / 1000;
	first = fake.counter;
	write_byte(0);
	serve();
	assert_int_equal(fake.counter, first + FAKE_HZ / 1000 * 7 / 8); /* nothing is left, and the timer is off */
	(void)fake_sent();
	assert_int_equal(hvc(0, 0xc6000004, 1, 'q', 0), 1);
	loop(3);
	assert_null(strchr(fake_sent(), 'q'));
	assert_int_equal(fake.cpu[3].deadline, first + FAKE_HZ / 1000);
	timer_step();
	assert_non_null(strchr(fake_sent(), 'q'));
}

/* Each step is short, however many CPUs have something to tell. */
static void a_look_finds_one_thing(void **state)
{
	static struct hv_ring out;

	(void)state;
	boot_guests();
	assert_false(hv_news_waiting());
	for (hv_u32 cpu = 0; cpu < 3; cpu++) {
		fake_on(cpu);
		hv_audit(HV_J_BOOT, HV_JV_NONE, NULL, 0, cpu);
	}
	fake_on(3);
	for (hv_u32 cpu = 0; cpu < 3; cpu++) {
		assert_true(hv_news_waiting());
		assert_false(hv_news_writing());
		hv_news_look();
		for (hv_u32 before = 0; hv_news_writing(); before = hv_ring_used(&out)) {
			hv_news_look(); /* does nothing */
			hv_news_write(&out);
			assert_in_range(hv_ring_used(&out) - before, 1, 22);
		}
		hv_ring_skip(&out, hv_ring_used(&out));
	}
	assert_false(hv_news_waiting());
}

static void news_tell_the_state_that_follows_a_fault(void **state)
{
	(void)state;
	boot_guests();
	(void)load32(2, RAM_ONE + 0x10);
	loop(2);
	serve();
	assert_non_null(strstr(fake.out, "kind=s2-fault verdict=restart esr=0x93850007"));
	assert_non_null(strstr(fake.out, "ipa=0x50000010"));
	assert_non_null(strstr(fake.out, "kind=stop"));
}

static void overwritten_records_are_counted(void **state)
{
	(void)state;
	boot_guests();
	fake_on(0);
	for (int i = 0; i < 70; i++)
		hv_audit(HV_J_SMC, HV_JV_DENY, NULL, 0, (hv_u64)i);
	hv_console_post();
	serve();
	assert_non_null(strstr(fake.out, "journal: 6 records were overwritten before they could be shown"));
	assert_null(strstr(fake.out, "detail=0x5 "));
	assert_non_null(strstr(fake.out, "detail=0x6 "));
	assert_non_null(strstr(fake.out, "detail=0x45 "));
}

static void unknown_kinds_do_not_break_the_line(void **state)
{
	(void)state;
	boot_guests();
	fake_on(0);
	hv_audit((enum hv_journal_kind)200, (enum hv_journal_verdict)99, NULL, 0, 0);
	hv_console_post();
	serve();
	assert_non_null(strstr(fake.out, "kind=? verdict=? esr="));
}

static void keys_reach_the_target_and_switch(void **state)
{
	hv_u8 byte = 0;

	(void)state;
	boot_guests();
	fake.in = "a\x14" "b";
	fake_irq(3, 33);
	loop(3);
	assert_true(hv_ring_get(&ONE->rx, &byte));
	assert_int_equal(byte, 'a');
	assert_true(hv_ring_get(&TWO->rx, &byte));
	assert_int_equal(byte, 'b');
	assert_false(hv_ring_get(&ONE->rx, &byte));
	serve();
	assert_non_null(strstr(fake.out, "--- keys: two ---"));
}

/* The UART keeps its interrupt while it has more. */
static void keys_are_taken_a_few_at_a_time(void **state)
{
	(void)state;
	boot_guests();
	fake.in = "0123456789";
	fake_irq(3, 33);
	loop(3);
	assert_int_equal(hv_ring_used(&ONE->rx), 8);
	fake_irq(3, 33);
	loop(3);
	assert_int_equal(hv_ring_used(&ONE->rx), 10);
}

static void quit_is_told_once(void **state)
{
	(void)state;
	boot_guests();
	fake.in = "\x1d\x1d\x1d";
	fake_irq(3, 33);
	loop(3);
	serve();
	assert_ptr_equal(strstr(strstr(fake.out, "quit by key") + 1, "quit by key"), NULL);
}

static void quit_key_turns_the_machine_off(void **state)
{
	(void)state;
	boot_guests();
	fake.in = "\x1d";
	fake_irq(3, 33);
	loop(3);
	serve();
	assert_non_null(strstr(fake.out, "quit by key\r\n"));
	assert_int_equal(fake_count_a(FAKE_SMC, SYSTEM_OFF), 1);
}

static void quit_key_works_in_a_flood(void **state)
{
	hv_u64 end;

	(void)state;
	boot_guests();
	fake.in = "\x1d";
	fake_irq(3, 33);
	loop(3);
	end = fake.counter + 250 * (FAKE_HZ / 1000);
	while (fake.counter < end && fake_count(FAKE_SMC) == 0) {
		flood(2);
		timer_step();
	}
	assert_int_equal(fake_count_a(FAKE_SMC, SYSTEM_OFF), 1);
}

static void all_partitions_off_turns_the_machine_off(void **state)
{
	(void)state;
	boot_guests();
	(void)hvc(0, SYSTEM_OFF, 0, 0, 0);
	loop(0);
	serve();
	assert_int_equal(fake_count(FAKE_SMC), 0);
	(void)hvc(2, SYSTEM_OFF, 0, 0, 0);
	loop(2);
	serve();
	assert_int_equal(fake_count_a(FAKE_SMC, SYSTEM_OFF), 1);
	assert_non_null(strstr(fake.out, "partition one is off\r\n"));
	assert_non_null(strstr(fake.out, "partition two is off\r\n"));
}

static void a_suspended_partition_keeps_the_machine_on(void **state)
{
	(void)state;
	boot_guests();
	own_config(TWO)->fault_policy = HV_FAULT_SUSPEND;
	(void)load32(2, RAM_ONE);
	loop(2);
	(void)hvc(0, SYSTEM_OFF, 0, 0, 0);
	loop(0);
	serve();
	assert_int_equal(fake_count(FAKE_SMC), 0);
	assert_non_null(strstr(fake.out, "partition two is suspended\r\n"));
}

static void own_text_that_finds_no_room_is_dropped(void **state)
{
	(void)state;
	boot_guests();
	for (int i = 0; i < 2000; i++)
		hv_news_say('.');
	hv_console_post();
	serve();
	assert_in_range(fake.out_len, 1024, 1200);
	assert_non_null(strstr(fake.out, "976 bytes of these messages found no room\r\n"));
}

/* What is printed while a line is under way comes behind it, whole. */
static void lines_are_not_split(void **state)
{
	const char *journal, *said;

	(void)state;
	boot_guests();
	fake_on(0);
	hv_audit(HV_J_SMC, HV_JV_DENY, NULL, 0, 0x1234);
	loop(3); /* begins the line */
	timer_step();
	fake_on(3);
	hv_print("said in between\n");
	serve();
	journal = strstr(fake.out, "[haven] \x1b[0mjournal seq=");
	said = strstr(fake.out, "[haven] \x1b[0msaid in between\r\n");
	assert_non_null(journal);
	assert_non_null(said);
	assert_true(journal < said);
	assert_true(strstr(journal, "detail=0x1234 pc=0x0 t=0x") < said);
	assert_true(strchr(strstr(journal, " t=0x"), '\n') < said);
}

/* A guest that misbehaves all the time hides neither another one's records nor its states. */
static void a_flood_of_records_hides_nobody(void **state)
{
	hv_u64 end;

	(void)state;
	boot_guests();
	fake_on(2);
	hv_audit(HV_J_SMC, HV_JV_DENY, NULL, 0, 0x1234);
	(void)hvc(2, SYSTEM_OFF, 0, 0, 0);
	loop(2);
	end = fake.counter + 100 * (FAKE_HZ / 1000);
	while (fake.counter < end) {
		fake_on(0);
		for (int i = 0; i < 100; i++)
			hv_audit(HV_J_SYSREG, HV_JV_IGNORE, NULL, 0, 0);
		timer_step();
	}
	assert_non_null(strstr(fake.out, "cpu=2 partition=2 kind=smc verdict=deny esr=0x0 far=0x0 ipa=0x0 detail=0x1234"));
	assert_non_null(strstr(fake.out, "partition two is off\r\n"));
	assert_non_null(strstr(fake.out, "records were overwritten before they could be shown\r\n"));
	assert_non_null(strstr(fake.out, "kind=sysreg verdict=ignore"));
}

static void numbers(void **state)
{
	(void)state;
	machine_on();
	hv_print("%u %u %x %x %s\n", UINT64_C(0), UINT64_MAX, UINT64_C(0), UINT64_MAX, "s");
	assert_string_equal(fake.out, "0 18446744073709551615 0x0 0xffffffffffffffff s\r\n");
}

static void a_dead_uart_does_not_hang_a_print(void **state)
{
	(void)state;
	machine_on();
	fake.uart_room = 0;
	hv_print("x");
	assert_int_equal(fake.out_len, 0);
}

static void panic_says_why_and_stops(void **state)
{
	(void)state;
	boot_guests();
	FAKE_RUN(hv_panic("no reason"));
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_string_equal(fake.out, "\r\nhaven: stopped: no reason\r\n");
}

static void exception_at_el2_is_reported(void **state)
{
	(void)state;
	boot_guests();
	FAKE_RUN(hv_exit_own(0x96000004, 0x40201000, 0xdead));
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "exception at EL2: esr=0x96000004 elr=0x40201000"));
	assert_non_null(strstr(fake.out, "far=0xdead"));
}

static void wrong_exception_level_is_reported(void **state)
{
	(void)state;
	machine_on();
	FAKE_RUN(hv_wrong_el(1));
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "entered at EL1; it needs EL2"));
}

/* A byte, a step that drains it, the next byte: the service CPU may run somebody's vCPU. */
static void a_fast_writer_does_not_set_the_rate_of_steps(void **state)
{
	(void)state;
	boot_guests();
	fake.counter_step = 0;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(hvc(2, 0xc6000004, 1, '.', 0), 1);
		loop(3);
	}
	assert_in_range(fake_count_a(FAKE_SGI, 3), 1, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_request_until_drained),
		cmocka_unit_test(a_step_is_bounded_and_comes_again),
		cmocka_unit_test(steps_add_up_to_the_rate),
		cmocka_unit_test(a_uart_that_takes_nothing_costs_nothing),
		cmocka_unit_test(a_flood_does_not_silence_the_other),
		cmocka_unit_test(timer_is_off_when_nothing_is_left),
		cmocka_unit_test(a_full_uart_loses_nothing),
		cmocka_unit_test(a_drained_uart_is_woken),
		cmocka_unit_test(news_are_lines),
		cmocka_unit_test(a_look_finds_one_thing),
		cmocka_unit_test(a_restart_between_two_looks_is_told),
		cmocka_unit_test(rounds_keep_their_distance),
		cmocka_unit_test(news_tell_the_state_that_follows_a_fault),
		cmocka_unit_test(overwritten_records_are_counted),
		cmocka_unit_test(unknown_kinds_do_not_break_the_line),
		cmocka_unit_test(keys_reach_the_target_and_switch),
		cmocka_unit_test(keys_are_taken_a_few_at_a_time),
		cmocka_unit_test(quit_is_told_once),
		cmocka_unit_test(quit_key_turns_the_machine_off),
		cmocka_unit_test(quit_key_works_in_a_flood),
		cmocka_unit_test(all_partitions_off_turns_the_machine_off),
		cmocka_unit_test(a_suspended_partition_keeps_the_machine_on),
		cmocka_unit_test(own_text_that_finds_no_room_is_dropped),
		cmocka_unit_test(lines_are_not_split),
		cmocka_unit_test(a_flood_of_records_hides_nobody),
		cmocka_unit_test(numbers),
		cmocka_unit_test(a_dead_uart_does_not_hang_a_print),
		cmocka_unit_test(panic_says_why_and_stops),
		cmocka_unit_test(exception_at_el2_is_reported),
		cmocka_unit_test(wrong_exception_level_is_reported),
		cmocka_unit_test(a_fast_writer_does_not_set_the_rate_of_steps),
	};

	return RUN_ISOLATED(tests);
}
