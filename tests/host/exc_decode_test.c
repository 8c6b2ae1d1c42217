/* SPDX-License-Identifier: Apache-2.0 */
/* Syndromes: every exception class, every kind of abort, device accesses. */
#include <haven/el2_exceptions.h>

#include "exc_check.h"

static struct hv_exit decode(hv_u64 esr, hv_u64 far, hv_u64 hpfar)
{
	const struct hv_exc_regs regs = {.esr = esr, .far = far, .hpfar = hpfar};
	struct hv_exit out;

	memset(&out, 0xa5, sizeof(out));
	hv_exc_decode(&regs, &out);
	return out;
}

static void every_exception_class(void **state)
{
	static const struct {
		hv_u32 ec;
		enum hv_exit_kind kind;
		const char *why;
	} rows[] = {
	    {0x00, HV_EXIT_UNDEF, "unknown reason"},
	    {0x01, HV_EXIT_WFX, "WFI, WFE"},
	    {0x03, HV_EXIT_UNDEF, "AArch32 MCR"},
	    {0x04, HV_EXIT_UNDEF, "AArch32 MCRR"},
	    {0x05, HV_EXIT_UNDEF, "AArch32 MCR cp14"},
	    {0x06, HV_EXIT_UNDEF, "AArch32 LDC"},
	    {0x07, HV_EXIT_UNDEF, "FP trap"},
	    {0x08, HV_EXIT_UNDEF, "AArch32 VMRS"},
	    {0x09, HV_EXIT_UNDEF, "pointer authentication"},
	    {0x0a, HV_EXIT_UNDEF, "LD64B"},
	    {0x0c, HV_EXIT_UNDEF, "AArch32 MRRC cp14"},
	    {0x11, HV_EXIT_UNDEF, "AArch32 SVC"},
	    {0x12, HV_EXIT_UNDEF, "AArch32 HVC"},
	    {0x13, HV_EXIT_UNDEF, "AArch32 SMC"},
	    {0x14, HV_EXIT_UNDEF, "MSRR"},
	    {0x16, HV_EXIT_HVC, "HVC"},
	    {0x17, HV_EXIT_SMC, "SMC"},
	    {0x18, HV_EXIT_SYSREG, "MSR"},
	    {0x19, HV_EXIT_UNDEF, "SVE"},
	    {0x1a, HV_EXIT_UNDEF, "ERET trap"},
	    {0x1b, HV_EXIT_UNDEF, "TSTART"},
	    {0x1d, HV_EXIT_UNDEF, "SME"},
	    {0x20, HV_EXIT_INST_ABORT, "instruction abort"},
	    {0x24, HV_EXIT_DATA_ABORT, "data abort"},
	    {0x27, HV_EXIT_UNDEF, "memory copy"},
	};
	hv_u32 row = 0;

	(void)state;
	for (hv_u32 ec = 0; ec < 64; ec++) {
		const struct hv_exit out = decode((hv_u64)ec << 26 | 0x02000000, 0, 0);

		CHECK("EC is reported", out.ec, ec);
		if (row < ROWS(rows) && rows[row].ec == ec) {
			CHECK(rows[row].why, out.kind, rows[row].kind);
			row++;
		} else {
			/* BTI, illegal state, SVC64, FPAC, GPC, own aborts, PC and SP alignment, FP
			 * exceptions, SError, debug, BRK, PMU, and what is not allocated */
			CHECK("refused", out.kind, HV_EXIT_REFUSE);
		}
	}
	CHECK("all rows seen", row, ROWS(rows));
}

static void bits_above_the_syndrome_do_not_matter(void **state)
{
	(void)state;
	/* ISS2 of later architectures */
	CHECK("ISS2", decode(UINT64_C(0xffffffff5a000000), 0, 0).kind, HV_EXIT_HVC);
}

static void calls_carry_their_immediate(void **state)
{
	struct hv_exit out = decode(0x5a00ffff, 0, 0);

	(void)state;
	CHECK("HVC", out.imm, 0xffff);
	CHECK("ELR is behind HVC", out.advance, 0);
	out = decode(0x5e000001, 0, 0);
	CHECK("SMC", out.imm, 1);
	CHECK("ELR is at SMC", out.advance, 4);
	out = decode(0x5eff0000, 0, 0);
	CHECK("bits above are not part of it", out.imm, 0);
	CHECK("WFI", decode(0x06000000, 0, 0).advance, 4);
	CHECK("16-bit WFI", decode(0x04000000, 0, 0).advance, 2);
	CHECK("no immediate", decode(0x0600ffff, 0, 0).imm, 0);
}

