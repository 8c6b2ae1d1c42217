/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/smmu_gerror.h>

_Static_assert(HV_SMMU_GERROR_ALL == 0x7fd, "bit 1 is reserved");

const char *hv_smmu_gerror_name(hv_u32 active)
{
	/* By bit; arrays, not pointers: nothing here needs relocation. */
	static const char names[11][20] = {
		[0] = "CMDQ_ERR",           [2] = "EVENTQ_ABT_ERR",     [3] = "PRIQ_ABT_ERR",
		[4] = "MSI_CMDQ_ABT_ERR",   [5] = "MSI_EVENTQ_ABT_ERR", [6] = "MSI_PRIQ_ABT_ERR",
		[7] = "MSI_GERROR_ABT_ERR", [8] = "SFM_ERR",            [9] = "CMDQP_ERR",
		[10] = "DPT_ERR",
	};
	const hv_u32 known = active & (hv_u32)HV_SMMU_GERROR_ALL;

	return known == 0 ? "none" : names[hv_ctz32(known)];
}

enum hv_smmu_progress hv_smmu_cmdq_progress(hv_u32 log2, hv_u32 prod, hv_u32 cons, hv_u32 active)
{
	if (hv_smmu_queue_empty(log2, prod, cons))
		return HV_SMMU_DONE;
	return (active & HV_SMMU_GERROR_CMDQ) != 0 ? HV_SMMU_STOPPED : HV_SMMU_BUSY;
}
