/* SPDX-License-Identifier: Apache-2.0 */
/* The target's own boot sequence, and the size of its pool. */
#include <inttypes.h>
#include <string.h>

#include <haven/stage2_map.h>

#include "replay.h"
#include "setup.h"

/* Widest of the encodings that the IPA width needs; the target reads its own from the CPU. */
static hv_u32 pa_bits_for(hv_u32 ipa_bits)
{
	return ipa_bits <= 40 ? 40 : ipa_bits <= 44 ? 44 : 48;
}

bool replay_boot(struct replay_pool *pool)
{
	const struct hv_setup_platform platform = {
		.tables = pool->tables,
		.pool_pa = pool->pa,
		.table_count = pool->count,
		.pa_bits = pa_bits_for(hv_config.ipa_bits),
	};
	struct hv_stage2_vtcr vtcr;
	struct hv_setup_error error;

	memset(pool->tables, 0xa5, pool->count * sizeof(hv_table_t));
	if (hv_setup(&hv_config, &platform, &vtcr, &error) != HV_OK)
		return replay_fail("%s of %s refused at 0x%" PRIx64 " (%d) %s", error.step,
				   error.partition, error.value, (int)error.status, error.reason);
	pool->vtcr = vtcr.vtcr;
	return true;
}

static hv_status_t map(struct hv_stage2 *s2, const struct hv_partition_config *p)
{
	hv_status_t status = hv_s2_map(s2, &p->mem);

	if (status == HV_OK && replay_has_device_map(p))
		status = hv_s2_map_devices(s2, p->id, p->dma.msi_ipa);
	return status;
}

static hv_status_t map_all(const struct replay_pool *pool, hv_u32 count)
{
	static struct hv_stage2 s2;
	hv_status_t status;

	memset(&s2, 0, sizeof s2);
	status = hv_s2_configure(&s2, &(struct hv_stage2_config){
		.tables = pool->tables,
		.pool_pa = pool->pa,
		.table_count = count,
		.ipa_bits = hv_config.ipa_bits,
		.pa_bits = pa_bits_for(hv_config.ipa_bits),
		.msi_page = replay_msi_page(),
	});
	if (status == HV_OK)
		status = hv_s2_init(&s2);
	for (hv_u32 i = 0; status == HV_OK && i < hv_config.partition_count; i++)
		status = map(&s2, &hv_config.partitions[i]);
	return status;
}

bool replay_count_is_exact(const struct replay_pool *pool)
{
	hv_status_t status = map_all(pool, pool->count);

	if (status != HV_OK)
		return replay_fail("mapping with the counted %" PRIu32 " tables gives %d", pool->count,
				   (int)status);
	if (pool->count == 1) /* a single root table: no pool is smaller */
		return true;
	status = map_all(pool, pool->count - 1);
	if (status != HV_ENOSPC)
		return replay_fail("mapping with one table less than %" PRIu32 " gives %d, not %d",
				   pool->count, (int)status, HV_ENOSPC);
	return true;
}
