/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_STAGE2_MAP_H
#define HAVEN_STAGE2_MAP_H
/**
 * @file
 * The stage-2 calls of <haven/stage2.h> with state that the caller owns: for
 * tests, tools, and firmware that wants more than one set of partitions.
 *
 * Each hv_s2_x does what hv_stage2_x documents, on @p s2. A NULL @p s2 is HV_EINVAL.
 */
#include <haven/stage2.h>

/** One partition's regions, ascending in IPA. Has a root table once count > 0. */
struct hv_stage2_partition {
	hv_u32 count; /**< Regions in use. */
	hv_u32 root;  /**< Pool index of the first root table. */
	hv_u32 device_root; /**< The same of the devices' map, if has_device_map. */
	bool has_device_map;
	struct hv_mem_region regions[HV_MAX_REGIONS];
};

enum hv_stage2_state {
	HV_STAGE2_BLANK = 0, /**< Zero-initialised. */
	HV_STAGE2_CONFIGURED,
	HV_STAGE2_OPEN,
	HV_STAGE2_SEALED,
};

/** A set of partitions over one pool. Zero-initialise; fields belong to lib/mm. */
struct hv_stage2 {
	enum hv_stage2_state state;
	struct hv_stage2_config config;
	struct hv_stage2_vtcr vtcr;
	struct hv_table_pool pool;
	struct hv_stage2_partition partitions[HV_MAX_PARTITIONS - 1]; /**< Of id 1 and up. */
};

HV_MUST_CHECK
hv_status_t hv_s2_configure(struct hv_stage2 *s2, const struct hv_stage2_config *config);
HV_MUST_CHECK
hv_status_t hv_s2_init(struct hv_stage2 *s2);
HV_MUST_CHECK
hv_status_t hv_s2_map(struct hv_stage2 *s2, const struct hv_partition_mem *pmem);
HV_MUST_CHECK
hv_status_t hv_s2_check_access(const struct hv_stage2 *s2, hv_u32 partition_id, hv_u64 ipa,
			       hv_u64 size);
HV_MUST_CHECK
hv_status_t hv_s2_root(const struct hv_stage2 *s2, hv_u32 partition_id, hv_u64 *vttbr);
HV_MUST_CHECK
hv_status_t hv_s2_map_devices(struct hv_stage2 *s2, hv_u32 partition_id, hv_u64 msi_ipa);
HV_MUST_CHECK
hv_status_t hv_s2_device_root(const struct hv_stage2 *s2, hv_u32 partition_id, hv_u64 *vttbr);
HV_MUST_CHECK
hv_status_t hv_s2_seal(struct hv_stage2 *s2);

#endif
