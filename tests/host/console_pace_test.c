/* SPDX-License-Identifier: Apache-2.0 */
/* When the service CPU's steps are due, and what for: by hand, and counted under any delays. */
#include <haven/pace.h>

#include "exc_check.h"
#include "seeded.h"

#define SLOT 1000u

static struct hv_pace pace;

/* Go on punctually through a round; the slots that come, as letters and times. */
static void expect_round(const char *why, bool send, bool write, const char *works, const hv_u64 *times)
{
	static const char letter[] = "SWLE";
	hv_u64 now = 50000;

	pace = (struct hv_pace){0};
	CHECK(why, hv_pace_start(&pace, now, SLOT), now);
	for (hv_u32 i = 0; works[i] != '\0'; i++) {
		CHECK(why, now, 50000 + times[i]);
		CHECK(why, letter[hv_pace_work(&pace)], works[i]);
		now = hv_pace_next(&pace, send, write, now, SLOT);
	}
}

static void a_round_has_eight_slots(void **state)
{
	static const hv_u64 all[] = {0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000};
	static const hv_u64 sends[] = {0, 2000, 3000, 4000, 6000, 7000, 8000, 10000};
	static const hv_u64 writes[] = {0, 1000, 3000, 5000, 7000, 9000, 11000};
	static const hv_u64 none[] = {0, 3000, 7000, 11000, 15000};

	(void)state;
	expect_round("all", true, true, "SWSLSWSESW", all);
	expect_round("nothing to write", true, false, "SSLSSESS", sends);
	expect_round("nothing to send", false, true, "SWLWEWL", writes);
	expect_round("nothing", false, false, "SLELE", none);
}

static void a_late_step_does_not_move_the_next(void **state)
{
	(void)state;
	pace = (struct hv_pace){0};
	CHECK("now", hv_pace_start(&pace, 1000, SLOT), 1000);
	CHECK("300 late", hv_pace_next(&pace, true, true, 1300, SLOT), 2000);
	CHECK("half a slot is left", hv_pace_next(&pace, true, true, 2700, SLOT), 3200);
	CHECK("punctual again", hv_pace_next(&pace, true, true, 3200, SLOT), 4000);
}

static void a_step_later_than_the_next_slot_moves_the_grid(void **state)
{
	(void)state;
	pace = (struct hv_pace){0};
	CHECK("now", hv_pace_start(&pace, 1000, SLOT), 1000);
	CHECK("half a slot is left", hv_pace_next(&pace, true, true, 10300, SLOT), 10800);
	CHECK("slots follow from there", hv_pace_next(&pace, true, true, 10800, SLOT), 11300);
	CHECK("no slot is left out", hv_pace_work(&pace), HV_PACE_SEND);
	CHECK("a slot apart", hv_pace_next(&pace, true, true, 11300, SLOT), 12300);
}

static void a_round_has_its_time_to_itself(void **state)
{
	hv_u64 now = 1000;

	(void)state;
	pace = (struct hv_pace){0};
	CHECK("now", hv_pace_start(&pace, now, SLOT), now);
	while (hv_pace_work(&pace) != HV_PACE_END)
		now = hv_pace_next(&pace, true, true, now, SLOT);
	CHECK("the last slot", now, 8000);
	CHECK("asked in its last slot", hv_pace_start(&pace, 8300, SLOT), 9000);
	CHECK("it begins", hv_pace_work(&pace), HV_PACE_SEND);
	CHECK("and goes on from there", hv_pace_next(&pace, true, true, 9000, SLOT), 10000);
	pace = (struct hv_pace){.due = 8000, .slot = 7};
	CHECK("asked later", hv_pace_start(&pace, 9001, SLOT), 9001);
}

/* Whatever delays them, and whenever rounds are asked for: at most ten steps in the time of eight
 * slots, and half a slot apart, but for the first of a round. */
static void steps_never_crowd(void **state)
{
	hv_u64 at[11] = {0};
	hv_u64 now = 1000000;

	(void)state;
	seeded_start(1);
	pace = (struct hv_pace){0};
	now = hv_pace_start(&pace, now, SLOT);
	for (hv_u32 i = 0; i < 200000; i++) {
		const bool send = rnd(2) == 0, write = rnd(2) == 0;
		hv_u64 due;

		now += rnd(3) == 0 ? rnd(5 * SLOT) : rnd(50);
		memmove(at, at + 1, sizeof(at) - sizeof(at[0]));
		at[10] = now;
		if (i > 10)
			CHECK("eleven steps take more than eight slots", at[10] - at[0] > 8 * SLOT, true);
		if (hv_pace_work(&pace) == HV_PACE_END && rnd(2) == 0) {
			now += rnd(100); /* asleep until somebody asks */
			due = hv_pace_start(&pace, now, SLOT);
			CHECK("at most a slot", due <= now + SLOT, true);
		} else {
			due = hv_pace_next(&pace, send, write, now, SLOT);
			CHECK("half a slot", due >= now + SLOT / 2, true);
			CHECK("at most four slots", due <= now + 4 * SLOT, true);
		}
		now = due;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_round_has_eight_slots),
	    cmocka_unit_test(a_late_step_does_not_move_the_next),
	    cmocka_unit_test(a_step_later_than_the_next_slot_moves_the_grid),
	    cmocka_unit_test(a_round_has_its_time_to_itself),
	    cmocka_unit_test(steps_never_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
