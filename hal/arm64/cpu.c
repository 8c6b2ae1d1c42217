/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/cache.h>
#include <haven/hal/cpu.h>

#include <arm64/instruction.h>
#include <arm64/sysreg.h>

/*
 * HCR_EL2. What a guest may not touch traps; lib/exc has the verdicts.
 * FB and BSU stay 0: a vCPU never leaves its CPU. TWI is set where others could use
 * the time of a guest that waits for an interrupt; TWE stays 0, an event may come at any
 * moment. TGE, E2H, CD, ID, TVM, TRVM, HCD stay 0.
 */
#define HCR_VM    HV_BIT(0)  /* stage 2 on */
#define HCR_SWIO  HV_BIT(1)  /* invalidate by set/way also cleans: nobody's data is lost */
#define HCR_FMO   HV_BIT(3)  /* FIQ, IRQ and SError come to EL2; ICC_* become ICV_* */
#define HCR_IMO   HV_BIT(4)
#define HCR_AMO   HV_BIT(5)
#define HCR_TWI   HV_BIT(13) /* shared CPUs: WFI gives the CPU away */
#define HCR_TID3  HV_BIT(18) /* identification registers: hides what is not virtualised */
#define HCR_TSC   HV_BIT(19) /* an SMC never reaches EL3 directly */
#define HCR_TIDCP HV_BIT(20) /* implementation defined registers */
#define HCR_TACR  HV_BIT(21) /* ACTLR_EL1 */
#define HCR_TSW   HV_BIT(22) /* cache maintenance by set and way */
#define HCR_RW    HV_BIT(31) /* EL1 is AArch64 */
#define HCR_TLOR  HV_BIT(35) /* LORegions */
#define HCR_TERR  HV_BIT(36) /* RAS error records */
#define HCR_VALUE                                                                                 \
	(HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_TID3 | HCR_TSC | HCR_TIDCP |       \
	 HCR_TACR | HCR_TSW | HCR_RW | HCR_TLOR | HCR_TERR)
_Static_assert(HCR_VALUE == UINT64_C(0x18807c003b), "HCR_EL2");

/*
 * CPTR_EL2 (E2H = 0): RES1 bits, and traps for what guests do not get: SVE
 * (TZ), trace registers (TTA), activity monitors (TAM). TFP stays 0: FP and
 * SIMD belong to the guest, EL2 is built without them.
 */
#define CPTR_VALUE UINT64_C(0x401033ff)

/*
 * MDCR_EL2, besides HPMN (all counters, as reset): no performance monitors
 * (TPM, TPMCR) and none at EL2 (HPMD, HCCD), no profiling (TPMS, E2PB = 0), no
 * trace filter (TTRF), no OS lock (TDOSA), no debug ROM (TDRA). TDE stays 0, and TDA
 * on a dedicated CPU: its breakpoints belong to its guest and never match at EL2,
 * because EL2 does not enable its own debug exceptions. On a shared CPU TDA is set:
 * nobody gets them, see lib/exc/sysreg_policy.c.
 */
#define MDCR_TRAPS UINT64_C(0x8a4c60)
#define MDCR_TDA   HV_BIT(9)
#define MDCR_HPMN  HV_BITS(4, 0)

/* EL1 may use the physical counter (EL1PCTEN) and timer (EL1PCEN); no event stream. */
#define CNTHCTL_VALUE UINT64_C(3)

#define MMFR0_FGT HV_BITS(59, 56)
#define MMFR1_HCX HV_BITS(43, 40)

#define MPIDR_AFFINITY (HV_BITS(39, 32) | HV_BITS(23, 0))

#define PSCI_CPU_ON UINT64_C(0xc4000003)

/* What a secondary needs before it has an MMU. Offsets are known to start.S. */
static struct boot_mailbox {
	hv_u64 ttbr0;
	hv_u64 tcr;
	hv_u64 mair;
	hv_u64 stack_top;
	struct hv_cpu *cpu;
} mailbox __attribute__((aligned(64)));
_Static_assert(offsetof(struct boot_mailbox, cpu) == 32, "start.S");

void hv_vectors_shared(void);
void secondary_start(void);
void hv_el2_mmu_on(hv_u64 ttbr0, hv_u64 tcr, hv_u64 mair);

struct hv_cpu *hv_hal_cpu_self(void)
{
	return (struct hv_cpu *)read_tpidr_el2();
}

