/* SPDX-License-Identifier: Apache-2.0 */
/* Boot: what is checked before a guest runs, and what is said when it is refused. */
#include <pthread.h>

#include <haven/stage2_walk.h>

#include "hv_fixture.h"

/* ---- the image ---- */

static void refuse_image(const char *text)
{
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	if (strstr(fake.out, text) == NULL)
		fail_msg("expected \"%s\" in: %s", text, fake.out);
	assert_non_null(strstr(fake.out, "haven: stopped: damaged image"));
	assert_int_equal(fake_count(FAKE_CPU_ON), 0);
}

#define REFUSED_IMAGE(name, change, text)   \
	static void name(void **state)      \
	{                                   \
		(void)state;                \
		machine_on();               \
		change;                     \
		refuse_image("image refused: " text "\r\n"); \
	}

REFUSED_IMAGE(no_table, IMAGE->magic ^= 1, "payload table not found behind the hypervisor")
REFUSED_IMAGE(other_version, IMAGE->version = 2, "payload table has another version")
REFUSED_IMAGE(payload_missing, IMAGE->count = 2,
	      "payload table has another number of payloads than the configuration")
REFUSED_IMAGE(table_too_big, IMAGE->size = UINT64_MAX,
	      "payload table reaches beyond the hypervisor's memory")
REFUSED_IMAGE(table_too_small, IMAGE->size = 64 + 3 * 64 - 1, "payload table is damaged")
REFUSED_IMAGE(entry_damaged, IMAGE->entry[2].size++, "payload table is damaged")
REFUSED_IMAGE(names_swapped,
	      (memcpy(IMAGE->entry[0].name, "tree", 5), memcpy(IMAGE->entry[1].name, "kernel", 7),
	       image_seal()),
	      "kernel another payload stands in its place")
REFUSED_IMAGE(name_without_end, (memset(IMAGE->entry[1].name, 't', 32), image_seal()),
	      "tree another payload stands in its place")
REFUSED_IMAGE(name_longer, (IMAGE->entry[0].name[6] = '2', image_seal()),
	      "kernel another payload stands in its place")
REFUSED_IMAGE(file_behind_the_end, (IMAGE->entry[0].offset = sizeof(image), image_seal()),
	      "kernel lies outside the image")
REFUSED_IMAGE(file_over_the_end, (IMAGE->entry[0].offset = sizeof(image) - 8, image_seal()),
	      "kernel lies outside the image")
REFUSED_IMAGE(file_wraps, (IMAGE->entry[0].offset = UINT64_MAX - 63, image_seal()),
	      "kernel lies outside the image")
REFUSED_IMAGE(file_size_wraps, (IMAGE->entry[0].size = UINT64_MAX, image_seal()),
	      "kernel lies outside the image")
REFUSED_IMAGE(file_empty, (IMAGE->entry[0].size = 0, image_seal()), "kernel lies outside the image")
REFUSED_IMAGE(file_misaligned, (IMAGE->entry[0].offset += 4, image_seal()),
	      "kernel lies outside the image")
REFUSED_IMAGE(file_larger_than_its_memory, (IMAGE->entry[1].size = 0x1001, image_seal()),
	      "tree does not fit its memory")
REFUSED_IMAGE(file_damaged, image[0x3000] ^= 0x80,
	      "firmware is damaged: its checksum does not match")

static void more_payloads_than_the_format_has(void **state)
{
	static struct hv_config config;
	struct hv_image_error error = {NULL, NULL};

	(void)state;
	machine_on();
	config = hv_config;
	config.payload_count = 33;
	IMAGE->count = 33;
	assert_int_equal(hv_image_check_table(IMAGE, sizeof(image), &config, &error), HV_EINVAL);
	assert_string_equal(error.reason, "has another number of payloads than the configuration");
}

