/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several cores: the kernel's two locks, and starting the cores after core 0.
 */
#include "FreeRTOS.h"
#include "task.h"

#include "port.h"

#define NO_OWNER (-1L)

/* A ticket lock, so that no core is passed over while others take turns. */
struct port_lock {
	uint32_t next;
	uint32_t serving;
	BaseType_t owner;
	uint32_t depth;
};

static struct port_lock locks[PORT_LOCKS] = {
	[PORT_TASK_LOCK] = { .owner = NO_OWNER },
	[PORT_ISR_LOCK] = { .owner = NO_OWNER },
};

void vPortLock(enum port_lock_id id)
{
	struct port_lock *lock = &locks[id];
	const BaseType_t core = portGET_CORE_ID();

	/* Another core may change owner under this read, but never to or from this core. */
	if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == core) {
		lock->depth++;
		return;
	}

	const uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
		__asm__ volatile("yield");
	__atomic_store_n(&lock->owner, core, __ATOMIC_RELAXED);
	lock->depth = 1;
}

void vPortUnlock(enum port_lock_id id)
{
	struct port_lock *lock = &locks[id];

	configASSERT(__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == portGET_CORE_ID());
	lock->depth--;
	if (lock->depth != 0)
		return;
	__atomic_store_n(&lock->owner, NO_OWNER, __ATOMIC_RELAXED);
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

long port_start_cores(void)
{
	for (BaseType_t core = 1; core < configNUMBER_OF_CORES; core++) {
		if (xApplicationStartCore(core) != pdPASS)
			return pdFAIL;
	}
	return pdPASS;
}
