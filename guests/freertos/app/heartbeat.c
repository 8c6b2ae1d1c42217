/* SPDX-License-Identifier: Apache-2.0 */
/* A 64-bit counter at the start of shared memory, one up each 10 ms, for others to watch. */
#include "FreeRTOS.h"
#include "task.h"

#include "app.h"

#ifdef HAVEN_SHARED_BASE
#define PERIOD_MS 10

static StaticTask_t object;
static StackType_t stack[configMINIMAL_STACK_SIZE];

static void heartbeat(void *unused)
{
	volatile uint64_t *const beat = (volatile uint64_t *)HAVEN_SHARED_BASE;
	TickType_t wake = xTaskGetTickCount();

	(void)unused;
	*beat = 0;
	for (;;) {
		vTaskDelayUntil(&wake, pdMS_TO_TICKS(PERIOD_MS));
		*beat = *beat + 1;
	}
}

void heartbeat_create(void)
{
	xTaskCreateStatic(heartbeat, "heartbeat", configMINIMAL_STACK_SIZE, NULL,
			  PRIORITY_HEARTBEAT, stack, &object);
}
#else
void heartbeat_create(void)
{
}
#endif
