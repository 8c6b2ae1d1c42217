/* SPDX-License-Identifier: Apache-2.0 */
/* From the register writes of one TRDC back to rules. */
#include "trdc_layout.h"

struct in {
	const struct hv_fw_chip *chip;
	const struct hv_fw_trdc *trdc;
	hv_u32 trdc_index;
	const struct hv_trdc_word *words;
	hv_u32 count;
};

/* Value of a register after all writes; 0 if none. */
static hv_u32 value_of(const struct in *in, hv_u32 offset)
{
	for (hv_u32 i = in->count; i > 0; i--) { /* bound: the image */
		if (in->words[i - 1].offset == offset)
			return in->words[i - 1].value;
	}
	return 0;
}

static bool add_master(const struct in *in, hv_u32 index, hv_u32 word, struct hv_trdc_rules *rules)
{
	const bool cpu = (word & MDA_DFMT) == 0;

	if (rules->master_count == rules->master_capacity)
		return false;
	rules->masters[rules->master_count++] = (struct hv_fw_master){
		.trdc = in->trdc_index,
		.index = index,
		.cpu = cpu,
		.did = (hv_u32)HV_GET(MDA_DID, word),
		.secure = (hv_u32)(cpu ? HV_GET(MDA_CPU_SA, word) : HV_GET(MDA_SA, word)),
		.privilege = cpu ? 0 : (hv_u32)HV_GET(MDA_PA, word),
		.physical = (word & MDA_KPA) != 0,
		.stream = cpu ? 0 : (hv_u32)HV_GET(MDA_SID, word),
	};
	return true;
}

static bool decode_masters(const struct in *in, struct hv_trdc_rules *rules)
{
	for (hv_u32 i = 0; i < in->trdc->masters; i++) { /* bound: the chip */
		const hv_u32 word = value_of(in, MDA_OFFSET + MDA_STRIDE * i);

		if ((word & MDA_VLD) != 0 && !add_master(in, i, word, rules))
			return false;
	}
	return true;
}

static bool decode_region(const struct in *in, hv_u32 index, hv_u32 did, hv_u32 region,
			  struct hv_trdc_rules *rules)
{
	const struct hv_fw_mrc *mrc = &in->chip->mrcs[in->trdc->mrc_first + index];
	const hv_u32 at = hv_trdc_region_offset(in->trdc->mbc_count, index, did, region, 0);
	const hv_u32 w0 = value_of(in, at), w1 = value_of(in, at + 4);
	const hv_u32 shift = mrc->big ? 4 : 0;
	const hv_u64 mask = mrc->big ? BIG_ADDRESS : SMALL_ADDRESS;
	const hv_u64 first = (w0 & mask) << shift;
	const hv_u64 last = ((w1 & mask) << shift) | (HV_FW_GRANULE - 1);

	if ((w1 & REGION_VLD) == 0 || last < first)
		return true;
	if (rules->region_count == rules->region_capacity)
		return false;
	rules->regions[rules->region_count++] = (struct hv_fw_region){
		.mrc = in->trdc->mrc_first + index,
		.did = did,
		.range = {first, last - first + 1},
		.access = value_of(in, hv_trdc_mrc_offset(in->trdc->mbc_count, index) + GLBAC_OFFSET +
					       4 * (w0 & (hv_u32)REGION_SELECT)),
		.nonsecure = (w1 & REGION_NSE) != 0,
	};
	return true;
}

static bool decode_mrc(const struct in *in, hv_u32 index, struct hv_trdc_rules *rules)
{
	const hv_u32 regions = in->chip->mrcs[in->trdc->mrc_first + index].regions;

	for (hv_u32 did = 0; did < HV_FW_DOMAINS; did++) { /* bound: HV_FW_DOMAINS */
		for (hv_u32 region = 0; region < regions; region++) { /* bound: HV_FW_REGIONS */
			if (!decode_region(in, index, did, region, rules))
				return false;
		}
	}
	return true;
}

