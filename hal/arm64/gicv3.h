/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_GICV3_H
#define HAVEN_ARM64_GICV3_H
/**
 * @file
 * What the parts of the GIC driver share.
 */
#include <haven/types.h>

/* Offsets in a redistributor's first frame. */
#define GICR_CTLR  0x0000
#define GICR_TYPER 0x0008

/** RD_base of the executing CPU; 0 before hv_hal_gicr_init() on it. Boot only. */
hv_u64 gicv3_redistributor(void);

#endif
