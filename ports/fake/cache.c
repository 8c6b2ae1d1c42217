/* SPDX-License-Identifier: Apache-2.0 */
/* <haven/hal/cache.h>: the effect on memory, and a note for what has none. */
#include <string.h>

#include <haven/hal/cache.h>

#include "fake.h"

void hv_hal_cache_clean(const void *start, hv_u64 size)
{
	(void)start;
	(void)size;
}

void hv_hal_cache_clean_invalidate(const void *start, hv_u64 size)
{
	fake_log(FAKE_CLEAN, (hv_u64)(uintptr_t)start, size);
}

void hv_hal_zero(void *start, hv_u64 size)
{
	memset(start, 0, size);
	fake_log(FAKE_ZERO, (hv_u64)(uintptr_t)start, size);
}

void hv_hal_copy(void *to, const void *from, hv_u64 size)
{
	memcpy(to, from, size);
	fake_log(FAKE_COPY, (hv_u64)(uintptr_t)to, size);
}

void hv_hal_instructions_changed(void)
{
	fake_log(FAKE_INSTRUCTIONS, 0, 0);
}
