/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SYSREG_POLICY_H
#define HAVEN_SYSREG_POLICY_H
/**
 * @file
 * What becomes of a guest's trapped system register and instruction accesses.
 *
 * The table in sysreg_policy.c is the whole policy; what it does not name is UNDEF.
 * It assumes these traps: HCR_EL2 TID3, TSW, TACR, TIDCP, TLOR, TERR, IMO, FMO;
 * CPTR_EL2 TTA, TZ, TAM; MDCR_EL2 TPM, TPMCR, TPMS, TTRF, TDOSA, TDRA;
 * ICH_HCR_EL2.TDIR now and then. Passed through, hence not seen here: EL1's own MMU,
 * exception and thread registers, timers and counters (CNTP, CNTV), ICC registers
 * that become ICV, cache maintenance by address, TLBI, AT.
 *
 * Debug: a dedicated CPU's breakpoints and watchpoints belong to its guest (MDCR_EL2.TDA
 * = 0). On a CPU that partitions share they trap (TDA = 1) and read as zero, as do the
 * claim tags and the debug communication channel: they would be a place to leave messages
 * in, and switching them costs more than they are worth. Software step and BRK remain.
 */
#include <haven/el2_exceptions.h>

/** Physical identification registers: op0 3, op1 0, CRn 0, CRm 1..7, op2 0..7. */
struct hv_id_regs {
	hv_u64 value[56]; /**< Index (CRm - 1) * 8 + op2. Sampled once at boot. */
};

/** What to do. All but HV_SYSREG_UNDEF go on behind the instruction. */
enum hv_sysreg_action {
	HV_SYSREG_UNDEF = 0, /**< hv_el1_inject_undef(); journal HV_J_SYSREG, HV_JV_INJECT. */
	HV_SYSREG_READ,      /**< Put the value into x[rt] (rt 31: nowhere). */
	HV_SYSREG_WI,        /**< Write without effect, as the register is specified. */
	HV_SYSREG_IGNORE,    /**< As WI, but what the guest asked for does not happen (set and way,
			      *   foreign SGI groups): journal HV_J_SYSREG, HV_JV_IGNORE. */
	HV_SYSREG_SGI,       /**< ICC_SGI1R_EL1: hand x[rt] (31: 0) to the virtual GIC. */
	HV_SYSREG_DIR,       /**< ICC_DIR_EL1: hand x[rt] (31: 0) to the virtual GIC. */
	HV_SYSREG_MDSCR,     /**< MDSCR_EL1 of a shared CPU: read, or write, the register itself;
			      *   only HV_MDSCR_GUEST takes effect, the rest reads 0. */
};

/** MDSCR_EL1.SS and KDE: software step. */
#define HV_MDSCR_GUEST UINT64_C(0x2001)

/**
 * Decide about one trapped access.
 *
 * @param access  From hv_exc_decode(), HV_EXIT_SYSREG.
 * @param id      Physical identification registers.
 * @param value   Written on HV_SYSREG_READ only.
 *
 * Cost: one step per row of the table, about 23; SGI and DIR are found first.
 * Source: Arm ARM (DDI 0487), chapter D19; IHI 0069 for the GIC.
 */
HV_MUST_CHECK
enum hv_sysreg_action hv_sysreg_decide(const struct hv_sysreg_access *access,
				       const struct hv_id_regs *id, hv_u64 *value);

/**
 * What a guest reads in an identification register.
 *
 * An allow-list of fields: anything unknown to it reads 0. Hidden: EL2, EL3, AArch32,
 * SVE, SME, MTE, pointer authentication, PMU, SPE, trace, BRBE, AMU, MPAM, RAS, RME,
 * NV, LORegions, big-endian, TME, MOPS, LS64, GCS, FEAT_DoubleLock, and whatever
 * needs HCRX_EL2. Reduced: CSV2 to 1, debug to Armv8.4, GIC to 1.
 *
 * @param reg       HV_SYSREG(); anything outside of the identification space gives 0.
 * @param physical  What the CPU has.
 * Cost: one step per allowed register, about 10.
 */
hv_u64 hv_sysreg_id_mask(hv_u32 reg, hv_u64 physical);

#endif
