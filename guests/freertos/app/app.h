/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_H
#define APP_H
/**
 * @file
 * The demo's tasks and what they count.
 */
#include <stdint.h>

/* Greater is more urgent; idle is 0. */
enum { PRIORITY_FP = 1, PRIORITY_PRODUCER, PRIORITY_CONSUMER, PRIORITY_HEARTBEAT, PRIORITY_STATS };

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

void queue_tasks_create(void);
void fp_tasks_create(void);
void heartbeat_create(void);
void stats_create(void);

/** From a handler: print the statistics now. */
void stats_request(void);

/** PSCI, by HVC. */
void psci_system_off(void);
#endif
