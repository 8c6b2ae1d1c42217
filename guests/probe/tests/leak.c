/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For two partitions on one CPU: every register that a guest may write holds a value of
 * its own, while the CPU changes hands by force, by waiting and by yielding. Nobody may
 * ever find another value in one of them: neither the neighbour's nor an old one.
 */
#include "../gic.h"
#include "tests.h"

#define YIELD       UINT64_C(0xc6000001)
#define CTL_ENABLE  1u
#define CTL_IMASK   2u
#define WAIT_MS     1u
#define FP_COUNT    64u
#define NZCV        UINT64_C(0xf0000000)

struct leak_regs {
	u64 x[31];
	u64 nzcv;
	u64 q[FP_COUNT];
};

void leak_run(struct leak_regs *regs);
void leak_yield(struct leak_regs *regs);
void leak_wait(struct leak_regs *regs);

static u64 seed;

static u64 value(u64 round, u64 index)
{
	u64 v = (round + 1) * UINT64_C(0x9e3779b97f4a7c15) + index * UINT64_C(0xd1b54a32d192ed03) + seed;

	v ^= v >> 29;
	v *= UINT64_C(0xbf58476d1ce4e5b9);
	return v ^ v >> 32;
}

/*
 * name, encoding, bits that may take any value here. The others stay as they are: EL1 has
 * to go on running with its own stack, tables and vectors.
 */
#define ALL UINT64_C(0xffffffffffffffff)
#define SYSTEM_REGISTERS(X)                                                                    \
	X("SCTLR_EL1", sctlr_el1, 0x405c200) /* UMA, DZE, UCT, nTWI, nTWE, UCI */              \
	X("CPACR_EL1", cpacr_el1, 0x200000)                                                    \
	X("TTBR0_EL1", ttbr0_el1, UINT64_C(0xff000000000000)) /* ASID */                       \
	X("TTBR1_EL1", ttbr1_el1, UINT64_C(0xfffffffffffe)) /* walks are disabled */           \
	X("TCR_EL1", tcr_el1, 0x3f0000) /* T1SZ */                                             \
	X("MAIR_EL1", mair_el1, ALL << 16)                                                     \
	X("AMAIR_EL1", amair_el1, ALL)                                                         \
	X("VBAR_EL1", vbar_el1, 0)                                                             \
	X("CONTEXTIDR_EL1", contextidr_el1, 0xffffffff)                                        \
	X("TPIDR_EL0", tpidr_el0, ALL)                                                         \
	X("TPIDRRO_EL0", tpidrro_el0, ALL)                                                     \
	X("TPIDR_EL1", tpidr_el1, ALL)                                                         \
	X("ESR_EL1", esr_el1, 0xffffffff)                                                      \
	X("FAR_EL1", far_el1, ALL)                                                             \
	X("AFSR0_EL1", afsr0_el1, 0xffffffff)                                                  \
	X("AFSR1_EL1", afsr1_el1, 0xffffffff)                                                  \
	X("PAR_EL1", par_el1, ALL)                                                             \
	X("CSSELR_EL1", csselr_el1, 0xf)                                                       \
	X("ELR_EL1", elr_el1, ALL)                                                             \
	X("SPSR_EL1", spsr_el1, 0xffffffff)                                                    \
	X("SP_EL0", sp_el0, ALL)                                                               \
	X("CNTKCTL_EL1", cntkctl_el1, 0x3ff)                                                   \
	X("CNTV_CTL_EL0", cntv_ctl_el0, CTL_ENABLE)                                            \
	X("CNTV_CVAL_EL0", cntv_cval_el0, ALL)                                                 \
	X("CNTP_CTL_EL0", cntp_ctl_el0, CTL_ENABLE)                                            \
	X("CNTP_CVAL_EL0", cntp_cval_el0, ALL)                                                 \
	X("MDSCR_EL1", mdscr_el1, 1) /* SS, without KDE */                                     \
	X("DISR_EL1", s3_0_c12_c1_1, 0x81001fff)                                               \
	X("FPCR", s3_3_c4_c4_0, 0x7c00000)                                                     \
	X("FPSR", s3_3_c4_c4_1, 0xf800009f)                                                    \
	X("ICC_PMR_EL1", s3_0_c4_c6_0, 0xf8)                                                   \
	X("ICC_BPR0_EL1", s3_0_c12_c8_3, 7)                                                    \
	X("ICC_BPR1_EL1", s3_0_c12_c12_3, 7)                                                   \
	X("ICC_CTLR_EL1", s3_0_c12_c12_4, 2) /* EOImode */                                     \
	X("ICC_IGRPEN0_EL1", s3_0_c12_c12_6, 1)                                                \
	X("ICC_IGRPEN1_EL1", s3_0_c12_c12_7, 1)                                                \
	X("ICC_AP0R0_EL1", s3_0_c12_c8_4, 0xffffffff)                                          \
	X("ICC_AP1R0_EL1", s3_0_c12_c9_0, 0xffffffff)

#define ENUM(name, reg, bits) REG_##reg,
enum { SYSTEM_REGISTERS(ENUM) COUNT_OF_REGISTERS };

struct system_register {
	const char *name;
	u64 bits;  /**< That may change, less those that turned out not to. */
	u64 found; /**< At the start. */
};
#define ROW(name, reg, bits) {name, bits, 0},
static struct system_register registers[] = {SYSTEM_REGISTERS(ROW)};

static u64 get(u32 index)
{
	switch (index) {
#define GET(name, reg, bits) \
	case REG_##reg:      \
		return sysreg_read(reg);
		SYSTEM_REGISTERS(GET)
	default:
		return 0;
	}
}

