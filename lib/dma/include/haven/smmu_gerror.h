/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SMMU_GERROR_H
#define HAVEN_SMMU_GERROR_H
/**
 * @file
 * Global errors of an SMMUv3: what it cannot say by an event.
 *
 * An error is active while its bits in SMMU_GERROR and SMMU_GERRORN differ; writing the
 * value of GERROR to GERRORN acknowledges all that are active, and nothing else.
 *
 * While EVENTQ_ABT is active no event is delivered. QEMU tells a full event queue in this
 * way too, and not by the overflow flag of SMMU_EVENTQ_PROD.
 *
 * Cost of each: constant.
 * Source: Arm SMMUv3 architecture (IHI 0070), 6.3 SMMU_GERROR, 7.1, 7.5.
 */
#include <haven/smmu_queue.h>

/** @name Bits of SMMU_GERROR @{ */
#define HV_SMMU_GERROR_CMDQ       HV_BIT(0) /**< Command queue stopped: see SMMU_CMDQ_CONS.ERR. */
#define HV_SMMU_GERROR_EVENTQ_ABT HV_BIT(2) /**< An event could not be written: some are lost. */
#define HV_SMMU_GERROR_PRIQ_ABT   HV_BIT(3)
#define HV_SMMU_GERROR_MSI_CMDQ   HV_BIT(4) /**< A message could not be sent. */
#define HV_SMMU_GERROR_MSI_EVENTQ HV_BIT(5)
#define HV_SMMU_GERROR_MSI_PRIQ   HV_BIT(6)
#define HV_SMMU_GERROR_MSI_GERROR HV_BIT(7)
#define HV_SMMU_GERROR_SFM        HV_BIT(8) /**< Service failure mode: all DMA has stopped, for good. */
#define HV_SMMU_GERROR_CMDQP      HV_BIT(9)
#define HV_SMMU_GERROR_DPT        HV_BIT(10)
#define HV_SMMU_GERROR_ALL        (HV_BITS(10, 2) | HV_BIT(0))
/** @} */

/** Errors that are active. */
static inline hv_u32 hv_smmu_gerror_active(hv_u32 gerror, hv_u32 gerrorn)
{
	return (gerror ^ gerrorn) & (hv_u32)HV_SMMU_GERROR_ALL;
}

/** The architecture's name of the lowest error in a set; "none" if there is none. */
const char *hv_smmu_gerror_name(hv_u32 active);

/** How far a command queue is. */
enum hv_smmu_progress {
	HV_SMMU_BUSY,    /**< Commands wait. */
	HV_SMMU_DONE,    /**< All are consumed. */
	HV_SMMU_STOPPED, /**< Commands wait behind one in error. */
};

/**
 * Judge one look at a command queue.
 *
 * @param active  hv_smmu_gerror_active(), read after @p cons.
 */
enum hv_smmu_progress hv_smmu_cmdq_progress(hv_u32 log2, hv_u32 prod, hv_u32 cons, hv_u32 active);

#endif
