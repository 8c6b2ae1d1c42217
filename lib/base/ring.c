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

bool hv_ring_get(struct hv_ring *ring, hv_u8 *byte)
{
	const hv_u32 tail = ring->tail;

	if (__atomic_load_n(&ring->head, __ATOMIC_ACQUIRE) == tail)
		return false;
	*byte = ring->bytes[tail & (HV_RING_SIZE - 1)];
	__atomic_store_n(&ring->tail, tail + 1, __ATOMIC_RELEASE);
	return true;
}
