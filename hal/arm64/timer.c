/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/timer.h>

#include <arm64/sysreg.h>

void hv_hal_timer_arm(hv_u64 deadline)
{
	write_cnthp_cval_el2(deadline);
	write_cnthp_ctl_el2(1);
	isb();
}

void hv_hal_timer_off(void)
{
	write_cnthp_ctl_el2(0);
	isb();
}
