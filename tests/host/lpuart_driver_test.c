/* SPDX-License-Identifier: Apache-2.0 */
/* The LPUART as a console: what firmware said last, format, room, bytes, overruns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <haven/hal/uart.h>

#include "fake_bus.h"
#include "fake_lpuart.h"

#define BASE  UINT64_C(0x44380000)
#define BAUD  (BASE + 0x10)
#define STAT  (BASE + 0x14)
#define CTRL  (BASE + 0x18)
#define DATA  (BASE + 0x1c)
#define FIFO  (BASE + 0x28)
#define WATER (BASE + 0x2c)

static struct fake_lpuart uart;

static int power_on(void **state)
{
	(void)state;
	fake_bus_reset();
	fake_lpuart_init(&uart, BASE);
	return 0;
}

static int initialised(void **state)
{
	power_on(state);
	hv_port_uart_init(BASE);
	fake_access_clear();
	return 0;
}

static bool put_all(const char *text)
{
	while (*text != '\0') {
		if (hv_port_uart_put((hv_u8)*text))
			text++;
		else if (uart.stopped)
			return false;
	}
	return true;
}

/* ---- init ---- */

static void the_rate_stays_and_the_rest_is_8n1(void **state)
{
	(void)state;
	uart.baud = 0xefffe0ff; /* OSR 15, SBR 255, and all that a console does not want */
	hv_port_uart_init(BASE);
	assert_int_equal(uart.baud, 0x0f0200ff);
	assert_int_equal(uart.ctrl, 0x082c0000);
	assert_int_equal(uart.fifo, 0x88);
	assert_int_equal(uart.water, 15);
}

static void off_first_and_on_last(void **state)
{
	hv_u32 first, last;

	(void)state;
	hv_port_uart_init(BASE);
	first = fake_access_find(0, FAKE_WRITE, CTRL);
	last = fake_access_find(first + 1, FAKE_WRITE, CTRL);
	assert_int_equal(fake_access_at(first)->value, 0);
	assert_int_equal(fake_access_at(last)->value, 0x082c0000);
	assert_in_range(fake_access_find(0, FAKE_WRITE, BAUD), first + 1, last - 1);
	assert_in_range(fake_access_find(0, FAKE_WRITE, FIFO), first + 1, last - 1);
	assert_in_range(fake_access_find(0, FAKE_WRITE, WATER), first + 1, last - 1);
	assert_in_range(fake_access_find(0, FAKE_WRITE, STAT), first + 1, last - 1);
	assert_int_equal(last + 1, fake_access_count());
}

static void what_firmware_said_last_is_sent(void **state)
{
	(void)state;
	uart.latency = 7;
	uart.fifo = 0x80;
	memcpy(uart.tx, "Starting...\r\n", 13);
	uart.tx_count = 13;
	hv_port_uart_init(BASE);
	assert_string_equal(uart.sent, "Starting...\r\n");
	assert_int_equal(uart.lost, 0);
}

static void a_clock_that_is_off_does_not_stop_the_boot(void **state)
{
	(void)state;
	uart.stopped = true;
	uart.tx_count = 1;
	hv_port_uart_init(BASE);
	assert_int_equal(uart.lost, 1);
	assert_int_equal(uart.ctrl, 0x082c0000);
}

static void old_errors_and_bytes_are_gone(void **state)
{
	(void)state;
	uart.stat = 0xc01fc000;
	uart.rx[0] = 'x';
	uart.rx_count = 1;
	hv_port_uart_init(BASE);
	assert_int_equal(uart.stat, 0);
	assert_int_equal(uart.rx_count, 0);
	assert_false(fake_lpuart_irq(&uart));
}

/* ---- put ---- */

static void bytes_go_out_in_order(void **state)
{
	(void)state;
	uart.latency = 3;
	assert_true(put_all("0123456789abcdefghijklmnopqrstuvwxyz"));
	hv_port_uart_init(BASE); /* waits until all are out */
	assert_string_equal(uart.sent, "0123456789abcdefghijklmnopqrstuvwxyz");
}

