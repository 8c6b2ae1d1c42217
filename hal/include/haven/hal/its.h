/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_ITS_H
#define HAVEN_HAL_ITS_H
/**
 * @file
 * The GICv3 interrupt translation service and the LPIs of the redistributors. All of it
 * is set up at boot and never changes: which device may raise which LPI is fixed.
 *
 * Who: the boot CPU (ITS), each CPU for its own redistributor. Waits are bounded by a
 * number of polls. Memory is EL2's own, mapped cacheable where VA = PA; what the GIC
 * reads of it is cleaned here, but for the interrupt translation tables, which the
 * caller zeroes and hands to hv_hal_cache_clean_invalidate() before MAPD.
 */
#include <haven/its.h>

/** The ITS, and its memory: all of it zeroed. */
struct hv_hal_its {
	hv_u64 base;             /**< GITS control frame; the translation frame is 64 KB further. */
	struct hv_its_cmd *cmdq; /**< HV_ITS_CMDQ_BYTES, 64 KB aligned: GITS_CBASER has no less. */
	void *device_table;      /**< HV_ITS_TABLE_BYTES, that aligned. */
	void *collection_table;  /**< The same. */
	bool coherent;           /**< What the board says; false if the hardware says otherwise. */
	hv_u64 write;            /**< Byte offset of the next command. */
	hv_u32 devices;          /**< Set by enable: DeviceIDs 0..devices - 1 have room. */
	hv_u32 collections;      /**< Set by enable: likewise. */
};

/** Commands of one hv_hal_its_issue(). */
#define HV_ITS_ISSUE_MAX 64u

/** Read GITS_TYPER. */
hv_u64 hv_hal_its_typer(hv_u64 base);

/**
 * Disable the ITS, give it its tables and command queue, enable it. Whatever else
 * firmware may have left in GITS_BASER<n> is made invalid.
 *
 * @retval false  GITS_CTLR.Quiescent did not come; the command queue is not aligned; a table
 *                type is missing; or an address, page size, size or attribute was not
 *                accepted by the hardware. The ITS is then off.
 */
HV_MUST_CHECK
bool hv_hal_its_enable(struct hv_hal_its *its, const struct hv_its_caps *caps);

/**
 * Put commands and wait until they are consumed. What they do is complete at a
 * redistributor when the SYNC that is the last of them, and names it, is consumed.
 *
 * @param count  1..HV_ITS_ISSUE_MAX.
 *
 * @retval false  The ITS stalled at a command that it does not take (GITS_CREADR.Stalled), or
 *                the bound passed. Without support for stalls an ITS drops such a command:
 *                what it takes is to be checked before, by its capabilities and limits.
 */
HV_MUST_CHECK
bool hv_hal_its_issue(struct hv_hal_its *its, const struct hv_its_cmd *commands, hv_u32 count);

/**
 * LPIs of the executing CPU's redistributor: GICR_PROPBASER, GICR_PENDBASER, EnableLPIs.
 * After hv_hal_gicr_init() on that CPU, before the MAPC that names it.
 *
 * @param config   HV_LPI_CONFIG_BYTES, 4 KB aligned: one byte per LPI from 8192 up, written
 *                 before, shared by all CPUs.
 * @param pending  This CPU's: HV_LPI_PENDING_BYTES, 64 KB aligned, zeroed.
 * @param id_bits  INTID bits, HV_LPI_ID_BITS: the size of those tables.
 * @param coherent What the board says.
 *
 * @retval false  This redistributor has no LPIs, or fewer INTID bits; a table is not aligned
 *                or not accepted; LPIs are on already, and this redistributor cannot turn them off;
 *                or EnableLPIs reads 0 afterwards.
 */
HV_MUST_CHECK
bool hv_hal_lpi_enable(const hv_u8 *config, void *pending, hv_u32 id_bits, bool coherent);

/**
 * What MAPC and SYNC name the executing CPU's redistributor by.
 *
 * @param physical_address  GITS_TYPER.PTA: its address; else its number << 16.
 */
hv_u64 hv_hal_lpi_target(bool physical_address);

#endif
