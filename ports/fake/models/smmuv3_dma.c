/* SPDX-License-Identifier: Apache-2.0 */
/* A device's access through the SMMUv3 model: IHI 0070, chapters 3.3, 5, 7.3, 15. */
#include <string.h>

#include "fake_bus.h"
#include "fake_dram.h"
#include "smmuv3_private.h"

hv_u32 smmu_address_bits(hv_u64 encoded)
{
	static const hv_u8 widths[8] = {32, 36, 40, 42, 44, 48, 52, 56};

	return widths[encoded & 7];
}

/* Write-back at both levels; 1 and 3 are the same for a reader. IDR0.COHACC is bit 4. */
bool smmu_snoops(const struct fake_smmu *smmu, hv_u64 inner, hv_u64 outer)
{
	return bits(smmu->idr[0], 4, 4) != 0 && (inner & 1) != 0 && (outer & 1) != 0;
}

bool smmu_tables_snoop(const struct fake_smmu *smmu)
{
	return bits(smmu->cr1, 7, 6) == 1 && bits(smmu->cr1, 9, 8) == 1 &&
	       bits(smmu->cr1, 11, 10) >= 2 && smmu_snoops(smmu, 1, 1);
}

bool smmu_queues_snoop(const struct fake_smmu *smmu)
{
	return bits(smmu->cr1, 1, 0) == 1 && bits(smmu->cr1, 3, 2) == 1 &&
	       bits(smmu->cr1, 5, 4) >= 2 && smmu_snoops(smmu, 1, 1);
}

static bool fault(struct smmu_fault *fault, hv_u32 event, bool silent, hv_u64 fetch)
{
	fault->event = event;
	fault->silent = silent;
	fault->fetch = fetch;
	return false;
}

/* 6.3.25: how many bits of a stream id the table serves, and whether it has two levels. */
static hv_u32 table_bits(const struct fake_smmu *smmu)
{
	const hv_u32 log2 = (hv_u32)bits(smmu->strtab_base_cfg, 5, 0);
	const hv_u32 most = (hv_u32)bits(smmu->idr[1], 5, 0);

	return log2 < most ? log2 : most;
}

static hv_u32 split_bits(const struct fake_smmu *smmu)
{
	const hv_u32 split = (hv_u32)bits(smmu->strtab_base_cfg, 10, 6);

	if (bits(smmu->idr[0], 28, 27) == 0 || bits(smmu->strtab_base_cfg, 17, 16) != 1)
		return 0;
	return split == 8 || split == 10 ? split : 6;
}

/* Table base, aligned as the SMMU does: by LOG2SIZE as written. */
static hv_u64 table_base(const struct fake_smmu *smmu, hv_u32 split)
{
	const hv_u32 log2 = (hv_u32)bits(smmu->strtab_base_cfg, 5, 0);
	hv_u32 low = log2 + 6;

	if (split != 0)
		low = log2 > split + 3 ? log2 - split + 3 : 6;
	return (smmu->strtab_base & UINT64_C(0x00ffffffffffffc0)) & ~((UINT64_C(1) << low) - 1);
}

static bool get_l1std(struct fake_smmu *smmu, hv_u32 index, hv_u64 base, hv_u64 *descriptor)
{
	if (smmu_find_l1std(smmu, index, descriptor))
		return true;
	if (!fake_dram_read(base + (hv_u64)index * 8, descriptor, 8, smmu_tables_snoop(smmu)))
		return false;
	smmu_keep_l1std(smmu, index, *descriptor);
	return true;
}

/* Where the STE of a stream is. */
static bool locate(struct fake_smmu *smmu, hv_u32 stream, hv_u64 *address, struct smmu_fault *out)
{
	const hv_u32 split = split_bits(smmu);
	const hv_u64 base = table_base(smmu, split);
	const bool unrecorded = bits(smmu->cr2, 1, 1) == 0; /* RECINVSID */
	hv_u64 descriptor, span;

	if (((hv_u64)stream >> table_bits(smmu)) != 0)
		return fault(out, C_BAD_STREAMID, unrecorded, 0);
	if (split == 0) {
		*address = base + (hv_u64)stream * 64;
		return true;
	}
	if (!get_l1std(smmu, stream >> split, base, &descriptor))
		return fault(out, F_STE_FETCH, false, base + (hv_u64)(stream >> split) * 8);
	span = bits(descriptor, 4, 0);
	if (span == 0 || span > split + 1 || bits(stream, split - 1, 0) >= UINT64_C(1) << (span - 1))
		return fault(out, C_BAD_STREAMID, unrecorded, 0);
	*address = (descriptor & UINT64_C(0x00ffffffffffffc0) & ~((UINT64_C(64) << (span - 1)) - 1)) +
		   bits(stream, split - 1, 0) * 64;
	return true;
}

