/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MMU_H
#define MMU_H

/**
 * Build the identity stage-1 tables: code read-only and executable, data and shared
 * memory never executable, devices as Device-nGnRE.
 *
 * Called once by start.S with the MMU off. What start.S loads into MAIR, TCR and TTBR0
 * is then in mmu_registers.
 */
void mmu_build(void);
#endif
