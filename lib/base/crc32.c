/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/crc32.h>

#ifdef __ARM_FEATURE_CRC32

#include <arm_acle.h>

/* Bytes of any type, eight at a time. */
typedef hv_u64 __attribute__((may_alias)) any_u64;

hv_u32 hv_crc32(hv_u32 crc, const void *data, hv_u64 size)
{
	const hv_u8 *p = data;

	crc = ~crc;
	for (; size != 0 && ((uintptr_t)p & 7u) != 0; size--) /* bound: 7 */
		crc = __crc32b(crc, *p++);
	for (; size >= 8; size -= 8, p += 8) /* bound: size / 8 */
		crc = __crc32d(crc, *(const any_u64 *)(const void *)p);
	for (; size != 0; size--) /* bound: 7 */
		crc = __crc32b(crc, *p++);
	return ~crc;
}

#else

/* Remainders of the sixteen 4-bit values: small, and two look-ups a byte. */
static const hv_u32 nibble[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
	0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

hv_u32 hv_crc32(hv_u32 crc, const void *data, hv_u64 size)
{
	const hv_u8 *p = data;

	crc = ~crc;
	for (; size != 0; size--) { /* bound: size */
		crc ^= *p++;
		crc = (crc >> 4) ^ nibble[crc & 15u];
		crc = (crc >> 4) ^ nibble[crc & 15u];
	}
	return ~crc;
}

#endif
