/* SPDX-License-Identifier: Apache-2.0 */
/* End B of a mailbox: answers what the application cores ask. */
#include <haven/mailbox.h>

#include "board.h"
#include "m7.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
/* CMSDK UART: DATA, STATE (bit 0: full), CTRL (bit 0: transmitter), BAUDDIV. */
#define UART_DATA  REGISTER(UART + 0x00)
#define UART_STATE REGISTER(UART + 0x04)
#define UART_CTRL  REGISTER(UART + 0x08)
#define UART_BAUD  REGISTER(UART + 0x10)
/* Armv7-M ARM, B3.2.6: VECTKEY, SYSRESETREQ. */
#define AIRCR      REGISTER(0xe000ed0c)

static struct hv_mailbox box;
static struct {
	uint32_t requests, restarts, damaged;
} count;

void m7_print(const char *text)
{
	for (; *text != '\0'; text++) {
		while ((UART_STATE & 1) != 0)
			;
		UART_DATA = (uint32_t)*text;
	}
}

/* The peer empties its ring or goes away: either ends the wait. */
static void answer(const void *data, uint32_t length)
{
	while (hv_mailbox_send(&box, data, length) == HV_ENOSPC)
		;
}

static void serve(uint8_t *data, uint32_t length)
{
	uint8_t counts[13] = {'c'};

	count.requests++;
	switch (length == 0 ? 0 : data[0]) {
	case 'E':
		data[0] = 'e';
		for (uint32_t i = 1; i < length; i++)
			data[i] = (uint8_t)~data[i];
		answer(data, length);
		break;
	case 'C':
		memcpy(&counts[1], &count, sizeof(count));
		answer(counts, sizeof(counts));
		break;
	case 'R':
		m7_print("m7: reset on request\n");
		AIRCR = 0x05fa0004;
		for (;;)
			;
	default:
		m7_print("m7: unknown request\n");
		break;
	}
}

static void begin(void)
{
	if (hv_mailbox_open(&box, (void *)WINDOW, WINDOW_SIZE, HV_MAILBOX_B, 0) != HV_OK)
		m7_print("m7: no window\n");
}

static void look(void)
{
	switch (hv_mailbox_poll(&box)) {
	case HV_MAILBOX_RESTARTED:
		count.restarts++;
		m7_print("m7: peer restarted\n");
		break;
	case HV_MAILBOX_BROKEN: /* offer a new start */
		m7_print("m7: peer broke the rules\n");
		begin();
		break;
	default:
		break;
	}
}

_Noreturn void m7_main(void)
{
	static uint8_t data[HV_MAILBOX_PAYLOAD];
	uint32_t length;

	UART_BAUD = 16;
	UART_CTRL = 1;
	m7_print("m7: up\n");
	begin();
	for (;;) {
		look();
		switch (hv_mailbox_receive(&box, data, &length)) {
		case HV_OK:
			serve(data, length);
			break;
		case HV_ENOTSUP:
			count.damaged++;
			break;
		default:
			break;
		}
	}
}
