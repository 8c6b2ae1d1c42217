/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_MAILBOX_H
#define HAVEN_MAILBOX_H
/**
 * @file
 * Messages between two cores that share a window of memory and trust each other with
 * nothing else. The same code runs on both ends, also on 32-bit cores.
 *
 * Layout, little-endian, version 1 (offsets in bytes):
 *
 *     0x000  magic "HVMB", version, slots of each ring; end A writes them
 *     0x040  end A: session, ack, head, tail
 *     0x080  end B: the same
 *     0x0c0  ring A to B: slots of 64 bytes: sequence, length, 52 bytes, CRC-32 of the 60 before
 *     ...    ring B to A
 *
 * Each line is written by one end alone. `session` is new at each start of an end, `ack` is the
 * session of the peer that it has seen; the link is up while each end has seen the other's.
 * `head` counts what an end has sent, `tail` what it has taken. An end that restarts
 * finds its peer again, and the peer notices; what was on its way is lost, and said so.
 *
 * Neither end can make the other wait, loop or leave the window: indices of the peer are
 * checked, messages are copied out before their checksum is.
 *
 * Nobody zeroes the window while an end lives: sessions would come again.
 * The window must be mapped non-cacheable at both ends, or coherent between them; doorbells are the
 * caller's. One caller at a time for each end.
 */
#include <haven/types.h>

#define HV_MAILBOX_MAGIC   0x424d5648u /**< "HVMB" */
#define HV_MAILBOX_VERSION 1u
#define HV_MAILBOX_PAYLOAD 52u /**< Bytes of a message, at most. */
#define HV_MAILBOX_SLOTS_MAX 256u
/** Bytes of a window. */
#define HV_MAILBOX_SIZE(slots) (0xc0u + 2u * 64u * (slots))

enum hv_mailbox_end {
	HV_MAILBOX_A = 0, /**< Formats the window. */
	HV_MAILBOX_B = 1,
};

/** One end's own state; private. */
struct hv_mailbox {
	hv_u8 *window;
	hv_u32 slots; /**< 0: the window was not formatted yet. */
	hv_u32 size;
	hv_u32 end;
	hv_u32 session, peer_session;
	hv_u32 head, tail;
	bool broken;  /**< The peer's indices are nonsense: until it restarts. */
};

enum hv_mailbox_link {
	HV_MAILBOX_DOWN = 0, /**< The peer is not there, or has not seen this end yet. */
	HV_MAILBOX_UP,
	HV_MAILBOX_RESTARTED, /**< The peer has restarted since the last call: what was on its way is lost. */
	HV_MAILBOX_BROKEN,   /**< It broke the rules; nothing is taken until it restarts. */
};

/**
 * Begin at one end: of a window that is zero, or that an earlier life left.
 *
 * @param window  16-byte aligned.
 * @param size    Of the window in bytes.
 * @param slots   End A: of each ring, a power of two, 1..HV_MAILBOX_SLOTS_MAX. End B: ignored.
 *
 * @retval HV_OK      Call hv_mailbox_poll() from now on.
 * @retval HV_EINVAL  NULL, not aligned, slots not a power of two or out of range, or size too small.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_mailbox_open(struct hv_mailbox *box, void *window, hv_u32 size,
			    enum hv_mailbox_end end, hv_u32 slots);

/** See how the link is. Each end calls it regularly, or on a doorbell. Cost: constant. */
HV_MUST_CHECK
enum hv_mailbox_link hv_mailbox_poll(struct hv_mailbox *box);

/**
 * Send up to HV_MAILBOX_PAYLOAD bytes.
 *
 * @retval HV_OK      In the ring; ring the peer's doorbell.
 * @retval HV_EINVAL  NULL data, or too long.
 * @retval HV_EPERM   The link is not up.
 * @retval HV_ENOSPC  The ring is full.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_mailbox_send(struct hv_mailbox *box, const void *data, hv_u32 length);

/**
 * Take the oldest message.
 *
 * @param data    Room for HV_MAILBOX_PAYLOAD bytes.
 * @retval HV_OK      @p length bytes.
 * @retval HV_EINVAL  NULL.
 * @retval HV_EPERM   The link is not up.
 * @retval HV_ENOSPC  None is there.
 * @retval HV_ENOTSUP One was there and was damaged; it is gone.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_mailbox_receive(struct hv_mailbox *box, void *data, hv_u32 *length);

#endif
