/* SPDX-License-Identifier: Apache-2.0 */
/* From a policy to the register writes of one TRDC. */
#include "trdc_layout.h"

struct out {
	struct hv_trdc_word *words;
	hv_u32 capacity, count;
};

/* Numbering of one checker's access values: [n] in use if n < count. */
struct accesses {
	hv_u32 value[HV_FW_ACCESSES];
	hv_u32 count;
};

static void put(struct out *out, hv_u32 offset, hv_u32 value)
{
	if (out->count < out->capacity)
		out->words[out->count] = (struct hv_trdc_word){offset, value};
	out->count++;
}

static bool number(struct accesses *a, hv_u32 value)
{
	for (hv_u32 i = 0; i < a->count; i++) { /* bound: HV_FW_ACCESSES */
		if (a->value[i] == value)
			return true;
	}
	if (a->count == HV_FW_ACCESSES)
		return false;
	a->value[a->count++] = value;
	return true;
}

static hv_u32 number_of(const struct accesses *a, hv_u32 value)
{
	hv_u32 i = 0;

	while (i < a->count - 1 && a->value[i] != value) /* bound: HV_FW_ACCESSES */
		i++;
	return i;
}

static bool number_regions(const struct hv_fw_policy *policy, hv_u32 mrc, struct accesses *a)
{
	bool fits = true;

	*a = (struct accesses){.count = 0};
	for (hv_u32 i = 0; i < policy->region_count; i++) { /* bound: the policy */
		if (policy->regions[i].mrc == mrc)
			fits = number(a, policy->regions[i].access) && fits;
	}
	return fits;
}

static bool number_blocks(const struct hv_fw_policy *policy, hv_u32 mbc, struct accesses *a)
{
	bool fits = true;

	*a = (struct accesses){.value = {HV_FW_NONE}, .count = 1};
	for (hv_u32 i = 0; i < policy->block_count; i++) { /* bound: the policy */
		if (policy->blocks[i].mbc == mbc)
			fits = number(a, policy->blocks[i].access) && fits;
	}
	return fits;
}

static hv_u32 master_word(const struct hv_fw_master *master)
{
	hv_u32 word = (hv_u32)(HV_PUT(MDA_DID, master->did) | MDA_VLD);

	if (master->physical)
		word |= (hv_u32)MDA_KPA;
	if (master->cpu)
		return word | (hv_u32)HV_PUT(MDA_CPU_SA, master->secure);
	return word | (hv_u32)(MDA_DFMT | HV_PUT(MDA_PA, master->privilege) |
			       HV_PUT(MDA_SA, master->secure) | HV_PUT(MDA_SID, master->stream));
}

static void put_masters(const struct hv_fw_policy *policy, hv_u32 trdc, struct out *out)
{
	for (hv_u32 i = 0; i < policy->master_count; i++) { /* bound: the policy */
		const struct hv_fw_master *master = &policy->masters[i];

		if (master->trdc == trdc)
			put(out, MDA_OFFSET + MDA_STRIDE * master->index, master_word(master));
	}
}

static void put_accesses(hv_u32 checker, const struct accesses *a, hv_u32 first, hv_u32 last,
			 struct out *out)
{
	for (hv_u32 i = first; i <= last && i < a->count; i++) /* bound: HV_FW_ACCESSES */
		put(out, checker + GLBAC_OFFSET + 4 * i, a->value[i]);
}

static hv_u32 nibble(const struct hv_fw_policy *policy, const struct accesses *a, hv_u32 mbc, hv_u32 did,
		     hv_u32 memory, hv_u32 block)
{
	for (hv_u32 i = 0; i < policy->block_count; i++) { /* bound: the policy */
		const struct hv_fw_blocks *b = &policy->blocks[i];

		if (b->mbc == mbc && b->did == did && b->memory == memory && block >= b->first &&
		    block <= b->last)
			return number_of(a, b->access) | (b->nonsecure ? BLOCK_NSE : 0);
	}
	return 0;
}

static void put_memory(const struct hv_fw_policy *policy, const struct accesses *a, hv_u32 mbc,
		       hv_u32 did, hv_u32 memory, struct out *out)
{
	const struct hv_fw_mbc *geometry = &policy->chip->mbcs[mbc];
	const hv_u32 index = mbc - policy->chip->trdcs[geometry->trdc].mbc_first;
	const hv_u32 blocks = geometry->memory[memory].blocks;

	for (hv_u32 block = 0; block < blocks; block += 8) { /* bound: 512 blocks */
		hv_u32 word = 0;

		for (hv_u32 i = 0; i < 8; i++) /* bound: 8 */
			word |= nibble(policy, a, mbc, did, memory, block + i) << (4 * i);
		put(out, hv_trdc_block_offset(index, did, memory, block), word);
	}
}

