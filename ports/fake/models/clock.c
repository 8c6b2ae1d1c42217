/* SPDX-License-Identifier: Apache-2.0 */
/* Time for drivers that wait: each look at the counter lets a tick pass. */
#include <haven/hal/cpu.h>

#include "fake_env.h"

struct fake_clock fake_clock = {0, 1, 1000000};

hv_u64 hv_hal_counter(void)
{
	fake_clock.now += fake_clock.step;
	return fake_clock.now;
}

hv_u64 hv_hal_counter_frequency(void)
{
	return fake_clock.hz;
}
