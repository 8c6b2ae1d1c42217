/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_H
#define APP_H
/**
 * @file
 * The demo's tasks and what they count.
 */
#include <stdbool.h>
#include <stdint.h>

/* Greater is more urgent; idle is 0. */
enum { PRIORITY_FP = 1, PRIORITY_PRODUCER, PRIORITY_CONSUMER, PRIORITY_HEARTBEAT, PRIORITY_STATS,
       PRIORITY_RESPONSE };

/** Counters; each has one writer, so plain volatile accesses do. */
struct queue_counts {
	volatile uint64_t sent, refused;      /**< By the producer. */
	volatile uint64_t received, misplaced; /**< By the consumer. */
};
extern struct queue_counts queue_counts;

struct fp_counts {
	volatile uint64_t checks[FREERTOS_CORES]; /**< By the core where a check began. */
	volatile uint64_t errors;
};
#define FP_TASKS 2
extern struct fp_counts fp_counts[FP_TASKS];

/** Of the task that runs each tick: from the tick's deadline to the end of its work. */
#define RESPONSE_BINS 256
#define RESPONSE_BIN_NS 4000 /**< The last bin is open. */
struct response_counts {
	volatile uint64_t jobs, worst_ns;
	volatile uint64_t late; /**< Not done by the next tick's deadline. */
	volatile uint64_t bins[RESPONSE_BINS];
};
extern struct response_counts response_counts;

void queue_tasks_create(void);
void fp_tasks_create(void);
void heartbeat_create(void);
void response_create(void);
void stats_create(void);

/** From a handler: print the statistics now, or the histogram of responses as well. */
void stats_request(bool with_histogram);

/** What this partition may use of the CPU, if it shares one. */
struct budget {
	uint64_t budget_ns, left_ns; /**< In each period; in this one. */
	uint64_t overruns;
};
/** @return false if there is no such budget: not under Haven, or the CPU is its own. */
bool budget_read(struct budget *budget);

/** PSCI, by HVC. */
void psci_system_off(void);
#endif
