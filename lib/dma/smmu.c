/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/smmu.h>

static struct {
	bool ready;
	bool sealed;
	hv_u32 count;
	struct hv_smmu_config config;
	struct hv_smmu_stream stream[HV_MAX_SMMU_DEVICES]; /* sorted by stream_id */
} door;

static bool valid(hv_u32 stream_id, hv_u32 partition_id)
{
	return hv_is_guest_id(partition_id) && ((hv_u64)stream_id >> door.config.sid_bits) == 0;
}

static bool is_open(void)
{
	return door.ready && !door.sealed;
}

/* Index of the first stream whose id is not below @stream_id. */
static hv_u32 position(hv_u32 stream_id)
{
	hv_u32 low = 0;
	hv_u32 high = door.count;

	while (low < high) { /* bound: log2(HV_MAX_SMMU_DEVICES) + 1 */
		const hv_u32 middle = (low + high) / 2;

		if (door.stream[middle].stream_id < stream_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct hv_smmu_stream *find(hv_u32 stream_id)
{
	const hv_u32 at = position(stream_id);

	return at < door.count && door.stream[at].stream_id == stream_id ? &door.stream[at] : NULL;
}

hv_status_t hv_smmu_init(void)
{
	if (door.sealed)
		return HV_EPERM;
	door.count = 0;
	door.config.sid_bits = 32;
	door.config.fault_limit = HV_SMMU_FAULT_LIMIT;
	door.ready = true;
	return HV_OK;
}

hv_status_t hv_smmu_configure(const struct hv_smmu_config *config)
{
	if (config == NULL || config->sid_bits > 32 || config->fault_limit == 0)
		return HV_EINVAL;
	if (!is_open() || door.count != 0)
		return HV_EPERM;
	door.config = *config;
	return HV_OK;
}

hv_status_t hv_smmu_map_device(hv_u32 stream_id, hv_u32 partition_id)
{
	if (!is_open())
		return HV_EPERM;
	if (!valid(stream_id, partition_id))
		return HV_EINVAL;

	const struct hv_smmu_stream *known = find(stream_id);

	if (known != NULL)
		return known->partition_id == partition_id ? HV_OK : HV_EPERM;
	if (door.count == HV_MAX_SMMU_DEVICES)
		return HV_ENOSPC;

	hv_u32 at = door.count++;

	/* bound: HV_MAX_SMMU_DEVICES */
	for (; at > 0 && door.stream[at - 1].stream_id > stream_id; at--)
		door.stream[at] = door.stream[at - 1];
	door.stream[at].stream_id = stream_id;
	door.stream[at].partition_id = partition_id;
	door.stream[at].faults = 0;
	door.stream[at].cut_off = false;
	return HV_OK;
}

hv_status_t hv_smmu_unmap_device(hv_u32 stream_id, hv_u32 partition_id)
{
	if (!is_open())
		return HV_EPERM;

	const hv_status_t status = hv_smmu_check_device(stream_id, partition_id);

	if (status != HV_OK)
		return status;
	door.count--;
	for (hv_u32 i = position(stream_id); i < door.count; i++) /* bound: HV_MAX_SMMU_DEVICES */
		door.stream[i] = door.stream[i + 1];
	return HV_OK;
}

hv_status_t hv_smmu_check_device(hv_u32 stream_id, hv_u32 partition_id)
{
	if (!valid(stream_id, partition_id))
		return HV_EINVAL;

	const struct hv_smmu_stream *known = find(stream_id);

	return known != NULL && known->partition_id == partition_id ? HV_OK : HV_EPERM;
}

const struct hv_smmu_stream *hv_smmu_stream_at(hv_u32 index)
{
	return index < door.count ? &door.stream[index] : NULL;
}

static enum hv_smmu_verdict judge(struct hv_smmu_stream *stream)
{
	if (stream->cut_off)
		return HV_SMMU_DROP;
	stream->faults++;
	stream->cut_off = stream->faults >= door.config.fault_limit;
	return stream->cut_off ? HV_SMMU_CUT_OFF : HV_SMMU_REPORT;
}

hv_status_t hv_smmu_note_fault(hv_u32 stream_id, struct hv_smmu_fault *out)
{
	if (out == NULL)
		return HV_EINVAL;

	struct hv_smmu_stream *stream = find(stream_id);

	if (stream == NULL) {
		*out = (struct hv_smmu_fault){ .verdict = HV_SMMU_UNKNOWN };
		return HV_OK;
	}
	out->verdict = judge(stream);
	out->partition_id = stream->partition_id;
	out->faults = stream->faults;
	return HV_OK;
}

hv_status_t hv_smmu_clear_faults(hv_u32 partition_id)
{
	if (!hv_is_guest_id(partition_id))
		return HV_EINVAL;
	for (hv_u32 i = 0; i < door.count; i++) { /* bound: HV_MAX_SMMU_DEVICES */
		if (door.stream[i].partition_id == partition_id) {
			door.stream[i].faults = 0;
			door.stream[i].cut_off = false;
		}
	}
	return HV_OK;
}

hv_status_t hv_smmu_seal(void)
{
	if (!is_open())
		return HV_EPERM;
	door.sealed = true;
	return HV_OK;
}
