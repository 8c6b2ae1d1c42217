/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_UART_H
#define HAVEN_HAL_UART_H
/**
 * @file
 * The hypervisor's console UART: a driver of hal/arm64 that the port names, or its own.
 * Boot CPU before the launch, then the service CPU alone. After a panic any
 * CPU may write.
 */
#include <haven/types.h>

/** Program 8N1 and receive interrupts; keeps the baud rate that firmware set. */
void hv_port_uart_init(hv_u64 base);
/** Put one byte. @return false if the transmit FIFO is full. */
bool hv_port_uart_put(hv_u8 byte);
/** Take one byte. @return false if none has come. */
bool hv_port_uart_get(hv_u8 *byte);

#endif
