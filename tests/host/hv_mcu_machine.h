/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HV_MCU_MACHINE_H
#define HV_MCU_MACHINE_H
/**
 * @file
 * The machine of hv_fixture.h with a System Manager and the firewalls of an i.MX95: models, under
 * the real driver and the hypervisor's own code.
 */
#include "fake_bus.h"
#include "fake_sm.h"
#include "hv_fixture.h"
#include "trdc_fixture.h"

#define MU      UINT64_C(0x445b0000)
#define MU_IRQ  61u
#define SERVICE (&fake.cpu[CPU_SERVICE])

hv_u64 hv_probe_load(hv_u64 address);

static struct fake_sm manager;
static struct hv_trdc_word words[4096];
static hv_u64 heard[16]; /* addresses that were read as witnesses, in order */
static hv_u32 heard_count;
static hv_u32 strays; /* SErrors of others that come during the next reads */

/* What an application core's load meets: its own map first, then the firewall. */
hv_u64 hv_probe_load(hv_u64 address)
{
	assert_true(heard_count < 16);
	heard[heard_count++] = address;
	if (strays > 0) {
		strays--;
		return 0xbe000000;
	}
	if ((address & ~UINT64_C(0xfff)) != device_window)
		return 0x96000007; /* translation */
	if ((address & 3) != 0)
		return 0x96000021; /* alignment */
	return passes(A55, address, false, 4) ? 0 : 0x96000010;
}

static void load_firewall(const struct hv_fw_policy *policy)
{
	hv_u32 count;

	for (hv_u32 t = 0; t < TRDC_COUNT; t++) {
		assert_int_equal(hv_trdc_compile(policy, t, words, 4096, &count), 0);
		for (hv_u32 i = 0; i < count; i++)
			models[t].word[words[i].offset / 4] = words[i].value;
	}
}

/* Power on with this configuration flashed and this policy loaded. */
static void board_on(const struct fake_sm_config *flashed, const struct hv_fw_policy *policy)
{
	machine_on();
	fake_bus_reset();
	fake_sysreg_set("isr_el1", 0);
	models_on();
	load_firewall(policy);
	fake_sm_init(&manager, MU, flashed);
	heard_count = 0;
	strays = 0;
}

static const struct fake_sm_config granted = {"mx95evk", 0, {0, 255, 0}, false};

#endif
