/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PANIC_H
#define HAVEN_PANIC_H
/**
 * @file
 * Entries from assembly that end in a message and a stopped CPU.
 */
#include <haven/types.h>

/** First byte of the image (link script). */
extern const hv_u8 hv_image_start[];

/** EL2 took an exception itself (vectors.S). */
_Noreturn void hv_exit_own(hv_u64 esr, hv_u64 elr, hv_u64 far);
/** The boot loader left us at another exception level (start.S). */
_Noreturn void hv_wrong_el(hv_u64 el);

#endif
