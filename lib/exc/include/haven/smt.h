/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SMT_H
#define HAVEN_SMT_H
/**
 * @file
 * The shared-memory buffer that carries one SCMI message, and who may touch it when.
 *
 * Of the buffer's 32 words, 1 is the channel status (FREE: the agent may write), 2 tells the
 * kind of checksum, 3 is the checksum, 4 flags, 5 the length in bytes of header and payload,
 * 6 the SCMI header, 7..31 the payload. An optional CRC-32 covers exactly these bytes, header
 * first. The caller copies the words out of and into the buffer; what is decided here is
 * decided over a copy, so that the peer cannot change it meanwhile. Nothing that the peer
 * writes is used as an index or a size before it was checked.
 *
 * Source: Arm DEN 0056, 5.1 (shared memory based transport); NXP's System Manager for the
 * checksum fields.
 */
#include <haven/scmi.h>

#define HV_SMT_BUFFER_WORDS 32u
/** Index of the channel status word: written last when sending. */
#define HV_SMT_STATUS 1u
/** First word of what is written before the status: checksum kind, checksum, flags, ... */
#define HV_SMT_FIRST 2u

#define HV_SMT_FREE  1u
#define HV_SMT_ERROR 2u
/** Flags: the peer rings the doorbell when it is done. */
#define HV_SMT_INTERRUPT 1u

/** A copy of the buffer. */
struct hv_smt {
	hv_u32 word[HV_SMT_BUFFER_WORDS];
};

/** One channel towards the platform, from the agent's side. Zeroed: none sent. */
struct hv_smt_channel {
	bool crc;      /**< The platform checks a CRC-32 and sends one. */
	bool pending;  /**< A request is on its way. */
	hv_u32 header; /**< Of that request. */
	hv_u32 token;  /**< Of the next one. */
};

/** How it is with an exchange. */
enum hv_smt_state {
	HV_SMT_BUSY = 0,     /**< Not answered yet: look again, until the caller's time is over. */
	HV_SMT_DONE,         /**< @p out is the reply. */
	HV_SMT_IDLE,         /**< Nothing is pending. */
	HV_SMT_FAILED,       /**< The platform set ERROR. */
	HV_SMT_BAD_LENGTH,   /**< Not whole words, without header or status, or longer than the buffer. */
	HV_SMT_BAD_CHECKSUM,
	HV_SMT_BAD_HEADER,   /**< Not the reply to the request: wrong protocol, message, type or token. */
};

/**
 * Put a request into the image of the buffer.
 *
 * The caller: reads word HV_SMT_STATUS of the buffer; if this says yes, writes words
 * HV_SMT_FIRST .. HV_SMT_FIRST + *count - 1, then a barrier, then word HV_SMT_STATUS,
 * then rings.
 *
 * @param status  Word HV_SMT_STATUS of the buffer.
 * @param count   Words to write from HV_SMT_FIRST on.
 *
 * @retval HV_OK      @p out is what to write; the request is pending, with a new token.
 * @retval HV_EPERM   The platform still has the buffer: an earlier request was given up.
 * @retval HV_EINVAL  NULL, or more than HV_SCMI_WORDS.
 * Cost: one step per word, and a CRC over them.
 */
HV_MUST_CHECK
hv_status_t hv_smt_send(struct hv_smt_channel *channel, hv_u32 status,
			const struct hv_scmi_msg *request, struct hv_smt *out, hv_u32 *count);

/** Is it worth copying the buffer: does its status word say that a reply is there? Cost: constant. */
bool hv_smt_answered(hv_u32 status);

/**
 * Look for the reply to the pending request. Whatever but HV_SMT_BUSY ends the exchange.
 *
 * @param buffer  A copy, made after hv_smt_answered(); NULL counts as HV_SMT_IDLE.
 * @param out     The reply, under the request's header.
 * Cost: one step per word, and a CRC over them.
 */
HV_MUST_CHECK
enum hv_smt_state hv_smt_receive(struct hv_smt_channel *channel, const struct hv_smt *buffer,
				 struct hv_scmi_msg *out);

/** The caller's time is over: what comes later is not taken for the reply to another request. Cost: constant. */
void hv_smt_give_up(struct hv_smt_channel *channel);

/**
 * Take a message that the platform put into its own channel (notifications). Afterwards the
 * caller sets word HV_SMT_STATUS to HV_SMT_FREE, whatever this says, and rings if @p ring:
 * only then can the next one come.
 *
 * @retval HV_SMT_IDLE  The buffer is free: no message.
 * @retval others       As for hv_smt_receive(); HV_SMT_BAD_HEADER: not a notification.
 * Cost: as above.
 */
HV_MUST_CHECK
enum hv_smt_state hv_smt_take(const struct hv_smt *buffer, bool crc, struct hv_scmi_msg *out,
			      bool *ring);

/** The state in words, for messages; any value. Cost: constant. */
const char *hv_smt_state_name(enum hv_smt_state state);

#endif
