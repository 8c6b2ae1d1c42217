/* SPDX-License-Identifier: Apache-2.0 */
#include "asm.h"

	.section .text.entry, "ax"
	.global	_start
_start:
	msr	daifset, #0xf
	adr_l	x0, hv_boot_stack_top
	mov	sp, x0
	adr_l	x0, hv_vectors
	msr	vbar_el2, x0
	mov	x0, #(1 << 5)		/* HCR_EL2.AMO: SErrors come here */
	msr	hcr_el2, x0
	isb
	bl	test_main
	b	.

function guarded_off
	movz	w0, #0x8400, lsl #16
	movk	w0, #0x0008		/* PSCI SYSTEM_OFF */
	smc	#0
	b	.
end_function guarded_off

/* A load that nobody guards. */
function naked_load
	ldr	w0, [x0]
	ret
end_function naked_load

/* Exits of guests: there are none. */
	.irp	name, hv_exit_call, hv_exit_trap, hv_exit_irq, hv_exit_serror, hv_shared_sync, hv_shared_irq, hv_shared_serror
	.global	\name
\name:
	.endr
	b	.
