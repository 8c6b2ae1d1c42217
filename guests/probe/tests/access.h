/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_ACCESS_H
#define PROBE_ACCESS_H
/** @file Single accesses that may fault: where the instruction is, and what came of it. */
#include "../sysreg.h"

#define CANARY UINT64_C(0x0123456789abcdef)
#define INSTRUCTION_RET 0xd65f03c0u

struct attempt {
	struct trap trap;
	u64 pc;    /**< Of the instruction. */
	u64 value; /**< What the load's register holds; CANARY before. */
};

static inline struct attempt try_read(u64 address)
{
	struct attempt a = {.value = CANARY};

	trap_expect();
	__asm__ volatile("adr %1, 1f\n1: ldr %0, [%2]"
			 : "+r"(a.value), "=&r"(a.pc)
			 : "r"(address)
			 : "memory");
	a.trap = trap_taken();
	return a;
}

static inline struct attempt try_read32(u64 address)
{
	struct attempt a = {.value = CANARY};

	trap_expect();
	__asm__ volatile("adr %1, 1f\n1: ldr %w0, [%2]"
			 : "+r"(a.value), "=&r"(a.pc)
			 : "r"(address)
			 : "memory");
	a.trap = trap_taken();
	return a;
}

static inline struct attempt try_write(u64 address, u64 value)
{
	struct attempt a = {.value = CANARY};

	trap_expect();
	__asm__ volatile("adr %0, 1f\n1: str %1, [%2]"
			 : "=&r"(a.pc)
			 : "r"(value), "r"(address)
			 : "memory");
	a.trap = trap_taken();
	return a;
}

static inline struct attempt try_write32(u64 address, u64 value)
{
	struct attempt a = {.value = CANARY};

	trap_expect();
	__asm__ volatile("adr %0, 1f\n1: str %w1, [%2]"
			 : "=&r"(a.pc)
			 : "r"(value), "r"(address)
			 : "memory");
	a.trap = trap_taken();
	return a;
}

/** One instruction that uses x0 = address and may change x1, x2 and v0. */
#define TRY_INSTRUCTION(text, address)                                                          \
	__extension__ ({                                                                                    \
		struct attempt a_ = {.value = CANARY};                                          \
		trap_expect(); /* before the registers below are taken */                       \
		register u64 x0_ __asm__("x0") = (address);                                     \
		register u64 x1_ __asm__("x1") = CANARY;                                        \
		register u64 x2_ __asm__("x2") = 0;                                             \
		register u64 x3_ __asm__("x3");                                                 \
		__asm__ volatile(".arch armv8.2-a+lse+simd\n\tadr x3, 1f\n1: " text             \
				 : "+r"(x0_), "+r"(x1_), "+r"(x2_), "=&r"(x3_)                  \
				 : : "memory", "cc");                                           \
		a_.pc = x3_;                                                                    \
		a_.value = x1_;                                                                 \
		a_.trap = trap_taken();                                                         \
		a_;                                                                             \
	})

static inline struct attempt try_call(u64 address)
{
	struct attempt a = {.pc = address};

	trap_expect();
	__asm__ volatile("blr %0" : : "r"(address) : "x30", "memory", "cc");
	a.trap = trap_taken();
	return a;
}

#endif
