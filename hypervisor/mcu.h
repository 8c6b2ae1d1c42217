/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_MCU_GLUE_H
#define HAVEN_MCU_GLUE_H
/**
 * @file
 * The microcontroller core that firmware manages, in the hypervisor's life: attested before a guest
 * runs, then followed by the service CPU: events, journal, policy.
 *
 * The firmware keeps few events and drops the rest, so after the last one the core's state is asked for.
 *
 * Nothing waits for the firmware once guests run. A request is sent in one step, and its
 * reply looked for in another, which the message unit's interrupt or the EL2 timer at the
 * request's end brings about; so whoever lives on the service CPU pays for steps, not for waits.
 * A step: at most one reply and one event taken and one request sent, about a hundred accesses to the
 * message unit, and one journal record. What the core does, a guest does not cause; of its events one
 * in a millisecond is taken.
 *
 * Linked where the port names a firewall; elsewhere mcu_none.c stands here.
 */
#include <haven/hal/mu.h>

#include "hv.h"

/** Attest the firmware; any doubt stops the machine with its reason. Boot CPU, prepared, alone. */
void hv_mcu_boot(const struct hv_cpu *self);
/** Route the unit's interrupt to the service CPU, and have a managed core started. Boot CPU. */
void hv_mcu_launch(void);
/** One step. Service CPU, when asked, interrupted, or by its alarm. */
void hv_mcu_serve(void);
/** The message unit's interrupt. @return false if this is none of its. Service CPU. */
bool hv_mcu_irq(hv_u32 intid);
/** The EL2 timer: a step if one is due. */
void hv_mcu_alarm(struct hv_cpu *cpu);
/** The channel to the System Manager, for one request at a time: nobody's if `channel.pending` is
 *  false. Service CPU. @return NULL: there is none. */
struct hv_hal_scmi *hv_mcu_channel(void);

#endif
