/* SPDX-License-Identifier: Apache-2.0 */
/* Stage 2 of the SMMUv3 model: legality of an STE, and walks of VMSAv8-64 tables of 4 KB. */
#include "fake_bus.h"
#include "fake_dram.h"
#include "smmuv3_private.h"

/* Fields of an STE that stage 2 uses; numbers of bits are those of 5.2. */
struct stage2 {
	hv_u32 vmid, t0sz, sl0, start, ps;
	hv_u64 ttb;
	bool snoop, no_af_fault, record;
};

/* 64-bit word of STE bit n. */
static hv_u64 field(const hv_u64 ste[8], hv_u32 hi, hv_u32 lo)
{
	return bits(ste[lo / 64], hi % 64, lo % 64);
}

static void read_fields(const struct fake_smmu *smmu, const hv_u64 ste[8], struct stage2 *out)
{
	const hv_u32 oas = smmu_address_bits(smmu->idr[5]);
	hv_u64 root;

	out->vmid = (hv_u32)field(ste, 143, 128);
	out->t0sz = (hv_u32)field(ste, 165, 160);
	out->sl0 = (hv_u32)field(ste, 167, 166);
	out->start = 2 - out->sl0;
	out->ps = smmu_address_bits(field(ste, 178, 176));
	out->ps = out->ps < oas ? out->ps : oas;
	out->snoop = field(ste, 173, 172) >= 2 &&
		     smmu_snoops(smmu, field(ste, 169, 168), field(ste, 171, 170));
	out->no_af_fault = field(ste, 181, 181) != 0;
	out->record = field(ste, 186, 186) != 0;
	/* The root is as large as its entries ask for, and aligned to that: up to 16 tables. */
	root = out->sl0 > 2 ? 4096 : UINT64_C(8) << (64 - out->t0sz - (39 - 9 * out->start)) % 64;
	out->ttb = (ste[3] & UINT64_C(0x000ffffffffffff0)) & ~((root < 4096 ? 4096 : root) - 1);
}

/* T0SZ and SL0 of a 4 KB granule: which input sizes a start level serves, 16 tables at most. */
static bool inconsistent(const struct stage2 *s2)
{
	const hv_u32 width = 64 - s2->t0sz;

	switch (s2->sl0) {
	case 0: /* level 2: 21 bits below an entry */
		return width > 34;
	case 1:
		return width < 31 || width > 43;
	case 2:
		return width < 40 || width > 48;
	default:
		return true;
	}
}

bool smmu_ste_illegal(const struct fake_smmu *smmu, const hv_u64 ste[8])
{
	const hv_u32 oas = smmu_address_bits(smmu->idr[5]);
	struct stage2 s2;

	if (bits(ste[0], 0, 0) == 0)
		return true;
	if (bits(ste[0], 3, 3) == 0 || bits(ste[0], 3, 1) == 4)
		return false; /* abort, bypass */
	if (bits(ste[0], 1, 1) != 0)
		fake_fail("SMMUv3: STE with stage 1, which is not modelled");
	if (bits(smmu->idr[0], 0, 0) == 0)
		return true;
	if (field(ste, 179, 179) == 0 || bits(smmu->idr[0], 3, 3) == 0)
		return true; /* S2AA64; 32-bit tables are not modelled, so not there */
	if (field(ste, 175, 174) != 0 || bits(smmu->idr[5], 4, 4) == 0)
		return true; /* S2TG: 4 KB alone is modelled */
	if (field(ste, 180, 180) != 0 || field(ste, 184, 183) != 0 || field(ste, 185, 185) != 0)
		return true; /* big-endian, flag updates, stalls */
	if (bits(smmu->idr[0], 18, 18) == 0 && field(ste, 143, 136) != 0)
		return true; /* VMID of 16 bits */
	read_fields(smmu, ste, &s2);
	if (s2.t0sz > 39 || s2.t0sz < (oas < 48 ? 64 - oas : 16) || inconsistent(&s2))
		return true;
	return ((ste[3] & UINT64_C(0x000ffffffffffff0)) >> s2.ps) != 0;
}

struct walk {
	struct fake_smmu *smmu;
	const struct stage2 *s2;
	hv_u64 iova;
	struct smmu_fault *fault;
};

