/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/cache.h>
#include <haven/hal/smmu.h>

#include "dma_memory.h"
#include "print.h"
#include "smmu.h"

#define CMDQ_LOG2   6u
#define EVENTQ_LOG2 7u
_Static_assert(HV_SMMU_EVENTS == 1u << EVENTQ_LOG2, "event queue");
#define VMID_BITS   8u
#define VTTBR_BADDR HV_BITS(47, 1)
#define LEAF_ADDRESS HV_BITS(51, 6)
#define LEAF_STREAMS (1u << HV_SMMU_SPLIT)

static struct hv_hal_smmu smmu;
static struct hv_smmu_strtab strtab;
static hv_u64 top; /* stream table, or its level 1 */

static struct hv_smmu_ste *entries_at(hv_u64 address)
{
	return (struct hv_smmu_ste *)address;
}

static hv_u64 *level1(void)
{
	return (hv_u64 *)top;
}

static struct hv_smmu_ste *entry_of(hv_u32 stream_id)
{
	if (!strtab.two_level)
		return &entries_at(top)[stream_id];
	return &entries_at(level1()[stream_id / LEAF_STREAMS] & LEAF_ADDRESS)[stream_id % LEAF_STREAMS];
}

void hv_smmu_silence(void)
{
	const hv_u64 base = hv_config.board->smmu.base;

	if (base != 0 && !hv_hal_smmu_abort_all(base))
		hv_panic("SMMU: DMA could not be made to abort");
}

static void negotiate(struct hv_smmu_caps *caps)
{
	const struct hv_smmu_needs needs = {
		.ipa_bits = hv_config.ipa_bits,
		.pa_bits = hv_hal_pa_bits(),
		.sid_bits = hv_config.board->smmu.sid_bits,
		.vmid_bits = VMID_BITS,
		.cmdq_log2 = CMDQ_LOG2,
		.eventq_log2 = EVENTQ_LOG2,
	};
	enum hv_smmu_missing missing = HV_SMMU_MISSING_NOTHING;
	struct hv_smmu_idr idr;

	hv_hal_smmu_identify(hv_config.board->smmu.base, &idr);
	if (hv_smmu_negotiate(&idr, &needs, caps, &missing) == HV_OK)
		return;
	hv_print("haven: this SMMU cannot isolate: %s\n", hv_smmu_missing_name(missing));
	hv_panic("SMMU");
}

/* ---- the stream table ---- */

static void fill(hv_u64 table, hv_u64 bytes)
{
	const hv_u64 count = bytes / sizeof(struct hv_smmu_ste);

	for (hv_u64 i = 0; i < count; i++) /* bound: streams of the configuration's groups */
		hv_smmu_ste_abort(&entries_at(table)[i]);
}

static void add_leaf(hv_u32 stream_id)
{
	hv_u64 *descriptor = &level1()[stream_id / LEAF_STREAMS];
	hv_u64 leaf;

	if (*descriptor != 0)
		return;
	leaf = hv_dma_memory_take("stream table", strtab.leaf_bytes, strtab.leaf_bytes);
	fill(leaf, strtab.leaf_bytes);
	if (hv_smmu_l1_descriptor(leaf, descriptor) != HV_OK)
		hv_panic("SMMU: level 2 of the stream table");
}

static void build(void)
{
	const struct hv_smmu_stream *stream;

	top = hv_dma_memory_take("stream table", strtab.top_bytes, strtab.top_align);
	if (!strtab.two_level) {
		fill(top, strtab.top_bytes);
		return;
	}
	/* Level 1 is all zero: no leaf, abort. */
	for (hv_u32 i = 0; (stream = hv_smmu_stream_at(i)) != NULL; i++) /* bound: HV_MAX_SMMU_DEVICES */
		add_leaf(stream->stream_id);
}

