/* SPDX-License-Identifier: Apache-2.0 */
#include "hv.h"

void hv_lock(struct hv_lock *lock)
{
	/* bound: others' writes */
	const hv_u16 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
		; /* bound: HV_MAX_CPUS - 1 critical sections of the same partition */
}

void hv_unlock(struct hv_lock *lock)
{
	__atomic_store_n(&lock->serving, (hv_u16)(lock->serving + 1), __ATOMIC_RELEASE);
}
