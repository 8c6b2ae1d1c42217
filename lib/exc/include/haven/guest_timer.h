/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_GUEST_TIMER_H
#define HAVEN_GUEST_TIMER_H
/**
 * @file
 * When the EL1 timers of a vCPU that waits would wake it.
 */
#include <haven/types.h>

/** The EL1 timers, as the hardware or a saved context holds them. */
struct hv_guest_timers {
	hv_u64 cntv_ctl;  /**< CNTV_CTL_EL0 */
	hv_u64 cntv_cval; /**< CNTV_CVAL_EL0; CNTVOFF_EL2 is 0. */
	hv_u64 cntp_ctl;  /**< CNTP_CTL_EL0 */
	hv_u64 cntp_cval; /**< CNTP_CVAL_EL0 */
};

/**
 * The earlier compare value of the timers that are enabled, not masked, and whose
 * interrupt could be signalled.
 *
 * Who: when a vCPU waits for an interrupt (WFI) and none is pending for it.
 *
 * @param cntv  The virtual timer's interrupt is enabled at the GIC and not in service.
 * @param cntp  The same of the physical timer's.
 *
 * @return Counter value; in the past if the interrupt is still on its way. UINT64_MAX: no
 *         timer will wake it.
 * Cost: constant.
 * Source: Arm ARM (DDI 0487), "CNTV_CTL_EL0": ENABLE bit 0, IMASK bit 1.
 */
hv_u64 hv_guest_timer_wake(const struct hv_guest_timers *timers, bool cntv, bool cntp);

#endif
