/* SPDX-License-Identifier: Apache-2.0 */
/* Software generated interrupts: decode, filter, post. */
#include "vgic_impl.h"

/* ICC_SGI1R_EL1 */
#define SGI1R_LIST  HV_BITS(15, 0)
#define SGI1R_INTID HV_BITS(27, 24)
#define SGI1R_IRM   HV_BIT(40)
#define SGI1R_RS    HV_BITS(47, 44)
#define SGI1R_AFF   (HV_BITS(55, 48) | HV_BITS(39, 32) | HV_BITS(23, 16))

_Static_assert(SGI1R_AFF == UINT64_C(0x00ff00ff00ff0000), "Aff3, Aff2, Aff1");
_Static_assert(SGI1R_INTID == UINT64_C(0x0f000000), "INTID");

hv_u32 hv_vgic_sgi(struct hv_vgic *vgic, hv_u32 vcpu, hv_u64 value, bool *denied)
{
	const hv_u32 all = vgic_low_bits(vgic->vcpus);
	const hv_u32 bit = 1u << HV_GET(SGI1R_INTID, value);
	const hv_u32 list = (hv_u32)HV_GET(SGI1R_LIST, value);
	hv_u32 targets = list & all;

	*denied = false;
	if ((value & SGI1R_IRM) != 0) {
		targets = all & ~(1u << vcpu);
	} else {
		/* Our vCPUs are 0.0.0.0 to 0.0.0.15: any other cluster is foreign. */
		if ((value & (SGI1R_AFF | SGI1R_RS)) != 0)
			targets = 0;
		*denied = targets != list;
	}
	for (hv_u32 v = 0; v < vgic->vcpus; v++) /* bound: HV_MAX_CPUS */
		if ((targets >> v & 1) != 0)
			/* bound: others' writes */
			__atomic_fetch_or(&vgic->cpu[v].inbox, bit, __ATOMIC_RELEASE);
	return targets;
}
