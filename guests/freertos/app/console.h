/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONSOLE_H
#define CONSOLE_H
/**
 * @file
 * PL011 console: transmit by polling, receive by interrupt.
 */
#include <stdint.h>

void console_init(void);

/**
 * Write a string. A full transmit FIFO costs a task a tick's sleep, so a slow console
 * takes no processor time from other tasks; before the scheduler runs it is waited out.
 */
void console_write(const char *text);

/** The same from a handler or after a failure: waits a bounded time and drops the rest. */
void console_write_now(const char *text);

/**
 * Handle the PL011's interrupt.
 *
 * @return A received character, or -1 when there was none.
 */
int console_receive(void);

/** One line put together before it is written. Text that does not fit is cut. */
struct line {
	char text[256];
	unsigned int length;
};

void line_text(struct line *line, const char *text);
void line_number(struct line *line, uint64_t number);
void line_hex(struct line *line, uint64_t number);
#endif
