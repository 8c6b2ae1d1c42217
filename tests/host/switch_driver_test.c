/* SPDX-License-Identifier: Apache-2.0 */
/*
 * World switch, the real code over registers by name: nothing that a guest may write is
 * left out, nothing is touched that the CPU does not have, and translations of one guest
 * never meet the tables of another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <arm64/switch.h>
#include <haven/hal/gic.h>

#include "fake_bus.h"

/* Arm ARM, D19: what EL1 and EL0 may write while HCR_EL2, CPTR_EL2 and MDCR_EL2 are as on a
 * shared CPU, and VMPIDR_EL2, which EL1 reads as its MPIDR_EL1. */
static const char *const el1[] = {
	"sctlr_el1", "cpacr_el1", "ttbr0_el1", "ttbr1_el1", "tcr_el1", "mair_el1", "amair_el1",
	"vbar_el1", "contextidr_el1", "esr_el1", "far_el1", "afsr0_el1", "afsr1_el1", "par_el1",
	"csselr_el1", "elr_el1", "spsr_el1", "sp_el0", "sp_el1", "tpidr_el0", "tpidrro_el0",
	"tpidr_el1", "cntkctl_el1", "cntv_ctl_el0", "cntv_cval_el0", "cntp_ctl_el0", "cntp_cval_el0",
	"mdscr_el1", "vmpidr_el2", "vdisr_el2", "ich_hcr_el2", "ich_vmcr_el2", "ich_ap0r0_el2",
	"ich_ap1r0_el2", "ich_lr0", "ich_lr1", "ich_lr2", "ich_lr3",
};
#define COUNT (sizeof(el1) / sizeof(el1[0]))

#define VTTBR_A UINT64_C(0x0001000040001000)
#define VTTBR_B UINT64_C(0x0002000040002000)

static hv_u32 fp_saves, fp_loads;

void hv_fp_save(struct hv_context *context)
{
	context->v[0] = 0xf0;
	fp_saves++;
}

void hv_fp_load(const struct hv_context *context)
{
	assert_int_equal(context->v[0], 0xf0);
	fp_loads++;
}

hv_u64 hv_probe_load(hv_u64 address);

static hv_u32 probes;

/* vectors.S: unmasks SErrors for one load. */
hv_u64 hv_probe_load(hv_u64 address)
{
	assert_int_equal(address % 4, 0);
	assert_int_equal(*(const hv_u32 *)(uintptr_t)address, 0);
	probes++;
	return UINT64_C(0xbe000000);
}

static hv_u64 value(hv_u32 guest, hv_u32 index)
{
	return UINT64_C(0x0101010100000000) * (guest + 1) + (hv_u64)index * 0x1000 + guest;
}

/* A Cortex-A55's: 4 list registers, 5 bits of preemption, RAS. */
static int power_on(void **state)
{
	(void)state;
	fake_bus_reset();
	for (hv_u32 i = 0; i < COUNT; i++)
		fake_sysreg_set(el1[i], 0);
	fake_sysreg_set("vttbr_el2", VTTBR_A);
	fake_sysreg_set("ich_vtr_el2", 0x90b80003);
	fake_sysreg_set("id_aa64pfr0_el1", 0x1100000010112222);
	fp_saves = 0;
	fp_loads = 0;
	return 0;
}

static void fill(hv_u32 guest)
{
	for (hv_u32 i = 0; i < COUNT; i++)
		fake_sysreg_set(el1[i], value(guest, i));
}

static void assert_filled(hv_u32 guest)
{
	for (hv_u32 i = 0; i < COUNT; i++) {
		if (fake_sysreg_get(el1[i]) != value(guest, i))
			fail_msg("%s holds %lx", el1[i], (unsigned long)fake_sysreg_get(el1[i]));
	}
}

static void two_guests_keep_every_register(void **state)
{
	static struct hv_context a, b;

	(void)state;
	fill(0);
	hv_hal_context_save(&a);
	fill(1);
	hv_hal_context_save(&b);
	hv_hal_context_load(&a, VTTBR_A);
	assert_filled(0);
	assert_int_equal(fake_sysreg_get("vttbr_el2"), VTTBR_A);
	hv_hal_context_save(&a);
	hv_hal_context_load(&b, VTTBR_B);
	assert_filled(1);
	assert_int_equal(fake_sysreg_get("vttbr_el2"), VTTBR_B);
	assert_int_equal(fp_saves, 3);
	assert_int_equal(fp_loads, 2);
}

