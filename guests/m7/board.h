/* SPDX-License-Identifier: Apache-2.0 */
#ifndef M7_BOARD_H
#define M7_BOARD_H
/* QEMU's mps2-an500: Arm Application Note 500, memory map. */
#define WINDOW      0x60000000u
#define WINDOW_SIZE 0x10000u
#define UART        0x40004000u
#endif
