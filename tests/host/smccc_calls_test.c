/* SPDX-License-Identifier: Apache-2.0 */
/* Whose call it is, and Haven's own service. Numbers are those of Arm DEN 0028. */
#include <haven/hypercall.h>

#include "exc_check.h"

#define HVC	      UINT64_C(0x5a000000)
#define SMC	      UINT64_C(0x5e000000)
#define NOT_SUPPORTED UINT64_C(0xffffffffffffffff)

static const hv_u32 allowed[] = {0x82000010, 0xc200ffff, 0x84000008, 0x02000001, 0xc6000001};

static void routes(void **state)
{
	static const struct {
		const char *why;
		hv_u64 esr, x0, x1;
		enum hv_call_kind kind;
		hv_u64 result;
	} rows[] = {
	    {"SMCCC_VERSION is 1.2", HVC, 0x80000000, 0, HV_CALL_DONE, 0x10002},
	    {"SMCCC_VERSION by SMC", SMC, 0x80000000, 0, HV_CALL_DONE, 0x10002},
	    {"upper half of the id", HVC, 0xdead000080000000, 0, HV_CALL_DONE, 0x10002},
	    {"FEATURES: VERSION", HVC, 0x80000001, 0x80000000, HV_CALL_DONE, 0},
	    {"FEATURES: FEATURES", HVC, 0x80000001, 0xff80000001, HV_CALL_DONE, 0},
	    {"FEATURES: WORKAROUND_1", HVC, 0x80000001, 0x80008000, HV_CALL_DONE, NOT_SUPPORTED},
	    {"FEATURES: WORKAROUND_2", HVC, 0x80000001, 0x80007fff, HV_CALL_DONE, NOT_SUPPORTED},
	    {"FEATURES: WORKAROUND_3", HVC, 0x80000001, 0x80003fff, HV_CALL_DONE, NOT_SUPPORTED},
	    {"FEATURES: SOC_ID", HVC, 0x80000001, 0x80000002, HV_CALL_DONE, NOT_SUPPORTED},
	    {"WORKAROUND_1", HVC, 0x80008000, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"SOC_ID", SMC, 0x80000002, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"64-bit VERSION does not exist", HVC, 0xc0000000, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"PSCI", HVC, 0x84000000, 0, HV_CALL_PSCI, 0x84000000},
	    {"PSCI by SMC", SMC, 0x84000008, 0, HV_CALL_PSCI, 0x84000008},
	    {"PSCI, last one, 64-bit", HVC, 0xc400001f, 0, HV_CALL_PSCI, 0xc400001f},
	    {"SDEI", HVC, 0xc4000020, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"TRNG", SMC, 0x84000050, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"PSCI as a yielding call", HVC, 0x04000000, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"hint bit of SMCCC 1.3", HVC, 0x84010000, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"version", HVC, 0xc6000000, 0, HV_CALL_DONE, 0x10000},
	    {"yield", HVC, 0xc6000001, 0, HV_CALL_YIELD, 0},
	    {"own budget", HVC, 0xc6000002, 0, HV_CALL_BUDGET, 0},
	    {"partition info", SMC, 0xc6000003, 0, HV_CALL_PARTITION_INFO, 0},
	    {"console write", HVC, 0xc6000004, 0, HV_CALL_CONSOLE_WRITE, 0xc6000004},
	    {"doorbell", HVC, 0xc6000005, 0, HV_CALL_DOORBELL, 0xc6000005},
	    {"SCMI ring", HVC, 0xc6000006, 0, HV_CALL_SCMI, 0},
	    {"SCMI ring by SMC", SMC, 0xc6000006, 0, HV_CALL_SCMI, 0},
	    {"SCMI ring in 32 bits", HVC, 0x86000006, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"one too many", HVC, 0xc6000007, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"not a 32-bit function", HVC, 0x86000001, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"call count is deprecated", HVC, 0x8600ff00, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"standard service UID", HVC, 0x8400ff01, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"zero", HVC, 0, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"all ones", SMC, UINT64_MAX, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"immediate 1", HVC | 1, 0x84000000, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"immediate 0xffff", SMC | 0xffff, 0x80000000, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"immediate and allowed", SMC | 0x8000, 0x82000010, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"allowed SMC", SMC, 0x82000010, 0, HV_CALL_FORWARD, 0x82000010},
	    {"allowed SMC, upper half", SMC, 0x5500000082000010, 0, HV_CALL_FORWARD,
	     0x5500000082000010},
	    {"allowed yielding SMC", SMC, 0x02000001, 0, HV_CALL_FORWARD, 0x02000001},
	    {"its neighbour", SMC, 0x82000011, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"the same id by HVC", HVC, 0x82000010, 0, HV_CALL_UNKNOWN, NOT_SUPPORTED},
	    {"PSCI stays here even if listed", SMC, 0x84000008, 0, HV_CALL_PSCI, 0x84000008},
	    {"so does the own service", SMC, 0xc6000001, 0, HV_CALL_YIELD, 0},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		hv_u64 x[4] = {rows[i].x0, rows[i].x1, 0x22, 0x33};

		CHECK(rows[i].why, hv_call_route(rows[i].esr, x, allowed, ROWS(allowed)),
		      rows[i].kind);
		CHECK(rows[i].why, x[0], rows[i].result);
		CHECK("x1 is kept", x[1], rows[i].x1);
		CHECK("x2 is kept", x[2], 0x22);
		CHECK("x3 is kept", x[3], 0x33);
	}
}

