/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_PROBE_H
#define HAVEN_HAL_PROBE_H
/**
 * @file
 * A guarded read: ask the bus whether this CPU may read an address, and live.
 *
 * Who: the boot CPU, once hv_hal_cpu_init() has set HCR_EL2.AMO (EL2 takes no SError before), and
 * before any guest runs: an abort overwrites ELR_EL2, SPSR_EL2, ESR_EL2 and FAR_EL2, which belong to
 * a guest's exit afterwards. The address must be mapped in EL2's map as device memory, and reading
 * it must have no effect on whoever answers.
 */
#include <haven/mcu.h>

/**
 * Read 32 bits at @p address. An SError that the read causes is taken inside of it: SErrors are
 * unmasked there alone. After one it reads a second time, and that decides: the first may have been
 * the end of somebody else's access.
 *
 * @return HV_PROBE_UNSURE if an SError was pending before: nothing was read.
 * Cost: two bus accesses.
 */
HV_MUST_CHECK
enum hv_probe hv_hal_probe(hv_u64 address);

#endif
