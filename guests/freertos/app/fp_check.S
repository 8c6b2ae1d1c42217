/* SPDX-License-Identifier: Apache-2.0 */
/* See fp_check.h. In assembly, so that the compiler uses no FP register in between. */
#include "vector_pairs.h"

#define PATTERN_FPCR 512

	.macro load, first, second
	ldp	q\first, q\second, [x0, #(\first * 16)]
	.endm

	/* x3 collects differences. */
	.macro compare, n
	fmov	x4, d\n
	mov	x5, v\n\().d[1]
	ldp	x6, x7, [x0, #(\n * 16)]
	eor	x4, x4, x6
	eor	x5, x5, x7
	orr	x3, x3, x4
	orr	x3, x3, x5
	.endm

	.macro compare_pair, first, second
	compare	\first
	compare	\second
	.endm

	.text
	.global	fp_check
fp_check:
	stp	d8, d9, [sp, #-80]!
	stp	d10, d11, [sp, #16]
	stp	d12, d13, [sp, #32]
	stp	d14, d15, [sp, #48]
	mrs	x4, fpcr
	str	x4, [sp, #64]

	ldr	x4, [x0, #PATTERN_FPCR]
	ldr	x5, [x0, #(PATTERN_FPCR + 8)]
	msr	fpcr, x4
	msr	fpsr, x5
	each_vector_pair load

	svc	#0
1:	isb
	mrs	x4, cntvct_el0
	cmp	x4, x1
	b.lo	1b

	mov	x3, #0
	each_vector_pair compare_pair
	ldr	x4, [x0, #PATTERN_FPCR]
	ldr	x5, [x0, #(PATTERN_FPCR + 8)]
	mrs	x6, fpcr
	mrs	x7, fpsr
	eor	x4, x4, x6
	eor	x5, x5, x7
	orr	x3, x3, x4
	orr	x0, x3, x5

	ldr	x4, [sp, #64]
	msr	fpcr, x4
	ldp	d14, d15, [sp, #48]
	ldp	d12, d13, [sp, #32]
	ldp	d10, d11, [sp, #16]
	ldp	d8, d9, [sp], #80
	ret
