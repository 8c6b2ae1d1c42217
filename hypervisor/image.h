/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_IMAGE_H
#define HAVEN_IMAGE_H
/**
 * @file
 * The image that was booted: the payloads behind the hypervisor.
 */
#include <haven/config.h>
#include <haven/payload.h>

/** Why a payload was refused. */
struct hv_image_error {
	const char *payload; /**< Name from the configuration, or "payload table". */
	const char *reason;  /**< Constant text. */
};

/**
 * Check the table against the configuration: same count, same names, sizes that
 * fit, files inside the image, image inside the hypervisor's memory.
 *
 * Who: boot code, before anything is copied. Reads the table only.
 *
 * @param table      The table; its first 64 bytes must be readable.
 * @param available  Bytes from the table to the end of the hypervisor's memory.
 *
 * @retval HV_OK      Everything agrees.
 * @retval HV_EINVAL  @p error says what does not.
 * Cost: HV_PAYLOAD_MAX entries.
 */
HV_MUST_CHECK
hv_status_t hv_image_check_table(const struct hv_payload_table *table, hv_u64 available,
				 const struct hv_config *config, struct hv_image_error *error);

/**
 * Compare one file with its checksum.
 *
 * @retval HV_OK      Intact.
 * @retval HV_EINVAL  Damaged; @p error names it.
 * Cost: one pass over the file.
 */
HV_MUST_CHECK
hv_status_t hv_image_check_payload(const struct hv_payload_table *table, hv_u32 index,
				   struct hv_image_error *error);

#endif
