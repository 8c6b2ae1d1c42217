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
	fake.counter += FAKE_HZ / 1000; /* since the last step */
	flood(2);
	loop(3);
	sent = fake.out_len;
	assert_in_range(sent, 1, 64);
	assert_true(fake.cpu[3].timer_on);
	/* A millisecond later, and not earlier. */
	assert_in_range(fake.cpu[3].deadline - fake.counter, FAKE_HZ / 1000 - 10, FAKE_HZ / 1000);
	timer_step();
	assert_in_range(fake.out_len - sent, 1, 64);
}

static void a_flood_does_not_silence_the_other(void **state)
{
	(void)state;
	boot_guests();
	flood(2);
	loop(3);
	assert_int_equal(hvc(0, 0xc6000004, 3, 0x0a6968, 0), 3);
	for (int i = 0; i < 20 && strstr(fake.out, "hi\r\n") == NULL; i++) {
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
	fake.counter += FAKE_HZ / 1000; /* since the last step */
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

/* Whoever posts right after a step waits for the time of the next one. */
static void steps_keep_their_distance(void **state)
{
	hv_u64 first;

	(void)state;
	boot_guests();
	fake.counter_step = 0;
	fake.counter += FAKE_HZ / 1000;
	first = fake.counter;
	write_byte(0);
	loop(3);
	fake.counter = first + FAKE_HZ / 1000;
	timer_step(); /* nothing was left, and the timer is off */
	assert_false(fake.cpu[3].timer_on);
	(void)fake_sent();
	assert_int_equal(hvc(0, 0xc6000004, 1, 'q', 0), 1);
	loop(3);
	assert_null(strchr(fake_sent(), 'q'));
	assert_int_equal(fake.cpu[3].deadline, first + 2 * FAKE_HZ / 1000);
	fake.counter = fake.cpu[3].deadline;
	timer_step();
	assert_non_null(strchr(fake_sent(), 'q'));
}

/* Each step is short, however many CPUs have something to tell. */
static void a_step_tells_one_thing(void **state)
{
	(void)state;
	boot_guests();
	serve();
	assert_false(hv_news_step(1024));
	for (hv_u32 cpu = 0; cpu < 3; cpu++) {
		fake_on(cpu);
		hv_audit(HV_J_BOOT, HV_JV_NONE, NULL, 0, cpu);
	}
	fake_on(3);
	assert_true(hv_news_step(319)); /* no room */
	assert_true(hv_news_step(1024));
	assert_true(hv_news_step(1024));
	assert_false(hv_news_step(1024));
	serve();
	assert_non_null(strstr(fake_sent(), "cpu=2"));
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
	(void)state;
	boot_guests();
	fake.in = "\x1d";
	fake_irq(3, 33);
	loop(3);
	for (int i = 0; i < 1000 && fake_count(FAKE_SMC) == 0; i++) {
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
		hv_console_put_own('.');
	hv_console_post();
	serve();
	assert_in_range(fake.out_len, 1024, 1200);
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
		cmocka_unit_test(a_flood_does_not_silence_the_other),
		cmocka_unit_test(timer_is_off_when_nothing_is_left),
		cmocka_unit_test(a_full_uart_loses_nothing),
		cmocka_unit_test(a_drained_uart_is_woken),
		cmocka_unit_test(news_are_lines),
		cmocka_unit_test(a_step_tells_one_thing),
		cmocka_unit_test(steps_keep_their_distance),
		cmocka_unit_test(news_tell_the_state_that_follows_a_fault),
		cmocka_unit_test(overwritten_records_are_counted),
		cmocka_unit_test(unknown_kinds_do_not_break_the_line),
		cmocka_unit_test(keys_reach_the_target_and_switch),
		cmocka_unit_test(quit_key_turns_the_machine_off),
		cmocka_unit_test(quit_key_works_in_a_flood),
		cmocka_unit_test(all_partitions_off_turns_the_machine_off),
		cmocka_unit_test(a_suspended_partition_keeps_the_machine_on),
		cmocka_unit_test(own_text_that_finds_no_room_is_dropped),
		cmocka_unit_test(numbers),
		cmocka_unit_test(a_dead_uart_does_not_hang_a_print),
		cmocka_unit_test(panic_says_why_and_stops),
		cmocka_unit_test(exception_at_el2_is_reported),
		cmocka_unit_test(wrong_exception_level_is_reported),
		cmocka_unit_test(a_fast_writer_does_not_set_the_rate_of_steps),
	};

	return RUN_ISOLATED(tests);
}
