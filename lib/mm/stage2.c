/* SPDX-License-Identifier: Apache-2.0 */
/* Front door: the calls of stage2_map.c on the one set of partitions of a machine. */
#include <haven/stage2.h>
#include <haven/stage2_map.h>

static struct hv_stage2 machine;

hv_status_t hv_stage2_configure(const struct hv_stage2_config *config)
{
	return hv_s2_configure(&machine, config);
}

hv_status_t hv_stage2_init(void)
{
	return hv_s2_init(&machine);
}

hv_status_t hv_stage2_map_partition(const struct hv_partition_mem *pmem)
{
	return hv_s2_map(&machine, pmem);
}

hv_status_t hv_stage2_check_access(hv_u32 partition_id, hv_u64 ipa, hv_u64 size)
{
	return hv_s2_check_access(&machine, partition_id, ipa, size);
}

hv_status_t hv_stage2_root(hv_u32 partition_id, hv_u64 *vttbr)
{
	return hv_s2_root(&machine, partition_id, vttbr);
}

hv_status_t hv_stage2_map_devices(hv_u32 partition_id, hv_u64 msi_ipa)
{
	return hv_s2_map_devices(&machine, partition_id, msi_ipa);
}

hv_status_t hv_stage2_device_root(hv_u32 partition_id, hv_u64 *vttbr)
{
	return hv_s2_device_root(&machine, partition_id, vttbr);
}

hv_status_t hv_stage2_seal(void)
{
	return hv_s2_seal(&machine);
}
