/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_CRC32_H
#define HAVEN_CRC32_H
/**
 * @file
 * CRC-32 (reflected polynomial 0xEDB88320, the one of IEEE 802.3, zlib and the
 * A64 CRC32B/CRC32X instructions).
 */
#include <haven/types.h>

/**
 * Continue a CRC-32 over more bytes; start with 0.
 *
 * Who: the journal for its records, boot code for payloads.
 *
 * @param crc   Result of the call before, or 0.
 * @param data  Bytes; may be NULL only if @p size is 0.
 * @param size  Number of bytes.
 *
 * Cost: one step per 8 bytes where the compiler targets a CPU with the CRC32
 *       instructions, else two table look-ups a byte.
 * Source: IEEE 802.3-2018, 3.2.9; Arm ARM, "CRC32B, CRC32H, CRC32W, CRC32X".
 */
hv_u32 hv_crc32(hv_u32 crc, const void *data, hv_u64 size);

#endif
