/* SPDX-License-Identifier: Apache-2.0 */
/* Emulated PL011: registers, widths, both rings at their edges, a driver as Linux has it. */
#include <haven/vpl011.h>

#include "exc_check.h"

static struct hv_ring tx, rx;
static struct hv_vpl011 uart;
static struct hv_vpl011_fx fx;

static int setup(void **state)
{
	(void)state;
	memset(&tx, 0, sizeof(tx));
	memset(&rx, 0, sizeof(rx));
	memset(&uart, 0x5a, sizeof(uart));
	hv_vpl011_init(&uart, &tx, &rx);
	return 0;
}

static hv_u64 rd(hv_u32 offset)
{
	hv_u64 value = 0x5a5a5a5a5a5a5a5a;

	CHECK("read", hv_vpl011_access(&uart, offset, 4, false, &value, &fx), HV_VPL011_DONE);
	return value;
}

static void wr(hv_u32 offset, hv_u64 value)
{
	CHECK("write", hv_vpl011_access(&uart, offset, 4, true, &value, &fx), HV_VPL011_DONE);
}

static void type(hv_u32 count)
{
	while (count-- != 0)
		CHECK("typed", hv_ring_put(&rx, 'k'), true);
}

/* The service CPU takes bytes. */
static void drain(hv_u32 count)
{
	hv_u8 byte;

	while (count-- != 0)
		CHECK("drained", hv_ring_get(&tx, &byte), true);
}

static void registers(void **state)
{
	static const struct {
		const char *why;
		hv_u32 offset;
		hv_u64 reset, ones;
	} rows[] = {
	    {"RSR", 0x004, 0, 0},
	    {"reserved", 0x008, 0, 0},
	    {"FR", 0x018, 0x97, 0x97},
	    {"reserved", 0x01c, 0, 0},
	    {"ILPR", 0x020, 0, 0xff},
	    {"IBRD", 0x024, 0, 0xffff},
	    {"FBRD", 0x028, 0, 0x3f},
	    {"LCR_H", 0x02c, 0, 0xff},
	    {"CR", 0x030, 0x300, 0xff87},
	    {"IFLS", 0x034, 0x12, 0x3f},
	    {"IMSC", 0x038, 0, 0x7ff},
	    {"RIS", 0x03c, 0, 0},
	    {"MIS", 0x040, 0, 0},
	    {"ICR", 0x044, 0, 0},
	    {"DMACR", 0x048, 0, 7},
	    {"reserved", 0x04c, 0, 0},
	    {"test registers", 0x080, 0, 0},
	    {"reserved", 0xfdc, 0, 0},
	    {"PeriphID0", 0xfe0, 0x11, 0x11},
	    {"PeriphID1", 0xfe4, 0x10, 0x10},
	    {"PeriphID2", 0xfe8, 0x34, 0x34},
	    {"PeriphID3", 0xfec, 0, 0},
	    {"CellID0", 0xff0, 0x0d, 0x0d},
	    {"CellID1", 0xff4, 0xf0, 0xf0},
	    {"CellID2", 0xff8, 0x05, 0x05},
	    {"CellID3", 0xffc, 0xb1, 0xb1},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].why, rd(rows[i].offset), rows[i].reset);
	for (size_t i = 0; i < ROWS(rows); i++) {
		wr(rows[i].offset, 0xffffffff);
		CHECK(rows[i].why, rd(rows[i].offset), rows[i].ones);
		CHECK("nothing is waiting", fx.level, false);
	}
	for (hv_u32 offset = 0x20; offset <= 0x38; offset += 4)
		wr(offset, offset / 4);
	for (hv_u32 offset = 0x20; offset <= 0x38; offset += 4)
		CHECK("each has a place of its own", rd(offset),
		      offset / 4 & (offset == 0x30 ? 0x87 : 0xff));
	hv_vpl011_init(&uart, &tx, &rx);
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].why, rd(rows[i].offset), rows[i].reset);
}

/* The value that the kernel's AMBA bus matches: 0x00041011 under 0x000fffff. */
static void identification_matches_the_driver(void **state)
{
	hv_u64 id = 0;

	(void)state;
	for (hv_u32 i = 0; i < 4; i++)
		id |= rd(0xfe0 + 4 * i) << (8 * i);
	CHECK("part and designer", id & 0xfffff, 0x41011);
	CHECK("revision 3: 32 characters deep", id >> 20, 3);
}

