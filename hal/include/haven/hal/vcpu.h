/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_VCPU_H
#define HAVEN_HAL_VCPU_H
/**
 * @file
 * The guest context on the executing CPU.
 */
#include <haven/el2_exceptions.h>
#include <haven/fault_policy.h>
#include <haven/types.h>

/**
 * General registers at an exit. For calls (HVC, SMC) and interrupts only
 * x[0..18] and x[30] are valid: the rest is still in the registers.
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
