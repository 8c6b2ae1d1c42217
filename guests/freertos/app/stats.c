/* SPDX-License-Identifier: Apache-2.0 */
/* One line of statistics per period, and one whenever 's' is typed; 'h' for the histogram. */
#include <stdbool.h>

#include "FreeRTOS.h"
#include "task.h"

#include "app.h"
#include "console.h"
#include "port.h"
#include "sysreg.h"

#define QUEUE_DEPTH   8
#define CLOCK_TRIES   200
#define CLOCK_PATIENCE_MS 10000

static StaticTask_t object;
static StackType_t stack[2 * configMINIMAL_STACK_SIZE];
static TaskHandle_t handle;
static uint64_t clock_errors;
static volatile bool histogram_asked;
static uint64_t ticks_so_far;

/* The kernel's 32-bit count made one that never wraps, by being asked often enough. */
static uint64_t ticks_now(void)
{
	ticks_so_far += (TickType_t)(xTaskGetTickCount() - (TickType_t)ticks_so_far);
	return ticks_so_far;
}

static bool count_fits(void)
{
	const uint64_t before = counter_read();
	const uint64_t ticks = ticks_now();
	const uint64_t after = counter_read();

	return port_tick_deadline(ticks) <= before && after < port_tick_deadline(ticks + 1);
}

/*
 * The kernel's tick count is exact when the counter stands between the deadline of that
 * tick and the next one. While ticks are due and unserved, because this machine did not
 * run for a while, they are waited for. With none due a mismatch is looked at some times
 * more, as another core may hold ticks back; a lost or invented tick never goes away.
 */
static bool clock_exact(void)
{
	unsigned int tries = CLOCK_TRIES;

	for (unsigned int ms = 0; ms < CLOCK_PATIENCE_MS && tries > 0; ms++) {
		if (count_fits())
			return true;
		if (!port_tick_due())
			tries--;
		vTaskDelay(1);
	}
	return false;
}

static uint64_t fp_errors(void)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < FP_TASKS; i++)
		sum += fp_counts[i].errors;
	return sum;
}

static uint64_t fp_checks(unsigned int core)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < FP_TASKS; i++)
		sum += fp_counts[i].checks[core];
	return sum;
}

/* Received is read first: what is sent in between must not look lost. */
static uint64_t queue_errors(uint64_t received, uint64_t sent)
{
	const bool lost = sent < received || sent - received > QUEUE_DEPTH + 2;

	return queue_counts.refused + queue_counts.misplaced + (lost ? 1 : 0);
}

static void add_budget(struct line *line)
{
	struct budget budget;

	if (!budget_read(&budget))
		return;
	line_text(line, ", budget ");
	line_number(line, budget.budget_ns / 1000);
	line_text(line, " us, left ");
	line_number(line, budget.left_ns / 1000);
	line_text(line, " us, overruns ");
	line_number(line, budget.overruns);
}

static void print(uint64_t ticks)
{
	const uint64_t received = queue_counts.received;
	const uint64_t sent = queue_counts.sent;
	const bool exact = clock_exact();
	struct line line = { .length = 0 };

	clock_errors += exact ? 0 : 1;
	line_text(&line, "freertos: up ");
	line_number(&line, ticks / configTICK_RATE_HZ);
	line_text(&line, " s, ticks ");
	line_number(&line, ticks);
	line_text(&line, ", queue ");
	line_number(&line, sent);
	line_text(&line, " sent ");
	line_number(&line, received);
	line_text(&line, fp_errors() == 0 ? " received, fp ok, " : " received, fp BAD, ");
	line_number(&line, queue_errors(received, sent) + fp_errors() + clock_errors);
	line_text(&line, exact ? " errors, clock exact, fp checks " : " errors, clock OFF, fp checks ");
	for (unsigned int core = 0; core < FREERTOS_CORES; core++) {
		line_text(&line, core == 0 ? "" : "+");
		line_number(&line, fp_checks(core));
	}
	line_text(&line, ", response worst ");
	line_number(&line, response_counts.worst_ns);
	line_text(&line, " ns, late ");
	line_number(&line, response_counts.late);
	add_budget(&line);
	line_text(&line, "\r\n");
	console_write(line.text);
}

static void print_bin(uint64_t bin, uint64_t jobs)
{
	struct line line = { .length = 0 };

	line_text(&line, "freertos: response bin ");
	line_number(&line, bin);
	line_text(&line, " holds ");
	line_number(&line, jobs);
	line_text(&line, "\r\n");
	console_write(line.text);
}

static void print_histogram(void)
{
	struct line line = { .length = 0 };

	/* Writing takes long: the sum may be less than the jobs by then. */
	line_text(&line, "freertos: response bins of ");
	line_number(&line, RESPONSE_BIN_NS);
	line_text(&line, " ns\r\n");
	console_write(line.text);
	for (unsigned int i = 0; i < RESPONSE_BINS; i++) {
		const uint64_t jobs = response_counts.bins[i];

		if (jobs != 0)
			print_bin(i, jobs);
	}
	console_write("freertos: response bins end\r\n");
}

static void end_when_due(uint64_t ticks)
{
#if FREERTOS_RUN_SECONDS > 0
	if (ticks < 1UL * FREERTOS_RUN_SECONDS * configTICK_RATE_HZ)
		return;
	taskENTER_CRITICAL(); /* the port asks for it when there are several cores */
	vTaskEndScheduler();
#else
	(void)ticks;
#endif
}

static void stats(void *unused)
{
	const uint64_t period = pdMS_TO_TICKS(FREERTOS_STATS_PERIOD_MS);
	uint64_t due = period;

	(void)unused;
	console_write("freertos: scheduler started\r\n");
	gic_enable_spi(FREERTOS_UART_INTID);
	for (;;) {
		const uint64_t now = ticks_now();
		const TickType_t wait = now < due ? (TickType_t)(due - now) : 0;
		const bool asked = ulTaskNotifyTake(pdTRUE, wait) != 0;

		print(ticks_now());
		if (asked && histogram_asked) {
			histogram_asked = false;
			print_histogram();
		}
		if (asked)
			continue;
		end_when_due(due);
		due += period;
	}
}

void stats_create(void)
{
	handle = xTaskCreateStatic(stats, "stats", 2 * configMINIMAL_STACK_SIZE, NULL,
				   PRIORITY_STATS, stack, &object);
}

void stats_request(bool with_histogram)
{
	BaseType_t woken = pdFALSE;

	if (with_histogram)
		histogram_asked = true;
	vTaskNotifyGiveFromISR(handle, &woken);
	portYIELD_FROM_ISR(woken);
}
