/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bus under real drivers: accesses reach the model at their address, everything else
 * fails and says where, and the log keeps the order. Two small drivers run on it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arm64/mmio.h>
#include <arm64/sysreg.h>
#include <haven/hal/cache.h>
#include <haven/hal/gic.h>
#include <haven/hal/uart.h>

#include "fake_bus.h"
#include "fake_dram.h"

/* Sixteen words of memory; the last one is not there. */
static hv_u64 words[16];

static bool words_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	const hv_u64 mask = bytes == 8 ? ~UINT64_C(0) : (UINT64_C(1) << (8 * bytes)) - 1;

	if (offset >= 0x78)
		return false;
	*value = ((hv_u64 *)device)[offset / 8] >> (offset % 8 * 8) & mask;
	return true;
}

static bool words_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	if (offset >= 0x78)
		return false;
	memcpy((hv_u8 *)device + offset, &value, bytes);
	return true;
}

static const struct fake_mmio_model model = {"words", words_read, words_write};

static int power_on(void **state)
{
	(void)state;
	fake_bus_reset();
	memset(words, 0, sizeof(words));
	fake_mmio_attach(0x1000, sizeof(words), &model, words);
	return 0;
}

static jmp_buf caught;
static char failure[256];

static void catch(const char *message)
{
	strncpy(failure, message, sizeof(failure) - 1);
	longjmp(caught, 1);
}

#define assert_fails(statement, text)                   \
	do {                                            \
		failure[0] = '\0';                      \
		fake_on_fail(catch);                    \
		if (setjmp(caught) == 0) {              \
			statement;                      \
		}                                       \
		fake_on_fail(NULL);                     \
		assert_non_null(strstr(failure, text)); \
	} while (0)

static void each_width_reaches_its_bytes(void **state)
{
	(void)state;
	mmio_write64(0x1008, UINT64_C(0x1122334455667788));
	mmio_write32(0x100c, 0xaabbccdd);
	mmio_write16(0x100a, 0xeeff);
	mmio_write8(0x1008, 0x99);
	assert_true(words[1] == UINT64_C(0xaabbccddeeff7799));
	assert_true(mmio_read64(0x1008) == UINT64_C(0xaabbccddeeff7799));
	assert_int_equal(mmio_read32(0x1008), 0xeeff7799);
	assert_int_equal(mmio_read16(0x100e), 0xaabb);
	assert_int_equal(mmio_read8(0x100f), 0xaa);
}

static void what_no_model_takes_fails(void **state)
{
	(void)state;
	assert_fails(mmio_read32(0xffc), "read of 4 bytes at 0xffc: no device");
	assert_fails(mmio_write8(0x1080, 1), "write of 1 bytes at 0x1080: no device");
	assert_fails(mmio_read64(UINT64_C(0xfffffffffffffff8)), "0xfffffffffffffff8: no device");
	assert_fails(mmio_read32(0x1002), "0x1002: not aligned");
	assert_fails(mmio_read64(0x1078), "at 0x1078: words has no such register at 0x78");
	assert_fails(mmio_write64(0x1078, 1), "write of 8 bytes at 0x1078: words has no such");
	assert_fails(fake_mmio_attach(0x107f, 2, &model, words), "words at 0x107f overlaps words");
	assert_fails(fake_mmio_attach(0x0f00, 0x101, &model, words), "overlaps");
	assert_fails(fake_mmio_attach(0x2000, 0, &model, words), "no room");
	assert_fails(fake_mmio_attach(~UINT64_C(0), 2, &model, words), "no room");
	fake_mmio_attach(0x1080, 1, &model, words);
	assert_fails(mmio_read16(0x1080), "0x1080: no device");
	assert_int_equal(mmio_read8(0x1080), 0);
}

