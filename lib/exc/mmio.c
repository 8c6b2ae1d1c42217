/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/el2_exceptions.h>

#include "esr.h"

#define ZERO_REGISTER 31

enum hv_mmio_verdict hv_mmio_decode(const struct hv_exc_regs *regs, const struct hv_abort *abort,
				    struct hv_mmio *out)
{
	const hv_u64 esr = regs->esr;
	const hv_u64 size = UINT64_C(1) << HV_GET(ISS_SAS, esr);

	if (HV_GET(ESR_EC, esr) != EC_DABT_LOWER || abort->cause != HV_ABORT_TRANSLATION ||
	    abort->walk)
		return HV_MMIO_NOT_DEVICE;
	if ((esr & ISS_ISV) == 0 || abort->maintenance)
		return HV_MMIO_NO_SYNDROME;
	if ((abort->ipa & (size - 1)) != 0)
		return HV_MMIO_MISALIGNED;

	out->ipa = abort->ipa;
	out->size = (hv_u8)size;
	out->srt = (hv_u8)HV_GET(ISS_SRT, esr);
	out->write = abort->write;
	out->sign_extend = (esr & ISS_SSE) != 0;
	out->sf = (esr & ISS_SF) != 0;
	return HV_MMIO_OK;
}

static hv_u64 cut(hv_u64 value, hv_u32 size)
{
	return value & (~UINT64_C(0) >> (64 - 8 * size));
}

hv_u64 hv_mmio_store_value(const struct hv_mmio *mmio, const hv_u64 x[31])
{
	return mmio->srt == ZERO_REGISTER ? 0 : cut(x[mmio->srt], mmio->size);
}

void hv_mmio_load(const struct hv_mmio *mmio, hv_u64 value, hv_u64 x[31])
{
	const hv_u64 sign = UINT64_C(1) << (8u * mmio->size - 1);

	if (mmio->srt == ZERO_REGISTER)
		return;
	value = cut(value, mmio->size);
	if (mmio->sign_extend)
		value = (value ^ sign) - sign;
	x[mmio->srt] = mmio->sf ? value : cut(value, 4);
}
