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
	hv_u64 mu;      /**< Base of this side of the unit. */
	hv_u32 wait_us; /**< For a reply: 1..10000000. */
	struct hv_smt_channel channel;
};

/** Start: no interrupts, nothing pending. @param crc  The platform checks a CRC-32. */
void hv_hal_scmi_init(struct hv_hal_scmi *scmi, hv_u64 mu, bool crc, hv_u32 wait_us);

/**
 * Send a request and wait for its reply.
 *
 * @return HV_SMT_DONE: @p reply is it. HV_SMT_BUSY: no reply in wait_us; a late one is never
 *         taken for another's. HV_SMT_FAILED: the platform set the error bit, or still has the buffer from
 *         a request given up. Others: <haven/smt.h>.
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
