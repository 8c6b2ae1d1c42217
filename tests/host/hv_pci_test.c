/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor and PCI configuration space: what boot does to it, and what a guest sees. */
#include "hv_fixture.h"

#define ECAM_OF(bdf, offset) (FAKE_ECAM + ((hv_u64)(bdf) << 12) + (offset))
#define DISK   8u
#define EDU    32u
#define NOBODY 40u

static hv_u32 space32(hv_u32 bdf, hv_u32 offset)
{
	hv_u32 value;

	memcpy(&value, &fake_function(bdf)->space[offset], 4);
	return value;
}

static void boot_places_the_bars_and_stops_all_masters(void **state)
{
	(void)state;
	boot();
	assert_int_equal(space32(DISK, 0x14), 0x10000000);
	assert_int_equal(space32(DISK, 0x20), 0x1000400c);
	assert_int_equal(space32(DISK, 0x24), 0);
	assert_int_equal(space32(EDU, 0x10), 0x10100000);
	assert_int_equal(space32(DISK, 4) & 0xffff, 0);
	assert_int_equal(space32(EDU, 4) & 0xffff, 0);
	assert_int_equal(space32(NOBODY, 4) & 0xffff, 0x0400); /* its line may be another's too */
}

/* Firmware has used the device: its ROM answers where now the other's registers are, and both
 * kinds of message are on. PCI 3.0, 6.2.5.2 (ROM enable: bit 0), 6.8.1.3 (MSI enable: bit 0),
 * 6.8.2.3 (MSI-X enable: bit 15). */
static void boot_undoes_what_firmware_left(void **state)
{
	hv_u8 *space;

	(void)state;
	machine_on();
	space = fake_function(DISK)->space;
	memcpy(&space[0x30], "\x01\x00\x10\x10", 4);
	space[0x34] = 0x40;
	memcpy(&space[0x40], "\x05\x50\x81\x00", 4);
	memcpy(&space[0x50], "\x11\x00\x01\xc0", 4);
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(space32(DISK, 0x30), 0);
	assert_int_equal(space32(DISK, 0x40) >> 16 & 1, 0);
	assert_int_equal(space32(DISK, 0x50) >> 31, 0);
}

static void refuses(const char *what)
{
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_STOPPED);
	assert_non_null(strstr(fake.out, what));
}

static void a_missing_function_is_named(void **state)
{
	(void)state;
	machine_on();
	fake.function[1].present = false;
	refuses("PCI function edu at 0x20: expected 0x11e81234, found 0xffffffff");
}

static void another_bar_is_named(void **state)
{
	(void)state;
	machine_on();
	fake.function[0].bar_mask[4] = 0xffff8000;
	refuses("PCI function disk: BAR 4: expected 0xffffc00c, found 0xffff800c");
}

static void a_guest_sees_its_own_functions_alone(void **state)
{
	(void)state;
	boot_guests();
	assert_int_equal(load32(0, ECAM_OF(DISK, 0)), 0x10421af4);
	assert_int_equal(load32(0, ECAM_OF(EDU, 0)), 0xffffffff);
	assert_int_equal(load32(0, ECAM_OF(NOBODY, 0)), 0xffffffff);
	assert_int_equal(load32(0, ECAM_OF(255, 0xffc)), 0xffffffff);
	assert_int_equal(load32(2, ECAM_OF(EDU, 0)), 0x11e81234);
	assert_int_equal(load32(2, ECAM_OF(DISK, 0)), 0xffffffff);
}

static void a_guest_cannot_touch_anothers(void **state)
{
	(void)state;
	boot_guests();
	store32(0, ECAM_OF(EDU, 4), 6);
	store32(0, ECAM_OF(NOBODY, 4), 6);
	assert_int_equal(fake_count(FAKE_PCI_WRITE), 0);
	assert_int_equal(space32(EDU, 4) & 0xffff, 0);
}

static void bars_can_be_sized_and_stay(void **state)
{
	(void)state;
	boot_guests();
	store32(0, ECAM_OF(DISK, 0x20), 0xffffffff);
	assert_int_equal(load32(0, ECAM_OF(DISK, 0x20)), 0xffffc00c);
	store32(0, ECAM_OF(DISK, 0x20), 0x50000000);
	assert_int_equal(load32(0, ECAM_OF(DISK, 0x20)), 0x5000000c);
	assert_int_equal(space32(DISK, 0x20), 0x1000400c);
	assert_int_equal(fake_count(FAKE_PCI_WRITE), 0);
}

static void the_command_register_passes_what_is_allowed(void **state)
{
	(void)state;
	boot_guests();
	store32(0, ECAM_OF(DISK, 4), 0x0407);
	assert_int_equal(space32(DISK, 4) & 0xffff, 0x0406); /* memory, master, INTx off; never I/O */
}

static hv_u32 accesses;

static void assert_only_one_is_locked(void)
{
	assert_int_equal(ONE->lock.next, ONE->lock.serving + 1);
	assert_int_equal(TWO->lock.next, TWO->lock.serving);
	accesses++;
}

/* Two vCPUs may be at one function: what is read and then written is under the owner's lock. */
static void accesses_are_under_the_owners_lock(void **state)
{
	(void)state;
	boot_guests();
	accesses = 0;
	fake.on_pci = assert_only_one_is_locked;
	(void)load32(0, ECAM_OF(DISK, 0));
	assert_int_equal(accesses, 1);
	store32(0, ECAM_OF(DISK, 4), 0x0006);
	fake.on_pci = NULL;
	assert_int_equal(accesses, 3);
}

/* ESR_EL2.SAS = 3: eight bytes. */
static void wide_accesses_are_refused(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	boot_guests();
	trap(0, ESR_LOAD32 | UINT64_C(3) << 22, ECAM_OF(DISK, 0), x);
	assert_int_equal(newest(0).kind, HV_J_MMIO);
}

static void a_stop_takes_the_bus_away(void **state)
{
	(void)state;
	boot_guests();
	store32(2, ECAM_OF(EDU, 4), 6);
	store32(2, ECAM_OF(EDU, 0x10), 0x20000000);
	assert_int_equal(space32(EDU, 4) & 0xffff, 6);
	(void)hvc(2, 0x84000009, 0, 0, 0); /* SYSTEM_RESET */
	loop(2);
	serve();
	assert_int_equal(space32(EDU, 4) & 0xffff, 0);
	loop(2);
	serve();
	loop(2);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(load32(2, ECAM_OF(EDU, 0x10)), 0x10100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_places_the_bars_and_stops_all_masters),
		cmocka_unit_test(boot_undoes_what_firmware_left),
		cmocka_unit_test(a_missing_function_is_named),
		cmocka_unit_test(another_bar_is_named),
		cmocka_unit_test(a_guest_sees_its_own_functions_alone),
		cmocka_unit_test(a_guest_cannot_touch_anothers),
		cmocka_unit_test(bars_can_be_sized_and_stay),
		cmocka_unit_test(the_command_register_passes_what_is_allowed),
		cmocka_unit_test(accesses_are_under_the_owners_lock),
		cmocka_unit_test(wide_accesses_are_refused),
		cmocka_unit_test(a_stop_takes_the_bus_away),
	};

	return RUN_ISOLATED(tests);
}