static bool same_rule(const struct hv_fw_blocks *run, const struct hv_fw_blocks *next)
{
	return run->mbc == next->mbc && run->did == next->did && run->memory == next->memory &&
	       run->access == next->access && run->nonsecure == next->nonsecure &&
	       run->last + 1 == next->first;
}

/* Append a block, or lengthen the run that ends before it. */
static bool add_block(const struct hv_fw_blocks *block, struct hv_trdc_rules *rules)
{
	struct hv_fw_blocks *run = rules->block_count == 0 ? NULL :
							      &rules->blocks[rules->block_count - 1];

	if (block->access == HV_FW_NONE)
		return true;
	if (run != NULL && same_rule(run, block)) {
		run->last++;
		return true;
	}
	if (rules->block_count == rules->block_capacity)
		return false;
	rules->blocks[rules->block_count++] = *block;
	return true;
}

static bool decode_block(const struct in *in, hv_u32 index, hv_u32 did, hv_u32 memory, hv_u32 block,
			 struct hv_trdc_rules *rules)
{
	const hv_u32 word = value_of(in, hv_trdc_block_offset(index, did, memory, block));
	const hv_u32 bits = word >> (4 * (block % 8)) & 0xf;
	const hv_u32 glbac = hv_trdc_mbc_offset(index) + GLBAC_OFFSET + 4 * (bits & ~BLOCK_NSE);

	return add_block(&(struct hv_fw_blocks){
		.mbc = in->trdc->mbc_first + index,
		.memory = memory,
		.first = block,
		.last = block,
		.did = did,
		.access = value_of(in, glbac),
		.nonsecure = (bits & BLOCK_NSE) != 0,
	}, rules);
}

static bool decode_mbc(const struct in *in, hv_u32 index, struct hv_trdc_rules *rules)
{
	const struct hv_fw_mbc *mbc = &in->chip->mbcs[in->trdc->mbc_first + index];

	for (hv_u32 did = 0; did < HV_FW_DOMAINS; did++) { /* bound: HV_FW_DOMAINS */
		for (hv_u32 memory = 0; memory < HV_FW_MEMORIES; memory++) { /* bound: HV_FW_MEMORIES */
			for (hv_u32 i = 0; i < mbc->memory[memory].blocks; i++) { /* bound: 512 */
				if (!decode_block(in, index, did, memory, i, rules))
					return false;
			}
		}
	}
	return true;
}

/* A table with a capacity is a table. */
static bool has_room(const struct hv_trdc_rules *rules)
{
	return (rules->masters != NULL || rules->master_capacity == 0) &&
	       (rules->regions != NULL || rules->region_capacity == 0) &&
	       (rules->blocks != NULL || rules->block_capacity == 0);
}

hv_status_t hv_trdc_decode(const struct hv_fw_chip *chip, hv_u32 trdc, const struct hv_trdc_word *words,
			   hv_u32 count, struct hv_trdc_rules *rules)
{
	struct in in = {.chip = chip, .trdc_index = trdc, .words = words, .count = count};
	bool fits;

	if (chip == NULL || words == NULL || rules == NULL || trdc >= chip->trdc_count || !has_room(rules))
		return HV_EINVAL;
	in.trdc = &chip->trdcs[trdc];
	if ((value_of(&in, CR_OFFSET) & HV_TRDC_CR_VALID) != HV_TRDC_CR_VALID)
		return HV_EPERM;
	fits = decode_masters(&in, rules);
	for (hv_u32 i = 0; fits && i < in.trdc->mbc_count; i++) /* bound: the chip */
		fits = decode_mbc(&in, i, rules);
	for (hv_u32 i = 0; fits && i < in.trdc->mrc_count; i++) /* bound: the chip */
		fits = decode_mrc(&in, i, rules);
	return fits ? HV_OK : HV_ENOSPC;
}
