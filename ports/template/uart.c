/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Console driver of the template: a UART with one data and one status register at
 * offsets 0 and 4. Replace it by your UART's registers, or name a driver of hal/arm64
 * in port.cmake and delete this file. <haven/hal/uart.h> says who calls what, and when.
 */
#include <haven/hal/uart.h>

#include <arm64/mmio.h>

#define DATA     0x0
#define STATUS   0x4
#define CONTROL  0x8
#define RX_READY 0x1u /* STATUS: a byte has come */
#define TX_FULL  0x2u /* STATUS: no room */
#define RX_IRQ   0x1u /* CONTROL: interrupt while RX_READY */

static hv_u64 uart;

/*
 * EL2, MMU off, boot CPU, before anything else: no message can come out earlier. Leave
 * clocks, pins and the baud rate as firmware set them: it talked before you.
 */
void hv_port_uart_init(hv_u64 base)
{
	uart = base;
	mmio_write32(uart + CONTROL, RX_IRQ);
}

/* Never waits: the caller retries. May be called by any CPU during a panic. */
bool hv_port_uart_put(hv_u8 byte)
{
	if ((mmio_read32(uart + STATUS) & TX_FULL) != 0)
		return false;
	mmio_write32(uart + DATA, byte);
	return true;
}

/* Never waits. Reading must also clear the receive interrupt's cause. */
bool hv_port_uart_get(hv_u8 *byte)
{
	if ((mmio_read32(uart + STATUS) & RX_READY) == 0)
		return false;
	*byte = (hv_u8)mmio_read32(uart + DATA);
	return true;
}
