/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of EL1 itself; each saves all general registers, so handlers may nest. */
#include "layout.h"

	.macro	entry, handler
	.balign	128
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp]
	adr	x0, \handler
	b	common
	.endm

	.macro	stop, kind
	.balign	128
	mov	x0, #\kind
	b	trap_foreign_vector
	.endm

	.section .text.vectors, "ax"
	.balign	2048
	.global	vectors
vectors:
	stop	0
	stop	1
	stop	2
	stop	3
	entry	to_sync
	entry	to_irq
	entry	to_fiq
	entry	to_serror
	.irp	n, 8, 9, 10, 11, 12, 13, 14, 15
	stop	\n
	.endr

to_sync:	b	trap_sync
to_irq:		b	trap_irq
to_fiq:		b	trap_fiq
to_serror:	b	trap_serror

common:
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x1, elr_el1
	stp	x30, x1, [sp, #240]
	mrs	x1, spsr_el1
	str	x1, [sp, #256]
	mov	x1, x0
	mov	x0, sp
	blr	x1
	ldr	x1, [sp, #256]
	msr	spsr_el1, x1
	ldp	x30, x1, [sp, #240]
	msr	elr_el1, x1
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_SIZE
	eret
