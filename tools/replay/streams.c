/* SPDX-License-Identifier: Apache-2.0 */
/* Owners of all streams, as the library holds them after the boot. */
#include <inttypes.h>

#include "replay.h"

/* Up to this width every stream is looked at, beyond it those that are owned and their neighbours. */
#define EVERY_STREAM_BITS 20u

static hv_u32 configured_owner(hv_u32 stream)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		const struct hv_partition_config *p = &hv_config.partitions[i];

		for (hv_u32 k = 0; k < p->dma.stream_count; k++) {
			if (p->dma.streams[k] == stream)
				return p->id;
		}
	}
	return HV_PARTITION_HYPERVISOR;
}

static bool check_stream(hv_u32 stream)
{
	const hv_u32 owner = configured_owner(stream);

	for (hv_u32 id = 1; id < HV_MAX_PARTITIONS; id++) {
		const hv_status_t wanted = id == owner ? HV_OK : HV_EPERM;
		const hv_status_t status = hv_smmu_check_device(stream, id);

		if (status != wanted)
			return replay_fail("stream 0x%" PRIx32 " and partition %" PRIu32
					   ": the library says %d, the configuration %d",
					   stream, id, (int)status, (int)wanted);
	}
	return true;
}

static bool check_neighbours(hv_u32 stream, hv_u64 end)
{
	const hv_u64 first = stream == 0 ? 0 : (hv_u64)stream - 1;

	for (hv_u64 s = first; s <= (hv_u64)stream + 1 && s < end; s++) {
		if (!check_stream((hv_u32)s))
			return false;
	}
	return true;
}

static bool check_every_stream(hv_u64 end)
{
	for (hv_u64 s = 0; s < end; s++) {
		if (!check_stream((hv_u32)s))
			return false;
	}
	return end > UINT32_MAX || hv_smmu_check_device((hv_u32)end, 1) == HV_EINVAL ||
	       replay_fail("stream 0x%" PRIx64 " is wider than the board's, and taken", end);
}

static bool ascend(const struct hv_partition_config *p, hv_u64 end)
{
	for (hv_u32 i = 0; i < p->dma.stream_count; i++) {
		if (p->dma.streams[i] >= end ||
		    (i > 0 && p->dma.streams[i] <= p->dma.streams[i - 1]))
			return replay_fail("stream 0x%" PRIx32 " of %s is out of order or too wide",
					   p->dma.streams[i], p->name);
	}
	return true;
}

bool replay_streams(void)
{
	const hv_u64 end = HV_BIT(hv_config.board->smmu.sid_bits);
	hv_u32 total = 0;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		const struct hv_dma_config *dma = &hv_config.partitions[i].dma;

		total += dma->stream_count;
		if (!ascend(&hv_config.partitions[i], end))
			return false;
		for (hv_u32 k = 0; k < dma->stream_count; k++) {
			if (!check_neighbours(dma->streams[k], end))
				return false;
		}
	}
	if (hv_config.board->smmu.base == 0)
		return true;
	if (hv_config.board->smmu.sid_bits <= EVERY_STREAM_BITS && !check_every_stream(end))
		return false;
	if (hv_smmu_stream_at(total) != NULL || (total > 0 && hv_smmu_stream_at(total - 1) == NULL))
		return replay_fail("the library owns other streams than the %" PRIu32 " configured", total);
	return true;
}
