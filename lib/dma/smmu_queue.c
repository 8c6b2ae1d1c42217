/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/range.h>
#include <haven/smmu_queue.h>

#define CMD0_OPCODE     HV_BITS(7, 0)
#define   CFGI_STE       0x03u
#define   CFGI_STE_RANGE 0x04u
#define   TLBI_S12_VMALL 0x28u
#define   TLBI_S2_IPA    0x2au
#define   TLBI_NSNH_ALL  0x30u
#define   CMD_SYNC       0x46u
#define CMD0_STREAM_ID  HV_BITS(63, 32)
#define CMD0_VMID       HV_BITS(47, 32)
#define CMD1_LEAF       HV_BIT(0)
#define CMD1_RANGE      HV_BITS(4, 0)
#define   RANGE_ALL      31u
#define CMD1_ADDRESS    HV_BITS(51, 12)
_Static_assert(CMD0_VMID == UINT64_C(0x0000ffff00000000), "VMID");
_Static_assert(CMD1_ADDRESS == UINT64_C(0x000ffffffffff000), "Address[51:12]");

#define BASE_ALLOCATE   HV_BIT(62) /* CMDQ_BASE.RA, EVENTQ_BASE.WA */
#define PA_LIMIT        HV_BIT(52)

hv_status_t hv_smmu_queue_base(hv_u64 pa, hv_u32 log2, hv_u32 entry_bytes, hv_u64 *base)
{
	if (base == NULL || log2 > HV_SMMU_QUEUE_LOG2_MAX || pa >= PA_LIMIT)
		return HV_EINVAL;
	if (entry_bytes != HV_SMMU_CMD_BYTES && entry_bytes != HV_SMMU_EVENT_BYTES)
		return HV_EINVAL;
	if (!hv_is_aligned(pa, (hv_u64)entry_bytes << log2) || !hv_is_aligned(pa, 32))
		return HV_EINVAL;
	*base = pa | BASE_ALLOCATE | log2;
	return HV_OK;
}

static struct hv_smmu_cmd command(hv_u64 opcode, hv_u64 fields0, hv_u64 word1)
{
	return (struct hv_smmu_cmd){ { HV_PUT(CMD0_OPCODE, opcode) | fields0, word1 } };
}

struct hv_smmu_cmd hv_smmu_cmd_cfgi_ste(hv_u32 stream_id)
{
	/* Leaf = 0: a level 1 descriptor may have gained its leaf table just now. */
	return command(CFGI_STE, HV_PUT(CMD0_STREAM_ID, stream_id), 0);
}

struct hv_smmu_cmd hv_smmu_cmd_cfgi_ste_range(hv_u32 stream_id, hv_u32 log2)
{
	return command(CFGI_STE_RANGE, HV_PUT(CMD0_STREAM_ID, stream_id),
		       HV_PUT(CMD1_RANGE, log2 - 1));
}

struct hv_smmu_cmd hv_smmu_cmd_cfgi_all(void)
{
	return command(CFGI_STE_RANGE, 0, HV_PUT(CMD1_RANGE, RANGE_ALL));
}

struct hv_smmu_cmd hv_smmu_cmd_tlbi_s12_vmall(hv_u16 vmid)
{
	return command(TLBI_S12_VMALL, HV_PUT(CMD0_VMID, vmid), 0);
}

struct hv_smmu_cmd hv_smmu_cmd_tlbi_s2_ipa(hv_u16 vmid, hv_u64 ipa, bool leaf)
{
	return command(TLBI_S2_IPA, HV_PUT(CMD0_VMID, vmid),
		       (ipa & CMD1_ADDRESS) | (leaf ? CMD1_LEAF : 0));
}

struct hv_smmu_cmd hv_smmu_cmd_tlbi_nsnh_all(void)
{
	return command(TLBI_NSNH_ALL, 0, 0);
}

struct hv_smmu_cmd hv_smmu_cmd_sync(void)
{
	return command(CMD_SYNC, 0, 0);
}
