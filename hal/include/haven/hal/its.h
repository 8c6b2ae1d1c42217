/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_ITS_H
#define HAVEN_HAL_ITS_H
/**
 * @file
 * The GICv3 interrupt translation service and the LPIs of the redistributors. All of it
 * is set up at boot and never changes: which device may raise which LPI is fixed.
 *
 * Who: the boot CPU (ITS), each CPU for its own redistributor. Waits are bounded.
 */
#include <haven/its.h>

/** Memory of the ITS, all of EL2's, zeroed. */
struct hv_hal_its {
	hv_u64 base;           /**< GITS control frame; the translation frame is 64 KB further. */
	struct hv_its_cmd *cmdq; /**< HV_ITS_CMDQ_BYTES, 64 KB or 4 KB aligned. */
	void *device_table;    /**< HV_ITS_TABLE_BYTES, that aligned. */
	void *collection_table;
	hv_u64 write;          /**< Byte offset of the next command. */
};

/** Read GITS_TYPER. */
hv_u64 hv_hal_its_typer(hv_u64 base);

/**
 * Disable the ITS, give it its tables and command queue, enable it.
 *
 * @retval false  GITS_CTLR.Quiescent did not come, or a table type, size or attribute was
 *                not accepted by the hardware.
 */
HV_MUST_CHECK
bool hv_hal_its_enable(struct hv_hal_its *its, const struct hv_its_caps *caps);

/** Put commands (at most 64 a call) and wait until they are consumed. */
HV_MUST_CHECK
bool hv_hal_its_issue(struct hv_hal_its *its, const struct hv_its_cmd *commands, hv_u32 count);

/**
 * LPIs of the executing CPU's redistributor: GICR_PROPBASER, GICR_PENDBASER, EnableLPIs.
 * After hv_hal_gicr_init() on that CPU.
 *
 * @param config   One byte per LPI from 8192 up, shared by all CPUs.
 * @param pending  This CPU's, 64 KB aligned, zeroed.
 * @param id_bits  INTID bits, 14.
 *
 * @retval false  EnableLPIs reads 0 afterwards, or LPIs were enabled before with other tables.
 */
HV_MUST_CHECK
bool hv_hal_lpi_enable(const hv_u8 *config, void *pending, hv_u32 id_bits);

/** What MAPC and SYNC name the executing CPU's redistributor by: its address, or its number. */
hv_u64 hv_hal_lpi_target(bool physical_address);

#endif
