/* SPDX-License-Identifier: Apache-2.0 */
/* What the SMMU and the ITS read: the takes of hypervisor/msi.c and smmu.c, counted again. */
#include <inttypes.h>

#include <haven/its.h>
#include <haven/smmu_queue.h>
#include <haven/smmu_ste.h>

#include "replay.h"

#define LARGE      UINT64_C(0x10000) /* alignment of the ITS's queue and of pending tables */
#define COMMANDS   (UINT64_C(64) * HV_SMMU_CMD_BYTES)
#define EVENTS     (UINT64_C(128) * HV_SMMU_EVENT_BYTES)
#define MAX_ITT_ENTRY 16u /* bytes; GITS_TYPER.ITT_entry_size has four bits */

static hv_u64 take(hv_u64 next, hv_u64 bytes, hv_u64 align)
{
	return (next + align - 1) / align * align + bytes;
}

static hv_u64 take_itts(hv_u64 next)
{
	const struct hv_its_caps caps = {.itt_entry_bytes = MAX_ITT_ENTRY};
	hv_u32 last = 0;

	for (hv_u32 i = 0; i < hv_config.lpi_count; i++)
		last = hv_config.lpis[i].spi > last ? hv_config.lpis[i].spi : last;
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		const struct hv_dma_config *dma = &hv_config.partitions[i].dma;

		for (hv_u32 k = 0; k < dma->function_count && dma->msi_count != 0; k++)
			next = take(next, hv_its_itt_bytes(&caps, hv_its_event_bits(last)),
				    HV_ITS_ITT_ALIGN);
	}
	return next;
}

/* One for each CPU of a vCPU 0 whose partition gets messages. */
static hv_u64 take_pending(hv_u64 next)
{
	hv_u32 cpus = 0;

	for (hv_u32 i = 0; i < hv_config.lpi_count; i++)
		cpus |= 1u << hv_config.partitions[hv_config.lpis[i].partition_id - 1].vcpu_cpu[0];
	for (; cpus != 0; cpus &= cpus - 1)
		next = take(next, HV_LPI_PENDING_BYTES, LARGE);
	return next;
}

static hv_u64 take_its(hv_u64 next)
{
	if (hv_config.lpi_count == 0)
		return next;
	next = take(next, HV_ITS_CMDQ_BYTES, LARGE);
	next = take(next, HV_ITS_TABLE_BYTES, HV_ITS_TABLE_BYTES);
	next = take(next, HV_ITS_TABLE_BYTES, HV_ITS_TABLE_BYTES);
	next = take(next, HV_LPI_CONFIG_BYTES, HV_TABLE_SIZE);
	return take_pending(take_itts(next));
}

static hv_u64 take_streams(hv_u64 next, const struct hv_smmu_strtab *shape)
{
	hv_u64 last = UINT64_MAX;

	next = take(next, shape->top_bytes, shape->top_align);
	for (hv_u32 i = 0; shape->two_level && hv_smmu_stream_at(i) != NULL; i++) {
		const hv_u64 group = hv_smmu_stream_at(i)->stream_id >> HV_SMMU_SPLIT;

		if (group != last)
			next = take(next, shape->leaf_bytes, shape->leaf_bytes);
		last = group;
	}
	next = take(next, COMMANDS, COMMANDS);
	return take(next, EVENTS, EVENTS);
}

/* With two levels: an SMMU that has only one needs far more, and the boot refuses it. */
static bool take_smmu(hv_u64 *next)
{
	const struct hv_smmu_caps caps = {.sid_bits = 32, .two_level = true};
	struct hv_smmu_strtab shape;

	if (hv_smmu_stream_at(0) == NULL)
		return true;
	if (hv_smmu_strtab_plan(&caps, hv_config.board->smmu.sid_bits, &shape) != HV_OK)
		return replay_fail("no stream table for %" PRIu32 " bits",
				   hv_config.board->smmu.sid_bits);
	*next = take_streams(*next, &shape);
	return true;
}

bool replay_dma_memory(void)
{
	const struct hv_range range = hv_config.dma_memory;
	hv_u64 next = take_its(range.base);

	if (!take_smmu(&next))
		return false;
	if (range.base + range.size > hv_config.journal_pa || range.base < hv_config.hypervisor.base)
		return replay_fail("tables of SMMU and ITS do not lie between image and journal");
	if (next == range.base)
		return range.size == 0 || replay_fail("room for an SMMU and an ITS that are not in use");
	if (range.base % LARGE != 0)
		return replay_fail("tables of SMMU and ITS are not aligned");
	return next <= range.base + range.size ||
	       replay_fail("tables of SMMU and ITS take %" PRIu64 " bytes, and there are %" PRIu64,
			   next - range.base, range.size);
}
