/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a partition. Every stop goes one way: the state becomes STOPPING,
 * each vCPU leaves its guest for the cpu loop, and the CPU of vCPU 0, once none
 * is left inside, does what follows. A start is the same at boot and at restart.
 */
#include <haven/hal/gic.h>
#include <haven/hal/vcpu.h>

#include "console.h"
#include "dma.h"
#include "gic.h"
#include "loader.h"
#include "partition.h"
#include "scmi.h"
#include "shared.h"

static enum hv_partition_state state_of(const struct hv_partition *p)
{
	return __atomic_load_n(&p->state, __ATOMIC_ACQUIRE);
}

static void set_state(struct hv_partition *p, enum hv_partition_state state)
{
	__atomic_store_n(&p->state, (hv_u32)state, __ATOMIC_RELEASE);
	hv_console_post(); /* the service CPU tells the reader */
}

bool hv_partition_is_stopping(const struct hv_partition *p)
{
	return state_of(p) == HV_PARTITION_STOPPING;
}

void hv_partition_place(struct hv_partition *p, const struct hv_partition_config *config,
			struct hv_vcpu *vcpus)
{
	p->config = config;
	p->vcpu = vcpus;
	for (hv_u32 i = 0; i < config->vcpu_count; i++) { /* bound: HV_MAX_CPUS */
		struct hv_cpu *cpu = &hv_cpus[config->vcpu_cpu[i]];

		vcpus[i] = (struct hv_vcpu){
			.partition = p, .cpu = cpu, .partition_id = config->id, .index = i};
		cpu->vcpu = &vcpus[i];
	}
	if (hv_stage2_root(config->id, &p->vttbr) != HV_OK)
		hv_panic("a partition has no stage-2 root");
	hv_vpl011_init(&p->uart, &p->tx, &p->rx);
	hv_scmi_place(p);
}

void hv_partition_launch(struct hv_partition *p)
{
	__atomic_store_n(&p->state, HV_PARTITION_STARTING, __ATOMIC_RELEASE);
	hv_kick(&p->vcpu[0], HV_REQUEST_LOOK);
}

_Noreturn void hv_vcpu_park(void)
{
	struct hv_vcpu *vcpu = hv_vcpu_self();
	struct hv_partition *p = vcpu->partition;

	if (vcpu->cpu->shared != NULL)
		hv_shared_leaving();
	hv_hal_vcpu_quiesce();
	hv_gic_leave(vcpu);
	hv_lock(&p->lock);
	p->running &= ~(1u << vcpu->index);
	hv_unlock(&p->lock);
	if (hv_partition_is_stopping(p) && vcpu->index != 0)
		hv_kick(&p->vcpu[0], HV_REQUEST_LOOK);
	if (vcpu->cpu->shared != NULL)
		hv_shared_parked(vcpu);
	hv_hal_cpu_restart_loop(vcpu->cpu->stack_top);
}

/* How final a state is: of two vCPUs that stop their partition at once, the stricter wins. */
static hv_u32 rank(hv_u32 state)
{
	return state == HV_PARTITION_OFF ? 2 : state == HV_PARTITION_SUSPENDED;
}

static void begin_stop(const struct hv_vcpu *vcpu, enum hv_partition_state next, bool by_fault)
{
	struct hv_partition *p = vcpu->partition;

	p->next = next;
	p->restarts += by_fault && next == HV_PARTITION_STARTING;
	__atomic_store_n(&p->state, HV_PARTITION_STOPPING, __ATOMIC_RELEASE);
	for (hv_u32 i = 0; i < p->config->vcpu_count; i++) { /* bound: HV_MAX_CPUS */
		if (i != vcpu->index)
			hv_kick(&p->vcpu[i], HV_REQUEST_LOOK);
	}
}

static void stop(const struct hv_vcpu *vcpu, enum hv_partition_state next, bool by_fault)
{
	struct hv_partition *p = vcpu->partition;

	hv_lock(&p->lock);
	if (state_of(p) == HV_PARTITION_RUNNING)
		begin_stop(vcpu, next, by_fault);
	else if (hv_partition_is_stopping(p) && rank(next) > rank(p->next))
		p->next = next;
	hv_unlock(&p->lock);
}

_Noreturn void hv_partition_leave(enum hv_partition_state next, bool by_fault)
{
	stop(hv_vcpu_self(), next, by_fault);
	hv_vcpu_park();
}

void hv_partition_stop(const struct hv_vcpu *vcpu, enum hv_partition_state next)
{
	stop(vcpu, next, true);
	if (vcpu->in_guest)
		hv_vcpu_park();
}

/* No vCPU of the partition is in the guest, and only this CPU gets here. */
static void finish_stop(struct hv_partition *p)
{
	hv_gic_quiesce(p);
	hv_scmi_end(p);
	hv_audit(HV_J_STOP, HV_JV_NONE, NULL, 0, p->next);
	set_state(p, p->next);
}

