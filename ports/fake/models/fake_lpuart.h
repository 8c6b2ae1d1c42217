/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_LPUART_H
#define HAVEN_FAKE_LPUART_H
/**
 * @file
 * NXP LPUART, the layout with VERID, as its console driver sees it.
 *
 * Strict: format, baud rate, FIFOs and watermarks changed while transmitter or receiver are on
 * fail the test, and so does a byte for a full FIFO, a read of an empty one, or an interrupt,
 * DMA request or line format that nobody asked for. An overrun stops the receiver until it is
 * cleared. The clock runs by polls: STAT shows room again after @c latency looks for each byte.
 */
#include <haven/types.h>

#define FAKE_LPUART_BYTES 0x1000u
#define FAKE_LPUART_TEXT  16384u

struct fake_lpuart {
	/* For the test to set, after fake_lpuart_init(). */
	hv_u32 latency;   /**< Looks at STAT until a byte is on the line; 0: at once. */
	bool stopped;     /**< The clock is off: nothing is ever sent. */
	/* For the test to look at. */
	char sent[FAKE_LPUART_TEXT]; /**< What was on the line, NUL-terminated. */
	hv_u32 sent_count;
	hv_u32 lost;      /**< Bytes flushed before they were sent. */
	/* The device's own. */
	hv_u32 baud, stat, ctrl, fifo, water;
	hv_u8 tx[16], rx[16];
	hv_u32 tx_count, rx_count, polls;
};

/** As firmware leaves it: 115200 8N1 from 24 MHz, FIFOs off, transmitter and receiver on. */
void fake_lpuart_init(struct fake_lpuart *uart, hv_u64 base);
/** A byte comes over the line. */
void fake_lpuart_receive(struct fake_lpuart *uart, hv_u8 byte);
/** The interrupt line. */
bool fake_lpuart_irq(const struct fake_lpuart *uart);

#endif
