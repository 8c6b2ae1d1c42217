/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ALARM_H
#define HAVEN_ALARM_H
/**
 * @file
 * The EL2 timer of the executing CPU, for the two who may want it: the console's next
 * step on the service CPU, and the dispatcher's next decision on a shared CPU.
 */
#include "hv.h"

/** Wake @p whose work at CNTPCT_EL0 @p deadline; HV_ALARM_OFF: not at all. */
void hv_alarm_set(enum hv_alarm whose, hv_u64 deadline);
/** The timer's interrupt: do what is due. */
void hv_alarm_fired(struct hv_cpu *cpu);

#endif
