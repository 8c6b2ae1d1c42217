/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_MEMORY_H
#define HAVEN_MEMORY_H
/**
 * @file
 * EL2's own memory map, and the window through which a partition is loaded.
 *
 * The map holds the image (W^X), one stack per CPU between guard pages, the
 * payloads (read-only), the journal and EL2's devices. Guest memory is not in
 * it: only while a partition is loaded are its pages visible, 256 KB at a time.
 */
#include <haven/config.h>

/**
 * Build the map and switch this CPU to it.
 * Who: boot CPU, once, with the MMU off. Halts with a message if it cannot.
 */
void hv_memory_init(const struct hv_config *config);

/** Stack of a CPU: its highest address. */
hv_u64 hv_stack_top(hv_u32 cpu);

/** Address just behind the image, where the payload table begins. */
const void *hv_image_tail(void);

/** Bytes that one window shows, from the start of a page on. */
#define HV_WINDOW_SIZE UINT64_C(0x40000)

/**
 * See [pa, pa + size) of guest memory on this CPU, and no byte beyond its pages.
 *
 * Who: the CPU that loads a partition, one window at a time; other CPUs never use its
 * addresses, so nothing is broadcast.
 *
 * @param size  1..hv_window_left(pa).
 * @return where @p pa is visible, until hv_window_close() with the same arguments.
 * Cost: one step for each page, 64 at most; closing two.
 */
void *hv_window_open(hv_u32 cpu, hv_u64 pa, hv_u64 size);
void hv_window_close(hv_u32 cpu, hv_u64 pa, hv_u64 size);
/**
 * See the page of one register, or of a byte of anything, as a device (never executed, never read
 * ahead) on this CPU until hv_window_close(). In place of a window of memory.
 *
 * @return where @p pa is visible.
 * Cost: constant.
 */
hv_u64 hv_window_open_device(hv_u32 cpu, hv_u64 pa);
/** Bytes from @p pa to the end of a window that is opened there. */
hv_u64 hv_window_left(hv_u64 pa);

#endif
