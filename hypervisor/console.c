/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/console.h>
#include <haven/hal/gic.h>
#include <haven/hal/uart.h>

#include "alarm.h"
#include "console.h"
#include "gic.h"
#include "news.h"
#include "print.h"

/* A step sends at most this many bytes, and steps come this often: 64 KB/s in all. */
#define STEP_BYTES 64u
#define STEPS_PER_SECOND 1000u

#define PSCI_SYSTEM_OFF UINT64_C(0x84000008)

static struct hv_conmux mux;
static struct hv_ring own;

/* Bytes of our own text that found no room. */
static hv_u32 lost;

/* Counter value before which no step is made: what the reserve of a shared service CPU is for. */
static hv_u64 next_step;

/* 1: a step is due, by kick or timer. Set by any CPU, cleared by the service CPU. */
static hv_u32 armed = 1;

/* A quit by key shows what is waiting for this many steps; a flooding guest cannot delay it. */
#define QUIT_STEPS 200u

/* Steps left until the machine goes off; 0: nobody asked. Service CPU. */
static hv_u32 quit;

static void add_source(const char *name, struct hv_ring *tx, struct hv_ring *rx)
{
	if (hv_conmux_add(&mux, name, tx, rx) != HV_OK)
		hv_panic("console: too many sources");
}

void hv_console_launch(void)
{
	const struct hv_board *board = hv_config.board;

	hv_conmux_init(&mux, false);
	add_source("haven", &own, NULL);
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) /* bound: HV_MAX_PARTITIONS */
		add_source(hv_config.partitions[i].name, &hv_partitions[i].tx, &hv_partitions[i].rx);
	hv_print_use_ring();
	hv_hal_gic_route(board->uart_irq, hv_cpus[hv_config.service_cpu].mpidr);
	hv_hal_gic_enable(0, board->uart_irq / 32, 1u << (board->uart_irq % 32));
	hv_kick_cpu(hv_config.service_cpu, HV_REQUEST_CONSOLE);
}

void hv_console_post(void)
{
	if (__atomic_exchange_n(&armed, 1, __ATOMIC_ACQ_REL) == 0) /* bound: others' writes */
		hv_kick_cpu(hv_config.service_cpu, HV_REQUEST_CONSOLE);
}

void hv_console_put_own(hv_u8 byte)
{
	if (!hv_ring_put(&own, byte))
		lost++;
}

static void send_bytes(void)
{
	hv_u8 byte;

	for (hv_u32 i = 0; i < STEP_BYTES; i++) { /* bound: STEP_BYTES */
		if (!hv_conmux_peek(&mux, &byte) || !hv_port_uart_put(byte))
			return;
		hv_conmux_advance(&mux);
	}
}

/* Emulated UARTs that waited for room look again. Source 0 is the hypervisor. */
static void wake_writers(void)
{
	hv_u32 drained = hv_conmux_take_drained(&mux) >> 1;

	for (; drained != 0; drained &= drained - 1) { /* bound: HV_MAX_PARTITIONS */
		struct hv_partition *p = &hv_partitions[hv_ctz32(drained)];

		if (hv_vpl011_drained(&p->uart))
			hv_kick(&p->vcpu[0], HV_REQUEST_UART);
	}
}

static void tell_losses(void)
{
	const hv_u32 count = lost;

	if (count == 0 || hv_ring_used(&own) != 0)
		return;
	lost = 0;
	hv_print("%u bytes of these messages found no room\n", (hv_u64)count);
}

static bool step(void)
{
	bool news;

	next_step = hv_hal_counter() + hv_hal_counter_frequency() / STEPS_PER_SECOND;
	tell_losses();
	news = hv_news_step(HV_RING_SIZE - hv_ring_used(&own));
	send_bytes();
	wake_writers();
	return hv_conmux_tick(&mux) || news;
}

static bool quit_is_due(bool more)
{
	if (quit == 0)
		return false;
	quit--;
	return quit == 0 || !more;
}

/* The next step comes by timer even if nothing is left now: so a writer that posts byte by
 * byte sets no pace, one step in a step's time is all it gets. */
void hv_console_kicked(void)
{
	if (hv_hal_counter() >= next_step)
		(void)step();
	hv_alarm_set(hv_hal_cpu_self(), HV_ALARM_CONSOLE, next_step);
}

void hv_console_tick(void)
{
	bool more;

	/* Before the step: who posts from now on and is not seen by it kicks. */
	__atomic_exchange_n(&armed, 0, __ATOMIC_ACQ_REL); /* bound: others' writes */
	more = step();
	if (quit_is_due(more) || (!more && hv_news_all_off()))
		(void)hv_hal_smc(PSCI_SYSTEM_OFF, 0, 0, 0);
	if (more) {
		__atomic_store_n(&armed, 1, __ATOMIC_RELEASE);
		hv_alarm_set(hv_hal_cpu_self(), HV_ALARM_CONSOLE, next_step);
	} else {
		hv_alarm_set(hv_hal_cpu_self(), HV_ALARM_CONSOLE, HV_ALARM_OFF);
	}
}

void hv_console_input(void)
{
	hv_u32 source;
	hv_u8 key;

	for (hv_u32 i = 0; i < 32 && hv_port_uart_get(&key); i++) { /* bound: 32, the UART's FIFO */
		switch (hv_conmux_key(&mux, key, &source)) {
		case HV_KEY_DELIVERED:
			hv_kick(&hv_partitions[source - 1].vcpu[0], HV_REQUEST_UART);
			break;
		case HV_KEY_QUIT:
			quit = QUIT_STEPS;
			hv_print("quit by key\n");
			break;
		default:
			break;
		}
	}
	hv_console_post();
}

void hv_console_guest_update(struct hv_vcpu *vcpu)
{
	struct hv_partition *p = vcpu->partition;

	if (p->config->vuart_ipa == 0)
		return;
	hv_lock(&p->lock);
	hv_gic_set_level_locked(vcpu, p->config->vuart_irq, hv_vpl011_update(&p->uart));
	hv_unlock(&p->lock);
}
