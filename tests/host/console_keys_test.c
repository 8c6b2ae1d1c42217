/* SPDX-License-Identifier: Apache-2.0 */
/* Console multiplexer: who gets the keys, and what the user is told. */
#include "console_fixture.h"

static void every_source_has_a_colour(void **state)
{
	static const char colours[] = "76235417";
	hv_u32 source;

	(void)state;
	start(false);
	for (int i = 0; i < 8; i++) {
		if (i == 0)
			hv_conmux_init(&mux, false);
		CHECK("add", hv_conmux_add(&mux, "x", &tx[0], &rx[0]), HV_OK);
	}
	for (hv_u32 i = 0; i < 8; i++) {
		mux.current = i;
		say(0, "y\n");
		show(100);
		CHECK("colour", screen[3], colours[i]);
		length = 0;
		CHECK("keys go round through all", hv_conmux_key(&mux, 0x14, &source),
		      HV_KEY_SWITCHED);
		CHECK("and begin again", mux.target, (i + 1) % 8);
		show(100);
		length = 0;
	}
}

static void keys_go_to_the_target(void **state)
{
	hv_u32 source = 77;
	hv_u8 byte;

	(void)state;
	start(true);
	CHECK("first that takes keys", hv_conmux_key(&mux, 'l', &source), HV_KEY_DELIVERED);
	CHECK("linux", source, 1);
	CHECK("in its ring", hv_ring_get(&rx[1], &byte) && byte == 'l', true);
	source = 77;
	CHECK("Ctrl-T", hv_conmux_key(&mux, 0x14, &source), HV_KEY_SWITCHED);
	CHECK("no delivery", source, 77);
	CHECK("tells", hv_conmux_tick(&mux), true);
	expect("tells", "--- keys: rtos ---\r\n");
	CHECK("told", hv_conmux_tick(&mux), false);
	CHECK("rtos", hv_conmux_key(&mux, 0x03, &source), HV_KEY_DELIVERED);
	CHECK("rtos", source, 2);
	CHECK("round", hv_conmux_key(&mux, 0x14, &source), HV_KEY_SWITCHED);
	CHECK("past the one without keys", mux.target, 1);
	CHECK("Ctrl-]", hv_conmux_key(&mux, 0x1d, &source), HV_KEY_QUIT);
	CHECK("nobody got the special keys", hv_ring_used(&rx[1]), 0);
	for (int i = 0; i < 256; i++) {
		if (i == 0x14 || i == 0x1d)
			continue;
		CHECK("any other byte", hv_conmux_key(&mux, (hv_u8)i, &source), HV_KEY_DELIVERED);
		CHECK("arrives", hv_ring_get(&rx[1], &byte) && byte == i, true);
	}
}

static void notice_breaks_an_open_line(void **state)
{
	hv_u32 source;

	(void)state;
	start(false);
	say(1, "~ # ");
	show(100);
	length = 0;
	CHECK("switch", hv_conmux_key(&mux, 0x14, &source), HV_KEY_SWITCHED);
	expect("own line", "\r\n\x1b[0m--- keys: rtos ---\r\n");
	say(1, "x");
	expect("prefix again", "\x1b[36m[linux] \x1b[0mx");
}

static void longest_texts_fit(void **state)
{
	static const char name[] = "sixteen-letters-and-more";
	hv_u32 source;

	(void)state;
	memset(&tx, 0, sizeof(tx));
	hv_conmux_init(&mux, false);
	CHECK("add", hv_conmux_add(&mux, name, &tx[0], &rx[0]), HV_OK);
	length = 0;
	say(0, "x");
	show(1000);
	CHECK("key", hv_conmux_key(&mux, 0x14, &source), HV_KEY_SWITCHED);
	length = 0;
	expect("notice", "\r\n\x1b[0m--- keys: sixteen-letters- ---\r\n");
}

static void keys_without_a_place(void **state)
{
	hv_u32 source = 77;

	(void)state;
	start(true);
	for (int i = 0; i < 1024; i++)
		CHECK("fits", hv_conmux_key(&mux, 'x', &source), HV_KEY_DELIVERED);
	source = 77;
	CHECK("full", hv_conmux_key(&mux, 'x', &source), HV_KEY_DROPPED);
	CHECK("nobody", source, 77);
	CHECK("the other one still takes", hv_conmux_key(&mux, 0x14, &source), HV_KEY_SWITCHED);
	CHECK("the other one still takes", hv_conmux_key(&mux, 'x', &source), HV_KEY_DELIVERED);

	hv_conmux_init(&mux, true);
	CHECK("no source", hv_conmux_key(&mux, 'x', &source), HV_KEY_DROPPED);
	CHECK("no source", hv_conmux_key(&mux, 0x14, &source), HV_KEY_DROPPED);
	CHECK("no source", show(10), 0);
	CHECK("no source", hv_conmux_tick(&mux), false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_source_has_a_colour),
	    cmocka_unit_test(keys_go_to_the_target),
	    cmocka_unit_test(notice_breaks_an_open_line),
	    cmocka_unit_test(longest_texts_fit),
	    cmocka_unit_test(keys_without_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
