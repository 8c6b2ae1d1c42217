/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Priorities: bytes for the guest to read, and the same as bit planes, so that the
 * highest priority of 32 interrupts is found in five steps.
 */
#include "vgic_impl.h"

#define LANES 0x01010101u /* bit 0 of each byte */

/* Bit 0 of each byte to bits 3:0. No two partial products meet below bit 28. */
static hv_u32 gather(hv_u32 lanes)
{
	return (lanes * 0x01020408u) >> 24 & 0xf;
}

/* The way back, each bit filling its byte. */
static hv_u32 scatter(hv_u32 nibble)
{
	return ((nibble * 0x00204081u) & LANES) * 0xffu;
}

_Static_assert(((0x01000001u * 0x01020408u) >> 24 & 0xf) == 0x9, "lanes do not carry");

hv_u32 vgic_prio_read(const struct hv_vgic_bank *bank, hv_u32 n, hv_u32 size)
{
	return size == 1 ? vgic_prio_byte(bank, n) : bank->prio[n / 4];
}

void vgic_prio_write(const struct vgic_access *at, hv_u32 n, hv_u32 size, hv_u32 value)
{
	struct hv_vgic_bank *bank = at->bank;
	const hv_u32 first = n & ~3u;
	const hv_u32 chosen = size == 1 ? 1u << (n & 3) : 0xfu;
	const hv_u32 owned = bank->owned >> first & chosen;
	const hv_u32 data = size == 1 ? value << (8 * (n & 3)) : value;
	const hv_u32 old = bank->prio[n / 4];
	const hv_u32 bytes = scatter(owned) & 0xf8f8f8f8u;

	bank->prio[n / 4] = (old & ~bytes) | (data & bytes);
	if (bank->prio[n / 4] == old)
		return;
	for (hv_u32 k = 0; k < 5; k++) { /* bound: 5 */
		const hv_u32 bits = gather(bank->prio[n / 4] >> (3 + k) & LANES);

		bank->plane[k] = (bank->plane[k] & ~(0xfu << first)) | bits << first;
	}
	at->fx->kick = vgic_changed(at->vgic, bank, at->word, owned << first);
}
