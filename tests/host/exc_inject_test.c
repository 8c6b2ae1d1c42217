/* SPDX-License-Identifier: Apache-2.0 */
/* Fault policy, and exception entry to EL1 done by hand. */
#include <haven/fault_policy.h>

#include "exc_check.h"

static void verdicts(void **state)
{
	static const struct {
		const char *why;
		enum hv_fault_cause cause;
		enum hv_fault_policy policy;
		hv_u32 restarts, max;
		enum hv_journal_verdict want;
	} rows[] = {
	    {"halt", HV_CAUSE_ACCESS, HV_FAULT_HALT, 0, 9, HV_JV_HALT},
	    {"inject", HV_CAUSE_ACCESS, HV_FAULT_INJECT, 0, 0, HV_JV_INJECT},
	    {"inject, device", HV_CAUSE_MMIO, HV_FAULT_INJECT, 0, 0, HV_JV_INJECT},
	    {"inject, unexpected", HV_CAUSE_UNEXPECTED, HV_FAULT_INJECT, 0, 0, HV_JV_INJECT},
	    {"an SError has no instruction", HV_CAUSE_SERROR, HV_FAULT_INJECT, 0, 0, HV_JV_HALT},
	    {"suspend", HV_CAUSE_SERROR, HV_FAULT_SUSPEND, 0, 0, HV_JV_SUSPEND},
	    {"restart", HV_CAUSE_MMIO, HV_FAULT_RESTART, 0, 1, HV_JV_RESTART},
	    {"last restart", HV_CAUSE_ACCESS, HV_FAULT_RESTART, 2, 3, HV_JV_RESTART},
	    {"restart loop", HV_CAUSE_ACCESS, HV_FAULT_RESTART, 3, 3, HV_JV_HALT},
	    {"limit lowered", HV_CAUSE_ACCESS, HV_FAULT_RESTART, UINT32_MAX, 3, HV_JV_HALT},
	    {"no restart configured", HV_CAUSE_SERROR, HV_FAULT_RESTART, 0, 0, HV_JV_HALT},
	    {"probing is no crime", HV_CAUSE_UNDEF, HV_FAULT_HALT, 0, 0, HV_JV_INJECT},
	    {"probing does not restart", HV_CAUSE_UNDEF, HV_FAULT_RESTART, 9, 1, HV_JV_INJECT},
	    {"garbage is halt", HV_CAUSE_ACCESS, (enum hv_fault_policy)77, 0, 9, HV_JV_HALT},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].why,
		      hv_fault_decide(rows[i].cause, rows[i].policy, rows[i].restarts, rows[i].max),
		      rows[i].want);
}

/* SCTLR_EL1: SPAN is bit 23, DSSBS bit 44. */
static void pstate_and_vector(void **state)
{
	static const struct {
		const char *why;
		hv_u64 pstate, sctlr, vector, new_pstate;
	} rows[] = {
	    {"EL1t", 0x3c4, 0x800000, 0x000, 0x3c5},
	    {"EL1h", 0x005, 0x800000, 0x200, 0x3c5},
	    {"EL0 in AArch64", 0x000, 0x800000, 0x400, 0x3c5},
	    {"EL0 in AArch32, user", 0x010, 0x800000, 0x600, 0x3c5},
	    {"EL0 in AArch32, Thumb and IT are gone", 0x0600fc30, 0x800000, 0x600, 0x3c5},
	    {"flags stay", 0xf0000005, 0x800000, 0x200, 0xf00003c5},
	    {"DIT and PAN stay, TCO does not", 0x03400005, 0x800000, 0x200, 0x014003c5},
	    {"UAO, SS, IL, ALLINT, SSBS, BTYPE go", 0x00b03c05, 0x800000, 0x200, 0x3c5},
	    {"PAN is set if SPAN is 0", 0x005, 0, 0x200, 0x4003c5},
	    {"SSBS is DSSBS", 0x005, 0x100000800000, 0x200, 0x13c5},
	    {"DIT of AArch32 is in the same place", 0x01000010, 0x800000, 0x600, 0x010003c5},
	    {"SS of AArch32 is not DIT", 0x00200010, 0x800000, 0x600, 0x3c5},
	    {"IT of AArch32 goes", 0x06000010, 0x800000, 0x600, 0x3c5},
	    {"AArch32 flags and PAN stay", 0xf0400010, 0x800000, 0x600, 0xf04003c5},
	    {"reserved bits above go", 0xffffffff00000005, 0x800000, 0x200, 0x3c5},
	};
	const struct hv_exc_regs regs = {.esr = 0x02000000};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct hv_el1_state el1 = {.pc = 0x1234,
					   .pstate = rows[i].pstate,
					   .esr = 0x77,
					   .far = 0x88,
					   .vbar = 0xffff800010010fff,
					   .sctlr = rows[i].sctlr};

		CHECK(rows[i].why, hv_el1_inject_undef(&el1, &regs), HV_OK);
		CHECK(rows[i].why, el1.pc, 0xffff800010010800 + rows[i].vector);
		CHECK(rows[i].why, el1.pstate, rows[i].new_pstate);
		CHECK(rows[i].why, el1.elr, 0x1234);
		CHECK(rows[i].why, el1.spsr, rows[i].pstate);
		CHECK(rows[i].why, el1.esr, 0x02000000);
		CHECK("UNDEF has no address", el1.far, 0x88);
	}
}

