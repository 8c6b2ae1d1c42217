/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/hal/vcpu.h>

#include <arm64/instruction.h>
#include <arm64/switch.h>
#include <arm64/sysreg.h>

#define SCTLR_EL1_RESET UINT64_C(0x30d00800) /* RES1 bits: MMU, caches, alignment checks off */
#define VMPIDR_RES1     HV_BIT(31)
#define SPSR_SS         HV_BIT(21) /* cleared: a single step has been made */

void hv_fp_reset(void);

void hv_hal_exit_sample(struct hv_exc_regs *regs)
{
	regs->esr = read_esr_el2();
	regs->far = read_far_el2();
	regs->hpfar = read_hpfar_el2();
	regs->elr = read_elr_el2();
	regs->spsr = read_spsr_el2();
}

void hv_hal_exit_skip(hv_u64 bytes)
{
	write_elr_el2(read_elr_el2() + bytes);
	write_spsr_el2(read_spsr_el2() & ~SPSR_SS);
}

void hv_hal_stage2_use(hv_u64 vtcr, hv_u64 vttbr)
{
	write_vtcr_el2(vtcr);
	write_vttbr_el2(vttbr);
	isb();
}

void hv_hal_stage2_flush(void)
{
	dsb(ishst);
	tlbi(vmalls12e1is);
	dsb(ish);
	isb();
}

void hv_hal_vcpu_power_up(void)
{
	write_actlr_el1(0);
	write_cpacr_el1(0);
	write_ttbr0_el1(0);
	write_ttbr1_el1(0);
	write_esr_el1(0);
	write_far_el1(0);
	write_afsr0_el1(0);
	write_afsr1_el1(0);
	write_mair_el1(0);
	write_amair_el1(0);
	write_vbar_el1(0);
	write_contextidr_el1(0);
	write_tpidr_el0(0);
	write_tpidrro_el0(0);
	write_tpidr_el1(0);
	write_csselr_el1(0);
	write_par_el1(0);
	write_mdscr_el1(0); /* MDE 0: breakpoints of an earlier life stay but do not fire */
	write_mdccint_el1(0);
	hv_vdisr_reset();
	write_sp_el0(0);
	write_sp_el1(0);
	write_elr_el1(0);
	write_spsr_el1(0);
	write_cntkctl_el1(0);
	hv_fp_reset();
	/* In this order, as hv_hal_context_load() does and why. */
	isb();
	write_sctlr_el1(SCTLR_EL1_RESET);
	isb();
	write_tcr_el1(0);
	/* Nothing that an earlier life left in this CPU's TLB and instruction cache. */
	isb();
	tlbi(vmalls12e1);
	ic(iallu);
	dsb(nsh);
	isb();
}

void hv_hal_vcpu_reset(hv_u32 vcpu_index)
{
	write_vpidr_el2(read_midr_el1());
	write_vmpidr_el2(VMPIDR_RES1 | vcpu_index);
	hv_hal_vcpu_quiesce();
	hv_hal_vcpu_power_up();
}

void hv_hal_vcpu_quiesce(void)
{
	write_cntv_ctl_el0(0);
	write_cntv_cval_el0(0);
	write_cntp_ctl_el0(0);
	write_cntp_cval_el0(0);
	isb();
}

/* ID space op0 = 3, op1 = 0, CRn = 0, CRm = 1..7: unallocated encodings read as zero. */
#define ID(crm, op2) SYSREG_RO_AS(id_##crm##_##op2, "s3_0_c0_c" #crm "_" #op2)
#define ID_ROW(crm) \
	ID(crm, 0) ID(crm, 1) ID(crm, 2) ID(crm, 3) ID(crm, 4) ID(crm, 5) ID(crm, 6) ID(crm, 7)
ID_ROW(1) ID_ROW(2) ID_ROW(3) ID_ROW(4) ID_ROW(5) ID_ROW(6) ID_ROW(7)

#define SAMPLE(crm, op2) value[((crm) - 1) * 8 + (op2)] = read_id_##crm##_##op2();
#define SAMPLE_ROW(crm)                                                                    \
	SAMPLE(crm, 0) SAMPLE(crm, 1) SAMPLE(crm, 2) SAMPLE(crm, 3) SAMPLE(crm, 4)         \
	SAMPLE(crm, 5) SAMPLE(crm, 6) SAMPLE(crm, 7)

void hv_hal_id_registers(hv_u64 value[56])
{
	SAMPLE_ROW(1)
	SAMPLE_ROW(2)
	SAMPLE_ROW(3)
	SAMPLE_ROW(4)
	SAMPLE_ROW(5)
	SAMPLE_ROW(6)
	SAMPLE_ROW(7)
}

void hv_hal_el1_sample(struct hv_el1_state *state)
{
	state->pc = read_elr_el2();
	state->pstate = read_spsr_el2();
	state->esr = read_esr_el1();
	state->far = read_far_el1();
	state->elr = read_elr_el1();
	state->spsr = read_spsr_el1();
	state->vbar = read_vbar_el1();
	state->sctlr = read_sctlr_el1();
}

void hv_hal_el1_apply(const struct hv_el1_state *state)
{
	write_elr_el2(state->pc);
	write_spsr_el2(state->pstate);
	write_esr_el1(state->esr);
	write_far_el1(state->far);
	write_elr_el1(state->elr);
	write_spsr_el1(state->spsr);
}
