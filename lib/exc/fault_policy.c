/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/fault_policy.h>

enum hv_journal_verdict hv_fault_decide(enum hv_fault_cause cause, enum hv_fault_policy policy,
					hv_u32 restarts, hv_u32 max_restarts)
{
	if (cause == HV_CAUSE_UNDEF)
		return HV_JV_INJECT;
	switch (policy) {
	case HV_FAULT_INJECT:
		return cause == HV_CAUSE_SERROR ? HV_JV_HALT : HV_JV_INJECT;
	case HV_FAULT_SUSPEND:
		return HV_JV_SUSPEND;
	case HV_FAULT_RESTART:
		return restarts < max_restarts ? HV_JV_RESTART : HV_JV_HALT;
	case HV_FAULT_HALT:
	default:
		return HV_JV_HALT;
	}
}
