/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/range.h>
#include <haven/smmu_ste.h>

#define STE0_V              HV_BIT(0)
#define STE0_CONFIG         HV_BITS(3, 1)
#define   CONFIG_STAGE2     6u
#define STE1_SHCFG          HV_BITS(45, 44)
#define   SHCFG_INCOMING    1u
#define STE2_S2VMID         HV_BITS(15, 0)
#define STE2_VTCR           HV_BITS(50, 32) /* S2T0SZ SL0 IR0 OR0 SH0 TG PS */
#define STE2_S2AA64         HV_BIT(51)
#define STE2_S2R            HV_BIT(58) /* record faults; S2S, bit 57, stays 0: terminate */
#define STE3_S2TTB          HV_BITS(51, 4)
_Static_assert(STE2_VTCR == UINT64_C(0x0007ffff00000000), "STE[178:160]");
_Static_assert(STE2_S2R == UINT64_C(0x0400000000000000), "STE[186]");
_Static_assert(STE3_S2TTB == UINT64_C(0x000ffffffffffff0), "STE[243:196]");

#define VTCR_T0SZ           HV_BITS(5, 0)
#define VTCR_SL0            HV_BITS(7, 6)
#define VTCR_TG0            HV_BITS(15, 14)
#define VTCR_PS             HV_BITS(18, 16)
#define VTCR_LOW            HV_BITS(18, 0)
#define VTCR_HA_HD_DS       (HV_BITS(22, 21) | HV_BIT(32))

#define L1STD_SPAN          HV_BITS(4, 0)
#define L1STD_L2PTR         HV_BITS(51, 6)
#define BASE_RA             HV_BIT(62)
#define BASE_CFG_FMT_TWO    HV_BIT(16)
#define BASE_CFG_SPLIT      HV_BITS(10, 6)
#define BASE_CFG_LOG2SIZE   HV_BITS(5, 0)

#define STE_LOG2            6u
#define L1STD_LOG2          3u
#define PA_LIMIT            HV_BIT(52)

void hv_smmu_ste_abort(struct hv_smmu_ste *ste)
{
	for (hv_u32 i = 0; i < 8; i++) /* bound: 8 */
		ste->word[i] = 0;
	ste->word[0] = STE0_V;
}

/* Alignment of the root table, 0 if T0SZ and SL0 do not go together. */
static hv_u64 root_align(hv_u64 vtcr)
{
	static const struct {
		hv_u8 shift, least, most; /* address bits below one entry; legal IPA widths */
	} start[] = { { 21, 25, 34 }, { 30, 31, 43 }, { 39, 40, 48 } };
	const hv_u64 ipa_bits = 64 - HV_GET(VTCR_T0SZ, vtcr);
	const hv_u64 sl0 = HV_GET(VTCR_SL0, vtcr);

	if (sl0 > 2 || ipa_bits < start[sl0].least || ipa_bits > start[sl0].most)
		return 0;

	const hv_u64 bytes = HV_BIT(ipa_bits - start[sl0].shift + 3);

	return bytes < 4096 ? 4096 : bytes;
}

static bool legal(const struct hv_smmu_stage2 *stage2)
{
	static const hv_u8 ps_bits[] = { 32, 36, 40, 42, 44, 48 };
	const hv_u64 ps = HV_GET(VTCR_PS, stage2->vtcr);
	const hv_u64 align = root_align(stage2->vtcr);

	if (stage2->vmid == 0 || stage2->vmid > 0xffff)
		return false;
	if (align == 0 || ps >= sizeof(ps_bits) || (stage2->vtcr & (VTCR_TG0 | VTCR_HA_HD_DS)) != 0)
		return false;
	return hv_is_aligned(stage2->ttb, align) && (stage2->ttb >> ps_bits[ps]) == 0;
}

