/* SPDX-License-Identifier: Apache-2.0 */
/* Where guests start, and where the image's files are copied to. */
#include <inttypes.h>

#include "replay.h"

static bool check_entry(const struct replay_pool *pool, const struct hv_partition_config *p)
{
	struct hv_stage2_translation t;

	if (!replay_translate(pool, p, p->entry_ipa, &t))
		return false;
	if (t.result != HV_WALK_MAPPED || (t.attrs & HV_MEM_XN) != 0)
		return replay_fail("%s starts at IPA 0x%" PRIx64 ", which it cannot execute", p->name,
				   p->entry_ipa);
	if (p->dtb_ipa != 0 && hv_stage2_check_access(p->id, p->dtb_ipa, 8) != HV_OK)
		return replay_fail("%s cannot read its device tree", p->name);
	return true;
}

/* The window of an emulated device must trap, so nothing may be mapped there. */
static bool traps(const struct replay_pool *pool, const struct hv_partition_config *p, hv_u64 base,
		  hv_u64 size)
{
	struct hv_stage2_translation t;

	for (hv_u64 ipa = base; ipa < base + size; ipa += HV_TABLE_SIZE) {
		if (!replay_translate(pool, p, ipa, &t))
			return false;
		if (t.result == HV_WALK_MAPPED)
			return replay_fail("%s has IPA 0x%" PRIx64 " of an emulated device mapped",
					   p->name, ipa);
	}
	return true;
}

static bool check_windows(const struct replay_pool *pool, const struct hv_partition_config *p)
{
	const struct hv_board *board = hv_config.board;

	return traps(pool, p, board->gicd_base, 0x10000) &&
	       traps(pool, p, board->gicr_base, p->vcpu_count * UINT64_C(0x20000)) &&
	       (p->vuart_ipa == 0 || traps(pool, p, p->vuart_ipa, 0x1000)) &&
	       (p->dma.msi_ipa == 0 || traps(pool, p, p->dma.msi_ipa, 0x1000)) &&
	       (p->dma.function_count == 0 ||
		(board->pci.ecam.size != 0 &&
		 traps(pool, p, board->pci.ecam.base, board->pci.ecam.size)));
}

static bool check_payload(const struct hv_payload_config *payload)
{
	const struct hv_partition_config *p = &hv_config.partitions[payload->partition_id - 1];

	for (hv_u32 i = 0; i < p->scrub_count; i++) {
		if (hv_range_valid(payload->load_pa, payload->max_size) &&
		    hv_range_contains(p->scrub[i].base, p->scrub[i].size, payload->load_pa,
				      payload->max_size))
			return true;
	}
	return replay_fail("%s would be copied outside the private memory of %s", payload->name,
			   p->name);
}

bool replay_starts(const struct replay_pool *pool)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (!check_entry(pool, &hv_config.partitions[i]) ||
		    !check_windows(pool, &hv_config.partitions[i]))
			return false;
	}
	for (hv_u32 i = 0; i < hv_config.payload_count; i++) {
		if (!check_payload(&hv_config.payloads[i]))
			return false;
	}
	return true;
}
