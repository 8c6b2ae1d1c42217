/* SPDX-License-Identifier: Apache-2.0 */
/* HVC and SMC of a guest: the hot exit. Only x0..x18 and x30 of the frame are valid. */
#include <haven/budget_sched.h>
#include <haven/hal/vcpu.h>
#include <haven/hypercall.h>

#include "console.h"
#include "hv.h"
#include "partition.h"
#include "scmi.h"
#include "shared.h"
#include "trap.h"

/* A peer that is rung all the time loses one exit, some 300 instructions, each 20 us. */
#define BELLS_PER_SECOND 50000u

static bool entry_is_own(const struct hv_partition *p, hv_u64 entry)
{
	return (entry & 3) == 0 && hv_stage2_check_access(p->config->id, entry, 4) == HV_OK;
}

static void psci_locked(struct hv_vcpu *vcpu, const hv_u64 *x, struct hv_psci_result *result)
{
	struct hv_psci *psci = &vcpu->partition->psci;

	hv_psci_call(psci, vcpu->index, x, result);
	if ((result->action == HV_PSCI_CPU_ON || result->action == HV_PSCI_POWERDOWN) &&
	    !entry_is_own(vcpu->partition, result->entry))
		hv_psci_refuse_entry(psci, result);
}

static void call_psci(struct hv_vcpu *vcpu, hv_u64 *x)
{
	struct hv_partition *p = vcpu->partition;
	struct hv_psci_result result;

	hv_lock(&p->lock);
	psci_locked(vcpu, x, &result);
	hv_unlock(&p->lock);
	x[0] = result.x0;
	switch (result.action) {
	case HV_PSCI_CPU_ON:
		hv_kick(&p->vcpu[result.target], HV_REQUEST_LOOK);
		break;
	case HV_PSCI_CPU_OFF:
		if (!hv_psci_alive(&p->psci))
			hv_partition_leave(HV_PARTITION_OFF, false);
		hv_vcpu_park();
	case HV_PSCI_STANDBY:
		hv_vcpu_standby(vcpu);
		break;
	case HV_PSCI_POWERDOWN:
		hv_vcpu_powerdown(vcpu, result.entry, result.context);
		break;
	case HV_PSCI_SYSTEM_OFF:
		hv_partition_leave(HV_PARTITION_OFF, false);
	case HV_PSCI_SYSTEM_RESET:
		hv_partition_leave(HV_PARTITION_STARTING, false);
	case HV_PSCI_DONE:
		break;
	}
}

static void call_console_write(struct hv_partition *p, hv_u64 *x)
{
	bool wake = false;

	hv_lock(&p->lock);
	hv_call_console_write(&p->tx, x, &wake);
	hv_unlock(&p->lock);
	if (wake)
		hv_console_post();
}

static void call_doorbell(struct hv_partition *p, hv_u64 *x)
{
	const hv_u64 interval = hv_hal_counter_frequency() / BELLS_PER_SECOND;
	bool ring;

	hv_lock(&p->lock);
	ring = hv_call_doorbell(p->config->doorbell_peers, x, &p->bell, hv_hal_counter(), interval);
	hv_unlock(&p->lock);
	if (ring)
		hv_kick(&hv_partitions[x[1] - 1].vcpu[0], HV_REQUEST_BELL);
}

static void call_info(const struct hv_vcpu *vcpu, hv_u64 *x)
{
	const struct hv_partition_config *config = vcpu->partition->config;

	x[1] = config->id;
	x[2] = vcpu->index | (hv_u64)config->vcpu_count << 16;
	x[3] = config->doorbell_peers;
}

/* A dedicated CPU has no budget to run out of: all of it is always left. */
static void call_budget(const struct hv_vcpu *vcpu, hv_u64 *x)
{
	x[1] = vcpu->partition->config->timing.budget.budget_ns;
	x[2] = x[1];
	x[3] = 0;
	if (vcpu->cpu->shared != NULL)
		hv_shared_budget(vcpu, &x[2], &x[3]);
}

static void call_yield(struct hv_vcpu *vcpu)
{
	if (vcpu->cpu->shared != NULL)
		hv_shared_wait(vcpu, HV_WAIT_REFILL);
}

static void audit_unknown(hv_u64 function)
{
	struct hv_exc_regs regs;

	hv_hal_exit_sample(&regs);
	hv_audit(HV_J_SMC, HV_JV_DENY, &regs, 0, function);
}

/* The rarer ones; kept apart, so that the others save no registers for them. */
__attribute__((noinline)) static
void call_other(struct hv_vcpu *vcpu, enum hv_call_kind kind, hv_u64 function, hv_u64 *x)
{
	switch (kind) {
	case HV_CALL_YIELD:
		call_yield(vcpu);
		break;
	case HV_CALL_FORWARD:
		hv_hal_smc_forward(x);
		break;
	case HV_CALL_BUDGET:
		call_budget(vcpu, x);
		break;
	case HV_CALL_PARTITION_INFO:
		call_info(vcpu, x);
		break;
	case HV_CALL_CONSOLE_WRITE:
		call_console_write(vcpu->partition, x);
		break;
	case HV_CALL_SCMI:
		if (!hv_scmi_ring(vcpu, x)) {
			x[0] = HV_CALL_NOT_SUPPORTED;
			audit_unknown(function);
		}
		break;
	default:
		audit_unknown(function);
		break;
	}
}

void hv_exit_call(struct hv_frame *frame, hv_u64 esr)
{
	struct hv_vcpu *vcpu = hv_vcpu_self();
	const struct hv_partition_config *config = vcpu->partition->config;
	hv_u64 *x = frame->x;
	const hv_u64 function = x[0];
	enum hv_call_kind kind;

	if (hv_call_advance(esr) != 0)
		hv_hal_exit_skip(hv_call_advance(esr));
	kind = hv_call_route(esr, x, config->smc_allowed, config->smc_allowed_count);
	if (kind == HV_CALL_PSCI)
		call_psci(vcpu, x);
	else if (kind == HV_CALL_DOORBELL)
		call_doorbell(vcpu->partition, x);
	else if (kind != HV_CALL_DONE)
		call_other(vcpu, kind, function, x);
}