static void set(u32 index, u64 to)
{
	switch (index) {
#define SET(name, reg, bits)           \
	case REG_##reg:                \
		sysreg_write(reg, to); \
		break;
		SYSTEM_REGISTERS(SET)
	default:
		break;
	}
}

static u64 wanted(u32 index, u64 round)
{
	const struct system_register *r = &registers[index];

	return (r->found & ~r->bits) | (value(round, 200 + index) & r->bits);
}

/* What no pattern can stand in for, because the guest runs with it. */
static void check_own(void)
{
	check_eq("VBAR_EL1 is its own", sysreg_read(vbar_el1), (u64)vectors);
	check_eq("TTBR0_EL1 is its own", sysreg_read(ttbr0_el1), mmu_registers[2]);
}

/* Bits that do not keep what is written are none of the guest's. */
static void learn(u32 index)
{
	struct system_register *r = &registers[index];
	u64 ones, zeros;

	set(index, r->found | r->bits);
	isb();
	ones = get(index);
	set(index, r->found & ~r->bits);
	isb();
	zeros = get(index);
	r->bits &= ones & ~zeros;
	set(index, r->found);
	isb();
}

static void fill(struct leak_regs *regs, u64 round)
{
	for (u32 i = 0; i < 31; i++)
		regs->x[i] = value(round, i);
	regs->nzcv = value(round, 31) & NZCV;
	for (u32 i = 0; i < FP_COUNT; i++)
		regs->q[i] = value(round, 100 + i);
	for (u32 i = 0; i < COUNT_OF_REGISTERS; i++)
		set(i, wanted(i, round));
	isb();
}

/* @return false after a message; x0 of a call is its result. */
static bool compare(const struct leak_regs *regs, u64 round, u64 first_x)
{
	bool ok = true;

	for (u32 i = 0; i < COUNT_OF_REGISTERS; i++) {
		const u64 ignored = i == REG_cntv_ctl_el0 || i == REG_cntp_ctl_el0 ? 4 : 0; /* ISTATUS */
		const u64 got = get(i);

		if ((got & ~ignored) != (wanted(i, round) & ~ignored))
			ok = quiet_eq(registers[i].name, round, got, wanted(i, round));
	}
	ok = quiet_eq("NZCV", round, regs->nzcv, value(round, 31) & NZCV) && ok;
	for (u64 i = first_x; i < 31; i++)
		ok = quiet_eq("general register", i, regs->x[i], value(round, i)) && ok;
	for (u32 i = 0; i < FP_COUNT; i++)
		ok = quiet_eq("half of a vector register", i, regs->q[i], value(round, 100 + i)) && ok;
	return ok;
}

/* With a timer of its own to end the wait: it is pending, and nobody takes it. */
static bool wait(struct leak_regs *regs, u64 round)
{
	const u64 until = counter() + ticks_of_ms(WAIT_MS);
	bool ok = true;

	set(REG_cntp_cval_el0, until);
	set(REG_cntp_ctl_el0, CTL_ENABLE);
	isb();
	while (counter() < until && ok) {
		leak_wait(regs);
		sysreg_write(cntp_ctl_el0, wanted(REG_cntp_ctl_el0, round));
		ok = quiet_eq("CNTP_CVAL_EL0 of a wait", round, get(REG_cntp_cval_el0), until);
		sysreg_write(cntp_ctl_el0, CTL_ENABLE);
		isb();
	}
	set(REG_cntp_cval_el0, wanted(REG_cntp_cval_el0, round));
	set(REG_cntp_ctl_el0, wanted(REG_cntp_ctl_el0, round));
	/* Or the next wait would find it. The GIC's functions know this vCPU by TPIDR_EL1. */
	set(REG_tpidr_el1, registers[REG_tpidr_el1].found);
	gic_set(ICPENDR, PTIMER);
	set(REG_tpidr_el1, wanted(REG_tpidr_el1, round));
	return compare(regs, round, 0) && ok;
}

static bool one_round(struct leak_regs *regs, u64 round)
{
	bool ok;

	fill(regs, round);
	leak_run(regs);
	ok = compare(regs, round, 0);
	regs->x[0] = YIELD;
	leak_yield(regs);
	ok = quiet_eq("yield", round, regs->x[0], 0) && ok;
	ok = compare(regs, round, 1) && ok;
	regs->x[0] = value(round, 0);
	if (round % 16 == 0)
		ok = wait(regs, round) && ok;
	return ok;
}

void test_leak(void)
{
	static struct leak_regs regs;
	const u64 rounds = arg("rounds", 1000);
	u64 done = 0, writable = 0;

	seed = arg("seed", 1) * UINT64_C(0x2545f4914f6cdd1d);
	irq_off();
	gic_init();
	gic_enable(PTIMER);
	for (u32 i = 0; i < COUNT_OF_REGISTERS; i++) {
		registers[i].found = get(i);
		if (i == REG_cntv_ctl_el0 || i == REG_cntp_ctl_el0)
			registers[i].found = CTL_IMASK;
		learn(i);
		writable += registers[i].bits != 0;
		if (registers[i].bits == 0)
			print("probe: leak: %s keeps nothing\n", registers[i].name);
	}
	check_own();
	print("probe: leak: %u system registers, %u of them writable\n", (u64)COUNT_OF_REGISTERS, writable);
	while (done < rounds && one_round(&regs, done))
		done++;
	for (u32 i = 0; i < COUNT_OF_REGISTERS; i++)
		set(i, registers[i].found);
	isb();
	gic_disable(PTIMER);
	check_own();
	check_eq("rounds in which every register kept its value", done, rounds);
	if (arg("off", 0) != 0)
		power_off();
}
