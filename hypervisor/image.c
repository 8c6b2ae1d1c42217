/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/crc32.h>

#include "image.h"

static hv_status_t refuse(struct hv_image_error *error, const char *payload, const char *reason)
{
	error->payload = payload;
	error->reason = reason;
	return HV_EINVAL;
}

static bool same_name(const char *entry, const char *name)
{
	for (hv_u32 i = 0; i < 32; i++) { /* bound: 32 */
		if (entry[i] != name[i])
			return false;
		if (name[i] == '\0')
			return true;
	}
	return false;
}

static hv_status_t check_entry(const struct hv_payload_table *table, hv_u32 index,
			       const struct hv_payload_config *config,
			       struct hv_image_error *error)
{
	const struct hv_payload_entry *entry = &table->entry[index];

	if (!same_name(entry->name, config->name))
		return refuse(error, config->name, "another payload stands in its place");
	if (!hv_is_aligned(entry->offset, 8) || !hv_range_valid(entry->offset, entry->size) ||
	    !hv_range_contains(0, table->size, entry->offset, entry->size))
		return refuse(error, config->name, "lies outside the image");
	if (entry->size > config->max_size)
		return refuse(error, config->name, "does not fit its memory");
	return HV_OK;
}

hv_status_t hv_image_check_table(const struct hv_payload_table *table, hv_u64 available,
				 const struct hv_config *config, struct hv_image_error *error)
{
	static const char whole[] = "payload table";

	if (table->magic != HV_PAYLOAD_MAGIC)
		return refuse(error, whole, "not found behind the hypervisor");
	if (table->version != HV_PAYLOAD_VERSION)
		return refuse(error, whole, "has another version");
	if (table->count != config->payload_count || table->count > HV_PAYLOAD_MAX)
		return refuse(error, whole, "has another number of payloads than the configuration");
	if (table->size > available)
		return refuse(error, whole, "reaches beyond the hypervisor's memory");
	if (table->size < sizeof(*table) + table->count * sizeof(table->entry[0]) ||
	    table->crc != hv_crc32(0, table->entry, table->count * sizeof(table->entry[0])))
		return refuse(error, whole, "is damaged");
	for (hv_u32 i = 0; i < table->count; i++) { /* bound: HV_PAYLOAD_MAX */
		if (check_entry(table, i, &config->payloads[i], error) != HV_OK)
			return HV_EINVAL;
	}
	return HV_OK;
}

hv_status_t hv_image_check_payload(const struct hv_payload_table *table, hv_u32 index,
				   struct hv_image_error *error)
{
	const struct hv_payload_entry *entry = &table->entry[index];

	if (hv_crc32(0, (const hv_u8 *)table + entry->offset, entry->size) != entry->crc)
		return refuse(error, entry->name, "is damaged: its checksum does not match");
	return HV_OK;
}
