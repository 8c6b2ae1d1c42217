/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/cache.h>

#include "image.h"
#include "loader.h"
#include "memory.h"

static hv_u64 least(hv_u64 a, hv_u64 b)
{
	return a < b ? a : b;
}

static void scrub(hv_u32 cpu, hv_u64 pa, hv_u64 size)
{
	while (size != 0) { /* bound: size / HV_WINDOW_SIZE + 1 */
		const hv_u64 step = least(size, hv_window_left(pa));

		hv_hal_zero(hv_window_open(cpu, pa, step), step);
		hv_window_close(cpu);
		pa += step;
		size -= step;
	}
}

static void copy(hv_u32 cpu, hv_u64 pa, const hv_u8 *from, hv_u64 size)
{
	while (size != 0) { /* bound: size / HV_WINDOW_SIZE + 1 */
		const hv_u64 step = least(size, hv_window_left(pa));
		void *to = hv_window_open(cpu, pa, step);

		hv_hal_copy(to, from, step);
		hv_hal_cache_clean_invalidate(to, step);
		hv_window_close(cpu);
		pa += step;
		from += step;
		size -= step;
	}
}

hv_status_t hv_load_partition(hv_u32 cpu, const struct hv_partition_config *config)
{
	const struct hv_payload_table *table = hv_image_tail();
	struct hv_image_error error;

	for (hv_u32 i = 0; i < config->scrub_count; i++) /* bound: HV_MAX_REGIONS */
		scrub(cpu, config->scrub[i].base, config->scrub[i].size);
	for (hv_u32 i = 0; i < hv_config.payload_count; i++) { /* bound: HV_PAYLOAD_MAX */
		const struct hv_payload_entry *entry = &table->entry[i];

		if (hv_config.payloads[i].partition_id != config->id)
			continue;
		if (hv_image_check_payload(table, i, &error) != HV_OK)
			return HV_EINVAL;
		copy(cpu, hv_config.payloads[i].load_pa, (const hv_u8 *)table + entry->offset,
		     entry->size);
	}
	hv_hal_instructions_changed();
	return HV_OK;
}
