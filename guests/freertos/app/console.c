/* SPDX-License-Identifier: Apache-2.0 */
/* PL011 (Arm DDI 0183). Baud rate and line format stay as firmware left them. */
#include <stdbool.h>

#include "FreeRTOS.h"
#include "task.h"

#include "console.h"
#include "port.h"

#define UARTDR     0x00
#define UARTFR     0x18
#define   FR_RXFE  0x10U
#define   FR_TXFF  0x20U
#define UARTLCR_H  0x2c
#define   LCR_8N1_FIFO 0x70U
#define UARTCR     0x30
#define   CR_ON    0x301U /* UARTEN, TXE, RXE */
#define UARTIMSC   0x38
#define   INT_RX   0x50U /* receive level and receive timeout */
#define UARTICR    0x44

#define NOW_POLLS  100000

static volatile uint32_t *reg(uintptr_t offset)
{
	return (volatile uint32_t *)(FREERTOS_UART_BASE + offset);
}

void console_init(void)
{
	*reg(UARTLCR_H) = LCR_8N1_FIFO;
	*reg(UARTCR) = CR_ON;
	*reg(UARTIMSC) = INT_RX;
}

static bool full(void)
{
	return (*reg(UARTFR) & FR_TXFF) != 0;
}

void console_write(const char *text)
{
	for (; *text != '\0'; text++) {
		while (full()) {
			if (xTaskGetSchedulerState() == taskSCHEDULER_RUNNING)
				vTaskDelay(1);
		}
		*reg(UARTDR) = (uint8_t)*text;
	}
}

void console_write_now(const char *text)
{
	unsigned int polls = 0;

	for (; *text != '\0'; text++) {
		while (full()) {
			if (++polls == NOW_POLLS)
				return;
		}
		*reg(UARTDR) = (uint8_t)*text;
	}
}

int console_receive(void)
{
	int last = -1;

	*reg(UARTICR) = INT_RX;
	while ((*reg(UARTFR) & FR_RXFE) == 0)
		last = (int)(*reg(UARTDR) & 0xff);
	return last;
}