static void service_is_found_by_its_uuid(void **state)
{
	/* 82e4517b-786c-4ed1-981d-a7156a3c8fae */
	static const hv_u8 uuid[16] = {0x82, 0xe4, 0x51, 0x7b, 0x78, 0x6c, 0x4e, 0xd1,
				       0x98, 0x1d, 0xa7, 0x15, 0x6a, 0x3c, 0x8f, 0xae};
	hv_u64 x[4] = {0x8600ff01, 1, 2, 3};

	(void)state;
	CHECK("UID", hv_call_route(HVC, x, NULL, 0), HV_CALL_DONE);
	for (int i = 0; i < 16; i++)
		CHECK("byte", (x[i / 4] >> (i % 4 * 8)) & 0xff, uuid[i]);
	for (int i = 0; i < 4; i++)
		CHECK("upper half", x[i] >> 32, 0);

	x[0] = 0x8600ff03;
	CHECK("revision", hv_call_route(HVC, x, NULL, 0), HV_CALL_DONE);
	CHECK("major", x[0], 1);
	CHECK("minor", x[1], 0);
}

static void allow_list_is_bounded(void **state)
{
	hv_u32 list[17];
	hv_u64 x[4] = {0};

	(void)state;
	for (hv_u32 i = 0; i < 17; i++)
		list[i] = 0x82000000 + i;
	x[0] = 0x8200000f;
	CHECK("16th", hv_call_route(SMC, x, list, 17), HV_CALL_FORWARD);
	x[0] = 0x82000010;
	CHECK("17th is cut", hv_call_route(SMC, x, list, 17), HV_CALL_UNKNOWN);
	x[0] = 0x82000000;
	CHECK("empty", hv_call_route(SMC, x, NULL, 0), HV_CALL_UNKNOWN);
	x[0] = 0x82000001;
	CHECK("count counts", hv_call_route(SMC, x, list, 1), HV_CALL_UNKNOWN);
}

static void where_the_guest_goes_on(void **state)
{
	(void)state;
	CHECK("HVC", hv_call_advance(HVC), 0);
	CHECK("SMC", hv_call_advance(SMC), 4);
	CHECK("SMC with all bits set", hv_call_advance(0xffffffff5fffffff), 4);
}

