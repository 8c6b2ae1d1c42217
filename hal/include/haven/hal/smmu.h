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
 * Switch on: attributes, stream table, queues, CFGI_ALL and TLBI_NSNH_ALL with SYNC,
 * translation, then the event and error interrupts. Tables must have been written.
 *
 * @param strtab_base  As hv_smmu_strtab_base() computes it; @p strtab its shape.
 * @param caps         As negotiated.
 *
 * @retval false  A handshake or the SYNC did not come within the bound: DMA still aborts.
 */
HV_MUST_CHECK
bool hv_hal_smmu_enable(struct hv_hal_smmu *smmu, const struct hv_smmu_strtab *strtab,
			hv_u64 strtab_base, const struct hv_smmu_caps *caps);

/** Make memory that the SMMU reads visible to it: tables, before they are in use. */
void hv_hal_smmu_publish(const struct hv_hal_smmu *smmu, const void *start, hv_u64 size);

/**
 * Replace a live stream table entry: word 0 cleared, CFGI_STE, SYNC, the rest, word 0,
 * CFGI_STE, SYNC. On return no transaction uses the old entry.
 *
 * @retval false  A SYNC did not come: the entry is V = 0 or the new one.
 */
HV_MUST_CHECK
bool hv_hal_smmu_replace(struct hv_hal_smmu *smmu, struct hv_smmu_ste *entry, hv_u32 stream_id,
			 const struct hv_smmu_ste *value);

/**
 * Put @p count commands and a CMD_SYNC, and wait until all are consumed.
 *
 * @param count  1..2^cmdq_log2 - 1.
 *
 * @retval false  The queue stopped at an error, or the bound passed.
 */
HV_MUST_CHECK
bool hv_hal_smmu_issue(struct hv_hal_smmu *smmu, const struct hv_smmu_cmd *commands, hv_u32 count);

/**
 * Take the oldest event.
 *
 * @param lost  Set to true if the queue overflowed since the last call (acknowledged here).
 *
 * @retval false  There is none.
 */
bool hv_hal_smmu_event(struct hv_hal_smmu *smmu, hv_u64 record[4], bool *lost);

/**
 * Active global errors (SMMU_GERROR ^ GERRORN), acknowledged. A stopped command queue is
 * made to go on behind the command that it stopped at.
 *
 * @param cmd_error  enum hv_smmu_cmd_error of a stopped command queue, else 0.
 */
hv_u32 hv_hal_smmu_errors(struct hv_hal_smmu *smmu, hv_u32 *cmd_error);

#endif