static bool all_abort(hv_u64 table, hv_u64 bytes)
{
	struct hv_smmu_stage2 unused;

	/* bound: streams of the configuration's groups */
	for (hv_u64 i = 0; i < bytes / sizeof(struct hv_smmu_ste); i++) {
		if (hv_smmu_ste_decode(&entries_at(table)[i], &unused) != HV_SMMU_STE_ABORT)
			return false;
	}
	return true;
}

static void prove(void)
{
	bool good = strtab.two_level || all_abort(top, strtab.top_bytes);

	/* bound: 2^(sid_bits - 8) */
	for (hv_u64 i = 0; strtab.two_level && i < strtab.top_bytes / sizeof(hv_u64); i++)
		good = good && (level1()[i] == 0 ||
				all_abort(level1()[i] & LEAF_ADDRESS, strtab.leaf_bytes));
	if (!good)
		hv_panic("SMMU: an entry of the stream table does not abort");
}

void hv_smmu_boot(void)
{
	struct hv_smmu_caps caps;
	hv_u64 base;

	if (hv_smmu_stream_at(0) == NULL)
		return;
	negotiate(&caps);
	if (hv_smmu_strtab_plan(&caps, hv_config.board->smmu.sid_bits, &strtab) != HV_OK)
		hv_panic("SMMU: shape of the stream table");
	smmu = (struct hv_hal_smmu){
		.base = hv_config.board->smmu.base,
		.coherent = caps.coherent,
		.cmdq_log2 = CMDQ_LOG2,
		.eventq_log2 = EVENTQ_LOG2,
	};
	build();
	smmu.cmdq = (struct hv_smmu_cmd *)hv_dma_memory_take(
		"command queue", HV_SMMU_CMD_BYTES << CMDQ_LOG2, HV_SMMU_CMD_BYTES << CMDQ_LOG2);
	smmu.eventq = (hv_u64(*)[4])hv_dma_memory_take(
		"event queue", HV_SMMU_EVENT_BYTES << EVENTQ_LOG2, HV_SMMU_EVENT_BYTES << EVENTQ_LOG2);
	prove();
	hv_hal_smmu_publish(&smmu, (const void *)hv_config.dma_memory.base, hv_config.dma_memory.size);
	hv_hal_smmu_publish(&smmu, hv_stage2_tables, hv_stage2_table_count * sizeof(hv_table_t));
	if (hv_smmu_strtab_base(&strtab, top, &base) != HV_OK ||
	    !hv_hal_smmu_enable(&smmu, &strtab, base, &caps))
		hv_panic("SMMU: it did not come up");
}

/* ---- one stream ---- */

bool hv_smmu_open(hv_u32 stream_id, hv_u32 partition_id)
{
	struct hv_smmu_stage2 stage2 = {.vtcr = hv_vtcr.vtcr, .vmid = partition_id};
	struct hv_smmu_ste ste;
	hv_u64 vttbr;

	if (hv_stage2_device_root(partition_id, &vttbr) != HV_OK)
		return false;
	stage2.ttb = vttbr & VTTBR_BADDR;
	if (hv_smmu_ste_stage2(&stage2, &ste) != HV_OK)
		return false;
	return hv_hal_smmu_replace(&smmu, entry_of(stream_id), stream_id, &ste);
}

bool hv_smmu_close(hv_u32 stream_id)
{
	struct hv_smmu_ste ste;

	hv_smmu_ste_abort(&ste);
	return hv_hal_smmu_replace(&smmu, entry_of(stream_id), stream_id, &ste);
}

bool hv_smmu_forget(hv_u32 partition_id)
{
	const struct hv_smmu_cmd command = hv_smmu_cmd_tlbi_s12_vmall((hv_u16)partition_id);

	return hv_hal_smmu_issue(&smmu, &command, 1);
}

bool hv_smmu_next_event(hv_u64 record[4], bool *lost)
{
	return smmu.base != 0 && hv_hal_smmu_event(&smmu, record, lost);
}

hv_u32 hv_smmu_errors(hv_u32 *cmd_error)
{
	return smmu.base == 0 ? 0 : hv_hal_smmu_errors(&smmu, cmd_error);
}
