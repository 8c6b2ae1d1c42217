/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the world switch that C cannot do: general and FP registers. */
#include "asm.h"

/* struct hv_context (hal/vcpu.h), checked in switch.c */
#define CONTEXT_PC   256
#define CONTEXT_FP   720

	.arch_extension fp
	.arch_extension simd

	/* Two Q registers to or from [x0], which goes on behind them. */
	.macro	fp_pair how, first, second
	\how	q\first, q\second, [x0], #32
	.endm

/* hv_hal_exit_save(context, frame) */
function hv_hal_exit_save
	.irp	n, 0, 32, 64, 96, 128, 160, 192, 224
	ldp	x2, x3, [x1, #\n]
	ldp	x4, x5, [x1, #\n + 16]
	stp	x2, x3, [x0, #\n]
	stp	x4, x5, [x0, #\n + 16]
	.endr
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [x0, #CONTEXT_PC]
	ret
end_function hv_hal_exit_save

/* hv_hal_vcpu_resume(context, stack_top): the frame back, and ERET. */
function hv_hal_vcpu_resume
	mov	sp, x1
	ldp	x2, x3, [x0, #CONTEXT_PC]
	msr	elr_el2, x2
	msr	spsr_el2, x3
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x18, x19, [x0, #144]
	ldp	x20, x21, [x0, #160]
	ldp	x22, x23, [x0, #176]
	ldp	x24, x25, [x0, #192]
	ldp	x26, x27, [x0, #208]
	ldp	x28, x29, [x0, #224]
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	eret
	dsb	nsh
	isb
end_function hv_hal_vcpu_resume

/* hv_fp_save(context) */
function hv_fp_save
	add	x0, x0, #CONTEXT_FP
	mrs	x1, fpcr
	mrs	x2, fpsr
	stp	x1, x2, [x0], #16
	fp_pair	stp, 0, 1
	fp_pair	stp, 2, 3
	fp_pair	stp, 4, 5
	fp_pair	stp, 6, 7
	fp_pair	stp, 8, 9
	fp_pair	stp, 10, 11
	fp_pair	stp, 12, 13
	fp_pair	stp, 14, 15
	fp_pair	stp, 16, 17
	fp_pair	stp, 18, 19
	fp_pair	stp, 20, 21
	fp_pair	stp, 22, 23
	fp_pair	stp, 24, 25
	fp_pair	stp, 26, 27
	fp_pair	stp, 28, 29
	fp_pair	stp, 30, 31
	ret
end_function hv_fp_save

/* hv_fp_load(context) */
function hv_fp_load
	add	x0, x0, #CONTEXT_FP
	ldp	x1, x2, [x0], #16
	msr	fpcr, x1
	msr	fpsr, x2
	fp_pair	ldp, 0, 1
	fp_pair	ldp, 2, 3
	fp_pair	ldp, 4, 5
	fp_pair	ldp, 6, 7
	fp_pair	ldp, 8, 9
	fp_pair	ldp, 10, 11
	fp_pair	ldp, 12, 13
	fp_pair	ldp, 14, 15
	fp_pair	ldp, 16, 17
	fp_pair	ldp, 18, 19
	fp_pair	ldp, 20, 21
	fp_pair	ldp, 22, 23
	fp_pair	ldp, 24, 25
	fp_pair	ldp, 26, 27
	fp_pair	ldp, 28, 29
	fp_pair	ldp, 30, 31
	ret
end_function hv_fp_load
