/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_BARRIER_H
#define HAVEN_ARM64_BARRIER_H
/**
 * @file
 * Barriers. Each is a compiler barrier too. On the build host ports/fake/arm64/barrier.h
 * takes this place, and notes them in the log.
 */

static inline void isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

#define dsb(domain) __asm__ volatile("dsb " #domain : : : "memory")
#define dmb(domain) __asm__ volatile("dmb " #domain : : : "memory")

#endif
