/* SPDX-License-Identifier: Apache-2.0 */
/* Arm PL011 as the hypervisor's console; ports that have one link this file. */
#include <haven/hal/uart.h>

#include <arm64/mmio.h>

#define UARTDR   0x00
#define UARTFR   0x18
#define UARTLCR_H 0x2c
#define UARTCR   0x30
#define UARTIFLS 0x34
#define UARTIMSC 0x38
#define UARTICR  0x44

#define FR_RXFE 0x10u
#define FR_TXFF 0x20u
#define LCR_H_8N1_FIFO 0x70u
#define CR_ON   0x301u /* UARTEN, TXE, RXE */
#define INT_RX  0x10u
#define INT_RT  0x40u

static hv_u64 uart;

void hv_port_uart_init(hv_u64 base)
{
	uart = base;
	mmio_write32(uart + UARTICR, 0x7ff);
	mmio_write32(uart + UARTIFLS, 0);
	mmio_write32(uart + UARTLCR_H, LCR_H_8N1_FIFO);
	mmio_write32(uart + UARTCR, CR_ON);
	mmio_write32(uart + UARTIMSC, INT_RX | INT_RT);
}

bool hv_port_uart_put(hv_u8 byte)
{
	if ((mmio_read32(uart + UARTFR) & FR_TXFF) != 0)
		return false;
	mmio_write32(uart + UARTDR, byte);
	return true;
}

bool hv_port_uart_get(hv_u8 *byte)
{
	if ((mmio_read32(uart + UARTFR) & FR_RXFE) != 0)
		return false;
	*byte = (hv_u8)mmio_read32(uart + UARTDR);
	return true;
}
