/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SCMI_GLUE_H
#define HAVEN_SCMI_GLUE_H
/**
 * @file
 * SCMI channels of the guests. A guest's CPU copies the request, judges it and answers or
 * refuses at once; what passes goes by a mail of one to the service CPU, which alone speaks to
 * the platform, one request at a time and partition by partition, and never waits.
 *
 * The mail knows in which life of the partition it was posted: a reply that comes when that has
 * been stopped or restarted is dropped.
 */
#include <haven/vsmt.h>

#include "hv.h"

struct hv_hal_scmi; /* <haven/hal/mu.h> */

/** Whose turn the mail is. */
enum hv_scmi_mail {
	HV_SCMI_EMPTY = 0, /**< Partition. */
	HV_SCMI_POSTED,    /**< Service CPU; until that takes it the partition may take it back. */
	HV_SCMI_SENT,      /**< Service CPU. */
	HV_SCMI_ANSWERED,  /**< Partition. */
};

struct hv_scmi_channel {
	struct hv_vsmt smt;      /**< Under the lock of the partition, as are the next three. */
	hv_u32 life;             /**< Restarts of the channel. */
	bool queued;             /**< `request` waits until the mail of an earlier life is back. */
	struct hv_scmi_msg request;
	hv_u32 mail;             /**< Atomic, enum hv_scmi_mail. */
	hv_u32 mail_life;        /**< Of whoever posted. */
	struct hv_scmi_msg message; /**< The request, then its reply under the same header. */
};

/** state.c */
extern struct hv_scmi_channel hv_scmi_channels[]; /**< HV_CONFIG_SCMI_CHANNELS of them. */

/** Give a partition its channel, if it is configured. Boot CPU, in the partitions' order. */
void hv_scmi_place(struct hv_partition *p);
/**
 * Requests may go to the platform from now on. Boot CPU, before the first guest.
 *
 * @param platform  NULL, as before this call: there is none, and what would pass is answered with
 *                  COMMS_ERROR.
 */
void hv_scmi_launch(struct hv_hal_scmi *platform);

/** An access to the buffer's page. @return false if width or alignment are not allowed. */
bool hv_scmi_access(struct hv_vcpu *vcpu, const struct hv_mmio *mmio, hv_u64 *value);
/** HV_CALL_SCMI. @return false: the partition has no channel. */
HV_MUST_CHECK
bool hv_scmi_ring(struct hv_vcpu *vcpu, hv_u64 *x);
/** Kick: the mail is back. On a CPU of the partition. */
void hv_scmi_collect(struct hv_vcpu *vcpu);
/** A life ends, no vCPU is in the guest: what it asked for is forgotten, the buffer is as new.
 *  Takes the lock. */
void hv_scmi_end(struct hv_partition *p);

/** One step towards the platform: send, look for a reply, or hand it back. Service CPU. */
void hv_scmi_serve(void);

#endif
