/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ALARM_H
#define HAVEN_ALARM_H
/**
 * @file
 * The EL2 timer of the executing CPU, for those who may want it: on the service CPU the console's
 * next step and the end of a wait for the System Manager, on a shared CPU the dispatcher's
 * next decision.
 */
#include "hv.h"

/** Wake @p whose work on @p cpu, the executing one, at CNTPCT_EL0 @p deadline; HV_ALARM_OFF: not
 *  at all. */
void hv_alarm_set(struct hv_cpu *cpu, enum hv_alarm whose, hv_u64 deadline);
/** The timer's interrupt: do what is due. */
void hv_alarm_fired(struct hv_cpu *cpu);

#endif
