/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/probe.h>

#include <arm64/sysreg.h>

#define ISR_A HV_BIT(8)

/* vectors.S: 0, or the ESR_EL2 of the exception that the load ended in. */
hv_u64 hv_probe_load(hv_u64 address);

enum hv_probe hv_hal_probe(hv_u64 address)
{
	hv_u64 esr;

	if ((read_isr_el1() & ISR_A) != 0)
		return HV_PROBE_UNSURE;
	esr = hv_probe_load(address);
	if (hv_probe_imprecise(esr))
		esr = hv_probe_load(address);
	return hv_probe_decide(esr);
}
