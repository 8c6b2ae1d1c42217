/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/psci.h>

/* Function ids; those with a 64-bit form differ by bit 30. */
#define FN_64               HV_BIT(30)
#define FN_VERSION          0x84000000u
#define FN_CPU_SUSPEND      0x84000001u
#define FN_CPU_OFF          0x84000002u
#define FN_CPU_ON           0x84000003u
#define FN_AFFINITY_INFO    0x84000004u
#define FN_MIGRATE_INFO     0x84000006u
#define FN_SYSTEM_OFF       0x84000008u
#define FN_SYSTEM_RESET     0x84000009u
#define FN_FEATURES         0x8400000au
#define FN_CPU_SUSPEND_64   0xc4000001u
#define FN_CPU_ON_64        0xc4000003u
#define FN_AFFINITY_INFO_64 0xc4000004u
#define FN_SMCCC_VERSION    0x80000000u

#define PSCI_1_1             0x10001
#define MIGRATION_NOT_NEEDED 2 /* no Trusted OS that would live on one CPU */

enum psci_error {
	NOT_SUPPORTED = -1,
	INVALID_PARAMETERS = -2,
	ALREADY_ON = -4,
	ON_PENDING = -5,
	INVALID_ADDRESS = -9,
};

/* CPU_SUSPEND power_state, original format: level 0 and StateID 0 leave this bit alone. */
#define POWERDOWN HV_BIT(16)
_Static_assert(POWERDOWN == 0x10000, "StateType");

static hv_u64 error(enum psci_error code)
{
	return (hv_u64)(int64_t)code;
}

static bool is_offered(hv_u32 function)
{
	switch (function) {
	case FN_VERSION:
	case FN_CPU_SUSPEND:
	case FN_CPU_SUSPEND_64:
	case FN_CPU_OFF:
	case FN_CPU_ON:
	case FN_CPU_ON_64:
	case FN_AFFINITY_INFO:
	case FN_AFFINITY_INFO_64:
	case FN_MIGRATE_INFO:
	case FN_SYSTEM_OFF:
	case FN_SYSTEM_RESET:
	case FN_FEATURES:
	case FN_SMCCC_VERSION:
		return true;
	default:
		return false;
	}
}

static hv_u64 cpu_on(struct hv_psci *psci, struct hv_psci_result *out, hv_u64 target)
{
	struct hv_psci_vcpu *vcpu;

	/* Any affinity field but Aff0 makes the value too large. */
	if (target >= psci->vcpu_count)
		return error(INVALID_PARAMETERS);
	vcpu = &psci->vcpu[target];
	if (vcpu->state != HV_PSCI_OFF)
		return error(vcpu->state == HV_PSCI_ON ? ALREADY_ON : ON_PENDING);
	if ((out->entry & 3) != 0)
		return error(INVALID_ADDRESS);

	vcpu->entry = out->entry;
	vcpu->context = out->context;
	vcpu->state = HV_PSCI_ON_PENDING;
	out->target = (hv_u32)target;
	out->action = HV_PSCI_CPU_ON;
	return 0;
}

static hv_u64 cpu_suspend(struct hv_psci_result *out, hv_u32 power_state)
{
	if ((power_state & ~POWERDOWN) != 0)
		return error(INVALID_PARAMETERS);
	if (power_state == 0) {
		out->action = HV_PSCI_STANDBY;
		return 0;
	}
	if ((out->entry & 3) != 0)
		return error(INVALID_ADDRESS);
	out->action = HV_PSCI_POWERDOWN;
	return 0;
}

static hv_u64 affinity_info(const struct hv_psci *psci, hv_u64 target, hv_u64 level)
{
	/* From PSCI 1.0 on, levels above 0 need not be supported. */
	if (level != 0 || target >= psci->vcpu_count)
		return error(INVALID_PARAMETERS);
	return (hv_u64)psci->vcpu[target].state;
}

