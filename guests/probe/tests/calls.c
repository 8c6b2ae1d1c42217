/* SPDX-License-Identifier: Apache-2.0 */
/* SMCCC and the vendor calls: results, refusals, and which registers survive. */
#include "../psci.h"
#include "access.h"
#include "tests.h"

#define SMCCC_VERSION       0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define VENDOR_UID          0x8600ff01u
#define VENDOR_REVISION     0x8600ff03u
#define VENDOR(n)           (0xc6000000u + (n))
#define NOT_SUPPORTED       ((u64)-1)
#define INVALID_PARAMETER   ((u64)-3)
#define STORM               20000u

void call_hvc(u64 x[31]);
void call_smc(u64 x[31]);
void fp_fill(u64 seed);
u64 fp_differs(u64 seed);

static const u32 unknown[] = {
	0x80000003, 0x8000ffff, 0xc0000000, 0x81000000, 0x82000000, 0xc2000001, 0x83000000,
	0x84000050, 0x84010000, 0x85000000, 0x8600ff00, 0xc60000ff, 0xc600ff01,
	0x86000000, 0x86000001, 0xbf000000, 0xf2000000, 0x00000000, 0x04000000, 0x7fffffff,
	0x46000000, 0xffffffff};

static u64 seed_of(u32 i)
{
	return UINT64_C(0x1111111111111111) * (i % 15 + 1) ^ (UINT64_C(0xa5) << i);
}

/* x0 with garbage above bit 31 too: a function id has 32 bits. */
static bool preserves(const char *what, void (*call)(u64 *), u64 function, u32 first)
{
	u64 x[31];
	bool ok;

	for (u32 i = 0; i < 31; i++)
		x[i] = seed_of(i);
	x[0] = function;
	fp_fill(function);
	call(x);
	ok = quiet_eq("FP registers", function, fp_differs(function), 0);
	for (u32 i = first; i < 31; i++)
		ok &= quiet_eq(what, i, x[i], seed_of(i));
	return ok;
}

static void test_standard(void)
{
	check("SMCCC version 1.2 or later", hvc(SMCCC_VERSION, 0, 0, 0) >= 0x10002);
	check_eq("the same by SMC", smc(SMCCC_VERSION, 0, 0, 0), hvc(SMCCC_VERSION, 0, 0, 0));
	check_eq("garbage above bit 31", hvc(UINT64_C(0xabcd000000000000) | SMCCC_VERSION, 0, 0, 0),
		 hvc(SMCCC_VERSION, 0, 0, 0));
	check_eq("features: version", hvc(SMCCC_ARCH_FEATURES, SMCCC_VERSION, 0, 0), 0);
	check_eq("features: itself", hvc(SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES, 0, 0), 0);
	check_eq("features: what is not there", hvc(SMCCC_ARCH_FEATURES, 0x8000ffff, 0, 0),
		 NOT_SUPPORTED);
}

static void test_unknown(void)
{
	bool ok = true, by_smc = true;

	for (u32 i = 0; i < COUNT(unknown); i++) {
		ok &= quiet_eq("HVC", unknown[i], hvc(unknown[i], 0, 0, 0), NOT_SUPPORTED);
		by_smc &= quiet_eq("SMC", unknown[i], smc(unknown[i], 0, 0, 0), NOT_SUPPORTED);
	}
	check("unknown functions by HVC", ok);
	check("unknown functions by SMC", by_smc);
}

static void test_immediates(void)
{
	struct attempt a = TRY_INSTRUCTION("hvc #1", 0x84000000);

	check("HVC with another immediate does nothing", a.trap.count <= 1);
	a = TRY_INSTRUCTION("smc #1", 0x84000000);
	check("SMC with another immediate does nothing", a.trap.count <= 1);
}

static void test_uid(void)
{
	u64 x[31] = {VENDOR_UID};

	call_hvc(x);
	check("UID is not an error", (u32)x[0] != 0xffffffff);
	check("UID words are 32 bits", ((x[0] | x[1] | x[2] | x[3]) >> 32) == 0);
	check("UID is not zero", (x[0] | x[1] | x[2] | x[3]) != 0);
	check("revision", hvc(VENDOR_REVISION, 0, 0, 0) >> 32 == 0);
}

static void test_vendor(void)
{
	u64 x[31] = {VENDOR(0)};

	call_hvc(x);
	check("version", x[0] >> 32 == 0);
	check_eq("yield", hvc(VENDOR(1), 0, 0, 0), 0);
	x[0] = VENDOR(2);
	call_hvc(x);
	check_eq("own budget", x[0], 0);
	x[0] = VENDOR(3);
	call_hvc(x);
	check_eq("partition info", x[0], 0);
	check_eq("vCPU 0 of 2", x[2], 0x20000);
	check("doorbell to no partition", (s64)hvc(VENDOR(5), 99, 0, 0) < 0);
	check("doorbell to the hypervisor", (s64)hvc(VENDOR(5), 0, 0, 0) < 0);
	check("doorbell to itself", (s64)hvc(VENDOR(5), x[1], 0, 0) < 0);
	check("doorbell with high bits", (s64)hvc(VENDOR(5), UINT64_C(0x100000001), 0, 0) < 0);
	check_eq("console write of nothing", hvc(VENDOR(4), 0, 0, 0), INVALID_PARAMETER);
	check_eq("console write of too much", hvc(VENDOR(4), 25, 0, 0), INVALID_PARAMETER);
	/* "call\r\n" */
	check_eq("console write", hvc(VENDOR(4), 6, UINT64_C(0x0a0d6c6c6163), 0), 6);
}

static void test_registers(void)
{
	check("version by HVC keeps x4-x30", preserves("x", call_hvc, PSCI_VERSION, 4));
	check("version by SMC keeps x4-x30", preserves("x", call_smc, PSCI_VERSION, 4));
	check("unknown HVC keeps x4-x30", preserves("x", call_hvc, 0xffffffff, 4));
	check("unknown SMC keeps x4-x30", preserves("x", call_smc, 0xffffffff, 4));
	check("affinity info keeps x4-x30", preserves("x", call_hvc, PSCI_AFFINITY_INFO, 4));
	check("vendor version keeps x4-x30", preserves("x", call_hvc, VENDOR(0), 4));
	check("vendor console keeps x4-x30", preserves("x", call_hvc, VENDOR(4), 4));
	check("refused doorbell keeps x4-x30", preserves("x", call_hvc, VENDOR(5), 4));
}

void test_calls(void)
{
	test_standard();
	test_unknown();
	test_immediates();
	test_uid();
	test_vendor();
	test_registers();
}

/* Calls without pause; the victim's beats must not notice. */
void test_storm(void)
{
	const u64 n = arg("n", STORM);
	u64 wrong = 0;

	for (u64 i = 0; i < n; i++) {
		wrong += hvc(PSCI_VERSION, 0, 0, 0) != 0x10001;
		wrong += hvc(0xffffffff, 0, 0, 0) != NOT_SUPPORTED;
		wrong += hvc(VENDOR(1), 0, 0, 0) != 0;
	}
	check_eq("wrong answers", wrong, 0);
}
