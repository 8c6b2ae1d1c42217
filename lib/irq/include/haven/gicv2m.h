/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_GICV2M_H
#define HAVEN_GICV2M_H
/**
 * @file
 * The MSI frame that a guest sees: a GICv2m, one page of registers in front of its
 * virtual SPIs. What a device writes there becomes an interrupt by way of the SMMU and the
 * ITS; what a CPU reads there is answered here, and what it writes has no effect.
 *
 * Source: Arm Server Base System Architecture (DEN0029), appendix "GICv2m".
 */
#include <haven/types.h>

#define HV_V2M_TYPER  0x008u
#define HV_V2M_SETSPI 0x040u /**< Where devices write; as far into its page as GITS_TRANSLATER. */
#define HV_V2M_IIDR   0xfccu
#define HV_V2M_SIZE   0x1000u

/**
 * What a CPU's 32-bit read of the frame gives.
 *
 * @param first   First INTID of the frame's SPIs, 32..1019.
 * @param count   How many, 1..988.
 * @param offset  In the frame.
 * @return MSI_TYPER: first << 16 | count. All else 0: no implementer, so no driver applies the
 *         workarounds for one.
 * Cost: constant.
 */
hv_u32 hv_v2m_read(hv_u32 first, hv_u32 count, hv_u32 offset);

#endif
