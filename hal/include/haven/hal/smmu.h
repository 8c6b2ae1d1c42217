/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_SMMU_H
#define HAVEN_HAL_SMMU_H
/**
 * @file
 * The SMMUv3 of the machine. Each wait is bounded by HV_SMMU_WAIT_US; whoever gets
 * `false` must treat DMA as uncontrolled.
 *
 * Who: the boot CPU until the launch, then the service CPU alone. No lock.
 */
#include <haven/smmu_caps.h>
#include <haven/smmu_gerror.h>
#include <haven/smmu_queue.h>
#include <haven/smmu_ste.h>

/** Longest wait for the SMMU to answer, in microseconds. */
#define HV_SMMU_WAIT_US 1000u

/** Queues in memory of EL2, and where the software's ends of them are. */
struct hv_hal_smmu {
	hv_u64 base;            /**< Register frame, page 0. */
	bool coherent;          /**< IDR0.COHACC; else tables and queues are cleaned by address. */
	struct hv_smmu_cmd *cmdq; /**< 2^cmdq_log2 entries, aligned to their size. */
	hv_u64 (*eventq)[4];    /**< 2^eventq_log2 entries, aligned to their size. */
	hv_u32 cmdq_log2;
	hv_u32 eventq_log2;
	hv_u32 cmdq_prod;
	hv_u32 eventq_cons;
};

/**
 * Abort all DMA: GBPA.ABORT by its update handshake, then SMMUEN and the queues off.
 * Needs no memory; the first thing that the boot CPU does to the SMMU.
 *
 * @retval false  GBPA.UPDATE or CR0ACK did not come within the bound.
 */
HV_MUST_CHECK
bool hv_hal_smmu_abort_all(hv_u64 base);

/** Read the identification registers. */
void hv_hal_smmu_identify(hv_u64 base, struct hv_smmu_idr *idr);

/**
 * Switch on: queues, attributes, stream table, CFGI_ALL and TLBI_NSNH_ALL with SYNC, the
 * event and error interrupts, and translation last. After hv_hal_smmu_abort_all(). Tables
 * must have been written and published. Global errors of before are acknowledged.
 *
 * @param strtab_base  As hv_smmu_strtab_base() computes it; @p strtab its shape.
 * @param caps         As negotiated.
 *
 * @retval false  A queue is misaligned, or a handshake or SYNC did not come within the
 *                bound: DMA still aborts, or, where SMMUEN itself was not acknowledged,
 *                sees no more than the tables give.
 */
HV_MUST_CHECK
bool hv_hal_smmu_enable(struct hv_hal_smmu *smmu, const struct hv_smmu_strtab *strtab,
			hv_u64 strtab_base, const struct hv_smmu_caps *caps);

/**
 * Make memory that the SMMU reads visible to it: stream tables, and the stage-2 tables
 * that they name, before they are in use. Cost: constant if coherent, else one step per
 * cache line.
 */
void hv_hal_smmu_publish(const struct hv_hal_smmu *smmu, const void *start, hv_u64 size);

/**
 * Replace a live stream table entry, so that the SMMU never uses words of both: word 0
 * cleared, the other words written, word 0 written, with CFGI_STE and SYNC after each. On
 * return no transaction uses the old entry. Translations stay cached by their VMID.
 *
 * @retval false  A SYNC did not come: the entry in memory is V = 0 or the new one, and the
 *                SMMU may still use the old one.
 */
HV_MUST_CHECK
bool hv_hal_smmu_replace(struct hv_hal_smmu *smmu, struct hv_smmu_ste *entry, hv_u32 stream_id,
			 const struct hv_smmu_ste *value);

/**
 * Put @p count commands and a CMD_SYNC, and wait until all are consumed.
 *
 * @param count  At most 2^cmdq_log2 - 1; 0: the CMD_SYNC alone.
 *
 * @retval false  The queue stopped at an error (see hv_hal_smmu_errors()), the bound
 *                passed, or @p count is too large. What was put stays in the queue.
 */
HV_MUST_CHECK
bool hv_hal_smmu_issue(struct hv_hal_smmu *smmu, const struct hv_smmu_cmd *commands, hv_u32 count);

/**
 * Take the oldest event. The event interrupt comes when the queue stops being empty, and
 * not again: who leaves events behind must come back without it.
 *
 * @param record  Written if there is an event.
 * @param lost    Set to true if the queue overflowed since the last call (acknowledged
 *                here); else left alone.
 *
 * @retval false  There is none.
 */
bool hv_hal_smmu_event(struct hv_hal_smmu *smmu, hv_u64 record[4], bool *lost);

/**
 * Active global errors (HV_SMMU_GERROR_*), acknowledged. A stopped command queue goes on
 * behind the command that it stopped at; what that command should have done is not done.
 *
 * @param cmd_error  enum hv_smmu_cmd_error of a stopped command queue, else 0.
 */
hv_u32 hv_hal_smmu_errors(struct hv_hal_smmu *smmu, hv_u32 *cmd_error);

#endif
