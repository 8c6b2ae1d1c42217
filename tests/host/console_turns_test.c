/* SPDX-License-Identifier: Apache-2.0 */
/* Console multiplexer: whose turn it is, against floods, drips and silence. */
#include "console_fixture.h"
#include "seeded.h"

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

/* ---- by chance ---- */

/* What each source has said, and how much of it has been on the screen. */
static char said[3][4000];
static hv_u32 said_count[3], seen_count[3];

static void say_something(hv_u32 source)
{
	static const char letters[] = "abcdefgh\n\r";
	const hv_u32 count = (hv_u32)(rnd(40));

	for (hv_u32 i = 0; i < count && said_count[source] < sizeof(said[source]); i++) {
		const char c = letters[rnd(10)];

		if (!hv_ring_put(&tx[source], (hv_u8)c))
			return;
		if (c != '\n' && c != '\r')
			said[source][said_count[source]++] = c;
	}
}

/* A line of the screen: "[name] letters". A source's letters come in its order. */
static void read_line(const char *line, hv_u32 count)
{
	static const char *const prefix[3] = {"[haven] ", "[linux] ", "[rtos] "};
	hv_u32 source = 0;

	while (source < 3 && strncmp(line, prefix[source], strlen(prefix[source])) != 0)
		source++;
	assert_true(source < 3);
	for (hv_u32 i = (hv_u32)strlen(prefix[source]); i < count; i++) {
		if (line[i] == '\r')
			continue;
		CHECK("more was shown than said", seen_count[source] < said_count[source], true);
		CHECK("in order", line[i], said[source][seen_count[source]]);
		seen_count[source]++;
	}
}

static void read_screen(void)
{
	const char *line = screen;

	for (const char *end = strchr(line, '\n'); end != NULL; end = strchr(line, '\n')) {
		assert_true(end > line && end[-1] == '\r');
		read_line(line, (hv_u32)(end - line));
		line = end + 1;
	}
	if (*line != '\0')
		read_line(line, (hv_u32)strlen(line));
}

static void nothing_is_lost_or_mixed_up(void **state)
{
	(void)state;
	seeded_start(1);
	start(true);
	memset(said_count, 0, sizeof(said_count));
	memset(seen_count, 0, sizeof(seen_count));
	for (int step = 0; step < 300; step++) {
		say_something((hv_u32)(rnd(3)));
		show((hv_u32)(rnd(50)));
		if (rnd(4) == 0)
			(void)hv_conmux_tick(&mux);
	}
	for (int tick = 0; tick < 1000 && hv_conmux_tick(&mux); tick++)
		show(10000);
	CHECK("nothing waits", hv_conmux_waiting(&mux), false);
	read_screen();
	for (hv_u32 i = 0; i < 3; i++)
		CHECK("all of it", seen_count[i], said_count[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(turns_end_with_a_line),
	    cmocka_unit_test(bare_returns_hold_up_nobody),
	    cmocka_unit_test(patience_is_measured_anew),
	    cmocka_unit_test(a_dripping_line_is_cut),
	    cmocka_unit_test(a_slow_uart_does_not_cut_lines),
	    cmocka_unit_test(a_flood_without_lines_is_cut),
	    cmocka_unit_test(floods_do_not_starve_the_quiet),
	    cmocka_unit_test(drained_sources_are_named_once),
	    cmocka_unit_test(nothing_is_lost_or_mixed_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
