/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_BITS_H
#define HAVEN_BITS_H
/**
 * @file
 * Register fields spelled as the manuals print them: one mask constant per field,
 * HV_BITS(hi, lo), one put and one get. All are constant expressions.
 */
#include <haven/types.h>

#define HV_BIT(n)       (UINT64_C(1) << (n))
#define HV_BITS(hi, lo) ((~UINT64_C(0) >> (63 - (hi))) & (~UINT64_C(0) << (lo)))
#define HV_LSB(mask)    ((mask) & (~(mask) + UINT64_C(1)))
/** Value @p v placed in field @p mask; bits that do not fit are cut off. */
#define HV_PUT(mask, v) (((hv_u64)(v) * HV_LSB(mask)) & (mask))
/** Field @p mask of register value @p r. */
#define HV_GET(mask, r) (((hv_u64)(r) & (mask)) / HV_LSB(mask))

/** Index of the lowest set bit. @p word must not be 0. */
static inline hv_u32 hv_ctz32(hv_u32 word)
{
	return (hv_u32)__builtin_ctz(word);
}

_Static_assert(HV_BITS(63, 0) == UINT64_C(0xffffffffffffffff), "whole register");
_Static_assert(HV_BITS(31, 26) == UINT64_C(0x00000000fc000000), "middle field");
_Static_assert(HV_PUT(HV_BITS(7, 4), 0x1a) == 0xa0, "put cuts to the field");
_Static_assert(HV_GET(HV_BITS(7, 4), 0xfa5) == 0xa, "get takes the field alone");

#endif
