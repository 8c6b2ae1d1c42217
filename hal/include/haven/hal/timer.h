/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_TIMER_H
#define HAVEN_HAL_TIMER_H
/**
 * @file
 * The EL2 physical timer (CNTHP) of the executing CPU.
 */
#include <haven/types.h>

/** Raise the timer's PPI when CNTPCT_EL0 reaches @p deadline. */
void hv_hal_timer_arm(hv_u64 deadline);
void hv_hal_timer_off(void);

#endif
