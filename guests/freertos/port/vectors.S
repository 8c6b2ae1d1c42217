/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception vectors and the two ways in and out of the scheduler.
 *
 * Tasks run on SP_EL0, handlers on SP_EL1. A task's frame is stored through x0 while
 * SP_EL1 is selected: with a broken task stack the store faults into the SPx group,
 * which reports it, instead of faulting into itself.
 */
#include "frame.h"
#include "vector_pairs.h"

	/* Out: x0 = frame on the task's stack. */
	.macro save_frame
	stp	x0, x1, [sp, #-16]!
	mrs	x0, sp_el0
	sub	x0, x0, #FRAME_SIZE
	stp	x2, x3, [x0, #(FRAME_X + 2 * 8)]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0, #FRAME_X]
	stp	x4, x5, [x0, #(FRAME_X + 4 * 8)]
	stp	x6, x7, [x0, #(FRAME_X + 6 * 8)]
	stp	x8, x9, [x0, #(FRAME_X + 8 * 8)]
	stp	x10, x11, [x0, #(FRAME_X + 10 * 8)]
	stp	x12, x13, [x0, #(FRAME_X + 12 * 8)]
	stp	x14, x15, [x0, #(FRAME_X + 14 * 8)]
	stp	x16, x17, [x0, #(FRAME_X + 16 * 8)]
	stp	x18, x19, [x0, #(FRAME_X + 18 * 8)]
	stp	x20, x21, [x0, #(FRAME_X + 20 * 8)]
	stp	x22, x23, [x0, #(FRAME_X + 22 * 8)]
	stp	x24, x25, [x0, #(FRAME_X + 24 * 8)]
	stp	x26, x27, [x0, #(FRAME_X + 26 * 8)]
	stp	x28, x29, [x0, #(FRAME_X + 28 * 8)]
	mrs	x1, elr_el1
	stp	x30, x1, [x0, #(FRAME_X + 30 * 8)]
	mrs	x1, spsr_el1
	mrs	x2, fpcr
	stp	x1, x2, [x0, #FRAME_SPSR]
	mrs	x1, fpsr
	str	x1, [x0, #FRAME_FPSR]
	each_vector_pair save_pair
	.endm

	/* In: x0 = frame. Leaves by ERET. */
	.macro restore_frame
	each_vector_pair load_pair
	ldr	x1, [x0, #FRAME_FPSR]
	msr	fpsr, x1
	ldp	x1, x2, [x0, #FRAME_SPSR]
	msr	spsr_el1, x1
	msr	fpcr, x2
	ldp	x30, x1, [x0, #(FRAME_X + 30 * 8)]
	msr	elr_el1, x1
	ldp	x28, x29, [x0, #(FRAME_X + 28 * 8)]
	ldp	x26, x27, [x0, #(FRAME_X + 26 * 8)]
	ldp	x24, x25, [x0, #(FRAME_X + 24 * 8)]
	ldp	x22, x23, [x0, #(FRAME_X + 22 * 8)]
	ldp	x20, x21, [x0, #(FRAME_X + 20 * 8)]
	ldp	x18, x19, [x0, #(FRAME_X + 18 * 8)]
	ldp	x16, x17, [x0, #(FRAME_X + 16 * 8)]
	ldp	x14, x15, [x0, #(FRAME_X + 14 * 8)]
	ldp	x12, x13, [x0, #(FRAME_X + 12 * 8)]
	ldp	x10, x11, [x0, #(FRAME_X + 10 * 8)]
	ldp	x8, x9, [x0, #(FRAME_X + 8 * 8)]
	ldp	x6, x7, [x0, #(FRAME_X + 6 * 8)]
	ldp	x4, x5, [x0, #(FRAME_X + 4 * 8)]
	ldp	x2, x3, [x0, #(FRAME_X + 2 * 8)]
	add	x1, x0, #FRAME_SIZE
	msr	sp_el0, x1
	ldp	x0, x1, [x0, #FRAME_X]
	eret
	.endm

	.macro save_pair, first, second
	stp	q\first, q\second, [x0, #(FRAME_V + \first * 16)]
	.endm

	.macro load_pair, first, second
	ldp	q\first, q\second, [x0, #(FRAME_V + \first * 16)]
	.endm

	.macro vector, target
	.balign	128
	b	\target
	.endm

	/* From a handler or a lower level there is no task to save: a frame on SP_EL1. */
	.macro fatal_vector, index
	.balign	128
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp, #FRAME_X]
	mov	x1, #\index
	b	fatal
	.endm

	.text
	.balign	2048
	.global	port_vectors
port_vectors:
	vector	task_sync
	vector	task_irq
	fatal_vector 2
	fatal_vector 3
	fatal_vector 4
	fatal_vector 5
	fatal_vector 6
	fatal_vector 7
	fatal_vector 8
	fatal_vector 9
	fatal_vector 10
	fatal_vector 11
	fatal_vector 12
	fatal_vector 13
	fatal_vector 14
	fatal_vector 15
	.balign	128

task_irq:
	save_frame
	bl	port_irq
resume:
	restore_frame

task_sync:
	save_frame
	mrs	x1, esr_el1
	lsr	x1, x1, #26
	cmp	x1, #0x15 /* ESR_ELx.EC: SVC from AArch64 */
	b.ne	task_fault
	bl	port_svc
	b	resume
task_fault:
	mov	x1, #0
	b	vApplicationFault

fatal:
	stp	x29, x30, [sp, #(FRAME_X + 29 * 8)]
	mrs	x0, elr_el1
	str	x0, [sp, #FRAME_ELR]
	mrs	x0, spsr_el1
	str	x0, [sp, #FRAME_SPSR]
	mov	x0, sp
	b	vApplicationFault

	/* x0 = frame, x1 = where to note SP or 0. The caller's state stays on SP_EL1. */
	.global	port_enter_scheduler
port_enter_scheduler:
	stp	x19, x20, [sp, #-160]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	cbz	x1, resume
	mov	x2, sp
	str	x2, [x1]
	b	resume

	/* x0 = the noted SP. From a task or a handler: return from port_enter_scheduler(). */
	.global	port_leave_scheduler
port_leave_scheduler:
	msr	spsel, #1
	mov	sp, x0
	ldp	d14, d15, [sp, #144]
	ldp	d12, d13, [sp, #128]
	ldp	d10, d11, [sp, #112]
	ldp	d8, d9, [sp, #96]
	ldp	x29, x30, [sp, #80]
	ldp	x27, x28, [sp, #64]
	ldp	x25, x26, [sp, #48]
	ldp	x23, x24, [sp, #32]
	ldp	x21, x22, [sp, #16]
	ldp	x19, x20, [sp], #160
	ret
