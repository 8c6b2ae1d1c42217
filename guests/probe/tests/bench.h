/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_BENCH_H
#define PROBE_BENCH_H
/** @file What bench.c measures with: accesses, interrupts, series of samples. */
#include "../sysreg.h"

#define SAMPLES 16u
#define BENCH_QUIET_MS 200

/** Set VBAR_EL1 to these: the vector's second instruction keeps the time of an interrupt. */
extern u8 bench_vectors[];

/** Calibrate. Before any measurement. */
void bench_begin(void);
/** Ticks of a 32-bit access that traps. */
u64 bench_read(u64 address, u64 value);
u64 bench_write(u64 address, u64 value);
/** Ticks from a reading of the counter to the vector of the interrupt that came last. */
u64 bench_from(u64 from);
/** Wait in WFI, by the timer interrupt, whose handler calls bench_on_timer(). */
void bench_sleep(u64 ms);
void bench_on_timer(void);
/** One sample; samples of one name come one after the other. */
void bench_add(const char *name, u64 ticks);
void bench_report(void);

#define SERIES(name, prepare, sample)                         \
	do {                                                  \
		const char *name_ = name;                     \
                                                              \
		for (u32 i_ = 0; i_ < SAMPLES; i_++) {        \
			prepare;                              \
			bench_add(name_, sample);             \
		}                                             \
	} while (0)

#endif
