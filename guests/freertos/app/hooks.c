/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel asks of an application: idle tasks, and the end of a broken one. */
#include "FreeRTOS.h"
#include "task.h"

#include "app.h"
#include "console.h"
#include "port.h"
#include "sysreg.h"

void vApplicationIdleHook(void);
void vApplicationPassiveIdleHook(void);
void vApplicationStackOverflowHook(TaskHandle_t task, char *name);
void vApplicationGetIdleTaskMemory(StaticTask_t **object, StackType_t **stack, uint32_t *depth);
void vApplicationGetPassiveIdleTaskMemory(StaticTask_t **object, StackType_t **stack,
					  uint32_t *depth, BaseType_t index);

static StaticTask_t idle_objects[FREERTOS_CORES];
static StackType_t idle_stacks[FREERTOS_CORES][configMINIMAL_STACK_SIZE];

void vApplicationIdleHook(void)
{
	__asm__ volatile("wfi" ::: "memory");
}

void vApplicationGetIdleTaskMemory(StaticTask_t **object, StackType_t **stack, uint32_t *depth)
{
	*object = &idle_objects[0];
	*stack = idle_stacks[0];
	*depth = configMINIMAL_STACK_SIZE;
}

#if FREERTOS_CORES > 1
void vApplicationPassiveIdleHook(void)
{
	__asm__ volatile("wfi" ::: "memory");
}

void vApplicationGetPassiveIdleTaskMemory(StaticTask_t **object, StackType_t **stack,
					  uint32_t *depth, BaseType_t index)
{
	*object = &idle_objects[1 + index];
	*stack = idle_stacks[1 + index];
	*depth = configMINIMAL_STACK_SIZE;
}
#endif

__attribute__((noreturn)) static void stop(const char *text)
{
	portDISABLE_INTERRUPTS();
	console_write_now(text);
	psci_system_off(); /* one core's failure must not leave the other running on */
	for (;;)
		__asm__ volatile("wfi");
}

void app_assert_failed(const char *what, const char *file, int line_number_in_file)
{
	struct line line = { .length = 0 };

	line_text(&line, "freertos: FAILED ");
	line_text(&line, file);
	line_text(&line, ":");
	line_number(&line, (uint64_t)line_number_in_file);
	line_text(&line, " ");
	line_text(&line, what);
	line_text(&line, "\r\n");
	stop(line.text);
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
	struct line line = { .length = 0 };

	(void)task;
	line_text(&line, "freertos: FAILED stack overflow in task ");
	line_text(&line, name);
	line_text(&line, "\r\n");
	stop(line.text);
}

void vApplicationFault(const struct port_frame *frame, uint64_t vector)
{
	struct line line = { .length = 0 };

	line_text(&line, "freertos: FAULT vector ");
	line_number(&line, vector);
	line_text(&line, " esr ");
	line_hex(&line, sysreg_read(esr_el1));
	line_text(&line, " far ");
	line_hex(&line, sysreg_read(far_el1));
	line_text(&line, " elr ");
	line_hex(&line, frame->elr);
	line_text(&line, "\r\n");
	stop(line.text);
}
