/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_MMIO_H
#define HAVEN_ARM64_MMIO_H
/**
 * @file
 * Twin of hal/arm64/mmio.h for the build host: each access goes to the model that is
 * attached there (fake_bus.h) and into the log.
 */
#include <haven/types.h>

hv_u8 mmio_read8(hv_u64 address);
hv_u16 mmio_read16(hv_u64 address);
hv_u32 mmio_read32(hv_u64 address);
hv_u64 mmio_read64(hv_u64 address);
void mmio_write8(hv_u64 address, hv_u8 value);
void mmio_write16(hv_u64 address, hv_u16 value);
void mmio_write32(hv_u64 address, hv_u32 value);
void mmio_write64(hv_u64 address, hv_u64 value);

#endif
