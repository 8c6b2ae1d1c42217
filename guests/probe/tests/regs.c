/* SPDX-License-Identifier: Apache-2.0 */
/* System registers and instructions that a guest does not get, and what they tell it. */
#include "access.h"
#include "tests.h"

/* Field of an identification register that must read 0: the feature is hidden. */
#define HIDDEN(what, reg, shift) check_eq(what, sysreg_read(reg) >> (shift) & 15, 0)

static void test_identification(void)
{
	HIDDEN("EL2 hidden", id_aa64pfr0_el1, 8);
	HIDDEN("EL3 hidden", id_aa64pfr0_el1, 12);
	HIDDEN("RAS hidden", id_aa64pfr0_el1, 28);
	HIDDEN("SVE hidden", id_aa64pfr0_el1, 32);
	HIDDEN("MPAM hidden", id_aa64pfr0_el1, 40);
	HIDDEN("AMU hidden", id_aa64pfr0_el1, 44);
	HIDDEN("PMU hidden", id_aa64dfr0_el1, 8);
	HIDDEN("trace hidden", id_aa64dfr0_el1, 4);
	HIDDEN("statistical profiling hidden", id_aa64dfr0_el1, 32);
	HIDDEN("LORegions hidden", id_aa64mmfr1_el1, 16);
	HIDDEN("VHE hidden", id_aa64mmfr1_el1, 8);
	check_eq("GIC registers shown", sysreg_read(id_aa64pfr0_el1) >> 24 & 15, 1);
	check_eq("EL1 is AArch64 only", sysreg_read(id_aa64pfr0_el1) >> 4 & 15, 1);
	check_eq("reserved identification space", sysreg_read(S3_0_C0_C7_7), 0);
	check_eq("virtual affinity", sysreg_read(mpidr_el1) & UINT64_C(0xff00ffffff), 0);
	check_eq("MPIDR RES1", sysreg_read(mpidr_el1) >> 31 & 1, 1);
}

static bool is_undefined(const struct attempt *a)
{
	return a->trap.count == 1 && ESR_EC(a->trap.esr) == EC_UNKNOWN && a->trap.elr == a->pc &&
	       a->value == CANARY;
}

#define UNDEFINED(what, text)                                      \
	do {                                                       \
		const struct attempt b_ = TRY_INSTRUCTION(text, 0); \
		check(what, is_undefined(&b_));                    \
	} while (0)

#define PASSES(what, text)                                         \
	do {                                                       \
		const struct attempt b_ = TRY_INSTRUCTION(text, 0); \
		check(what, b_.trap.count == 0);                   \
	} while (0)

static void test_refused(void)
{
	UNDEFINED("PMCR_EL0", "mrs x1, pmcr_el0");
	UNDEFINED("PMCCNTR_EL0", "mrs x1, pmccntr_el0");
	UNDEFINED("PMCNTENSET_EL0 write", "msr pmcntenset_el0, x1");
	UNDEFINED("PMINTENSET_EL1 write", "msr pmintenset_el1, x1");
	UNDEFINED("LORC_EL1", "mrs x1, s3_0_c10_c4_3");
	UNDEFINED("LORSA_EL1 write", "msr s3_0_c10_c4_0, x1");
	UNDEFINED("implementation defined S3_0_C15_C1_0", "mrs x1, s3_0_c15_c1_0");
	UNDEFINED("implementation defined S3_1_C15_C2_0 write", "msr s3_1_c15_c2_0, x1");
	UNDEFINED("VTTBR_EL2", "mrs x1, vttbr_el2");
	UNDEFINED("HCR_EL2 write", "msr hcr_el2, x1");
	UNDEFINED("SCR_EL3", "mrs x1, scr_el3");
	UNDEFINED("ICH_HCR_EL2 write", "msr s3_4_c12_c11_0, x1");
	UNDEFINED("ICH_LR0_EL2 write", "msr s3_4_c12_c12_0, x1");
	UNDEFINED("ICC_SRE_EL2", "mrs x1, s3_4_c12_c9_5");
	UNDEFINED("CNTHP_CTL_EL2 write", "msr cnthp_ctl_el2, x1");
	UNDEFINED("CNTVOFF_EL2 write", "msr cntvoff_el2, x1");
	UNDEFINED("CNTPS_CTL_EL1 write", "msr cntps_ctl_el1, x1");
	UNDEFINED("TLBI ALLE1", "tlbi alle1");
	UNDEFINED("TLBI IPAS2E1", "tlbi ipas2e1, x1");
	UNDEFINED("AT S12E1R", "at s12e1r, x1");
	UNDEFINED("trace register", "mrs x1, s2_1_c0_c1_0");
}

static void test_passed(void)
{
	PASSES("ACTLR_EL1 read", "mrs x1, actlr_el1");
	PASSES("DC ISW", "dc isw, xzr");
	PASSES("DC CSW", "dc csw, xzr");
	PASSES("DC CISW", "dc cisw, xzr");
	PASSES("CTR_EL0", "mrs x1, ctr_el0");
	PASSES("CLIDR_EL1", "mrs x1, clidr_el1");
	PASSES("CCSIDR_EL1", "mrs x1, ccsidr_el1");
	PASSES("CSSELR_EL1", "msr csselr_el1, xzr");
	PASSES("MIDR_EL1", "mrs x1, midr_el1");
	PASSES("REVIDR_EL1", "mrs x1, revidr_el1");
	PASSES("MDSCR_EL1", "mrs x1, mdscr_el1");
	PASSES("CONTEXTIDR_EL1", "mrs x1, contextidr_el1");
	PASSES("IC IALLUIS", "ic ialluis");
	PASSES("TLBI VMALLE1IS", "tlbi vmalle1is");
	PASSES("WFE", "sevl\n\twfe");
	PASSES("YIELD", "yield");
}

/* A debug exception belongs to the guest that asked for it. */
static void test_breakpoint(void)
{
	const struct attempt a = TRY_INSTRUCTION("brk #7", 0);

	check("BRK stays at EL1", a.trap.count == 1 && ESR_EC(a.trap.esr) == 0x3c &&
					  (a.trap.esr & 0xffff) == 7);
	const struct attempt b = TRY_INSTRUCTION("svc #9", 0);
	check("SVC stays at EL1", b.trap.count == 1 && ESR_EC(b.trap.esr) == 0x15);
	const struct attempt c = TRY_INSTRUCTION("udf #0", 0);
	check("UDF is undefined", is_undefined(&c));
}

void test_sysreg(void)
{
	test_identification();
	test_refused();
	test_passed();
	test_breakpoint();
}
