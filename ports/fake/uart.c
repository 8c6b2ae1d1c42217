/* SPDX-License-Identifier: Apache-2.0 */
/* <haven/hal/uart.h> and <haven/hal/timer.h>. */
#include <haven/hal/timer.h>
#include <haven/hal/uart.h>

#include "fake.h"

void hv_port_uart_init(hv_u64 base)
{
	(void)base;
}

bool hv_port_uart_put(hv_u8 byte)
{
	if (fake.uart_room == 0)
		return false;
	if (fake.uart_room != ~0u)
		fake.uart_room--;
	if (fake.out_len < FAKE_UART - 1)
		fake.out[fake.out_len++] = (char)byte;
	fake.out[fake.out_len] = '\0';
	return true;
}

bool hv_port_uart_get(hv_u8 *byte)
{
	if (*fake.in == '\0')
		return false;
	*byte = (hv_u8)*fake.in++;
	return true;
}

const char *fake_sent(void)
{
	fake.out_len = 0;
	return fake.out;
}

void hv_hal_timer_arm(hv_u64 deadline)
{
	fake_self()->timer_on = true;
	fake_self()->deadline = deadline;
	fake_log(FAKE_TIMER_ARM, deadline, 0);
}

bool fake_timer_due(void)
{
	return fake.timer_ppi != 0 && fake_self()->timer_on && fake_self()->deadline <= fake.counter;
}

void hv_hal_timer_off(void)
{
	fake_self()->timer_on = false;
	fake_log(FAKE_TIMER_OFF, 0, 0);
}
