/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ITS_H
#define HAVEN_ITS_H
/**
 * @file
 * GICv3 ITS and LPIs: what the ITS can do, its commands, its tables. Pure encoders.
 *
 * Haven's ITS is static: each (DeviceID, EventID) that a partition's devices may send is
 * mapped to one LPI at boot, everything else is unmapped and dropped by the ITS.
 *
 * An LPI has no active state. Whoever acknowledges one (INTID >= HV_LPI_FIRST) drops its
 * priority by hv_hal_gic_eoi() and must not call hv_hal_gic_deactivate(): it may come again
 * at once. It is not in the distributor either: no enable, pending or active word.
 *
 * Order at boot: each CPU that takes LPIs enables them (hv_hal_lpi_enable()); then for each
 * such CPU MAPC; for each function MAPD, and MAPTI for each of its events; at last for each
 * collection INVALL and SYNC.
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
#define HV_ITS_CMD_BYTES   32u
#define HV_ITS_TABLE_BYTES 4096u
/** Alignment of an interrupt translation table, and of its size. */
#define HV_ITS_ITT_ALIGN   256u
/** Byte of the LPI configuration table: priority 0xf0 ([7:2]), bit 1 RES1, enabled (bit 0).
 *  0: disabled. Behind SGIs, PPIs and SPIs: an LPI is never active, so a device that sends
 *  messages all the time could otherwise hide them from the CPU. */
#define HV_LPI_CONFIG      0xf3u
/** Bytes of the LPI configuration table: one for each of 8192..16383. 4 KB aligned. */
#define HV_LPI_CONFIG_BYTES  8192u
/** Bytes of a pending table: one bit for each of 0..16383. 64 KB aligned. */
#define HV_LPI_PENDING_BYTES 2048u

/** One command, little-endian. */
struct hv_its_cmd {
	hv_u64 word[4];
};
_Static_assert(sizeof(struct hv_its_cmd) == HV_ITS_CMD_BYTES, "a command is 32 bytes");

struct hv_its_caps {
	hv_u32 device_bits;     /**< Width of DeviceIDs. */
	hv_u32 event_bits;      /**< Width of EventIDs. */
	hv_u32 itt_entry_bytes; /**< Of an interrupt translation table. */
	hv_u32 collections;     /**< Collections that the ITS holds without a table; usually 0. */
	bool pta;               /**< Redistributors are named by physical address. */
	bool physical;          /**< Physical LPIs are implemented. */
};

/** What GITS_TYPER says. Cost: constant. */
void hv_its_decode_typer(hv_u64 typer, struct hv_its_caps *caps);

/** Bytes of an ITT for EventIDs of @p event_bits, 1..32: a multiple of HV_ITS_ITT_ALIGN.
 *  Cost: constant. */
hv_u64 hv_its_itt_bytes(const struct hv_its_caps *caps, hv_u32 event_bits);

/** Narrowest EventIDs, 1..32 bits, that reach @p last. Cost: constant. */
hv_u32 hv_its_event_bits(hv_u32 last);

/*
 * Commands. A target is what hv_hal_lpi_target() answers: the physical address of a
 * redistributor, or its number << 16. Each costs a constant.
 */
/** Device @p device sends EventIDs of @p event_bits, 1..32, by the ITT at @p itt_pa, which is
 *  zeroed and HV_ITS_ITT_ALIGN aligned. */
struct hv_its_cmd hv_its_cmd_mapd(hv_u32 device, hv_u64 itt_pa, hv_u32 event_bits);
/** Interrupts of a collection go to this redistributor. */
struct hv_its_cmd hv_its_cmd_mapc(hv_u16 collection, hv_u64 target);
/** (DeviceID, EventID) is this LPI, in this collection. */
struct hv_its_cmd hv_its_cmd_mapti(hv_u32 device, hv_u32 event, hv_u32 lpi, hv_u16 collection);
/** The redistributor of a collection reads the LPI configuration table again. */
struct hv_its_cmd hv_its_cmd_invall(hv_u16 collection);
/** What came before is complete at this redistributor. */
struct hv_its_cmd hv_its_cmd_sync(hv_u64 target);

/** What a table of GITS_BASER<n> is for. */
enum hv_its_table {
	HV_ITS_TABLE_NONE = 0,
	HV_ITS_TABLE_DEVICES = 1,
	HV_ITS_TABLE_COLLECTIONS = 4,
};
/** GITS_BASER<n>.Type; values besides those of the enumeration are of no use here. */
hv_u32 hv_its_baser_type(hv_u64 baser);
/** Entries in HV_ITS_TABLE_BYTES, by GITS_BASER<n>.Entry_Size: DeviceIDs or collections from
 *  0 up. Cost: constant. */
hv_u32 hv_its_baser_entries(hv_u64 baser);

/*
 * Values of registers that give the GIC memory. `coherent` asks for inner shareable,
 * write-back memory; else it is non-cacheable, and software cleans what it writes.
 */
/** GITS_BASER<n> for a flat table of one 4 KB page at @p pa, keeping type and entry size of
 *  @p as_read. Cost: constant. */
hv_u64 hv_its_baser(hv_u64 as_read, hv_u64 pa, bool coherent);
/** GITS_CBASER for HV_ITS_CMDQ_BYTES at @p pa, 64 KB aligned. Cost: constant. */
hv_u64 hv_its_cbaser(hv_u64 pa, bool coherent);
/**
 * Can this redistributor take LPIs 8192..8192 + HV_LPI_MAX - 1, with tables for INTIDs of
 * @p id_bits? By GICD_TYPER.LPIS, num_LPIs and IDbits, GICR_TYPER.PLPIS. Cost: constant.
 */
bool hv_lpi_supported(hv_u32 gicd_typer, hv_u64 gicr_typer, hv_u32 id_bits);
/** GICR_PROPBASER for INTIDs of @p id_bits, 14..32; @p pa 4 KB aligned. Cost: constant. */
hv_u64 hv_lpi_propbaser(hv_u64 pa, hv_u32 id_bits, bool coherent);
/** GICR_PENDBASER for a zeroed table; @p pa 64 KB aligned. Cost: constant. */
hv_u64 hv_lpi_pendbaser(hv_u64 pa, bool coherent);

/** What such a register says after it was written. */
enum hv_its_reply {
	HV_ITS_TAKEN,       /**< As asked, or more cacheable than asked. */
	HV_ITS_NONCOHERENT, /**< But not shareable or not cacheable: ask again, not coherent. */
	HV_ITS_REFUSED,     /**< Another address, page size, size, width or type. */
};
/** Compare what was asked of GITS_BASER<n> or GITS_CBASER with what reads back. Cost: constant. */
enum hv_its_reply hv_its_reply(hv_u64 asked, hv_u64 reads);
/** The same for GICR_PROPBASER and GICR_PENDBASER. Cost: constant. */
enum hv_its_reply hv_lpi_reply(hv_u64 asked, hv_u64 reads);

#endif
