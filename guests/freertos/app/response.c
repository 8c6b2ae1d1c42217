/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The most urgent task: works a little each tick and keeps how long after the tick's
 * deadline it was done, by the counter. What the tick itself was late is part of that.
 */
#include "FreeRTOS.h"
#include "task.h"

#include "app.h"
#include "port.h"
#include "sysreg.h"

#define TURNS 500
#define NS    1000000000UL

struct response_counts response_counts;

static StaticTask_t object;
static StackType_t stack[configMINIMAL_STACK_SIZE];

static void work(void)
{
	for (volatile unsigned int i = 0; i < TURNS; i++)
		;
}

static void note(uint64_t ticks)
{
	struct response_counts *counts = &response_counts;
	const uint64_t ns = ticks * NS / sysreg_read(cntfrq_el0);
	const uint64_t bin = ns / RESPONSE_BIN_NS;

	counts->jobs++;
	counts->late += ns > NS / configTICK_RATE_HZ ? 1 : 0;
	if (ns > counts->worst_ns)
		counts->worst_ns = ns;
	counts->bins[bin < RESPONSE_BINS ? bin : RESPONSE_BINS - 1]++;
}

static void response(void *unused)
{
	TickType_t wake = xTaskGetTickCount();
	uint64_t tick = wake;

	(void)unused;
	for (;;) {
		vTaskDelayUntil(&wake, 1);
		tick++;
		work();
		note(counter_read() - port_tick_deadline(tick));
	}
}

void response_create(void)
{
	xTaskCreateStatic(response, "response", configMINIMAL_STACK_SIZE, NULL, PRIORITY_RESPONSE,
			  stack, &object);
}
