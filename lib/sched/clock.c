/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/clock.h>

#define NS_PER_S UINT64_C(1000000000)

/* CNTFRQ_EL0 has 32 bits: a rest below it times 10^9, rounded up, stays in 64. */
_Static_assert(UINT32_MAX * NS_PER_S <= UINT64_MAX - UINT32_MAX, "products of rests fit");

hv_status_t hv_clock_init(struct hv_clock *clock, hv_u32 hz)
{
	if (clock == NULL || hz == 0)
		return HV_EINVAL;
	clock->hz = hz;
	return HV_OK;
}

/* whole * unit + rest, or the end of time. */
static hv_u64 combine(hv_u64 whole, hv_u64 unit, hv_u64 rest)
{
	hv_u64 result;

	if (__builtin_mul_overflow(whole, unit, &result) ||
	    __builtin_add_overflow(result, rest, &result))
		return UINT64_MAX;
	return result;
}

hv_u64 hv_clock_ns(const struct hv_clock *clock, hv_u64 ticks)
{
	const hv_u64 seconds = ticks / clock->hz;

	return combine(seconds, NS_PER_S, ticks % clock->hz * NS_PER_S / clock->hz);
}

hv_u64 hv_clock_ns_up(const struct hv_clock *clock, hv_u64 ticks)
{
	const hv_u64 seconds = ticks / clock->hz;
	const hv_u64 rest = ticks % clock->hz * NS_PER_S;

	return combine(seconds, NS_PER_S, (rest + clock->hz - 1) / clock->hz);
}

hv_u64 hv_clock_ticks(const struct hv_clock *clock, hv_u64 ns)
{
	const hv_u64 rest = ns % NS_PER_S * clock->hz;

	return combine(ns / NS_PER_S, clock->hz, (rest + NS_PER_S - 1) / NS_PER_S);
}
