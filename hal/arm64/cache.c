/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/cache.h>

#include <arm64/instruction.h>
#include <arm64/sysreg.h>

#define CTR_DMINLINE HV_BITS(19, 16)
#define DCZID_BS     HV_BITS(3, 0)
#define DCZID_DZP    HV_BIT(4)

static hv_u64 line_size(void)
{
	return UINT64_C(4) << HV_GET(CTR_DMINLINE, read_ctr_el0());
}

void hv_hal_cache_clean(const void *start, hv_u64 size)
{
	const hv_u64 line = line_size();
	const hv_u64 end = (hv_u64)start + size;

	for (hv_u64 p = (hv_u64)start & ~(line - 1); p < end; p += line) /* bound: size / line */
		dc(cvac, p);
	dsb(sy);
}

void hv_hal_cache_clean_invalidate(const void *start, hv_u64 size)
{
	const hv_u64 line = line_size();
	const hv_u64 end = (hv_u64)start + size;

	for (hv_u64 p = (hv_u64)start & ~(line - 1); p < end; p += line) /* bound: size / line */
		dc(civac, p);
	dsb(sy);
}

static void zero_by_stores(hv_u64 start, hv_u64 end)
{
	for (; start < end; start += 8) /* bound: size / 8 */
		*(volatile hv_u64 *)start = 0;
}

static void zero_by_blocks(hv_u64 start, hv_u64 end, hv_u64 block)
{
	for (; start < end; start += block) /* bound: size / block */
		dc(zva, start);
}

void hv_hal_zero(void *start, hv_u64 size)
{
	const hv_u64 dczid = read_dczid_el0();
	const hv_u64 end = (hv_u64)start + size;

	if ((dczid & DCZID_DZP) != 0)
		zero_by_stores((hv_u64)start, end);
	else
		zero_by_blocks((hv_u64)start, end, UINT64_C(4) << HV_GET(DCZID_BS, dczid));
	hv_hal_cache_clean_invalidate(start, size);
}

void hv_hal_instructions_changed(void)
{
	dsb(ish);
	ic(ialluis);
	dsb(ish);
	isb();
}
