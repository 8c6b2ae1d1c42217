/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/console.h>
#include <haven/hal/gic.h>
#include <haven/hal/uart.h>
#include <haven/pace.h>

#include "alarm.h"
#include "console.h"
#include "gic.h"
#include "news.h"
#include "print.h"

/* In a round of a millisecond there are four steps that send: 64 KB/s in all. */
#define STEP_BYTES 16u
#define STEP_PIECES 3u
#define ROUNDS_PER_SECOND UINT64_C(1000)

/* Keys taken at a time; the UART keeps its interrupt while there are more. */
#define STEP_KEYS 8u

#define PSCI_SYSTEM_OFF UINT64_C(0x84000008)

static struct hv_conmux mux;
static struct hv_pace pace;

/* Lines of our own, complete or in the making. */
static struct hv_ring own;

/* 1: a step is due, by kick or timer. Set by any CPU, cleared by the service CPU. */
static hv_u32 armed = 1;

/* A quit by key shows what is waiting for this many rounds; a flooding guest cannot delay it. */
#define QUIT_ROUNDS 200u

/* Rounds left until the machine goes off; 0: nobody asked. Service CPU. */
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

/* @return false if the UART is full, or there is nothing to send */
static bool send_piece(hv_u32 *room)
{
	const hv_u8 *bytes;
	const hv_u32 count = hv_conmux_peek(&mux, &bytes);
	const hv_u8 *const end = bytes + (count < *room ? count : *room);
	const hv_u8 *at = bytes;
	hv_u32 sent;

	while (at != end && hv_port_uart_put(*at)) /* bound: STEP_BYTES */
		at++;
	sent = (hv_u32)(at - bytes);
	hv_conmux_advance(&mux, sent);
	*room -= sent;
	return sent == count && count != 0;
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

/* What is left of a piece, a prefix, and some of a line. */
static void send(void)
{
	hv_u32 room = STEP_BYTES;

	for (hv_u32 i = 0; i < STEP_PIECES && room != 0; i++) { /* bound: STEP_PIECES */
		if (!send_piece(&room))
			break;
	}
	wake_writers();
}

static void look(void)
{
	if (hv_news_writing())
		hv_news_write(&own);
	else
		hv_news_look();
}

static hv_u64 slot_ticks(void)
{
	return hv_hal_counter_frequency() / (ROUNDS_PER_SECOND * HV_PACE_SLOTS);
}

static void plan_next(void)
{
	const bool write = hv_news_writing() && hv_ring_used(&own) < HV_RING_SIZE;
	const bool waiting = hv_conmux_waiting(&mux);

	hv_alarm_set(hv_hal_cpu_self(), HV_ALARM_CONSOLE,
		     hv_pace_next(&pace, waiting, write, hv_hal_counter(), slot_ticks()));
}

static bool quit_is_due(bool more)
{
	if (quit == 0)
		return false;
	quit--;
	return quit == 0 || !more;
}

/* @return true if there is more to do: another round follows. */
static bool end_round(void)
{
	bool more;

	/* A post between a look and this store would be lost: so look behind it. */
	__atomic_exchange_n(&armed, 0, __ATOMIC_ACQ_REL); /* bound: others' writes */
	more = hv_conmux_tick(&mux) || hv_news_waiting();
	if (quit_is_due(more) || (!more && hv_news_all_off()))
		(void)hv_hal_smc(PSCI_SYSTEM_OFF, 0, 0, 0);
	if (more)
		__atomic_store_n(&armed, 1, __ATOMIC_RELEASE);
	else
		hv_alarm_set(hv_hal_cpu_self(), HV_ALARM_CONSOLE, HV_ALARM_OFF);
	return more;
}

/* The round goes to its end even if nothing is left now: so a writer that posts byte by byte
 * sets no pace, one kick and one round in a round's time is all it gets. */
void hv_console_kicked(void)
{
	struct hv_cpu *cpu = hv_hal_cpu_self();
	const hv_u64 now = hv_hal_counter();
	hv_u64 begin;

	if (cpu->alarm[HV_ALARM_CONSOLE] != HV_ALARM_OFF)
		return;
	begin = hv_pace_start(&pace, now, slot_ticks());
	if (begin > now) {
		hv_alarm_set(cpu, HV_ALARM_CONSOLE, begin);
		return;
	}
	if (hv_conmux_waiting(&mux))
		send();
	else
		look();
	plan_next();
}

bool hv_console_tick(void)
{
	const enum hv_pace_work work = hv_pace_work(&pace);
	bool more = true;

	if (work == HV_PACE_SEND)
		send();
	else if (work == HV_PACE_WRITE)
		hv_news_write(&own);
	else if (work == HV_PACE_LOOK)
		look();
	else
		more = end_round();
	if (more)
		plan_next();
	return work == HV_PACE_END;
}

void hv_console_input(void)
{
	hv_u32 source;
	hv_u8 key;

	for (hv_u32 i = 0; i < STEP_KEYS && hv_port_uart_get(&key); i++) { /* bound: STEP_KEYS */
		switch (hv_conmux_key(&mux, key, &source)) {
		case HV_KEY_DELIVERED:
			hv_kick(&hv_partitions[source - 1].vcpu[0], HV_REQUEST_UART);
			break;
		case HV_KEY_QUIT:
			if (quit == 0)
				hv_print("quit by key\n");
			quit = QUIT_ROUNDS;
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
