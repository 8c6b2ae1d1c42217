/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_EXC_TX_H
#define HAVEN_EXC_TX_H
#include <haven/ring.h>

/*
 * Put a byte for the service CPU, which sleeps when it has found all rings empty. Its
 * look and ours are ordered by a full barrier on both sides (the other one is in
 * hv_conmux_tick()): either it sees the byte, or we see that it had taken all others.
 */
static inline bool tx_put(struct hv_ring *ring, hv_u8 byte, bool *wake)
{
	if (!hv_ring_put(ring, byte))
		return false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (hv_ring_used(ring) <= 1)
		*wake = true;
	return true;
}

#endif
