/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1: every function, every error, both widths. Numbers are those of Arm DEN 0022. */
#include <haven/psci.h>

#include "exc_check.h"

#define ERR(n) ((hv_u64)(int64_t) - (n)) /* sign-extended to 64 bits */

static struct hv_psci psci;

/* Four vCPUs, 0 on. */
static int setup(void **state)
{
	(void)state;
	memset(&psci, 0x5a, sizeof(psci));
	CHECK("init", hv_psci_init(&psci, 4, 0x50000000, 0x50200000), HV_OK);
	CHECK("vCPU 0 starts", hv_psci_start(&psci, 0), true);
	return 0;
}

static struct hv_psci_result call(hv_u32 vcpu, hv_u64 x0, hv_u64 x1, hv_u64 x2, hv_u64 x3)
{
	const hv_u64 x[4] = {x0, x1, x2, x3};
	struct hv_psci_result result;

	memset(&result, 0x5a, sizeof(result));
	hv_psci_call(&psci, vcpu, x, &result);
	return result;
}

static void initial_state(void **state)
{
	struct hv_psci fresh;

	(void)state;
	memset(&fresh, 0x5a, sizeof(fresh));
	CHECK("NULL", hv_psci_init(NULL, 1, 0, 0), HV_EINVAL);
	CHECK("no vCPU", hv_psci_init(&fresh, 0, 0, 0), HV_EINVAL);
	CHECK("too many", hv_psci_init(&fresh, 9, 0, 0), HV_EINVAL);
	CHECK("unchanged", fresh.vcpu_count, 0x5a5a5a5a);
	CHECK("largest", hv_psci_init(&fresh, 8, 0x1000, 7), HV_OK);
	CHECK("vCPU 0", fresh.vcpu[0].state, HV_PSCI_ON_PENDING);
	CHECK("entry", fresh.vcpu[0].entry, 0x1000);
	CHECK("context", fresh.vcpu[0].context, 7);
	for (int i = 1; i < 8; i++)
		CHECK("others", fresh.vcpu[i].state, HV_PSCI_OFF);
	CHECK("not pending", hv_psci_start(&fresh, 1), false);
	CHECK("pending", hv_psci_start(&fresh, 0), true);
	CHECK("once", hv_psci_start(&fresh, 0), false);
}

