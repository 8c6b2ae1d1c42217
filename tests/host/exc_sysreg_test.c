/* SPDX-License-Identifier: Apache-2.0 */
/* System register policy: each class of trap, and what each identification register shows. */
#include <haven/sysreg_policy.h>

#include "exc_check.h"

#define CANARY UINT64_C(0x5a5a5a5a)

/* The encoding written out again, field by field as in the manual's tables. */
static hv_u16 reg(hv_u32 op0, hv_u32 op1, hv_u32 crn, hv_u32 crm, hv_u32 op2)
{
	return (hv_u16)(op0 * 16384 + op1 * 2048 + crn * 128 + crm * 8 + op2);
}

static struct hv_id_regs all_ones;

static enum hv_sysreg_action decide(hv_u16 number, bool read, hv_u64 *value)
{
	const struct hv_sysreg_access access = {.reg = number, .rt = 3, .read = read};

	*value = CANARY;
	return hv_sysreg_decide(&access, &all_ones, value);
}

static void policy(void **state)
{
	static const struct {
		const char *why;
		hv_u8 op0, op1, crn, crm, op2;
		enum hv_sysreg_action on_read;
		hv_u64 value;
		enum hv_sysreg_action on_write;
	} rows[] = {
	    {"ACTLR_EL1", 3, 0, 1, 0, 1, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DC ISW", 1, 0, 7, 6, 2, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_IGNORE},
	    {"DC CSW", 1, 0, 7, 10, 2, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_IGNORE},
	    {"DC CISW", 1, 0, 7, 14, 2, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_IGNORE},
	    {"DC IGSW (tags)", 1, 0, 7, 6, 4, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"DC IVAC is never trapped", 1, 0, 7, 6, 1, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"ICC_SGI1R_EL1", 3, 0, 12, 11, 5, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_SGI},
	    {"ICC_ASGI1R_EL1", 3, 0, 12, 11, 6, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_IGNORE},
	    {"ICC_SGI0R_EL1", 3, 0, 12, 11, 7, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_IGNORE},
	    {"ICC_DIR_EL1", 3, 0, 12, 11, 1, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_DIR},
	    {"ICC_SRE_EL1", 3, 0, 12, 12, 5, HV_SYSREG_READ, 7, HV_SYSREG_WI},
	    {"ICH_HCR_EL2", 3, 4, 12, 11, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"OSLAR_EL1", 2, 0, 1, 0, 4, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_WI},
	    {"OSLSR_EL1: implemented, unlocked", 2, 0, 1, 1, 4, HV_SYSREG_READ, 8, HV_SYSREG_UNDEF},
	    {"OSDLR_EL1", 2, 0, 1, 3, 4, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DBGPRCR_EL1", 2, 0, 1, 4, 4, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"MDRAR_EL1", 2, 0, 1, 0, 0, HV_SYSREG_READ, 0, HV_SYSREG_UNDEF},
	    {"MDSCR_EL1", 2, 0, 0, 2, 2, HV_SYSREG_MDSCR, CANARY, HV_SYSREG_MDSCR},
	    {"DBGBVR0_EL1", 2, 0, 0, 0, 4, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DBGBCR15_EL1", 2, 0, 0, 15, 5, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DBGWVR3_EL1", 2, 0, 0, 3, 6, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DBGWCR15_EL1", 2, 0, 0, 15, 7, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"OSDTRRX_EL1", 2, 0, 0, 0, 2, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"MDCCINT_EL1", 2, 0, 0, 2, 0, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"OSDTRTX_EL1", 2, 0, 0, 3, 2, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"OSECCR_EL1", 2, 0, 0, 6, 2, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"MDCCSR_EL0", 2, 3, 0, 1, 0, HV_SYSREG_READ, 0, HV_SYSREG_UNDEF},
	    {"DBGDTR_EL0", 2, 3, 0, 4, 0, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DBGDTRTX_EL0", 2, 3, 0, 5, 0, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DBGCLAIMSET_EL1", 2, 0, 7, 8, 6, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DBGCLAIMCLR_EL1", 2, 0, 7, 9, 6, HV_SYSREG_READ, 0, HV_SYSREG_WI},
	    {"DBGAUTHSTATUS_EL1", 2, 0, 7, 14, 6, HV_SYSREG_READ, 0, HV_SYSREG_UNDEF},
	    {"DBGVCR32_EL2", 2, 4, 0, 7, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"PMCR_EL0", 3, 3, 9, 12, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"PMCCNTR_EL0", 3, 3, 9, 13, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"PMUSERENR_EL0", 3, 3, 9, 14, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"PMINTENSET_EL1", 3, 0, 9, 14, 1, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"PMEVCNTR0_EL0", 3, 3, 14, 8, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"PMSCR_EL1 (SPE)", 3, 0, 9, 9, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"TRFCR_EL1", 3, 0, 1, 2, 1, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"TRCPRGCTLR", 2, 1, 0, 1, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"AMCR_EL0", 3, 3, 13, 2, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"ERRSELR_EL1 (RAS)", 3, 0, 5, 3, 1, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"LORC_EL1", 3, 0, 10, 4, 3, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"APIAKEYLO_EL1", 3, 0, 2, 1, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"SCXTNUM_EL1", 3, 0, 13, 0, 7, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"ZCR_EL1", 3, 0, 1, 2, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"S3_0_C15_C1_4", 3, 0, 15, 1, 4, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"S3_1_C11_C0_2", 3, 1, 11, 0, 2, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"SYS #6, C15, C0, #0", 1, 6, 15, 0, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"MIDR_EL1 is not in the space", 3, 0, 0, 0, 0, HV_SYSREG_UNDEF, CANARY,
	     HV_SYSREG_UNDEF},
	    {"REVIDR_EL1 is not either", 3, 0, 0, 0, 6, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"one past the space", 3, 0, 0, 8, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"CCSIDR_EL1", 3, 1, 0, 0, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"first of all", 0, 0, 0, 0, 0, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"last of all", 3, 7, 15, 15, 7, HV_SYSREG_UNDEF, CANARY, HV_SYSREG_UNDEF},
	    {"ID_PFR0_EL1 (AArch32)", 3, 0, 0, 1, 0, HV_SYSREG_READ, 0, HV_SYSREG_UNDEF},
	    {"MVFR2_EL1", 3, 0, 0, 3, 2, HV_SYSREG_READ, 0, HV_SYSREG_UNDEF},
	    {"unallocated", 3, 0, 0, 7, 7, HV_SYSREG_READ, 0, HV_SYSREG_UNDEF},
	    {"ID_AA64PFR1_EL1", 3, 0, 0, 4, 1, HV_SYSREG_READ, 0xff, HV_SYSREG_UNDEF},
	};
	hv_u64 value;

	(void)state;
	memset(&all_ones, 0xff, sizeof(all_ones));
	for (size_t i = 0; i < ROWS(rows); i++) {
		const hv_u16 number =
		    reg(rows[i].op0, rows[i].op1, rows[i].crn, rows[i].crm, rows[i].op2);

		CHECK(rows[i].why, decide(number, true, &value), rows[i].on_read);
		CHECK(rows[i].why, value, rows[i].value);
		CHECK(rows[i].why, decide(number, false, &value), rows[i].on_write);
		CHECK("writes have no value", value, CANARY);
	}
}

/* Of 65,536 encodings the guest gets these and nothing else. */
static void nothing_else_is_open(void **state)
{
	hv_u32 reads = 0, writes = 0;
	hv_u64 value;

	(void)state;
	for (hv_u32 number = 0; number < 65536; number++) {
		reads += decide((hv_u16)number, true, &value) != HV_SYSREG_UNDEF;
		writes += decide((hv_u16)number, false, &value) != HV_SYSREG_UNDEF;
	}
	CHECK("56 identification registers, 64 break- and watchpoints, 17 others", reads, 137);
	CHECK("64 break- and watchpoints, 21 registers or instructions", writes, 85);
}

static void identification(void **state)
{
	static const struct {
		const char *why;
		hv_u8 crm, op2;
		hv_u64 physical, want;
	} rows[] = {
	    {"PFR0, all there", 4, 0, UINT64_MAX, 0xf10f000001ff0011},
	    {"PFR0, nothing there: still AArch64 EL0 and EL1", 4, 0, 0, 0x11},
	    {"PFR0 of a Cortex-A55: EL3, EL2, AArch32, RAS go", 4, 0, 0x1100000010112222,
	     0x1100000000110011},
	    {"PFR0 without FP says so", 4, 0, 0xff0011, 0xff0011},
	    {"PFR0 without GIC registers", 4, 0, 0x00ff0011, 0x00ff0011},
	    {"PFR0, GIC 4.1", 4, 0, 0x03000011, 0x01000011},
	    {"PFR0, CSV2_3", 4, 0, 0x0300000000000011, 0x0100000000000011},
	    {"PFR0, SVE, SEL2, MPAM, AMU, RME", 4, 0, 0x0011111100000011, 0x0001000000000011},
	    {"PFR1", 4, 1, UINT64_MAX, 0xff},
	    {"PFR2", 4, 2, UINT64_MAX, 0},
	    {"ZFR0", 4, 4, UINT64_MAX, 0},
	    {"SMFR0", 4, 5, UINT64_MAX, 0},
	    {"FPFR0", 4, 7, UINT64_MAX, 0},
	    {"DFR0, all there", 5, 0, UINT64_MAX, 0xf0f0f0f009},
	    {"DFR0 of a Cortex-A55: PMU goes", 5, 0, 0x10305408, 0xf010305008},
	    {"DFR0, Armv8.0 debug", 5, 0, 6, 0xf000000006},
	    {"DFR1", 5, 1, UINT64_MAX, 0},
	    {"AFR0", 5, 4, UINT64_MAX, 0},
	    {"ISAR0", 6, 0, UINT64_MAX, 0xfffffffff0fffff0},
	    {"ISAR1", 6, 1, UINT64_MAX, 0x00ffffff00fff00f},
	    {"ISAR2", 6, 2, UINT64_MAX, 0x00ff0f00f0f000ff},
	    {"ISAR3", 6, 3, UINT64_MAX, 0},
	    {"MMFR0, all there", 7, 0, UINT64_MAX, 0x0000f111fff000ff},
	    {"MMFR0, nothing there: no stage 2 granules", 7, 0, 0, 0x0000011100000000},
	    {"MMFR1, all there", 7, 1, UINT64_MAX, 0xf00ff0f00ff0f002},
	    {"MMFR1, HAFDBS 1", 7, 1, 0x1, 0x1},
	    {"MMFR1 of a Cortex-A55: VMID, VHE, LOR, XNX go", 7, 1, 0x10212122, 0x00202002},
	    {"MMFR2", 7, 2, UINT64_MAX, 0xf0ff00fff0ff00ff},
	    {"MMFR3", 7, 3, UINT64_MAX, 0},
	    {"MMFR4", 7, 4, UINT64_MAX, 0},
	};

	static const struct {
		hv_u8 crm, op2;
		hv_u64 want;
	} twos[] = {
	    {4, 0, 0x2102000001220011}, {4, 1, 0x22},
	    {5, 0, 0xf020202002},	{6, 0, 0x2222222220222220},
	    {6, 1, 0x0022222200222002}, {6, 2, 0x0022020020200022},
	    {7, 0, 0x0000211122200022}, {7, 1, 0x2002202002202002},
	    {7, 2, 0x2022002220220022},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].why,
		      hv_sysreg_id_mask(reg(3, 0, 0, rows[i].crm, rows[i].op2), rows[i].physical),
		      rows[i].want);
	for (size_t i = 0; i < ROWS(twos); i++)
		CHECK("every field 2",
		      hv_sysreg_id_mask(reg(3, 0, 0, twos[i].crm, twos[i].op2), 0x2222222222222222),
		      twos[i].want);
	for (hv_u32 crm = 1; crm < 8; crm++) {
		for (hv_u32 op2 = 0; op2 < 8; op2++) {
			const hv_u64 none = hv_sysreg_id_mask(reg(3, 0, 0, crm, op2), 0);
			const hv_u64 want = crm == 4 && op2 == 0   ? 0x11
					    : crm == 5 && op2 == 0 ? 0xf000000000
					    : crm == 7 && op2 == 0 ? 0x11100000000
								   : 0;

			CHECK("a CPU without any feature", none, want);
		}
	}
	CHECK("outside of the space", hv_sysreg_id_mask(reg(3, 0, 0, 0, 0), UINT64_MAX), 0);
	CHECK("not a register number", hv_sysreg_id_mask(UINT32_MAX, UINT64_MAX), 0);
}

static void each_register_comes_from_its_own_sample(void **state)
{
	hv_u64 value;
	struct hv_id_regs id = {{0}};
	const struct hv_sysreg_access first = {.reg = reg(3, 0, 0, 4, 1), .read = true};
	const struct hv_sysreg_access last = {.reg = reg(3, 0, 0, 7, 2), .read = true};

	(void)state;
	id.value[25] = 0x21;
	id.value[50] = 0x10;
	CHECK("PFR1 is number 25", hv_sysreg_decide(&first, &id, &value), HV_SYSREG_READ);
	CHECK("PFR1 is number 25", value, 0x21);
	CHECK("MMFR2 is number 50", hv_sysreg_decide(&last, &id, &value), HV_SYSREG_READ);
	CHECK("MMFR2 is number 50", value, 0x10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(policy),
	    cmocka_unit_test(nothing_else_is_open),
	    cmocka_unit_test(identification),
	    cmocka_unit_test(each_register_comes_from_its_own_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
