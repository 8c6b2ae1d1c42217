/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_MEMORY_H
#define HAVEN_MEMORY_H
/**
 * @file
 * EL2's own memory map, and the window through which a partition is loaded.
 *
 * The map holds the image (W^X), one stack per CPU between guard pages, the
 * payloads (read-only), the journal and EL2's devices. Guest memory is not in
 * it: only while a partition is loaded does its CPU see it, through a window.
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

/**
 * See the 1 GB of physical memory around @p pa, for this CPU's loading alone.
 * @return where @p pa is visible, until hv_window_close().
 */
void *hv_window_open(hv_u32 cpu, hv_u64 pa);
void hv_window_close(hv_u32 cpu);
/** Bytes from @p pa to the end of its window. */
hv_u64 hv_window_left(hv_u64 pa);

#endif
