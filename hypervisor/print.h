/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PRINT_H
#define HAVEN_PRINT_H
/**
 * @file
 * Text for the console. The boot CPU writes to the UART until the launch, then
 * the service CPU adds to the news that the console tells, whole lines and rarely: it takes some
 * 40 instructions a byte. No other CPU prints; a panic goes to the UART from wherever it happens.
 */
#include <haven/types.h>

/**
 * Print; %s string, %u decimal, %x hexadecimal with 0x. Integers are hv_u64:
 * smaller ones are widened by the caller's cast.
 */
void hv_print(const char *format, ...);

/** From now on what is printed is news. Boot CPU, at the launch. */
void hv_print_use_ring(void);
/** This CPU prints to the UART from now on, waiting for it; others go on as before. For panics. */
void hv_print_use_uart(void);

#endif
