/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/smmu_event.h>

#define EVT0_TYPE        HV_BITS(7, 0)
#define EVT0_SSV         HV_BIT(11)
#define EVT0_SUBSTREAM   HV_BITS(31, 12)
#define EVT0_STREAM      HV_BITS(63, 32)
#define EVT1_PNU         HV_BIT(33) /* record bit 97 */
#define EVT1_IND         HV_BIT(34)
#define EVT1_RNW         HV_BIT(35)
#define EVT1_S2          HV_BIT(39) /* record bit 103 */
#define EVT1_CLASS       HV_BITS(41, 40)
#define EVT3_IPA         HV_BITS(55, 12)
#define EVT3_FETCH       HV_BITS(55, 3)
_Static_assert(EVT0_SUBSTREAM == 0xfffff000u, "SubstreamID");
_Static_assert(EVT1_CLASS == UINT64_C(0x0000030000000000), "record bits 105:104");

/* Which fields a record has. */
#define IOVA   0x01u
#define RNW    0x02u
#define ACCESS (RNW | 0x04u) /* InD and PnU too */
#define STAGE  0x08u
#define IPA    0x10u /* if stage 2 faulted */
#define FETCH  0x20u
#define SUBID  0x40u /* a SubstreamID without SSV */

static const struct {
	char name[19]; /* an array, not a pointer: nothing here needs relocation */
	hv_u8 fields;
} events[] = {
	[HV_SMMU_F_UUT] = { "F_UUT", IOVA | ACCESS },
	[HV_SMMU_C_BAD_STREAMID] = { "C_BAD_STREAMID", 0 },
	[HV_SMMU_F_STE_FETCH] = { "F_STE_FETCH", FETCH },
	[HV_SMMU_C_BAD_STE] = { "C_BAD_STE", 0 },
	[HV_SMMU_F_BAD_ATS_TREQ] = { "F_BAD_ATS_TREQ", IOVA },
	[HV_SMMU_F_STREAM_DISABLED] = { "F_STREAM_DISABLED", 0 },
	[HV_SMMU_F_TRANSL_FORBIDDEN] = { "F_TRANSL_FORBIDDEN", IOVA | RNW },
	[HV_SMMU_C_BAD_SUBSTREAMID] = { "C_BAD_SUBSTREAMID", SUBID },
	[HV_SMMU_F_CD_FETCH] = { "F_CD_FETCH", FETCH },
	[HV_SMMU_C_BAD_CD] = { "C_BAD_CD", 0 },
	[HV_SMMU_F_WALK_EABT] = { "F_WALK_EABT", IOVA | ACCESS | STAGE | FETCH },
	[HV_SMMU_F_TRANSLATION] = { "F_TRANSLATION", IOVA | ACCESS | STAGE | IPA },
	[HV_SMMU_F_ADDR_SIZE] = { "F_ADDR_SIZE", IOVA | ACCESS | STAGE | IPA },
	[HV_SMMU_F_ACCESS] = { "F_ACCESS", IOVA | ACCESS | STAGE | IPA },
	[HV_SMMU_F_PERMISSION] = { "F_PERMISSION", IOVA | ACCESS | STAGE | IPA },
	[HV_SMMU_F_TLB_CONFLICT] = { "F_TLB_CONFLICT", IOVA | ACCESS | STAGE | IPA },
	[HV_SMMU_F_CFG_CONFLICT] = { "F_CFG_CONFLICT", 0 },
	[HV_SMMU_E_PAGE_REQUEST] = { "E_PAGE_REQUEST", IOVA },
	[HV_SMMU_F_VMS_FETCH] = { "F_VMS_FETCH", FETCH },
};

static bool is_known(hv_u32 type)
{
	return type < sizeof(events) / sizeof(events[0]) && events[type].name[0] != '\0';
}

static void decode_addresses(const hv_u64 *record, hv_u32 fields, struct hv_smmu_event *out)
{
	out->has_iova = (fields & IOVA) != 0;
	out->has_ipa = (fields & IPA) != 0 && out->stage2;
	out->has_fetch = (fields & FETCH) != 0;
	out->iova = out->has_iova ? record[2] : 0;
	out->ipa = out->has_ipa ? record[3] & EVT3_IPA : 0;
	out->fetch_pa = out->has_fetch ? record[3] & EVT3_FETCH : 0;
}

hv_status_t hv_smmu_event_decode(const hv_u64 record[4], struct hv_smmu_event *out)
{
	if (record == NULL || out == NULL)
		return HV_EINVAL;

	out->type = (hv_u32)HV_GET(EVT0_TYPE, record[0]);
	out->known = is_known(out->type);

	const hv_u32 fields = out->known ? events[out->type].fields : 0;
	const hv_u64 rnw = (fields & RNW) != 0 ? record[1] : 0;
	const hv_u64 access = (fields & ACCESS) == ACCESS ? record[1] : 0;
	const hv_u64 stage = (fields & STAGE) != 0 ? record[1] : 0;

	out->stream_id = (hv_u32)HV_GET(EVT0_STREAM, record[0]);
	out->has_substream = (record[0] & EVT0_SSV) != 0 || (fields & SUBID) != 0;
	out->substream_id = out->has_substream ? (hv_u32)HV_GET(EVT0_SUBSTREAM, record[0]) : 0;
	out->has_access = (fields & RNW) != 0;
	out->read = (rnw & EVT1_RNW) != 0;
	out->instruction = (access & EVT1_IND) != 0;
	out->privileged = (access & EVT1_PNU) != 0;
	out->stage2 = (stage & EVT1_S2) != 0;
	out->fault_class = (hv_u32)HV_GET(EVT1_CLASS, stage);
	decode_addresses(record, fields, out);
	return HV_OK;
}

const char *hv_smmu_event_name(hv_u32 type)
{
	if (is_known(type))
		return events[type].name;
	return type >= 0xe0 && type <= 0xef ? "IMPDEF" : "unknown";
}
