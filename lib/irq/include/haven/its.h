/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ITS_H
#define HAVEN_ITS_H
/**
 * @file
 * GICv3 ITS: what it can do, its commands, its tables. Pure encoders.
 *
 * Haven's ITS is static: each (DeviceID, EventID) that a partition's devices may send is
 * mapped to one LPI at boot, everything else is unmapped and dropped by the ITS.
 *
 * Source: Arm GIC architecture v3 and v4 (IHI 0069), 5.3 "ITS commands", 12.19 GITS_TYPER,
 * GITS_BASER<n>, GITS_CBASER, 12.11 GICR_PROPBASER, GICR_PENDBASER.
 */
#include <haven/bits.h>

#define HV_LPI_FIRST       8192u
/** INTID bits that Haven uses: LPIs 8192..16383. */
#define HV_LPI_ID_BITS     14u
#define HV_LPI_MAX         256u  /**< LPIs that Haven hands out: HV_LPI_FIRST + 0..255. */
#define HV_ITS_CMDQ_BYTES  4096u
#define HV_ITS_TABLE_BYTES 4096u
/** Byte of the LPI configuration table: priority 0xa0, enabled (bit 0). */
#define HV_LPI_CONFIG      0xa1u

/** One command, little-endian. */
struct hv_its_cmd {
	hv_u64 word[4];
};

struct hv_its_caps {
	hv_u32 device_bits;     /**< Width of DeviceIDs. */
	hv_u32 event_bits;      /**< Width of EventIDs. */
	hv_u32 itt_entry_bytes; /**< Of an interrupt translation table. */
	bool pta;               /**< Redistributors are named by physical address. */
	bool physical;          /**< Physical LPIs are implemented. */
};

/** What GITS_TYPER says. Cost: constant. */
void hv_its_decode_typer(hv_u64 typer, struct hv_its_caps *caps);

/** Bytes of an ITT for EventIDs of @p event_bits: a multiple of 256. Cost: constant. */
hv_u64 hv_its_itt_bytes(const struct hv_its_caps *caps, hv_u32 event_bits);

struct hv_its_cmd hv_its_cmd_mapd(hv_u32 device, hv_u64 itt_pa, hv_u32 event_bits);
struct hv_its_cmd hv_its_cmd_mapc(hv_u16 collection, hv_u64 target);
struct hv_its_cmd hv_its_cmd_mapti(hv_u32 device, hv_u32 event, hv_u32 lpi, hv_u16 collection);
struct hv_its_cmd hv_its_cmd_invall(hv_u16 collection);
struct hv_its_cmd hv_its_cmd_sync(hv_u64 target);

/** GITS_BASER<n> for a flat table of one 4 KB page at @p pa, keeping type and entry size of
 *  @p as_read. Cost: constant. */
hv_u64 hv_its_baser(hv_u64 as_read, hv_u64 pa, bool coherent);
/** GITS_CBASER for HV_ITS_CMDQ_BYTES at @p pa. Cost: constant. */
hv_u64 hv_its_cbaser(hv_u64 pa, bool coherent);

#endif
