/* SPDX-License-Identifier: Apache-2.0 */
/* Console multiplexer: prefixes, whole lines, fairness against floods, keys. */
#include <haven/console.h>

#include "exc_check.h"

static struct hv_conmux mux;
static struct hv_ring tx[3], rx[3];
static char screen[20000];
static hv_u32 length;

/* 0 the hypervisor, without keys; 1 and 2 partitions. */
static void start(bool plain)
{
	memset(tx, 0, sizeof(tx));
	memset(rx, 0, sizeof(rx));
	hv_conmux_init(&mux, plain);
	CHECK("add", hv_conmux_add(&mux, "haven", &tx[0], NULL), HV_OK);
	CHECK("add", hv_conmux_add(&mux, "linux", &tx[1], &rx[1]), HV_OK);
	CHECK("add", hv_conmux_add(&mux, "rtos", &tx[2], &rx[2]), HV_OK);
	length = 0;
}

static void say(hv_u32 source, const char *text)
{
	for (; *text != '\0'; text++)
		CHECK("ring", hv_ring_put(&tx[source], (hv_u8)*text), true);
}

/* Send up to @p budget bytes to the screen. */
static hv_u32 show(hv_u32 budget)
{
	hv_u32 sent = 0;
	hv_u8 byte;

	for (; sent < budget && hv_conmux_peek(&mux, &byte); sent++) {
		assert_true(length + 1 < sizeof(screen));
		screen[length++] = (char)byte;
		hv_conmux_advance(&mux);
	}
	screen[length] = '\0';
	return sent;
}

