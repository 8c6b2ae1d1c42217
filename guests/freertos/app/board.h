/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BOARD_H
#define BOARD_H
/**
 * @file
 * The machine that the guest sees: QEMU virt, bare or as a Haven partition. Names that
 * start with FREERTOS_ or HAVEN_ come from the build.
 */
#define BOARD_DEVICE_BASE 0x08000000UL /* GIC and PL011s lie in these 32 MiB */
#define BOARD_DEVICE_SIZE 0x02000000UL
#define BOARD_GICD_BASE   0x08000000UL
#define BOARD_GICR_BASE   0x080a0000UL

#define BOARD_BOOT_STACK  8192 /* bytes per core; handlers run on it as well */
#endif
