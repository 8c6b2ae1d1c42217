/* SPDX-License-Identifier: Apache-2.0 */
/* lib/sched: calls of the dispatcher as journal records. Field values are written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <haven/dispatch_record.h>

static struct hv_budget_server servers[2];
static struct hv_dispatch cpu;
static struct hv_dispatch_decision decision;
static struct hv_journal_record record;

static int make_cpu(void **state)
{
	const struct hv_server_config config[2] = {
		{ .budget = { 3, 1000, 400 }, .priority = 0x12345678, .background = true },
		{ .budget = { 5, 2000, 500 }, .priority = 2, .polling = true },
	};

	(void)state;
	memset(&record, 0xa5, sizeof(record));
	record.timestamp = 99;
	record.cpu = 6;
	for (unsigned i = 0; i < 2; i++) {
		if (hv_budget_server_init(&servers[i], &config[i], 10000) != 0)
			return 1;
	}
	return hv_dispatch_init(&cpu, servers, 2, 10000);
}

static void expect(hv_u16 partition, hv_u64 esr, hv_u64 far, hv_u64 ipa, hv_u64 detail)
{
	assert_int_equal(record.kind, 15);
	assert_int_equal(record.verdict, 0);
	assert_int_equal(record.partition, partition);
	assert_true(record.esr == esr);
	assert_true(record.far == far && record.ipa == ipa && record.detail == detail);
	assert_true(record.pc_low == 0);
	assert_true(record.timestamp == 99 && record.cpu == 6); /* the caller's */
}

static void servers_and_their_kinds(void **state)
{
	(void)state;
	hv_record_server(&record, &servers[0].config, 0, 10000);
	expect(3, UINT64_C(0x1234567800020001), 10000, 1000, 400);
	hv_record_server(&record, &servers[1].config, 1, 10000);
	expect(5, UINT64_C(0x0000000200010101), 10000, 2000, 500);
	servers[1].config.background = true;
	hv_record_server(&record, &servers[1].config, 1, 10000);
	expect(5, UINT64_C(0x0000000200030101), 10000, 2000, 500);
}

static void start_with_the_frequency(void **state)
{
	(void)state;
	hv_record_init(&record, &cpu, 62500000);
	expect(0, UINT64_C(0x03b9aca000000202), 10000, 0, 0);
}

static void blocks_wakes_and_timed_wakes(void **state)
{
	(void)state;
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, false, 10007), 0);
	hv_record_runnable(&record, &cpu, 1);
	expect(5, 0x103, 10007, 0, 0);
	assert_int_equal(hv_dispatch_set_wake(&cpu, 1, UINT64_MAX - 1), 0);
	hv_record_wake(&record, &cpu, 1, UINT64_MAX - 1);
	expect(5, 0x104, 0, UINT64_MAX - 1, 0);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, true, 10008), 0);
	hv_record_runnable(&record, &cpu, 1);
	expect(5, 0x10103, 10008, 0, 0);
}

static void charges(void **state)
{
	(void)state;
	assert_int_equal(hv_dispatch_charge(&cpu, 0, 10100, 10350), 0);
	hv_record_charge(&record, &cpu, 0, 10100);
	expect(3, 0x00005, 10350, 10100, 150);
	assert_int_equal(hv_dispatch_charge(&cpu, 0, 10350, 10500), -1);
	hv_record_charge(&record, &cpu, 0, 10350);
	expect(3, 0x00005, 10500, 10350, 0);
	assert_int_equal(hv_dispatch_charge(&cpu, HV_DISPATCH_IDLE, 10500, 10600), 0);
	hv_record_charge(&record, &cpu, HV_DISPATCH_IDLE, 10500);
	expect(0, 0xff05, 10600, 10500, 0);
}

static void steps(void **state)
{
	(void)state;
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, false, 10000), 0);
	assert_int_equal(hv_dispatch_set_wake(&cpu, 0, 10050), 0);
	assert_int_equal(hv_dispatch_step(&cpu, 10000, &decision), 0);
	hv_record_step(&record, &cpu, &decision);
	expect(5, 0x106, 10000, 500, 10500);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, false, 10049), 0);
	assert_int_equal(hv_dispatch_step(&cpu, 10049, &decision), 0);
	hv_record_step(&record, &cpu, &decision);
	expect(0, 0xff06, 10049, 0, 10050);
	assert_int_equal(hv_dispatch_step(&cpu, 10052, &decision), 0);
	hv_record_step(&record, &cpu, &decision);
	expect(3, UINT64_C(0x100000006), 10052, 400, 10452);
	assert_int_equal(hv_dispatch_step(&cpu, 10452, &decision), 0);
	hv_record_step(&record, &cpu, &decision);
	expect(3, 0x10006, 10452, 0, 11000);
}

static void switches_that_are_done(void **state)
{
	hv_u64 until;

	(void)state;
	assert_int_equal(hv_dispatch_step(&cpu, 10000, &decision), 0);
	assert_int_equal(hv_dispatch_switched(&cpu, 10040, &until), 0);
	hv_record_switched(&record, &cpu, 10040, until);
	expect(5, 0x107, 10040, 500, 10500); /* who runs pays: charged at the next call */
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 0, false, 10050), 0);
	assert_int_equal(hv_dispatch_set_runnable(&cpu, 1, false, 10050), 0);
	assert_int_equal(hv_dispatch_step(&cpu, 10050, &decision), 0);
	assert_int_equal(hv_dispatch_switched(&cpu, 10060, &until), 0);
	hv_record_switched(&record, &cpu, 10060, until);
	expect(0, 0xff07, 10060, 0, UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(servers_and_their_kinds, make_cpu),
		cmocka_unit_test_setup(start_with_the_frequency, make_cpu),
		cmocka_unit_test_setup(blocks_wakes_and_timed_wakes, make_cpu),
		cmocka_unit_test_setup(charges, make_cpu),
		cmocka_unit_test_setup(steps, make_cpu),
		cmocka_unit_test_setup(switches_that_are_done, make_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
