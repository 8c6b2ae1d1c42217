/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_CACHE_H
#define HAVEN_HAL_CACHE_H
/**
 * @file
 * Memory that EL2 prepares for a guest which starts with its caches off.
 * Addresses are EL2 virtual. Cost: one step per cache line.
 */
#include <haven/types.h>

/** Clean to the point of coherency. */
void hv_hal_cache_clean(const void *start, hv_u64 size);
/** Clean and invalidate to the point of coherency. */
void hv_hal_cache_clean_invalidate(const void *start, hv_u64 size);
/** Zero memory, clean and invalidate it. @p start and @p size multiples of 4096. */
void hv_hal_zero(void *start, hv_u64 size);
/** Copy memory. Both 8-byte aligned. */
void hv_hal_copy(void *to, const void *from, hv_u64 size);
/** Make new instructions visible to all CPUs: IC IALLUIS. */
void hv_hal_instructions_changed(void);

#endif
