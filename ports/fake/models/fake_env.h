/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_ENV_H
#define HAVEN_FAKE_ENV_H
/**
 * @file
 * What drivers of hal/arm64 use of the rest of the HAL, for tests that link a driver
 * alone. Tests that link haven_port_fake have these functions from there.
 */
#include <haven/types.h>

/** Behind hv_hal_counter(): 1 MHz, and one tick passes with each look, unless changed. */
struct fake_clock {
	hv_u64 now, step, hz;
};
extern struct fake_clock fake_clock;

#endif
