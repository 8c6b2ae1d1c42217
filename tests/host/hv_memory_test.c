/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hypervisor/memory.c: EL2's own map. Linked at low addresses and without PIE, because
 * the map has 39 bits; the link script's symbols are absolute (see CMakeLists.txt).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"
#include "hv.h"
#include "memory.h"

#define AF   UINT64_C(0x400)
#define RO   UINT64_C(0x80)
#define XN   (UINT64_C(1) << 54)
#define ADDR UINT64_C(0x0000fffffffff000)

extern const hv_u8 hv_boot_stack_top[];

static const char *panic;

_Noreturn void hv_panic(const char *what)
{
	panic = what;
	hv_hal_stop();
}

static const struct hv_range devices[] = {{0x08000000, 0x10000}, {0x09000000, 0x1000}};
static struct hv_board board;
static struct hv_config config;

static int fresh(void **state)
{
	(void)state;
	fake_reset();
	panic = NULL;
	board = (struct hv_board){.devices = devices, .device_count = 2};
	config = (struct hv_config){.board = &board, .hypervisor = {0x40000000, 0x10000000},
				    .dma_memory = {0x4ffd0000, 0x20000},
				    .journal_pa = 0x4fff0000};
	return 0;
}

static void init(void)
{
	FAKE_RUN(hv_memory_init(&config));
}

/* Walk as the hardware does: 39 bits, from level 1. 0: not mapped. */
static hv_u64 entry_of(hv_u64 va)
{
	hv_u64 table = fake_last(FAKE_MMU_ON)->a & ADDR;

	for (unsigned shift = 30;; shift -= 9) {
		const hv_u64 entry = ((const hv_u64 *)(uintptr_t)table)[va >> shift & 511];

		if ((entry & 1) == 0 || shift == 12)
			return entry;
		if ((entry & 2) == 0)
			return entry;
		table = entry & ADDR;
	}
}

static void rights_of_the_image(void **state)
{
	(void)state;
	init();
	assert_int_equal(fake.end, FAKE_RETURNED);
	/* text: read-only, executable */
	assert_int_equal(entry_of(0x40200000) & (RO | XN | AF), RO | AF);
	assert_int_equal(entry_of(0x40207fff) & (RO | XN | AF), RO | AF);
	/* rodata: neither */
	assert_int_equal(entry_of(0x40208000) & (RO | XN | AF), RO | XN | AF);
	/* data: written, never executed */
	assert_int_equal(entry_of(0x4020c000) & (RO | XN | AF), XN | AF);
	/* payloads up to the tables of SMMU and ITS: read-only */
	assert_int_equal(entry_of(0x40220000) & (RO | XN | AF), RO | XN | AF);
	assert_int_equal(entry_of(0x4ffcf000) & (RO | XN | AF), RO | XN | AF);
	assert_int_equal(entry_of(0x4ffd0000) & (RO | XN | AF), XN | AF);
	assert_int_equal(entry_of(0x4fff0000) & (RO | XN | AF), XN | AF);
	assert_int_equal(entry_of(0x4fffffff) & (RO | XN | AF), XN | AF);
}

static void nothing_else_is_mapped(void **state)
{
	(void)state;
	init();
	assert_int_equal(entry_of(0x401ff000), 0); /* before the image */
	assert_int_equal(entry_of(0x40218000), 0); /* the stacks' place in the link script */
	assert_int_equal(entry_of(0x50000000), 0); /* guest memory */
	assert_int_equal(entry_of(0x80000000), 0);
	assert_int_equal(entry_of(0x08010000), 0);
}

static void devices_are_device_memory(void **state)
{
	(void)state;
	init();
	assert_int_equal(entry_of(0x08000000) & 0x1c, 0); /* AttrIndx 0 */
	assert_int_equal(entry_of(0x09000000) & (RO | XN | AF), XN | AF);
}

static void every_stack_has_a_guard_page(void **state)
{
	(void)state;
	init();
	for (hv_u32 cpu = 0; cpu < HV_MAX_CPUS; cpu++) {
		const hv_u64 top = hv_stack_top(cpu);

		assert_int_equal(top & 0xfff, 0);
		assert_int_equal(entry_of(top - 8) & (RO | XN | AF), XN | AF);
		assert_int_equal(entry_of(top - 0x1000) & AF, AF);
		assert_int_equal(entry_of(top - 0x1008), 0);
		assert_int_equal(entry_of(top - 0x2000), 0);
	}
}

static void panics_have_a_stack(void **state)
{
	const hv_u64 top = (hv_u64)hv_boot_stack_top;

	(void)state;
	init();
	assert_int_equal(entry_of(top - 8) & (RO | XN | AF), XN | AF);
	assert_int_equal(entry_of(top - 0x1008), 0);
}

