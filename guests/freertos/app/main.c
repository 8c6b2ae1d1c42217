/* SPDX-License-Identifier: Apache-2.0 */
#include "FreeRTOS.h"
#include "task.h"

#include "app.h"
#include "console.h"
#include "port.h"

int main(void);

static void greet(void)
{
	struct line line = { .length = 0 };

	line_text(&line, "freertos: kernel " tskKERNEL_VERSION_NUMBER ", ");
	line_number(&line, FREERTOS_CORES);
	line_text(&line, FREERTOS_CORES == 1 ? " core, tick " : " cores, tick ");
	line_number(&line, configTICK_RATE_HZ);
	line_text(&line, " Hz\r\n");
	console_write(line.text);
}

/* Comes back from the scheduler when a task ends it, or when a core could not be started. */
int main(void)
{
	console_init();
	greet();
	queue_tasks_create();
	fp_tasks_create();
	heartbeat_create();
	response_create();
	stats_create();
	vTaskStartScheduler();
	console_write_now("freertos: scheduler ended\r\n");
	psci_system_off();
	return 0;
}

void vApplicationInterrupt(uint32_t intid)
{
	int key;

	if (intid != FREERTOS_UART_INTID)
		return;
	key = console_receive();
	if (key == 's' || key == 'h')
		stats_request(key == 'h');
}
