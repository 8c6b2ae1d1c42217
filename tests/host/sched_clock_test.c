/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/sched: counter ticks and nanoseconds. Literal values, worked out by hand, and
 * random ones against 128-bit arithmetic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <haven/clock.h>

#include "seeded.h"

static void nonsense_is_refused(void **state)
{
	struct hv_clock clock = { 77 };

	(void)state;
	assert_int_equal(hv_clock_init(NULL, 24000000), -22);
	assert_int_equal(hv_clock_init(&clock, 0), -22);
	assert_int_equal(clock.hz, 77);
	assert_int_equal(hv_clock_init(&clock, 1), 0);
	assert_int_equal(hv_clock_init(&clock, 0xffffffff), 0);
	assert_int_equal(clock.hz, 0xffffffff);
}

static void to_nanoseconds(void **state)
{
	static const struct {
		hv_u32 hz;
		hv_u64 ticks, down, up;
	} rows[] = {
		{ 24000000, 0, 0, 0 },
		{ 24000000, 1, 41, 42 },          /* 41.67 */
		{ 24000000, 3, 125, 125 },
		{ 24000000, 24, 1000, 1000 },
		{ 24000000, 24000000, 1000000000, 1000000000 },
		{ 62500000, 1, 16, 16 },
		{ 62500000, UINT64_C(1152921504606846975), UINT64_C(18446744073709551600),
		  UINT64_C(18446744073709551600) }, /* the last whole tick below 2^64 ns */
		{ 62500000, UINT64_C(1152921504606846976), UINT64_MAX, UINT64_MAX },
		{ 1000000000, UINT64_MAX, UINT64_MAX, UINT64_MAX },
		{ 1000000000, UINT64_C(9223372036854775809), UINT64_C(9223372036854775809),
		  UINT64_C(9223372036854775809) },
		/* 2^64 ns at 24 MHz are 442721857769029238.8 ticks */
		{ 24000000, UINT64_C(442721857769029238), UINT64_C(18446744073709551583),
		  UINT64_C(18446744073709551584) },
		{ 24000000, UINT64_C(442721857769029239), UINT64_MAX, UINT64_MAX },
		{ 1, 1, 1000000000, 1000000000 },
		{ 1, UINT64_C(18446744073), UINT64_C(18446744073000000000),
		  UINT64_C(18446744073000000000) },
		{ 1, UINT64_C(18446744074), UINT64_MAX, UINT64_MAX },
		{ 3, 1, 333333333, 333333334 },
		{ 3, 2, 666666666, 666666667 },
		{ 0xffffffff, 1, 0, 1 },
		{ 0xffffffff, 0xfffffffe, 999999999, 1000000000 },
		{ 0xffffffff, 0xffffffff, 1000000000, 1000000000 },
		{ 0xffffffff, UINT64_MAX, UINT64_C(4294967297000000000),
		  UINT64_C(4294967297000000000) }, /* 2^64 - 1 = (2^32 - 1)(2^32 + 1) */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hv_clock clock = { rows[i].hz };

		if (hv_clock_ns(&clock, rows[i].ticks) != rows[i].down ||
		    hv_clock_ns_up(&clock, rows[i].ticks) != rows[i].up)
			fail_msg("row %zu: %llu, %llu", i,
				 (unsigned long long)hv_clock_ns(&clock, rows[i].ticks),
				 (unsigned long long)hv_clock_ns_up(&clock, rows[i].ticks));
	}
}