static void widths(void **state)
{
	static const struct {
		const char *why;
		hv_u32 offset, size;
		enum hv_vpl011_verdict verdict;
	} rows[] = {
	    {"byte", 0x018, 1, HV_VPL011_DONE},
	    {"half", 0x018, 2, HV_VPL011_DONE},
	    {"word", 0x018, 4, HV_VPL011_DONE},
	    {"last register", 0xffc, 1, HV_VPL011_DONE},
	    {"double", 0x018, 8, HV_VPL011_REFUSED},
	    {"none", 0x018, 0, HV_VPL011_REFUSED},
	    {"three", 0x018, 3, HV_VPL011_REFUSED},
	    {"second byte", 0x019, 1, HV_VPL011_REFUSED},
	    {"second half", 0x01a, 2, HV_VPL011_REFUSED},
	    {"behind the frame", 0x1000, 4, HV_VPL011_REFUSED},
	    {"far behind", 0xfffffffc, 4, HV_VPL011_REFUSED},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct hv_vpl011_fx effects = {.level = true, .wake = true};
		hv_u64 value = 0x77;

		CHECK(
		    rows[i].why,
		    hv_vpl011_access(&uart, rows[i].offset, rows[i].size, false, &value, &effects),
		    rows[i].verdict);
		if (rows[i].verdict == HV_VPL011_REFUSED) {
			CHECK("no effect", value, 0x77);
			CHECK("no effect", effects.level && effects.wake, true);
		}
	}
	CHECK("a refused write", hv_vpl011_access(&uart, 0, 8, true, &(hv_u64){65}, &fx),
	      HV_VPL011_REFUSED);
	CHECK("sends nothing", hv_ring_used(&tx), 0);
	CHECK("byte write", hv_vpl011_access(&uart, 0, 1, true, &(hv_u64){65}, &fx),
	      HV_VPL011_DONE);
	CHECK("sends", hv_ring_used(&tx), 1);
}

static void transmit_fills_the_ring_and_never_more(void **state)
{
	hv_u8 byte;

	(void)state;
	wr(0x00, 0x141);
	CHECK("first one wakes the service CPU", fx.wake, true);
	CHECK("not empty any more", rd(0x18), 0x17);
	CHECK("reads do not wake", fx.wake, false);
	wr(0x00, 0x42);
	CHECK("second one does not", fx.wake, false);
	for (int i = 2; i < 1023; i++)
		wr(0x00, 'x');
	CHECK("one place left", rd(0x18), 0x17);
	wr(0x00, 'y');
	CHECK("full and busy", rd(0x18), 0x3f);
	wr(0x00, 'z');
	CHECK("dropped", uart.dropped, 1);
	CHECK("and counted", hv_ring_used(&tx), 1024);
	CHECK("first", hv_ring_get(&tx, &byte), true);
	CHECK("8 bits", byte, 0x41);
	CHECK("room again", rd(0x18), 0x17);
}

static void receive(void **state)
{
	(void)state;
	wr(0x38, 0x7ff);
	CHECK("empty", rd(0x00), 0);
	CHECK("no interrupt", fx.level, false);
	type(1);
	CHECK("after the kick", hv_vpl011_update(&uart), true);
	CHECK("FIFO off: RX and RT", rd(0x3c), 0x50);
	CHECK("not empty", rd(0x18), 0x87);
	wr(0x44, 0x7ff);
	CHECK("cannot be cleared while it waits", rd(0x40), 0x50);
	CHECK("character", rd(0x00), 'k');
	CHECK("read it all", fx.level, false);
	CHECK("nothing raw", rd(0x3c), 0);

	type(1024);
	CHECK("full", rd(0x18), 0xc7);
}

static void receive_trigger(void **state)
{
	static const struct {
		const char *why;
		hv_u64 ifls;
		hv_u32 level;
	} rows[] = {
	    {"1/8", 0x00, 4},	    {"1/4", 0x08, 8},	    {"1/2", 0x10, 16},
	    {"3/4", 0x18, 24},	    {"7/8", 0x20, 28},	    {"reserved", 0x28, 28},
	    {"reserved", 0x30, 28}, {"reserved", 0x38, 28}, {"transmit bits", 0x17, 16},
	};

	(void)state;
	wr(0x2c, 0x10);
	for (size_t i = 0; i < ROWS(rows); i++) {
		wr(0x34, rows[i].ifls);
		type(rows[i].level - 1);
		CHECK(rows[i].why, rd(0x3c), 0x40);
		type(1);
		CHECK(rows[i].why, rd(0x3c), 0x50);
		CHECK(rows[i].why, rd(0x00), 'k');
		CHECK("below again", rd(0x3c), 0x40);
		while (hv_ring_used(&rx) != 0)
			rd(0x00);
	}
}

