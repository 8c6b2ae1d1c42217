/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_CONSOLE_GLUE_H
#define HAVEN_CONSOLE_GLUE_H
/**
 * @file
 * The service CPU's work: the one UART, shared by all partitions, and what the
 * journal and the partitions' lives have to tell a reader.
 *
 * It goes in short steps, at most one in each slot of a round (<haven/pace.h>), and never waits for
 * the UART. A step moves 16 bytes to it, or writes 22 characters of a line, or looks for
 * what to tell next. Partitions post bytes into their own ring and at most one request per round;
 * so a flooding guest costs the service CPU a bounded share and everybody else nothing.
 */
#include "hv.h"

/** From now on the console belongs to the service CPU. Boot CPU, at the launch. */
void hv_console_launch(void);
/** Somebody posted: one step of output or news, and a round begins. Service CPU. */
void hv_console_kicked(void);
/**
 * Timer: the step that is due; rounds go on while there is more. Service CPU.
 *
 * @return true at the end of a round, once in a millisecond: the step was hardly one.
 */
bool hv_console_tick(void);
/** UART receive interrupt: up to eight keys. Service CPU. */
void hv_console_input(void);
/** A ring of this CPU's partition got bytes: see to it that steps come. Any CPU. */
void hv_console_post(void);
/** Rings moved: let the guest's emulated UART notice. On a CPU of the partition. */
void hv_console_guest_update(struct hv_vcpu *vcpu);

#endif