/* Calls that neither depend on the state nor change it. */
static void constant_answers(void **state)
{
	static const struct {
		const char *why;
		hv_u64 x0, x1, x2, want;
	} rows[] = {
	    {"VERSION is 1.1", 0x84000000, 0, 0, 0x10001},
	    {"upper half of the id is ignored", 0xffffffff84000000, 0, 0, 0x10001},
	    {"VERSION has no 64-bit form", 0xc4000000, 0, 0, ERR(1)},
	    {"MIGRATE", 0x84000005, 0, 0, ERR(1)},
	    {"MIGRATE 64", 0xc4000005, 0, 0, ERR(1)},
	    {"MIGRATE_INFO_TYPE", 0x84000006, 0, 0, 2},
	    {"MIGRATE_INFO_UP_CPU", 0x84000007, 0, 0, ERR(1)},
	    {"MIGRATE_INFO_UP_CPU 64", 0xc4000007, 0, 0, ERR(1)},
	    {"CPU_OFF has no 64-bit form", 0xc4000002, 0, 0, ERR(1)},
	    {"SYSTEM_OFF has no 64-bit form", 0xc4000008, 0, 0, ERR(1)},
	    {"CPU_FREEZE", 0x8400000b, 0, 0, ERR(1)},
	    {"CPU_DEFAULT_SUSPEND", 0xc400000c, 0, 0, ERR(1)},
	    {"NODE_HW_STATE", 0xc400000d, 0, 0, ERR(1)},
	    {"SYSTEM_SUSPEND", 0xc400000e, 0, 0, ERR(1)},
	    {"SET_SUSPEND_MODE", 0x8400000f, 0, 0, ERR(1)},
	    {"STAT_RESIDENCY", 0xc4000010, 0, 0, ERR(1)},
	    {"STAT_COUNT", 0xc4000011, 0, 0, ERR(1)},
	    {"SYSTEM_RESET2", 0xc4000012, 0, 0, ERR(1)},
	    {"MEM_PROTECT", 0x84000013, 1, 0, ERR(1)},
	    {"MEM_PROTECT_CHECK_RANGE", 0xc4000014, 0, 0, ERR(1)},
	    {"last of the range", 0xc400001f, 0, 0, ERR(1)},
	    {"FEATURES: VERSION", 0x8400000a, 0x84000000, 0, 0},
	    {"FEATURES: CPU_SUSPEND, no flags", 0x8400000a, 0x84000001, 0, 0},
	    {"FEATURES: CPU_SUSPEND 64", 0x8400000a, 0xc4000001, 0, 0},
	    {"FEATURES: CPU_OFF", 0x8400000a, 0x84000002, 0, 0},
	    {"FEATURES: CPU_ON", 0x8400000a, 0x84000003, 0, 0},
	    {"FEATURES: CPU_ON 64", 0x8400000a, 0xc4000003, 0, 0},
	    {"FEATURES: AFFINITY_INFO", 0x8400000a, 0x84000004, 0, 0},
	    {"FEATURES: AFFINITY_INFO 64", 0x8400000a, 0xc4000004, 0, 0},
	    {"FEATURES: MIGRATE_INFO_TYPE", 0x8400000a, 0x84000006, 0, 0},
	    {"FEATURES: SYSTEM_OFF", 0x8400000a, 0x84000008, 0, 0},
	    {"FEATURES: SYSTEM_RESET", 0x8400000a, 0x84000009, 0, 0},
	    {"FEATURES: FEATURES", 0x8400000a, 0x8400000a, 0, 0},
	    {"FEATURES: SMCCC_VERSION", 0x8400000a, 0x80000000, 0, 0},
	    {"FEATURES: upper half is ignored", 0x8400000a, 0xff80000000, 0, 0},
	    {"FEATURES: MIGRATE", 0x8400000a, 0x84000005, 0, ERR(1)},
	    {"FEATURES: SYSTEM_RESET2", 0x8400000a, 0xc4000012, 0, ERR(1)},
	    {"FEATURES: SYSTEM_SUSPEND", 0x8400000a, 0xc400000e, 0, ERR(1)},
	    {"FEATURES: nonsense", 0x8400000a, 0, 0, ERR(1)},
	    {"AFFINITY_INFO: self", 0xc4000004, 0, 0, 0},
	    {"AFFINITY_INFO: off", 0xc4000004, 3, 0, 1},
	    {"AFFINITY_INFO 32: cut", 0x84000004, 0x100000003, 0x500000000, 1},
	    {"AFFINITY_INFO 64: Aff3", 0xc4000004, 0x100000003, 0, ERR(2)},
	    {"AFFINITY_INFO: no such vCPU", 0xc4000004, 4, 0, ERR(2)},
	    {"AFFINITY_INFO: level 1", 0xc4000004, 0, 1, ERR(2)},
	    {"AFFINITY_INFO: level 3", 0x84000004, 0, 3, ERR(2)},
	    {"AFFINITY_INFO: level is a 32-bit value", 0xc4000004, 3, 0x100000000, 1},
	    {"CPU_ON: no such vCPU", 0xc4000003, 4, 0x1000, ERR(2)},
	    {"CPU_ON: Aff1", 0xc4000003, 0x101, 0x1000, ERR(2)},
	    {"CPU_ON: Aff2", 0xc4000003, 0x10001, 0x1000, ERR(2)},
	    {"CPU_ON: Aff3", 0xc4000003, 0x100000001, 0x1000, ERR(2)},
	    {"CPU_ON: RES0 bits", 0xc4000003, 0x8000000000000001, 0x1000, ERR(2)},
	    {"CPU_ON: MPIDR with bit 31", 0xc4000003, 0x80000001, 0x1000, ERR(2)},
	    {"CPU_ON: largest value", 0xc4000003, UINT64_MAX, 0x1000, ERR(2)},
	    {"CPU_ON: self", 0xc4000003, 0, 0x1000, ERR(4)},
	    {"CPU_ON: entry not an instruction", 0xc4000003, 1, 0x1002, ERR(9)},
	    {"CPU_ON: Thumb entry", 0x84000003, 1, 0x1001, ERR(9)},
	    {"CPU_SUSPEND: StateID", 0xc4000001, 1, 0, ERR(2)},
	    {"CPU_SUSPEND: level 1", 0xc4000001, 0x01000000, 0, ERR(2)},
	    {"CPU_SUSPEND: extended format", 0xc4000001, 0x40000000, 0, ERR(2)},
	    {"CPU_SUSPEND: reserved bits", 0xc4000001, 0x00020000, 0, ERR(2)},
	    {"CPU_SUSPEND: power-down with level 2", 0xc4000001, 0x02010000, 0, ERR(2)},
	    {"CPU_SUSPEND: power-down to Thumb", 0xc4000001, 0x10000, 0x1001, ERR(9)},
	    {"CPU_SUSPEND: power-down to no instruction", 0xc4000001, 0x10000, 0x1003, ERR(9)},
	};
	struct hv_psci before = psci;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct hv_psci_result got = call(0, rows[i].x0, rows[i].x1, rows[i].x2, 0);

		CHECK(rows[i].why, got.x0, rows[i].want);
		CHECK(rows[i].why, got.action, HV_PSCI_DONE);
		CHECK("state is as before", memcmp(&psci, &before, sizeof(psci)), 0);
	}
}

