/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_VSMT_H
#define HAVEN_VSMT_H
/**
 * @file
 * The platform's end of an SCMI channel, emulated: a guest finds the buffer of <haven/smt.h>
 * in a page of its own, writes a request into it and rings.
 *
 * The page is no memory: each access traps, and the buffer is the hypervisor's. So a request is
 * judged over a copy that the guest cannot change any more, and there is nothing to race on. While
 * a request is outstanding the buffer is the platform's: status reads as busy, writes have no
 * effect. The guest may do everything else to it; what is in it is looked at when it rings, and
 * not before.
 *
 * Locking: all calls under the lock of the partition.
 *
 * Source: Arm DEN 0056, 5.1 (shared memory based transport).
 */
#include <haven/smt.h>

/** Bytes that trap: one page. Behind the buffer it reads as zero and ignores writes. */
#define HV_VSMT_PAGE 0x1000u

/** One channel. Zeroed is not ready: hv_vsmt_reset(). */
struct hv_vsmt {
	hv_u32 word[HV_SMT_BUFFER_WORDS]; /**< Words 0, 2 and 3 stay 0: no checksum. */
	bool outstanding; /**< A request was taken, and its reply is not in the buffer yet. */
};

/** What a ring came to. */
enum hv_vsmt_verdict {
	HV_VSMT_TAKEN = 0, /**< @p request is filled, and outstanding until hv_vsmt_reply(). */
	HV_VSMT_EMPTY,     /**< The buffer says free: there is no request in it. No effect. */
	HV_VSMT_BUSY,      /**< One is outstanding. No effect. */
	HV_VSMT_DAMAGED,   /**< Its length is none that a request has. The buffer is free again,
			    *   with the error bit and PROTOCOL_ERROR; interrupt if asked for. */
};

/**
 * An empty buffer, free. What is outstanding is forgotten.
 *
 * Who: at each (re)start of the partition, while none of its vCPUs runs. Cost: constant.
 */
void hv_vsmt_reset(struct hv_vsmt *smt);

/**
 * One access of the guest.
 *
 * @param offset  From the page's base, 0..0xfff.
 * @param size    1, 2, 4 or 8 bytes, aligned to that.
 * @param value   In for a write, out for a read.
 *
 * @return false: the size or the alignment is none of these; HV_CAUSE_MMIO. Cost: constant.
 */
HV_MUST_CHECK
bool hv_vsmt_access(struct hv_vsmt *smt, hv_u32 offset, hv_u32 size, bool write, hv_u64 *value);

/**
 * The guest rings.
 *
 * @param request    Filled if HV_VSMT_TAKEN: count 0..HV_SCMI_WORDS, the header as it came.
 * @param interrupt  Written if HV_VSMT_DAMAGED.
 *
 * Cost: one step per word.
 */
HV_MUST_CHECK
enum hv_vsmt_verdict hv_vsmt_ring(struct hv_vsmt *smt, struct hv_scmi_msg *request,
				  bool *interrupt);

/**
 * Put the reply to what is outstanding, and give the buffer to the guest.
 *
 * @param reply      Words beyond HV_SCMI_WORDS are cut.
 * @param interrupt  Set if the guest asked for one.
 *
 * @retval HV_OK     It is in the buffer.
 * @retval HV_EPERM  Nothing is outstanding: the channel was reset. No effect.
 * Cost: one step per word.
 */
HV_MUST_CHECK
hv_status_t hv_vsmt_reply(struct hv_vsmt *smt, const struct hv_scmi_msg *reply, bool *interrupt);

#endif
