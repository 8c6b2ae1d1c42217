/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_RANGE_H
#define HAVEN_RANGE_H
/**
 * @file
 * Half-open address ranges [base, base + size) that never wrap.
 *
 * A range may end at 2^64: its last byte, not its end, is what is computed.
 * Cost of each: constant, no loops.
 */
#include <haven/types.h>

struct hv_range {
	hv_u64 base; /**< First byte. */
	hv_u64 size; /**< Bytes; 0 is not a valid range. */
};

/** True if the range has at least one byte and does not wrap past 2^64. */
static inline bool hv_range_valid(hv_u64 base, hv_u64 size)
{
	return size != 0 && size - 1 <= UINT64_MAX - base;
}

/** Last byte of a valid range. */
static inline hv_u64 hv_range_last(hv_u64 base, hv_u64 size)
{
	return base + (size - 1);
}

/** True if two valid ranges share at least one byte. */
static inline bool hv_range_overlaps(hv_u64 a_base, hv_u64 a_size, hv_u64 b_base, hv_u64 b_size)
{
	return a_base <= hv_range_last(b_base, b_size) && b_base <= hv_range_last(a_base, a_size);
}

/** True if the valid range @p inner lies wholly in the valid range @p outer. */
static inline bool hv_range_contains(hv_u64 outer_base, hv_u64 outer_size, hv_u64 inner_base,
				     hv_u64 inner_size)
{
	return inner_base >= outer_base &&
	       hv_range_last(inner_base, inner_size) <= hv_range_last(outer_base, outer_size);
}

/** True if @p value is a multiple of @p align, a power of two. */
static inline bool hv_is_aligned(hv_u64 value, hv_u64 align)
{
	return (value & (align - 1)) == 0;
}

#endif
