/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_LOADER_H
#define HAVEN_LOADER_H
/**
 * @file
 * Puts a partition's memory into its start state.
 */
#include "hv.h"

/**
 * Zero the partition's private memory, copy its payloads from the image and
 * clean everything to the point of coherency.
 *
 * Who: the CPU of vCPU 0, at every start and restart, no vCPU in the guest.
 *
 * @retval HV_OK      Ready to be entered.
 * @retval HV_EINVAL  A payload in the image is damaged.
 * Cost: one pass over the partition's memory; no other partition waits for it.
 */
HV_MUST_CHECK
hv_status_t hv_load_partition(hv_u32 cpu, const struct hv_partition_config *config);

#endif
