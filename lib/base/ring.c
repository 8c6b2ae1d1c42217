/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/ring.h>

_Static_assert((HV_RING_SIZE & (HV_RING_SIZE - 1)) == 0, "indices wrap by masking");

hv_u32 hv_ring_used(const struct hv_ring *ring)
{
	return __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) -
	       __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
}

bool hv_ring_put(struct hv_ring *ring, hv_u8 byte)
{
	const hv_u32 head = ring->head;

	if (head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) == HV_RING_SIZE)
		return false;
	ring->bytes[head & (HV_RING_SIZE - 1)] = byte;
	__atomic_store_n(&ring->head, head + 1, __ATOMIC_RELEASE);
	return true;
}

hv_u32 hv_ring_write(struct hv_ring *ring, const hv_u8 *bytes, hv_u32 count)
{
	const hv_u32 head = ring->head;
	const hv_u32 room = HV_RING_SIZE - (head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE));
	const hv_u32 n = count < room ? count : room;

	for (hv_u32 i = 0; i < n; i++) /* bound: HV_RING_SIZE */
		ring->bytes[(head + i) & (HV_RING_SIZE - 1)] = bytes[i];
	__atomic_store_n(&ring->head, head + n, __ATOMIC_RELEASE);
	return n;
}

bool hv_ring_get(struct hv_ring *ring, hv_u8 *byte)
{
	const hv_u32 tail = ring->tail;

	if (__atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) == tail)
		return false;
	*byte = ring->bytes[tail & (HV_RING_SIZE - 1)];
	__atomic_store_n(&ring->tail, tail + 1, __ATOMIC_RELEASE);
	return true;
}

hv_u32 hv_ring_peek(const struct hv_ring *ring, const hv_u8 **at)
{
	const hv_u32 tail = ring->tail;
	const hv_u32 used = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) - tail;
	const hv_u32 to_end = HV_RING_SIZE - (tail & (HV_RING_SIZE - 1));

	*at = &ring->bytes[tail & (HV_RING_SIZE - 1)];
	return used < to_end ? used : to_end;
}

void hv_ring_skip(struct hv_ring *ring, hv_u32 count)
{
	__atomic_store_n(&ring->tail, ring->tail + count, __ATOMIC_RELEASE);
}