static void table_that_just_fits(void **state)
{
	struct hv_image_error error;

	(void)state;
	machine_on();
	assert_int_equal(hv_image_check_table(IMAGE, sizeof(image), &hv_config, &error), HV_OK);
	assert_int_equal(hv_image_check_table(IMAGE, sizeof(image) - 1, &hv_config, &error), HV_EINVAL);
	IMAGE->entry[0].offset = sizeof(image) - 104;
	image_seal();
	assert_int_equal(hv_image_check_table(IMAGE, sizeof(image), &hv_config, &error), HV_OK);
}

/* ---- the configuration ---- */

static struct hv_board board;
static struct hv_config config;
static struct hv_partition_config partitions[2];
static struct hv_setup_platform platform;
static struct hv_stage2_vtcr vtcr;
static struct hv_setup_error error;

static void prepare(void)
{
	machine_on();
	board = hv_board;
	config = hv_config;
	config.board = &board;
	partitions[0] = hv_config.partitions[0];
	partitions[1] = hv_config.partitions[1];
	config.partitions = partitions;
	platform = (struct hv_setup_platform){.tables = hv_stage2_tables, .pool_pa = 0x40300000,
					      .table_count = hv_stage2_table_count, .pa_bits = 40};
}

static void refuse_setup(const char *step, const char *partition, hv_u64 value, hv_status_t status)
{
	assert_int_equal(hv_setup(&config, &platform, &vtcr, &error), status);
	assert_string_equal(error.step, step);
	assert_string_equal(error.partition, partition);
	assert_int_equal(error.value, value);
	assert_int_equal(error.status, status);
	assert_non_null(error.reason);
}

static void setup_accepts(void **state)
{
	(void)state;
	prepare();
	assert_int_equal(hv_setup(&config, &platform, &vtcr, &error), HV_OK);
	/* The front door is sealed. */
	assert_int_equal(hv_irq_assign(&(struct hv_irq_route){60, 1, 0}), HV_EPERM);
	assert_int_equal(hv_stage2_map_partition(&partitions[0].mem), HV_EPERM);
	assert_int_equal(hv_budget_set(&(struct hv_budget){2, 1000, 10}), HV_EPERM);
}

static void too_many_reserved_ranges(void **state)
{
	(void)state;
	prepare();
	board.reserved_count = 64;
	refuse_setup("reserved ranges", "-", 64, HV_ENOSPC);
}

static void pool_misaligned(void **state)
{
	(void)state;
	prepare();
	platform.pool_pa += 8;
	refuse_setup("stage-2 pool", "-", 0, HV_EINVAL);
}

static void interrupt_count_that_is_no_word(void **state)
{
	(void)state;
	prepare();
	board.intid_count = 100;
	refuse_setup("interrupts", "-", 0, HV_EINVAL);
}

static void pool_exhausted(void **state)
{
	(void)state;
	prepare();
	platform.table_count = 8;
	refuse_setup("stage-2 map", "two", 0, HV_ENOSPC);
}

static void memory_of_the_other_partition(void **state)
{
	static const struct hv_mem_region theft[] = {{0x60000000, 0x50000000, 0x1000, 0x7fd}};

	(void)state;
	prepare();
	partitions[1].mem = (struct hv_partition_mem){2, theft, 1};
	refuse_setup("stage-2 map", "two", 0, HV_EINVAL);
}

static void memory_of_the_hypervisor(void **state)
{
	static const struct hv_mem_region theft[] = {{0x40000000, 0x4ffff000, 0x1000, 0x7fd}};

	(void)state;
	prepare();
	partitions[0].mem = (struct hv_partition_mem){1, theft, 1};
	refuse_setup("stage-2 map", "one", 0, HV_EINVAL);
}

static void memory_of_the_board(void **state)
{
	static const struct hv_mem_region theft[] = {{0x08000000, 0x08000000, 0x1000, 0x7fd}};

	(void)state;
	prepare();
	partitions[0].mem = (struct hv_partition_mem){1, theft, 1};
	refuse_setup("stage-2 map", "one", 0, HV_EINVAL);
}

/* Between building and checking, the linker's --wrap lets a bit of a table fall over. */
static hv_u64 flip;
hv_status_t __real_hv_stage2_verify(const struct hv_stage2_walk *walk,
				    const struct hv_mem_region *regions, hv_u32 count,
				    struct hv_stage2_difference *difference);
