/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include "sysreg.h"

#define UART_DR   0x00u
#define UART_FR   0x18u
#define UART_LCRH 0x2cu
#define UART_CR   0x30u
#define FR_RXFE   (1u << 4)
#define FR_TXFF   (1u << 5)

static u64 base;
static u32 lock;

void console_init(void)
{
	base = arg("uart", 0x09000000);
	write32(base + UART_CR, 0);
	write32(base + UART_LCRH, 0x70);
	write32(base + UART_CR, 0x301);
}

void put_char(char c)
{
	while ((read32(base + UART_FR) & FR_TXFF) != 0)
		;
	write32(base + UART_DR, (u8)c);
}

int get_char(void)
{
	if ((read32(base + UART_FR) & FR_RXFE) != 0)
		return -1;
	return (int)(read32(base + UART_DR) & 0xff);
}

static void put_text(const char *s)
{
	while (*s != '\0')
		put_char(*s++);
}

static void put_number(u64 value, u64 radix)
{
	char digits[20];
	u32 n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % radix];
		value /= radix;
	} while (value != 0);
	while (n != 0)
		put_char(digits[--n]);
}

static void print_args(const char *format, va_list args)
{
	for (; *format != '\0'; format++) {
		if (*format == '\n')
			put_char('\r');
		if (*format != '%') {
			put_char(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_text(va_arg(args, const char *));
			break;
		case 'u':
			put_number(va_arg(args, u64), 10);
			break;
		default:
			put_text("0x");
			put_number(va_arg(args, u64), 16);
			break;
		}
	}
}

/* One line at a time, also with two vCPUs; interrupts stay as they are. */
void print(const char *format, ...)
{
	va_list args;
	const u64 daif = sysreg_read(daif);

	irq_off();
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0)
		;
	va_start(args, format);
	print_args(format, args);
	va_end(args);
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
	sysreg_write(daif, daif);
}
