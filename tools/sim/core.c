/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/sched for tools/haven-sim: one dispatcher behind plain functions, and a ring that
 * records each call as the hypervisor would. Status codes are those of the library.
 */
#include <stdlib.h>
#include <string.h>

#include <haven/admission.h>
#include <haven/clock.h>
#include <haven/dispatch_record.h>

struct sim {
	struct hv_dispatch dispatch;
	struct hv_budget_server server[HV_MAX_CPU_SERVERS];
	struct hv_journal *ring; /* NULL: nothing is recorded */
	struct hv_clock clock;
	hv_u16 cpu;
};

enum {
	DECISION_SERVER, DECISION_BACKGROUND, DECISION_WOKEN, DECISION_DEADLINE, DECISION_REMAINING
};

struct sim *sim_open(void)
{
	return calloc(1, sizeof(struct sim));
}

void sim_close(struct sim *sim)
{
	free(sim->ring);
	free(sim);
}

hv_u64 sim_ns(hv_u32 hz, hv_u64 ticks)
{
	return hv_clock_ns(&(struct hv_clock){ hz }, ticks);
}

hv_u64 sim_ticks(hv_u32 hz, hv_u64 ns)
{
	return hv_clock_ticks(&(struct hv_clock){ hz }, ns);
}

/* ---- recording ---- */

int sim_record(struct sim *sim, hv_u32 slots, hv_u32 hz, hv_u32 cpu)
{
	bool survived;

	sim->ring = calloc(slots + 1, sizeof(struct hv_journal_record));
	sim->cpu = (hv_u16)cpu;
	if (sim->ring == NULL || hv_clock_init(&sim->clock, hz) != HV_OK)
		return HV_EINVAL;
	return hv_journal_open(sim->ring, slots, &survived);
}

const void *sim_ring(const struct sim *sim)
{
	return sim->ring;
}

/* @now_ns is what the caller read: an instant of the clock. */
static void append(struct sim *sim, struct hv_journal_record *record, hv_u64 now_ns)
{
	record->timestamp = hv_clock_ticks(&sim->clock, now_ns);
	record->cpu = sim->cpu;
	hv_journal_append(sim->ring, record);
}

/* ---- the dispatcher ---- */

int sim_server(struct sim *sim, hv_u32 index, hv_u32 partition, hv_u64 period, hv_u64 budget,
	       hv_u32 priority, hv_u32 polling, hv_u32 background, hv_u64 t0)
{
	const struct hv_server_config config = {
		.budget = { partition, period, budget }, .priority = priority,
		.polling = polling != 0, .background = background != 0,
	};
	struct hv_journal_record record;
	int status;

	if (index >= HV_MAX_CPU_SERVERS)
		return HV_EINVAL;
	status = hv_budget_server_init(&sim->server[index], &config, t0);
	if (status == HV_OK && sim->ring != NULL) {
		hv_record_server(&record, &config, index, t0);
		append(sim, &record, t0);
	}
	return status;
}

int sim_init(struct sim *sim, hv_u32 count, hv_u64 now)
{
	const int status = hv_dispatch_init(&sim->dispatch, sim->server, count, now);
	struct hv_journal_record record;

	if (status == HV_OK && sim->ring != NULL) {
		hv_record_init(&record, &sim->dispatch, sim->clock.hz);
		append(sim, &record, now);
	}
	return status;
}

int sim_runnable(struct sim *sim, hv_u32 index, hv_u32 runnable, hv_u64 now)
{
	const int status = hv_dispatch_set_runnable(&sim->dispatch, index, runnable != 0, now);
	struct hv_journal_record record;

	if (status == HV_OK && sim->ring != NULL) {
		hv_record_runnable(&record, &sim->dispatch, index);
		append(sim, &record, now);
	}
	return status;
}

