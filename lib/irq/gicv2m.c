/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/gicv2m.h>

#define TYPER_FIRST HV_BITS(25, 16)
#define TYPER_COUNT HV_BITS(9, 0)

hv_u32 hv_v2m_read(hv_u32 first, hv_u32 count, hv_u32 offset)
{
	if (offset != HV_V2M_TYPER)
		return 0;
	return (hv_u32)(HV_PUT(TYPER_FIRST, first) | HV_PUT(TYPER_COUNT, count));
}
