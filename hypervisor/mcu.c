/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event of the core is in hand at a time: it is judged, its reason asked for, the record
 * written, and what follows from it carried out. Until then the next one waits in the message
 * unit's buffer, and the firmware with it.
 */
#include <haven/hal/firewall.h>
#include <haven/hal/gic.h>

#include "alarm.h"
#include "attest.h"
#include "mcu.h"
#include "print.h"
#include "shared.h"

/* Events taken, at most: a core that boots and dies in a loop costs the service CPU no more. */
#define EVENTS_PER_SECOND 1000u

static struct hv_hal_fw fw;
static struct hv_mcu_action action; /* What the event in hand leads to. */
static enum hv_mcu_task wanted;     /* To be asked of the firmware, or under way. */
static bool begun;                  /* Under way. */
static bool unread;                 /* There may be an event that was not looked at. */
static bool doubt;                  /* After the last event the core's state is asked for. */
static hv_u64 due;                  /* Before this time no event is taken. */
static hv_u64 patience;             /* Until then the firmware may keep the buffer; 0: not asked. */
static bool listening;              /* The first step is done. */
static bool launched;               /* Atomic: it may be. */

static bool is_served(void)
{
	return hv_config.firewall != NULL && hv_config.firewall->mu != 0;
}

struct hv_hal_scmi *hv_mcu_channel(void)
{
	return is_served() ? &fw.scmi : NULL;
}

void hv_mcu_boot(const struct hv_cpu *self)
{
	if (hv_config.firewall != NULL)
		hv_attest_firmware(&fw, hv_config.firewall, self->index);
}

void hv_mcu_launch(void)
{
	hv_u32 irq;

	if (!is_served())
		return;
	irq = hv_config.firewall->mu_irq;
	hv_hal_gic_set_edge(irq, false);
	hv_hal_gic_route(irq, hv_cpus[hv_config.service_cpu].mpidr);
	hv_hal_gic_enable(0, irq / 32, 1u << (irq % 32));
	__atomic_store_n(&launched, true, __ATOMIC_RELEASE);
	hv_kick_cpu(hv_config.service_cpu, HV_REQUEST_MCU);
}

/* The first step: until then the unit does not interrupt. */
static void begin(void)
{
	const struct hv_mcu_config *mcu = fw.config->mcu;

	listening = true;
	if (mcu != NULL && mcu->mode == HV_MCU_MANAGE)
		wanted = HV_MCU_START;
	hv_hal_scmi_listen(&fw.scmi);
}

/* ---- what follows from an event ---- */

static void record(const struct hv_lmm_reset_reason *reason)
{
	struct hv_journal_record r;

	hv_mcu_record(fw.config->mcu, &action, reason, &r);
	hv_audit_mcu(&r);
	switch (action.verdict) {
	case HV_JV_RESTART:
		wanted = HV_MCU_START;
		break;
	case HV_JV_HALT:
		if (fw.mcu.state != (hv_u32)HV_LM_OFF)
			wanted = HV_MCU_STOP;
		break;
	default:
		break;
	}
}

static void tell_failure(enum hv_mcu_task task, int32_t status)
{
	const bool start = task == HV_MCU_START;
	const struct hv_mcu_action failed = {
		.verdict = HV_JV_DENY,
		.flags = (start ? HV_LMM_BOOT : HV_LMM_SHUTDOWN) | HV_J_MCU_FAILED,
	};
	struct hv_journal_record r;

	hv_mcu_record(fw.config->mcu, &failed, NULL, &r);
	r.far = (hv_u32)status;
	hv_audit_mcu(&r);
	doubt = true;
	hv_print("%s could not be %s: SCMI status -%u\n", hv_config.mcu_name,
		 start ? "started" : "ended", (hv_u64)-(int64_t)status);
}

static void judge(const struct hv_lmm_event *event, hv_u32 how)
{
	due = hv_hal_counter() + hv_hal_counter_frequency() / EVENTS_PER_SECOND;
	hv_mcu_event(&fw.mcu, fw.config->mcu, event, &action);
	if (action.verdict == HV_JV_IGNORE)
		return;
	doubt = true;
	action.flags |= how;
	if (action.ask_reason)
		wanted = HV_MCU_REASON;
	else
		record(NULL);
}

