/* SPDX-License-Identifier: Apache-2.0 */
/* Exception entry to EL1, done by hand: AArch64.TakeException() of the Arm ARM. */
#include <haven/fault_policy.h>

#include "esr.h"

/* SPSR_ELx. Up to DIT they have the same place in both execution states. */
#define SPSR_NZCV  HV_BITS(31, 28)
#define SPSR_PAN   HV_BIT(22)
#define SPSR_NRW   HV_BIT(4)
#define SPSR_DIT   HV_BIT(24)
#define SPSR_SSBS  HV_BIT(12)
#define SPSR_DAIF  HV_BITS(9, 6)
#define SPSR_MODE  HV_BITS(3, 0)
#define MODE_EL0T  0
#define MODE_EL1T  4
#define MODE_EL1H  5

#define SCTLR_DSSBS HV_BIT(44)
#define SCTLR_SPAN  HV_BIT(23) /* 0: exceptions set PAN */

#define VBAR_BASE HV_BITS(63, 11)

_Static_assert((SPSR_NZCV | SPSR_PAN | SPSR_DIT) == UINT64_C(0xf1400000), "kept");
_Static_assert((SPSR_SSBS | SPSR_DAIF | MODE_EL1H) == 0x13c5, "set");
_Static_assert(SCTLR_DSSBS == UINT64_C(0x0000100000000000) && SCTLR_SPAN == 0x800000, "SCTLR_EL1");

static bool from_el0(hv_u64 pstate)
{
	return (pstate & SPSR_NRW) != 0 || HV_GET(SPSR_MODE, pstate) == MODE_EL0T;
}

static hv_u64 vector_of(const struct hv_el1_state *state)
{
	hv_u64 offset = 0x200;

	if ((state->pstate & SPSR_NRW) != 0)
		offset = 0x600;
	else if (HV_GET(SPSR_MODE, state->pstate) == MODE_EL0T)
		offset = 0x400;
	else if (HV_GET(SPSR_MODE, state->pstate) == MODE_EL1T)
		offset = 0;
	return (state->vbar & VBAR_BASE) + offset;
}

/*
 * EL1h with DAIF masked. SS, IL, UAO, ALLINT and BTYPE become 0, NZCV and DIT stay, PAN is
 * set unless SCTLR_EL1.SPAN, SSBS is SCTLR_EL1.DSSBS. Where a CPU lacks the feature, its
 * SPSR_EL2 bit is RES0 and takes no effect. TCO is 0: guests have no MTE.
 */
static hv_u64 handler_pstate(const struct hv_el1_state *state)
{
	const hv_u64 kept = state->pstate & (SPSR_NZCV | SPSR_PAN | SPSR_DIT);
	hv_u64 pstate = kept | SPSR_DAIF | MODE_EL1H;

	if ((state->sctlr & SCTLR_SPAN) == 0)
		pstate |= SPSR_PAN;
	if ((state->sctlr & SCTLR_DSSBS) != 0)
		pstate |= SPSR_SSBS;
	return pstate;
}

static hv_status_t take(struct hv_el1_state *state, hv_u64 esr)
{
	const hv_u64 vector = vector_of(state);

	if (vector == state->pc && (state->pstate & (SPSR_NRW | SPSR_MODE)) == MODE_EL1H)
		return HV_EPERM;
	state->esr = esr;
	state->elr = state->pc;
	state->spsr = state->pstate;
	state->pstate = handler_pstate(state);
	state->pc = vector;
	return HV_OK;
}

hv_status_t hv_el1_inject_abort(struct hv_el1_state *state, const struct hv_exc_regs *regs)
{
	const hv_u64 ec = HV_GET(ESR_EC, regs->esr);
	const bool far_valid =
		HV_GET(ISS_FSC, regs->esr) != FSC_EXTERNAL || (regs->esr & ISS_FNV) == 0;
	hv_u64 esr = FSC_EXTERNAL | (regs->esr & ESR_IL);
	hv_status_t status;

	if (ec == EC_DABT_LOWER) /* without a valid syndrome IL is 1 */
		esr |= ESR_IL | HV_PUT(ESR_EC, from_el0(state->pstate) ? EC_DABT_LOWER : EC_DABT_SAME) |
		       (regs->esr & (ISS_CM | ISS_WNR));
	else if (ec == EC_IABT_LOWER)
		esr |= HV_PUT(ESR_EC, from_el0(state->pstate) ? EC_IABT_LOWER : EC_IABT_SAME);
	else
		return HV_EINVAL;
	if (!far_valid)
		esr |= ISS_FNV;

	status = take(state, esr);
	if (status == HV_OK && far_valid)
		state->far = regs->far;
	return status;
}

hv_status_t hv_el1_inject_undef(struct hv_el1_state *state, const struct hv_exc_regs *regs)
{
	return take(state, HV_PUT(ESR_EC, EC_UNKNOWN) | (regs->esr & ESR_IL));
}
