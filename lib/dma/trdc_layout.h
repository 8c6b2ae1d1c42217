/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_TRDC_LAYOUT_H
#define HAVEN_TRDC_LAYOUT_H
/**
 * @file
 * Register fields of the TRDC, shared by encoder and decoder.
 */
#include <haven/bits.h>
#include <haven/trdc.h>

#define CR_OFFSET  0x000u
#define MDA_OFFSET 0x800u
#define MDA_STRIDE 0x20u

#define MDA_DID    HV_BITS(3, 0)
#define MDA_PA     HV_BITS(5, 4)
#define MDA_SA     HV_BITS(7, 6)
#define MDA_CPU_SA HV_BITS(15, 14)
#define MDA_SID    HV_BITS(27, 22)
#define MDA_KPA    HV_BIT(28)
#define MDA_DFMT   HV_BIT(29) /* 1: not a CPU */
#define MDA_VLD    HV_BIT(31)

#define CHECKERS     0x10000u
#define MBC_STRIDE   0x2000u
#define MRC_STRIDE   0x1000u
#define GLBAC_OFFSET 0x20u
#define DOMAINS      0x40u

#define MBC_DOMAIN 0x200u
#define BLOCK_NSE  8u

#define MRC_DOMAIN    0x100u
#define REGION_SELECT HV_BITS(2, 0)
#define REGION_VLD    1u
#define REGION_NSE    0x10u
#define SMALL_ADDRESS UINT64_C(0xffffc000)
#define BIG_ADDRESS   UINT64_C(0xfffffc00)

/** Offset of MBC @p mbc of a TRDC. */
static inline hv_u32 hv_trdc_mbc_offset(hv_u32 mbc)
{
	return CHECKERS + MBC_STRIDE * mbc;
}

/** Offset of MRC @p mrc: behind all MBCs. */
static inline hv_u32 hv_trdc_mrc_offset(hv_u32 mbc_count, hv_u32 mrc)
{
	return CHECKERS + MBC_STRIDE * mbc_count + MRC_STRIDE * mrc;
}

#endif