void hv_hal_cpu_bind(struct hv_cpu *cpu)
{
	write_tpidr_el2((hv_u64)cpu);
}

hv_u64 hv_hal_cpu_mpidr(void)
{
	return read_mpidr_el1() & MPIDR_AFFINITY;
}

hv_u64 hv_hal_counter(void)
{
	isb();
	return read_cntpct_el0();
}

hv_u64 hv_hal_counter_frequency(void)
{
	return read_cntfrq_el0();
}

void hv_hal_wait(void)
{
	dsb(sy);
	wfi();
}

_Noreturn void hv_hal_stop(void)
{
	for (;;) /* bound: none, this CPU is given up */
		hv_hal_wait();
}

hv_u64 hv_hal_smc(hv_u64 function, hv_u64 a1, hv_u64 a2, hv_u64 a3)
{
	hv_u64 x[4] = {function, a1, a2, a3};

	hv_hal_smc_forward(x);
	return x[0];
}

void hv_hal_smc_forward(hv_u64 *x)
{
	smc(x);
}

hv_u32 hv_hal_pa_bits(void)
{
	static const hv_u8 bits[8] = {32, 36, 40, 42, 44, 48, 48, 48};

	return bits[HV_GET(HV_BITS(2, 0), read_id_aa64mmfr0_el1())];
}

bool hv_hal_has_xnx(void)
{
	return HV_GET(HV_BITS(31, 28), read_id_aa64mmfr1_el1()) != 0;
}

bool hv_hal_has_vmid16(void)
{
	return HV_GET(HV_BITS(7, 4), read_id_aa64mmfr1_el1()) == 2;
}

/* Trap controls of later architecture versions: on a CPU that has them, none is wanted. */
static void later_controls(void)
{
	const hv_u64 mmfr0 = read_id_aa64mmfr0_el1(), mmfr1 = read_id_aa64mmfr1_el1();

	if (HV_GET(MMFR1_HCX, mmfr1) != 0)
		write_hcrx_el2(0);
	if (HV_GET(MMFR0_FGT, mmfr0) != 0) {
		write_hfgrtr_el2(0);
		write_hfgwtr_el2(0);
		write_hfgitr_el2(0);
		write_hdfgrtr_el2(0);
		write_hdfgwtr_el2(0);
	}
}

void hv_hal_cpu_init(bool shared)
{
	write_hcr_el2(HCR_VALUE | (shared ? HCR_TWI : 0));
	write_cptr_el2(CPTR_VALUE);
	write_mdcr_el2((read_mdcr_el2() & MDCR_HPMN) | MDCR_TRAPS | (shared ? MDCR_TDA : 0));
	if (shared)
		write_vbar_el2((hv_u64)(uintptr_t)hv_vectors_shared);
	write_hstr_el2(0); /* AArch32 system registers at EL0: TIDCP covers the open ones */
	write_cnthctl_el2(CNTHCTL_VALUE);
	write_cntvoff_el2(0); /* all partitions share one time base */
	write_cnthp_ctl_el2(0);
	write_oslar_el1(0); /* unlocked, as OSLSR_EL1 tells the guest */
	later_controls();
	isb();
}

void hv_hal_el2_mmu_on(hv_u64 ttbr0, hv_u64 tcr, hv_u64 mair)
{
	hv_el2_mmu_on(ttbr0, tcr, mair);
	mailbox.ttbr0 = ttbr0;
	mailbox.tcr = tcr;
	mailbox.mair = mair;
}

void hv_hal_el2_window_opened(void)
{
	dsb(ishst);
	isb();
}

void hv_hal_el2_window_closed(hv_u64 va, hv_u64 pages)
{
	dsb(ishst);
	for (hv_u64 page = va >> 12; pages != 0; page++, pages--) /* bound: pages */
		tlbi_page(vae2, page);
	dsb(nsh);
	isb();
}

hv_u64 hv_hal_cpu_on(hv_u64 mpidr, struct hv_cpu *cpu, hv_u64 stack_top)
{
	mailbox.stack_top = stack_top;
	mailbox.cpu = cpu;
	hv_hal_cache_clean_invalidate(&mailbox, sizeof(mailbox));
	return hv_hal_smc(PSCI_CPU_ON, mpidr, (hv_u64)(uintptr_t)secondary_start,
			  (hv_u64)&mailbox);
}
