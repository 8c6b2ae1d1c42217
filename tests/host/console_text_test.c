/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that are written a few characters at a time. */
#include <haven/text_line.h>

#include "exc_check.h"

static struct hv_line line;
static struct hv_ring ring;
static char text[2000];

static void start(void)
{
	memset(&ring, 0, sizeof(ring));
	hv_line_begin(&line);
}

/* Write with @p most characters a step; what has come out. */
static const char *written(hv_u32 most)
{
	hv_u32 n = 0;
	hv_u8 byte;

	for (int steps = 0; steps < 1000 && !hv_line_is_over(&line); steps++) {
		const hv_u32 count = hv_line_write(&line, &ring, most);

		CHECK("no more than allowed", count <= most, true);
		CHECK("all in the ring", hv_ring_used(&ring), count);
		while (hv_ring_get(&ring, &byte))
			text[n++] = (char)byte;
	}
	CHECK("over", hv_line_is_over(&line), true);
	CHECK("nothing more", hv_line_write(&line, &ring, 100), 0);
	text[n] = '\0';
	return text;
}

static void record(void)
{
	start();
	hv_line_number(&line, "seq=", HV_LINE_DECIMAL, 4294967295);
	hv_line_text(&line, " kind=", "smc");
	hv_line_number(&line, " far=", HV_LINE_HEX, 0xffff000000001000);
	hv_line_number(&line, " t=", HV_LINE_HEX, 0);
	hv_line_text(&line, "\n", "");
}

static void steps_of_any_size_give_the_same(void **state)
{
	(void)state;
	for (hv_u32 most = 1; most < 60; most++) {
		record();
		if (strcmp(written(most), "seq=4294967295 kind=smc far=0xffff000000001000 t=0x0\n") != 0)
			fail_msg("%u: %s", most, text);
	}
}

static void numbers_at_their_ends(void **state)
{
	(void)state;
	start();
	hv_line_number(&line, "", HV_LINE_DECIMAL, 0);
	hv_line_number(&line, " ", HV_LINE_DECIMAL, 10);
	hv_line_number(&line, " ", HV_LINE_DECIMAL, UINT64_MAX);
	hv_line_number(&line, " ", HV_LINE_HEX, 15);
	hv_line_number(&line, " ", HV_LINE_HEX, 16);
	hv_line_number(&line, " ", HV_LINE_HEX, UINT64_MAX);
	assert_string_equal(written(24), "0 10 18446744073709551615 0xf 0x10 0xffffffffffffffff");
}

static void what_finds_no_room_waits(void **state)
{
	hv_u8 byte = 0;

	(void)state;
	record();
	for (int i = 0; i < 1020; i++)
		CHECK("fill", hv_ring_put(&ring, '.'), true);
	CHECK("four found room", hv_line_write(&line, &ring, 24), 4);
	CHECK("none", hv_line_write(&line, &ring, 24), 0);
	CHECK("not over", hv_line_is_over(&line), false);
	for (int i = 0; i < 1024; i++)
		CHECK("drain", hv_ring_get(&ring, &byte), true);
	CHECK("the fourth", byte, '=');
	assert_string_equal(written(24), "4294967295 kind=smc far=0xffff000000001000 t=0x0\n");
}

static void a_line_without_fields_is_over(void **state)
{
	static struct hv_line zero;

	(void)state;
	CHECK("zero-initialised", hv_line_is_over(&zero), true);
	CHECK("nothing", hv_line_write(&zero, &ring, 10), 0);
	start();
	CHECK("begun", hv_line_is_over(&line), true);
	hv_line_text(&line, "", "");
	assert_string_equal(written(10), "");
}

static void fields_that_are_too_many_are_left_out(void **state)
{
	(void)state;
	start();
	for (int i = 0; i < 13; i++)
		hv_line_text(&line, "k", "v");
	hv_line_text(&line, "x", "x");
	hv_line_number(&line, "x", HV_LINE_HEX, 1);
	assert_string_equal(written(24), "kvkvkvkvkvkvkvkvkvkvkvkvkv");
}

static void a_new_line_forgets_the_old_one(void **state)
{
	(void)state;
	record();
	CHECK("some", hv_line_write(&line, &ring, 2), 2);
	start();
	hv_line_text(&line, "new", "");
	assert_string_equal(written(24), "new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(steps_of_any_size_give_the_same),
	    cmocka_unit_test(numbers_at_their_ends),
	    cmocka_unit_test(what_finds_no_room_waits),
	    cmocka_unit_test(a_line_without_fields_is_over),
	    cmocka_unit_test(fields_that_are_too_many_are_left_out),
	    cmocka_unit_test(a_new_line_forgets_the_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
