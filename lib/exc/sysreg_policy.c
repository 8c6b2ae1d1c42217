/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/sysreg_policy.h>

#define MDSCR_EL1     HV_SYSREG(2, 0, 0, 2, 2)
#define ICC_DIR_EL1   HV_SYSREG(3, 0, 12, 11, 1)
#define ICC_SGI1R_EL1 HV_SYSREG(3, 0, 12, 11, 5)

_Static_assert(HV_SYSREG(3, 0, 12, 11, 5) == 0xc65d, "as MSR encodes ICC_SGI1R_EL1");
_Static_assert(HV_SYSREG(2, 0, 1, 1, 4) == 0x808c, "as MRS encodes OSLSR_EL1");

struct rule {
	hv_u16 reg;
	hv_u8 on_read;  /* enum hv_sysreg_action; HV_SYSREG_READ answers `value` */
	hv_u8 on_write;
	hv_u64 value;
};

/*
 * The policy. Everything else is UNDEF, in particular:
 * PMU       MDCR_EL2.TPM, TPMCR  not virtualised; ID_AA64DFR0_EL1.PMUVer reads 0
 * SPE       MDCR_EL2.TPMS        likewise, PMSVer
 * trace     CPTR_EL2.TTA, TTRF   likewise, TraceVer, TraceFilt
 * AMU       CPTR_EL2.TAM         likewise, AMU
 * SVE, SME  CPTR_EL2.TZ          likewise
 * RAS       HCR_EL2.TERR         likewise, RAS: errors are the hypervisor's
 * LORegions HCR_EL2.TLOR         likewise, LO
 * PAuth     HCR_EL2.APK          likewise, APA, API: keys are not switched
 * MTE       HCR_EL2.ATA          likewise
 * SCXTNUM   HCR_EL2.EnSCXT       likewise, CSV2
 * op0 1, 3, CRn 11, 15  TIDCP    implementation defined: may change the machine for all
 */
static const struct rule rules[] = {
	/* HCR_EL2.TACR. Auxiliary control: nothing in it for a guest. */
	{HV_SYSREG(3, 0, 1, 0, 1), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	/* HCR_EL2.TSW. DC ISW, CSW, CISW: meaningless on a machine with more than one master,
	 * and slow for everyone. Guests have maintenance by address. */
	{HV_SYSREG(1, 0, 7, 6, 2), HV_SYSREG_UNDEF, HV_SYSREG_IGNORE, 0},
	{HV_SYSREG(1, 0, 7, 10, 2), HV_SYSREG_UNDEF, HV_SYSREG_IGNORE, 0},
	{HV_SYSREG(1, 0, 7, 14, 2), HV_SYSREG_UNDEF, HV_SYSREG_IGNORE, 0},
	/* HCR_EL2.FMO, IMO. ICC_ASGI1R_EL1, ICC_SGI0R_EL1: no other security state, no Group 0
	 * SGIs. */
	{HV_SYSREG(3, 0, 12, 11, 6), HV_SYSREG_UNDEF, HV_SYSREG_IGNORE, 0},
	{HV_SYSREG(3, 0, 12, 11, 7), HV_SYSREG_UNDEF, HV_SYSREG_IGNORE, 0},
	/* ICC_SRE_EL2.Enable = 0. ICC_SRE_EL1: system registers only. */
	{HV_SYSREG(3, 0, 12, 12, 5), HV_SYSREG_READ, HV_SYSREG_WI, 7},
	/* MDCR_EL2.TDOSA. OSLAR_EL1, OSLSR_EL1 (OSLM = 2: implemented; OSLK = 0: unlocked),
	 * OSDLR_EL1 (FEAT_DoubleLock reads as not implemented), DBGPRCR_EL1. */
	{HV_SYSREG(2, 0, 1, 0, 4), HV_SYSREG_UNDEF, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 0, 1, 1, 4), HV_SYSREG_READ, HV_SYSREG_UNDEF, 8},
	{HV_SYSREG(2, 0, 1, 3, 4), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 0, 1, 4, 4), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	/* MDCR_EL2.TDRA. MDRAR_EL1: no memory-mapped debug registers. */
	{HV_SYSREG(2, 0, 1, 0, 0), HV_SYSREG_READ, HV_SYSREG_UNDEF, 0},
	/* MDCR_EL2.TDA, shared CPUs. MDSCR_EL1; OSDTRRX_EL1, MDCCINT_EL1, OSDTRTX_EL1,
	 * OSECCR_EL1; MDCCSR_EL0, DBGDTR_EL0, DBGDTRRX/TX_EL0; DBGCLAIMSET_EL1, DBGCLAIMCLR_EL1,
	 * DBGAUTHSTATUS_EL1. */
	{MDSCR_EL1, HV_SYSREG_MDSCR, HV_SYSREG_MDSCR, 0},
	{HV_SYSREG(2, 0, 0, 0, 2), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 0, 0, 2, 0), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 0, 0, 3, 2), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 0, 0, 6, 2), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 3, 0, 1, 0), HV_SYSREG_READ, HV_SYSREG_UNDEF, 0},
	{HV_SYSREG(2, 3, 0, 4, 0), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 3, 0, 5, 0), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 0, 7, 8, 6), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 0, 7, 9, 6), HV_SYSREG_READ, HV_SYSREG_WI, 0},
	{HV_SYSREG(2, 0, 7, 14, 6), HV_SYSREG_READ, HV_SYSREG_UNDEF, 0},
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

/* op0 3, op1 0, CRn 0, CRm 1..7. CRm 0 (MIDR, MPIDR, REVIDR) is not trapped. */
static bool is_id(hv_u32 reg)
{
	return reg >= HV_SYSREG(3, 0, 0, 1, 0) && reg <= HV_SYSREG(3, 0, 0, 7, 7);
}

/* DBGBVR, DBGBCR, DBGWVR, DBGWCR: op0 2, op1 0, CRn 0, CRm 0..15, op2 4..7. */
static bool is_breakpoint(hv_u32 reg)
{
	return (reg & ~HV_SYSREG(0, 0, 0, 15, 3)) == HV_SYSREG(2, 0, 0, 0, 4);
}

static enum hv_sysreg_action by_rule(const struct hv_sysreg_access *access, hv_u64 *value)
{
	for (hv_u32 i = 0; i < RULES; i++) { /* bound: RULES, 23 */
		enum hv_sysreg_action action;

		if (rules[i].reg != access->reg)
			continue;
		action = (enum hv_sysreg_action)(access->read ? rules[i].on_read
							      : rules[i].on_write);
		if (action == HV_SYSREG_READ)
			*value = rules[i].value;
		return action;
	}
	return HV_SYSREG_UNDEF;
}

enum hv_sysreg_action hv_sysreg_decide(const struct hv_sysreg_access *access,
				       const struct hv_id_regs *id, hv_u64 *value)
{
	const hv_u32 reg = access->reg;

	if (!access->read && reg == ICC_SGI1R_EL1)
		return HV_SYSREG_SGI;
	if (!access->read && reg == ICC_DIR_EL1)
		return HV_SYSREG_DIR;
	if (is_id(reg)) {
		if (!access->read)
			return HV_SYSREG_UNDEF;
		*value = hv_sysreg_id_mask(reg, id->value[reg - HV_SYSREG(3, 0, 0, 1, 0)]);
		return HV_SYSREG_READ;
	}
	if (is_breakpoint(reg) && !access->read)
		return HV_SYSREG_WI;
	if (is_breakpoint(reg)) {
		*value = 0;
		return HV_SYSREG_READ;
	}
	return by_rule(access, value);
}
