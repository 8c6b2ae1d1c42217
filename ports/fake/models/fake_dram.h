/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_DRAM_H
#define HAVEN_FAKE_DRAM_H
/**
 * @file
 * Memory that the code under test and a device model share, with the CPU's cache between
 * them.
 *
 * The code under test sees memory at its physical address, as EL2 does, through a cache
 * that holds everything. A device sees the cache only if it snoops; else it sees what was
 * cleaned, and what it writes is seen after invalidation. So a forgotten clean or
 * invalidate shows, and so does a clean that throws a device's data away.
 */
#include <haven/types.h>

#define FAKE_DRAM_LINE 64u

/** Forget all memory. */
void fake_dram_reset(void);
/** Put zeroed memory at [base, base + size), multiples of 64 KB, below 2^32 on hosts that sanitise. */
void fake_dram_add(hv_u64 base, hv_u64 size);
/** The same for [base, base + size) that this program has already; the cache is in step with it. */
void fake_dram_use(hv_u64 base, hv_u64 size);

/**
 * A device's access.
 *
 * @param snoop  The access is cacheable and the device is coherent.
 *
 * @return false if not all of it is memory: an external abort.
 */
bool fake_dram_read(hv_u64 pa, void *to, hv_u64 size, bool snoop);
bool fake_dram_write(hv_u64 pa, const void *from, hv_u64 size, bool snoop);

/** The CPU cleans all lines that [start, start + size) touches. */
void fake_dram_clean(hv_u64 start, hv_u64 size);
/** The CPU cleans and invalidates them. */
void fake_dram_clean_invalidate(hv_u64 start, hv_u64 size);
/** One line, of @p address: for instructions. @return false: no memory there. The log gets
 *  "clean" or "clean+invalidate" once for neighbouring lines that follow each other. */
bool fake_dram_line(hv_u64 address, bool invalidate);
/** The cache writes everything back that is dirty, as it may at any time. */
void fake_dram_evict(void);

#endif