static void timers_stop_when_their_guest_leaves(void **state)
{
	static struct hv_context a;

	(void)state;
	fill(0);
	fake_sysreg_set("cntv_ctl_el0", 1);
	fake_sysreg_set("cntp_ctl_el0", 3);
	hv_hal_context_save(&a);
	assert_int_equal(fake_sysreg_get("cntv_ctl_el0"), 0);
	assert_int_equal(fake_sysreg_get("cntp_ctl_el0"), 0);
	assert_int_equal(a.timers.cntv_ctl, 1);
	assert_int_equal(a.timers.cntp_ctl, 3);
}

/* A compare value goes in before the timer that it belongs to is enabled. */
static void timers_start_with_their_own_compare_value(void **state)
{
	static struct hv_context a;
	hv_u32 at;

	(void)state;
	a.v[0] = 0xf0;
	fake_access_clear();
	hv_hal_context_load(&a, VTTBR_A);
	at = fake_access_find_name(0, FAKE_SYSREG_WRITE, "cntv_cval_el0");
	assert_true(at < fake_access_find_name(0, FAKE_SYSREG_WRITE, "cntv_ctl_el0"));
	at = fake_access_find_name(0, FAKE_SYSREG_WRITE, "cntp_cval_el0");
	assert_true(at < fake_access_find_name(0, FAKE_SYSREG_WRITE, "cntp_ctl_el0"));
}

/* Place of the next of these from @from on, which must be there. */
static hv_u32 next(hv_u32 from, enum fake_access_kind kind, const char *name)
{
	const hv_u32 at = fake_access_find_name(from, kind, name);

	if (at == FAKE_NOWHERE)
		fail_msg("no %s behind place %u", name, from);
	return at + 1;
}

#define EPD (UINT64_C(1) << 7 | UINT64_C(1) << 23)

/* Cortex-A55 erratum 1530923: walks off, MMU on, then VMID and tables, MMU, walks. */
static void no_walk_meets_foreign_tables(void **state)
{
	static struct hv_context a;
	hv_u32 at;

	(void)state;
	fill(1);
	a.el1.tcr = 0x280803518;
	a.el1.sctlr = 0x30d00800;
	a.v[0] = 0xf0;
	fake_access_clear();
	hv_hal_context_load(&a, VTTBR_A);
	at = next(0, FAKE_SYSREG_WRITE, "tcr_el1");
	assert_int_equal(fake_access_at(at - 1)->value & EPD, EPD);
	at = next(at, FAKE_BARRIER, "isb");
	at = next(at, FAKE_SYSREG_WRITE, "sctlr_el1");
	assert_int_equal(fake_access_at(at - 1)->value & 1, 1);
	at = next(at, FAKE_BARRIER, "isb");
	/* Nothing of the other guest before this place. */
	assert_true(fake_access_find_name(0, FAKE_SYSREG_WRITE, "vttbr_el2") >= at);
	assert_true(fake_access_find_name(0, FAKE_SYSREG_WRITE, "ttbr0_el1") >= at);
	assert_true(fake_access_find_name(0, FAKE_SYSREG_WRITE, "ttbr1_el1") >= at);
	assert_true(fake_access_find_name(0, FAKE_SYSREG_WRITE, "mair_el1") >= at);
	at = next(at, FAKE_SYSREG_WRITE, "vttbr_el2");
	at = next(at, FAKE_SYSREG_WRITE, "ttbr1_el1");
	at = next(at, FAKE_BARRIER, "isb");
	assert_int_equal(fake_access_find_name(at, FAKE_SYSREG_WRITE, "ttbr0_el1"), FAKE_NOWHERE);
	assert_int_equal(fake_access_find_name(at, FAKE_SYSREG_WRITE, "mair_el1"), FAKE_NOWHERE);
	at = next(at, FAKE_SYSREG_WRITE, "sctlr_el1");
	assert_int_equal(fake_access_at(at - 1)->value, 0x30d00800);
	at = next(at, FAKE_BARRIER, "isb");
	at = next(at, FAKE_SYSREG_WRITE, "tcr_el1");
	assert_int_equal(fake_access_at(at - 1)->value, 0x280803518);
	(void)next(at, FAKE_BARRIER, "isb");
}

