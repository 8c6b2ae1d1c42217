/* SPDX-License-Identifier: Apache-2.0 */
/* The LPUART model: i.MX95 reference manual, LPUART register descriptions. */
#include <string.h>

#include "fake_bus.h"
#include "fake_lpuart.h"

#define STAT_EVENTS 0xc01fc000u /* LBKDIF, RXEDGIF, IDLE, OR, NF, FE, PF, MA1F, MA2F: w1c */
#define STAT_CONFIG 0x3e000000u /* MSBF, RXINV, RWUID, BRK13, LBKDE */
#define OVERRUN     (1u << 19)
#define TE          (1u << 19)
#define RE          (1u << 18)
#define TXFE        (1u << 7)
#define RXFE        (1u << 3)
#define SIZES       0x33u       /* 16 deep each, read-only */
#define DEPTH       16u

static hv_u32 depth(const struct fake_lpuart *uart, hv_u32 enable)
{
	return (uart->fifo & enable) != 0 ? DEPTH : 1;
}

static bool running(const struct fake_lpuart *uart)
{
	return (uart->ctrl & (TE | RE)) != 0;
}

static void guard(const struct fake_lpuart *uart, const char *name)
{
	if (running(uart))
		fake_fail("LPUART: %s written while it is on", name);
}

static void send_one(struct fake_lpuart *uart)
{
	if (uart->tx_count == 0 || uart->stopped || (uart->ctrl & TE) == 0)
		return;
	if (uart->sent_count < FAKE_LPUART_TEXT - 1)
		uart->sent[uart->sent_count++] = (char)uart->tx[0];
	uart->tx_count--;
	memmove(uart->tx, uart->tx + 1, uart->tx_count);
}

static hv_u32 flags(const struct fake_lpuart *uart)
{
	const hv_u32 tx_mark = (uart->fifo & TXFE) != 0 ? uart->water & 0xf : 0;
	const hv_u32 rx_mark = (uart->fifo & RXFE) != 0 ? uart->water >> 16 & 0xf : 0;

	return uart->stat | (uart->tx_count <= tx_mark ? 1u << 23 : 0) |
	       (uart->tx_count == 0 ? 1u << 22 : 0) | (uart->rx_count > rx_mark ? 1u << 21 : 0);
}

static hv_u64 look(struct fake_lpuart *uart)
{
	if (uart->polls++ >= uart->latency) {
		send_one(uart);
		uart->polls = 0;
	}
	return flags(uart);
}

static hv_u64 take(struct fake_lpuart *uart)
{
	const hv_u8 byte = uart->rx[0];

	if (uart->rx_count == 0)
		fake_fail("LPUART: read of DATA with nothing received");
	uart->rx_count--;
	memmove(uart->rx, uart->rx + 1, uart->rx_count);
	return byte;
}

static void put(struct fake_lpuart *uart, hv_u64 value)
{
	if (value > 0xff)
		fake_fail("LPUART: DATA with more than a byte");
	if ((uart->ctrl & TE) == 0)
		fake_fail("LPUART: DATA written while the transmitter is off");
	if (uart->tx_count >= depth(uart, TXFE))
		fake_fail("LPUART: DATA written while the FIFO is full");
	uart->tx[uart->tx_count++] = (hv_u8)value;
	if (uart->latency == 0)
		send_one(uart);
}

static void write_fifo(struct fake_lpuart *uart, hv_u32 value)
{
	guard(uart, "FIFO");
	if ((value & (1u << 15)) != 0) {
		uart->lost += uart->tx_count;
		uart->tx_count = 0;
	}
	if ((value & (1u << 14)) != 0)
		uart->rx_count = 0;
	uart->fifo = value & (TXFE | RXFE);
}

static void write_water(struct fake_lpuart *uart, hv_u32 value)
{
	guard(uart, "WATER");
	if ((value & 0xffff) >= DEPTH || value >> 16 >= DEPTH)
		fake_fail("LPUART: watermark 0x%x is not below the FIFO's depth", value);
	uart->water = value;
}

/* Only what this driver may want: 8N1, receive and overrun interrupts. */
static void write_ctrl(struct fake_lpuart *uart, hv_u32 value)
{
	if ((value & ~0x082c0000u) != 0)
		fake_fail("LPUART: CTRL 0x%x has a format or an interrupt that nobody asked for", value);
	uart->ctrl = value;
}

static bool on_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	struct fake_lpuart *uart = device;

	if (bytes != 4)
		return false;
	switch (offset) {
	case 0x10:
		*value = uart->baud;
		return true;
	case 0x14:
		*value = look(uart);
		return true;
	case 0x18:
		*value = uart->ctrl;
		return true;
	case 0x1c:
		*value = take(uart);
		return true;
	case 0x28:
		*value = uart->fifo | SIZES;
		return true;
	case 0x2c:
		*value = uart->water | uart->tx_count << 8 | uart->rx_count << 24;
		return true;
	default:
		return false;
	}
}

static bool on_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	struct fake_lpuart *uart = device;

	if (bytes != 4)
		return false;
	switch (offset) {
	case 0x10:
		guard(uart, "BAUD");
		uart->baud = (hv_u32)value;
		return true;
	case 0x14:
		if ((value & STAT_CONFIG) != 0)
			fake_fail("LPUART: STAT changes the line format");
		uart->stat &= ~((hv_u32)value & STAT_EVENTS);
		return true;
	case 0x18:
		write_ctrl(uart, (hv_u32)value);
		return true;
	case 0x1c:
		put(uart, value);
		return true;
	case 0x28:
		write_fifo(uart, (hv_u32)value);
		return true;
	case 0x2c:
		write_water(uart, (hv_u32)value);
		return true;
	default:
		return false;
	}
}

void fake_lpuart_receive(struct fake_lpuart *uart, hv_u8 byte)
{
	if ((uart->ctrl & RE) == 0 || (uart->stat & OVERRUN) != 0)
		return;
	if (uart->rx_count == depth(uart, RXFE))
		uart->stat |= OVERRUN;
	else
		uart->rx[uart->rx_count++] = byte;
}

bool fake_lpuart_irq(const struct fake_lpuart *uart)
{
	const hv_u32 stat = flags(uart);

	return ((uart->ctrl & (1u << 21)) != 0 && (stat & (1u << 21)) != 0) ||
	       ((uart->ctrl & (1u << 27)) != 0 && (stat & OVERRUN) != 0);
}

void fake_lpuart_init(struct fake_lpuart *uart, hv_u64 base)
{
	static const struct fake_mmio_model model = {"LPUART", on_read, on_write};

	memset(uart, 0, sizeof(*uart));
	uart->baud = 0x0f00000d; /* OSR 15, SBR 13 */
	uart->ctrl = TE | RE;
	fake_mmio_attach(base, FAKE_LPUART_BYTES, &model, uart);
}
