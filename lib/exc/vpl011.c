/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/vpl011.h>

#include "tx.h"

/* Register offsets */
#define DR     0x000u
#define FR     0x018u
#define ILPR   0x020u
#define IBRD   0x024u
#define FBRD   0x028u
#define LCR_H  0x02cu
#define CR     0x030u
#define IFLS   0x034u
#define IMSC   0x038u
#define RIS    0x03cu
#define MIS    0x040u
#define ICR    0x044u
#define DMACR  0x048u
#define ID     0xfe0u /* PeriphID0-3, PCellID0-3 */
#define WINDOW 0x1000u

#define FR_TXFE  HV_BIT(7)
#define FR_RXFF  HV_BIT(6)
#define FR_TXFF  HV_BIT(5)
#define FR_RXFE  HV_BIT(4)
#define FR_BUSY  HV_BIT(3)
#define FR_READY HV_BITS(2, 0) /* DCD, DSR, CTS */

#define LCR_H_FEN HV_BIT(4)
#define IFLS_RX   HV_BITS(5, 3)

#define INT_RT HV_BIT(6)
#define INT_TX HV_BIT(5)
#define INT_RX HV_BIT(4)

_Static_assert((FR_TXFE | FR_RXFE | FR_READY) == 0x97, "FR of an idle UART");
_Static_assert((INT_RT | INT_TX | INT_RX) == 0x70, "interrupt bits");

/* Values of tx_waiting */
enum { TX_FREE = 0, TX_WAITING = 1, TX_KICKED = 2 };

#define FIFO_DEPTH 32u /* r1p5 */
#define TX_HIGH    (HV_RING_SIZE - FIFO_DEPTH) /* above: a FIFO's worth does not fit */
#define TX_LOW     (HV_RING_SIZE / 4)          /* far enough below that a flood kicks rarely */
_Static_assert(TX_LOW < TX_HIGH, "hysteresis");

void hv_vpl011_init(struct hv_vpl011 *uart, struct hv_ring *tx, struct hv_ring *rx)
{
	uart->tx = tx;
	uart->rx = rx;
	uart->dropped = 0;
	hv_vpl011_reset(uart);
}

void hv_vpl011_reset(struct hv_vpl011 *uart)
{
	uart->ibrd = 0;
	uart->fbrd = 0;
	uart->lcr_h = 0;
	uart->cr = 0x300;
	uart->ifls = 0x12;
	uart->imsc = 0;
	uart->ilpr = 0;
	uart->dmacr = 0;
	uart->tx_ris = false;
	__atomic_store_n(&uart->tx_waiting, 0, __ATOMIC_RELAXED);
}

/*
 * Bring the transmit interrupt in line with the ring. @p wrote: the guest just did.
 *
 * The barrier pairs with the one in hv_vpl011_drained(): either the other side sees that
 * we wait, or we see here that it has drained already.
 */
