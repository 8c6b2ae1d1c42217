/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EL2 vectors. Calls and interrupts, the hot exits, save what the procedure
 * call standard lets a C function clobber; every other exit may have to read
 * or write any register of the guest and saves them all. An exception that
 * EL2 itself takes is a bug of ours and ends in hv_exit_own(), unless it is the
 * guarded load's.
 *
 * A CPU that several vCPUs share has vectors of its own: any exit there may end in
 * another guest, so each saves everything. The others pay nothing for that.
 */
#include "asm.h"

#define FRAME 256
#define EC_HVC64 0x16

	.macro	save_caller_saved
	sub	sp, sp, #FRAME
	stp	x0, x1, [sp, #0]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	str	x18, [sp, #144]
	str	x30, [sp, #240]
	.endm

	.macro	save_callee_saved
	stp	x19, x20, [sp, #152]
	stp	x21, x22, [sp, #168]
	stp	x23, x24, [sp, #184]
	stp	x25, x26, [sp, #200]
	stp	x27, x28, [sp, #216]
	str	x29, [sp, #232]
	.endm

	.macro	restore_callee_saved
	ldp	x19, x20, [sp, #152]
	ldp	x21, x22, [sp, #168]
	ldp	x23, x24, [sp, #184]
	ldp	x25, x26, [sp, #200]
	ldp	x27, x28, [sp, #216]
	ldr	x29, [sp, #232]
	.endm

	/* The barriers behind ERET stop straight-line speculation. */
	.macro	return_to_guest
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldr	x18, [sp, #144]
	ldr	x30, [sp, #240]
	ldp	x0, x1, [sp], #FRAME
	eret
	dsb	nsh
	isb
	.endm

	.macro	vector target
	.balign	0x80
	b	\target
	.endm

	.macro	vectors name, whose
	.balign	0x800
	.global	\name
	.hidden	\name
\name:
	.rept	8			/* taken from EL2 itself */
	vector	own_exception
	.endr
	.rept	2			/* lower EL in AArch64, then in AArch32 (EL0 only) */
	vector	\whose\()_sync
	vector	\whose\()_irq
	vector	\whose\()_irq		/* FIQ: a Group 0 interrupt; the handler finds none for us */
	vector	\whose\()_serror
	.endr
	.endm

	.section .text.vectors, "ax"
	vectors	hv_vectors, guest
	vectors	hv_vectors_shared, shared

function guest_sync
	save_caller_saved
	mrs	x1, esr_el2
	mov	x0, sp
	lsr	w2, w1, #26
	sub	w2, w2, #EC_HVC64	/* SMC64 is the next one */
	cmp	w2, #1
	b.hi	1f
	bl	hv_exit_call
	return_to_guest
1:	save_callee_saved
	bl	hv_exit_trap
	restore_callee_saved
	return_to_guest
end_function guest_sync

function guest_irq
	save_caller_saved
	bl	hv_exit_irq
	return_to_guest
end_function guest_irq

function guest_serror
	save_caller_saved
	save_callee_saved
	mov	x0, sp
	bl	hv_exit_serror
	restore_callee_saved
	return_to_guest
end_function guest_serror

	.macro	shared_exit handler
	save_caller_saved
	save_callee_saved
	mov	x0, sp
	bl	\handler
	restore_callee_saved
	return_to_guest
	.endm

function shared_sync
	shared_exit hv_shared_sync
end_function shared_sync

function shared_irq
	shared_exit hv_shared_irq
end_function shared_irq

function shared_serror
	shared_exit hv_shared_serror
end_function shared_serror

/*
 * u64 hv_probe_load(u64 address): 0, or the syndrome that reading it ended in.
 * Between the two labels an exception is an answer; SErrors are unmasked only there, so one that
 * is pending already is the first.
 */
function hv_probe_load
probe_first:
	msr	daifclr, #4
	isb
	ldr	w1, [x0]
	dsb	sy
	isb
probe_last:
	msr	daifset, #4
	mov	x0, #0
	ret
probe_failed:				/* from own_exception, SErrors masked */
	mrs	x0, esr_el2
	ret
end_function hv_probe_load

/*
 * If the stack pointer sits in a guard page, storing to it would fault for
 * ever: panic runs on the boot stack, which nobody uses any more.
 */
function own_exception
	mrs	x0, elr_el2
	adr_l	x1, probe_first
	adr_l	x2, probe_last
	cmp	x0, x1
	ccmp	x0, x2, #2, hs		/* below: as if above the last */
	b.hi	1f
	adr_l	x0, probe_failed
	msr	elr_el2, x0
	mrs	x0, spsr_el2
	orr	x0, x0, #1 << 8		/* PSTATE.A */
	msr	spsr_el2, x0
	eret
	dsb	nsh
	isb
1:	adr_l	x0, hv_boot_stack_top
	mov	sp, x0
	mrs	x0, esr_el2
	mrs	x1, elr_el2
	mrs	x2, far_el2
	b	hv_exit_own
end_function own_exception