/* The firmware keeps few events and drops the rest; an event that has come meanwhile explains
 * its state better. */
static void compare_state(void)
{
	struct hv_lmm_event event;

	if (hv_hal_mcu_poll(&fw, &event))
		judge(&event, 0);
	else if (hv_mcu_missed(&fw.mcu, fw.config->mcu, fw.seen, &event))
		judge(&event, HV_J_MCU_LOST);
}

static void end_task(int32_t status)
{
	const enum hv_mcu_task task = wanted;
	const bool good = status == HV_SCMI_SUCCESS;

	wanted = HV_MCU_NOTHING;
	switch (task) {
	case HV_MCU_REASON:
		record(good ? &fw.reason : NULL);
		break;
	case HV_MCU_STATE:
		if (good)
			compare_state();
		break;
	default:
		if (!good && status != HV_SCMI_IN_USE)
			tell_failure(task, status);
		break;
	}
}

/* ---- steps ---- */

/* Somebody's request ends by itself. One that was given up may end later: a guest that asks for what
 * takes long does not keep the core down, or running. To know more is worth no wait. */
static bool may_wait(void)
{
	const hv_u64 now = hv_hal_counter(), frequency = hv_hal_counter_frequency();

	if (fw.scmi.channel.pending) {
		patience = 0;
		return true;
	}
	if (patience == 0)
		patience = now + frequency * fw.config->wait_us / 1000000 + 1;
	if ((wanted != HV_MCU_START && wanted != HV_MCU_STOP) || now >= patience)
		return false;
	due = now + frequency / EVENTS_PER_SECOND;
	return true;
}

static void follow_task(void)
{
	int32_t status;

	if (begun) {
		if (!hv_hal_mcu_step(&fw, &status))
			return;
		begun = false;
		end_task(status);
	}
	if (wanted == HV_MCU_NOTHING)
		return;
	status = hv_hal_mcu_begin(&fw, wanted);
	begun = status == HV_SCMI_SUCCESS;
	if (status == HV_SCMI_BUSY && may_wait())
		return;
	patience = 0;
	if (!begun)
		end_task(status);
}

static void take_event(void)
{
	struct hv_lmm_event event;

	if (hv_hal_counter() < due)
		return;
	unread = false;
	if (hv_hal_mcu_poll(&fw, &event)) {
		judge(&event, 0);
	} else if (doubt) {
		doubt = false;
		wanted = HV_MCU_STATE;
	}
	follow_task();
}

/* The end of the request that is under way, whosesoever; and when there is something to do. */
static void set_alarm(void)
{
	const bool pending = fw.scmi.channel.pending;
	const bool more = wanted == HV_MCU_NOTHING ? unread || doubt : !begun && !pending;
	hv_u64 next = pending ? fw.scmi.deadline : HV_ALARM_OFF;

	if (more && due < next)
		next = due;
	hv_alarm_set(hv_hal_cpu_self(), HV_ALARM_MCU, next);
}

void hv_mcu_serve(void)
{
	if (!is_served() || !__atomic_load_n(&launched, __ATOMIC_ACQUIRE))
		return;
	if (!listening)
		begin();
	hv_hal_scmi_hush(&fw.scmi);
	unread = true;
	follow_task();
	if (wanted == HV_MCU_NOTHING)
		take_event();
	set_alarm();
}

bool hv_mcu_irq(hv_u32 intid)
{
	if (!is_served() || intid != hv_config.firewall->mu_irq)
		return false;
	hv_mcu_serve();
	hv_hal_gic_deactivate(intid);
	return true;
}

void hv_mcu_alarm(struct hv_cpu *cpu)
{
	const hv_u64 alarm = cpu->alarm[HV_ALARM_MCU];
	hv_u64 since;

	if (alarm == HV_ALARM_OFF || alarm > hv_hal_counter())
		return;
	since = hv_own_work_begin(cpu);
	hv_mcu_serve();
	hv_own_work_end(cpu, since);
}
