/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_CLOCK_H
#define HAVEN_CLOCK_H
/**
 * @file
 * Counter ticks and nanoseconds. Exact for every frequency that CNTFRQ_EL0 can hold and
 * every 64-bit value: whole seconds and the rest are converted apart, so no product
 * leaves 64 bits. Results past 2^64 - 1 are 2^64 - 1, which is HV_NEVER.
 *
 * Rounding is towards safety:
 * - instants: now = hv_clock_ns(counter), timer = hv_clock_ticks(deadline). Of all ticks,
 *   the timer gets the first at which now >= deadline: it never fires early, and at most
 *   one tick late.
 * - consumption: differences of such instants. They sum up: between two readings of the
 *   counter each nanosecond is charged once, however many readings lie between.
 * - durations on their own: hv_clock_ns_up, never less than what passed.
 *
 * A guest's compare value c at up to 1 GHz: hv_clock_ticks(hv_clock_ns(c)) == c.
 *
 * Source: CNTFRQ_EL0 and CNTPCT_EL0, Arm ARM DDI 0487, "The Generic Timer".
 */
#include <haven/types.h>

struct hv_clock {
	hv_u32 hz; /**< Ticks per second, not 0. */
};

/**
 * @param hz  CNTFRQ_EL0, or what the configuration says where firmware left it unset.
 *
 * @retval HV_OK      Ready.
 * @retval HV_EINVAL  NULL or 0 Hz.
 */
HV_MUST_CHECK
hv_status_t hv_clock_init(struct hv_clock *clock, hv_u32 hz);

/** Nanoseconds of @p ticks, rounded down. Cost: two divisions. */
hv_u64 hv_clock_ns(const struct hv_clock *clock, hv_u64 ticks);

/** Nanoseconds of @p ticks, rounded up. Cost: two divisions. */
hv_u64 hv_clock_ns_up(const struct hv_clock *clock, hv_u64 ticks);

/** Ticks of @p ns, rounded up. Cost: two divisions by a constant. */
hv_u64 hv_clock_ticks(const struct hv_clock *clock, hv_u64 ns);

#endif
