/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_MMIO_H
#define HAVEN_ARM64_MMIO_H
/**
 * @file
 * Device register access: one load or store of exactly this width. On the build host
 * ports/fake/arm64/mmio.h takes this place, so drivers say <arm64/mmio.h>.
 */
#include <haven/types.h>

static inline hv_u8 mmio_read8(hv_u64 address)
{
	return *(volatile hv_u8 *)address;
}

static inline hv_u16 mmio_read16(hv_u64 address)
{
	return *(volatile hv_u16 *)address;
}

static inline hv_u32 mmio_read32(hv_u64 address)
{
	return *(volatile hv_u32 *)address;
}

static inline hv_u64 mmio_read64(hv_u64 address)
{
	return *(volatile hv_u64 *)address;
}

static inline void mmio_write8(hv_u64 address, hv_u8 value)
{
	*(volatile hv_u8 *)address = value;
}

static inline void mmio_write16(hv_u64 address, hv_u16 value)
{
	*(volatile hv_u16 *)address = value;
}

static inline void mmio_write32(hv_u64 address, hv_u32 value)
{
	*(volatile hv_u32 *)address = value;
}

static inline void mmio_write64(hv_u64 address, hv_u64 value)
{
	*(volatile hv_u64 *)address = value;
}

#endif
