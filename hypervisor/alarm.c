/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/timer.h>

#include "alarm.h"
#include "console.h"
#include "dma.h"
#include "mcu.h"
#include "scmi.h"
#include "shared.h"

void hv_alarm_set(struct hv_cpu *cpu, enum hv_alarm whose, hv_u64 deadline)
{
	hv_u64 next = deadline;

	cpu->alarm[whose] = deadline;
	for (hv_u32 i = 0; i < HV_ALARMS; i++) { /* bound: HV_ALARMS */
		if (cpu->alarm[i] < next)
			next = cpu->alarm[i];
	}
	if (next == HV_ALARM_OFF)
		hv_hal_timer_off();
	else
		hv_hal_timer_arm(next);
}

static bool is_due(const struct hv_cpu *cpu, enum hv_alarm whose)
{
	return cpu->alarm[whose] <= hv_hal_counter();
}

/* The firmware's request that has come to its end may be a guest's. */
static void serve_mcu(struct hv_cpu *cpu)
{
	hv_u64 since;

	hv_mcu_alarm(cpu);
	since = hv_own_work_begin(cpu);
	hv_scmi_serve();
	hv_own_work_end(cpu, since);
}

/* A step of the console. What a batch of SMMU events or a guest's message left behind is taken once
 * in a round. The console may have nothing left to say then and stop its timer: whoever asks for the
 * next round comes after it. */
static void serve_console(struct hv_cpu *cpu)
{
	const hv_u64 since = hv_own_work_begin(cpu);

	if (hv_console_tick()) {
		hv_dma_serve();
		hv_scmi_serve();
	}
	hv_own_work_end(cpu, since);
}

void hv_alarm_fired(struct hv_cpu *cpu)
{
	if (cpu->shared != NULL)
		hv_shared_look(cpu);
	if (cpu->index != hv_config.service_cpu)
		return;
	if (is_due(cpu, HV_ALARM_MCU))
		serve_mcu(cpu);
	if (is_due(cpu, HV_ALARM_CONSOLE))
		serve_console(cpu);
}