static void a_window_shows_its_pages_and_no_more(void **state)
{
	hv_u64 at;

	(void)state;
	init();
	at = (hv_u64)(uintptr_t)hv_window_open(1, 0x80123450, 0x2000);
	assert_true(at == UINT64_C(0x7fc0040450)); /* 511 GB, second CPU's 256 KB */
	assert_int_equal(entry_of(at) & ADDR, 0x80123000);
	assert_int_equal(entry_of(at) & (RO | XN | AF), XN | AF);
	assert_int_equal(entry_of(at + 0x2000) & ADDR, 0x80125000);
	assert_int_equal(entry_of(at + 0x3000), 0);
	assert_int_equal(entry_of(at - 0x1000), 0);
	assert_int_equal(entry_of(UINT64_C(0x7fc0000000)), 0);
	assert_int_equal(fake_count(FAKE_MAP_CHANGED), 1);
	hv_window_close(1, 0x80123450, 0x2000);
	assert_int_equal(entry_of(at), 0);
	assert_int_equal(entry_of(at + 0x2000), 0);
	assert_int_equal(fake_count(FAKE_MAP_CHANGED), 2);
}

static void a_register_is_seen_as_a_device(void **state)
{
	hv_u64 at;

	(void)state;
	init();
	at = hv_window_open_device(2, 0x203c0ff8);
	assert_true(at == UINT64_C(0x7fc0080ff8));
	assert_int_equal(entry_of(at) & ADDR, 0x203c0000);
	assert_int_equal(entry_of(at) & 0x1c, 0); /* AttrIndx 0 */
	assert_int_equal(entry_of(at) & (XN | AF), XN | AF);
	assert_int_equal(entry_of(at + 0x1000), 0);
	assert_int_equal(fake_count(FAKE_MAP_CHANGED), 1);
	hv_window_close(2, 0x203c0ff8, 4);
	assert_int_equal(entry_of(at), 0);
	assert_int_equal(fake_last(FAKE_MAP_CHANGED)->a, UINT64_C(0x7fc0080000));
	assert_int_equal(fake_last(FAKE_MAP_CHANGED)->b, 1);
}

static void a_window_has_256_kilobytes(void **state)
{
	(void)state;
	assert_int_equal(hv_window_left(0x80000000), 0x40000);
	assert_int_equal(hv_window_left(0x80000fff), 0x3f001);
	init();
	(void)hv_window_open(3, 0x80000000, 0x40000);
	assert_int_equal(entry_of(UINT64_C(0x7fc00ff000)) & ADDR, 0x8003f000);
}

static void image_outside_the_hypervisors_memory(void **state)
{
	(void)state;
	config.hypervisor = (struct hv_range){0x40201000, 0x10000000};
	init();
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_string_equal(panic, "the image was loaded outside the hypervisor's memory of the configuration");
	config.hypervisor = (struct hv_range){0x40000000, 0x21f000};
	init();
	assert_int_equal(fake.end, FAKE_STOPPED);
}

static void device_over_the_image(void **state)
{
	static const struct hv_range over[] = {{0x40200000, 0x1000}};

	(void)state;
	board.devices = over;
	board.device_count = 1;
	init();
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_string_equal(panic, "EL2 map: device");
	assert_int_equal(fake_count(FAKE_MMU_ON), 0);
}

static void refused_width(void **state)
{
	(void)state;
	fake.pa_bits = 30;
	init();
	assert_string_equal(panic, "EL2 map: pool");
}

static void image_is_cleaned_before_the_caches_come_on(void **state)
{
	(void)state;
	init();
	assert_true(fake_order(FAKE_CLEAN, FAKE_MMU_ON));
	assert_int_equal(fake_last(FAKE_CLEAN)->a, 0x40200000);
	assert_int_equal(fake_last(FAKE_CLEAN)->b, 0x20000);
	assert_ptr_equal(hv_image_tail(), (const void *)0x40220000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rights_of_the_image, fresh),
		cmocka_unit_test_setup(nothing_else_is_mapped, fresh),
		cmocka_unit_test_setup(devices_are_device_memory, fresh),
		cmocka_unit_test_setup(every_stack_has_a_guard_page, fresh),
		cmocka_unit_test_setup(panics_have_a_stack, fresh),
		cmocka_unit_test_setup(a_window_shows_its_pages_and_no_more, fresh),
		cmocka_unit_test_setup(a_register_is_seen_as_a_device, fresh),
		cmocka_unit_test_setup(a_window_has_256_kilobytes, fresh),
		cmocka_unit_test_setup(image_outside_the_hypervisors_memory, fresh),
		cmocka_unit_test_setup(device_over_the_image, fresh),
		cmocka_unit_test_setup(refused_width, fresh),
		cmocka_unit_test_setup(image_is_cleaned_before_the_caches_come_on, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
