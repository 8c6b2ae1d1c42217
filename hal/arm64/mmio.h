/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_MMIO_H
#define HAVEN_ARM64_MMIO_H
/**
 * @file
 * Device register access: one load or store of exactly this width.
 */
#include <haven/types.h>

static inline hv_u32 mmio_read32(hv_u64 address)
{
	return *(volatile hv_u32 *)address;
}

static inline hv_u64 mmio_read64(hv_u64 address)
{
	return *(volatile hv_u64 *)address;
}

static inline void mmio_write32(hv_u64 address, hv_u32 value)
{
	*(volatile hv_u32 *)address = value;
}

static inline void mmio_write64(hv_u64 address, hv_u64 value)
{
	*(volatile hv_u64 *)address = value;
}

static inline void mmio_write8(hv_u64 address, hv_u8 value)
{
	*(volatile hv_u8 *)address = value;
}

#endif