static void to_ticks(void **state)
{
	static const struct {
		hv_u32 hz;
		hv_u64 ns, ticks;
	} rows[] = {
		{ 24000000, 0, 0 },
		{ 24000000, 1, 1 },
		{ 24000000, 41, 1 },
		{ 24000000, 42, 2 },  /* tick 1 is at 41.67 */
		{ 24000000, 125, 3 },
		{ 24000000, 126, 4 },
		{ 24000000, 1000000, 24000 },
		{ 24000000, UINT64_MAX, UINT64_C(442721857769029239) },
		{ 62500000, 16, 1 },
		{ 62500000, 17, 2 },
		{ 62500000, UINT64_MAX, UINT64_C(1152921504606846976) },
		{ 1000000000, UINT64_MAX, UINT64_MAX },
		{ 1000000000, UINT64_C(9223372036854775809), UINT64_C(9223372036854775809) },
		{ 1, 1, 1 },
		{ 1, 1000000000, 1 },
		{ 1, 1000000001, 2 },
		{ 3, 333333333, 1 },
		{ 3, 333333334, 2 },
		{ 0xffffffff, 1, 5 },  /* 4.29 */
		{ 0xffffffff, UINT64_C(4294967297000000000), UINT64_MAX },
		{ 0xffffffff, UINT64_C(4294967297000000001), UINT64_MAX },
		{ 0xffffffff, UINT64_C(4294967298000000000), UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hv_clock clock = { rows[i].hz };

		if (hv_clock_ticks(&clock, rows[i].ns) != rows[i].ticks)
			fail_msg("row %zu: %llu", i,
				 (unsigned long long)hv_clock_ticks(&clock, rows[i].ns));
	}
}

__extension__ typedef unsigned __int128 u128;

static hv_u64 wide(hv_u64 value, hv_u64 times, hv_u64 add, hv_u64 over)
{
	const u128 result = ((u128)value * times + add) / over;

	return result > UINT64_MAX ? UINT64_MAX : (hv_u64)result;
}

static void check(hv_u32 hz, hv_u64 value)
{
	const struct hv_clock clock = { hz };
	const hv_u64 ns = hv_clock_ns(&clock, value);
	const hv_u64 ticks = hv_clock_ticks(&clock, value);

	if (ns != wide(value, 1000000000, 0, hz) ||
	    hv_clock_ns_up(&clock, value) != wide(value, 1000000000, hz - 1, hz) ||
	    ticks != wide(value, hz, 999999999, 1000000000))
		fail_msg("%u Hz, %llu", hz, (unsigned long long)value);
	/* The first tick at which the deadline is reached: not before, not after. */
	if (ticks != UINT64_MAX && ticks != 0 &&
	    (hv_clock_ns(&clock, ticks) < value || hv_clock_ns(&clock, ticks - 1) >= value))
		fail_msg("timer of %u Hz for %llu", hz, (unsigned long long)value);
	/* A compare value survives the way there and back. */
	if (hz <= 1000000000 && ns != UINT64_MAX && hv_clock_ticks(&clock, ns) != value)
		fail_msg("compare value %llu at %u Hz", (unsigned long long)value, hz);
}

static void agrees_with_128_bits(void **state)
{
	static const hv_u32 usual[] = { 24000000, 62500000, 1000000000, 8000000, 19200000,
					100000000, 1, 0xffffffff };
	const uint64_t wanted = seeded_number("HAVEN_EVENTS", 10000000);

	(void)state;
	for (uint64_t i = 0; i < wanted; i++) {
		const hv_u32 hz = rnd(4) != 0 ? usual[rnd(8)] : 1 + (hv_u32)rnd(0xffffffff);

		check(hz, rnd(UINT64_MAX) >> rnd(64));
		check(hz, UINT64_MAX - (rnd(UINT64_MAX) >> (1 + rnd(63))));
	}
}

/* Readings at any instants: the pieces between them add up to the whole. */
static void consumption_adds_up(void **state)
{
	static const hv_u32 usual[] = { 24000000, 62500000, 1000000000 };

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		const struct hv_clock clock = { usual[k] };
		const hv_u64 begin = rnd(UINT64_C(1) << 55);
		hv_u64 sum = 0, ticks = begin, last = hv_clock_ns(&clock, begin);

		for (unsigned i = 0; i < 100000; i++) {
			ticks += rnd(1000);
			const hv_u64 now = hv_clock_ns(&clock, ticks);

			sum += now - last;
			last = now;
		}
		assert_true(sum == hv_clock_ns(&clock, ticks) - hv_clock_ns(&clock, begin));
		assert_true(sum + 1 >= hv_clock_ns(&clock, ticks - begin));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(to_nanoseconds),
		cmocka_unit_test(to_ticks),
		cmocka_unit_test(agrees_with_128_bits),
		cmocka_unit_test(consumption_adds_up),
	};

	seeded_start(UINT64_C(0xd1b54a32d192ed03));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
