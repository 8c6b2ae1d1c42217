/* SPDX-License-Identifier: Apache-2.0 */
/* The console as a weapon: characters as fast as the UART takes them, then some more. */
#include "../sysreg.h"
#include "tests.h"

#define UART    UINT64_C(0x09000000)
#define UART_DR 0x00u

void test_flood(void)
{
	const u64 end = counter() + ticks_of_ms(arg("ms", 1500));
	u64 lines = 0, forced = 0;

	while (counter() < end) {
		print("flood %u 0123456789abcdef0123456789abcdef\n", lines++);
		/* Without looking at the flags: what does not fit may be lost, no more. */
		for (u32 i = 0; i < 64; i++)
			write32(UART + UART_DR, '.');
		forced += 64;
	}
	write32(UART + UART_DR, '\n');
	print("probe: flood: %u lines and %u characters by force\n", lines, forced);
	check("flooded", lines > 0);
}
