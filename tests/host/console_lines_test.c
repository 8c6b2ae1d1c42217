/* SPDX-License-Identifier: Apache-2.0 */
/* Console multiplexer: prefixes, ends of lines, bytes that the UART refuses. */
#include "console_fixture.h"

static void add_refuses(void **state)
{
	(void)state;
	start(true);
	CHECK("NULL", hv_conmux_add(NULL, "x", &tx[0], NULL), HV_EINVAL);
	CHECK("no name", hv_conmux_add(&mux, NULL, &tx[0], NULL), HV_EINVAL);
	CHECK("no ring", hv_conmux_add(&mux, "x", NULL, &rx[0]), HV_EINVAL);
	for (int i = 3; i < 8; i++)
		CHECK("up to 8", hv_conmux_add(&mux, "x", &tx[0], NULL), HV_OK);
	CHECK("full", hv_conmux_add(&mux, "x", &tx[0], NULL), HV_ENOSPC);
	CHECK("count", mux.count, 8);
}

static void lines_get_prefixes(void **state)
{
	(void)state;
	start(false);
	say(0, "boot\n");
	expect("white", "\x1b[37m[haven] \x1b[0mboot\r\n");
	say(1, "hello\r\n\r\n");
	expect("empty lines too", "\x1b[36m[linux] \x1b[0mhello\r\n\x1b[36m[linux] \x1b[0m\r\n");
	say(2, "x");
	expect("third", "\x1b[32m[rtos] \x1b[0mx");
	start(true);
	say(1, "hello\n");
	expect("plain", "[linux] hello\r\n");
	CHECK("nothing more", show(10), 0);
}

static void names_are_cut(void **state)
{
	(void)state;
	start(true);
	CHECK("add", hv_conmux_add(&mux, "a-name-that-is-too-long", &tx[0], NULL), HV_OK);
	mux.source[0].tx = &rx[0];
	say(0, "x\n");
	expect("16 characters", "[a-name-that-is-t] x\r\n");
}

static void line_ends(void **state)
{
	(void)state;
	start(true);
	say(1, "10%\r20%\r\n\n");
	expect("a lone return passes at once", "[linux] 10%\r20%\r\n[linux] \r\n");
	say(1, "a\r");
	expect("shown", "[linux] a\r");
	say(1, "\n");
	expect("its feed follows", "\n");
	say(1, "a\r");
	show(100);
	say(2, "b\n");
	for (int i = 0; i < 25; i++)
		CHECK("tick", hv_conmux_tick(&mux), true);
	show(100);
	length = 0;
	say(1, "\n");
	expect("after a cut the return is given anew", "[linux] \r\n");
}

static void bytes_that_the_uart_refuses_are_not_lost(void **state)
{
	const hv_u8 *first = NULL, *second = NULL;

	(void)state;
	start(true);
	say(1, "x");
	hv_conmux_advance(&mux, 1);
	CHECK("prefix", hv_conmux_peek(&mux, &first), 8);
	CHECK("still there", hv_conmux_peek(&mux, &second), 8);
	CHECK("the same", first == second && memcmp(first, "[linux] ", 8) == 0, true);
	hv_conmux_advance(&mux, 4);
	CHECK("the rest", hv_conmux_peek(&mux, &second), 4);
	CHECK("of the same", memcmp(second, "ux] ", 4), 0);
	hv_conmux_advance(&mux, 4);
	CHECK("the byte", hv_conmux_peek(&mux, &second), 1);
	CHECK("waits", hv_conmux_waiting(&mux), true);
	hv_conmux_advance(&mux, 100);
	CHECK("no more than there is", hv_conmux_peek(&mux, &second), 0);
	CHECK("nothing waits", hv_conmux_waiting(&mux), false);
	say(1, "y");
	expect("whole", "y");
}

/* What a look may cost, whatever is in the rings: sixteen bytes of them and the end of a line. */
static void a_look_takes_little(void **state)
{
	static const char *const texts[] = {"x", "\n", "\r", "a\n", "\r\n", "ab\r", "sixteen letters.\n"};

	(void)state;
	for (hv_u32 i = 0; i < ROWS(texts); i++) {
		const hv_u8 *bytes;
		hv_u32 looks = 0;

		start(false);
		for (int n = 0; n < 60; n++) {
			say(1, texts[i]);
			say(2, texts[i]);
		}
		while (hv_ring_used(&tx[1]) + hv_ring_used(&tx[2]) != 0 && looks < 1000) {
			const hv_u32 before = hv_ring_used(&tx[1]) + hv_ring_used(&tx[2]);
			const hv_u32 count = hv_conmux_peek(&mux, &bytes);

			CHECK(texts[i], count <= 40, true);
			CHECK(texts[i], before - hv_ring_used(&tx[1]) - hv_ring_used(&tx[2]) <= 17, true);
			hv_conmux_advance(&mux, count);
			(void)hv_conmux_tick(&mux);
			looks++;
		}
		CHECK(texts[i], looks < 1000, true);
	}
}

/* A ring that is read across its end gives the same bytes. */
static void pieces_go_round_the_ring(void **state)
{
	(void)state;
	start(true);
	tx[1].head = 0xfffffff9;
	tx[1].tail = 0xfffffff9;
	say(1, "twelve bytes and more\n");
	expect("whole", "[linux] twelve bytes and more\r\n");
}

static void a_prompt_is_shown_at_once_and_kept_whole(void **state)
{
	(void)state;
	start(true);
	say(1, "~ # ");
	expect("prompt", "[linux] ~ # ");
	CHECK("idle", hv_conmux_tick(&mux), false);
	say(1, "l");
	expect("echo", "l");
	for (int i = 0; i < 100; i++)
		CHECK("alone", hv_conmux_tick(&mux), false);
	say(1, "s");
	expect("echo after a long time", "s");

	say(2, "tick\n");
	expect("others wait", "");
	for (int i = 0; i < 24; i++) {
		CHECK("there is something to do", hv_conmux_tick(&mux), true);
		expect("patience", "");
	}
	CHECK("25th", hv_conmux_tick(&mux), true);
	expect("cut", "\r\n[rtos] tick\r\n");
	say(1, "\r\n");
	expect("the rest has a line of its own", "[linux] \r\n");
	CHECK("idle", hv_conmux_tick(&mux), false);
}

static void alone_a_long_line_is_not_cut(void **state)
{
	(void)state;
	start(true);
	for (int i = 0; i < 1000; i++)
		say(1, "x");
	show(10000);
	CHECK("prefix and bytes", length, 8 + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(add_refuses),
	    cmocka_unit_test(lines_get_prefixes),
	    cmocka_unit_test(names_are_cut),
	    cmocka_unit_test(line_ends),
	    cmocka_unit_test(bytes_that_the_uart_refuses_are_not_lost),
	    cmocka_unit_test(a_look_takes_little),
	    cmocka_unit_test(pieces_go_round_the_ring),
	    cmocka_unit_test(a_prompt_is_shown_at_once_and_kept_whole),
	    cmocka_unit_test(alone_a_long_line_is_not_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
