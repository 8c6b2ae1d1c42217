/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SMMU_QUEUE_H
#define HAVEN_SMMU_QUEUE_H
/**
 * @file
 * Queues of an SMMUv3: index arithmetic, base registers, command encodings.
 *
 * A queue of 2^log2 entries (log2 0..19) has two indices, as the PROD and CONS
 * registers hold them: [log2-1:0] the entry, [log2] the wrap bit, in the event queue
 * also [31] the overflow flag. Other bits (CMDQ_CONS.ERR) are ignored here.
 *
 * Cost of each: constant.
 * Source: Arm SMMUv3 architecture (IHI 0070), 3.5.1 "SMMU circular queues", chapter 4
 * "Commands", 6.3 SMMU_CMDQ_BASE, SMMU_CMDQ_CONS, SMMU_EVENTQ_BASE, 7.4.
 */
#include <haven/bits.h>

#define HV_SMMU_QUEUE_LOG2_MAX 19u
#define HV_SMMU_CMD_BYTES      16u
#define HV_SMMU_EVENT_BYTES    32u

/** EVENTQ_PROD.OVFLG, acknowledged by writing the same value to EVENTQ_CONS.OVACKFLG. */
#define HV_SMMU_QUEUE_OVERFLOW HV_BIT(31)

/** SMMU_CMDQ_CONS.ERR: why the SMMU stopped at this command. */
enum hv_smmu_cmd_error {
	HV_SMMU_CERROR_NONE = 0,
	HV_SMMU_CERROR_ILL = 1,          /**< Illegal command. */
	HV_SMMU_CERROR_ABT = 2,          /**< Command could not be read. */
	HV_SMMU_CERROR_ATC_INV_SYNC = 3, /**< A device did not complete an ATC invalidation. */
};

/** One command, little-endian. */
struct hv_smmu_cmd {
	hv_u64 word[2];
};

/** Index of the entry that @p pointer (PROD or CONS) names. */
static inline hv_u32 hv_smmu_queue_index(hv_u32 log2, hv_u32 pointer)
{
	return pointer & ((1u << log2) - 1);
}

/** Entries between CONS and PROD. More than 2^log2: one of them is damaged. */
static inline hv_u32 hv_smmu_queue_used(hv_u32 log2, hv_u32 prod, hv_u32 cons)
{
	return (prod - cons) & ((2u << log2) - 1);
}

static inline bool hv_smmu_queue_empty(hv_u32 log2, hv_u32 prod, hv_u32 cons)
{
	return hv_smmu_queue_used(log2, prod, cons) == 0;
}

/** True also if the pointers are damaged: nothing may be put then. */
static inline bool hv_smmu_queue_full(hv_u32 log2, hv_u32 prod, hv_u32 cons)
{
	return hv_smmu_queue_used(log2, prod, cons) >= 1u << log2;
}

/** The pointer one entry further; the overflow flag stays. */
static inline hv_u32 hv_smmu_queue_next(hv_u32 log2, hv_u32 pointer)
{
	return (pointer & (hv_u32)HV_SMMU_QUEUE_OVERFLOW) | ((pointer + 1) & ((2u << log2) - 1));
}

/** Has the SMMU lost events since the last acknowledgement? */
static inline bool hv_smmu_queue_overflowed(hv_u32 prod, hv_u32 cons)
{
	return ((prod ^ cons) & (hv_u32)HV_SMMU_QUEUE_OVERFLOW) != 0;
}

/** @p cons with the overflow acknowledged. */
static inline hv_u32 hv_smmu_queue_ack(hv_u32 prod, hv_u32 cons)
{
	return (cons & ~(hv_u32)HV_SMMU_QUEUE_OVERFLOW) | (prod & (hv_u32)HV_SMMU_QUEUE_OVERFLOW);
}

/** Why the command queue stopped; valid while SMMU_GERROR.CMDQ_ERR is active. */
static inline enum hv_smmu_cmd_error hv_smmu_cmdq_error(hv_u32 cons)
{
	return (enum hv_smmu_cmd_error)HV_GET(HV_BITS(30, 24), cons);
}

/**
 * SMMU_CMDQ_BASE or SMMU_EVENTQ_BASE, with the allocation hint.
 *
 * @retval HV_OK      @p base is set.
 * @retval HV_EINVAL  NULL, log2 > 19, entry size not 16 or 32, or the queue not aligned
 *                    to its size (at least 32 bytes) below 2^52.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_queue_base(hv_u64 pa, hv_u32 log2, hv_u32 entry_bytes, hv_u64 *base);

/** Forget what is cached of one stream's configuration, level 1 descriptor included. */
struct hv_smmu_cmd hv_smmu_cmd_cfgi_ste(hv_u32 stream_id);
/** The same for the aligned group of 2^log2 streams around one; log2 1..32. */
struct hv_smmu_cmd hv_smmu_cmd_cfgi_ste_range(hv_u32 stream_id, hv_u32 log2);
/** The same for all streams. */
struct hv_smmu_cmd hv_smmu_cmd_cfgi_all(void);
/** Forget all translations of a VMID. */
struct hv_smmu_cmd hv_smmu_cmd_tlbi_s12_vmall(hv_u16 vmid);
/** Forget the stage-2 translation of one page; @p leaf: only its last level. */
struct hv_smmu_cmd hv_smmu_cmd_tlbi_s2_ipa(hv_u16 vmid, hv_u64 ipa, bool leaf);
/** Forget all non-secure EL1 translations of all VMIDs. */
struct hv_smmu_cmd hv_smmu_cmd_tlbi_nsnh_all(void);
/** Done when consumed: all commands before have taken effect. No interrupt, no message. */
struct hv_smmu_cmd hv_smmu_cmd_sync(void);

#endif
