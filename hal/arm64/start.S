/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of both kinds of CPU. The boot CPU comes from a boot loader by the
 * arm64 Linux boot protocol (MMU and data cache off, image cleaned to PoC);
 * secondaries come from PSCI CPU_ON. The image runs wherever it was put: it is
 * linked at 0 and relocates itself.
 */
#include "asm.h"

	.section .head, "ax"
	.global hv_image_start
hv_image_start:
	b	boot_start
	.long	0
	.quad	0x200000		/* text_offset: 2 MiB above the start of RAM */
	/* image_size stands here: the link script writes it, tools/haven-pack adds the payloads. */
	.section .head.rest, "a"
	.quad	2			/* flags: little-endian, 4 KB pages, placed at text_offset */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.section .text.start, "ax"
function boot_start
	msr	daifset, #0xf
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	wrong_el
	bl	el2_base_state
	adrp	x0, hv_image_start
	/* Apply R_AARCH64_RELATIVE: *(base + offset) = base + addend. */
	adrp	x1, hv_rela_start
	add	x1, x1, :lo12:hv_rela_start
	adrp	x2, hv_rela_end
	add	x2, x2, :lo12:hv_rela_end
1:	cmp	x1, x2			/* bound: relocations of the image + 1 */
	b.hs	2f
	ldp	x3, x4, [x1], #16	/* offset, info */
	ldr	x5, [x1], #8		/* addend */
	cmp	w4, #1027
	b.ne	.			/* bound: none, the image cannot run */
	add	x5, x5, x0
	str	x5, [x0, x3]
	b	1b
2:	adrp	x1, hv_boot_stack_top
	add	sp, x1, :lo12:hv_boot_stack_top
	mov	x29, xzr
	mov	x30, xzr
	b	hv_main
end_function boot_start

/* Not at EL2: say so on the UART and stop. Runs without relocation. */
function wrong_el
	adrp	x1, hv_boot_stack_top
	add	sp, x1, :lo12:hv_boot_stack_top
	lsr	x0, x0, #2
	b	hv_wrong_el
end_function wrong_el

/* x0: physical address of struct boot_mailbox (hal/arm64/cpu.c) */
function secondary_start
	msr	daifset, #0xf
	mov	x20, x0
	bl	el2_base_state
	ldp	x0, x1, [x20]		/* ttbr0, tcr */
	ldp	x2, x21, [x20, #16]	/* mair, stack_top */
	ldr	x22, [x20, #32]		/* cpu */
	bl	hv_el2_mmu_on
	mov	sp, x21			/* no store before the caches are on */
	msr	tpidr_el2, x22
	mov	x0, x22
	mov	x29, xzr
	mov	x30, xzr
	b	hv_secondary_main
end_function secondary_start

/*
 * EL2 without VHE, MMU and data cache off, our vectors. Clobbers x9.
 * HCR_EL2 gets only RW here; hv_hal_cpu_init() sets the rest.
 */
function el2_base_state
	mov	x9, #(1 << 31)
	msr	hcr_el2, x9
	isb
	ldr	x9, =0x30c50830		/* SCTLR_EL2: RES1 bits alone */
	msr	sctlr_el2, x9
	adr_l	x9, hv_vectors
	msr	vbar_el2, x9
	msr	spsel, #1
	isb
	ret
end_function el2_base_state

/* hv_el2_mmu_on(ttbr0, tcr, mair): translation and caches on, without a store. Clobbers x9. */
function hv_el2_mmu_on
	msr	mair_el2, x2
	msr	tcr_el2, x1
	msr	ttbr0_el2, x0
	dsb	ish
	isb
	tlbi	alle2
	ic	iallu
	dsb	ish
	isb
	ldr	x9, =0x30cd183d		/* SCTLR_EL2: RES1, M, C, SA, I, WXN */
	msr	sctlr_el2, x9
	isb
	ret
end_function hv_el2_mmu_on

/* hv_hal_cpu_restart_loop(stack_top) */
function hv_hal_cpu_restart_loop
	mov	sp, x0
	mov	x29, xzr
	mov	x30, xzr
	b	hv_cpu_loop
end_function hv_hal_cpu_restart_loop

/*
 * hv_hal_vcpu_enter(entry, context, stack_top): EL1h, DAIF masked, all registers zero
 * but x0. What EL2 had on this CPU's stack is left behind, so that exits start at its top.
 */
function hv_hal_vcpu_enter
	mov	sp, x2
	msr	elr_el2, x0
	mov	x0, #0x3c5
	msr	spsr_el2, x0
	mov	x0, x1
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	mov	x\n, xzr
	.endr
	eret
	dsb	nsh
	isb
end_function hv_hal_vcpu_enter

/* Zero v0-v31, FPCR and FPSR. */
function hv_fp_reset
	.arch_extension fp
	.arch_extension simd
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	movi	v\n\().2d, #0
	.endr
	msr	fpcr, xzr
	msr	fpsr, xzr
	ret
end_function hv_fp_reset

/* hv_hal_copy(to, from, size): both 8-byte aligned. */
function hv_hal_copy
1:	subs	x2, x2, #64		/* bound: size / 64 + 1 */
	b.lo	2f
	ldp	x3, x4, [x1]
	ldp	x5, x6, [x1, #16]
	ldp	x7, x8, [x1, #32]
	ldp	x9, x10, [x1, #48]
	add	x1, x1, #64
	stp	x3, x4, [x0]
	stp	x5, x6, [x0, #16]
	stp	x7, x8, [x0, #32]
	stp	x9, x10, [x0, #48]
	add	x0, x0, #64
	b	1b
2:	add	x2, x2, #64
3:	cbz	x2, 4f			/* bound: 64 */
	ldrb	w3, [x1], #1
	strb	w3, [x0], #1
	sub	x2, x2, #1
	b	3b
4:	ret
end_function hv_hal_copy

/*
 * gcc emits calls to these for structure copies and initialisers even in
 * freestanding code. Small sizes only: byte-wise beyond the 8-byte steps.
 */
function memcpy
	mov	x3, x0
1:	subs	x2, x2, #8		/* bound: size / 8 + 1 */
	b.lo	2f
	ldr	x4, [x1], #8
	str	x4, [x3], #8
	b	1b
2:	adds	x2, x2, #8
	b.eq	4f
3:	ldrb	w4, [x1], #1		/* bound: 7 */
	strb	w4, [x3], #1
	subs	x2, x2, #1
	b.ne	3b
4:	ret
end_function memcpy

function memset
	mov	x3, x0
	and	x1, x1, #0xff
	mov	x4, #0x0101010101010101
	mul	x1, x1, x4
1:	subs	x2, x2, #8		/* bound: size / 8 + 1 */
	b.lo	2f
	str	x1, [x3], #8
	b	1b
2:	adds	x2, x2, #8
	b.eq	4f
3:	strb	w1, [x3], #1		/* bound: 7 */
	subs	x2, x2, #1
	b.ne	3b
4:	ret
end_function memset
