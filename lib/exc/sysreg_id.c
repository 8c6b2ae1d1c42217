/* SPDX-License-Identifier: Apache-2.0 */
/* Identification registers: which features a guest finds. */
#include <haven/bits.h>
#include <haven/sysreg_policy.h>

/* The 4-bit field whose lowest bit is @p lo: all ID_AA64* fields have this form. */
#define F(lo) HV_BITS((lo) + 3, lo)

#define CAPS 2

struct id_rule {
	hv_u16 reg;
	hv_u64 keep;  /* fields that are passed as they are */
	hv_u64 force; /* value of fields that the guest sees whatever the CPU has */
	struct {
		hv_u8 lo, max; /* field that is passed up to `max`; {0, 0}: none */
	} cap[CAPS];
};

/* Allow-list. AArch32, SVE, SME and auxiliary registers have no row and read 0. */
static const struct id_rule id_rules[] = {
	/* ID_AA64PFR0_EL1: FP, AdvSIMD, DIT, CSV3; EL0 and EL1 in AArch64 only; GIC 3.0; CSV2
	 * without the context numbers of FEAT_CSV2_2, which are not switched. */
	{HV_SYSREG(3, 0, 0, 4, 0), F(16) | F(20) | F(48) | F(60), 0x11, {{24, 1}, {56, 1}}},
	/* ID_AA64PFR1_EL1: BT, SSBS. */
	{HV_SYSREG(3, 0, 0, 4, 1), F(0) | F(4), 0, {{0, 0}, {0, 0}}},
	/* ID_AA64DFR0_EL1: BRPs, WRPs, CTX_CMPs; DebugVer up to Armv8.4; no DoubleLock. */
	{HV_SYSREG(3, 0, 0, 5, 0), F(12) | F(20) | F(28), HV_PUT(F(36), 15), {{0, 9}, {0, 0}}},
	/* ID_AA64ISAR0_EL1: all but TME. */
	{HV_SYSREG(3, 0, 0, 6, 0), ~(F(0) | F(24)), 0, {{0, 0}, {0, 0}}},
	/* ID_AA64ISAR1_EL1: DPB, JSCVT, FCMA, LRCPC, FRINTTS, SB, SPECRES, BF16, DGH, I8MM;
	 * not pointer authentication, XS, LS64. */
	{HV_SYSREG(3, 0, 0, 6, 1),
	 F(0) | F(12) | F(16) | F(20) | F(32) | F(36) | F(40) | F(44) | F(48) | F(52),
	 0, {{0, 0}, {0, 0}}},
	/* ID_AA64ISAR2_EL1: WFxT, RPRES, BC, CLRBHB, PRFMSLC, RPRFM, CSSC; not pointer
	 * authentication, MOPS, 128-bit system registers. */
	{HV_SYSREG(3, 0, 0, 6, 2), F(0) | F(4) | F(20) | F(28) | F(40) | F(48) | F(52),
	 0, {{0, 0}, {0, 0}}},
	/* ID_AA64MMFR0_EL1: PARange, ASIDBits, granules of stage 1, ExS; no stage 2 (TGranX_2 =
	 * 1), little-endian, no FGT, no ECV. */
	{HV_SYSREG(3, 0, 0, 7, 0), F(0) | F(4) | F(20) | F(24) | F(28) | F(44),
	 HV_PUT(F(32), 1) | HV_PUT(F(36), 1) | HV_PUT(F(40), 1), {{0, 0}, {0, 0}}},
	/* ID_AA64MMFR1_EL1: HPDS, PAN, SpecSEI, ETS, AFP, nTLBPA, ECBHB; HAFDBS without HAFT;
	 * not VMIDBits, VH, LO, XNX, TWED, HCX, TIDCP1, CMOW. */
	{HV_SYSREG(3, 0, 0, 7, 1), F(12) | F(20) | F(24) | F(36) | F(44) | F(48) | F(60),
	 0, {{0, 2}, {0, 0}}},
	/* ID_AA64MMFR2_EL1: CnP, UAO, VARange, CCIDX, ST, AT, IDS, TTL, BBM, E0PD; not LSM, IESB,
	 * NV, FWB, EVT. */
	{HV_SYSREG(3, 0, 0, 7, 2),
	 F(0) | F(4) | F(16) | F(20) | F(28) | F(32) | F(36) | F(48) | F(52) | F(60),
	 0, {{0, 0}, {0, 0}}},
};

#define ID_RULES (sizeof(id_rules) / sizeof(id_rules[0]))

static hv_u64 apply(const struct id_rule *rule, hv_u64 physical)
{
	hv_u64 value = (physical & rule->keep) | rule->force;

	for (hv_u32 i = 0; i < CAPS; i++) { /* bound: CAPS */
		const hv_u64 field = (physical >> rule->cap[i].lo) & 15;
		const hv_u64 max = rule->cap[i].max;

		value |= (field < max ? field : max) << rule->cap[i].lo;
	}
	return value;
}

hv_u64 hv_sysreg_id_mask(hv_u32 reg, hv_u64 physical)
{
	for (hv_u32 i = 0; i < ID_RULES; i++) { /* bound: ID_RULES, 9 */
		if (id_rules[i].reg == reg)
			return apply(&id_rules[i], physical);
	}
	return 0;
}
