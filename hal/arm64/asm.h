/* SPDX-License-Identifier: Apache-2.0 */
/* Assembler macros. Included by .S files only. */

	.macro	function name
	.section .text.\name, "ax"
	.balign	4
	.global	\name
	.hidden	\name
	.type	\name, %function
\name:
	.endm

	.macro	end_function name
	.size	\name, . - \name
	.endm

	.macro	adr_l reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
	.endm