int sim_wake(struct sim *sim, hv_u32 index, hv_u64 at)
{
	const int status = hv_dispatch_set_wake(&sim->dispatch, index, at);
	struct hv_journal_record record;

	if (status == HV_OK && sim->ring != NULL) {
		hv_record_wake(&record, &sim->dispatch, index, at);
		append(sim, &record, sim->dispatch.accounted_ns);
	}
	return status;
}

int sim_charge(struct sim *sim, hv_u32 index, hv_u64 since, hv_u64 now, hv_u64 *remaining)
{
	const int status = hv_dispatch_charge(&sim->dispatch, index, since, now);
	struct hv_journal_record record;

	if (status == HV_EINVAL)
		return status;
	*remaining = index == HV_DISPATCH_IDLE ? 0 : sim->server[index].remaining_ns;
	if (sim->ring != NULL) {
		hv_record_charge(&record, &sim->dispatch, index, since);
		append(sim, &record, now);
	}
	return status;
}

int sim_step(struct sim *sim, hv_u64 now, hv_u64 *out)
{
	struct hv_dispatch_decision decision;
	const int status = hv_dispatch_step(&sim->dispatch, now, &decision);
	struct hv_journal_record record;

	if (status != HV_OK)
		return status;
	out[DECISION_SERVER] = decision.server;
	out[DECISION_BACKGROUND] = decision.background;
	out[DECISION_WOKEN] = decision.woken;
	out[DECISION_DEADLINE] = decision.deadline_ns;
	out[DECISION_REMAINING] = decision.server == HV_DISPATCH_IDLE ?
		0 : sim->server[decision.server].remaining_ns;
	if (sim->ring != NULL) {
		hv_record_step(&record, &sim->dispatch, &decision);
		append(sim, &record, now);
	}
	return status;
}

int sim_switched(struct sim *sim, hv_u64 now, hv_u64 *deadline)
{
	const int status = hv_dispatch_switched(&sim->dispatch, now, deadline);
	struct hv_journal_record record;

	if (status == HV_OK && sim->ring != NULL) {
		hv_record_switched(&record, &sim->dispatch, now, *deadline);
		append(sim, &record, now);
	}
	return status;
}

/* ---- what to show ---- */

/* remaining, debt, next refill, overruns, longest, last, used, background */
void sim_state(const struct sim *sim, hv_u32 index, hv_u64 *out)
{
	const struct hv_budget_server *s = &sim->server[index];

	out[0] = s->remaining_ns;
	out[1] = s->debt_ns;
	out[2] = s->next_refill_ns;
	out[3] = s->stats.overruns;
	out[4] = s->stats.overrun_max_ns;
	out[5] = s->stats.overrun_last_ns;
	out[6] = s->stats.used_ns;
	out[7] = s->stats.background_ns;
}

hv_u64 sim_late_max(const struct sim *sim)
{
	return sim->dispatch.late_max_ns;
}

/* Worst time from a refill until server @index had its whole budget. */
int sim_response(const struct sim *sim, hv_u32 count, hv_u32 index, hv_u64 reserve_period,
		 hv_u64 reserve_budget, hv_u64 once, hv_u64 *response)
{
	const struct hv_reserve reserve = { reserve_period, reserve_budget, once };
	struct hv_server_config set[HV_MAX_CPU_SERVERS];

	for (hv_u32 i = 0; i < count && i < HV_MAX_CPU_SERVERS; i++)
		set[i] = sim->server[i].config;
	return hv_admission_response(set, count, &reserve, index, response);
}

int sim_admitted(const struct sim *sim, hv_u32 count, hv_u64 reserve_period,
		 hv_u64 reserve_budget, hv_u64 once)
{
	const struct hv_reserve reserve = { reserve_period, reserve_budget, once };
	struct hv_server_config set[HV_MAX_CPU_SERVERS];

	for (hv_u32 i = 0; i < count && i < HV_MAX_CPU_SERVERS; i++)
		set[i] = sim->server[i].config;
	return hv_admission_check(set, count, &reserve, NULL);
}
