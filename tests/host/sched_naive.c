/* SPDX-License-Identifier: Apache-2.0 */
#include "sched_naive.h"

void naive_start(struct naive_cpu *cpu, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct naive_server *s = &cpu->server[i];

		s->remaining = s->budget;
		s->to_refill = s->period;
		s->debt = 0;
		s->wake = NAIVE_NEVER;
		s->runnable = true;
		s->overruns = s->overrun_max = s->overrun_last = s->used = s->free_time = 0;
		s->excess = 0;
	}
	cpu->count = count;
	cpu->running = NAIVE_IDLE;
	cpu->payer = NAIVE_IDLE;
	cpu->woken = cpu->noticed = 0;
	cpu->now = 0;
	cpu->free_run = false;
}

static void pay(struct naive_server *s)
{
	s->used++;
	if (s->remaining > 0) {
		s->remaining--;
		return;
	}
	s->debt++;
	if (s->excess++ == 0)
		s->overruns++;
	s->overrun_last = s->excess;
	if (s->excess > s->overrun_max)
		s->overrun_max = s->excess;
}

static void wake_if_due(struct naive_cpu *cpu, unsigned i)
{
	struct naive_server *s = &cpu->server[i];

	if (!s->runnable && s->wake <= cpu->now) {
		s->runnable = true;
		s->wake = NAIVE_NEVER;
		cpu->woken |= 1u << i;
	}
}

static void refill(struct naive_server *s)
{
	s->to_refill = s->period;
	s->excess = 0;
	s->remaining = s->budget;
	if (s->debt >= s->remaining) {
		s->debt -= s->remaining;
		s->remaining = 0;
	} else {
		s->remaining -= s->debt;
		s->debt = 0;
	}
	if (s->polling && !s->runnable)
		s->remaining = 0;
}

void naive_tick(struct naive_cpu *cpu, unsigned payer)
{
	if (payer < cpu->count)
		pay(&cpu->server[payer]);
	else if (payer == NAIVE_IDLE && cpu->running != NAIVE_IDLE && cpu->free_run)
		cpu->server[cpu->running].free_time++;
	else if (payer == NAIVE_IDLE && cpu->running != NAIVE_IDLE)
		pay(&cpu->server[cpu->running]);
	cpu->now++;
	for (unsigned i = 0; i < cpu->count; i++) {
		struct naive_server *s = &cpu->server[i];

		wake_if_due(cpu, i);
		if (--s->to_refill != 0)
			continue;
		refill(s);
		if (i == cpu->running)
			cpu->free_run = false;
	}
}

void naive_notice(struct naive_cpu *cpu, unsigned i)
{
	wake_if_due(cpu, i);
	cpu->noticed |= cpu->woken & 1u << i;
	cpu->woken &= ~(1u << i);
}

void naive_set_runnable(struct naive_cpu *cpu, unsigned i, bool runnable)
{
	struct naive_server *s = &cpu->server[i];

	naive_notice(cpu, i);
	s->runnable = runnable;
	if (runnable)
		s->wake = NAIVE_NEVER;
	else if (s->polling)
		s->remaining = 0;
}

void naive_set_wake(struct naive_cpu *cpu, unsigned i, uint64_t at)
{
	cpu->server[i].wake = at;
}

/* The most urgent of those that @want says may run. */
static unsigned most_urgent(const struct naive_cpu *cpu, const bool *want)
{
	unsigned best = NAIVE_IDLE;

	for (unsigned i = 0; i < cpu->count; i++) {
		if (want[i] && (best == NAIVE_IDLE ||
				cpu->server[i].priority < cpu->server[best].priority))
			best = i;
	}
	return best;
}

unsigned naive_choice(const struct naive_cpu *cpu, bool *free_run)
{
	bool paid[NAIVE_MAX], unpaid[NAIVE_MAX];

	for (unsigned i = 0; i < cpu->count; i++) {
		const struct naive_server *s = &cpu->server[i];

		paid[i] = s->runnable && s->remaining > 0;
		unpaid[i] = s->runnable && s->background;
	}

	const unsigned best = most_urgent(cpu, paid);

	*free_run = best == NAIVE_IDLE && most_urgent(cpu, unpaid) != NAIVE_IDLE;
	return best != NAIVE_IDLE ? best : most_urgent(cpu, unpaid);
}

/* From @old, which had a claim to the CPU (a budget, used up or not) or had none. */
static unsigned payer(const struct naive_cpu *cpu, unsigned old, bool old_claim)
{
	const bool new_claim = cpu->running != NAIVE_IDLE && !cpu->free_run;

	if (old == cpu->running)
		return new_claim ? old : NAIVE_IDLE;
	if (old_claim && new_claim) {
		const struct naive_server *a = &cpu->server[old], *b = &cpu->server[cpu->running];

		if (a->priority == b->priority)
			return old < cpu->running ? old : cpu->running;
		return a->priority < b->priority ? old : cpu->running;
	}
	if (new_claim)
		return cpu->running;
	return old_claim ? old : NAIVE_IDLE;
}

void naive_step(struct naive_cpu *cpu)
{
	const unsigned old = cpu->running;
	const bool old_claim = old != NAIVE_IDLE && !cpu->free_run;

	for (unsigned i = 0; i < cpu->count; i++)
		wake_if_due(cpu, i);
	cpu->running = naive_choice(cpu, &cpu->free_run);
	cpu->payer = payer(cpu, old, old_claim);
}
