/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_RING_H
#define HAVEN_RING_H
/**
 * @file
 * Byte ring between one producer CPU and one consumer CPU, without a lock.
 *
 * Neither side can make the other wait: a full ring refuses, an empty ring
 * answers nothing. Zero-initialised state is an empty ring.
 */
#include <haven/types.h>

/** Bytes a ring holds; a power of two. */
#define HV_RING_SIZE 1024u

struct hv_ring {
	hv_u32 head; /**< Bytes ever written; only the producer stores it. */
	hv_u32 tail; /**< Bytes ever read; only the consumer stores it. */
	hv_u8 bytes[HV_RING_SIZE];
};

/** Bytes waiting. Either side may ask. Cost: constant. */
hv_u32 hv_ring_used(const struct hv_ring *ring);

/**
 * Put one byte. Producer only.
 *
 * @return false if the ring is full; nothing was stored.
 * Cost: constant.
 */
HV_MUST_CHECK
bool hv_ring_put(struct hv_ring *ring, hv_u8 byte);

/**
 * Put as many bytes as there is room for. Producer only.
 *
 * @return How many were stored.
 * Cost: per byte.
 */
hv_u32 hv_ring_write(struct hv_ring *ring, const hv_u8 *bytes, hv_u32 count);

/**
 * Take the oldest byte. Consumer only.
 *
 * @return false if the ring is empty; @p byte is untouched.
 * Cost: constant.
 */
HV_MUST_CHECK
bool hv_ring_get(struct hv_ring *ring, hv_u8 *byte);

/**
 * The oldest bytes, as many as lie in one piece. Consumer only; hv_ring_skip() takes them.
 *
 * @param at  Receives where they are; valid until they are skipped.
 *
 * @return How many, 0..HV_RING_SIZE; 0: the ring is empty.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_u32 hv_ring_peek(const struct hv_ring *ring, const hv_u8 **at);

/** Take the oldest @p count bytes, at most what hv_ring_peek() said. Consumer only. Cost: constant. */
void hv_ring_skip(struct hv_ring *ring, hv_u32 count);

#endif