static void vector_base_at_the_edges(void **state)
{
	const struct hv_exc_regs regs = {0};
	struct hv_el1_state el1 = {.pc = 4, .pstate = 0x10, .vbar = UINT64_MAX};

	(void)state;
	CHECK("top", hv_el1_inject_undef(&el1, &regs), HV_OK);
	CHECK("top", el1.pc, 0xfffffffffffffe00);
	CHECK("16-bit instruction", el1.esr, 0);
	el1 = (struct hv_el1_state){.pc = 4, .pstate = 0x4};
	CHECK("VBAR never set", hv_el1_inject_undef(&el1, &regs), HV_OK);
	CHECK("VBAR never set", el1.pc, 0);
}

static void aborts_become_external(void **state)
{
	static const struct {
		const char *why;
		hv_u64 esr, pstate, want, far;
	} rows[] = {
	    {"data, EL1", 0x93830047, 0x5, 0x96000050, 0xabc},
	    {"data, EL0", 0x93830007, 0x0, 0x92000010, 0xabc},
	    {"data, AArch32 EL0", 0x93830007, 0x10, 0x92000010, 0xabc},
	    {"data, EL1t", 0x93830007, 0x4, 0x96000010, 0xabc},
	    {"cache maintenance", 0x92000147, 0x5, 0x96000150, 0xabc},
	    {"IL of a 16-bit load is 1 without a syndrome", 0x91830007, 0x10, 0x92000010, 0xabc},
	    {"external, FAR valid", 0x92000010, 0x5, 0x96000010, 0xabc},
	    {"FAR not valid", 0x92000410, 0x5, 0x96000410, 0x99},
	    {"FnV of another fault means nothing", 0x92000407, 0x5, 0x96000010, 0xabc},
	    {"fetch, EL1", 0x82000007, 0x5, 0x86000010, 0xabc},
	    {"fetch, EL0", 0x82000007, 0x0, 0x82000010, 0xabc},
	    {"fetch has no direction", 0x82000147, 0x0, 0x82000010, 0xabc},
	    {"fetch, FAR not valid", 0x82000410, 0x5, 0x86000410, 0x99},
	    {"walk", 0x92000086, 0x5, 0x96000010, 0xabc},
	    {"ISS2 is not handed on", 0x3ffffff92000047, 0x5, 0x96000050, 0xabc},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct hv_exc_regs regs = {.esr = rows[i].esr, .far = 0xabc};
		struct hv_el1_state el1 = {.pc = 0x1000, .pstate = rows[i].pstate, .far = 0x99};

		CHECK(rows[i].why, hv_el1_inject_abort(&el1, &regs), HV_OK);
		CHECK(rows[i].why, el1.esr, rows[i].want);
		CHECK(rows[i].why, el1.far, rows[i].far);
		CHECK(rows[i].why, el1.elr, 0x1000);
	}
}

static void only_aborts_become_aborts(void **state)
{
	struct hv_el1_state el1, before;

	(void)state;
	memset(&el1, 0x5a, sizeof(el1));
	before = el1;
	for (hv_u32 ec = 0; ec < 64; ec++) {
		const struct hv_exc_regs regs = {.esr = (hv_u64)ec << 26};

		if (ec == 0x20 || ec == 0x24)
			continue;
		CHECK("other class", hv_el1_inject_abort(&el1, &regs), HV_EINVAL);
		CHECK("no change", memcmp(&el1, &before, sizeof(el1)), 0);
	}
}

static void a_vector_that_faults_is_not_entered_again(void **state)
{
	static const struct {
		const char *why;
		hv_u64 pc, pstate;
		hv_status_t status;
	} rows[] = {
	    {"the vector of EL1h itself", 0x80200, 0x3c5, HV_EPERM},
	    {"flags do not matter", 0x80200, 0xf00003c5, HV_EPERM},
	    {"the instruction behind it", 0x80204, 0x3c5, HV_OK},
	    {"EL0 at that address is another vector", 0x80400, 0x0, HV_OK},
	    {"EL1t comes to another vector next time", 0x80000, 0x3c4, HV_OK},
	    {"AArch32 likewise", 0x80600, 0x15, HV_OK},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct hv_exc_regs regs = {.esr = 0x82000007, .far = rows[i].pc};
		struct hv_el1_state el1 = {
		    .pc = rows[i].pc, .pstate = rows[i].pstate, .vbar = 0x80000, .far = 0x99};
		struct hv_el1_state before = el1;

		CHECK(rows[i].why, hv_el1_inject_abort(&el1, &regs), rows[i].status);
		if (rows[i].status == HV_EPERM)
			CHECK("no change", memcmp(&el1, &before, sizeof(el1)), 0);
		el1 = before;
		CHECK(rows[i].why, hv_el1_inject_undef(&el1, &regs), rows[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verdicts),
	    cmocka_unit_test(pstate_and_vector),
	    cmocka_unit_test(vector_base_at_the_edges),
	    cmocka_unit_test(aborts_become_external),
	    cmocka_unit_test(only_aborts_become_aborts),
	    cmocka_unit_test(a_vector_that_faults_is_not_entered_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
