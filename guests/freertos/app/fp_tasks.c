/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two tasks of equal priority hold different values in every FP register while they
 * yield to each other and are interrupted by ticks and by more urgent tasks.
 */
#include "FreeRTOS.h"
#include "task.h"

#include "app.h"
#include "fp_check.h"
#include "port.h"
#include "sysreg.h"

#define HOLD_US   1500 /* longer than a tick, so each check sees at least one */
#define PAUSE_MS  8
#define FPCR_RMODE_SHIFT 22

struct fp_counts fp_counts[FP_TASKS];

static StaticTask_t objects[FP_TASKS];
static StackType_t stacks[FP_TASKS][configMINIMAL_STACK_SIZE];

/* Every byte differs between registers, tasks and rounds. */
static void fill(struct fp_pattern *pattern, uint64_t task, uint64_t round)
{
	uint64_t value = 0x9e3779b97f4a7c15UL * (2 * round + task + 1);

	for (unsigned int i = 0; i < 32; i++) {
		pattern->v[i][0] = value;
		pattern->v[i][1] = ~value;
		value = value * 6364136223846793005UL + 1442695040888963407UL;
	}
	pattern->fpcr = (1 + task) << FPCR_RMODE_SHIFT;
	pattern->fpsr = 1UL << task;
}

static long core(void)
{
#if FREERTOS_CORES > 1
	return portGET_CORE_ID();
#else
	return 0;
#endif
}

static void fp_task(void *argument)
{
	const uint64_t task = (uint64_t)argument;
	const uint64_t hold = sysreg_read(cntfrq_el0) * HOLD_US / 1000000;
	struct fp_counts *counts = &fp_counts[task];
	struct fp_pattern pattern;

	for (uint64_t round = 0;; round++) {
		counts->checks[core()]++;
		fill(&pattern, task, round);
		if (fp_check(&pattern, counter_read() + hold) != 0)
			counts->errors++;
		vTaskDelay(pdMS_TO_TICKS(PAUSE_MS));
	}
}

void fp_tasks_create(void)
{
	for (uint64_t task = 0; task < FP_TASKS; task++)
		xTaskCreateStatic(fp_task, "fp", configMINIMAL_STACK_SIZE, (void *)task,
				  PRIORITY_FP, stacks[task], &objects[task]);
}
