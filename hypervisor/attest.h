/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ATTEST_H
#define HAVEN_ATTEST_H
/**
 * @file
 * Is the firmware of this machine what the configuration assumes? What it says of itself, and what
 * the bus says: each witness is read once and has to answer, or to abort.
 */
#include <haven/hal/firewall.h>

#include "hv.h"

/**
 * Attest, or stop the machine with one line that says what was assumed and what was found.
 *
 * A witness is visible for the one read alone, as a device: such a page is never fetched from,
 * never read ahead and never kept in a cache, so no abort comes from it that nobody asked for. It
 * is unmapped, and forgotten by the TLB, before the next one. The read itself is guarded.
 *
 * Who: the boot CPU, when its vectors and HCR_EL2 are set (an SError is taken to EL2 only with
 * HCR_EL2.AMO) and before any other CPU runs.
 *
 * @param fw  Filled in; what serves the core later.
 * Cost: at most four times wait_us, and the witnesses.
 */
void hv_attest_firmware(struct hv_hal_fw *fw, const struct hv_hal_fw_config *config, hv_u32 cpu);

#endif
