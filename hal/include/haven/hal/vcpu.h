/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_VCPU_H
#define HAVEN_HAL_VCPU_H
/**
 * @file
 * The guest context on the executing CPU.
 */
#include <haven/el2_exceptions.h>
#include <haven/fault_policy.h>
#include <haven/guest_timer.h>
#include <haven/types.h>

/**
 * General registers at an exit. On a dedicated CPU, for calls (HVC, SMC) and interrupts
 * only x[0..18] and x[30] are valid: the rest is still in the registers. On a CPU that
 * several vCPUs share all are valid at every exit.
 */
struct hv_frame {
	hv_u64 x[31];
	hv_u64 pad;
};
_Static_assert(sizeof(struct hv_frame) == 256, "vectors.S reserves this much");

/** Sample the exception registers of the exit that is being handled. */
void hv_hal_exit_sample(struct hv_exc_regs *regs);
/** Go on @p bytes further: the trapped instruction has been emulated. */
void hv_hal_exit_skip(hv_u64 bytes);
/** EL1 state that exception injection reads. */
void hv_hal_el1_sample(struct hv_el1_state *state);
/** Write back what exception injection computed, PC and PSTATE included. */
void hv_hal_el1_apply(const struct hv_el1_state *state);

/** Most list registers that the architecture has. */
#define HV_CONTEXT_LRS 16

/** The virtual CPU interface of a vCPU. */
struct hv_context_gic {
	hv_u64 lr[HV_CONTEXT_LRS]; /**< ICH_LR<n>_EL2, as many as there are. */
	hv_u64 hcr, vmcr;          /**< ICH_HCR_EL2, ICH_VMCR_EL2 */
	hv_u64 ap0r[4], ap1r[4];   /**< ICH_AP0R<n>_EL2, ICH_AP1R<n>_EL2 */
};

/** EL1 and EL0 registers besides the general ones. docs/world-switch.md has the whole list. */
struct hv_context_el1 {
	hv_u64 vmpidr;
	hv_u64 sctlr, cpacr, ttbr0, ttbr1, tcr, mair, amair, vbar, contextidr;
	hv_u64 esr, far, afsr0, afsr1, par, csselr, elr, spsr, sp_el0, sp_el1;
	hv_u64 tpidr_el0, tpidrro_el0, tpidr_el1, cntkctl, mdscr, vdisr;
};

/** Everything of a vCPU that another one on the same CPU may not see or change. */
struct hv_context {
	struct hv_frame frame;
	hv_u64 pc, pstate; /**< ELR_EL2, SPSR_EL2 */
	struct hv_context_el1 el1;
	struct hv_guest_timers timers;
	struct hv_context_gic gic;
	hv_u64 fpcr, fpsr;
	hv_u64 v[64]; /**< Q0..Q31, low half first. */
} __attribute__((aligned(16)));

/** Keep the registers of the exit that is being handled, before its stack is left behind. */
void hv_hal_exit_save(struct hv_context *context, const struct hv_frame *frame);
/**
 * Take everything else of the vCPU out of the registers, and stop its timers. The interrupts
 * in its list registers stay active at the physical GIC; those of its timers are the caller's
 * to move.
 */
void hv_hal_context_save(struct hv_context *context);
/**
 * Stage-2 regime @p vttbr, and the registers of a vCPU that hv_hal_context_save() kept. NULL:
 * of none; then no register is a guest's, and hv_hal_vcpu_reset() makes the first.
 *
 * Who: a CPU that several vCPUs share, after hv_hal_context_save() of the last one.
 * No translation of one partition is used with the tables of another meanwhile, not even by
 * speculation (Cortex-A55 erratum 1530923).
 */
void hv_hal_context_load(const struct hv_context *context, hv_u64 vttbr);
/** Go on in the guest where hv_hal_exit_save() left it; else as hv_hal_vcpu_enter(). */
_Noreturn void hv_hal_vcpu_resume(const struct hv_context *context, hv_u64 stack_top);
/** The EL1 timers as they are in the registers. */
void hv_hal_vcpu_timers(struct hv_guest_timers *timers);
/**
 * True if an SError is pending at this CPU, once all that was asked of memory and devices before
 * has been answered. ISR_EL1.A.
 *
 * Who: a CPU that several vCPUs share, before another one's registers are loaded: it is of the
 * guest whose exit is handled, and would be taken for the next one's.
 */
bool hv_hal_serror_pending(void);
/** Take that SError at EL2, and forget it. Overwrites the syndrome of the exit. */
void hv_hal_serror_drop(void);
/** MDSCR_EL1, where it traps. */
hv_u64 hv_hal_vcpu_mdscr(void);
void hv_hal_vcpu_set_mdscr(hv_u64 value);

/** Stage-2 regime of this CPU: VTCR_EL2, VTTBR_EL2. */
void hv_hal_stage2_use(hv_u64 vtcr, hv_u64 vttbr);
/** Forget all stage-1 and stage-2 translations of the current VMID, on all CPUs. */
void hv_hal_stage2_flush(void);

/** Give EL1 the architectural reset state, MMU off, timers off, FP zero. */
void hv_hal_vcpu_reset(hv_u32 vcpu_index);
/** EL1 alone: what a vCPU loses that powered down and woke. Timers go on. */
void hv_hal_vcpu_power_up(void);
/** Stop timers of the guest that was running here. */
void hv_hal_vcpu_quiesce(void);
/**
 * Enter EL1h at @p entry with x0 = @p context and all else zero. Leaves everything on
 * this CPU's stack behind: the next exit starts at @p stack_top.
 */
_Noreturn void hv_hal_vcpu_enter(hv_u64 entry, hv_u64 context, hv_u64 stack_top);

/** Physical values of ID_AA64*, ID_*_EL1: index (CRm - 1) * 8 + op2, CRm 1..7. */
void hv_hal_id_registers(hv_u64 value[56]);

#endif
