/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration space by ECAM: one access of exactly the width that was asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/hal/pci.h>

#include "fake_bus.h"

#define ECAM UINT64_C(0x4010000000)

static hv_u8 space[8192];

static bool space_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	*value = 0;
	memcpy(value, (hv_u8 *)device + offset, bytes);
	return bytes <= 4;
}

static bool space_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	memcpy((hv_u8 *)device + offset, &value, bytes);
	return bytes <= 4;
}

static const struct fake_mmio_model model = {"ECAM", space_read, space_write};

static int power_on(void **state)
{
	(void)state;
	fake_bus_reset();
	memset(space, 0, sizeof(space));
	fake_mmio_attach(ECAM, sizeof(space), &model, space);
	return 0;
}

static void is_last(enum fake_access_kind kind, hv_u64 address, hv_u32 bytes, hv_u64 value)
{
	const struct fake_access *last = fake_access_at(fake_access_count() - 1);

	assert_int_equal(last->kind, kind);
	assert_true(last->address == address && last->value == value);
	assert_int_equal(last->bytes, bytes);
	assert_int_equal(last->times, 1);
}

static void reads_have_their_width(void **state)
{
	(void)state;
	memcpy(space + 0x1004, "\x11\x22\x33\x44", 4);
	assert_int_equal(hv_hal_pci_read(ECAM + 0x1004, 4), 0x44332211);
	is_last(FAKE_READ, ECAM + 0x1004, 4, 0x44332211);
	assert_int_equal(hv_hal_pci_read(ECAM + 0x1006, 2), 0x4433);
	is_last(FAKE_READ, ECAM + 0x1006, 2, 0x4433);
	assert_int_equal(hv_hal_pci_read(ECAM + 0x1005, 1), 0x22);
	is_last(FAKE_READ, ECAM + 0x1005, 1, 0x22);
	assert_int_equal(fake_access_count(), 3);
}

static void writes_have_their_width(void **state)
{
	(void)state;
	hv_hal_pci_write(ECAM + 8, 4, 0xaabbccdd);
	is_last(FAKE_WRITE, ECAM + 8, 4, 0xaabbccdd);
	hv_hal_pci_write(ECAM + 10, 2, 0x11112222);
	is_last(FAKE_WRITE, ECAM + 10, 2, 0x2222);
	hv_hal_pci_write(ECAM + 9, 1, 0x33334455);
	is_last(FAKE_WRITE, ECAM + 9, 1, 0x55);
	assert_memory_equal(space + 4, "\0\0\0\0\xdd\x55\x22\x22\0\0\0\0", 12);
	assert_int_equal(fake_access_count(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_have_their_width, power_on),
		cmocka_unit_test_setup(writes_have_their_width, power_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
