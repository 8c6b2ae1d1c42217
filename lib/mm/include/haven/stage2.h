/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_STAGE2_H
#define HAVEN_STAGE2_H
/**
 * @file
 * Stage-2 maps: which physical memory a partition sees, and how.
 *
 * Order of calls, all by the boot CPU before any guest runs: hv_stage2_configure,
 * hv_stage2_init, hv_stage2_map_partition for each partition, hv_stage2_root,
 * hv_stage2_seal. Afterwards only hv_stage2_check_access and hv_stage2_root
 * work; they change nothing, so any CPU may call them without a lock.
 *
 * The library writes tables through plain pointers. Before a CPU uses a VTTBR_EL2
 * value, the caller orders the tables to the walkers (DSB ISH; also a clean to
 * the point of coherency if EL2 wrote with its caches off) and invalidates the VMID.
 *
 * Source: Arm ARM (DDI 0487), "The AArch64 Virtual Memory System Architecture",
 * stage 2 translation with the 4 KB granule; HCR_EL2.FWB must be 0.
 */
#include <haven/bits.h>
#include <haven/range.h>
#include <haven/table_pool.h>

/** @name Region attributes: the attribute bits of a stage-2 block or page descriptor.
 * Any other bit set, or a value marked refused, makes the region HV_EINVAL.
 * @{ */
#define HV_MEM_TYPE    HV_BITS(1, 0)   /**< HV_MEM_BLOCK or HV_MEM_PAGE. */
#define HV_MEM_MEMATTR HV_BITS(5, 2)   /**< 0b0100, 0b1000 and 0b1100 are reserved: refused. */
#define HV_MEM_S2AP    HV_BITS(7, 6)   /**< 1 read, 2 write, 3 both. 0 is refused: leave it out. */
#define HV_MEM_SH      HV_BITS(9, 8)   /**< 0 none, 2 outer, 3 inner. 1 is reserved: refused. */
#define HV_MEM_AF      HV_BIT(10)      /**< Access flag, must be 1. */
#define HV_MEM_XN      HV_BITS(54, 53) /**< 2 never; with FEAT_XNX also 1 not EL1, 3 not EL0. */
/** Overlap in PA is legal with other regions that carry this bit. Kept in the descriptor. */
#define HV_MEM_SHARED  HV_BIT(56)

#define HV_MEM_BLOCK   UINT64_C(1) /**< 1 GB, 2 MB or 4 KB, as large as the alignment allows. */
#define HV_MEM_PAGE    UINT64_C(3) /**< 4 KB pages only. */
#define HV_MEM_RO      HV_PUT(HV_MEM_S2AP, 1)
#define HV_MEM_WO      HV_PUT(HV_MEM_S2AP, 2)
#define HV_MEM_RW      HV_PUT(HV_MEM_S2AP, 3)
#define HV_MEM_XN_ALL  HV_PUT(HV_MEM_XN, 2)
/** Normal, inner and outer write-back, inner shareable. */
#define HV_MEM_WB      (HV_PUT(HV_MEM_MEMATTR, 15) | HV_PUT(HV_MEM_SH, 3) | HV_MEM_AF)
/** Normal, inner and outer non-cacheable. */
#define HV_MEM_NC      (HV_PUT(HV_MEM_MEMATTR, 5) | HV_PUT(HV_MEM_SH, 3) | HV_MEM_AF)
/** Device-nGnRE. Every device region must be execute-never, or it is refused. */
#define HV_MEM_DEV     (HV_PUT(HV_MEM_MEMATTR, 1) | HV_MEM_AF | HV_MEM_XN_ALL)

#define HV_MEM_NORMAL_RWX (HV_MEM_BLOCK | HV_MEM_WB | HV_MEM_RW)
#define HV_MEM_NORMAL_RX  (HV_MEM_BLOCK | HV_MEM_WB | HV_MEM_RO)
#define HV_MEM_NORMAL_RW  (HV_MEM_NORMAL_RWX | HV_MEM_XN_ALL)
#define HV_MEM_NORMAL_RO  (HV_MEM_NORMAL_RX | HV_MEM_XN_ALL)
#define HV_MEM_NC_RW      (HV_MEM_BLOCK | HV_MEM_NC | HV_MEM_RW | HV_MEM_XN_ALL)
#define HV_MEM_DEVICE_RW  (HV_MEM_BLOCK | HV_MEM_DEV | HV_MEM_RW)
#define HV_MEM_DEVICE_RO  (HV_MEM_BLOCK | HV_MEM_DEV | HV_MEM_RO)
/** The page that devices send their message-signalled interrupts to. */
#define HV_MEM_MSI        (HV_MEM_PAGE | HV_MEM_DEV | HV_MEM_WO)
/** @} */