static void a_vcpu_goes_on_and_off(void **state)
{
	struct hv_psci_result got = call(0, 0xc4000003, 2, 0xffffffff50001000, 0xfeedfacecafebeef);

	(void)state;
	CHECK("CPU_ON", got.x0, 0);
	CHECK("CPU_ON", got.action, HV_PSCI_CPU_ON);
	CHECK("CPU_ON", got.target, 2);
	CHECK("CPU_ON", got.entry, 0xffffffff50001000);
	CHECK("CPU_ON", got.context, 0xfeedfacecafebeef);
	CHECK("kept for its CPU", psci.vcpu[2].entry, 0xffffffff50001000);
	CHECK("kept for its CPU", psci.vcpu[2].context, 0xfeedfacecafebeef);
	CHECK("pending", call(0, 0xc4000004, 2, 0, 0).x0, 2);
	CHECK("again", call(1, 0xc4000003, 2, 0x1000, 0).x0, ERR(5));
	CHECK("first entry counts", psci.vcpu[2].entry, 0xffffffff50001000);

	CHECK("its CPU starts it", hv_psci_start(&psci, 2), true);
	CHECK("on", call(0, 0xc4000004, 2, 0, 0).x0, 0);
	CHECK("again", call(0, 0xc4000003, 2, 0x1000, 0).x0, ERR(4));

	got = call(2, 0x84000002, 0, 0, 0);
	CHECK("CPU_OFF", got.action, HV_PSCI_CPU_OFF);
	CHECK("CPU_OFF", got.x0, 0);
	CHECK("off", call(0, 0xc4000004, 2, 0, 0).x0, 1);
	CHECK("others are not", psci.vcpu[0].state, HV_PSCI_ON);
	CHECK("once more", call(0, 0xc4000003, 2, 0x2000, 0).action, HV_PSCI_CPU_ON);
}

static void narrow_cpu_on_uses_the_low_halves(void **state)
{
	const struct hv_psci_result got =
	    call(0, 0x84000003, 0x900000001, 0xffffffff50001000, 0xfeedfacecafebeef);

	(void)state;
	CHECK("target", got.target, 1);
	CHECK("accepted", got.action, HV_PSCI_CPU_ON);
	CHECK("entry", got.entry, 0x50001000);
	CHECK("context", psci.vcpu[1].context, 0xcafebeef);
}

