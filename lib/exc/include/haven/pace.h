/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PACE_H
#define HAVEN_PACE_H
/**
 * @file
 * The pace of the service CPU: what its next step is for, and when it is due.
 *
 * A round has HV_PACE_SLOTS slots of equal length, and at most one step in each. Whatever asks for
 * service starts a round; it is followed by another one as long as there is work. So a guest that
 * lives on the service CPU runs between any two steps, and in the time of a round there are
 * HV_PACE_SLOTS + 2 of them at most, late ones included.
 *
 * All calls from the service CPU. Times are counter ticks, below 2^63.
 */
#include <haven/types.h>

#define HV_PACE_SLOTS 8u

/** What a slot is for. */
enum hv_pace_work {
	HV_PACE_SEND = 0, /**< Move bytes to the UART. */
	HV_PACE_WRITE,    /**< Write on a line of the hypervisor's own. */
	HV_PACE_LOOK,     /**< The same, or look for the next line. Never left out. */
	HV_PACE_END,      /**< Last of a round: time passes; sleep, or begin another one. Likewise. */
};

/** Zero-initialised state: no round yet. */
struct hv_pace {
	hv_u64 due;  /**< When the slot begins, by the grid. */
	hv_u32 slot; /**< 0..HV_PACE_SLOTS - 1. */
};

/**
 * A round begins with its first slot, now or when the one before it has had its time.
 *
 * @param slot  Length of a slot.
 *
 * @return When that is: @p now, or at most a slot later.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_u64 hv_pace_start(struct hv_pace *pace, hv_u64 now, hv_u64 slot);

/** What the slot that is due is for. Cost: constant. */
HV_MUST_CHECK
enum hv_pace_work hv_pace_work(const struct hv_pace *pace);

/**
 * Go on to the next slot that has work.
 *
 * A late step does not move the ones that follow, unless it is later than the next slot; there
 * is always half a slot between now and then.
 *
 * @param send   There is something to send; else slots for that are left out.
 * @param write  There is something to write; likewise.
 *
 * @return When that slot is due.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_u64 hv_pace_next(struct hv_pace *pace, bool send, bool write, hv_u64 now, hv_u64 slot);

#endif
