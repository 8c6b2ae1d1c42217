/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/cache.h>

#include "sysreg.h"

#define CTR_DMINLINE HV_BITS(19, 16)
#define DCZID_BS     HV_BITS(3, 0)

void hv_hal_cache_clean_invalidate(const void *start, hv_u64 size)
{
	const hv_u64 line = UINT64_C(4) << HV_GET(CTR_DMINLINE, read_ctr_el0());
	const hv_u64 end = (hv_u64)start + size;

	for (hv_u64 p = (hv_u64)start & ~(line - 1); p < end; p += line) /* bound: size / line + 1 */
		__asm__ volatile("dc civac, %0" : : "r"(p) : "memory");
	dsb(sy);
}

void hv_hal_zero(void *start, hv_u64 size)
{
	const hv_u64 block = UINT64_C(4) << HV_GET(DCZID_BS, read_dczid_el0());
	const hv_u64 end = (hv_u64)start + size;

	for (hv_u64 p = (hv_u64)start; p < end; p += block) /* bound: size / 64 */
		__asm__ volatile("dc zva, %0\n\tdc civac, %0" : : "r"(p) : "memory");
	dsb(sy);
}

void hv_hal_instructions_changed(void)
{
	__asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" : : : "memory");
}