static void system_registers(void **state)
{
	static const struct {
		const char *why;
		hv_u64 esr;
		hv_u32 reg;
		hv_u8 rt;
		bool read;
	} rows[] = {
	    /* op0 3 op1 0 CRn 12 CRm 11 op2 5, as MSR S3_0_C12_C11_5, X7 is encoded */
	    {"ICC_SGI1R_EL1, x7", 0x62000000 | 0x3a30f6, 0xc65d, 7, false},
	    {"ICC_SGI1R_EL1 read", 0x62000000 | 0x3a30f7, 0xc65d, 7, true},
	    {"all ones", 0x62000000 | 0x3fffff, 0xffff, 31, true},
	    {"all zero", 0x62000000, 0, 0, false},
	    {"op0 alone", 0x62300000, 0xc000, 0, false},
	    {"op2 alone", 0x620e0000, 0x0007, 0, false},
	    {"op1 alone", 0x6201c000, 0x3800, 0, false},
	    {"CRn alone", 0x62003c00, 0x0780, 0, false},
	    {"Rt alone", 0x620003e0, 0, 31, false},
	    {"CRm alone", 0x6200001e, 0x0078, 0, false},
	    {"RES0 bits", 0x63c00000, 0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct hv_exit out = decode(rows[i].esr, 0, 0);

		CHECK(rows[i].why, out.sysreg.reg, rows[i].reg);
		CHECK(rows[i].why, out.sysreg.rt, rows[i].rt);
		CHECK(rows[i].why, out.sysreg.read, rows[i].read);
		CHECK(rows[i].why, out.advance, 4);
	}
}

/* FAR 0xffff000012345678, HPFAR for page 0x40001000 */
static void aborts(void **state)
{
	static const struct {
		const char *why;
		hv_u64 esr, ipa;
		enum hv_ipa_kind ipa_kind;
		enum hv_abort_cause cause;
		hv_u8 level;
		bool write, walk, maintenance, far_valid;
	} rows[] = {
	    {"translation level 3", 0x92000007, 0x40001678, HV_IPA_EXACT, HV_ABORT_TRANSLATION, 3,
	     false, false, false, true},
	    {"translation level 0, write", 0x92000044, 0x40001678, HV_IPA_EXACT,
	     HV_ABORT_TRANSLATION, 0, true, false, false, true},
	    {"address size level 1", 0x92000001, 0x40001678, HV_IPA_EXACT, HV_ABORT_ADDRESS_SIZE, 1,
	     false, false, false, true},
	    {"access flag level 2", 0x9200000a, 0x40001678, HV_IPA_EXACT, HV_ABORT_ACCESS_FLAG, 2,
	     false, false, false, true},
	    {"permission has no HPFAR", 0x9200004f, 0, HV_IPA_TRANSLATE, HV_ABORT_PERMISSION, 3,
	     true, false, false, true},
	    {"permission of a walk has", 0x9200008f, 0x40001000, HV_IPA_PAGE, HV_ABORT_PERMISSION,
	     3, false, true, false, true},
	    {"walk: the table's page only, no direction", 0x920000c6, 0x40001000, HV_IPA_PAGE,
	     HV_ABORT_TRANSLATION, 2, false, true, false, true},
	    {"external", 0x92000050, 0, HV_IPA_NONE, HV_ABORT_EXTERNAL, 0, true, false, false,
	     true},
	    {"external, FAR not valid", 0x92000410, 0, HV_IPA_NONE, HV_ABORT_EXTERNAL, 0, false,
	     false, false, false},
	    {"FnV means nothing for others", 0x92000407, 0x40001678, HV_IPA_EXACT,
	     HV_ABORT_TRANSLATION, 3, false, false, false, true},
	    {"external on a walk", 0x92000095, 0, HV_IPA_NONE, HV_ABORT_EXTERNAL, 0, false, false,
	     false, true},
	    {"parity", 0x92000018, 0, HV_IPA_NONE, HV_ABORT_EXTERNAL, 0, false, false, false, true},
	    {"parity on a walk", 0x9200001f, 0, HV_IPA_NONE, HV_ABORT_EXTERNAL, 0, false, false,
	     false, true},
	    {"tag check", 0x92000011, 0, HV_IPA_NONE, HV_ABORT_OTHER, 0, false, false, false, true},
	    {"reserved 0x19", 0x92000019, 0, HV_IPA_NONE, HV_ABORT_OTHER, 0, false, false, false,
	     true},
	    {"alignment", 0x92000061, 0, HV_IPA_NONE, HV_ABORT_OTHER, 0, true, false, false, true},
	    {"TLB conflict", 0x92000030, 0, HV_IPA_NONE, HV_ABORT_OTHER, 0, false, false, false,
	     true},
	    {"reserved 0x3f", 0x9200003f, 0, HV_IPA_NONE, HV_ABORT_OTHER, 0, false, false, false,
	     true},
	    {"cache maintenance", 0x92000147, 0x40001678, HV_IPA_EXACT, HV_ABORT_TRANSLATION, 3,
	     true, false, true, true},
	    {"instruction, translation", 0x82000007, 0x40001678, HV_IPA_EXACT, HV_ABORT_TRANSLATION,
	     3, false, false, false, true},
	    {"instruction, RES0 bits of CM and WnR", 0x82000147, 0x40001678, HV_IPA_EXACT,
	     HV_ABORT_TRANSLATION, 3, false, false, false, true},
	    {"instruction, execute never", 0x8200000f, 0, HV_IPA_TRANSLATE, HV_ABORT_PERMISSION, 3,
	     false, false, false, true},
	    {"instruction, walk", 0x82000086, 0x40001000, HV_IPA_PAGE, HV_ABORT_TRANSLATION, 2,
	     false, true, false, true},
	    {"instruction, external, FAR not valid", 0x82000410, 0, HV_IPA_NONE, HV_ABORT_EXTERNAL,
	     0, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct hv_exit out = decode(rows[i].esr, 0xffff000012345678, 0x400010);

		CHECK(rows[i].why, out.abort.ipa, rows[i].ipa);
		CHECK(rows[i].why, out.abort.ipa_kind, rows[i].ipa_kind);
		CHECK(rows[i].why, out.abort.cause, rows[i].cause);
		CHECK(rows[i].why, out.abort.level, rows[i].level);
		CHECK(rows[i].why, out.abort.write, rows[i].write);
		CHECK(rows[i].why, out.abort.walk, rows[i].walk);
		CHECK(rows[i].why, out.abort.maintenance, rows[i].maintenance);
		CHECK(rows[i].why, out.abort.far_valid, rows[i].far_valid);
	}
}

static void hpfar_gives_its_field_alone(void **state)
{
	(void)state;
	CHECK("NS and RES0 bits", decode(0x92000007, 0, 0x80f000000040001f).abort.ipa, 0x40001000);
	CHECK("highest page", decode(0x92000007, UINT64_MAX, UINT64_MAX).abort.ipa,
	      0x000fffffffffffff);
}

static void permission_faults_are_translated_by_the_caller(void **state)
{
	const struct hv_exc_regs regs = {.esr = 0x9200004f, .far = 0xffff000012345678};
	struct hv_exit exit;

	(void)state;
	hv_exc_decode(&regs, &exit);
	hv_exc_set_ipa(&regs, true, 0xff00000040001abc & 0x000fffffffffffff, &exit.abort);
	CHECK("offset from FAR", exit.abort.ipa, 0x40001678);
	CHECK("known now", exit.abort.ipa_kind, HV_IPA_EXACT);
	hv_exc_set_ipa(&regs, true, 0x7000, &exit.abort);
	CHECK("only once", exit.abort.ipa, 0x40001678);

	const struct hv_exc_regs ends = {.esr = 0x9200004f, .far = 0x801};
	hv_exc_decode(&ends, &exit);
	hv_exc_set_ipa(&ends, true, 0xfff, &exit.abort);
	CHECK("first and last bit of the offset", exit.abort.ipa, 0x801);

	hv_exc_decode(&regs, &exit);
	hv_exc_set_ipa(&regs, false, 0x7000, &exit.abort);
	CHECK("not translated", exit.abort.ipa, 0);
	CHECK("stays unknown", exit.abort.ipa_kind, HV_IPA_NONE);
}

static void device_accesses(void **state)
{
	/* ISV [24] SAS [23:22] SSE [21] SRT [20:16] SF [15] WnR [6], translation level 3 */
	static const struct {
		const char *why;
		hv_u64 esr, far;
		enum hv_mmio_verdict verdict;
		struct hv_mmio mmio;
	} rows[] = {
	    {"LDRB w3", 0x93030007, 0x001, HV_MMIO_OK, {0x9000001, 1, 3, false, false, false}},
	    {"LDRSH w4", 0x93640007, 0x002, HV_MMIO_OK, {0x9000002, 2, 4, false, true, false}},
	    {"LDRSW x30", 0x93be8007, 0x004, HV_MMIO_OK, {0x9000004, 4, 30, false, true, true}},
	    {"STR xzr", 0x93df8047, 0xff8, HV_MMIO_OK, {0x9000ff8, 8, 31, true, false, true}},
	    {"STRH at odd", 0x93400047, 0x001, HV_MMIO_MISALIGNED, {0}},
	    {"STR w at 2", 0x93800047, 0x002, HV_MMIO_MISALIGNED, {0}},
	    {"STR w over the end of the page", 0x93800047, 0xffe, HV_MMIO_MISALIGNED, {0}},
	    {"LDR x at 4", 0x93c08007, 0x004, HV_MMIO_MISALIGNED, {0}},
	    {"LDRB anywhere",
	     0x93000007,
	     0xfff,
	     HV_MMIO_OK,
	     {0x9000fff, 1, 0, false, false, false}},
	    {"LDP", 0x92000007, 0x000, HV_MMIO_NO_SYNDROME, {0}},
	    {"DC CIVAC", 0x92000147, 0x000, HV_MMIO_NO_SYNDROME, {0}},
	    {"maintenance with a syndrome", 0x93800147, 0x000, HV_MMIO_NO_SYNDROME, {0}},
	    {"permission fault", 0x9380000f, 0x000, HV_MMIO_NOT_DEVICE, {0}},
	    {"access flag fault", 0x9380000b, 0x000, HV_MMIO_NOT_DEVICE, {0}},
	    {"external abort", 0x93800010, 0x000, HV_MMIO_NOT_DEVICE, {0}},
	    {"table walk into the device", 0x93800087, 0x000, HV_MMIO_NOT_DEVICE, {0}},
	    {"fetch from the device", 0x83800007, 0x000, HV_MMIO_NOT_DEVICE, {0}},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		const struct hv_exc_regs regs = {
		    .esr = rows[i].esr, .far = rows[i].far, .hpfar = 0x90000};
		struct hv_mmio got = {.ipa = 0x5a};
		struct hv_exit exit;

		hv_exc_decode(&regs, &exit);
		CHECK(rows[i].why, hv_mmio_decode(&regs, &exit.abort, &got), rows[i].verdict);
		if (rows[i].verdict != HV_MMIO_OK) {
			CHECK("untouched on refusal", got.ipa, 0x5a);
			continue;
		}
		CHECK(rows[i].why, got.ipa, rows[i].mmio.ipa);
		CHECK(rows[i].why, got.size, rows[i].mmio.size);
		CHECK(rows[i].why, got.srt, rows[i].mmio.srt);
		CHECK(rows[i].why, got.write, rows[i].mmio.write);
		CHECK(rows[i].why, got.sign_extend, rows[i].mmio.sign_extend);
		CHECK(rows[i].why, got.sf, rows[i].mmio.sf);
	}
}

static void loads_extend(void **state)
{
	static const struct {
		const char *why;
		struct hv_mmio mmio;
		hv_u64 value, want;
	} rows[] = {
	    {"LDRB", {0, 1, 5, false, false, false}, 0xffffffffffffff80, 0x80},
	    {"LDRSB w", {0, 1, 5, false, true, false}, 0x80, 0xffffff80},
	    {"LDRSB w, positive", {0, 1, 5, false, true, false}, 0xf7f, 0x7f},
	    {"LDRSB x", {0, 1, 5, false, true, true}, 0x80, 0xffffffffffffff80},
	    {"LDRH", {0, 2, 5, false, false, false}, 0x18000, 0x8000},
	    {"LDRSH w", {0, 2, 5, false, true, false}, 0x8000, 0xffff8000},
	    {"LDRSH x", {0, 2, 5, false, true, true}, 0x8000, 0xffffffffffff8000},
	    {"LDR w", {0, 4, 5, false, false, false}, 0x180000000, 0x80000000},
	    {"LDRSW x", {0, 4, 5, false, true, true}, 0x80000000, 0xffffffff80000000},
	    {"LDRSW x, positive", {0, 4, 5, false, true, true}, 0x7fffffff, 0x7fffffff},
	    {"LDR x", {0, 8, 5, false, false, true}, 0x8000000000000001, 0x8000000000000001},
	    {"SSE of a full register",
	     {0, 8, 5, false, true, true},
	     0x8000000000000001,
	     0x8000000000000001},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		hv_u64 x[32];

		memset(x, 0x5a, sizeof(x));
		hv_mmio_load(&rows[i].mmio, rows[i].value, x);
		for (int r = 0; r < 32; r++)
			CHECK(rows[i].why, x[r], r == 5 ? rows[i].want : 0x5a5a5a5a5a5a5a5a);
	}
}

static void zero_register(void **state)
{
	const struct hv_mmio mmio = {0, 8, 31, false, false, true};
	hv_u64 x[32];

	(void)state;
	memset(x, 0x5a, sizeof(x));
	hv_mmio_load(&mmio, 1, x);
	CHECK("loads into it vanish", x[31], 0x5a5a5a5a5a5a5a5a);
	CHECK("stores from it are 0", hv_mmio_store_value(&mmio, x), 0);
}

static void stores_are_cut_to_their_size(void **state)
{
	hv_u64 x[31] = {[30] = 0xfedcba9876543210};
	struct hv_mmio mmio = {0, 1, 30, true, false, true};

	(void)state;
	CHECK("STRB", hv_mmio_store_value(&mmio, x), 0x10);
	mmio.size = 2;
	CHECK("STRH", hv_mmio_store_value(&mmio, x), 0x3210);
	mmio.size = 4;
	CHECK("STR w", hv_mmio_store_value(&mmio, x), 0x76543210);
	mmio.size = 8;
	CHECK("STR x", hv_mmio_store_value(&mmio, x), 0xfedcba9876543210);
}

/* A guest picks ESR, FAR and HPFAR within wide limits: whatever comes, the answer is in range. */
static void any_register_value_is_legal(void **state)
{
	hv_u64 seed = 0x9e3779b97f4a7c15;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct hv_exc_regs regs = {0};
		struct hv_mmio mmio;
		struct hv_exit exit;
		hv_u64 x[31] = {0};

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		regs.esr = (i & 1) != 0 ? seed : (seed & 0x3ffffff) | 0x90000000;
		regs.far = seed * 3;
		regs.hpfar = seed * 5;
		hv_exc_decode(&regs, &exit);
		CHECK("kind", exit.kind <= HV_EXIT_INST_ABORT, true);
		if (exit.kind != HV_EXIT_DATA_ABORT && exit.kind != HV_EXIT_INST_ABORT)
			continue;
		CHECK("IPA", exit.abort.ipa >> 52, 0);
		if (hv_mmio_decode(&regs, &exit.abort, &mmio) != HV_MMIO_OK)
			continue;
		CHECK("inside one page", (mmio.ipa & 0xfff) + mmio.size <= 0x1000, true);
		hv_mmio_load(&mmio, seed, x);
		CHECK("width", hv_mmio_store_value(&mmio, x) >> (8 * mmio.size - 1) <= 1, true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_exception_class),
	    cmocka_unit_test(bits_above_the_syndrome_do_not_matter),
	    cmocka_unit_test(calls_carry_their_immediate),
	    cmocka_unit_test(system_registers),
	    cmocka_unit_test(aborts),
	    cmocka_unit_test(hpfar_gives_its_field_alone),
	    cmocka_unit_test(permission_faults_are_translated_by_the_caller),
	    cmocka_unit_test(device_accesses),
	    cmocka_unit_test(loads_extend),
	    cmocka_unit_test(zero_register),
	    cmocka_unit_test(stores_are_cut_to_their_size),
	    cmocka_unit_test(any_register_value_is_legal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
