/* SPDX-License-Identifier: Apache-2.0 */
/* gcc calls these for structures also in freestanding code. */
#include <stddef.h>

void *memset(void *to, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);

void *memset(void *to, int value, size_t size)
{
	volatile unsigned char *p = to;

	while (size-- != 0)
		*p++ = (unsigned char)value;
	return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
	volatile unsigned char *p = to;
	const unsigned char *q = from;

	while (size-- != 0)
		*p++ = *q++;
	return to;
}
