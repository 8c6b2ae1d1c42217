/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SMMUv3 model remembers: stream table entries and descriptors, leaves and table
 * pointers of stage 2. Nothing goes away by itself until the places run out.
 */
#include <string.h>

#include "fake_bus.h"
#include "smmuv3_private.h"

bool smmu_find_ste(struct fake_smmu *smmu, hv_u32 stream, hv_u64 ste[8])
{
	for (hv_u32 i = 0; i < FAKE_SMMU_STES; i++) {
		if (smmu->ste[i].used && smmu->ste[i].stream == stream) {
			memcpy(ste, smmu->ste[i].word, sizeof(smmu->ste[i].word));
			return true;
		}
	}
	return false;
}

void smmu_keep_ste(struct fake_smmu *smmu, hv_u32 stream, const hv_u64 ste[8])
{
	struct fake_smmu_ste *place = &smmu->ste[smmu->next_ste++ % FAKE_SMMU_STES];

	place->used = true;
	place->stream = stream;
	memcpy(place->word, ste, sizeof(place->word));
}

bool smmu_find_l1std(struct fake_smmu *smmu, hv_u32 index, hv_u64 *descriptor)
{
	for (hv_u32 i = 0; i < FAKE_SMMU_L1STDS; i++) {
		if (smmu->l1std[i].used && smmu->l1std[i].index == index) {
			*descriptor = smmu->l1std[i].descriptor;
			return true;
		}
	}
	return false;
}

void smmu_keep_l1std(struct fake_smmu *smmu, hv_u32 index, hv_u64 descriptor)
{
	smmu->l1std[smmu->next_l1std++ % FAKE_SMMU_L1STDS] =
		(struct fake_smmu_l1std){true, index, descriptor};
}

static const struct fake_smmu_translation *find(const struct fake_smmu_translation *from,
						hv_u32 count, hv_u32 vmid, hv_u64 ipa)
{
	const struct fake_smmu_translation *best = NULL;

	for (hv_u32 i = 0; i < count; i++) {
		if (!from[i].used || from[i].vmid != vmid || ipa - from[i].ipa >= from[i].size)
			continue;
		if (best == NULL || from[i].level > best->level)
			best = &from[i];
	}
	return best;
}

const struct fake_smmu_translation *smmu_find_leaf(const struct fake_smmu *smmu, hv_u32 vmid,
						   hv_u64 ipa)
{
	return find(smmu->tlb, FAKE_SMMU_TLB, vmid, ipa);
}

/* The deepest pointer that is known on the way to an address. */
const struct fake_smmu_translation *smmu_find_walk(const struct fake_smmu *smmu, hv_u32 vmid,
						   hv_u64 ipa)
{
	return find(smmu->walk, FAKE_SMMU_WALKS, vmid, ipa);
}

void smmu_keep_leaf(struct fake_smmu *smmu, const struct fake_smmu_translation *leaf)
{
	smmu->tlb[smmu->next_tlb++ % FAKE_SMMU_TLB] = *leaf;
}

void smmu_keep_walk(struct fake_smmu *smmu, const struct fake_smmu_translation *pointer)
{
	smmu->walk[smmu->next_walk++ % FAKE_SMMU_WALKS] = *pointer;
}

/* Bits of a stream id below a level 1 descriptor: STRTAB_BASE_CFG.SPLIT. */
static hv_u32 split(const struct fake_smmu *smmu)
{
	const hv_u32 value = (hv_u32)bits(smmu->strtab_base_cfg, 10, 6);

	return value == 8 || value == 10 ? value : 6;
}

/* Streams [first, last], and with them the descriptors that lead there unless leaf. */
static void forget_streams(struct fake_smmu *smmu, hv_u32 first, hv_u32 last, bool leaf)
{
	for (hv_u32 i = 0; i < FAKE_SMMU_STES; i++) {
		if (smmu->ste[i].stream >= first && smmu->ste[i].stream <= last)
			smmu->ste[i].used = false;
	}
	for (hv_u32 i = 0; i < FAKE_SMMU_L1STDS && !leaf; i++) {
		if (smmu->l1std[i].index >= first >> split(smmu) &&
		    smmu->l1std[i].index <= last >> split(smmu))
			smmu->l1std[i].used = false;
	}
	/* A fetch under way completes before the SYNC, and is forgotten like the rest. */
	if (smmu->fetch.stream >= first && smmu->fetch.stream <= last)
		smmu->fetch.active = false;
}

static void forget_vmid(struct fake_smmu *smmu, hv_u32 vmid)
{
	for (hv_u32 i = 0; i < FAKE_SMMU_TLB; i++)
		smmu->tlb[i].used = smmu->tlb[i].used && smmu->tlb[i].vmid != vmid;
	for (hv_u32 i = 0; i < FAKE_SMMU_WALKS; i++)
		smmu->walk[i].used = smmu->walk[i].used && smmu->walk[i].vmid != vmid;
}

static void forget_ipa(struct fake_smmu *smmu, hv_u32 vmid, hv_u64 ipa, bool leaf)
{
	for (hv_u32 i = 0; i < FAKE_SMMU_TLB; i++) {
		if (smmu->tlb[i].vmid == vmid && ipa - smmu->tlb[i].ipa < smmu->tlb[i].size)
			smmu->tlb[i].used = false;
	}
	for (hv_u32 i = 0; i < FAKE_SMMU_WALKS && !leaf; i++) {
		if (smmu->walk[i].vmid == vmid && ipa - smmu->walk[i].ipa < smmu->walk[i].size)
			smmu->walk[i].used = false;
	}
}

void smmu_invalidate(struct fake_smmu *smmu, const struct fake_smmu_command *command)
{
	const hv_u32 stream = (hv_u32)bits(command->word[0], 63, 32);
	const hv_u32 vmid = (hv_u32)bits(command->word[0], 47, 32);
	const hv_u32 others = (hv_u32)((UINT64_C(2) << bits(command->word[1], 4, 0)) - 1);

	switch (bits(command->word[0], 7, 0)) {
	case 0x03:
		forget_streams(smmu, stream, stream, bits(command->word[1], 0, 0) != 0);
		break;
	case 0x04:
		forget_streams(smmu, stream & ~others, stream | others, false);
		break;
	case 0x28:
		forget_vmid(smmu, vmid);
		break;
	case 0x2a:
		forget_ipa(smmu, vmid, command->word[1] & UINT64_C(0x00fffffffffff000),
			   bits(command->word[1], 0, 0) != 0);
		break;
	case 0x30:
		memset(smmu->tlb, 0, sizeof(smmu->tlb));
		memset(smmu->walk, 0, sizeof(smmu->walk));
		break;
	default:
		fake_fail("SMMUv3: opcode 0x%x is legal but does nothing",
			  (unsigned)bits(command->word[0], 7, 0));
	}
}