/* Somebody who is not in the guest gets the CPU: walks stay off until the reset makes EL1. */
static void nobodys_registers(void **state)
{
	(void)state;
	fill(0);
	fake_access_clear();
	hv_hal_context_load(NULL, VTTBR_B);
	assert_int_equal(fake_sysreg_get("vttbr_el2"), VTTBR_B);
	assert_int_equal(fake_sysreg_get("tcr_el1") & EPD, EPD);
	assert_int_equal(fake_sysreg_get("sctlr_el1") & 1, 1);
	assert_int_equal(fake_sysreg_get("ich_hcr_el2"), 0);
	assert_int_equal(fake_access_find_name(0, FAKE_SYSREG_WRITE, "ttbr0_el1"), FAKE_NOWHERE);
	assert_int_equal(fp_loads, 0);
	(void)next(next(0, FAKE_SYSREG_WRITE, "ich_hcr_el2"), FAKE_BARRIER, "isb");
}

/* One without RAS has no VDISR_EL2: touching it would be UNDEFINED, and fails the test here. */
static void a_cpu_without_ras(void **state)
{
	static struct hv_context a;

	(void)state;
	fake_bus_reset();
	for (hv_u32 i = 0; i < COUNT; i++) {
		if (strcmp(el1[i], "vdisr_el2") != 0)
			fake_sysreg_set(el1[i], value(0, i));
	}
	fake_sysreg_set("vttbr_el2", 0);
	fake_sysreg_set("ich_vtr_el2", 0x90b80003);
	fake_sysreg_set("id_aa64pfr0_el1", 0x11);
	hv_vdisr_reset();
	hv_hal_context_save(&a);
	hv_hal_context_load(&a, VTTBR_A);
	assert_int_equal(fake_sysreg_get("tpidr_el1"), value(0, 21));
}

static void disr_starts_at_zero(void **state)
{
	(void)state;
	fill(0);
	hv_vdisr_reset();
	assert_int_equal(fake_sysreg_get("vdisr_el2"), 0);
}

/* 16 list registers, 7 bits of preemption: all of them, and with one of each only that. */
static void as_many_list_registers_as_there_are(void **state)
{
	static char names[16][16];
	static const char *const priorities[] = {
		"ich_ap0r1_el2", "ich_ap0r2_el2", "ich_ap0r3_el2",
		"ich_ap1r1_el2", "ich_ap1r2_el2", "ich_ap1r3_el2",
	};
	static struct hv_context a;

	(void)state;
	fake_sysreg_set("ich_vtr_el2", UINT64_C(6) << 26 | 15);
	for (hv_u32 i = 0; i < 16; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "ich_lr%u", i);
		fake_sysreg_set(names[i], 0x100 + i);
	}
	for (hv_u32 i = 0; i < 6; i++)
		fake_sysreg_set(priorities[i], 0x200 + i);
	hv_hal_context_save(&a);
	assert_int_equal(a.gic.lr[15], 0x10f);
	assert_int_equal(a.gic.ap0r[3], 0x202);
	assert_int_equal(a.gic.ap1r[3], 0x205);
	for (hv_u32 i = 0; i < 16; i++)
		fake_sysreg_set(names[i], 0);
	for (hv_u32 i = 0; i < 6; i++)
		fake_sysreg_set(priorities[i], 0);
	hv_hal_context_load(&a, VTTBR_A);
	for (hv_u32 i = 0; i < 16; i++)
		assert_int_equal(fake_sysreg_get(names[i]), 0x100 + i);
	for (hv_u32 i = 0; i < 6; i++)
		assert_int_equal(fake_sysreg_get(priorities[i]), 0x200 + i);
	hv_hal_ich_reset();
	for (hv_u32 i = 0; i < 16; i++)
		assert_int_equal(fake_sysreg_get(names[i]), 0);
	for (hv_u32 i = 0; i < 6; i++)
		assert_int_equal(fake_sysreg_get(priorities[i]), 0);
}

