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

/* What the service CPU does for everybody. What a batch of SMMU events left behind is taken at the
 * pace of the console. That may have nothing left to say and stop its timer: whoever asks for
 * the next tick comes after it. */
static void serve(struct hv_cpu *cpu)
{
	hv_u64 since;

	hv_mcu_alarm(cpu);
	if (cpu->shared != NULL && cpu->alarm[HV_ALARM_CONSOLE] > hv_hal_counter())
		return;
	since = hv_own_work_begin(cpu);
	hv_console_tick();
	hv_dma_serve();
	hv_scmi_serve();
	hv_own_work_end(cpu, since);
}

void hv_alarm_fired(struct hv_cpu *cpu)
{
	if (cpu->shared != NULL)
		hv_shared_look(cpu);
	if (cpu->index == hv_config.service_cpu)
		serve(cpu);
}
