/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_STAGE1_H
#define HAVEN_STAGE1_H
/**
 * @file
 * EL2's own stage-1 map: HCR_EL2.E2H = 0, one VA range from 0, 4 KB granule.
 *
 * Everything is unmapped until mapped, so what lies between two regions is a
 * guard. Nothing is both writable and executable. The caller orders the tables
 * to the walkers before it sets SCTLR_EL2.M; see <haven/stage2.h>. SCTLR_EL2.WXN
 * may be set as well.
 *
 * Source: Arm ARM (DDI 0487), stage 1 of the EL2 translation regime, 4 KB granule.
 */
#include <haven/bits.h>
#include <haven/table_pool.h>

/** @name Attributes: the attribute bits of an EL2 stage-1 block descriptor.
 * Only the four combinations CODE, RODATA, DATA and DEVICE are accepted. Leaves are
 * 1 GB, 2 MB or 4 KB, as large as the alignment allows.
 * @{ */
#define HV_EL2_BLOCK    UINT64_C(1)   /**< [1:0] */
#define HV_EL2_ATTRINDX HV_BITS(4, 2) /**< 0 Device-nGnRE, 1 Normal write-back. */
#define HV_EL2_AP1      HV_BIT(6)     /**< RES1 in a regime with one privilege level. */
#define HV_EL2_AP2      HV_BIT(7)     /**< Read-only. */
#define HV_EL2_SH       HV_BITS(9, 8) /**< 3: inner shareable. */
#define HV_EL2_AF       HV_BIT(10)    /**< Access flag. */
#define HV_EL2_XN       HV_BIT(54)    /**< Execute-never. */

#define HV_EL2_DEVICE   (HV_EL2_BLOCK | HV_EL2_AP1 | HV_EL2_AF | HV_EL2_XN)
#define HV_EL2_DATA     (HV_EL2_DEVICE | HV_PUT(HV_EL2_ATTRINDX, 1) | HV_PUT(HV_EL2_SH, 3))
#define HV_EL2_RODATA   (HV_EL2_DATA | HV_EL2_AP2)
#define HV_EL2_CODE     (HV_EL2_RODATA & ~HV_EL2_XN)
/** @} */

_Static_assert(HV_EL2_CODE == UINT64_C(0x00000000000007c5), "read-only, executable");
_Static_assert(HV_EL2_RODATA == UINT64_C(0x00400000000007c5), "read-only, XN");
_Static_assert(HV_EL2_DATA == UINT64_C(0x0040000000000745), "read-write, XN");
_Static_assert(HV_EL2_DEVICE == UINT64_C(0x0040000000000441), "device, read-write, XN");

/** A map under construction. Owned by the caller; fields belong to lib/mm. */
struct hv_stage1_map {
	struct hv_table_pool pool;
	hv_u32 va_bits;
	hv_u32 pa_bits;
};

/** Register values for the map. */
struct hv_stage1_regs {
	hv_u64 ttbr0; /**< TTBR0_EL2, CnP 0 */
	hv_u64 tcr;   /**< TCR_EL2: write-back inner shareable walks, no top-byte ignore */
	hv_u64 mair;  /**< MAIR_EL2: Attr0 Device-nGnRE, Attr1 Normal write-back */
};

/**
 * Start an empty map in a pool of tables.
 *
 * @param tables   As the CPU that builds sees them; any content.
 * @param pool_pa  Physical address of tables[0], a multiple of 4096.
 * @param count    Tables, at least 1.
 * @param va_bits  32..39: the walk starts at level 1.
 * @param pa_bits  ID_AA64MMFR0_EL1.PARange: 32, 36, 40, 42, 44 or 48 (52: say 48).
 *
 * @retval HV_OK      @p map is empty and ready; one table is taken for the root.
 * @retval HV_EINVAL  NULL, no tables, pool misaligned, wrapping or beyond pa_bits, a width refused.
 * Cost: clears one table.
 */
HV_MUST_CHECK
hv_status_t hv_stage1_init(struct hv_stage1_map *map, hv_table_t *tables, hv_u64 pool_pa,
			   hv_u32 count, hv_u32 va_bits, hv_u32 pa_bits);

/**
 * Map [va, va + size) to pa, all of it, or on any error nothing. Existing entries are
 * never changed, so a live map may grow without a TLB invalidation; the caller issues
 * DSB ISHST and ISB before the first access.
 *
 * @param attrs  HV_EL2_CODE, HV_EL2_RODATA, HV_EL2_DATA or HV_EL2_DEVICE.
 *
 * @retval HV_OK      Mapped.
 * @retval HV_EINVAL  NULL; va, pa or size not a multiple of 4096; size 0; wrap; beyond va_bits or
 *                    pa_bits; part of it mapped already; other attributes than the four, so also
 *                    whatever is writable and executable.
 * @retval HV_ENOSPC  Not enough tables; nothing was changed.
 * Cost: one step per table and leaf written, bounded by the pool.
 */
HV_MUST_CHECK
hv_status_t hv_stage1_map(struct hv_stage1_map *map, hv_u64 va, hv_u64 pa, hv_u64 size,
			  hv_u64 attrs);

/**
 * Register values that make EL2 use the map.
 *
 * @retval HV_OK      @p regs is filled in.
 * @retval HV_EINVAL  NULL, or @p map was never initialised.
 * Cost: constant.
 * Source: Arm ARM, "TCR_EL2" (HCR_EL2.E2H = 0), "MAIR_EL2", "TTBR0_EL2".
 */
HV_MUST_CHECK
hv_status_t hv_stage1_regs(const struct hv_stage1_map *map, struct hv_stage1_regs *regs);

#endif
