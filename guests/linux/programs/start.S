/* SPDX-License-Identifier: Apache-2.0 */
/* Entry of a Linux program without a C library: argc and argv are on the stack. */
	.global	_start
_start:
	mov	x29, xzr
	mov	x30, xzr
	ldr	x0, [sp]
	add	x1, sp, #8
	bl	program
	mov	x8, #94 /* exit_group */
	svc	#0

/* long system_call(long a, long b, long c, long d, long e, long f, long number) */
	.global	system_call
system_call:
	mov	x8, x6
	svc	#0
	ret
	.section .note.GNU-stack, "", %progbits
