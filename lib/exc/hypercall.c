/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hypercall.h>

#include "esr.h"
#include "tx.h"

/* Fixed ids. [31] fast, [30] 64-bit, [29:24] owner, [15:0] function */
#define FN_SMCCC_VERSION  0x80000000u
#define FN_ARCH_FEATURES  0x80000001u
#define FN_PSCI           0x84000000u /* 32 functions, in both widths */
#define FN_PSCI_MASK      0xbfffffe0u
#define FN_SERVICE        0x86000000u /* Haven's own, in both widths */
#define FN_SERVICE_MASK   0xbf000000u
#define FN_SERVICE_UID    0x8600ff01u
#define FN_SERVICE_REV    0x8600ff03u
#define FN_HAVEN_VERSION  0xc6000000u
#define FN_HAVEN_YIELD    0xc6000001u
#define FN_HAVEN_BUDGET   0xc6000002u
#define FN_HAVEN_INFO     0xc6000003u
#define FN_HAVEN_WRITE    0xc6000004u
#define FN_HAVEN_DOORBELL 0xc6000005u
#define FN_HAVEN_SCMI     0xc6000006u

#define SMCCC_1_2         0x10002
#define INTERFACE_MAJOR   1
#define INTERFACE_MINOR   0
#define INTERFACE_VERSION (INTERFACE_MAJOR << 16 | INTERFACE_MINOR)

#define WRITE_MAX 24u

static enum hv_call_kind done(hv_u64 x[4], hv_u64 x0)
{
	x[0] = x0;
	return HV_CALL_DONE;
}

static enum hv_call_kind unknown(hv_u64 x[4])
{
	x[0] = HV_CALL_NOT_SUPPORTED;
	return HV_CALL_UNKNOWN;
}

static enum hv_call_kind give(hv_u64 x[4], enum hv_call_kind kind)
{
	x[0] = 0;
	return kind;
}

/* 82e4517b-786c-4ed1-981d-a7156a3c8fae, four bytes a register, the first one lowest. */
static enum hv_call_kind service_uid(hv_u64 x[4])
{
	x[1] = 0xd14e6c78;
	x[2] = 0x15a71d98;
	x[3] = 0xae8f3c6a;
	return done(x, 0x7b51e482);
}

static enum hv_call_kind route_service(hv_u64 x[4], hv_u32 function)
{
	switch (function) {
	case FN_HAVEN_VERSION:
		return done(x, INTERFACE_VERSION);
	case FN_HAVEN_YIELD:
		return give(x, HV_CALL_YIELD);
	case FN_HAVEN_BUDGET:
		return give(x, HV_CALL_BUDGET);
	case FN_HAVEN_INFO:
		return give(x, HV_CALL_PARTITION_INFO);
	case FN_HAVEN_WRITE:
		return HV_CALL_CONSOLE_WRITE;
	case FN_HAVEN_DOORBELL:
		return HV_CALL_DOORBELL;
	case FN_HAVEN_SCMI:
		return give(x, HV_CALL_SCMI);
	case FN_SERVICE_UID:
		return service_uid(x);
	case FN_SERVICE_REV:
		x[1] = INTERFACE_MINOR;
		return done(x, INTERFACE_MAJOR);
	default:
		return unknown(x);
	}
}

static bool is_allowed(hv_u32 function, const hv_u32 *allowed, hv_u32 count)
{
	for (hv_u32 i = 0; i < count && i < HV_SMC_ALLOW_MAX; i++) { /* bound: HV_SMC_ALLOW_MAX */
		if (allowed[i] == function)
			return true;
	}
	return false;
}

enum hv_call_kind hv_call_route(hv_u64 esr, hv_u64 x[4], const hv_u32 *allowed, hv_u32 count)
{
	const hv_u32 function = (hv_u32)x[0];
	hv_u32 asked;

	if ((esr & ESR_IMM) != 0)
		return unknown(x);
	if ((function & FN_PSCI_MASK) == FN_PSCI)
		return HV_CALL_PSCI;
	if ((function & FN_SERVICE_MASK) == FN_SERVICE)
		return route_service(x, function);
	if (function == FN_SMCCC_VERSION)
		return done(x, SMCCC_1_2);
	if (function == FN_ARCH_FEATURES) {
		asked = (hv_u32)x[1];
		return done(x, asked == FN_SMCCC_VERSION || asked == FN_ARCH_FEATURES
				       ? 0
				       : HV_CALL_NOT_SUPPORTED);
	}
	if (HV_GET(ESR_EC, esr) == EC_SMC64 && is_allowed(function, allowed, count))
		return HV_CALL_FORWARD;
	return unknown(x);
}

void hv_call_console_write(struct hv_ring *tx, hv_u64 x[5], bool *wake)
{
	const hv_u64 count = x[1];
	hv_u32 n = 0;

	*wake = false;
	if (count == 0 || count > WRITE_MAX) {
		x[0] = HV_CALL_INVALID_PARAMETER;
		return;
	}
	while (n < count && tx_put(tx, (hv_u8)(x[2 + n / 8] >> (n % 8 * 8)), wake)) /* bound: 24 */
		n++;
	x[0] = n;
}

bool hv_call_doorbell(hv_u32 peers, hv_u64 x[4], struct hv_bell_limit *limit, hv_u64 now,
		      hv_u64 interval)
{
	if (x[1] >= HV_MAX_PARTITIONS) {
		x[0] = HV_CALL_INVALID_PARAMETER;
		return false;
	}
	if (((peers >> x[1]) & 1) == 0) {
		x[0] = HV_CALL_DENIED;
		return false;
	}
	if (now < limit->next) {
		x[0] = HV_CALL_BUSY;
		return false;
	}
	limit->next = now + interval;
	x[0] = 0;
	return true;
}
