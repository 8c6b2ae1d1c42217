/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/guest_timer.h>

#include "alarm.h"
#include "gic.h"
#include "ppi.h"
#include "setup.h"
#include "shared.h"
#include "trace.h"

static void must(hv_status_t status)
{
	if (status != HV_OK)
		hv_panic("dispatcher: a call was refused");
}

/* ---- set-up ---- */

static void add(struct hv_cpu *cpu, struct hv_vcpu *vcpu)
{
	struct hv_shared *s = cpu->shared;

	vcpu->server = s->count;
	s->vcpu[s->count] = vcpu;
	s->count++;
}

void hv_shared_place(void)
{
	const hv_u32 mask = hv_setup_shared_cpus(&hv_config);
	hv_u32 cpus = 0, vcpus = 0;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		struct hv_partition *p = &hv_partitions[i];

		for (hv_u32 v = 0; v < p->config->vcpu_count; v++) { /* bound: HV_MAX_CPUS */
			struct hv_cpu *cpu = p->vcpu[v].cpu;

			if ((mask >> cpu->index & 1) == 0)
				continue;
			if (cpu->shared == NULL)
				cpu->shared = &hv_shared_cpus[cpus++];
			p->vcpu[v].context = &hv_shared_vcpus[vcpus++];
			add(cpu, &p->vcpu[v]);
		}
	}
}

static struct hv_server_config server_config(const struct hv_timing *timing)
{
	return (struct hv_server_config){
		.budget = timing->budget,
		.priority = timing->priority,
		.polling = timing->polling,
		.background = timing->background,
	};
}

void hv_shared_start(struct hv_cpu *cpu)
{
	struct hv_shared *s = cpu->shared;
	hv_u64 now;

	must(hv_clock_init(&s->clock, (hv_u32)hv_hal_counter_frequency()));
	now = hv_shared_now(cpu);
	for (hv_u32 i = 0; i < s->count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		const struct hv_server_config config =
			server_config(&s->vcpu[i]->partition->config->timing);

		must(hv_budget_server_init(&s->server[i], &config, now));
		s->told_ns[i] = 0;
	}
	must(hv_dispatch_init(&s->dispatch, s->server, s->count, now));
	hv_trace_start(cpu, now);
	cpu->vcpu = s->vcpu[0];
	s->armed_ns = HV_NEVER;
	s->look = true;
}

/* ---- what changes who runs ---- */

hv_u64 hv_shared_begin(const struct hv_cpu *cpu)
{
	const struct hv_shared *s = cpu->shared;

	if (s->irq_ns == 0)
		return hv_shared_now(cpu);
	return s->irq_ns > s->dispatch.accounted_ns ? s->irq_ns : s->dispatch.accounted_ns;
}

void hv_shared_wait(struct hv_vcpu *vcpu, enum hv_wait wait)
{
	vcpu->wait = wait;
	hv_shared_look(vcpu->cpu);
}

void hv_shared_powerdown(struct hv_vcpu *vcpu, hv_u64 entry, hv_u64 context)
{
	vcpu->powerdown = true;
	vcpu->entry = entry;
	vcpu->entry_context = context;
	hv_shared_wait(vcpu, HV_WAIT_INTERRUPT);
}

void hv_shared_parked(struct hv_vcpu *vcpu)
{
	vcpu->wait = HV_WAIT_NONE;
	vcpu->powerdown = false;
	vcpu->cpu->shared->irq_ns = 0;
	hv_shared_look(vcpu->cpu);
}

static void set_runnable(struct hv_vcpu *vcpu, bool runnable, hv_u64 now)
{
	struct hv_shared *s = vcpu->cpu->shared;

	must(hv_dispatch_set_runnable(&s->dispatch, vcpu->server, runnable, now));
	if (s->trace != NULL)
		hv_trace_runnable(s, vcpu->server);
	hv_shared_look(vcpu->cpu);
}

void hv_shared_block(struct hv_vcpu *vcpu)
{
	set_runnable(vcpu, false, hv_shared_begin(vcpu->cpu));
}

bool hv_shared_blocked(const struct hv_vcpu *vcpu)
{
	return !vcpu->cpu->shared->server[vcpu->server].runnable;
}

void hv_shared_wake(struct hv_vcpu *vcpu)
{
	if (hv_shared_blocked(vcpu))
		set_runnable(vcpu, true, hv_shared_begin(vcpu->cpu));
}

void hv_shared_charge(struct hv_cpu *cpu, const struct hv_vcpu *vcpu, hv_u64 since_ns)
{
	struct hv_shared *s = cpu->shared;
	const hv_u32 server = vcpu == NULL ? HV_DISPATCH_IDLE : vcpu->server;

	/* Whether any budget is left decides the next step. */
	(void)!hv_dispatch_charge(&s->dispatch, server, since_ns, hv_shared_now(cpu));
	if (s->trace != NULL)
		hv_trace_charge(s, server, since_ns);
	hv_shared_look(cpu);
}

struct hv_vcpu *hv_shared_find(const struct hv_cpu *cpu, hv_u32 partition_id)
{
	const struct hv_shared *s = cpu->shared;

	for (hv_u32 i = 0; i < s->count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		if (s->vcpu[i]->partition_id == partition_id)
			return s->vcpu[i];
	}
	return NULL;
}

/* A vCPU that does not run keeps its requests until its turn, so each kind interrupts once; and
 * it pays for that. */
