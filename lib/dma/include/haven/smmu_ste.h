/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SMMU_STE_H
#define HAVEN_SMMU_STE_H
/**
 * @file
 * Stream tables of an SMMUv3: entries, level 1 descriptors, geometry.
 *
 * Only two kinds of entry are ever written: abort, and stage 2 alone. A live entry is
 * replaced in three steps, each ordered to the SMMU and followed by CFGI_STE and SYNC:
 * word 0 cleared, words 1..7 written, word 0 written. The SMMU may read the words of an
 * entry in any order and at different times; without the step in the middle it could put
 * words of the old and the new entry together (3.21.3.1).
 *
 * Source: Arm SMMUv3 architecture (IHI 0070), 3.3.1 "Stream table lookup", 5.1 "Level 1
 * Stream Table Descriptor", 5.2 "Stream Table Entry", 6.3 STRTAB_BASE, STRTAB_BASE_CFG.
 */
#include <haven/bits.h>
#include <haven/smmu_caps.h>

/** Stream Table Entry, little-endian, 64-byte aligned. */
struct hv_smmu_ste {
	_Alignas(64) hv_u64 word[8];
};
_Static_assert(sizeof(struct hv_smmu_ste) == 64, "STE is 512 bits");

/** A partition's stage-2 map, in the CPU's own words. */
struct hv_smmu_stage2 {
	hv_u64 ttb;  /**< Physical address of the root table, as in VTTBR_EL2. */
	hv_u64 vtcr; /**< VTCR_EL2: [18:0] have the same layout in an STE. */
	hv_u32 vmid; /**< 1..65535 */
};

enum hv_smmu_ste_kind {
	HV_SMMU_STE_INVALID, /**< V = 0: DMA aborts, with event C_BAD_STE. */
	HV_SMMU_STE_ABORT,   /**< DMA aborts in silence. */
	HV_SMMU_STE_STAGE2,  /**< As hv_smmu_ste_stage2 writes it, bit for bit. */
	HV_SMMU_STE_FOREIGN, /**< Anything else: bypass, stage 1, damaged. */
};

/** Make an entry that aborts all DMA of its stream without an event. Cost: constant. */
void hv_smmu_ste_abort(struct hv_smmu_ste *ste);

/**
 * Make an entry that translates by a partition's stage-2 map and records faults.
 * Memory attributes come from the device and stage 2; ATS is off; faults terminate.
 *
 * @retval HV_OK      @p ste is written.
 * @retval HV_EINVAL  NULL; VMID 0 or beyond 16 bits; in VTCR: granule not 4 KB, T0SZ not
 *                    16..39 or at odds with SL0, PS reserved, hardware update of flags
 *                    or 52-bit addresses asked for; root table not aligned to its size
 *                    (at least 4096) or beyond PS.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_ste_stage2(const struct hv_smmu_stage2 *stage2, struct hv_smmu_ste *ste);

/**
 * Read an entry back, for the walk that proves table = configuration.
 *
 * @param out  Set for HV_SMMU_STE_STAGE2; vtcr then holds [18:0] only.
 * Cost: constant.
 */
enum hv_smmu_ste_kind hv_smmu_ste_decode(const struct hv_smmu_ste *ste,
					 struct hv_smmu_stage2 *out);

/** Stream ids per leaf table with two levels: one PCI bus. */
#define HV_SMMU_SPLIT 8u

/** Shape of a stream table, and the register that tells it. */
struct hv_smmu_strtab {
	hv_u32 base_cfg;   /**< SMMU_STRTAB_BASE_CFG */
	bool two_level;
	hv_u64 top_bytes;  /**< STE array, or level 1 descriptors. */
	hv_u64 top_align;  /**< Physical alignment of it. */
	hv_u64 leaf_bytes; /**< Size and alignment of a leaf table; 0 if linear. */
};

/**
 * Choose the shape of a stream table. Two levels where the SMMU has them and more than
 * HV_SMMU_SPLIT bits are needed; else linear. Streams past sid_bits abort.
 *
 * @param sid_bits  Width of the largest assigned stream id; usually less than
 *                  SMMU_IDR1.SIDSIZE, to save memory.
 *
 * @retval HV_OK       @p out is filled in. Every entry of top and leaves must be written.
 * @retval HV_EINVAL   NULL.
 * @retval HV_ENOTSUP  sid_bits > caps->sid_bits or 32.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_strtab_plan(const struct hv_smmu_caps *caps, hv_u32 sid_bits,
				struct hv_smmu_strtab *out);

/**
 * Level 1 descriptor of a leaf table with 2^HV_SMMU_SPLIT entries. A descriptor of 0
 * has no leaf: its streams abort.
 *
 * @retval HV_OK      @p descriptor is set.
 * @retval HV_EINVAL  NULL, leaf address 0, not aligned to 16 KB, or beyond 2^52.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_l1_descriptor(hv_u64 leaf_pa, hv_u64 *descriptor);

/**
 * SMMU_STRTAB_BASE: address, and the hint to allocate on reads.
 *
 * @retval HV_OK      @p base is set.
 * @retval HV_EINVAL  NULL, table not aligned to top_align, or beyond 2^52.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_smmu_strtab_base(const struct hv_smmu_strtab *strtab, hv_u64 pa, hv_u64 *base);

#endif