void hv_psci_call(struct hv_psci *psci, hv_u32 vcpu, const hv_u64 x[4], struct hv_psci_result *out)
{
	const hv_u32 function = (hv_u32)x[0];
	const hv_u64 cut = (function & FN_64) != 0 ? ~UINT64_C(0) : UINT32_MAX;

	out->action = HV_PSCI_DONE;
	out->target = vcpu;
	out->entry = x[2] & cut;
	out->context = x[3] & cut;
	switch (function) {
	case FN_VERSION:
		out->x0 = PSCI_1_1;
		break;
	case FN_FEATURES:
		/* No flags: CPU_SUSPEND takes the original format and is platform-coordinated. */
		out->x0 = is_offered((hv_u32)x[1]) ? 0 : error(NOT_SUPPORTED);
		break;
	case FN_CPU_ON:
	case FN_CPU_ON_64:
		out->x0 = cpu_on(psci, out, x[1] & cut);
		break;
	case FN_CPU_OFF:
		psci->vcpu[vcpu].state = HV_PSCI_OFF;
		out->x0 = 0;
		out->action = HV_PSCI_CPU_OFF;
		break;
	case FN_CPU_SUSPEND:
	case FN_CPU_SUSPEND_64:
		out->x0 = cpu_suspend(out, (hv_u32)x[1]);
		break;
	case FN_AFFINITY_INFO:
	case FN_AFFINITY_INFO_64:
		/* lowest_affinity_level is 32 bits wide in both forms. */
		out->x0 = affinity_info(psci, x[1] & cut, x[2] & UINT32_MAX);
		break;
	case FN_MIGRATE_INFO:
		out->x0 = MIGRATION_NOT_NEEDED;
		break;
	case FN_SYSTEM_OFF:
		out->x0 = 0;
		out->action = HV_PSCI_SYSTEM_OFF;
		break;
	case FN_SYSTEM_RESET:
		out->x0 = 0;
		out->action = HV_PSCI_SYSTEM_RESET;
		break;
	default:
		out->x0 = error(NOT_SUPPORTED);
		break;
	}
}

void hv_psci_refuse_entry(struct hv_psci *psci, struct hv_psci_result *result)
{
	if (result->action == HV_PSCI_CPU_ON)
		psci->vcpu[result->target].state = HV_PSCI_OFF;
	else if (result->action != HV_PSCI_POWERDOWN)
		return;
	result->action = HV_PSCI_DONE;
	result->x0 = error(INVALID_ADDRESS);
}

hv_status_t hv_psci_init(struct hv_psci *psci, hv_u32 vcpu_count, hv_u64 entry, hv_u64 context)
{
	if (psci == NULL || vcpu_count == 0 || vcpu_count > HV_MAX_CPUS)
		return HV_EINVAL;
	psci->vcpu_count = vcpu_count;
	hv_psci_stop(psci);
	psci->vcpu[0].entry = entry;
	psci->vcpu[0].context = context;
	psci->vcpu[0].state = HV_PSCI_ON_PENDING;
	return HV_OK;
}

bool hv_psci_start(struct hv_psci *psci, hv_u32 vcpu)
{
	if (psci->vcpu[vcpu].state != HV_PSCI_ON_PENDING)
		return false;
	psci->vcpu[vcpu].state = HV_PSCI_ON;
	return true;
}

bool hv_psci_alive(const struct hv_psci *psci)
{
	for (hv_u32 i = 0; i < psci->vcpu_count; i++) { /* bound: HV_MAX_CPUS */
		if (psci->vcpu[i].state != HV_PSCI_OFF)
			return true;
	}
	return false;
}

void hv_psci_stop(struct hv_psci *psci)
{
	for (hv_u32 i = 0; i < psci->vcpu_count; i++) /* bound: HV_MAX_CPUS */
		psci->vcpu[i].state = HV_PSCI_OFF;
}
