/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several cores: the kernel's two locks, and starting the cores after core 0.
 */
#include <stdbool.h>

#include "FreeRTOS.h"
#include "task.h"

#include "port.h"

#define NO_OWNER (-1L)

/*
 * First come, first served would be fairer, but on a host that runs these cores by turns
 * each hand-over would then cost a turn.
 */
struct port_lock {
	BaseType_t owner;
	uint32_t depth;
};

static struct port_lock locks[PORT_LOCKS] = {
	[PORT_TASK_LOCK] = { .owner = NO_OWNER },
	[PORT_ISR_LOCK] = { .owner = NO_OWNER },
};

static bool try_lock(struct port_lock *lock, BaseType_t core)
{
	BaseType_t owner = __atomic_load_n(&lock->owner, __ATOMIC_RELAXED);

	return owner == NO_OWNER &&
	       __atomic_compare_exchange_n(&lock->owner, &owner, core, true, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

void vPortLock(enum port_lock_id id)
{
	struct port_lock *lock = &locks[id];
	const BaseType_t core = portGET_CORE_ID();

	/* Another core may change owner under this read, but never to or from this core. */
	if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == core) {
		lock->depth++;
		return;
	}
	while (!try_lock(lock, core)) {
		port_leave_if_ending();
		__asm__ volatile("yield");
	}
	lock->depth = 1;
}

void vPortUnlock(enum port_lock_id id)
{
	struct port_lock *lock = &locks[id];

	configASSERT(__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == portGET_CORE_ID());
	lock->depth--;
	if (lock->depth == 0)
		__atomic_store_n(&lock->owner, NO_OWNER, __ATOMIC_RELEASE);
}

long port_start_cores(void)
{
	for (BaseType_t core = 1; core < configNUMBER_OF_CORES; core++) {
		if (xApplicationStartCore(core) != pdPASS)
			return pdFAIL;
	}
	return pdPASS;
}
