/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SMMU_H
#define HAVEN_SMMU_H
/**
 * @file
 * Front door of DMA isolation: which partition owns a stream, and what a DMA fault
 * leads to. A stream that nobody owns aborts.
 *
 * Order of calls by the boot CPU: hv_smmu_init, hv_smmu_configure (optional),
 * hv_smmu_map_device for each device, tables written from hv_smmu_stream_at,
 * hv_smmu_seal. Afterwards ownership is constant and any CPU may check it without a
 * lock; hv_smmu_note_fault and hv_smmu_clear_faults belong to the CPU that drains the
 * event queue.
 */
#include <haven/types.h>

/** Faults of one stream before it is cut off, unless configured otherwise. */
#define HV_SMMU_FAULT_LIMIT 64u

/** What a DMA fault does to the owner of the stream. */
enum hv_dma_policy {
	HV_DMA_LOG = 0,     /**< Journal it; the transaction has aborted, the device saw that. */
	HV_DMA_SUSPEND = 1, /**< Stop the partition, keep its memory. */
	HV_DMA_RESTART = 2, /**< Reload it, up to max_restarts; then halt. */
};

struct hv_smmu_config {
	hv_u32 sid_bits;    /**< Width of stream ids, 0..32: SMMU_IDR1.SIDSIZE. */
	hv_u32 fault_limit; /**< At least 1: the fault of this number cuts its stream off. */
};

/** A stream that has an owner. */
struct hv_smmu_stream {
	hv_u32 stream_id;
	hv_u32 partition_id;
	hv_u32 faults; /**< Since start or hv_smmu_clear_faults; stops at the limit. */
	bool cut_off;  /**< Its STE must abort. */
};

/** What to do about a fault, in what order it is noted. */
enum hv_smmu_verdict {
	HV_SMMU_UNKNOWN, /**< No owner: nothing to protect, nothing to stop. Journal it. */
	HV_SMMU_REPORT,  /**< Journal it and apply the owner's policy. */
	HV_SMMU_CUT_OFF, /**< As REPORT, and write an abort STE for the stream now. */
	HV_SMMU_DROP,    /**< Left over from before the stream was cut off: ignore. */
};

struct hv_smmu_fault {
	enum hv_smmu_verdict verdict;
	hv_u32 partition_id; /**< Owner; HV_PARTITION_HYPERVISOR if unknown. */
	hv_u32 faults;       /**< Of this stream so far, with this one. */
};

/**
 * Start with no stream owned, stream ids of 32 bits and the default fault limit. May be
 * repeated until sealed.
 *
 * @retval HV_OK     Ready.
 * @retval HV_EPERM  Sealed.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_init(void);

/**
 * Set the width of stream ids and the fault limit.
 *
 * @retval HV_OK      Set.
 * @retval HV_EINVAL  NULL, sid_bits > 32, or fault_limit 0.
 * @retval HV_EPERM   Sealed, not initialised, or streams are mapped already.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_configure(const struct hv_smmu_config *config);

/**
 * Give a stream to a partition. Repeating it is harmless.
 *
 * @retval HV_OK      Owned.
 * @retval HV_EINVAL  Not a guest partition, or the stream id has more than sid_bits bits.
 * @retval HV_EPERM   Another partition owns it, sealed, or not initialised.
 * @retval HV_ENOSPC  HV_MAX_SMMU_DEVICES streams are owned already.
 * Cost: one step per owned stream.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_map_device(hv_u32 stream_id, hv_u32 partition_id);

/**
 * Take a stream from its owner: it aborts again.
 *
 * @retval HV_OK      Unowned.
 * @retval HV_EINVAL  As for hv_smmu_map_device.
 * @retval HV_EPERM   Not this partition's, sealed, or not initialised.
 * Cost: one step per owned stream.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_unmap_device(hv_u32 stream_id, hv_u32 partition_id);

/**
 * Does the partition own the stream? Cut off or not makes no difference.
 *
 * @retval HV_OK      Yes.
 * @retval HV_EINVAL  As for hv_smmu_map_device.
 * @retval HV_EPERM   No: nobody's or another's.
 * Cost: 9 search steps (for 256 streams).
 */
HV_MUST_CHECK
hv_status_t hv_smmu_check_device(hv_u32 stream_id, hv_u32 partition_id);

/** Owned streams in the order of their ids; NULL past the last. Cost: constant. */
const struct hv_smmu_stream *hv_smmu_stream_at(hv_u32 index);

/**
 * Count a fault and say what to do about it.
 *
 * @param stream_id  From the event record; any value.
 *
 * @retval HV_OK      @p out is set.
 * @retval HV_EINVAL  NULL.
 * Cost: 9 search steps (for 256 streams).
 */
HV_MUST_CHECK
hv_status_t hv_smmu_note_fault(hv_u32 stream_id, struct hv_smmu_fault *out);

/**
 * Forgive all faults of a partition's streams, when it starts anew. The caller writes
 * their stage-2 STEs again.
 *
 * @retval HV_OK      Done, also if the partition has no streams.
 * @retval HV_EINVAL  Not a guest partition.
 * Cost: one step per owned stream.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_clear_faults(hv_u32 partition_id);

/**
 * Close the front door: from now on init, configure, map, unmap and seal answer
 * HV_EPERM. There is no way back.
 *
 * @retval HV_OK     Sealed.
 * @retval HV_EPERM  Sealed before, or not initialised.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_seal(void);

#endif
