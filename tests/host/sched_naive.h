/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a shared CPU does, one nanosecond after the other, written from the rules alone:
 * no remainders, no next event, no catching up. It shares no code with lib/sched.
 */
#ifndef SCHED_NAIVE_H
#define SCHED_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

#define NAIVE_MAX   8u
#define NAIVE_IDLE  0xffffffffu
#define NAIVE_NOBODY 0xfffffffeu
#define NAIVE_NEVER UINT64_MAX

struct naive_server {
	/* set by the test */
	uint64_t period, budget;
	unsigned priority;
	bool polling, background;
	/* state */
	uint64_t remaining, debt, wake, to_refill;
	bool runnable;
	/* what happened */
	uint64_t overruns, overrun_max, overrun_last, used, free_time;
	uint64_t excess; /* in this period */
};

struct naive_cpu {
	struct naive_server server[NAIVE_MAX];
	unsigned count, running, payer;
	unsigned woken, noticed; /* bits: woke; and the dispatcher has seen it */
	uint64_t now;  /* ns since the first grid point */
	bool free_run; /* the running server is in background time */
};

/* All servers full and runnable, nobody running, at 0. */
void naive_start(struct naive_cpu *cpu, unsigned count);

/* One nanosecond passes, which @payer pays for (NAIVE_IDLE: the running server, if any;
 * NAIVE_NOBODY: nobody). */
void naive_tick(struct naive_cpu *cpu, unsigned payer);

/* A call was about this server: if it woke, that will be reported. */
void naive_notice(struct naive_cpu *cpu, unsigned i);

void naive_set_runnable(struct naive_cpu *cpu, unsigned i, bool runnable);
void naive_set_wake(struct naive_cpu *cpu, unsigned i, uint64_t at);

/* Who should run now, and whether for free. */
unsigned naive_choice(const struct naive_cpu *cpu, bool *free_run);

/*
 * Put the choice in force. The payer of the switch is whom it is for: the newcomer if it
 * preempts, the one that leaves if not.
 */
void naive_step(struct naive_cpu *cpu);

#endif
