/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_STAGE2_WALK_H
#define HAVEN_STAGE2_WALK_H
/**
 * @file
 * Independent stage-2 walker: reads register values and raw descriptors as the
 * hardware does, and proves that tables equal a list of regions.
 *
 * Written from the Arm ARM alone; shares no code with the builder, so one cannot
 * hide the other's mistake. Who: boot code after building, and the build host
 * when it replays a configuration. Trusts nothing it reads.
 *
 * Source: Arm ARM, "VMSAv8-64 translation table format descriptors", stage 2, 4 KB granule.
 */
#include <haven/stage2.h>

/** Everything a table walk depends on. */
struct hv_stage2_walk {
	const hv_table_t *tables; /**< Memory that tables may lie in. */
	hv_u64 pool_pa;           /**< Physical address of tables[0], a multiple of 4096. */
	hv_u32 table_count;       /**< Tables in that memory. */
	hv_u64 vtcr;              /**< VTCR_EL2 */
	hv_u64 vttbr;             /**< VTTBR_EL2; VMID and CnP are ignored. */
};

/** How a translation ended. */
enum hv_stage2_walk_result {
	HV_WALK_MAPPED = 0,
	HV_WALK_TRANSLATION,  /**< Invalid or reserved descriptor, or IPA beyond T0SZ. */
	HV_WALK_ADDRESS_SIZE, /**< Output address beyond VTCR_EL2.PS. */
	HV_WALK_ACCESS_FLAG,  /**< Leaf with AF = 0. */
	HV_WALK_OUTSIDE,      /**< Table address outside the memory described above. */
};

/** One translation. Fields after level are set for HV_WALK_MAPPED only, else 0. */
struct hv_stage2_translation {
	enum hv_stage2_walk_result result;
	hv_u32 level;      /**< Of the leaf, or of the descriptor that faulted. */
	hv_u64 pa;         /**< Of the very byte asked for. */
	hv_u64 attrs;      /**< Descriptor bits outside the output address, [1:0] included. */
	hv_u64 block_size; /**< 1 GB, 2 MB or 4 KB. */
};

/** First place where tables and regions differ. */
struct hv_stage2_difference {
	hv_u64 ipa;         /**< Leaf, bad table entry, or region base. */
	const char *reason; /**< Constant text for the console. */
};

/**
 * Translate one IPA.
 *
 * @retval HV_OK       @p out says how it ended.
 * @retval HV_EINVAL   NULL, or pool_pa not a multiple of 4096.
 * @retval HV_ENOTSUP  @p walk has register values outside the 4 KB granule format:
 *                     TG0, T0SZ, SL0 or PS reserved or not matching, root misaligned.
 * Cost: at most 4 descriptor reads.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_translate(const struct hv_stage2_walk *walk, hv_u64 ipa,
				struct hv_stage2_translation *out);

/**
 * Prove that the tables map each region byte for byte with its PA and
 * attributes, and nothing else.
 *
 * Each leaf must lie in one region; regions are disjoint in IPA; and leaves add up
 * to as many bytes as the regions: so the two are equal. A region with
 * HV_MEM_PAGE must consist of level 3 leaves.
 *
 * @param diff  Set if the result is HV_EPERM; may be NULL.
 *
 * @retval HV_OK       Equal.
 * @retval HV_EPERM    They differ, or the tables are malformed: never start that guest.
 * @retval HV_EINVAL   NULL, pool_pa not a multiple of 4096, more than HV_MAX_REGIONS regions, or
 *                     regions empty, wrapping, beyond T0SZ or PS, or overlapping in IPA.
 * @retval HV_ENOTSUP  As in hv_stage2_translate.
 * Cost: at most table_count * 512 descriptors; a few instructions for each hole and
 *       each leaf that continues the one before, else a comparison with the regions.
 */
HV_MUST_CHECK
hv_status_t hv_stage2_verify(const struct hv_stage2_walk *walk, const struct hv_mem_region *regions,
			     hv_u32 region_count, struct hv_stage2_difference *diff);

#endif
