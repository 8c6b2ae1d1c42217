/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include <haven/hal/cpu.h>
#include <haven/hal/uart.h>

#include "hv.h"
#include "news.h"
#include "print.h"

/* A UART that takes no byte for this long is given up. */
#define UART_POLLS 1000000

static bool use_ring;

/* The CPU that has failed: it alone writes to the UART again. */
static const struct hv_cpu *failed;

void hv_print_use_ring(void)
{
	use_ring = true;
}

void hv_print_use_uart(void)
{
	failed = hv_hal_cpu_self();
}

static void put_uart(char c)
{
	for (int i = 0; i < UART_POLLS && !hv_port_uart_put((hv_u8)c); i++)
		; /* bound: UART_POLLS */
}

static void put(char c)
{
	if (use_ring && (failed == NULL || failed != hv_hal_cpu_self())) {
		hv_news_say((hv_u8)c);
		return;
	}
	if (c == '\n')
		put_uart('\r');
	put_uart(c);
}

static void put_string(const char *s)
{
	for (; *s != '\0'; s++) /* bound: longest constant or configured string */
		put(*s);
}

static void put_hex(hv_u64 value)
{
	hv_u32 shift = 60;

	put_string("0x");
	while (shift != 0 && (value >> shift) == 0) /* bound: 15 */
		shift -= 4;
	for (;; shift -= 4) { /* bound: 16 */
		put("0123456789abcdef"[(value >> shift) & 15]);
		if (shift == 0)
			return;
	}
}

static void put_decimal(hv_u64 value)
{
	char digits[20];
	hv_u32 n = 0;

	do { /* bound: 20 */
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	while (n != 0) /* bound: 20 */
		put(digits[--n]);
}

void hv_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	for (; *format != '\0'; format++) { /* bound: length of a constant format */
		if (*format != '%') {
			put(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_string(va_arg(args, const char *));
			break;
		case 'u':
			put_decimal(va_arg(args, hv_u64));
			break;
		default:
			put_hex(va_arg(args, hv_u64));
			break;
		}
	}
	va_end(args);
}
