/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/smmu_caps.h>

#define IDR0_S2P            HV_BIT(0)
#define IDR0_TTF            HV_BITS(3, 2)
#define   TTF_AARCH64       2u /* alone in this bit: 3 is both formats */
#define IDR0_COHACC         HV_BIT(4)
#define IDR0_ATS            HV_BIT(10)
#define IDR0_MSI            HV_BIT(13)
#define IDR0_VMID16         HV_BIT(18)
#define IDR0_TTENDIAN       HV_BITS(22, 21)
#define   TTENDIAN_MIXED    0u
#define   TTENDIAN_LITTLE   2u
#define IDR0_STALL_MODEL    HV_BITS(25, 24)
#define   STALL_FORCED      2u
#define IDR0_ST_LEVEL       HV_BITS(28, 27)
#define   ST_LEVEL_TWO      1u
#define IDR1_SIDSIZE        HV_BITS(5, 0)
#define IDR1_EVENTQS        HV_BITS(20, 16)
#define IDR1_CMDQS          HV_BITS(25, 21)
#define IDR1_QUEUES_PRESET  HV_BIT(29)
#define IDR1_TABLES_PRESET  HV_BIT(30)
#define IDR3_XNX            HV_BIT(4)
#define IDR3_RIL            HV_BIT(10)
#define IDR5_OAS            HV_BITS(2, 0)
#define IDR5_GRAN4K         HV_BIT(4)
_Static_assert(IDR0_ST_LEVEL == 0x18000000u && IDR0_STALL_MODEL == 0x03000000u, "IDR0");
_Static_assert(IDR1_CMDQS == 0x03e00000u && IDR1_EVENTQS == 0x001f0000u, "IDR1");

static void read_caps(const struct hv_smmu_idr *idr, struct hv_smmu_caps *caps)
{
	static const hv_u8 oas_bits[8] = { 32, 36, 40, 42, 44, 48, 52, 56 };

	caps->oas_bits = oas_bits[HV_GET(IDR5_OAS, idr->idr5)];
	caps->sid_bits = (hv_u32)HV_GET(IDR1_SIDSIZE, idr->idr1);
	caps->vmid_bits = (idr->idr0 & IDR0_VMID16) != 0 ? 16 : 8;
	caps->cmdq_log2 = (hv_u32)HV_GET(IDR1_CMDQS, idr->idr1);
	caps->eventq_log2 = (hv_u32)HV_GET(IDR1_EVENTQS, idr->idr1);
	caps->two_level = HV_GET(IDR0_ST_LEVEL, idr->idr0) == ST_LEVEL_TWO;
	caps->coherent = (idr->idr0 & IDR0_COHACC) != 0;
	caps->ats = (idr->idr0 & IDR0_ATS) != 0;
	caps->range_tlbi = (idr->idr3 & IDR3_RIL) != 0;
	caps->msi = (idr->idr0 & IDR0_MSI) != 0;
}

static bool little_endian(hv_u32 idr0)
{
	const hv_u64 endian = HV_GET(IDR0_TTENDIAN, idr0);

	return endian == TTENDIAN_MIXED || endian == TTENDIAN_LITTLE;
}

static enum hv_smmu_missing first_missing(const struct hv_smmu_idr *idr,
					  const struct hv_smmu_needs *needs,
					  const struct hv_smmu_caps *caps)
{
	const bool lacks[] = {
		[HV_SMMU_MISSING_S2P] = (idr->idr0 & IDR0_S2P) == 0,
		[HV_SMMU_MISSING_TTF] = (HV_GET(IDR0_TTF, idr->idr0) & TTF_AARCH64) == 0,
		[HV_SMMU_MISSING_TTENDIAN] = !little_endian(idr->idr0),
		[HV_SMMU_MISSING_NO_STALL] = HV_GET(IDR0_STALL_MODEL, idr->idr0) == STALL_FORCED,
		[HV_SMMU_MISSING_VMID16] = caps->vmid_bits < needs->vmid_bits,
		[HV_SMMU_MISSING_SIDSIZE] = caps->sid_bits < needs->sid_bits,
		[HV_SMMU_MISSING_CMDQS] = caps->cmdq_log2 < needs->cmdq_log2,
		[HV_SMMU_MISSING_EVENTQS] = caps->eventq_log2 < needs->eventq_log2,
		[HV_SMMU_MISSING_TABLES_PRESET] = (idr->idr1 & IDR1_TABLES_PRESET) != 0,
		[HV_SMMU_MISSING_QUEUES_PRESET] = (idr->idr1 & IDR1_QUEUES_PRESET) != 0,
		[HV_SMMU_MISSING_XNX] = needs->xnx && (idr->idr3 & IDR3_XNX) == 0,
		[HV_SMMU_MISSING_GRAN4K] = (idr->idr5 & IDR5_GRAN4K) == 0,
		[HV_SMMU_MISSING_OAS] = caps->oas_bits < needs->pa_bits ||
					caps->oas_bits < needs->ipa_bits,
	};

	for (hv_u32 i = 1; i < sizeof(lacks); i++) { /* bound: sizeof(lacks) */
		if (lacks[i])
			return (enum hv_smmu_missing)i;
	}
	return HV_SMMU_MISSING_NOTHING;
}

hv_status_t hv_smmu_negotiate(const struct hv_smmu_idr *idr, const struct hv_smmu_needs *needs,
			      struct hv_smmu_caps *caps, enum hv_smmu_missing *missing)
{
	struct hv_smmu_caps found;

	if (idr == NULL || needs == NULL || caps == NULL || missing == NULL)
		return HV_EINVAL;
	read_caps(idr, &found);
	*missing = first_missing(idr, needs, &found);
	if (*missing != HV_SMMU_MISSING_NOTHING)
		return HV_ENOTSUP;
	*caps = found;
	return HV_OK;
}

const char *hv_smmu_missing_name(enum hv_smmu_missing missing)
{
	/* Arrays, not pointers: nothing here needs relocation. */
	static const char names[][48] = {
		[HV_SMMU_MISSING_NOTHING] = "nothing",
		[HV_SMMU_MISSING_S2P] = "IDR0.S2P: stage 2 translation",
		[HV_SMMU_MISSING_TTF] = "IDR0.TTF: AArch64 tables",
		[HV_SMMU_MISSING_TTENDIAN] = "IDR0.TTENDIAN: little-endian tables",
		[HV_SMMU_MISSING_NO_STALL] = "IDR0.STALL_MODEL: faults that terminate",
		[HV_SMMU_MISSING_VMID16] = "IDR0.VMID16: VMIDs of 16 bits",
		[HV_SMMU_MISSING_SIDSIZE] = "IDR1.SIDSIZE: stream ids this wide",
		[HV_SMMU_MISSING_CMDQS] = "IDR1.CMDQS: command queue this large",
		[HV_SMMU_MISSING_EVENTQS] = "IDR1.EVENTQS: event queue this large",
		[HV_SMMU_MISSING_TABLES_PRESET] = "IDR1.TABLES_PRESET: free choice of tables",
		[HV_SMMU_MISSING_QUEUES_PRESET] = "IDR1.QUEUES_PRESET: free choice of queues",
		[HV_SMMU_MISSING_XNX] = "IDR3.XNX: execute-never by exception level",
		[HV_SMMU_MISSING_GRAN4K] = "IDR5.GRAN4K: 4 KB granule",
		[HV_SMMU_MISSING_OAS] = "IDR5.OAS: addresses this wide",
	};

	return (hv_u32)missing < sizeof(names) / sizeof(names[0]) ? names[missing] : "unknown";
}
