/* SPDX-License-Identifier: Apache-2.0 */
/* Entry of each vCPU: EL1h, MMU off. vCPU 0 has its device tree's address in x0. */
#include "layout.h"

#define SCTLR_RES1  0x30d00800
#define SCTLR_MMU   (SCTLR_RES1 | 0x1005)	/* I, C, M */
#define CPACR_FPEN  (3 << 20)

	.macro	adr_l, reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
	.endm

	/* In: x21 the vCPU's index. Out: stack, vectors, FP usable. */
	.macro	prepare_vcpu
	msr	daifset, #0xf
	msr	spsel, #1
	mov	x1, #CPACR_FPEN
	msr	cpacr_el1, x1
	adr_l	x1, vectors
	msr	vbar_el1, x1
	adr_l	x1, stacks
	mov	x2, #STACK_SIZE
	madd	x1, x2, x21, x1
	add	sp, x1, x2
	msr	tpidr_el1, x21
	isb
	.endm

	.section .text.entry, "ax"
	.global	_start
_start:
	mov	x19, x0
	mov	x21, #0
	adrp	x20, _start
	adr_l	x1, rela_start
	adr_l	x2, rela_end
1:	cmp	x1, x2
	b.hs	2f
	ldp	x3, x4, [x1], #16
	ldr	x5, [x1], #8
	cmp	w4, #1027		/* R_AARCH64_RELATIVE */
	b.ne	.
	add	x5, x5, x20
	str	x5, [x20, x3]
	b	1b
2:	adr_l	x1, bss_start
	adr_l	x2, bss_end
3:	stp	xzr, xzr, [x1], #16
	cmp	x1, x2
	b.lo	3b
	prepare_vcpu
	bl	mmu_build
	bl	mmu_on
	mov	x0, x19
	mov	x1, x20
	bl	probe_main
	b	.

	/* PSCI CPU_ON comes here, x0 = struct vcpu_start: index, SCTLR as found, function. */
	.global	vcpu_entry
vcpu_entry:
	mov	x19, x0
	mrs	x1, sctlr_el1
	str	x1, [x19, #8]
	mrs	x1, daif
	str	x1, [x19, #24]
	ldr	x21, [x19]
	prepare_vcpu
	bl	mmu_on
	ldr	x1, [x19, #16]
	mov	x0, x19
	blr	x1
	b	.

	/* CPU_SUSPEND with power-down comes back here: longjmp to the context in x0. */
	.global	resume_entry
resume_entry:
	mov	x19, x0
	ldr	x21, [x19, #104]
	prepare_vcpu
	bl	mmu_on
	mov	x0, x19
	mov	x1, #1
	b	context_restore

	/* int context_save(struct context *): 0, or what context_restore() was given. */
	.global	context_save
context_save:
	stp	x19, x20, [x0]
	stp	x21, x22, [x0, #16]
	stp	x23, x24, [x0, #32]
	stp	x25, x26, [x0, #48]
	stp	x27, x28, [x0, #64]
	stp	x29, x30, [x0, #80]
	mov	x1, sp
	mrs	x2, tpidr_el1
	stp	x1, x2, [x0, #96]
	mov	x0, #0
	ret
context_restore:
	ldp	x19, x20, [x0]
	ldp	x21, x22, [x0, #16]
	ldp	x23, x24, [x0, #32]
	ldp	x25, x26, [x0, #48]
	ldp	x27, x28, [x0, #64]
	ldp	x29, x30, [x0, #80]
	ldr	x2, [x0, #96]
	mov	sp, x2
	mov	x0, x1
	ret

mmu_on:
	adr_l	x1, mmu_registers
	ldp	x2, x3, [x1]
	ldr	x4, [x1, #16]
	msr	mair_el1, x2
	msr	tcr_el1, x3
	msr	ttbr0_el1, x4
	isb
	tlbi	vmalle1
	dsb	nsh
	ic	iallu
	dsb	nsh
	isb
	ldr	x1, =SCTLR_MMU
	msr	sctlr_el1, x1
	isb
	ret

	.section .stacks, "aw", %nobits
	.balign	4096
stacks:	.zero	STACK_SIZE * MAX_VCPUS
