/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BOARD_H
#define BOARD_H
/**
 * @file
 * The machine that the guest sees, bare or as a Haven partition; by default QEMU virt. Names that
 * start with FREERTOS_ or HAVEN_ come from the build.
 */
#define BOARD_DEVICE_BASE FREERTOS_DEVICE_BASE /* GIC and PL011s lie in these bytes */
#define BOARD_DEVICE_SIZE FREERTOS_DEVICE_SIZE
#define BOARD_GICD_BASE   FREERTOS_GICD_BASE
#define BOARD_GICR_BASE   FREERTOS_GICR_BASE

#define BOARD_BOOT_STACK  8192 /* bytes per core; handlers run on it as well */
#endif
