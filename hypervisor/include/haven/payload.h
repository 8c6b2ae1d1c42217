/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PAYLOAD_H
#define HAVEN_PAYLOAD_H
/**
 * @file
 * Payload table of a bootable image. tools/haven-pack writes it directly behind
 * the hypervisor (at the 4 KB boundary that ends its .bss); files follow, each
 * at a 4 KB boundary. Little-endian.
 */
#include <haven/types.h>

#define HV_PAYLOAD_MAGIC   0x54505648u /* "HVPT" */
#define HV_PAYLOAD_VERSION 1u
#define HV_PAYLOAD_MAX     32u

struct hv_payload_entry {
	char name[32]; /**< NUL-terminated; equals hv_payload_config.name. */
	hv_u64 offset; /**< Bytes from the start of the table. */
	hv_u64 size;   /**< Bytes. */
	hv_u32 crc;    /**< hv_crc32 of the file. */
	hv_u32 reserved[3];
};
_Static_assert(sizeof(struct hv_payload_entry) == 64, "format is fixed");

struct hv_payload_table {
	hv_u32 magic;
	hv_u32 version;
	hv_u32 count;
	hv_u32 crc; /**< hv_crc32 of the entries. */
	hv_u64 size; /**< Bytes of the table and all files. */
	hv_u32 reserved[10];
	struct hv_payload_entry entry[];
};
_Static_assert(sizeof(struct hv_payload_table) == 64, "format is fixed");

#endif
