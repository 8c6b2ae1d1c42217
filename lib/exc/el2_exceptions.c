/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/el2_exceptions.h>

#include "esr.h"

/* What is not named is HV_EXIT_REFUSE: exceptions that belong to EL1 and are not routed
 * here, exceptions of EL2 itself, and numbers that the architecture has not given out. */
static const hv_u8 kind_by_ec[64] = {
	[EC_UNKNOWN] = HV_EXIT_UNDEF,
	[EC_WFX] = HV_EXIT_WFX,
	[EC_CP15_32] = HV_EXIT_UNDEF,
	[EC_CP15_64] = HV_EXIT_UNDEF,
	[EC_CP14_32] = HV_EXIT_UNDEF,
	[EC_CP14_LS] = HV_EXIT_UNDEF,
	[EC_FP] = HV_EXIT_UNDEF,
	[EC_CP10_ID] = HV_EXIT_UNDEF,
	[EC_PAUTH] = HV_EXIT_UNDEF,
	[EC_LS64] = HV_EXIT_UNDEF,
	[EC_CP14_64] = HV_EXIT_UNDEF,
	[EC_SVC32] = HV_EXIT_UNDEF,
	[EC_HVC32] = HV_EXIT_UNDEF,
	[EC_SMC32] = HV_EXIT_UNDEF,
	[EC_SYSREG128] = HV_EXIT_UNDEF,
	[EC_HVC64] = HV_EXIT_HVC,
	[EC_SMC64] = HV_EXIT_SMC,
	[EC_SYSREG] = HV_EXIT_SYSREG,
	[EC_SVE] = HV_EXIT_UNDEF,
	[EC_ERET] = HV_EXIT_UNDEF,
	[EC_TSTART] = HV_EXIT_UNDEF,
	[EC_SME] = HV_EXIT_UNDEF,
	[EC_IABT_LOWER] = HV_EXIT_INST_ABORT,
	[EC_DABT_LOWER] = HV_EXIT_DATA_ABORT,
	[EC_MOPS] = HV_EXIT_UNDEF,
};

static enum hv_abort_cause cause_of(hv_u64 esr)
{
	const hv_u64 fsc = HV_GET(ISS_FSC, esr);

	switch (HV_GET(FSC_TYPE, esr)) {
	case FSC_ADDRESS_SIZE:
		return HV_ABORT_ADDRESS_SIZE;
	case FSC_TRANSLATION:
		return HV_ABORT_TRANSLATION;
	case FSC_ACCESS_FLAG:
		return HV_ABORT_ACCESS_FLAG;
	case FSC_PERMISSION:
		return HV_ABORT_PERMISSION;
	default:
		break;
	}
	if (fsc < FSC_PAST_EXTERNAL && fsc != FSC_TAG_CHECK && fsc != FSC_RESERVED_19)
		return HV_ABORT_EXTERNAL;
	return HV_ABORT_OTHER;
}

/* HPFAR_EL2 is UNKNOWN for every fault that is not named here. */
static enum hv_ipa_kind ipa_kind_of(enum hv_abort_cause cause, bool walk)
{
	if (cause > HV_ABORT_PERMISSION)
		return HV_IPA_NONE;
	if (walk)
		return HV_IPA_PAGE;
	return cause == HV_ABORT_PERMISSION ? HV_IPA_TRANSLATE : HV_IPA_EXACT;
}

static hv_u64 ipa_of(const struct hv_exc_regs *regs, enum hv_ipa_kind kind)
{
	const hv_u64 page = HV_GET(HPFAR_FIPA, regs->hpfar) << 12;

	/* Only the offset survives translation; of a walk it belongs to the access, not to the
	 * table. */
	if (kind == HV_IPA_EXACT)
		return page | (regs->far & HV_BITS(11, 0));
	return kind == HV_IPA_PAGE ? page : 0;
}

static void decode_abort(const struct hv_exc_regs *regs, bool data, struct hv_abort *out)
{
	const hv_u64 esr = regs->esr;
	const enum hv_abort_cause cause = cause_of(esr);
	const bool stage2 = cause <= HV_ABORT_PERMISSION;
	const bool walk = stage2 && (esr & ISS_S1PTW) != 0;

	out->cause = cause;
	out->ipa_kind = ipa_kind_of(cause, walk);
	out->ipa = ipa_of(regs, out->ipa_kind);
	out->level = stage2 ? (hv_u8)HV_GET(FSC_LEVEL, esr) : 0;
	out->write = data && !walk && (esr & ISS_WNR) != 0;
	out->walk = walk;
	out->maintenance = data && (esr & ISS_CM) != 0;
	out->far_valid = HV_GET(ISS_FSC, esr) != FSC_EXTERNAL || (esr & ISS_FNV) == 0;
}

static void decode_sysreg(hv_u64 esr, struct hv_sysreg_access *out)
{
	out->reg = (hv_u16)HV_SYSREG(HV_GET(ISS_OP0, esr), HV_GET(ISS_OP1, esr),
				     HV_GET(ISS_CRN, esr), HV_GET(ISS_CRM, esr),
				     HV_GET(ISS_OP2, esr));
	out->rt = (hv_u8)HV_GET(ISS_RT, esr);
	out->read = (esr & ISS_READ) != 0;
}

void hv_exc_decode(const struct hv_exc_regs *regs, struct hv_exit *out)
{
	const hv_u64 esr = regs->esr;
	const hv_u8 ec = (hv_u8)HV_GET(ESR_EC, esr);

	out->kind = (enum hv_exit_kind)kind_by_ec[ec];
	out->ec = ec;
	out->advance = (esr & ESR_IL) != 0 ? 4 : 2;
	out->imm = 0;
	switch (out->kind) {
	case HV_EXIT_HVC:
		out->advance = 0;
		out->imm = (hv_u16)HV_GET(ESR_IMM, esr);
		break;
	case HV_EXIT_SMC:
		out->imm = (hv_u16)HV_GET(ESR_IMM, esr);
		break;
	case HV_EXIT_SYSREG:
		decode_sysreg(esr, &out->sysreg);
		break;
	case HV_EXIT_DATA_ABORT:
	case HV_EXIT_INST_ABORT:
		decode_abort(regs, out->kind == HV_EXIT_DATA_ABORT, &out->abort);
		break;
	default:
		break;
	}
}

void hv_exc_set_ipa(const struct hv_exc_regs *regs, bool found, hv_u64 page, struct hv_abort *abort)
{
	if (abort->ipa_kind != HV_IPA_TRANSLATE)
		return;
	abort->ipa_kind = found ? HV_IPA_EXACT : HV_IPA_NONE;
	if (found)
		abort->ipa = (page & ~HV_BITS(11, 0)) | (regs->far & HV_BITS(11, 0));
}
