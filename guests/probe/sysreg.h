/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_SYSREG_H
#define PROBE_SYSREG_H
/** @file Registers, barriers and device accesses. */
#include "probe.h"

#define sysreg_read(name) \
	__extension__ ({                                                              \
		u64 value_;                                                           \
		__asm__ volatile("mrs %0, " #name : "=r"(value_) : : "memory");       \
		value_;                                                               \
	})
#define sysreg_write(name, value) \
	__asm__ volatile("msr " #name ", %0" : : "r"((u64)(value)) : "memory")

#define isb() __asm__ volatile("isb" : : : "memory")
#define dsb() __asm__ volatile("dsb sy" : : : "memory")
#define wfi() __asm__ volatile("wfi" : : : "memory")
#define irq_on()  __asm__ volatile("msr daifclr, #2\n\tisb" : : : "memory")
#define irq_off() __asm__ volatile("msr daifset, #2\n\tisb" : : : "memory")

static inline u32 read32(u64 address)
{
	u32 value;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void write32(u64 address, u64 value)
{
	__asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline u64 read64(u64 address)
{
	u64 value;

	__asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void write64(u64 address, u64 value)
{
	__asm__ volatile("str %0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline void write8(u64 address, u64 value)
{
	__asm__ volatile("strb %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

static inline u64 counter(void)
{
	isb();
	return sysreg_read(cntvct_el0);
}

static inline u64 ticks_of_ms(u64 ms)
{
	return sysreg_read(cntfrq_el0) * ms / 1000;
}

static inline void delay_ms(u64 ms)
{
	const u64 end = counter() + ticks_of_ms(ms);

	while (counter() < end)
		;
}

#endif
