/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_INSTRUCTION_H
#define HAVEN_ARM64_INSTRUCTION_H
/**
 * @file
 * Instructions that C has no word for: waiting, calls to EL3, TLB and cache maintenance.
 * On the build host ports/fake/arm64/instruction.h takes this place.
 */
#include <haven/types.h>

static inline void wfi(void)
{
	__asm__ volatile("wfi" : : : "memory");
}

/** SMC by SMCCC: x[0..3] in and out. */
static inline void smc(hv_u64 *x)
{
	register hv_u64 x0 __asm__("x0") = x[0];
	register hv_u64 x1 __asm__("x1") = x[1];
	register hv_u64 x2 __asm__("x2") = x[2];
	register hv_u64 x3 __asm__("x3") = x[3];

	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17", "memory");
	x[0] = x0;
	x[1] = x1;
	x[2] = x2;
	x[3] = x3;
}

/** TLBI and IC without an operand, by name: tlbi(vmalls12e1is), ic(iallu). */
#define tlbi(operation) __asm__ volatile("tlbi " #operation : : : "memory")
#define ic(operation)   __asm__ volatile("ic " #operation : : : "memory")

/** TLBI by address, of a 4 KB page number; DC by address. */
#define tlbi_page(operation, page) __asm__ volatile("tlbi " #operation ", %0" : : "r"(page) : "memory")
#define dc(operation, address)     __asm__ volatile("dc " #operation ", %0" : : "r"(address) : "memory")

#endif