static bool refuse(const struct walk *walk, hv_u32 event, hv_u64 fetch)
{
	walk->fault->event = event;
	walk->fault->silent = event != F_WALK_EABT && !walk->s2->record;
	walk->fault->stage2 = true;
	walk->fault->fetch = fetch;
	return false;
}

/* Bits of the input below an entry of a level. */
static hv_u32 shift(hv_u32 level)
{
	return 39 - 9 * level;
}

/* One descriptor. Returns false with a fault; else it is valid and its address fits. */
static bool read_descriptor(const struct walk *walk, hv_u64 table, hv_u32 level, hv_u64 *descriptor)
{
	const hv_u32 entries = level == walk->s2->start ? 64 - walk->s2->t0sz - shift(level) : 9;
	const hv_u64 index = bits(walk->iova, shift(level) + entries - 1, shift(level));
	const hv_u64 address = table + index * 8;

	if (!fake_dram_read(address, descriptor, 8, walk->s2->snoop))
		return refuse(walk, F_WALK_EABT, address);
	if ((*descriptor & 1) == 0)
		return refuse(walk, F_TRANSLATION, 0);
	if ((level == 3 || level == 0) && (*descriptor & 2) == 0)
		return refuse(walk, F_TRANSLATION, 0);
	if (((*descriptor & UINT64_C(0x0000fffffffff000)) >> walk->s2->ps) != 0)
		return refuse(walk, F_ADDR_SIZE, 0);
	return true;
}

/* The leaf for an address, from the TLB or from memory; both remember what they find. */
static bool find_leaf(const struct walk *walk, struct fake_smmu_translation *leaf)
{
	const struct fake_smmu_translation *known = smmu_find_leaf(walk->smmu, walk->s2->vmid, walk->iova);
	hv_u32 level = walk->s2->start;
	hv_u64 table = walk->s2->ttb;

	if (known != NULL) {
		*leaf = *known;
		return true;
	}
	known = smmu_find_walk(walk->smmu, walk->s2->vmid, walk->iova);
	if (known != NULL) {
		level = known->level + 1;
		table = known->descriptor & UINT64_C(0x0000fffffffff000);
	}
	for (;; level++) {
		const hv_u64 size = UINT64_C(1) << shift(level);

		if (!read_descriptor(walk, table, level, &leaf->descriptor))
			return false;
		leaf->used = true;
		leaf->vmid = walk->s2->vmid;
		leaf->level = level;
		leaf->ipa = walk->iova & ~(size - 1);
		leaf->size = size;
		if (level == 3 || (leaf->descriptor & 2) == 0)
			return true;
		smmu_keep_walk(walk->smmu, leaf);
		table = leaf->descriptor & UINT64_C(0x0000fffffffff000);
	}
}

/* AF is bit 10; S2AP is [7:6], read and write. A leaf without AF is not cached. */
static bool permitted(const struct walk *walk, const struct fake_smmu_translation *leaf, bool write)
{
	if (bits(leaf->descriptor, 10, 10) == 0 && !walk->s2->no_af_fault)
		return refuse(walk, F_ACCESS, 0);
	if (smmu_find_leaf(walk->smmu, walk->s2->vmid, walk->iova) == NULL)
		smmu_keep_leaf(walk->smmu, leaf);
	if (bits(leaf->descriptor, write ? 7 : 6, write ? 7 : 6) == 0)
		return refuse(walk, F_PERMISSION, 0);
	return true;
}

bool smmu_translate(struct fake_smmu *smmu, const hv_u64 ste[8], hv_u64 iova, bool write, hv_u64 *pa,
		    struct smmu_fault *fault)
{
	struct stage2 s2;
	const struct walk walk = {smmu, &s2, iova, fault};
	struct fake_smmu_translation leaf;

	read_fields(smmu, ste, &s2);
	if ((iova >> (64 - s2.t0sz)) != 0)
		return refuse(&walk, F_TRANSLATION, 0);
	if (!find_leaf(&walk, &leaf) || !permitted(&walk, &leaf, write))
		return false;
	*pa = (leaf.descriptor & UINT64_C(0x0000fffffffff000) & ~(leaf.size - 1)) | (iova & (leaf.size - 1));
	return true;
}
