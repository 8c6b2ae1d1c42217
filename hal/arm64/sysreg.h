/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_SYSREG_H
#define HAVEN_ARM64_SYSREG_H
/**
 * @file
 * System registers as read_<name>() and write_<name>(), one line each in sysreg_list.h.
 * On the build host ports/fake/arm64/sysreg.h takes this place.
 */
#include <arm64/barrier.h>
#include <haven/types.h>

#define SYSREG_RO_AS(name, reg)                                  \
	static inline hv_u64 read_##name(void)                   \
	{                                                        \
		hv_u64 value;                                    \
		__asm__ volatile("mrs %0, " reg : "=r"(value));  \
		return value;                                    \
	}
#define SYSREG_WO_AS(name, reg)                                       \
	static inline void write_##name(hv_u64 value)                 \
	{                                                             \
		__asm__ volatile("msr " reg ", %x0" : : "rZ"(value)); \
	}
#define SYSREG_AS(name, reg)    \
	SYSREG_RO_AS(name, reg) \
	SYSREG_WO_AS(name, reg)
#define SYSREG(name)    SYSREG_AS(name, #name)
#define SYSREG_RO(name) SYSREG_RO_AS(name, #name)
#define SYSREG_WO(name) SYSREG_WO_AS(name, #name)

#include <arm64/sysreg_list.h>

#endif
