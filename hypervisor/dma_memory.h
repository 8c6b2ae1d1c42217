/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_DMA_MEMORY_H
#define HAVEN_DMA_MEMORY_H
/**
 * @file
 * The memory that the SMMU and the ITS read: a range of the configuration, in which the boot
 * CPU gives each table its place, always in the same order. Nothing is ever given back.
 */
#include "hv.h"

/** Zero it. Boot CPU, once, with the map of EL2 in place. */
void hv_dma_memory_init(void);
/**
 * Place of the next table. Boot CPU.
 *
 * @param what   For the message of the halt if the configuration's range is too small.
 * @param align  A power of two.
 * @return its address, physical and virtual; the memory is zero.
 */
hv_u64 hv_dma_memory_take(const char *what, hv_u64 bytes, hv_u64 align);

#endif