static void entries_outside_of_memory(void **state)
{
	struct hv_psci_result got = call(0, 0xc4000003, 1, 0xdead0000, 0);

	(void)state;
	hv_psci_refuse_entry(&psci, &got);
	CHECK("CPU_ON", got.x0, ERR(9));
	CHECK("CPU_ON", got.action, HV_PSCI_DONE);
	CHECK("off as before", psci.vcpu[1].state, HV_PSCI_OFF);
	CHECK("may be tried again", call(0, 0xc4000003, 1, 0x50000000, 0).x0, 0);

	got = call(0, 0xc4000001, 0x10000, 0xdead0000, 0);
	CHECK("POWERDOWN", got.action, HV_PSCI_POWERDOWN);
	hv_psci_refuse_entry(&psci, &got);
	CHECK("POWERDOWN", got.x0, ERR(9));
	CHECK("POWERDOWN", got.action, HV_PSCI_DONE);
	CHECK("caller stays on", psci.vcpu[0].state, HV_PSCI_ON);

	got = call(0, 0x84000000, 0, 0, 0);
	hv_psci_refuse_entry(&psci, &got);
	CHECK("others have no entry", got.x0, 0x10001);
	got = call(1, 0x84000002, 0, 0, 0);
	hv_psci_refuse_entry(&psci, &got);
	CHECK("others have no entry", got.action, HV_PSCI_CPU_OFF);
}

static void suspend(void **state)
{
	struct hv_psci_result got = call(0, 0xc4000001, 0, 0x1003, 0);

	(void)state;
	CHECK("standby needs no entry", got.action, HV_PSCI_STANDBY);
	CHECK("standby", got.x0, 0);
	got = call(0, 0x84000001, 0xff00010000, 0xffffffff00002000, 0xffffffff00000007);
	CHECK("power-down", got.action, HV_PSCI_POWERDOWN);
	CHECK("power-down", got.entry, 0x2000);
	CHECK("power-down", got.context, 7);
	CHECK("power-down", got.x0, 0);
	CHECK("on all the while", psci.vcpu[0].state, HV_PSCI_ON);
}

static void system_calls(void **state)
{
	(void)state;
	CHECK("OFF, x0", call(0, 0x84000008, 0, 0, 0).x0, 0);
	CHECK("RESET, x0", call(0, 0x84000009, 0, 0, 0).x0, 0);
	CHECK("OFF", call(0, 0x84000008, 0, 0, 0).action, HV_PSCI_SYSTEM_OFF);
	CHECK("RESET", call(0, 0x84000009, 0, 0, 0).action, HV_PSCI_SYSTEM_RESET);
}

static void the_last_one_puts_out_the_light(void **state)
{
	(void)state;
	CHECK("alive", hv_psci_alive(&psci), true);
	call(0, 0xc4000003, 3, 0x1000, 0);
	call(0, 0x84000002, 0, 0, 0);
	CHECK("one is pending", hv_psci_alive(&psci), true);
	CHECK("starts", hv_psci_start(&psci, 3), true);
	call(3, 0x84000002, 0, 0, 0);
	CHECK("dead", hv_psci_alive(&psci), false);
}

static void stop_reaches_all(void **state)
{
	(void)state;
	call(0, 0xc4000003, 3, 0x1000, 0);
	hv_psci_stop(&psci);
	CHECK("no vCPU beyond", psci.vcpu[4].state, 0x5a5a5a5a);
	CHECK("dead", hv_psci_alive(&psci), false);
	CHECK("a pending start is forgotten", hv_psci_start(&psci, 3), false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(initial_state),
	    cmocka_unit_test_setup(constant_answers, setup),
	    cmocka_unit_test_setup(a_vcpu_goes_on_and_off, setup),
	    cmocka_unit_test_setup(narrow_cpu_on_uses_the_low_halves, setup),
	    cmocka_unit_test_setup(entries_outside_of_memory, setup),
	    cmocka_unit_test_setup(suspend, setup),
	    cmocka_unit_test_setup(system_calls, setup),
	    cmocka_unit_test_setup(the_last_one_puts_out_the_light, setup),
	    cmocka_unit_test_setup(stop_reaches_all, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