static void the_log_keeps_the_order(void **state)
{
	static const struct fake_access_range reads = {0x1000, 0x107f, true, false};
	static const struct fake_access_range both[] = {
		{0x1000, 0x107f, true, false}, {0x1010, 0x1013, false, true}};
	hv_u32 first, barrier;

	(void)state;
	mmio_write32(0x1010, 7);
	dsb(sy);
	for (int i = 0; i < 1000; i++)
		mmio_read32(0x1010);
	mmio_read32(0x1014);
	isb();
	assert_int_equal(fake_access_count(), 5);
	first = fake_access_find(0, FAKE_WRITE, 0x1010);
	barrier = fake_access_find_name(first, FAKE_BARRIER, "dsb sy");
	assert_true(first == 0 && barrier == 1);
	assert_int_equal(fake_access_find(0, FAKE_READ, 0x1010), 2);
	assert_int_equal(fake_access_at(2)->times, 1000);
	assert_int_equal(fake_access_at(2)->value, 7);
	assert_int_equal(fake_access_find_name(0, FAKE_BARRIER, "isb"), 4);
	assert_int_equal(fake_access_find(3, FAKE_READ, 0x1010), FAKE_NOWHERE);
	assert_int_equal(fake_access_find_name(2, FAKE_BARRIER, "dsb sy"), FAKE_NOWHERE);
	assert_null(fake_access_at(5));
	assert_ptr_equal(fake_access_outside(&reads, 1), fake_access_at(0));
	assert_null(fake_access_outside(both, 2));
	mmio_write64(0x1010, 0);
	assert_int_equal(fake_access_outside(both, 2)->bytes, 8);
	fake_access_clear();
	assert_int_equal(fake_access_count(), 0);
	for (hv_u32 i = 0; i <= FAKE_BUS_ACCESSES; i++)
		mmio_write32(0x1000, i);
	assert_fails(fake_access_count(), "too short for the last 1 accesses");
}

static bool iar_read(void *cpu, const char *name, hv_u64 *value)
{
	if (strcmp(name, "icc_iar1_el1") != 0)
		return false;
	*value = (*(hv_u64 *)cpu)++;
	return true;
}

static bool nothing_written(void *cpu, const char *name, hv_u64 value)
{
	(void)cpu;
	(void)name;
	(void)value;
	return false;
}

static void system_registers_go_by_name(void **state)
{
	static const struct fake_sysreg_model iar = {iar_read, nothing_written};
	hv_u64 next = 40;

	(void)state;
	assert_fails(read_mpidr_el1(), "read of mpidr_el1: this CPU has no such register");
	assert_fails(write_icc_pmr_el1(1), "write of icc_pmr_el1: this CPU has no such register");
	fake_sysreg_set("icc_pmr_el1", 1);
	write_icc_pmr_el1(0xf8);
	assert_int_equal(read_icc_pmr_el1(), 0xf8);
	assert_int_equal(fake_sysreg_get("icc_pmr_el1"), 0xf8);
	fake_sysreg_set("icc_pmr_el1", 2);
	assert_int_equal(read_icc_pmr_el1(), 2);
	fake_sysreg_attach(&iar, &next);
	assert_int_equal(hv_hal_gic_ack(), 40);
	assert_int_equal(hv_hal_gic_ack(), 41);
	assert_int_equal(read_icc_pmr_el1(), 2);
	fake_bus_reset();
	assert_fails(hv_hal_gic_ack(), "read of icc_iar1_el1");
	for (hv_u64 i = 0; i < FAKE_BUS_SYSREGS; i++) {
		static char names[FAKE_BUS_SYSREGS][4];

		names[i][0] = (char)(1 + i);
		fake_sysreg_set(names[i], i);
	}
	assert_fails(fake_sysreg_set("one more", 0), "one more: no room");
}

