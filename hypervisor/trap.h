/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_TRAP_H
#define HAVEN_TRAP_H
/**
 * @file
 * Entries of the exits from vectors.S. All run with interrupts masked.
 */
#include "hv.h"

/** HVC or SMC. x0..x18 and x30 of the frame are valid. */
void hv_exit_call(struct hv_frame *frame, hv_u64 esr);
/** Physical interrupt. */
void hv_exit_irq(void);
/** The same on a CPU that several vCPUs share. */
void hv_exit_irq_shared(struct hv_cpu *cpu);
/** Every other synchronous exception. The whole frame is valid. */
void hv_exit_trap(struct hv_frame *frame);
/** SError while a guest ran. */
void hv_exit_serror(void);

/** Sample what traps answer from. Boot CPU, before the launch. */
void hv_trap_init(void);

#endif
