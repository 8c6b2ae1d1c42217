/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SMMU_GLUE_H
#define HAVEN_SMMU_GLUE_H
/**
 * @file
 * Between lib/dma and the machine's SMMU. The boot CPU until the launch, then the service
 * CPU alone: there is one command queue, and it has no lock.
 */
#include "hv.h"

/** Events that the SMMU's queue holds. */
#define HV_SMMU_EVENTS 128u

/** Abort all DMA, before anything else is done. Halts if the SMMU does not answer. */
void hv_smmu_silence(void);
/** Stream table of aborts, proved by reading it back; queues; translation on. Nothing to do, and
 *  DMA goes on aborting, if nobody owns a stream. Halts with a reason if it cannot. */
void hv_smmu_boot(void);
/** Let a stream use its owner's map. @return false if the SMMU did not answer. */
HV_MUST_CHECK
bool hv_smmu_open(hv_u32 stream_id, hv_u32 partition_id);
/** Let a stream abort. Its translations stay cached: hv_smmu_forget(). */
HV_MUST_CHECK
bool hv_smmu_close(hv_u32 stream_id);
/** Forget all cached translations of a partition. */
HV_MUST_CHECK
bool hv_smmu_forget(hv_u32 partition_id);
/** Oldest event, as hv_hal_smmu_event(). */
bool hv_smmu_next_event(hv_u64 record[4], bool *lost);
/** Active global errors, acknowledged, as hv_hal_smmu_errors(). */
hv_u32 hv_smmu_errors(hv_u32 *cmd_error);

#endif