/* Read the words of an STE that a fetch does not have yet. */
static bool fetch_words(struct fake_smmu *smmu, hv_u64 address, hv_u32 words)
{
	for (hv_u32 i = 0; i < 8; i++) {
		if ((words & ~smmu->fetch.have & 1u << i) != 0 &&
		    !fake_dram_read(address + 8 * i, &smmu->fetch.word[i], 8, smmu_tables_snoop(smmu)))
			return false;
	}
	smmu->fetch.have |= words;
	return true;
}

static void begin_fetch(struct fake_smmu *smmu, hv_u32 stream)
{
	if (smmu->fetch.active && smmu->fetch.stream == stream)
		return;
	smmu->fetch.active = true;
	smmu->fetch.stream = stream;
	smmu->fetch.have = 0;
}

void fake_smmu_prefetch(struct fake_smmu *smmu, hv_u32 stream, hv_u32 words)
{
	struct smmu_fault ignored;
	hv_u64 address, cached[8];

	if ((smmu->cr0.effective & CR0_SMMUEN) == 0 || smmu_find_ste(smmu, stream, cached) ||
	    !locate(smmu, stream, &address, &ignored))
		return;
	begin_fetch(smmu, stream);
	if (!fetch_words(smmu, address, words))
		smmu->fetch.active = false;
}

bool smmu_lookup(struct fake_smmu *smmu, hv_u32 stream, hv_u64 ste[8], struct smmu_fault *out)
{
	hv_u64 address;

	if (smmu_find_ste(smmu, stream, ste))
		return true;
	if (!locate(smmu, stream, &address, out))
		return false;
	begin_fetch(smmu, stream);
	smmu->fetch.active = false;
	if (!fetch_words(smmu, address, 0xff))
		return fault(out, F_STE_FETCH, false, address);
	memcpy(ste, smmu->fetch.word, sizeof(smmu->fetch.word));
	smmu_keep_ste(smmu, stream, ste);
	return true;
}

/* The STE decides: bypass, or translate; false with a fault otherwise. */
static bool through(struct fake_smmu *smmu, hv_u32 stream, hv_u64 iova, bool write, hv_u64 *pa,
		    struct smmu_fault *out)
{
	const hv_u32 oas = smmu_address_bits(smmu->idr[5]);
	hv_u64 ste[8];

	if (!smmu_lookup(smmu, stream, ste, out))
		return false;
	if (smmu_ste_illegal(smmu, ste))
		return fault(out, C_BAD_STE, false, 0);
	if (bits(ste[0], 3, 3) == 0)
		return fault(out, 0, true, 0);
	if ((iova >> oas) != 0) /* stage 1 is bypassed: 3.4, its output must fit */
		return fault(out, F_ADDR_SIZE, false, 0);
	*pa = iova;
	return bits(ste[0], 2, 2) == 0 || smmu_translate(smmu, ste, iova, write, pa, out);
}

static bool record(struct fake_smmu *smmu, hv_u32 stream, hv_u64 iova, bool write,
		   const struct smmu_fault *why)
{
	const hv_u32 before = smmu->eventq_prod;
	const bool translation = why->event >= F_WALK_EABT;
	const bool fetch = why->event == F_STE_FETCH || why->event == F_WALK_EABT;
	hv_u64 word[4] = {(hv_u64)stream << 32 | why->event, 0, 0, 0};

	if (translation) { /* RnW bit 99, S2 bit 103, CLASS bits 105:104 = IN */
		word[1] = (write ? 0 : UINT64_C(1) << 35) | (why->stage2 ? UINT64_C(1) << 39 : 0) |
			  UINT64_C(2) << 40;
		word[2] = iova;
	}
	if (fetch)
		word[3] = why->fetch & UINT64_C(0x00fffffffffffff8);
	else if (why->stage2)
		word[3] = iova & UINT64_C(0x00fffffffffff000);
	fake_smmu_record(smmu, word);
	return ((before ^ smmu->eventq_prod) & 0xfffff) != 0;
}

struct fake_smmu_access fake_smmu_dma(struct fake_smmu *smmu, hv_u32 stream, hv_u64 iova, bool write)
{
	struct fake_smmu_access result = {false, 0, 0, false};
	struct smmu_fault why = {0, false, false, 0};

	if (smmu->sfm)
		return result;
	if ((smmu->cr0.effective & CR0_SMMUEN) == 0) {
		result.allowed = bits(smmu->gbpa.effective, 20, 20) == 0;
		result.pa = iova;
		return result;
	}
	result.allowed = through(smmu, stream, iova, write, &result.pa, &why);
	if (!result.allowed) {
		result.pa = 0;
		result.event = why.event;
		result.recorded = !why.silent && record(smmu, stream, iova, write, &why);
	}
	return result;
}
