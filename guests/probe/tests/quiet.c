/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Computes on its own CPU with nothing to wait for, so that EL2 has no reason to run there.
 * Marks, which tools/lib/count_plugin.c sees, tell from where to where; after the second
 * one comes a call, to show that the plugin counts.
 */
#include "../psci.h"
#include "../sysreg.h"
#include "tests.h"

#define MARK __asm__ volatile("hint #0x7f" : : : "memory")

void test_quiet(void)
{
	const u64 ms = arg("ms", 2000);

	delay_ms(arg("after", 500)); /* the neighbour is up by then */
	MARK;
	delay_ms(ms);
	MARK;
	hvc(PSCI_VERSION, 0, 0, 0);
	MARK;
	check("computed", true);
}
