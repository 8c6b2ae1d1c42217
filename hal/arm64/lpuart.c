/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NXP LPUART with 32-bit registers, as in i.MX8 and i.MX9, as the hypervisor's console: the
 * layout whose first register is VERID. i.MX95 reference manual, "Low Power Universal
 * Asynchronous Receiver/Transmitter".
 */
#include <haven/bits.h>
#include <haven/hal/uart.h>

#include <arm64/mmio.h>

#define LPUART_BAUD  0x10
#define LPUART_STAT  0x14
#define LPUART_CTRL  0x18
#define LPUART_DATA  0x1c
#define LPUART_FIFO  0x28
#define LPUART_WATER 0x2c

#define BAUD_RATE   0x1f021fffu /* OSR, BOTHEDGE, SBR; without it: one stop bit, no DMA, no match */
#define STAT_TDRE   0x00800000u
#define STAT_TC     0x00400000u
#define STAT_RDRF   0x00200000u
#define STAT_OR     0x00080000u
#define STAT_EVENTS 0xc01fc000u /* what is cleared by a 1; without the rest: LSB first, not inverted */
#define CTRL_RUN    0x082c0000u /* ORIE, RIE, TE, RE; eight bits, no parity */
#define FIFO_RXFE   0x00000008u
#define FIFO_TXFE   0x00000080u
#define FIFO_FLUSH  0x0000c000u /* RXFLUSH, TXFLUSH */
#define FIFO_EVENTS 0x00030000u /* RXUF, TXOF: cleared by a 1 */
#define FIFO_TXSIZE HV_BITS(6, 4)

/* Longer than a full FIFO takes at 9600 baud, whatever a poll costs. */
#define DRAIN_POLLS 1000000

static hv_u64 uart;

/* What firmware said last is still under way. Without a clock this does not end by itself. */
static void drain(void)
{
	for (int i = 0; i < DRAIN_POLLS && (mmio_read32(uart + LPUART_STAT) & STAT_TC) == 0; i++)
		; /* bound: DRAIN_POLLS */
}

/* TXFIFOSIZE counts 1, 4, 8, 16 and so on. */
static hv_u32 transmit_depth(void)
{
	const hv_u32 code = (hv_u32)HV_GET(FIFO_TXSIZE, mmio_read32(uart + LPUART_FIFO));

	return code == 0 ? 1 : 2u << code;
}

/* Format, FIFOs and watermarks may change only while transmitter and receiver are off. */
void hv_port_uart_init(hv_u64 base)
{
	uart = base;
	drain();
	mmio_write32(uart + LPUART_CTRL, 0);
	mmio_write32(uart + LPUART_BAUD, mmio_read32(uart + LPUART_BAUD) & BAUD_RATE);
	mmio_write32(uart + LPUART_FIFO, FIFO_RXFE | FIFO_TXFE | FIFO_FLUSH | FIFO_EVENTS);
	/* TDRE as long as there is room, RDRF from the first byte on. */
	mmio_write32(uart + LPUART_WATER, transmit_depth() - 1);
	mmio_write32(uart + LPUART_STAT, STAT_EVENTS);
	mmio_write32(uart + LPUART_CTRL, CTRL_RUN);
}

bool hv_port_uart_put(hv_u8 byte)
{
	if ((mmio_read32(uart + LPUART_STAT) & STAT_TDRE) == 0)
		return false;
	mmio_write32(uart + LPUART_DATA, byte);
	return true;
}

/* An overrun stops the receiver, and its interrupt stays, until it is cleared. */
bool hv_port_uart_get(hv_u8 *byte)
{
	const hv_u32 stat = mmio_read32(uart + LPUART_STAT);

	if ((stat & STAT_OR) != 0)
		mmio_write32(uart + LPUART_STAT, STAT_OR);
	if ((stat & STAT_RDRF) == 0)
		return false;
	*byte = (hv_u8)mmio_read32(uart + LPUART_DATA);
	return true;
}