_Static_assert(HV_MEM_NORMAL_RWX == UINT64_C(0x00000000000007fd), "write-back, RWX");
_Static_assert(HV_MEM_NORMAL_RO == UINT64_C(0x004000000000077d), "write-back, RO, XN");
_Static_assert(HV_MEM_NC_RW == UINT64_C(0x00400000000007d5), "non-cacheable, RW, XN");
_Static_assert(HV_MEM_DEVICE_RW == UINT64_C(0x00400000000004c5), "device, RW, XN");
_Static_assert(HV_MEM_MSI == UINT64_C(0x0040000000000487), "device page, WO, XN");

/** One piece of a partition's memory. Addresses and size in bytes, multiples of 4096. */
struct hv_mem_region {
	hv_u64 ipa_base; /**< Where the guest sees it. */
	hv_u64 pa_base;  /**< Where it is. */
	hv_u64 size;
	hv_u64 attrs;    /**< HV_MEM_* */
};

struct hv_partition_mem {
	hv_u32 partition_id; /**< 1..HV_MAX_PARTITIONS-1. */
	const struct hv_mem_region *regions;
	hv_u32 region_count; /**< At least 1. */
};

/** What the integrator knows and lib/mm must be told. */
struct hv_stage2_config {
	hv_table_t *tables;  /**< Table pool; any content, lib/mm clears what it takes. */
	hv_u64 pool_pa;      /**< Its physical address: aligned to 4096 * root_tables below. */
	hv_u32 table_count;  /**< Tables in the pool. */
	hv_u32 ipa_bits;     /**< Width of each guest's address space: 32..48, <= pa_bits. */
	hv_u32 pa_bits;      /**< ID_AA64MMFR0_EL1.PARange: 32, 36, 40, 42, 44, 48 (52: say 48). */
	const struct hv_range *reserved; /**< Physical ranges that no region may touch, kept by
					  *   reference. The pool is always reserved. */
	hv_u32 reserved_count; /**< 0..HV_MAX_REGIONS */
	hv_u64 msi_page;     /**< Page of GITS_TRANSLATER, for maps of devices alone: no region may
			      *   touch it. Outside of the pool. 0: none. */
	bool has_xnx;        /**< ID_AA64MMFR1_EL1.XNX != 0 on every CPU. */
};

/** Stage-2 translation control, computed; the SMMU's STE uses the same fields. */
struct hv_stage2_vtcr {
	hv_u64 vtcr;        /**< Whole VTCR_EL2 value. */
	hv_u32 t0sz;        /**< 64 - ipa_bits */
	hv_u32 sl0;         /**< 1: start at level 1; 2: start at level 0. */
	hv_u32 ps;          /**< Encoded pa_bits. */
	hv_u32 start_level; /**< 0 or 1 */
	hv_u32 root_tables; /**< Concatenated tables at the start level: 1, 2, 4, 8 or 16. */
};

/**
 * Compute VTCR_EL2 for a 4 KB granule: write-back inner shareable walks, no
 * hardware management of the access flag or dirty state.
 *
 * Up to 43 bits start at level 1 (40..43 bits with 2..16 concatenated tables),
 * 44..48 bits start at level 0.
 *
 * @param vmid16  Set VTCR_EL2.VS, for CPUs with 16-bit VMIDs.
 *
 * @retval HV_OK       @p out is filled in.
 * @retval HV_EINVAL   NULL, ipa_bits not in 32..48, pa_bits not one of 32, 36, 40, 42, 44, 48.
 * @retval HV_ENOTSUP  ipa_bits > pa_bits: the architecture has no such translation.
 * Cost: constant.
 * Source: Arm ARM, "VTCR_EL2" and "Concatenated translation tables".
 */
HV_MUST_CHECK
hv_status_t hv_stage2_vtcr(hv_u32 ipa_bits, hv_u32 pa_bits, bool vmid16,
			   struct hv_stage2_vtcr *out);

