/* SPDX-License-Identifier: Apache-2.0 */
/* Vector table and reset of a Cortex-M7, and what the compiler takes for granted. */
#include <stddef.h>
#include <stdint.h>

#include "m7.h"

extern uint32_t bss_start, bss_end, stack_top;

_Noreturn void reset(void)
{
	for (volatile uint32_t *p = &bss_start; p < &bss_end; p++)
		*p = 0;
	m7_main();
}

static _Noreturn void fault(void)
{
	m7_print("m7: fault\n");
	for (;;)
		__asm__ volatile("wfi");
}

/* Stack, reset, NMI, and the four faults: nothing else is enabled. */
__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
	&stack_top, (const void *)reset, (const void *)fault, (const void *)fault,
	(const void *)fault, (const void *)fault, (const void *)fault,
};

void *memset(void *to, int value, size_t size)
{
	unsigned char *p = to;

	while (size-- != 0)
		*p++ = (unsigned char)value;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *p = to;
	const unsigned char *q = from;

	while (size-- != 0)
		*p++ = *q++;
	return to;
}