static void one_list_register(void **state)
{
	static struct hv_context a;

	(void)state;
	fill(0);
	fake_sysreg_set("ich_vtr_el2", UINT64_C(5) << 26 | 0);
	fake_sysreg_set("ich_ap0r1_el2", 7);
	fake_sysreg_set("ich_ap1r1_el2", 8);
	hv_hal_context_save(&a);
	assert_int_equal(a.gic.lr[1], 0);
	assert_int_equal(a.gic.ap0r[1], 7);
	assert_int_equal(a.gic.ap1r[1], 8);
	assert_int_equal(a.gic.ap1r[2], 0);
	a.gic.lr[0] = 0x77;
	a.gic.lr[1] = 0x88;
	hv_hal_context_load(&a, VTTBR_A);
	assert_int_equal(fake_sysreg_get("ich_lr0"), 0x77);
	assert_int_equal(fake_sysreg_get("ich_lr1"), value(0, 35));
}

/* ICH_HCR_EL2.En comes when all that it puts in force is there. */
static void the_interface_is_enabled_last(void **state)
{
	static struct hv_context a;
	hv_u32 at;

	(void)state;
	a.v[0] = 0xf0;
	fake_access_clear();
	hv_hal_context_load(&a, VTTBR_A);
	at = fake_access_find_name(0, FAKE_SYSREG_WRITE, "ich_hcr_el2");
	assert_true(fake_access_find_name(0, FAKE_SYSREG_WRITE, "ich_lr3") < at);
	assert_true(fake_access_find_name(0, FAKE_SYSREG_WRITE, "ich_vmcr_el2") < at);
	assert_true(fake_access_find_name(0, FAKE_SYSREG_WRITE, "ich_ap1r0_el2") < at);
	assert_int_equal(fake_access_find_name(at, FAKE_SYSREG_WRITE, "ich_lr0"), FAKE_NOWHERE);
}

static void reset_leaves_nothing(void **state)
{
	(void)state;
	fill(1);
	hv_hal_ich_reset();
	for (hv_u32 i = 30; i < COUNT; i++)
		assert_int_equal(fake_sysreg_get(el1[i]), 0);
}

/* ISR_EL1.A, after everything has been answered. I and F are nobody's here. */
static void an_serror_is_waited_for(void **state)
{
	hv_u32 at;

	(void)state;
	fake_sysreg_set("isr_el1", 0xc0);
	fake_access_clear();
	assert_false(hv_hal_serror_pending());
	at = next(0, FAKE_BARRIER, "dsb sy");
	at = next(at, FAKE_BARRIER, "isb");
	(void)next(at, FAKE_SYSREG_READ, "isr_el1");
	fake_sysreg_set("isr_el1", 0x100);
	assert_true(hv_hal_serror_pending());
	probes = 0;
	hv_hal_serror_drop();
	assert_int_equal(probes, 1);
}

static void mdscr_is_the_register_itself(void **state)
{
	(void)state;
	hv_hal_vcpu_set_mdscr(0x2001);
	assert_int_equal(fake_sysreg_get("mdscr_el1"), 0x2001);
	assert_int_equal(hv_hal_vcpu_mdscr(), 0x2001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(two_guests_keep_every_register, power_on),
		cmocka_unit_test_setup(timers_stop_when_their_guest_leaves, power_on),
		cmocka_unit_test_setup(timers_start_with_their_own_compare_value, power_on),
		cmocka_unit_test_setup(no_walk_meets_foreign_tables, power_on),
		cmocka_unit_test_setup(nobodys_registers, power_on),
		cmocka_unit_test_setup(a_cpu_without_ras, power_on),
		cmocka_unit_test_setup(disr_starts_at_zero, power_on),
		cmocka_unit_test_setup(as_many_list_registers_as_there_are, power_on),
		cmocka_unit_test_setup(one_list_register, power_on),
		cmocka_unit_test_setup(the_interface_is_enabled_last, power_on),
		cmocka_unit_test_setup(reset_leaves_nothing, power_on),
		cmocka_unit_test_setup(an_serror_is_waited_for, power_on),
		cmocka_unit_test_setup(mdscr_is_the_register_itself, power_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