static void kicked(struct hv_cpu *cpu, struct hv_vcpu *vcpu, hv_u32 requests)
{
	if (vcpu != cpu->vcpu && (requests & ~vcpu->heard) != 0) {
		vcpu->heard |= requests;
		hv_shared_charge(cpu, vcpu, hv_shared_begin(cpu));
	}
	hv_shared_wake(vcpu);
}

void hv_shared_kicked(struct hv_cpu *cpu)
{
	const struct hv_shared *s = cpu->shared;

	for (hv_u32 i = 0; i < s->count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		const hv_u32 requests = __atomic_load_n(&s->vcpu[i]->requests, __ATOMIC_RELAXED);

		if (requests != 0)
			kicked(cpu, s->vcpu[i], requests);
	}
}

/* ---- the decision ---- */

/* When a vCPU that waits, and whose registers are loaded, wakes by itself. */
static hv_u64 wake_of(const struct hv_shared *s, const struct hv_vcpu *vcpu, enum hv_wait wait)
{
	const hv_u64 refill = s->server[vcpu->server].next_refill_ns;
	const struct hv_board *board = hv_config.board;
	const hv_u32 ppis = hv_ppi_signalled(vcpu);
	struct hv_guest_timers timers;
	hv_u64 ticks, wake;

	hv_hal_vcpu_timers(&timers);
	ticks = hv_guest_timer_wake(&timers, (ppis >> board->virtual_timer_ppi & 1) != 0,
				    (ppis >> board->physical_timer_ppi & 1) != 0);
	wake = ticks == UINT64_MAX ? HV_NEVER : hv_clock_ns(&s->clock, ticks);
	return wait == HV_WAIT_REFILL && refill < wake ? refill : wake;
}

/* The vCPU that ran may have asked to wait. Whatever is pending for it by now ends that. */
static void begin_wait(struct hv_shared *s, struct hv_vcpu *vcpu, hv_u64 now)
{
	const enum hv_wait wait = vcpu->wait;

	vcpu->wait = HV_WAIT_NONE;
	if (wait == HV_WAIT_NONE)
		return;
	if (hv_gic_pending(vcpu, false)) {
		vcpu->powerdown = false;
		return;
	}
	set_runnable(vcpu, false, now);

	const hv_u64 wake = wake_of(s, vcpu, wait);

	must(hv_dispatch_set_wake(&s->dispatch, vcpu->server, wake));
	if (s->trace != NULL)
		hv_trace_wake(s, vcpu->server, wake);
}

/* One record for each overrun that is half as long again as the longest before. */
static void report_overrun(struct hv_shared *s, const struct hv_vcpu *vcpu)
{
	const struct hv_budget_stats *stats = &s->server[vcpu->server].stats;
	hv_u64 *told = &s->told_ns[vcpu->server];

	if (stats->overrun_max_ns <= *told + *told / 2)
		return;
	*told = stats->overrun_max_ns;
	hv_audit(HV_J_BUDGET, HV_JV_NONE, NULL, stats->overruns, stats->overrun_max_ns);
}

static hv_u64 alarm_of(const struct hv_shared *s, hv_u64 deadline_ns)
{
	return deadline_ns == HV_NEVER ? HV_ALARM_OFF : hv_clock_ticks(&s->clock, deadline_ns);
}

/* One that has fired and is still set fires again. */
static void set_alarm(struct hv_cpu *cpu)
{
	struct hv_shared *s = cpu->shared;

	if (s->armed_ns == s->alarm_ns)
		return;
	s->armed_ns = s->alarm_ns;
	hv_alarm_set(cpu, HV_ALARM_DISPATCH, alarm_of(s, s->alarm_ns));
}

void hv_shared_decide(struct hv_cpu *cpu)
{
	struct hv_shared *s = cpu->shared;
	const hv_u64 now = hv_shared_begin(cpu);
	struct hv_dispatch_decision decision;

	begin_wait(s, cpu->vcpu, now);
	must(hv_dispatch_step(&s->dispatch, now, &decision));
	if (s->trace != NULL)
		hv_trace_step(s, &decision);
	s->look = false;
	s->irq_ns = 0;
	report_overrun(s, cpu->vcpu);
	s->alarm_ns = decision.deadline_ns;
	s->next = decision.server == HV_DISPATCH_IDLE ? NULL : s->vcpu[decision.server];
	if (s->next == NULL || s->next == cpu->vcpu)
		set_alarm(cpu);
}

void hv_shared_switched(struct hv_cpu *cpu)
{
	struct hv_shared *s = cpu->shared;

	if (hv_dispatch_owes(&s->dispatch)) {
		const hv_u64 now = hv_shared_now(cpu);

		must(hv_dispatch_switched(&s->dispatch, now, &s->alarm_ns));
		if (s->trace != NULL)
			hv_trace_switched(s, now, s->alarm_ns);
	}
	set_alarm(cpu);
}

void hv_shared_budget(const struct hv_vcpu *vcpu, hv_u64 *left_ns, hv_u64 *overruns)
{
	struct hv_shared *s = vcpu->cpu->shared;
	const struct hv_budget_server *server = &s->server[vcpu->server];

	must(hv_dispatch_set_runnable(&s->dispatch, vcpu->server, true, hv_shared_now(vcpu->cpu)));
	if (s->trace != NULL)
		hv_trace_runnable(s, vcpu->server);
	*left_ns = server->remaining_ns;
	*overruns = server->stats.overruns;
}
