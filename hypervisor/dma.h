/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_DMA_H
#define HAVEN_DMA_H
/**
 * @file
 * DMA in the life of a partition, and its faults.
 *
 * A partition's streams are open while it runs, and abort otherwise. The CPU of vCPU 0 asks,
 * the service CPU does it, since the SMMU's command queue is its own: so nobody waits inside
 * an exit, and no partition waits for another's.
 */
#include "hv.h"

/** Route the SMMU's interrupts to the service CPU. Boot CPU, before the launch. */
void hv_dma_launch(void);
/**
 * Have the DMA of this CPU's partition opened or closed.
 *
 * Who: the CPU of vCPU 0, with no vCPU in the guest, again and again: it is kicked when
 * there is news.
 *
 * @return true once it is so.
 */
bool hv_dma_reach(struct hv_partition *p, bool open);
/** What partitions ask for, and a bounded number of events. Service CPU, when asked or interrupted. */
void hv_dma_serve(void);
/** SMMU interrupt. @return false if this is none of its. Service CPU. */
bool hv_dma_irq(hv_u32 intid);
/** Carry out what a DMA fault led to. The CPU of vCPU 0; may not return. */
void hv_dma_obey(struct hv_vcpu *vcpu);

#endif
