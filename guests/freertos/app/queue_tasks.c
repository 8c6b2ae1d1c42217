/* SPDX-License-Identifier: Apache-2.0 */
/* A producer sends a number each 2 ms, a consumer checks that none is missing or twice. */
#include "FreeRTOS.h"
#include "queue.h"
#include "task.h"

#include "app.h"

#define DEPTH     8
#define PERIOD_MS 2

struct queue_counts queue_counts;

static QueueHandle_t queue;
static StaticQueue_t queue_object;
static uint8_t queue_storage[DEPTH * sizeof(uint64_t)];
static StaticTask_t producer_object, consumer_object;
static StackType_t producer_stack[configMINIMAL_STACK_SIZE];
static StackType_t consumer_stack[configMINIMAL_STACK_SIZE];

static void producer(void *unused)
{
	TickType_t wake = xTaskGetTickCount();

	(void)unused;
	for (;;) {
		const uint64_t number = queue_counts.sent;

		vTaskDelayUntil(&wake, pdMS_TO_TICKS(PERIOD_MS));
		/* Counted first: the consumer may run before xQueueSend() returns. */
		queue_counts.sent = number + 1;
		if (xQueueSend(queue, &number, portMAX_DELAY) != pdPASS)
			queue_counts.refused++;
	}
}

static void consumer(void *unused)
{
	uint64_t number;

	(void)unused;
	for (;;) {
		if (xQueueReceive(queue, &number, portMAX_DELAY) != pdPASS)
			continue;
		if (number != queue_counts.received)
			queue_counts.misplaced++;
		queue_counts.received++;
	}
}

void queue_tasks_create(void)
{
	queue = xQueueCreateStatic(DEPTH, sizeof(uint64_t), queue_storage, &queue_object);
	xTaskCreateStatic(producer, "producer", configMINIMAL_STACK_SIZE, NULL, PRIORITY_PRODUCER,
			  producer_stack, &producer_object);
	xTaskCreateStatic(consumer, "consumer", configMINIMAL_STACK_SIZE, NULL, PRIORITY_CONSUMER,
			  consumer_stack, &consumer_object);
}
