/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SMMU_CAPS_H
#define HAVEN_SMMU_CAPS_H
/**
 * @file
 * What an SMMUv3 can do, whether that is enough, and the control values to write.
 * Pure: the caller reads the registers and writes the values.
 *
 * Source: Arm SMMUv3 architecture (IHI 0070), section 6.3: SMMU_IDR0, IDR1, IDR3, IDR5,
 * CR0, CR1, CR2, GBPA, IRQ_CTRL.
 */
#include <haven/bits.h>

/** @name SMMU_CR0 and CR0ACK @{ */
#define HV_SMMU_CR0_SMMUEN   HV_BIT(0)
#define HV_SMMU_CR0_EVENTQEN HV_BIT(2)
#define HV_SMMU_CR0_CMDQEN   HV_BIT(3)
#define HV_SMMU_CR0_ATSCHK   HV_BIT(4) /**< RES0 without IDR0.ATS. */
/** @} */

/** @name SMMU_GBPA: what happens to DMA while SMMUEN is 0.
 * Written only while UPDATE reads 0; done when UPDATE reads 0 again.
 * @{ */
#define HV_SMMU_GBPA_ABORT  HV_BIT(20)
#define HV_SMMU_GBPA_UPDATE HV_BIT(31)
/** @} */

/** SMMU_CR1 for tables and queues in write-back inner shareable memory (IDR0.COHACC). */
#define HV_SMMU_CR1_COHERENT 0xd75u
/** SMMU_CR1 for non-cacheable tables and queues; the CPU's writes must reach memory. */
#define HV_SMMU_CR1_NONCOHERENT 0u
/** SMMU_CR2: record unknown streams (RECINVSID), own TLB maintenance only (PTM), E2H 0. */
#define HV_SMMU_CR2 0x6u

/** @name SMMU_IRQ_CTRL and IRQ_CTRLACK @{ */
#define HV_SMMU_IRQ_GERROR HV_BIT(0)
#define HV_SMMU_IRQ_EVENTQ HV_BIT(2)
/** @} */

_Static_assert(HV_SMMU_CR0_CMDQEN == 0x8, "CR0.CMDQEN");
_Static_assert(HV_SMMU_GBPA_UPDATE == 0x80000000u, "GBPA.Update");
_Static_assert(HV_SMMU_GBPA_ABORT == 0x100000u, "GBPA.ABORT");

struct hv_smmu_idr {
	hv_u32 idr0, idr1, idr3, idr5;
};

/** What the configuration asks of the SMMU. */
struct hv_smmu_needs {
	hv_u32 ipa_bits;    /**< Width of stage-2 input, as in VTCR_EL2. */
	hv_u32 pa_bits;     /**< Width of the addresses that stage 2 gives out. */
	hv_u32 sid_bits;    /**< Width of the largest assigned stream id. */
	hv_u32 vmid_bits;   /**< Width of the largest VMID: 8 or 16. */
	hv_u32 cmdq_log2;   /**< Commands that must fit the queue. */
	hv_u32 eventq_log2; /**< Events that must fit the queue. */
	bool xnx;           /**< Stage-2 tables use the execute-never encodings of FEAT_XNX. */
};

struct hv_smmu_caps {
	hv_u32 oas_bits;    /**< 32, 36, 40, 42, 44, 48, 52 or 56. */
	hv_u32 sid_bits;    /**< 0..32 */
	hv_u32 vmid_bits;   /**< 8 or 16 */
	hv_u32 cmdq_log2;   /**< Largest command queue, 0..19. */
	hv_u32 eventq_log2; /**< Largest event queue, 0..19. */
	bool two_level;     /**< Stream tables may have two levels. */
	bool coherent;      /**< Table walks and queues snoop the CPU's caches. */
	bool ats;           /**< CR0.ATSCHK exists and must be set. */
	bool range_tlbi;    /**< TLBI commands may name a range. */
	bool msi;           /**< Interrupts may be messages. */
};

