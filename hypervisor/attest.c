/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/probe.h>

#include "attest.h"
#include "memory.h"
#include "print.h"

static enum hv_attest look_at(hv_u32 cpu, const struct hv_fw_witness *witness)
{
	const hv_u64 at = hv_window_open_device(cpu, witness->address);
	const enum hv_probe outcome = hv_hal_probe(at);

	hv_window_close(cpu, witness->address, sizeof(hv_u32));
	return hv_attest_probe(outcome, witness->open);
}

static enum hv_attest hear_witnesses(struct hv_hal_fw *fw, hv_u32 cpu)
{
	enum hv_attest verdict = HV_ATTEST_OK;

	/* bound: the configuration */
	for (hv_u32 i = 0; i < fw->config->witness_count && verdict == HV_ATTEST_OK; i++) {
		fw->address = fw->config->witnesses[i].address;
		verdict = look_at(cpu, &fw->config->witnesses[i]);
	}
	return verdict;
}

static const char *name_or_none(const char *name)
{
	return name == NULL ? "-" : name;
}

static void tell_where(const struct hv_hal_fw *fw, enum hv_attest verdict)
{
	switch (verdict) {
	case HV_ATTEST_SILENT:
		hv_print(": %s", fw->exchange == HV_SMT_DONE ? "an answer that cannot be read" :
							       hv_smt_state_name(fw->exchange));
		break;
	case HV_ATTEST_NAME:
	case HV_ATTEST_SELECTOR:
		hv_print(": %s, selector %u", fw->found.name, (hv_u64)fw->found.selector);
		break;
	case HV_ATTEST_MACHINE:
	case HV_ATTEST_EVENTS:
		hv_print(": %s, %u", name_or_none(hv_config.mcu_name), (hv_u64)fw->config->mcu->lm);
		break;
	case HV_ATTEST_REACHABLE:
	case HV_ATTEST_CLOSED:
	case HV_ATTEST_UNMAPPED:
		hv_print(": %x", fw->address);
		break;
	case HV_ATTEST_MISMATCH:
		hv_print(": %x holds %x", fw->address, (hv_u64)fw->value);
		break;
	default:
		break;
	}
}

static _Noreturn void refuse(const struct hv_hal_fw *fw, enum hv_attest verdict)
{
	hv_print("haven: firmware refused: assumed %s, selector %u: %s",
		 name_or_none(fw->config->firmware.name), (hv_u64)fw->config->firmware.selector,
		 hv_attest_name(verdict));
	tell_where(fw, verdict);
	hv_print("\n");
	hv_panic("firmware");
}

void hv_attest_firmware(struct hv_hal_fw *fw, const struct hv_hal_fw_config *config, hv_u32 cpu)
{
	enum hv_attest verdict = hv_hal_fw_probe(fw, config);

	if (verdict == HV_ATTEST_OK)
		verdict = hv_hal_fw_apply(fw);
	if (verdict == HV_ATTEST_OK)
		verdict = hear_witnesses(fw, cpu);
	if (verdict != HV_ATTEST_OK)
		refuse(fw, verdict);
	hv_print("haven: firmware %s, selector %u: as configured, %u witnesses heard\n",
		 name_or_none(config->firmware.name), (hv_u64)config->firmware.selector,
		 (hv_u64)config->witness_count);
}
