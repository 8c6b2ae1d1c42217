/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of each core: EL1h, MMU off, as the arm64 boot protocol has it. x0 is the
 * address of a device tree, which this guest does not need.
 */
#include "board.h"

#define CPACR_FPEN  (3 << 20)
#define SCTLR_VALUE 0x30d8180d /* RES1 bits, M, C, SA, I, WXN */

	/* Out: SP_EL1 on the stack of core x19; FP usable. */
	.macro prepare_core
	msr	daifset, #0xf
	msr	spsel, #1
	mov	x1, #CPACR_FPEN
	msr	cpacr_el1, x1
	isb
	adrp	x1, boot_stacks
	add	x1, x1, #:lo12:boot_stacks
	mov	x2, #BOARD_BOOT_STACK
	madd	x1, x2, x19, x1
	add	sp, x1, x2
	.endm

	.macro enable_mmu
	ldr	x1, =mmu_registers
	ldp	x2, x3, [x1]
	ldr	x4, [x1, #16]
	msr	mair_el1, x2
	msr	tcr_el1, x3
	msr	ttbr0_el1, x4
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	ldr	x1, =SCTLR_VALUE
	msr	sctlr_el1, x1
	isb
	.endm

	.section .text.entry, "ax"
	.global	_start
_start:
	mrs	x1, currentel
	cmp	x1, #(1 << 2)
	b.ne	park
	mov	x19, #0
	prepare_core
	bl	mmu_build
	/* Nothing on the stack from before is used after: it was written around the cache. */
	enable_mmu
	ldr	x0, =__bss_start
	mov	w1, #0
	ldr	x2, =__bss_end
	sub	x2, x2, x0
	bl	memset
	bl	main
park:
	wfi
	b	park

#if FREERTOS_CORES > 1
	/* PSCI CPU_ON comes here with x0 = core. */
	.global	core_entry
core_entry:
	mov	x19, x0
	prepare_core
	enable_mmu
	bl	vPortCoreMain
	b	park
#endif

	.section .stacks, "aw", %nobits
	.balign	16
boot_stacks:
	.zero	FREERTOS_CORES * BOARD_BOOT_STACK
