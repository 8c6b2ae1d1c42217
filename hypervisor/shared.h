/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SHARED_H
#define HAVEN_SHARED_H
/**
 * @file
 * A CPU that several vCPUs share: who runs, until when, and at whose expense.
 *
 * Each vCPU has a budget server (<haven/dispatch.h>). Whatever may change who runs (an
 * interrupt for another one, the EL2 timer, a vCPU that waits) marks the CPU with
 * hv_shared_look(); the exit that is being handled, or the cpu loop, then decides anew.
 * Time at EL2 goes to the vCPU that runs, unless it is spent for another one (its
 * interrupts, its kicks: charged to that one) or by the hypervisor for itself (the
 * console: charged to nobody, the reserve of the admission test). A world switch goes to
 * the vCPU that caused it, from the interrupt that asked for it on.
 *
 * Who: the CPU itself, unless stated.
 */
#include <haven/clock.h>
#include <haven/dispatch.h>

#include "hv.h"

struct hv_shared {
	struct hv_dispatch dispatch;
	struct hv_budget_server server[HV_MAX_CPU_SERVERS];
	struct hv_vcpu *vcpu[HV_MAX_CPU_SERVERS]; /**< By server, in the order of partition ids. */
	hv_u64 told_ns[HV_MAX_CPU_SERVERS];       /**< Longest overrun in the journal. */
	struct hv_vcpu *next; /**< Whose turn it is; NULL: nobody's. */
	hv_u32 count;
	hv_u32 cpu_index;
	struct hv_clock clock;
	struct hv_journal *trace; /**< Calls of the dispatcher; NULL: not recorded. */
	hv_u64 irq_ns;   /**< Begin of the interrupt's exit under way, until the decision; or 0. */
	hv_u64 alarm_ns; /**< Deadline of the decision, programmed once its switch is done. */
	hv_u64 armed_ns; /**< Deadline that is. */
	bool look; /**< `next` is to be decided anew. */
};

/* state.c */
extern struct hv_shared *const hv_shared_cpus;   /**< HV_CONFIG_SHARED_CPUS of them. */
extern struct hv_context *const hv_shared_vcpus; /**< HV_CONFIG_SHARED_VCPUS of them. */

/** Boot CPU, all vCPUs placed: give shared CPUs and their vCPUs what they need. */
void hv_shared_place(void);
/** Budgets begin. Before the CPU's first look. */
void hv_shared_start(struct hv_cpu *cpu);

/** Something may have changed who runs. */
static inline void hv_shared_look(struct hv_cpu *cpu)
{
	cpu->shared->look = true;
}
/** The vCPU that runs waits from the end of this exit on, if nothing is pending for it. */
void hv_shared_wait(struct hv_vcpu *vcpu, enum hv_wait wait);
/** The same for CPU_SUSPEND with power-down: then it starts anew at @p entry. */
void hv_shared_powerdown(struct hv_vcpu *vcpu, hv_u64 entry, hv_u64 context);
/** The vCPU that runs leaves its guest for good: an SError that it caused has no consequence. */
void hv_shared_leaving(void);
/** It has left the guest. */
void hv_shared_parked(struct hv_vcpu *vcpu);
/** It has nothing to do until somebody kicks it. */
void hv_shared_block(struct hv_vcpu *vcpu);
/** It has something to do. */
void hv_shared_wake(struct hv_vcpu *vcpu);
bool hv_shared_blocked(const struct hv_vcpu *vcpu);

static inline hv_u64 hv_shared_now(const struct hv_cpu *cpu)
{
	return hv_clock_ns(&cpu->shared->clock, hv_hal_counter());
}
/** Since when the time of this CPU is nobody's yet: in an interrupt's exit, its begin or the last
 *  charge, since whoever was interrupted has nothing to do with it. Else now. */
hv_u64 hv_shared_begin(const struct hv_cpu *cpu);
/** What was done since @p since_ns was done for @p vcpu; NULL: for the hypervisor itself. */
void hv_shared_charge(struct hv_cpu *cpu, const struct hv_vcpu *vcpu, hv_u64 since_ns);
/** Begin and end of work of the hypervisor itself, on any CPU. */
static inline hv_u64 hv_own_work_begin(const struct hv_cpu *cpu)
{
	return cpu->shared != NULL ? hv_shared_begin(cpu) : 0;
}
static inline void hv_own_work_end(struct hv_cpu *cpu, hv_u64 since)
{
	if (cpu->shared != NULL)
		hv_shared_charge(cpu, NULL, since);
}

/** A vCPU of this CPU by its partition; NULL: that has none here. */
struct hv_vcpu *hv_shared_find(const struct hv_cpu *cpu, hv_u32 partition_id);
/** Wake every vCPU here that has been kicked. */
void hv_shared_kicked(struct hv_cpu *cpu);
/** Decide whose turn it is. */
void hv_shared_decide(struct hv_cpu *cpu);
/** Whose turn it is; decides anew if something changed. NULL: nobody's. */
static inline struct hv_vcpu *hv_shared_next(struct hv_cpu *cpu)
{
	if (cpu->shared->look)
		hv_shared_decide(cpu);
	return cpu->shared->next;
}

/** The registers of whose turn it is are loaded: whoever caused that pays. */
void hv_shared_switched(struct hv_cpu *cpu);

/** Own budget of a vCPU: what is left of it, and how often it ran over. */
void hv_shared_budget(const struct hv_vcpu *vcpu, hv_u64 *left_ns, hv_u64 *overruns);

/** World switch: one look of the cpu loop. @return false if there is nothing to do. */
bool hv_shared_step(struct hv_cpu *cpu);

/* Exits from vectors.S on a shared CPU. The whole frame is valid. */
void hv_shared_sync(struct hv_frame *frame);
void hv_shared_irq(struct hv_frame *frame);
void hv_shared_serror(struct hv_frame *frame);

#endif
