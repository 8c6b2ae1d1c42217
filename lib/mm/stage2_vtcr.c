/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/stage2.h>

#include "table.h"

/* VTCR_EL2, 4 KB granule. */
#define VTCR_T0SZ   HV_BITS(5, 0)
#define VTCR_SL0    HV_BITS(7, 6)
#define SL0_LEVEL_1 1
#define SL0_LEVEL_0 2
#define VTCR_IRGN0  HV_BITS(9, 8)
#define VTCR_ORGN0  HV_BITS(11, 10)
#define RGN_WB_WA   1
#define VTCR_SH0    HV_BITS(13, 12)
#define SH_INNER    3
#define VTCR_PS	    HV_BITS(18, 16)
#define VTCR_VS	    HV_BIT(19)
#define VTCR_RES1   HV_BIT(31)

#define VTCR_FIXED                                                                                 \
	(VTCR_RES1 | HV_PUT(VTCR_SH0, SH_INNER) | HV_PUT(VTCR_ORGN0, RGN_WB_WA) |                  \
	 HV_PUT(VTCR_IRGN0, RGN_WB_WA))

_Static_assert(VTCR_FIXED == UINT64_C(0x80003500), "TG0 = 0: 4 KB; HA = HD = 0");
_Static_assert(HV_PUT(VTCR_PS, 2) == UINT64_C(0x00020000), "PS is [18:16]");
_Static_assert(VTCR_VS == UINT64_C(0x00080000), "VS is [19]");

/* One table at level 1 resolves 39 bits; 16 concatenated ones resolve 43. */
#define LEVEL_1_BITS	 39u
#define LEVEL_1_MAX_BITS 43u

hv_status_t hv_stage2_vtcr(hv_u32 ipa_bits, hv_u32 pa_bits, bool vmid16, struct hv_stage2_vtcr *out)
{
	const hv_u32 ps = table_pa_size(pa_bits);

	if (out == NULL || ipa_bits < 32 || ipa_bits > 48 || ps > 5)
		return HV_EINVAL;
	if (ipa_bits > pa_bits)
		return HV_ENOTSUP;

	const bool level_1 = ipa_bits <= LEVEL_1_MAX_BITS;

	out->t0sz = 64 - ipa_bits;
	out->sl0 = level_1 ? SL0_LEVEL_1 : SL0_LEVEL_0;
	out->ps = ps;
	out->start_level = level_1 ? 1 : 0;
	out->root_tables = level_1 && ipa_bits > LEVEL_1_BITS ? 1u << (ipa_bits - LEVEL_1_BITS) : 1;
	out->vtcr = VTCR_FIXED | HV_PUT(VTCR_T0SZ, out->t0sz) | HV_PUT(VTCR_SL0, out->sl0) |
		    HV_PUT(VTCR_PS, ps) | (vmid16 ? VTCR_VS : 0);
	return HV_OK;
}