static void interrupt_is_raw_and_mask(void **state)
{
	(void)state;
	type(1);
	CHECK("masked", hv_vpl011_update(&uart), false);
	CHECK("masked", rd(0x40), 0);
	wr(0x38, 0x40);
	CHECK("RT unmasked", fx.level, true);
	CHECK("RT unmasked", rd(0x40), 0x40);
	wr(0x38, 0x20);
	CHECK("TX is not pending", fx.level, false);
}

static void transmit_interrupt(void **state)
{
	(void)state;
	wr(0x38, 0x20);
	CHECK("quiet after reset", fx.level, false);
	wr(0x00, 'a');
	CHECK("room for more", fx.level, true);
	wr(0x44, 0x50);
	CHECK("other bits do not clear it", fx.level, true);
	wr(0x44, 0x20);
	CHECK("cleared", fx.level, false);
	CHECK("stays cleared", hv_vpl011_update(&uart), false);
	for (int i = 1; i < 992; i++)
		wr(0x00, 'a');
	CHECK("32 places left", fx.level, true);
	CHECK("nobody waits", hv_vpl011_drained(&uart), false);
	wr(0x00, 'a');
	CHECK("31 places left", fx.level, false);

	drain(736);
	CHECK("257 left: too early to kick", hv_vpl011_drained(&uart), false);
	CHECK("and to interrupt", hv_vpl011_update(&uart), false);
	drain(1);
	CHECK("a quarter left: kick", hv_vpl011_drained(&uart), true);
	CHECK("one kick", hv_vpl011_drained(&uart), false);
	CHECK("interrupt", hv_vpl011_update(&uart), true);
	CHECK("no more kicks", hv_vpl011_drained(&uart), false);
}

static void transmit_interrupt_without_a_kick(void **state)
{
	(void)state;
	for (int i = 0; i < 1024; i++)
		wr(0x00, 'a');
	CHECK("too full", rd(0x3c), 0);
	drain(767);
	CHECK("257 left", rd(0x3c), 0);
	drain(1);
	CHECK("a guest that polls sees it by itself", rd(0x3c), 0x20);
	CHECK("so no kick is needed", hv_vpl011_drained(&uart), false);
}

static void kick_and_writer_cross(void **state)
{
	(void)state;
	wr(0x38, 0x20);
	for (int i = 0; i < 1024; i++)
		wr(0x00, 'a');
	drain(1024);
	CHECK("kick sent", hv_vpl011_drained(&uart), true);
	for (int i = 0; i < 300; i++)
		wr(0x00, 'b');
	CHECK("the drain counts although there is new output", hv_vpl011_update(&uart), true);

	for (int i = 0; i < 724; i++)
		wr(0x00, 'b');
	drain(1024);
	CHECK("kick sent", hv_vpl011_drained(&uart), true);
	for (int i = 0; i < 1024; i++)
		wr(0x00, 'b');
	CHECK("too full again when the kick arrives", hv_vpl011_update(&uart), false);
	drain(1024);
	CHECK("so there is another one", hv_vpl011_drained(&uart), true);
	CHECK("interrupt", hv_vpl011_update(&uart), true);
}

/* ---- the sequence of the Linux driver ---- */

static hv_u32 im;
static const char *xmit; /* what the tty layer has left to send */
static hv_u32 xmit_left;

static bool linux_tx_char(bool from_irq)
{
	if (!from_irq && (rd(0x18) & 0x20) != 0)
		return false;
	wr(0x00, (hv_u8)*xmit);
	xmit++;
	xmit_left--;
	return true;
}

/* True while there is more to send. */
static bool linux_tx_chars(bool from_irq)
{
	for (int count = 16; xmit_left != 0; count--) {
		if (from_irq && count == 0)
			break;
		if (!linux_tx_char(from_irq))
			break;
	}
	if (xmit_left == 0) {
		im &= ~0x20u;
		wr(0x38, im);
		return false;
	}
	return true;
}

