/* SPDX-License-Identifier: Apache-2.0 */
#include "psci.h"
#include "sysreg.h"

#define WAIT_MS 2000

/* The other side starts with its caches off. */
void clean(const void *data, u64 size)
{
	for (u64 p = (u64)data & ~UINT64_C(15); p < (u64)data + size; p += 16)
		__asm__ volatile("dc civac, %0" : : "r"(p) : "memory");
	dsb();
}

bool vcpu_run(struct vcpu_start *start)
{
	const u64 end = counter() + ticks_of_ms(WAIT_MS);

	start->state = 0;
	clean(start, sizeof(*start));
	if (hvc(PSCI_CPU_ON, start->index, (u64)vcpu_entry, (u64)start) != PSCI_SUCCESS)
		return false;
	while (start->state == 0) {
		if (counter() > end)
			return false;
	}
	return true;
}

bool vcpu_wait_off(u32 index)
{
	const u64 end = counter() + ticks_of_ms(WAIT_MS);

	while (hvc(PSCI_AFFINITY_INFO, index, 0, 0) != AFFINITY_OFF) {
		if (counter() > end)
			return false;
	}
	return true;
}

_Noreturn void power_off(void)
{
	hvc(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

_Noreturn void restart(void)
{
	hvc(PSCI_SYSTEM_RESET, 0, 0, 0);
	for (;;)
		wfi();
}