static void expect(const char *why, const char *want)
{
	show(10000);
	if (strcmp(screen, want) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", why, screen, want);
	length = 0;
}

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

static void a_byte_that_the_uart_refuses_is_not_lost(void **state)
{
	hv_u8 first = 0, second = 0;

	(void)state;
	start(true);
	say(1, "x");
	hv_conmux_advance(&mux);
	CHECK("there", hv_conmux_peek(&mux, &first), true);
	CHECK("still there", hv_conmux_peek(&mux, &second), true);
	CHECK("the same", first == '[' && second == '[', true);
	expect("whole", "[linux] x");
}

static void turns_end_with_a_line(void **state)
{
	const char *other;

	(void)state;
	start(true);
	say(1, "a1\na2\n");
	say(2, "b1\n");
	say(0, "h\n");
	expect("little output is kept together",
	       "[haven] h\r\n[linux] a1\r\n[linux] a2\r\n[rtos] b1\r\n");

	for (int i = 0; i < 50; i++) {
		say(1, "abcdefghi\n");
		say(2, "b\n");
	}
	show(10000);
	/* rtos had the last turn and has bytes of it left: 11 are used, then 10 a line */
	other = strstr(screen, "[linux]");
	assert_non_null(other);
	CHECK("25 lines fill up its turn", other - screen, 25 * 10);
	CHECK("all", length, 50 * 10 + 50 * 19);

	start(true);
	for (int i = 0; i < 50; i++) {
		say(1, "abcdefghi\n");
		say(2, "abcdefghi\n");
	}
	show(10000);
	other = strstr(screen, "[rtos]");
	assert_non_null(other);
	CHECK("14 lines are 266 bytes", other - screen, 14 * 19);
	other = strstr(other, "[linux]");
	assert_non_null(other);
	CHECK("15 lines are 270 bytes", other - screen, 14 * 19 + 15 * 18);

	start(true);
	for (int i = 0; i < 1000; i++)
		say(1, "\n");
	say(2, "b\n");
	show(10000);
	other = strstr(screen, "[rtos]");
	assert_non_null(other);
	CHECK("26 empty lines are 260 bytes", other - screen, 260);
}

static void bare_returns_hold_up_nobody(void **state)
{
	(void)state;
	start(true);
	say(1, "\rx\n\r");
	say(2, "\ry\n\r");
	expect("left out", "[linux] x\r\n[rtos] y\r\n");
	CHECK("taken", hv_ring_used(&tx[1]) + hv_ring_used(&tx[2]), 0);
	for (int i = 0; i < 1000; i++) {
		say(1, "\r");
		say(2, "\r");
	}
	say(0, "quiet\n");
	CHECK("comes through at once", show(15), 15);
	CHECK("it is that line", memcmp(screen, "[haven] quiet\r\n", 15), 0);
	CHECK("a look takes one step per source", hv_ring_used(&tx[1]) > 990, true);
	length = 0;
	say(1, "a");
	for (int i = 0; i < 1000 && length == 0; i++)
		show(100);
	CHECK("what is behind them comes, too", length, 9);
	length = 0;
	say(1, "b");
	expect("and goes on", "b");
	say(2, "\r");
	for (int i = 0; i < 25; i++)
		CHECK("others wait", hv_conmux_tick(&mux), true);
	expect("a cut for nothing but returns", "\r\n");
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

static void patience_is_measured_anew(void **state)
{
	(void)state;
	start(true);
	say(1, "a");
	say(2, "b\n");
	for (int i = 0; i < 24; i++)
		CHECK("others wait", hv_conmux_tick(&mux), true);
	show(100);
	for (int i = 0; i < 24; i++)
		CHECK("others wait", hv_conmux_tick(&mux), true);
	say(1, "c");
	show(100);
	for (int i = 0; i < 24; i++)
		CHECK("others wait", hv_conmux_tick(&mux), true);
	expect("each byte renews it", "[linux] ac");
	CHECK("others wait", hv_conmux_tick(&mux), true);
	expect("silence ends it", "\r\n[rtos] b\r\n");
}

static void a_dripping_line_is_cut(void **state)
{
	int ticks = 0;

	(void)state;
	start(true);
	say(1, "a");
	expect("start", "[linux] a");
	CHECK("nobody waits", hv_conmux_tick(&mux), false);
	say(2, "b\n");
	for (; ticks < 1000 && strstr(screen, "rtos") == NULL; ticks++) {
		say(1, "a");
		CHECK("others wait", hv_conmux_tick(&mux), true);
		show(100);
	}
	CHECK("100 ticks", ticks, 100);
}

static void a_slow_uart_does_not_cut_lines(void **state)
{
	(void)state;
	start(true);
	say(1, "abcdefghijklmno\n");
	say(2, "b\n");
	for (int i = 0; i < 24; i++) {
		CHECK("one byte a tick", show(1), 1);
		CHECK("more", hv_conmux_tick(&mux), true);
	}
	expect("whole", "[linux] abcdefghijklmno\r\n[rtos] b\r\n");
}

static void a_flood_without_lines_is_cut(void **state)
{
	const char *at;

	(void)state;
	start(true);
	for (int i = 0; i < 1000; i++)
		say(1, "x");
	show(20);
	say(2, "alive\n");
	show(10000);
	at = strstr(screen, "[rtos] alive\r\n");
	assert_non_null(at);
	CHECK("after 256 bytes", at - screen, 8 + 256 + 2);
	CHECK("all of it", length, 1000 + 8 + 2 + 14 + 8);
	CHECK("drained", hv_ring_used(&tx[1]), 0);
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

/* Two partitions write as fast as they can; the third one's line comes through soon. */
static void floods_do_not_starve_the_quiet(void **state)
{
	hv_u32 waited = 0;

	(void)state;
	start(true);
	for (int step = 0; step < 200; step++) {
		while (hv_ring_used(&tx[1]) < 1000)
			say(1, "flood flood flood\n");
		while (hv_ring_used(&tx[2]) < 1000)
			say(2, "x");
		if (step % 20 == 10)
			say(0, "quiet\n");
		show(100);
		CHECK("others wait", hv_conmux_tick(&mux), true);
		waited = hv_ring_used(&tx[0]) != 0 ? waited + 1 : 0;
		CHECK("two turns with a line each", waited <= 11, true);
		length = 0;
	}
}

static void drained_sources_are_named_once(void **state)
{
	(void)state;
	start(true);
	CHECK("none", hv_conmux_take_drained(&mux), 0);
	say(1, "a\n");
	say(2, "b\n");
	show(1000);
	CHECK("both", hv_conmux_take_drained(&mux), 6);
	CHECK("once", hv_conmux_take_drained(&mux), 0);
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
	    cmocka_unit_test(add_refuses),
	    cmocka_unit_test(lines_get_prefixes),
	    cmocka_unit_test(every_source_has_a_colour),
	    cmocka_unit_test(names_are_cut),
	    cmocka_unit_test(line_ends),
	    cmocka_unit_test(a_byte_that_the_uart_refuses_is_not_lost),
	    cmocka_unit_test(turns_end_with_a_line),
	    cmocka_unit_test(bare_returns_hold_up_nobody),
	    cmocka_unit_test(a_prompt_is_shown_at_once_and_kept_whole),
	    cmocka_unit_test(patience_is_measured_anew),
	    cmocka_unit_test(a_dripping_line_is_cut),
	    cmocka_unit_test(a_slow_uart_does_not_cut_lines),
	    cmocka_unit_test(a_flood_without_lines_is_cut),
	    cmocka_unit_test(alone_a_long_line_is_not_cut),
	    cmocka_unit_test(floods_do_not_starve_the_quiet),
	    cmocka_unit_test(drained_sources_are_named_once),
	    cmocka_unit_test(keys_go_to_the_target),
	    cmocka_unit_test(notice_breaks_an_open_line),
	    cmocka_unit_test(longest_texts_fit),
	    cmocka_unit_test(keys_without_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