static void put_blocks(const struct hv_fw_policy *policy, const struct accesses *a, hv_u32 mbc,
		       struct out *out)
{
	for (hv_u32 did = 0; did < HV_FW_DOMAINS; did++) { /* bound: HV_FW_DOMAINS */
		for (hv_u32 memory = 0; memory < HV_FW_MEMORIES; memory++) /* bound: HV_FW_MEMORIES */
			put_memory(policy, a, mbc, did, memory, out);
	}
}

static hv_u32 region_address(const struct hv_fw_mrc *mrc, hv_u64 address)
{
	return (hv_u32)(mrc->big ? address >> 4 & BIG_ADDRESS : address & SMALL_ADDRESS);
}

/* Words of one domain; returns how many regions it has. */
static hv_u32 put_domain(const struct hv_fw_policy *policy, const struct accesses *a, hv_u32 mrc,
			 hv_u32 did, struct out *out)
{
	const struct hv_fw_mrc *geometry = &policy->chip->mrcs[mrc];
	const struct hv_fw_trdc *trdc = &policy->chip->trdcs[geometry->trdc];
	hv_u32 used = 0;

	for (hv_u32 i = 0; i < policy->region_count; i++) { /* bound: the policy */
		const struct hv_fw_region *r = &policy->regions[i];
		const hv_u32 at = hv_trdc_region_offset(trdc->mbc_count, mrc - trdc->mrc_first, did, used, 0);

		if (r->mrc != mrc || r->did != did)
			continue;
		put(out, at, region_address(geometry, r->range.base) | number_of(a, r->access));
		put(out, at + 4,
		    region_address(geometry, hv_range_last(r->range.base, r->range.size)) |
			    (r->nonsecure ? REGION_NSE : 0) | REGION_VLD);
		used++;
	}
	return used;
}

static void put_regions(const struct hv_fw_policy *policy, const struct accesses *a, hv_u32 mrc,
			struct out *out)
{
	const struct hv_fw_mrc *geometry = &policy->chip->mrcs[mrc];
	const struct hv_fw_trdc *trdc = &policy->chip->trdcs[geometry->trdc];

	for (hv_u32 did = 0; did < HV_FW_DOMAINS; did++) { /* bound: HV_FW_DOMAINS */
		hv_u32 region = put_domain(policy, a, mrc, did, out);

		for (; region < geometry->regions; region++) /* bound: HV_FW_REGIONS */
			put(out, hv_trdc_region_offset(trdc->mbc_count, mrc - trdc->mrc_first, did, region, 1), 0);
	}
}

/* What is put last may only take effect when the rest stands: value 0 of each checker. */
enum pass { REST, FIRST_ACCESS };

static bool put_checkers(const struct hv_fw_policy *policy, hv_u32 trdc, enum pass pass, struct out *out)
{
	const struct hv_fw_trdc *t = &policy->chip->trdcs[trdc];
	struct accesses a;

	for (hv_u32 i = 0; i < t->mbc_count; i++) { /* bound: the chip */
		if (!number_blocks(policy, t->mbc_first + i, &a))
			return false;
		put_accesses(hv_trdc_mbc_offset(i), &a, pass == REST, pass == REST ? 7 : 0, out);
		if (pass == REST)
			put_blocks(policy, &a, t->mbc_first + i, out);
	}
	for (hv_u32 i = 0; i < t->mrc_count; i++) { /* bound: the chip */
		if (!number_regions(policy, t->mrc_first + i, &a))
			return false;
		put_accesses(hv_trdc_mrc_offset(t->mbc_count, i), &a, pass == REST, pass == REST ? 7 : 0, out);
		if (pass == REST)
			put_regions(policy, &a, t->mrc_first + i, out);
	}
	return true;
}

hv_status_t hv_trdc_compile(const struct hv_fw_policy *policy, hv_u32 trdc, struct hv_trdc_word *words,
			    hv_u32 capacity, hv_u32 *count)
{
	struct out out = {words, capacity, 0};

	if (policy == NULL || policy->chip == NULL || count == NULL || (words == NULL && capacity != 0) ||
	    trdc >= policy->chip->trdc_count)
		return HV_EINVAL;
	*count = 0;
	put_masters(policy, trdc, &out);
	if (!put_checkers(policy, trdc, REST, &out) || !put_checkers(policy, trdc, FIRST_ACCESS, &out))
		return HV_ENOSPC;
	put(&out, CR_OFFSET, HV_TRDC_CR_VALID);
	*count = out.count;
	return out.count <= capacity ? HV_OK : HV_ENOSPC;
}
