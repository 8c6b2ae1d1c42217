/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_CONSOLE_GLUE_H
#define HAVEN_CONSOLE_GLUE_H
/**
 * @file
 * The service CPU's work: the one UART, shared by all partitions, and what the
 * journal and the partitions' lives have to tell a reader.
 *
 * Partitions post bytes into their own ring and at most one request per step;
 * the drain runs at a fixed rate, so a flooding guest costs the service CPU a
 * bounded share and everybody else nothing.
 */
#include "hv.h"

/** From now on the console belongs to the service CPU. Boot CPU, at the launch. */
void hv_console_launch(void);
/** Somebody posted: one bounded step of output, journal lines and news. Service CPU. */
void hv_console_kicked(void);
/** Timer: the same; goes on while there is more, and sleeps when there is not. Service CPU. */
void hv_console_tick(void);
/** UART receive interrupt. Service CPU. */
void hv_console_input(void);
/** One byte of the hypervisor's own text; dropped if its ring is full. Service CPU. */
void hv_console_put_own(hv_u8 byte);
/** A ring of this CPU's partition got bytes: see to it that a step comes. Any CPU. */
void hv_console_post(void);
/** Rings moved: let the guest's emulated UART notice. On a CPU of the partition. */
void hv_console_guest_update(struct hv_vcpu *vcpu);

#endif
