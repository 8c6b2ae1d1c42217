/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/crc32.h>
#include <haven/hal/cache.h>

#include "image.h"
#include "loader.h"
#include "memory.h"

enum stage { STAGE_SCRUB, STAGE_CHECK, STAGE_COPY };

static hv_u64 least(hv_u64 a, hv_u64 b)
{
	return a < b ? a : b;
}

static void next_item(struct hv_load *load, enum stage stage, hv_u32 index)
{
	load->stage = stage;
	load->index = index;
	load->done = 0;
	load->crc = 0;
}

static void scrub(struct hv_load *load, hv_u32 cpu, const struct hv_range *range, hv_u64 step)
{
	const hv_u64 pa = range->base + load->done;
	const hv_u64 size = least(least(step, range->size - load->done), hv_window_left(pa));

	hv_hal_zero(hv_window_open(cpu, pa, size), size);
	hv_window_close(cpu, pa, size);
	load->done += size;
	if (load->done == range->size)
		next_item(load, STAGE_SCRUB, load->index + 1);
}

static enum hv_load_result check(struct hv_load *load, const struct hv_payload_entry *entry,
				 const hv_u8 *file, hv_u64 step)
{
	const hv_u64 size = least(step / 4, entry->size - load->done);

	load->crc = hv_crc32(load->crc, file + load->done, size);
	load->done += size;
	if (load->done != entry->size)
		return HV_LOAD_MORE;
	if (load->crc != entry->crc)
		return HV_LOAD_DAMAGED;
	next_item(load, STAGE_COPY, load->index);
	return HV_LOAD_MORE;
}

static void copy(struct hv_load *load, hv_u32 cpu, const struct hv_payload_entry *entry,
		 const hv_u8 *file, hv_u64 step)
{
	const hv_u64 pa = hv_config.payloads[load->index].load_pa + load->done;
	const hv_u64 size = least(least(step, entry->size - load->done), hv_window_left(pa));
	void *to = hv_window_open(cpu, pa, size);

	hv_hal_copy(to, file + load->done, size);
	hv_hal_cache_clean_invalidate(to, size);
	hv_window_close(cpu, pa, size);
	load->done += size;
	if (load->done == entry->size)
		next_item(load, STAGE_CHECK, load->index + 1);
}

static enum hv_load_result payload(struct hv_load *load, hv_u32 cpu, hv_u32 partition_id,
				   hv_u64 step)
{
	const struct hv_payload_table *table = hv_image_tail();
	const struct hv_payload_entry *entry = &table->entry[load->index];
	const hv_u8 *file = (const hv_u8 *)table + entry->offset;

	if (hv_config.payloads[load->index].partition_id != partition_id) {
		next_item(load, STAGE_CHECK, load->index + 1);
		return HV_LOAD_MORE;
	}
	if (load->stage == STAGE_CHECK)
		return check(load, entry, file, step);
	copy(load, cpu, entry, file, step);
	return HV_LOAD_MORE;
}

enum hv_load_result hv_load_step(struct hv_load *load, hv_u32 cpu,
				 const struct hv_partition_config *config, hv_u64 step)
{
	if (load->stage == STAGE_SCRUB && load->index < config->scrub_count) {
		scrub(load, cpu, &config->scrub[load->index], step);
		return HV_LOAD_MORE;
	}
	if (load->stage == STAGE_SCRUB)
		next_item(load, STAGE_CHECK, 0);
	if (load->index < hv_config.payload_count)
		return payload(load, cpu, config->id, step);
	hv_hal_instructions_changed();
	return HV_LOAD_DONE;
}
