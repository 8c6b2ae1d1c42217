/* SPDX-License-Identifier: Apache-2.0 */
/* The reference hypervisor: which CPUs are shared, and can they carry what was promised? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "admit.h"

static const struct hv_board board = { .cpu_count = 4 };
static struct hv_partition_config partitions[3];
static struct hv_config config;
static hv_u32 cpu;
static const char *partition;

static int two_on_cpu_1(void **state)
{
	(void)state;
	partitions[0] = (struct hv_partition_config){
		.name = "one", .id = 1, .vcpu_count = 2, .vcpu_cpu = { 0, 1 },
		.timing = { .budget = { 1, 14, 7 }, .priority = 1, .polling = true },
	};
	partitions[1] = (struct hv_partition_config){
		.name = "two", .id = 2, .vcpu_count = 1, .vcpu_cpu = { 1 },
		.timing = { .budget = { 2, 10, 3 }, .polling = true },
	};
	partitions[2] = (struct hv_partition_config){
		.name = "three", .id = 3, .vcpu_count = 1, .vcpu_cpu = { 3 },
	};
	config = (struct hv_config){
		.board = &board, .partition_count = 3, .partitions = partitions,
		.reserve = { [1] = { .period_ns = 1 } },
	};
	cpu = 77;
	partition = "untouched";
	return 0;
}

static void refused(hv_status_t status, hv_u32 expected_cpu, const char *name)
{
	assert_int_equal(hv_admit_cpus(&config, &cpu, &partition), status);
	assert_int_equal(cpu, expected_cpu);
	assert_string_equal(partition, name);
}

static void what_fits_is_admitted(void **state)
{
	(void)state;
	assert_int_equal(hv_admit_cpus(&config, &cpu, &partition), 0);
	assert_int_equal(cpu, 77);
	assert_string_equal(partition, "untouched");
}

static void budgets_of_a_dedicated_cpu_do_not_matter(void **state)
{
	(void)state;
	partitions[2].timing.budget = (struct hv_budget){ 3, 10, 20 };
	assert_int_equal(hv_admit_cpus(&config, &cpu, &partition), 0);
}

static void published_counterexample_names_the_partition(void **state)
{
	(void)state;
	partitions[1].timing.budget.budget_ns = 5;
	refused(-28, 1, "one");
}

static void too_much_in_sum_names_nobody(void **state)
{
	(void)state;
	partitions[1].timing.budget.budget_ns = 6;
	refused(-28, 1, "-");
}

static void kind_and_priority_count(void **state)
{
	(void)state;
	/* 7 + 3 within 14, but 7 + 2 * 3 + 3 if it may come twice in a row. */
	partitions[0].timing.budget.budget_ns = 8;
	assert_int_equal(hv_admit_cpus(&config, &cpu, &partition), 0);
	partitions[0].timing.budget.budget_ns = 9;
	partitions[1].timing.polling = false;
	refused(-28, 1, "one");
	partitions[0].timing.budget.budget_ns = 8;
	partitions[0].timing.priority = 0;
	partitions[1].timing.priority = 1;
	refused(-28, 1, "two");
}

static void reserve_counts(void **state)
{
	(void)state;
	config.reserve[1].once_ns = 1;
	assert_int_equal(hv_admit_cpus(&config, &cpu, &partition), 0); /* 7 + 1 + 2 * 3 */
	config.reserve[1].once_ns = 2;
	refused(-28, 1, "one");
	config.reserve[1].once_ns = 0;
	config.reserve[1].period_ns = 0;
	refused(-22, 1, "-");
}

static void no_budget_on_a_shared_cpu(void **state)
{
	(void)state;
	partitions[0].timing.budget = (struct hv_budget){ 1, 0, 0 };
	refused(-22, 1, "-");
}

static void every_cpu_is_looked_at(void **state)
{
	(void)state;
	partitions[0].vcpu_cpu[0] = 3;
	partitions[2].timing.budget = (struct hv_budget){ 3, 20, 12 };
	config.reserve[3].period_ns = 1;
	refused(-28, 3, "-"); /* 7/14 + 12/20 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_fits_is_admitted, two_on_cpu_1),
		cmocka_unit_test_setup(budgets_of_a_dedicated_cpu_do_not_matter, two_on_cpu_1),
		cmocka_unit_test_setup(published_counterexample_names_the_partition, two_on_cpu_1),
		cmocka_unit_test_setup(too_much_in_sum_names_nobody, two_on_cpu_1),
		cmocka_unit_test_setup(kind_and_priority_count, two_on_cpu_1),
		cmocka_unit_test_setup(reserve_counts, two_on_cpu_1),
		cmocka_unit_test_setup(no_budget_on_a_shared_cpu, two_on_cpu_1),
		cmocka_unit_test_setup(every_cpu_is_looked_at, two_on_cpu_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