/* A whole driver: the PL011's registers are those of the words. */
static void a_driver_runs_unchanged(void **state)
{
	hv_u8 byte = 0;

	(void)state;
	hv_port_uart_init(0x1000);
	assert_true((words[6] & 0xffffffff) == 0x301);            /* UARTCR */
	assert_true(words[7] == 0x50 && words[5] >> 32 == 0x70); /* UARTIMSC, UARTLCR_H */
	words[3] = 0x30;                                          /* UARTFR: TXFF, RXFE */
	assert_false(hv_port_uart_put('a'));
	assert_false(hv_port_uart_get(&byte));
	words[3] = 0;
	assert_true(hv_port_uart_put('a'));
	assert_int_equal(words[0], 'a');
	assert_true(hv_port_uart_get(&byte));
	assert_int_equal(byte, 'a');
	assert_fails(hv_hal_gicd_init(0x2000, 0), "read of 4 bytes at 0x2000: no device there");
}

#define DRAM UINT64_C(0x40000000)

static hv_u64 device_reads(hv_u64 pa, bool snoop)
{
	hv_u64 value = 0;

	assert_true(fake_dram_read(pa, &value, 8, snoop));
	return value;
}

/* What a device sees of the CPU's stores, and the CPU of a device's, with and without snooping. */
static void memory_lies_behind_the_cache(void **state)
{
	volatile hv_u64 *const cpu = (hv_u64 *)DRAM;
	const hv_u64 from_device = 0x77;

	(void)state;
	fake_dram_reset();
	fake_dram_add(DRAM, 0x10000);
	cpu[0] = 1;
	cpu[8] = 2; /* the next line */
	assert_int_equal(device_reads(DRAM, false), 0);
	assert_int_equal(device_reads(DRAM, true), 1);
	hv_hal_cache_clean((const void *)(DRAM + 8), 8);
	assert_int_equal(device_reads(DRAM, false), 1);
	assert_int_equal(device_reads(DRAM + 64, false), 0);

	assert_true(fake_dram_write(DRAM + 16, &from_device, 8, false));
	assert_int_equal(cpu[2], 0);
	hv_hal_cache_clean_invalidate((const void *)DRAM, 8);
	assert_int_equal(cpu[2], 0x77);
	assert_true(fake_dram_write(DRAM + 24, &from_device, 8, true));
	assert_int_equal(cpu[3], 0x77);

	/* A dirty line overwrites what a device wrote beside it. */
	cpu[0] = 3;
	assert_true(fake_dram_write(DRAM + 32, &from_device, 8, false));
	fake_dram_evict();
	assert_int_equal(device_reads(DRAM, false), 3);
	assert_int_equal(device_reads(DRAM + 32, false), 0);
	assert_int_equal(device_reads(DRAM + 64, false), 2);

	hv_hal_zero((void *)DRAM, 0x1000);
	assert_int_equal(device_reads(DRAM, false), 0);
	assert_false(fake_dram_read(DRAM + 0xfffc, (hv_u8[8]){0}, 8, true));
	assert_false(fake_dram_write(DRAM - 4, &from_device, 8, true));
	assert_fails(hv_hal_cache_clean((const void *)(DRAM + 0xfff0), 32), "0x4000fff0: no memory");
	assert_fails(fake_dram_add(DRAM, 0x10000), "no room for memory at 0x40000000");
	assert_fails(fake_dram_add(DRAM + 0x18000, 0x10000), "not aligned");
	assert_int_equal(fake_access_find(0, FAKE_CACHE, DRAM + 8), 0);
	assert_string_equal(fake_access_at(0)->name, "clean");
	fake_dram_reset();
	assert_false(fake_dram_read(DRAM, (hv_u8[8]){0}, 8, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_width_reaches_its_bytes, power_on),
		cmocka_unit_test_setup(what_no_model_takes_fails, power_on),
		cmocka_unit_test_setup(the_log_keeps_the_order, power_on),
		cmocka_unit_test_setup(system_registers_go_by_name, power_on),
		cmocka_unit_test_setup(a_driver_runs_unchanged, power_on),
		cmocka_unit_test_setup(memory_lies_behind_the_cache, power_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
