/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORTSMP_H
#define PORTSMP_H
/**
 * @file
 * The part of portmacro.h that only the kernel's multi-core form uses.
 *
 * Core n is the PE with MPIDR_EL1.Aff0 = n and zero in the other affinity fields.
 * The lock macros swallow their arguments: V11.2 passes the core, V11.0 nothing.
 */

static inline BaseType_t xPortCore(void)
{
	uint64_t mpidr;

	__asm__ volatile("mrs %0, mpidr_el1" : "=r"(mpidr));
	return (BaseType_t)(mpidr & 0xff);
}

/** Set PSTATE.I; gives the state before, for vPortRestoreInterrupts(). */
static inline UBaseType_t uxPortMaskInterrupts(void)
{
	uint64_t daif;

	__asm__ volatile("mrs %0, daif\n\tmsr daifset, #2" : "=r"(daif) : : "memory");
	return (UBaseType_t)daif;
}

static inline void vPortRestoreInterrupts(UBaseType_t daif)
{
	__asm__ volatile("msr daif, %0" : : "r"(daif) : "memory");
}

/** Make @p core switch tasks, by an SGI. */
void vPortYieldCore(BaseType_t core);

/** Recursive locks between cores, taken with interrupts masked. */
enum port_lock_id { PORT_TASK_LOCK, PORT_ISR_LOCK, PORT_LOCKS };
void vPortLock(enum port_lock_id id);
void vPortUnlock(enum port_lock_id id);

extern UBaseType_t vTaskEnterCriticalFromISR(void);
extern void vTaskExitCriticalFromISR(UBaseType_t state);

#define portGET_CORE_ID()                  xPortCore()
#define portYIELD_CORE(core)               vPortYieldCore(core)
#define portSET_INTERRUPT_MASK()           uxPortMaskInterrupts()
#define portCLEAR_INTERRUPT_MASK(state)    vPortRestoreInterrupts(state)
#define portGET_TASK_LOCK(...)             vPortLock(PORT_TASK_LOCK)
#define portRELEASE_TASK_LOCK(...)         vPortUnlock(PORT_TASK_LOCK)
#define portGET_ISR_LOCK(...)              vPortLock(PORT_ISR_LOCK)
#define portRELEASE_ISR_LOCK(...)          vPortUnlock(PORT_ISR_LOCK)
#define portENTER_CRITICAL_FROM_ISR()      vTaskEnterCriticalFromISR()
#define portEXIT_CRITICAL_FROM_ISR(state)  vTaskExitCriticalFromISR(state)
#endif
