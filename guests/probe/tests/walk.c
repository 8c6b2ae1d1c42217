/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses that reach foreign memory by a way other than a plain load: the walk of
 * the guest's own stage 1, cache maintenance, exclusives, atomics, pairs, vectors,
 * accesses that straddle the end of the RAM. None may succeed.
 */
#include "access.h"
#include "tests.h"

/* A gigabyte of virtual addresses that no other test uses. */
#define SPARE_VA (200 * GIGABYTE)

static bool is_data_abort(const struct attempt *a)
{
	const u32 status = ESR_FSC(a->trap.esr);

	return a->trap.count == 1 && ESR_EC(a->trap.esr) == EC_DABT &&
	       (status == FSC_SEA || (status >= 0x14 && status <= 0x17));
}

/* The level 2 table of the spare gigabyte is in foreign memory. */
static void test_table_outside(const char *what, u64 foreign)
{
	const u64 before = mmu_descriptor(SPARE_VA);
	struct attempt a;

	mmu_map_gigabyte(SPARE_VA, foreign | MMU_TABLE);
	a = try_read(SPARE_VA + 0x1238);
	mmu_map_gigabyte(SPARE_VA, before);
	check(what, is_data_abort(&a) && a.trap.elr == a.pc && a.trap.far == SPARE_VA + 0x1238 &&
			    a.value == CANARY);
}

#define REFUSED(what, text, address)                                \
	do {                                                        \
		const struct attempt b_ = TRY_INSTRUCTION(text, address); \
		check(what, is_data_abort(&b_) && b_.trap.elr == b_.pc);  \
	} while (0)

/* Whether it is refused is free; that it has no effect is what the victim watches. */
#define HARMLESS(what, text, address)                               \
	do {                                                        \
		const struct attempt b_ = TRY_INSTRUCTION(text, address); \
		check(what, b_.trap.count <= 1);                    \
	} while (0)

static void test_instructions(u64 foreign)
{
	REFUSED("load pair", "ldp x1, x2, [x0]", foreign);
	REFUSED("store pair", "stp x1, x2, [x0]", foreign);
	REFUSED("post-indexed load", "ldr x1, [x0], #8", foreign);
	REFUSED("pre-indexed store", "str x1, [x0, #8]!", foreign);
	REFUSED("vector load", "ldr q0, [x0]", foreign);
	REFUSED("vector store", "str q0, [x0]", foreign);
	REFUSED("structure load", "ld1 {v0.16b}, [x0]", foreign);
	REFUSED("load exclusive", "ldxr x1, [x0]", foreign);
	REFUSED("load acquire", "ldar x1, [x0]", foreign);
	REFUSED("store release", "stlr x1, [x0]", foreign);
	REFUSED("compare and swap", "cas x1, x2, [x0]", foreign);
	REFUSED("atomic add", "ldadd x1, x2, [x0]", foreign);
	REFUSED("atomic add without result", "stadd x1, [x0]", foreign);
	REFUSED("swap", "swp x1, x2, [x0]", foreign);
	REFUSED("zero a block", "dc zva, x0", foreign);
	HARMLESS("clean and invalidate", "dc civac, x0", foreign);
	HARMLESS("invalidate", "dc ivac, x0", foreign);
	HARMLESS("clean to unification", "dc cvau, x0", foreign);
	HARMLESS("instruction cache invalidate", "ic ivau, x0", foreign);
	HARMLESS("prefetch for store", "prfm pstl1keep, [x0]", foreign);
	HARMLESS("address translation", "at s1e1w, x0", foreign);
}

/* LDTR and STTR act as EL0, which needs a page that EL0 may use at stage 1. */
static void test_unprivileged(u64 foreign)
{
	const u64 before = mmu_descriptor(SPARE_VA);
	const u64 alias = SPARE_VA + (foreign & (GIGABYTE - 1));

	mmu_map_gigabyte(SPARE_VA, (foreign & ~(GIGABYTE - 1)) | MMU_NORMAL | MMU_USER);
	REFUSED("unprivileged load", "ldtr x1, [x0]", alias);
	REFUSED("unprivileged store", "sttr x1, [x0]", alias);
	mmu_map_gigabyte(SPARE_VA, before);
}

static void test_straddle(void)
{
	const u64 end = ram_base() + ram_size();

	REFUSED("unaligned load over the end of RAM", "ldr x1, [x0]", end - 3);
	REFUSED("unaligned store over the end of RAM", "str x1, [x0]", end - 3);
	REFUSED("pair over the end of RAM", "ldp x1, x2, [x0]", end - 8);
	REFUSED("vector over the end of RAM", "str q0, [x0]", end - 8);
}

void test_walk(void)
{
	const u64 foreign = arg("victim", 0x40200000);

	test_table_outside("stage-1 table in foreign RAM", foreign);
	test_table_outside("stage-1 table in the hypervisor", 0x40200000);
	test_table_outside("stage-1 table in a device", 0x09050000);
	test_table_outside("stage-1 table in the emulated GIC", 0x08000000);
	test_instructions(foreign);
	test_unprivileged(foreign);
	test_straddle();
}