static void linux_interrupt(void)
{
	hv_u64 status = rd(0x3c) & im;

	for (int pass = 256; status != 0 && pass != 0; pass--) {
		wr(0x44, status & ~(hv_u64)0x70);
		if ((status & 0x50) != 0) {
			while ((rd(0x18) & 0x10) == 0)
				CHECK("typed", rd(0x00), 'k');
		}
		if ((status & 0x20) != 0)
			linux_tx_chars(true);
		status = rd(0x3c) & im;
	}
}

static void linux_startup(void)
{
	wr(0x44, 0x7d0 & 0x7ff); /* hwinit: errors and receive */
	wr(0x24, 13);
	wr(0x28, 1);
	wr(0x2c, 0x70);
	wr(0x34, 0x12);
	wr(0x30, 0x301);
	wr(0x44, 0x50);
	for (int i = 0; i < 64 && (rd(0x18) & 0x10) == 0; i++)
		rd(0x00);
	im = 0x50;
	wr(0x38, im);
}

static void linux_startup_with_pasted_text(void **state)
{
	(void)state;
	type(500);
	linux_startup();
	CHECK("what came before is still announced", fx.level, true);
	linux_interrupt();
	CHECK("all read", hv_ring_used(&rx), 0);
	CHECK("quiet", hv_vpl011_update(&uart), false);
}

static void linux_flood_loses_nothing(void **state)
{
	static char text[100000];
	hv_u32 seen = 0, kicks = 0, interrupts = 0;
	hv_u8 byte;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('!' + i % 90);
	xmit = text;
	xmit_left = sizeof(text);
	linux_startup();
	if (linux_tx_chars(false)) { /* start_tx */
		im |= 0x20;
		wr(0x38, im);
	}
	for (int step = 0; step < 20000 && seen < sizeof(text); step++) {
		for (int i = 0; i < 23 && hv_ring_get(&tx, &byte); i++)
			CHECK("in order", byte, (hv_u8)text[seen++]);
		if (!hv_vpl011_drained(&uart))
			continue;
		kicks++;
		while (hv_vpl011_update(&uart)) {
			linux_interrupt();
			interrupts++;
		}
	}
	CHECK("all of it", seen, sizeof(text));
	CHECK("none dropped", uart.dropped, 0);
	CHECK("one kick for three quarters of a ring", kicks <= sizeof(text) / 736 + 1, true);
	CHECK("one interrupt per kick", interrupts <= kicks, true);
	CHECK("transmit interrupt is off at the end", rd(0x38), 0x50);
}

static void linux_console_and_early_console_poll(void **state)
{
	hv_u32 sent = 0, seen = 0;
	hv_u8 byte;

	(void)state;
	/* No set-up at all, as earlycon: wait for room, then write a byte wide. */
	for (int step = 0; step < 100000 && seen < 5000; step++) {
		if (sent < 5000 && (rd(0x18) & 0x20) == 0) {
			hv_u64 value = sent & 0x7f;

			CHECK("write", hv_vpl011_access(&uart, 0, 1, true, &value, &fx),
			      HV_VPL011_DONE);
			sent++;
		}
		if (step % 3 == 0 && hv_ring_get(&tx, &byte))
			CHECK("in order", byte, seen++ & 0x7f);
	}
	CHECK("all of it", seen, 5000);
	CHECK("BUSY ends the wait after a line", rd(0x18) & 0x08, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(registers, setup),
	    cmocka_unit_test_setup(identification_matches_the_driver, setup),
	    cmocka_unit_test_setup(widths, setup),
	    cmocka_unit_test_setup(transmit_fills_the_ring_and_never_more, setup),
	    cmocka_unit_test_setup(receive, setup),
	    cmocka_unit_test_setup(receive_trigger, setup),
	    cmocka_unit_test_setup(interrupt_is_raw_and_mask, setup),
	    cmocka_unit_test_setup(transmit_interrupt, setup),
	    cmocka_unit_test_setup(transmit_interrupt_without_a_kick, setup),
	    cmocka_unit_test_setup(kick_and_writer_cross, setup),
	    cmocka_unit_test_setup(linux_startup_with_pasted_text, setup),
	    cmocka_unit_test_setup(linux_flood_loses_nothing, setup),
	    cmocka_unit_test_setup(linux_console_and_early_console_poll, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
