/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/guest_timer.h>

#define CTL_ENABLE HV_BIT(0)
#define CTL_IMASK  HV_BIT(1)

static hv_u64 wake(hv_u64 ctl, hv_u64 cval, bool signalled)
{
	return signalled && (ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE ? cval : UINT64_MAX;
}

hv_u64 hv_guest_timer_wake(const struct hv_guest_timers *timers, bool cntv, bool cntp)
{
	const hv_u64 v = wake(timers->cntv_ctl, timers->cntv_cval, cntv);
	const hv_u64 p = wake(timers->cntp_ctl, timers->cntp_cval, cntp);

	return v < p ? v : p;
}