static void a_full_fifo_takes_nothing(void **state)
{
	(void)state;
	uart.stopped = true;
	uart.latency = 1;
	assert_true(hv_port_uart_put('a'));
	for (int i = 1; i < 16; i++)
		assert_true(hv_port_uart_put('b'));
	fake_access_clear();
	assert_false(hv_port_uart_put('c'));
	assert_int_equal(uart.tx_count, 16);
	assert_int_equal(fake_access_find(0, FAKE_WRITE, DATA), FAKE_NOWHERE);
}

static void every_value_of_a_byte_can_be_sent(void **state)
{
	(void)state;
	for (hv_u32 byte = 0; byte < 256; byte++)
		assert_true(hv_port_uart_put((hv_u8)byte));
	for (hv_u32 byte = 0; byte < 256; byte++)
		assert_int_equal((hv_u8)uart.sent[byte], byte);
}

/* ---- get ---- */

static void nothing_received_is_told(void **state)
{
	hv_u8 byte = 0x5a;

	(void)state;
	assert_false(hv_port_uart_get(&byte));
	assert_int_equal(byte, 0x5a);
	assert_int_equal(fake_access_find(0, FAKE_READ, DATA), FAKE_NOWHERE);
}

static void one_byte_raises_the_interrupt_and_taking_it_clears_it(void **state)
{
	hv_u8 byte = 0;

	(void)state;
	assert_false(fake_lpuart_irq(&uart));
	fake_lpuart_receive(&uart, 0xff);
	assert_true(fake_lpuart_irq(&uart));
	assert_true(hv_port_uart_get(&byte));
	assert_int_equal(byte, 0xff);
	assert_false(fake_lpuart_irq(&uart));
	assert_false(hv_port_uart_get(&byte));
}

static void after_an_overrun_the_line_works_again(void **state)
{
	hv_u8 byte = 0;

	(void)state;
	for (hv_u32 i = 0; i < 20; i++)
		fake_lpuart_receive(&uart, (hv_u8)('a' + i));
	for (hv_u32 i = 0; i < 16; i++) {
		assert_true(hv_port_uart_get(&byte));
		assert_int_equal(byte, 'a' + i);
	}
	assert_false(hv_port_uart_get(&byte));
	assert_false(fake_lpuart_irq(&uart));
	fake_lpuart_receive(&uart, 'z');
	assert_true(hv_port_uart_get(&byte));
	assert_int_equal(byte, 'z');
}

/* The last look of a round comes before the overrun: its interrupt brings the next one. */
static void an_overrun_without_a_byte_has_its_interrupt(void **state)
{
	hv_u8 byte;

	(void)state;
	uart.stat = 1u << 19;
	assert_true(fake_lpuart_irq(&uart));
	assert_false(hv_port_uart_get(&byte));
	assert_false(fake_lpuart_irq(&uart));
}

static void no_other_register_is_touched(void **state)
{
	static const struct fake_access_range allowed[] = {
		{STAT, STAT + 3, true, true},
		{DATA, DATA + 3, true, true},
	};
	hv_u8 byte;

	(void)state;
	fake_lpuart_receive(&uart, 'k');
	assert_true(put_all("text") && hv_port_uart_get(&byte));
	assert_null(fake_access_outside(allowed, 2));
}

#define AT_POWER_ON(name) cmocka_unit_test_setup(name, power_on)
#define TEST(name)        cmocka_unit_test_setup(name, initialised)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_POWER_ON(the_rate_stays_and_the_rest_is_8n1),
		AT_POWER_ON(off_first_and_on_last),
		AT_POWER_ON(what_firmware_said_last_is_sent),
		AT_POWER_ON(a_clock_that_is_off_does_not_stop_the_boot),
		AT_POWER_ON(old_errors_and_bytes_are_gone),
		TEST(bytes_go_out_in_order),
		TEST(a_full_fifo_takes_nothing),
		TEST(every_value_of_a_byte_can_be_sent),
		TEST(nothing_received_is_told),
		TEST(one_byte_raises_the_interrupt_and_taking_it_clears_it),
		TEST(after_an_overrun_the_line_works_again),
		TEST(an_overrun_without_a_byte_has_its_interrupt),
		TEST(no_other_register_is_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
