/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_SYSREG_H
#define HAVEN_ARM64_SYSREG_H
/**
 * @file
 * Twin of hal/arm64/sysreg.h for the build host: the same registers, by name, of the
 * CPU that fake_bus.h describes.
 */
#include <arm64/barrier.h>
#include <haven/types.h>

hv_u64 fake_sysreg_read(const char *name);
void fake_sysreg_write(const char *name, hv_u64 value);

#define SYSREG_RO(name)                         \
	static inline hv_u64 read_##name(void)  \
	{                                       \
		return fake_sysreg_read(#name); \
	}
#define SYSREG_WO(name)                               \
	static inline void write_##name(hv_u64 value) \
	{                                             \
		fake_sysreg_write(#name, value);      \
	}
#define SYSREG(name)    \
	SYSREG_RO(name) \
	SYSREG_WO(name)
#define SYSREG_AS(name, reg)    SYSREG(name)
#define SYSREG_RO_AS(name, reg) SYSREG_RO(name)

#include <arm64/sysreg_list.h>

#endif