static void reset_devices(struct hv_partition *p)
{
	const struct hv_partition_config *config = p->config;

	hv_lock(&p->lock);
	hv_gic_quiesce(p);
	hv_vgic_reset(&p->vgic);
	hv_vpl011_reset(&p->uart);
	if (hv_psci_init(&p->psci, config->vcpu_count, config->entry_ipa, config->dtb_ipa) != HV_OK)
		hv_panic("PSCI: number of vCPUs");
	hv_unlock(&p->lock);
}

/* Before the memory: nothing of an earlier life, and of no other partition. */
static void prepare(struct hv_partition *p)
{
	reset_devices(p);
	hv_hal_stage2_use(hv_vtcr.vtcr, p->vttbr);
	hv_hal_stage2_flush();
	p->prepared = true;
}

static void started(struct hv_partition *p, enum hv_partition_state state)
{
	p->prepared = false;
	p->loaded = false;
	p->load = (struct hv_load){0, 0, 0, 0};
	set_state(p, state);
}

/* Its devices may reach its memory once that is loaded; then its first instruction may run. */
static bool open_dma(struct hv_partition *p)
{
	if (!hv_dma_reach(p, true))
		return false;
	hv_audit(HV_J_START, HV_JV_NONE, NULL, p->config->entry_ipa, p->restarts);
	__atomic_store_n(&p->lives, p->lives + 1, __ATOMIC_RELEASE);
	started(p, HV_PARTITION_RUNNING);
	return true;
}

/* The next step. @return false if it waits for others, who kick. */
static bool start(const struct hv_vcpu *vcpu)
{
	struct hv_partition *p = vcpu->partition;
	const hv_u64 step = vcpu->cpu->shared != NULL ? HV_LOAD_SHARED : HV_LOAD_DEDICATED;

	if (!p->prepared) {
		prepare(p);
		return true;
	}
	if (p->loaded)
		return open_dma(p);
	switch (hv_load_step(&p->load, vcpu->cpu->index, p->config, step)) {
	case HV_LOAD_MORE:
		break;
	case HV_LOAD_DONE:
		p->loaded = true;
		break;
	case HV_LOAD_DAMAGED:
		hv_audit(HV_J_STOP, HV_JV_HALT, NULL, 0, HV_PARTITION_OFF);
		started(p, HV_PARTITION_OFF);
		break;
	}
	return true;
}

/* The lock makes entering and STOPPING exclude each other: nobody slips in late. */
static bool may_enter(const struct hv_vcpu *vcpu)
{
	struct hv_partition *p = vcpu->partition;
	bool enter;

	hv_lock(&p->lock);
	enter = state_of(p) == HV_PARTITION_RUNNING &&
		hv_psci_start(&p->psci, vcpu->index);
	if (enter)
		p->running |= 1u << vcpu->index;
	hv_unlock(&p->lock);
	return enter;
}

/*
 * Interrupts stay pending at EL2's masked PSTATE and end the wait; the exit that
 * follows the return brings them in. What already sits in a list register ends it too.
 */
void hv_vcpu_standby(struct hv_vcpu *vcpu)
{
	if (vcpu->cpu->shared != NULL) {
		hv_shared_wait(vcpu, HV_WAIT_INTERRUPT);
		return;
	}

	const hv_u32 used = hv_vgic_used(&vcpu->partition->vgic, vcpu->index);

	if (used == 0 || (~hv_hal_lr_empty() & used) == 0)
		hv_hal_wait();
}

void hv_vcpu_powerdown(struct hv_vcpu *vcpu, hv_u64 entry, hv_u64 context)
{
	if (vcpu->cpu->shared != NULL) {
		hv_shared_powerdown(vcpu, entry, context);
		return;
	}
	hv_vcpu_standby(vcpu);
	hv_hal_vcpu_power_up();
	hv_hal_vcpu_enter(entry, context, vcpu->cpu->stack_top);
}

static void enter_if_started(struct hv_vcpu *vcpu)
{
	const struct hv_partition *p = vcpu->partition;
	const struct hv_psci_vcpu *psci = &p->psci.vcpu[vcpu->index];

	if (!may_enter(vcpu))
		return;
	hv_hal_stage2_use(hv_vtcr.vtcr, p->vttbr);
	hv_hal_vcpu_reset(vcpu->index);
	hv_gic_enter(vcpu);
	hv_hal_vcpu_enter(psci->entry, psci->context, vcpu->cpu->stack_top);
}

bool hv_partition_step(struct hv_vcpu *vcpu)
{
	struct hv_partition *p = vcpu->partition;

	if (vcpu->index == 0 && state_of(p) == HV_PARTITION_STOPPING &&
	    __atomic_load_n(&p->running, __ATOMIC_ACQUIRE) == 0 && hv_dma_reach(p, false))
		finish_stop(p);
	if (vcpu->index == 0 && state_of(p) == HV_PARTITION_STARTING)
		return start(vcpu);
	enter_if_started(vcpu);
	return false;
}
