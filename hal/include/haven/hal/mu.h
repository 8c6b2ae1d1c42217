/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_MU_H
#define HAVEN_HAL_MU_H
/**
 * @file
 * NXP message unit (MU): four doorbells in each direction and a small memory that both
 * sides see; and SCMI over it: buffer 0 towards the platform, buffer 1 from it.
 *
 * Who: the boot CPU, then the service CPU. The unit's frame is mapped as device memory;
 * every access is of 32 bits. What is in the buffers is judged by lib/exc over a copy.
 *
 * Source: register layout of the MU in NXP's device headers for i.MX95; SCMI buffers by
 * <haven/smt.h>.
 */
#include <haven/smt.h>

#define HV_MU_DOORBELLS 4u
/** Doorbell and buffer of requests, and of notifications. */
#define HV_MU_A2P 0u
#define HV_MU_P2A 1u

/** Take back every doorbell that was rung, and let those of @p interrupts (bit per doorbell)
 *  raise the unit's interrupt. */
void hv_hal_mu_init(hv_u64 base, hv_u32 interrupts);
/** Ring a doorbell of the other side. @param doorbell 0..HV_MU_DOORBELLS - 1. */
void hv_hal_mu_ring(hv_u64 base, hv_u32 doorbell);
/** Was a doorbell of this side rung? Takes it back. */
bool hv_hal_mu_rung(hv_u64 base, hv_u32 doorbell);

/** An SCMI agent's end. */
struct hv_hal_scmi {
	hv_u64 mu;       /**< Base of this side of the unit. */
	hv_u32 wait_us;  /**< For a reply: 1..10000000. */
	hv_u64 deadline; /**< Counter value: the pending request is given up then. */
	struct hv_smt_channel channel;
};

/** Start: no interrupts, nothing pending. @param crc  The platform checks a CRC-32. */
void hv_hal_scmi_init(struct hv_hal_scmi *scmi, hv_u64 mu, bool crc, hv_u32 wait_us);

/** Let replies and notifications raise the unit's interrupt. Those that are there already do. */
void hv_hal_scmi_listen(const struct hv_hal_scmi *scmi);
/** The unit's interrupt: take back the doorbells, then look at the buffers. Cost: one access. */
void hv_hal_scmi_hush(const struct hv_hal_scmi *scmi);

/**
 * Send a request. One at a time: its end comes by hv_hal_scmi_poll().
 *
 * @return false: nothing was sent: a request is pending, or the platform still has the buffer
 *         from one that was given up.
 * Cost: one access per word.
 */
HV_MUST_CHECK
bool hv_hal_scmi_send(struct hv_hal_scmi *scmi, const struct hv_scmi_msg *request);
/**
 * Look for the reply to what was sent. Never waits.
 *
 * @param state  HV_SMT_DONE: @p reply is it. HV_SMT_BUSY: no reply in wait_us; a late one is
 *               never taken for another's. HV_SMT_FAILED: the platform set the error bit. Others:
 *               <haven/smt.h>.
 * @return false: no reply yet, and time is left.
 * Cost: one access per word of the buffer.
 */
HV_MUST_CHECK
bool hv_hal_scmi_poll(struct hv_hal_scmi *scmi, struct hv_scmi_msg *reply, enum hv_smt_state *state);

/**
 * Send a request and wait for its reply. For the boot: later nobody has that time.
 *
 * @return as hv_hal_scmi_poll(); HV_SMT_FAILED as well if it could not be sent.
 * Cost: at most wait_us.
 */
HV_MUST_CHECK
enum hv_smt_state hv_hal_scmi_call(struct hv_hal_scmi *scmi, const struct hv_scmi_msg *request,
				   struct hv_scmi_msg *reply);

/**
 * Take a notification, if there is one, and give the buffer back. Never waits.
 *
 * @return as hv_smt_take().
 */
HV_MUST_CHECK
enum hv_smt_state hv_hal_scmi_take(struct hv_hal_scmi *scmi, struct hv_scmi_msg *out);

#endif
