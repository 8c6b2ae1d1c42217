/* SPDX-License-Identifier: Apache-2.0 */
/* Putting a line of text together, in place of a printf. */
#include "console.h"

static void put(struct line *line, char c)
{
	if (line->length + 1 < sizeof line->text)
		line->text[line->length++] = c;
	line->text[line->length] = '\0';
}

void line_text(struct line *line, const char *text)
{
	while (*text != '\0')
		put(line, *text++);
}

static void in_base(struct line *line, uint64_t number, unsigned int base)
{
	char digits[20];
	unsigned int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number != 0);
	while (n > 0)
		put(line, digits[--n]);
}

void line_number(struct line *line, uint64_t number)
{
	in_base(line, number, 10);
}

void line_hex(struct line *line, uint64_t number)
{
	line_text(line, "0x");
	in_base(line, number, 16);
}