static void settle_tx(struct hv_vpl011 *uart, bool wrote)
{
	hv_u32 used = hv_ring_used(uart->tx);
	hv_u32 waiting;

	if (used > TX_HIGH) {
		uart->tx_ris = false;
		__atomic_store_n(&uart->tx_waiting, TX_WAITING, __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		used = hv_ring_used(uart->tx);
	}
	waiting = __atomic_load_n(&uart->tx_waiting, __ATOMIC_RELAXED);
	if (waiting == TX_FREE ? wrote : (waiting == TX_KICKED || used <= TX_LOW)) {
		__atomic_store_n(&uart->tx_waiting, TX_FREE, __ATOMIC_RELAXED);
		uart->tx_ris = true;
	}
}

bool hv_vpl011_drained(struct hv_vpl011 *uart)
{
	hv_u32 expected = TX_WAITING;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return hv_ring_used(uart->tx) <= TX_LOW &&
	       /* bound: others' writes */
	       __atomic_compare_exchange_n(&uart->tx_waiting, &expected, TX_KICKED, false,
					   __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static hv_u32 rx_trigger(const struct hv_vpl011 *uart)
{
	static const hv_u8 level[8] = {4, 8, 16, 24, 28, 28, 28, 28};

	return (uart->lcr_h & LCR_H_FEN) != 0 ? level[HV_GET(IFLS_RX, uart->ifls)] : 1;
}

static hv_u64 raw_interrupts(const struct hv_vpl011 *uart)
{
	const hv_u32 waiting = hv_ring_used(uart->rx);
	hv_u64 ris = uart->tx_ris ? INT_TX : 0;

	if (waiting != 0)
		ris |= INT_RT;
	if (waiting >= rx_trigger(uart))
		ris |= INT_RX;
	return ris;
}

static bool line(const struct hv_vpl011 *uart)
{
	return (raw_interrupts(uart) & uart->imsc) != 0;
}

bool hv_vpl011_update(struct hv_vpl011 *uart)
{
	settle_tx(uart, false);
	return line(uart);
}

static hv_u64 flags(const struct hv_vpl011 *uart)
{
	const hv_u32 tx = hv_ring_used(uart->tx);
	const hv_u32 rx = hv_ring_used(uart->rx);
	hv_u64 fr = FR_READY;

	if (tx == 0)
		fr |= FR_TXFE;
	if (tx >= HV_RING_SIZE)
		fr |= FR_TXFF | FR_BUSY;
	if (rx == 0)
		fr |= FR_RXFE;
	if (rx >= HV_RING_SIZE)
		fr |= FR_RXFF;
	return fr;
}

static hv_u64 receive(struct hv_vpl011 *uart)
{
	hv_u8 byte = 0;

	return hv_ring_get(uart->rx, &byte) ? byte : 0;
}

static void transmit(struct hv_vpl011 *uart, hv_u8 byte, bool *wake)
{
	if (!tx_put(uart->tx, byte, wake))
		uart->dropped++;
	settle_tx(uart, true);
}

static hv_u64 read_register(struct hv_vpl011 *uart, hv_u32 offset)
{
	/* Part 0x011, designer 0x41 (Arm), revision 3 (r1p5); PrimeCell. */
	static const hv_u8 id[8] = {0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	if (offset >= ID)
		return id[(offset - ID) / 4];
	switch (offset) {
	case DR:
		return receive(uart);
	case FR:
		return flags(uart);
	case ILPR:
		return uart->ilpr;
	case IBRD:
		return uart->ibrd;
	case FBRD:
		return uart->fbrd;
	case LCR_H:
		return uart->lcr_h;
	case CR:
		return uart->cr;
	case IFLS:
		return uart->ifls;
	case IMSC:
		return uart->imsc;
	case RIS:
		return raw_interrupts(uart);
	case MIS:
		return raw_interrupts(uart) & uart->imsc;
	case DMACR:
		return uart->dmacr;
	default:
		return 0;
	}
}

static void write_register(struct hv_vpl011 *uart, hv_u32 offset, hv_u32 value, bool *wake)
{
	switch (offset) {
	case DR:
		transmit(uart, (hv_u8)value, wake);
		break;
	case ILPR:
		uart->ilpr = value & 0xff;
		break;
	case IBRD:
		uart->ibrd = value & 0xffff;
		break;
	case FBRD:
		uart->fbrd = value & 0x3f;
		break;
	case LCR_H:
		uart->lcr_h = value & 0xff;
		break;
	case CR:
		uart->cr = value & 0xff87;
		break;
	case IFLS:
		uart->ifls = value & 0x3f;
		break;
	case IMSC:
		uart->imsc = value & 0x7ff;
		break;
	case ICR:
		if ((value & INT_TX) != 0)
			uart->tx_ris = false;
		break;
	case DMACR:
		uart->dmacr = value & 7;
		break;
	default:
		break;
	}
}

enum hv_vpl011_verdict hv_vpl011_access(struct hv_vpl011 *uart, hv_u32 offset, hv_u32 size,
					bool write, hv_u64 *value, struct hv_vpl011_fx *fx)
{
	if (offset >= WINDOW || offset % 4 != 0 || (size != 1 && size != 2 && size != 4))
		return HV_VPL011_REFUSED;

	fx->wake = false;
	if (write) {
		write_register(uart, offset, (hv_u32)*value, &fx->wake);
	} else {
		/* What the service CPU did meanwhile shows without waiting for its kick. */
		settle_tx(uart, false);
		*value = read_register(uart, offset);
	}
	fx->level = line(uart);
	return HV_VPL011_DONE;
}
