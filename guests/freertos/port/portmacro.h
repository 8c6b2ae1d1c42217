/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PORTMACRO_H
#define PORTMACRO_H
/**
 * @file
 * What the FreeRTOS kernel asks of a port, for AArch64 at EL1 with GICv3 and the
 * virtual timer. Serves kernel V9 and V11 on one core and V11 on several.
 *
 * Tasks run at EL1 on SP_EL0 and handlers on SP_EL1, so PSTATE.SP tells a task from
 * a handler and no handler ever uses a task's stack. Handlers do not nest: PSTATE.I
 * stays set in them, so the ...FROM_ISR masks keep the kernel's empty defaults.
 */
#include <stdint.h>

#define portCHAR       char
#define portFLOAT      float
#define portDOUBLE     double
#define portLONG       long
#define portSHORT      short
#define portSTACK_TYPE uint64_t
#define portBASE_TYPE  long

typedef uint64_t StackType_t;
typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;

#define portPOINTER_SIZE_TYPE  uint64_t
#define portMAX_DELAY          ((TickType_t)0xffffffffUL)
#define portTICK_PERIOD_MS     ((TickType_t)1000 / configTICK_RATE_HZ)
#define portTICK_TYPE_IS_ATOMIC 1
#define portSTACK_GROWTH       (-1)
#define portBYTE_ALIGNMENT     16
#define portNOP()              __asm__ volatile("nop")
#define portMEMORY_BARRIER()   __asm__ volatile("" ::: "memory")
#define portTASK_FUNCTION_PROTO(function, parameters) void function(void *parameters)
#define portTASK_FUNCTION(function, parameters)       void function(void *parameters)

/* Critical sections: the kernel counts nesting in each task's control block, so a
 * task that blocks inside one takes its count and its PSTATE.I along. */
#define portCRITICAL_NESTING_IN_TCB 1
extern void vTaskEnterCritical(void);
extern void vTaskExitCritical(void);
#define portENTER_CRITICAL()     vTaskEnterCritical()
#define portEXIT_CRITICAL()      vTaskExitCritical()
#define portDISABLE_INTERRUPTS() __asm__ volatile("msr daifset, #2" ::: "memory")
#define portENABLE_INTERRUPTS()  __asm__ volatile("msr daifclr, #2" ::: "memory")

static inline BaseType_t xPortInHandler(void)
{
	uint64_t spsel;

	__asm__ volatile("mrs %0, spsel" : "=r"(spsel));
	return (BaseType_t)spsel;
}

#define portCHECK_IF_IN_ISR() xPortInHandler()
#define portASSERT_IF_IN_ISR() configASSERT(xPortInHandler() == 0)

/* SVC takes effect at once even with PSTATE.I set, which the kernel counts on when it
 * yields inside a critical section. */
#define portYIELD() __asm__ volatile("svc #0" ::: "memory")

/** From a handler: switch tasks when the handler returns. */
void vPortYieldFromISR(void);
#define portYIELD_FROM_ISR(required) do { if (required) vPortYieldFromISR(); } while (0)
#define portEND_SWITCHING_ISR(required) portYIELD_FROM_ISR(required)

#if defined(configUSE_PORT_OPTIMISED_TASK_SELECTION) && configUSE_PORT_OPTIMISED_TASK_SELECTION
#define portRECORD_READY_PRIORITY(priority, ready) ((ready) |= 1UL << (priority))
#define portRESET_READY_PRIORITY(priority, ready)  ((ready) &= ~(1UL << (priority)))
#define portGET_HIGHEST_PRIORITY(top, ready) \
	((top) = 63UL - (UBaseType_t)__builtin_clzl(ready))
#endif

#if defined(configNUMBER_OF_CORES) && configNUMBER_OF_CORES > 1
#include "portsmp.h"
#endif
#endif
