/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/dispatch_record.h>

#include "setup.h"
#include "trace.h"

static void append(struct hv_shared *s, struct hv_journal_record *record, hv_u64 now_ns)
{
	record->timestamp = hv_clock_ticks(&s->clock, now_ns);
	record->cpu = (hv_u16)s->cpu_index;
	hv_journal_append(s->trace, record);
}

/* Its place among the shared CPUs. */
static hv_u32 rank_of(hv_u32 cpu)
{
	const hv_u32 shared = hv_setup_shared_cpus(&hv_config);
	hv_u32 rank = 0;

	for (hv_u32 i = 0; i < cpu; i++) /* bound: HV_MAX_CPUS */
		rank += shared >> i & 1;
	return rank;
}

static void open_ring(struct hv_cpu *cpu)
{
	const hv_u64 ring_bytes = sizeof(struct hv_journal) +
				  hv_config.trace_slots * sizeof(struct hv_journal_record);
	struct hv_journal *ring =
		(struct hv_journal *)(hv_config.trace_pa + rank_of(cpu->index) * ring_bytes);
	bool survived;

	ring->magic = 0; /* what a warm reset left is of another dispatcher */
	if (hv_journal_open(ring, hv_config.trace_slots, &survived) != HV_OK)
		hv_panic("trace: capacity of the configuration");
	cpu->shared->trace = ring;
	cpu->shared->cpu_index = cpu->index;
}

void hv_trace_start(struct hv_cpu *cpu, hv_u64 t0_ns)
{
	struct hv_shared *s = cpu->shared;
	struct hv_journal_record record;

	if (hv_config.trace_slots == 0)
		return;
	open_ring(cpu);
	for (hv_u32 i = 0; i < s->count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		hv_record_server(&record, &s->server[i].config, i, t0_ns);
		append(s, &record, t0_ns);
	}
	hv_record_init(&record, &s->dispatch, s->clock.hz);
	append(s, &record, t0_ns);
}

void hv_trace_runnable(struct hv_shared *s, hv_u32 server)
{
	struct hv_journal_record record;

	hv_record_runnable(&record, &s->dispatch, server);
	append(s, &record, record.far);
}

void hv_trace_wake(struct hv_shared *s, hv_u32 server, hv_u64 at_ns)
{
	struct hv_journal_record record;

	hv_record_wake(&record, &s->dispatch, server, at_ns);
	append(s, &record, s->dispatch.accounted_ns);
}

void hv_trace_charge(struct hv_shared *s, hv_u32 server, hv_u64 since_ns)
{
	struct hv_journal_record record;

	hv_record_charge(&record, &s->dispatch, server, since_ns);
	append(s, &record, record.far);
}

void hv_trace_step(struct hv_shared *s, const struct hv_dispatch_decision *decision)
{
	struct hv_journal_record record;

	hv_record_step(&record, &s->dispatch, decision);
	append(s, &record, record.far);
}

void hv_trace_switched(struct hv_shared *s, hv_u64 now_ns, hv_u64 deadline_ns)
{
	struct hv_journal_record record;

	hv_record_switched(&record, &s->dispatch, now_ns, deadline_ns);
	append(s, &record, now_ns);
}
