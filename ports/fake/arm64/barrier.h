/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ARM64_BARRIER_H
#define HAVEN_ARM64_BARRIER_H
/**
 * @file
 * Twin of hal/arm64/barrier.h for the build host: barriers are notes in the log of
 * fake_bus.h, "isb" or "dsb sy" by name.
 */

void fake_barrier(const char *name);

#define isb()       fake_barrier("isb")
#define dsb(domain) fake_barrier("dsb " #domain)
#define dmb(domain) fake_barrier("dmb " #domain)

#endif