static void console_write(void **state)
{
	struct hv_ring tx = {0};
	hv_u64 x[5] = {0, 24, 0x6867666564636261, 0x706f6e6d6c6b6a69, 0x7877767574737271};
	hv_u8 byte;
	bool wake = false;

	(void)state;
	hv_call_console_write(&tx, x, &wake);
	CHECK("all", x[0], 24);
	CHECK("the ring was empty", wake, true);
	for (int i = 0; i < 24; i++) {
		CHECK("there", hv_ring_get(&tx, &byte), true);
		CHECK("in order", byte, 'a' + i);
	}
	CHECK("no more", hv_ring_used(&tx), 0);

	for (int i = 0; i < 1020; i++)
		CHECK("fill", hv_ring_put(&tx, 'x'), true);
	hv_call_console_write(&tx, x, &wake);
	CHECK("what fits", x[0], 4);
	CHECK("someone is on it", wake, false);
	hv_call_console_write(&tx, x, &wake);
	CHECK("full", x[0], 0);
}

static void console_write_refuses_counts(void **state)
{
	static const hv_u64 counts[] = {0, 25, 0x100000001, UINT64_MAX};
	struct hv_ring tx = {0};

	(void)state;
	for (size_t i = 0; i < ROWS(counts); i++) {
		hv_u64 x[5] = {0, counts[i], 0, 0, 0};
		bool wake = true;

		hv_call_console_write(&tx, x, &wake);
		CHECK("INVALID_PARAMETER", x[0], (hv_u64)-3);
		CHECK("nothing written", hv_ring_used(&tx), 0);
		CHECK("nobody woken", wake, false);
	}
}

static void doorbells(void **state)
{
	static const struct {
		const char *why;
		hv_u32 peers;
		hv_u64 target;
		bool ring;
		hv_u64 x0;
	} rows[] = {
	    {"peer", 0x4, 2, true, 0},
	    {"last partition", 0x80, 7, true, 0},
	    {"not a peer", 0x4, 1, false, (hv_u64)-4},
	    {"the hypervisor", 0x4, 0, false, (hv_u64)-4},
	    {"no such partition", 0xffffffff, 8, false, (hv_u64)-3},
	    {"shift of 32", 0xffffffff, 32, false, (hv_u64)-3},
	    {"shift of 64", 0xffffffff, 64, false, (hv_u64)-3},
	    {"only the low half looks right", 0xffffffff, 0x100000002, false, (hv_u64)-3},
	    {"largest", 0xffffffff, UINT64_MAX, false, (hv_u64)-3},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		hv_u64 x[4] = {0xc6000005, rows[i].target, 0, 0};
		struct hv_bell_limit limit = {0};

		CHECK(rows[i].why, hv_call_doorbell(rows[i].peers, x, &limit, 100, 20), rows[i].ring);
		CHECK(rows[i].why, x[0], rows[i].x0);
		CHECK(rows[i].why, limit.next, rows[i].ring ? 120 : 0);
	}
}

static void doorbells_keep_their_distance(void **state)
{
	struct hv_bell_limit limit = {0};
	hv_u64 x[4] = {0xc6000005, 2, 0, 0};

	(void)state;
	CHECK("first", hv_call_doorbell(0x4, x, &limit, 1000, 50), true);
	CHECK("too early", hv_call_doorbell(0x4, x, &limit, 1049, 50), false);
	CHECK("BUSY", x[0], (hv_u64)-5);
	CHECK("a refused ring does not push the time out", limit.next, 1050);
	CHECK("in time", hv_call_doorbell(0x4, x, &limit, 1050, 50), true);
	CHECK("done", x[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(routes),
	    cmocka_unit_test(service_is_found_by_its_uuid),
	    cmocka_unit_test(allow_list_is_bounded),
	    cmocka_unit_test(where_the_guest_goes_on),
	    cmocka_unit_test(console_write),
	    cmocka_unit_test(console_write_refuses_counts),
	    cmocka_unit_test(doorbells),
	    cmocka_unit_test(doorbells_keep_their_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
