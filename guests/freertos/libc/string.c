/* SPDX-License-Identifier: Apache-2.0 */
/* Built with -fno-builtin: otherwise the compiler turns each loop into a call to itself. */
#include <stdint.h>

#include "string.h"

void *memset(void *to, int byte, size_t size)
{
	uint8_t *out = to;

	while (size-- > 0)
		*out++ = (uint8_t)byte;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	while (size-- > 0)
		*out++ = *in++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	if ((uintptr_t)to <= (uintptr_t)from) {
		while (size-- > 0)
			*out++ = *in++;
		return to;
	}
	while (size-- > 0)
		out[size] = in[size];
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *left = a;
	const uint8_t *right = b;

	for (; size > 0; size--, left++, right++) {
		if (*left != *right)
			return *left < *right ? -1 : 1;
	}
	return 0;
}

size_t strlen(const char *text)
{
	size_t n = 0;

	while (text[n] != '\0')
		n++;
	return n;
}
