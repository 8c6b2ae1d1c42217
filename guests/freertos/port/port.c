/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions that the kernel calls, and the C half of the exception handlers.
 */
#include <stdbool.h>

#include "FreeRTOS.h"
#include "task.h"

#include "port.h"
#include "sysreg.h"

#define SPSR_EL1T 0x4 /* EL1 on SP_EL0, nothing masked */

#if defined(configNUMBER_OF_CORES) && configNUMBER_OF_CORES > 1
#define CORES            configNUMBER_OF_CORES
#define THIS_CORE        portGET_CORE_ID()
#define CURRENT_TCB      pxCurrentTCBs[THIS_CORE]
#define SWITCH_CONTEXT() vTaskSwitchContext(THIS_CORE)
extern void *volatile pxCurrentTCBs[CORES];
#else
#define CORES            1
#define THIS_CORE        0
#define CURRENT_TCB      pxCurrentTCB
#define SWITCH_CONTEXT() vTaskSwitchContext()
extern void *volatile pxCurrentTCB;
#endif

static bool yield_due[CORES];
static volatile bool ending;
static uint64_t return_sp;

/* The first member of a task control block is the task's saved stack pointer. */
static struct port_frame *volatile *saved_frame(void)
{
	return (struct port_frame *volatile *)CURRENT_TCB;
}

static void task_returned(void)
{
	configASSERT(false && "a task function returned");
}

StackType_t *pxPortInitialiseStack(StackType_t *top, TaskFunction_t code, void *parameters)
{
	struct port_frame *frame = (struct port_frame *)(void *)top - 1;

	*frame = (struct port_frame){
		.x = { [0] = (uint64_t)parameters, [30] = (uint64_t)task_returned },
		.elr = (uint64_t)code,
		.spsr = SPSR_EL1T,
	};
	return (StackType_t *)(void *)frame;
}

static struct port_frame *switch_task(struct port_frame *frame)
{
	*saved_frame() = frame;
	SWITCH_CONTEXT();
	return *saved_frame();
}

static bool handle_tick(void)
{
	bool switch_due;

	port_tick_next();
#if CORES > 1
	const UBaseType_t state = taskENTER_CRITICAL_FROM_ISR();

	switch_due = xTaskIncrementTick() != pdFALSE;
	taskEXIT_CRITICAL_FROM_ISR(state);
#else
	switch_due = xTaskIncrementTick() != pdFALSE;
#endif
	return switch_due;
}

/* Core 0 has the tick and the way back to whoever started the scheduler. */
__attribute__((noreturn)) static void leave_scheduler(void)
{
#if CORES > 1
	if (THIS_CORE != 0)
		vApplicationStopCore();
#endif
	port_tick_stop();
	port_leave_scheduler(return_sp);
}

void port_leave_if_ending(void)
{
	if (ending)
		leave_scheduler();
}

static bool dispatch(uint32_t intid)
{
	if (intid == PORT_TICK_INTID)
		return handle_tick();
	if (intid == PORT_YIELD_SGI)
		return true;
	vApplicationInterrupt(intid);
	return false;
}

struct port_frame *port_irq(struct port_frame *frame)
{
	const uint32_t intid = gic_acknowledge();

	if (intid >= 1020)
		return frame;

	bool switch_due = dispatch(intid);

	gic_end(intid);
	port_leave_if_ending();
	switch_due |= yield_due[THIS_CORE];
	yield_due[THIS_CORE] = false;
	return switch_due ? switch_task(frame) : frame;
}

struct port_frame *port_svc(struct port_frame *frame)
{
	return switch_task(frame);
}

void vPortYieldFromISR(void)
{
	yield_due[THIS_CORE] = true;
}

static void prepare_core(void)
{
	sysreg_write(vbar_el1, (uint64_t)port_vectors);
	isb();
	gic_init_core();
}

BaseType_t xPortStartScheduler(void)
{
	ending = false;
	gic_init_distributor();
	prepare_core();
#if CORES > 1
	if (port_start_cores() != pdPASS)
		return pdFAIL;
	SWITCH_CONTEXT();
#endif
	port_tick_start();
	port_enter_scheduler(*saved_frame(), &return_sp);
	return pdFALSE;
}

/*
 * With several cores the caller must be in a critical section. It then holds both kernel
 * locks, so each other core is either outside the kernel, where the SGI reaches it, or
 * waits for a lock, where it looks at ending.
 */
void vPortEndScheduler(void)
{
	ending = true;
#if CORES > 1
	for (BaseType_t core = 0; core < CORES; core++) {
		if (core != THIS_CORE)
			gic_send_sgi(PORT_YIELD_SGI, core);
	}
#endif
	leave_scheduler();
}

#if CORES > 1
void vPortYieldCore(BaseType_t core)
{
	gic_send_sgi(PORT_YIELD_SGI, core);
}

void vPortCoreMain(void)
{
	prepare_core();
	SWITCH_CONTEXT();
	port_enter_scheduler(*saved_frame(), NULL);
}
#endif