hv_status_t hv_smmu_ste_stage2(const struct hv_smmu_stage2 *stage2, struct hv_smmu_ste *ste)
{
	if (stage2 == NULL || ste == NULL || !legal(stage2))
		return HV_EINVAL;
	hv_smmu_ste_abort(ste);
	ste->word[0] |= HV_PUT(STE0_CONFIG, CONFIG_STAGE2);
	ste->word[1] = HV_PUT(STE1_SHCFG, SHCFG_INCOMING);
	ste->word[2] = HV_PUT(STE2_S2VMID, stage2->vmid) | HV_PUT(STE2_VTCR, stage2->vtcr) |
		       STE2_S2AA64 | STE2_S2R;
	ste->word[3] = stage2->ttb;
	return HV_OK;
}

static bool same(const struct hv_smmu_ste *a, const struct hv_smmu_ste *b)
{
	hv_u64 difference = 0;

	for (hv_u32 i = 0; i < 8; i++) /* bound: 8 */
		difference |= a->word[i] ^ b->word[i];
	return difference == 0;
}

enum hv_smmu_ste_kind hv_smmu_ste_decode(const struct hv_smmu_ste *ste, struct hv_smmu_stage2 *out)
{
	const struct hv_smmu_stage2 found = {
		.ttb = ste->word[3] & STE3_S2TTB,
		.vtcr = HV_GET(STE2_VTCR, ste->word[2]) & VTCR_LOW,
		.vmid = (hv_u32)HV_GET(STE2_S2VMID, ste->word[2]),
	};
	struct hv_smmu_ste again;

	if ((ste->word[0] & STE0_V) == 0)
		return HV_SMMU_STE_INVALID;
	hv_smmu_ste_abort(&again);
	if (same(ste, &again))
		return HV_SMMU_STE_ABORT;
	if (hv_smmu_ste_stage2(&found, &again) != HV_OK || !same(ste, &again))
		return HV_SMMU_STE_FOREIGN;
	*out = found;
	return HV_SMMU_STE_STAGE2;
}

hv_status_t hv_smmu_strtab_plan(const struct hv_smmu_caps *caps, hv_u32 sid_bits,
				struct hv_smmu_strtab *out)
{
	if (caps == NULL || out == NULL)
		return HV_EINVAL;
	if (sid_bits > caps->sid_bits || sid_bits > 32)
		return HV_ENOTSUP;

	out->two_level = caps->two_level && sid_bits > HV_SMMU_SPLIT;
	out->base_cfg = (hv_u32)HV_PUT(BASE_CFG_LOG2SIZE, sid_bits);
	out->top_bytes = HV_BIT(sid_bits + STE_LOG2);
	out->top_align = out->top_bytes;
	out->leaf_bytes = 0;
	if (out->two_level) {
		out->base_cfg |= (hv_u32)(BASE_CFG_FMT_TWO | HV_PUT(BASE_CFG_SPLIT, HV_SMMU_SPLIT));
		out->top_bytes = HV_BIT(sid_bits - HV_SMMU_SPLIT + L1STD_LOG2);
		out->top_align = out->top_bytes < 64 ? 64 : out->top_bytes;
		out->leaf_bytes = HV_BIT(HV_SMMU_SPLIT + STE_LOG2);
	}
	return HV_OK;
}

hv_status_t hv_smmu_l1_descriptor(hv_u64 leaf_pa, hv_u64 *descriptor)
{
	if (descriptor == NULL || leaf_pa == 0 || leaf_pa >= PA_LIMIT ||
	    !hv_is_aligned(leaf_pa, HV_BIT(HV_SMMU_SPLIT + STE_LOG2)))
		return HV_EINVAL;
	*descriptor = (leaf_pa & L1STD_L2PTR) | HV_PUT(L1STD_SPAN, HV_SMMU_SPLIT + 1);
	return HV_OK;
}

hv_status_t hv_smmu_strtab_base(const struct hv_smmu_strtab *strtab, hv_u64 pa, hv_u64 *base)
{
	if (strtab == NULL || base == NULL || pa >= PA_LIMIT ||
	    !hv_is_aligned(pa, strtab->top_align))
		return HV_EINVAL;
	*base = pa | BASE_RA;
	return HV_OK;
}
