/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_BOOT_H
#define HAVEN_BOOT_H
/**
 * @file
 * Entries from start.S, and what both kinds of CPU do on the way up.
 */
#include "hv.h"

/** Boot CPU: EL2, MMU off, on the boot stack. */
_Noreturn void hv_main(void);
/** Other CPUs: EL2, MMU on, on their own stack, @p cpu bound. */
_Noreturn void hv_secondary_main(struct hv_cpu *cpu);
/** Control registers, redistributor and journal of the executing CPU. */
void hv_cpu_prepare(struct hv_cpu *cpu);

#endif