/** Why an SMMU cannot be used. */
enum hv_smmu_missing {
	HV_SMMU_MISSING_NOTHING,
	HV_SMMU_MISSING_S2P,           /**< IDR0.S2P: no stage 2. */
	HV_SMMU_MISSING_TTF,           /**< IDR0.TTF: no AArch64 tables. */
	HV_SMMU_MISSING_TTENDIAN,      /**< IDR0.TTENDIAN: big-endian tables only. */
	HV_SMMU_MISSING_NO_STALL,      /**< IDR0.STALL_MODEL: faults stall whether asked or not. */
	HV_SMMU_MISSING_VMID16,        /**< IDR0.VMID16: VMIDs of 8 bits do not do. */
	HV_SMMU_MISSING_SIDSIZE,       /**< IDR1.SIDSIZE: an assigned stream cannot exist. */
	HV_SMMU_MISSING_CMDQS,         /**< IDR1.CMDQS: command queue too small. */
	HV_SMMU_MISSING_EVENTQS,       /**< IDR1.EVENTQS: event queue too small. */
	HV_SMMU_MISSING_TABLES_PRESET, /**< IDR1.TABLES_PRESET: tables lie where others chose. */
	HV_SMMU_MISSING_QUEUES_PRESET, /**< IDR1.QUEUES_PRESET: likewise the queues. */
	HV_SMMU_MISSING_XNX,           /**< IDR3.XNX */
	HV_SMMU_MISSING_GRAN4K,        /**< IDR5.GRAN4K: no 4 KB granule. */
	HV_SMMU_MISSING_OAS,           /**< IDR5.OAS: addresses too short for the stage-2 map. */
};

/**
 * Decide whether this SMMU can isolate what the configuration assigns.
 *
 * @param missing  Set on HV_OK (to NOTHING) and on HV_ENOTSUP: the first feature that
 *                 lacks, in the order of the enumeration.
 *
 * @retval HV_OK       @p caps is filled in.
 * @retval HV_ENOTSUP  See @p missing; @p caps is untouched.
 * @retval HV_EINVAL   NULL.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_negotiate(const struct hv_smmu_idr *idr, const struct hv_smmu_needs *needs,
			      struct hv_smmu_caps *caps, enum hv_smmu_missing *missing);

/** Register field and meaning, for the console; any value. Cost: constant. */
const char *hv_smmu_missing_name(enum hv_smmu_missing missing);

/** SMMU_GBPA value that aborts all DMA and leaves the attribute fields as read. */
static inline hv_u32 hv_smmu_gbpa_abort(hv_u32 as_read)
{
	return as_read | (hv_u32)(HV_SMMU_GBPA_ABORT | HV_SMMU_GBPA_UPDATE);
}

/** SMMU_CR1: attributes of tables and queues. */
static inline hv_u32 hv_smmu_cr1(bool coherent)
{
	return coherent ? HV_SMMU_CR1_COHERENT : HV_SMMU_CR1_NONCOHERENT;
}

/** SMMU_IRQ_CTRL in operation: events and global errors. */
static inline hv_u32 hv_smmu_irq_ctrl_run(void)
{
	return (hv_u32)(HV_SMMU_IRQ_EVENTQ | HV_SMMU_IRQ_GERROR);
}

/** SMMU_CR0 with the queues running, before translation is switched on. */
static inline hv_u32 hv_smmu_cr0_queues(void)
{
	return (hv_u32)(HV_SMMU_CR0_CMDQEN | HV_SMMU_CR0_EVENTQEN);
}

/** SMMU_CR0 in operation. CR0ACK must come to read the same. */
static inline hv_u32 hv_smmu_cr0_run(const struct hv_smmu_caps *caps)
{
	return hv_smmu_cr0_queues() | (hv_u32)HV_SMMU_CR0_SMMUEN |
	       (caps->ats ? (hv_u32)HV_SMMU_CR0_ATSCHK : 0);
}

#endif
