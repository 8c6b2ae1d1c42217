/* SPDX-License-Identifier: Apache-2.0 */
/* <haven/hal/cache.h> on fake_dram.h, for drivers that keep tables for a device. */
#include <string.h>

#include <haven/hal/cache.h>

#include "fake_dram.h"

void hv_hal_cache_clean(const void *start, hv_u64 size)
{
	fake_dram_clean((hv_u64)(uintptr_t)start, size);
}

void hv_hal_cache_clean_invalidate(const void *start, hv_u64 size)
{
	fake_dram_clean_invalidate((hv_u64)(uintptr_t)start, size);
}

void hv_hal_zero(void *start, hv_u64 size)
{
	memset(start, 0, size);
	fake_dram_clean_invalidate((hv_u64)(uintptr_t)start, size);
}
