/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tick, from the EL1 virtual timer.
 *
 * The comparator is only ever given absolute values, each computed from the tick's
 * number. A late interrupt therefore delays a tick but loses none: the next deadline
 * is then already past, the timer's level stays up and the interrupt comes at once.
 */
#include "FreeRTOS.h"
#include "port.h"
#include "sysreg.h"

#define CNTV_CTL_ENABLE 1

static uint64_t origin;
static uint64_t frequency;
static volatile uint64_t upcoming;

uint64_t port_tick_deadline(uint64_t n)
{
	const uint64_t rate = configTICK_RATE_HZ;

	/* Whole seconds apart from the rest, so that no product outgrows 64 bits. */
	return origin + n / rate * frequency + n % rate * frequency / rate;
}

bool port_tick_due(void)
{
	return counter_read() >= port_tick_deadline(upcoming);
}

void port_tick_start(void)
{
	frequency = sysreg_read(cntfrq_el0);
	configASSERT(frequency >= configTICK_RATE_HZ);
	origin = counter_read();
	upcoming = 1;
	sysreg_write(cntv_cval_el0, port_tick_deadline(upcoming));
	sysreg_write(cntv_ctl_el0, CNTV_CTL_ENABLE);
	isb();
}

void port_tick_next(void)
{
	upcoming++;
	sysreg_write(cntv_cval_el0, port_tick_deadline(upcoming));
	isb();
}

void port_tick_stop(void)
{
	sysreg_write(cntv_ctl_el0, 0);
	isb();
}