/**
 * Tell lib/mm its table pool, address widths and reserved ranges. Drops all maps:
 * hv_stage2_init must follow.
 *
 * @retval HV_OK       Taken over.
 * @retval HV_EINVAL   NULL; no tables; pool misaligned, wrapping or beyond pa_bits; a reserved
 *                     range empty or wrapping, or too many; msi_page no page below 2^pa_bits, or in
 *                     the pool; widths that hv_stage2_vtcr refuses.
 * @retval HV_ENOTSUP  ipa_bits > pa_bits.
 * @retval HV_EPERM    Sealed.
 * Cost: one step per reserved range.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_configure(const struct hv_stage2_config *config);

/**
 * Start with no partition mapping anything. May be repeated until sealed; maps
 * made before are gone then, and their VTTBR_EL2 values dangle.
 *
 * @retval HV_OK      Ready for hv_stage2_map_partition.
 * @retval HV_EINVAL  No configuration was given.
 * @retval HV_EPERM   Sealed.
 * Cost: HV_MAX_PARTITIONS steps.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_init(void);

/**
 * Add regions to a partition's map: all of them, or on any error none, with
 * map and pool byte for byte as before.
 *
 * Overlap: within the partition none in IPA. In PA none with any region of any
 * partition, this one included, unless both carry HV_MEM_SHARED: an alias is
 * shared memory, whoever holds the two ends. Never with a reserved range or the pool.
 * Sharers may differ in attributes; keeping the memory type equal is up to the
 * configuration.
 *
 * A region that ends exactly at 2^ipa_bits or 2^pa_bits is legal.
 *
 * @retval HV_OK      Mapped.
 * @retval HV_EINVAL  NULL; not a guest partition; no regions; base or size not a multiple
 *                    of 4096; size 0; wrap; beyond ipa_bits or pa_bits; attributes refused;
 *                    an overlap.
 * @retval HV_ENOSPC  More than HV_MAX_REGIONS regions, or not enough tables in the pool.
 * @retval HV_EPERM   Sealed, not initialised, or the partition's devices have a map already.
 * Cost: new regions * all regions for the overlaps; then one step per table and leaf
 *       written. Bounded by the pool, however large the regions.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_map_partition(const struct hv_partition_mem *pmem);

/**
 * May the partition access all of [ipa, ipa + size)? Regions that touch each
 * other count as one. Access of some kind: which of read, write and execute
 * is the descriptors' matter.
 *
 * Who: anyone, also on behalf of a guest, with values the guest chose.
 *
 * @retval HV_OK      Every byte is mapped.
 * @retval HV_EPERM   Some byte is not, or not initialised.
 * @retval HV_EINVAL  Not a guest partition; size 0; wrap.
 * Cost: at most 7 search steps (for 64 regions) and one per region that is touched.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_check_access(hv_u32 partition_id, hv_u64 ipa, hv_u64 size);

/**
 * VTTBR_EL2 of a partition: VMID = partition id in [63:48], root table in [47:1].
 *
 * CnP stays 0: it promises that all CPUs share their tables per VMID, which holds,
 * but buys nothing on CPUs that don't share TLBs and is RES0 before Armv8.2.
 *
 * @retval HV_OK      @p vttbr is set.
 * @retval HV_EINVAL  NULL, not a guest partition, or it has no regions.
 * @retval HV_EPERM   Not initialised.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_root(hv_u32 partition_id, hv_u64 *vttbr);

/**
 * Give a partition's devices a map of their own: the same regions, and one page more, at
 * @p msi_ipa, that leads to the configured msi_page and can only be written. Its CPUs do
 * not get that page. From then on the partition's regions are final.
 *
 * Both maps have one VMID: an SMMU that takes no part in broadcast TLB maintenance
 * (SMMU_CR2.PTM) has a TLB of its own, so no CPU ever meets the devices' entries.
 *
 * Who: the boot CPU, after the last hv_stage2_map_partition of that partition.
 *
 * @retval HV_OK      Mapped.
 * @retval HV_EINVAL  Not a guest partition, or it has no regions; no msi_page configured; msi_ipa not a multiple of 4096, beyond
 *                    ipa_bits, or in one of the regions.
 * @retval HV_ENOSPC  Not enough tables in the pool; nothing changed.
 * @retval HV_EPERM   Sealed, not initialised, or the devices have a map already.
 * Cost: one step per table and leaf written.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_map_devices(hv_u32 partition_id, hv_u64 msi_ipa);

/**
 * VTTBR_EL2 of the map that a partition's devices use: their own if they have one,
 * else the one of its CPUs. As hv_stage2_root() otherwise.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_device_root(hv_u32 partition_id, hv_u64 *vttbr);

/**
 * Close the front door: from now on configure, init, map_partition, map_devices and seal
 * answer HV_EPERM. There is no way back.
 *
 * @retval HV_OK     Sealed.
 * @retval HV_EPERM  Sealed before, or not initialised.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_seal(void);

#endif