hv_status_t __wrap_hv_stage2_verify(const struct hv_stage2_walk *walk,
				    const struct hv_mem_region *regions, hv_u32 count,
				    struct hv_stage2_difference *difference);

hv_status_t __wrap_hv_stage2_verify(const struct hv_stage2_walk *walk,
				    const struct hv_mem_region *regions, hv_u32 count,
				    struct hv_stage2_difference *difference)
{
	for (hv_u32 i = 0; flip != 0 && i < hv_stage2_table_count; i++) {
		for (hv_u32 j = 0; j < 512; j++) {
			if ((hv_stage2_tables[i][j] & UINT64_C(0xfffffffff003)) == 0x80005003)
				hv_stage2_tables[i][j] ^= flip;
		}
	}
	return __real_hv_stage2_verify(walk, regions, count, difference);
}

static void table_that_differs_from_the_configuration(void **state)
{
	(void)state;
	prepare();
	flip = 0x40; /* S2AP: no longer readable */
	refuse_setup("stage-2 check", "two", 0x80005000, HV_EPERM);
	assert_string_not_equal(error.reason, "");
}

static void interrupt_owned_twice(void **state)
{
	static const struct hv_irq_route theft[] = {{48, 2, 2}, {40, 2, 2}};

	(void)state;
	prepare();
	partitions[1].irqs = theft;
	refuse_setup("interrupt", "two", 40, HV_EPERM);
}

static void interrupt_of_the_hypervisor(void **state)
{
	static const struct hv_irq_route theft[] = {{25, 1, 0}};

	(void)state;
	prepare();
	partitions[0].irqs = theft;
	partitions[0].irq_count = 1;
	refuse_setup("interrupt", "one", 25, HV_EPERM);
}

static void budget_larger_than_its_period(void **state)
{
	(void)state;
	prepare();
	partitions[1].timing.budget = (struct hv_budget){2, 1000, 1001};
	refuse_setup("budget", "two", 1001, HV_EINVAL);
}

static void budget_of_nobody(void **state)
{
	(void)state;
	prepare();
	partitions[0].timing.budget = (struct hv_budget){0, 1000, 10};
	refuse_setup("budget", "one", 10, HV_EINVAL);
}

static void configuration_refused_at_boot_is_told(void **state)
{
	(void)state;
	machine_on();
	fake.pa_bits = 30;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, "configuration refused: stage-2 pool of -, at 0x0: status -22"));
	assert_non_null(strstr(fake.out, "haven: stopped: configuration\r\n"));
}

/* ---- the machine ---- */

static void halts_with(const char *text)
{
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	if (strstr(fake.out, text) == NULL)
		fail_msg("expected \"%s\" in: %s", text, fake.out);
	assert_int_equal(fake_count(FAKE_ENTER), 0);
}

static void boot_cpu_unknown_to_the_board(void **state)
{
	(void)state;
	machine_on();
	fake.cpu[0].mpidr = 0x100;
	halts_with("the boot CPU is none of the board's");
}

static void boot_on_another_cpu(void **state)
{
	(void)state;
	machine_on();
	fake_on(3);
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(fake_last(FAKE_LOOP)->a, 0x41006000);
	assert_int_equal(fake_count(FAKE_CPU_ON), 3);
	assert_int_equal(fake_count_a(FAKE_CPU_ON, 3), 0);
}

static void no_redistributor(void **state)
{
	(void)state;
	machine_on();
	fake.no_redist = true;
	halts_with("GIC: no redistributor for this CPU");
}

static void cpu_on_refused(void **state)
{
	(void)state;
	machine_on();
	fake.cpu_on_result = (hv_u64)-2;
	halts_with("haven: cpu 1, MPIDR 0x1: PSCI CPU_ON answered 0xfffffffffffffffe");
	assert_non_null(strstr(fake.out, "haven: stopped: a CPU did not start\r\n"));
}

static void cpu_that_does_not_come_up(void **state)
{
	(void)state;
	machine_on();
	fake.secondary = NULL;
	fake.counter_step = FAKE_HZ / 10;
	halts_with("haven: cpu 1, MPIDR 0x1: PSCI CPU_ON answered 0x0\r\n"
		   "\r\nhaven: stopped: a CPU did not come up");
	assert_in_range(fake.counter, 2 * FAKE_HZ, 3 * FAKE_HZ);
}

static void as_secondary(struct hv_cpu *cpu)
{
	if (cpu->index != 3) {
		hv_cpu_prepare(cpu);
		return;
	}
	hv_secondary_main(cpu);
}

static void secondary_prepares_and_loops(void **state)
{
	(void)state;
	machine_on();
	fake.secondary = as_secondary;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(fake.now, 3);
	assert_int_equal(hv_cpus[3].up, 1);
	/* Maintenance everywhere, the timer at the service CPU alone. */
	assert_int_equal(fake.cpu[3].redist.word[0x100 / 4], 3u << 25 | 0xffff);
	assert_int_equal(fake.cpu[0].redist.word[0x100 / 4], 1u << 25 | 0xffff);
}

static void the_uart_interrupt_goes_to_the_service_cpu(void **state)
{
	(void)state;
	boot();
	assert_int_equal(fake.route[33], 3);
	assert_int_equal(fake.gicd.word[0x104 / 4], 1u << 1);
	assert_int_equal(fake.gicd.word[0x84 / 4], ~0u); /* all are Group 1 */
}

/* ---- the lock ---- */

static void lock_takes_turns(void **state)
{
	struct hv_lock lock = {0xffff, 0xffff};

	(void)state;
	hv_lock(&lock);
	assert_int_equal(lock.next, 0); /* tickets wrap */
	hv_unlock(&lock);
	assert_int_equal(lock.serving, 0);
	hv_lock(&lock);
	hv_unlock(&lock);
	assert_int_equal(lock.next, 1);
	assert_int_equal(lock.serving, 1);
}

static struct hv_lock shared_lock;
static hv_u64 shared_count;

static void *count_up(void *unused)
{
	for (int i = 0; i < 2000; i++) {
		hv_lock(&shared_lock);
		shared_count++;
		hv_unlock(&shared_lock);
	}
	return unused;
}

static void lock_excludes(void **state)
{
	pthread_t other;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, count_up, NULL), 0);
	count_up(NULL);
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(shared_count, 4000);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_table),
		TEST(other_version),
		TEST(payload_missing),
		TEST(table_too_big),
		TEST(table_too_small),
		TEST(entry_damaged),
		TEST(names_swapped),
		TEST(name_without_end),
		TEST(name_longer),
		TEST(file_behind_the_end),
		TEST(file_over_the_end),
		TEST(file_wraps),
		TEST(file_size_wraps),
		TEST(file_empty),
		TEST(file_misaligned),
		TEST(file_larger_than_its_memory),
		TEST(file_damaged),
		TEST(more_payloads_than_the_format_has),
		TEST(table_that_just_fits),
		TEST(setup_accepts),
		TEST(too_many_reserved_ranges),
		TEST(pool_misaligned),
		TEST(interrupt_count_that_is_no_word),
		TEST(pool_exhausted),
		TEST(memory_of_the_other_partition),
		TEST(memory_of_the_hypervisor),
		TEST(memory_of_the_board),
		TEST(table_that_differs_from_the_configuration),
		TEST(interrupt_owned_twice),
		TEST(interrupt_of_the_hypervisor),
		TEST(budget_larger_than_its_period),
		TEST(budget_of_nobody),
		TEST(configuration_refused_at_boot_is_told),
		TEST(boot_cpu_unknown_to_the_board),
		TEST(boot_on_another_cpu),
		TEST(no_redistributor),
		TEST(cpu_on_refused),
		TEST(cpu_that_does_not_come_up),
		TEST(secondary_prepares_and_loops),
		TEST(the_uart_interrupt_goes_to_the_service_cpu),
		TEST(lock_takes_turns),
		TEST(lock_excludes),
	};

	return RUN_ISOLATED(tests);
}
