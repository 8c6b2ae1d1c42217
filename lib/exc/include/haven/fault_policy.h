/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAULT_POLICY_H
#define HAVEN_FAULT_POLICY_H
/**
 * @file
 * What happens to a partition that did what it may not, and how an exception is put
 * into EL1.
 */
#include <haven/el2_exceptions.h>
#include <haven/journal.h>

/** Configured per partition. */
enum hv_fault_policy {
	HV_FAULT_HALT = 0, /**< Stop for good. */
	HV_FAULT_INJECT,   /**< The guest gets an exception and may go on. */
	HV_FAULT_SUSPEND,  /**< Stop, keep memory for a look. */
	HV_FAULT_RESTART,  /**< Reload and start, at most max_restarts times, then halt. */
};

enum hv_fault_cause {
	HV_CAUSE_ACCESS,     /**< Stage-2 data or instruction abort, external aborts included. */
	HV_CAUSE_MMIO,       /**< Refused access to an emulated device. */
	HV_CAUSE_UNDEF,      /**< HV_EXIT_UNDEF, HV_SYSREG_UNDEF: guests probe; always injected. */
	HV_CAUSE_UNEXPECTED, /**< HV_EXIT_REFUSE */
	HV_CAUSE_SERROR,     /**< Cannot be attributed to an instruction: inject becomes halt. */
};

/**
 * Apply the policy.
 *
 * HV_JV_INJECT means hv_el1_inject_abort() for HV_CAUSE_ACCESS and HV_CAUSE_MMIO,
 * hv_el1_inject_undef() otherwise. If that refuses, the verdict is HV_JV_HALT.
 *
 * @param policy        A value that is none of the enum is halt.
 * @param restarts      By fault, until now; the caller counts HV_JV_RESTART verdicts.
 * @param max_restarts  Configured limit.
 *
 * @return HV_JV_INJECT, HV_JV_SUSPEND, HV_JV_RESTART or HV_JV_HALT.
 * Cost: constant.
 */
HV_MUST_CHECK
enum hv_journal_verdict hv_fault_decide(enum hv_fault_cause cause, enum hv_fault_policy policy,
					hv_u32 restarts, hv_u32 max_restarts);

/** EL1 as exception injection sees it: all fields sampled, all but two written back. */
struct hv_el1_state {
	hv_u64 pc;     /**< ELR_EL2: in, the preferred return address; out, the vector. */
	hv_u64 pstate; /**< SPSR_EL2 */
	hv_u64 esr;    /**< ESR_EL1 */
	hv_u64 far;    /**< FAR_EL1 */
	hv_u64 elr;    /**< ELR_EL1 */
	hv_u64 spsr;   /**< SPSR_EL1 */
	hv_u64 vbar;   /**< VBAR_EL1, only read. */
	hv_u64 sctlr;  /**< SCTLR_EL1, only read: SPAN, DSSBS. */
};

/**
 * Synchronous external abort, as if the bus had answered the access with an error.
 * ESR_EL1: data or instruction abort by ESR_EL2, from EL0 or EL1 by the PSTATE, DFSC
 * 0x10, no syndrome (ISV = 0); IL, FnV, CM and WnR as in ESR_EL2.
 *
 * @param regs  The data or instruction abort.
 *
 * @retval HV_OK      @p state is what EL1 has to become.
 * @retval HV_EINVAL  Not a data or instruction abort from a lower EL; no change.
 * @retval HV_EPERM   The faulting instruction is the vector itself: the guest would
 *                    fault for ever. No change; treat as halt.
 * Cost: constant.
 * Source: Arm ARM (DDI 0487), AArch64.TakeException().
 */
HV_MUST_CHECK
hv_status_t hv_el1_inject_abort(struct hv_el1_state *state, const struct hv_exc_regs *regs);

/**
 * Undefined instruction (EC 0) at state->pc, which must be the instruction itself.
 * FAR_EL1 is left alone. IL as in ESR_EL2.
 *
 * @retval HV_OK     As above.
 * @retval HV_EPERM  As above.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_el1_inject_undef(struct hv_el1_state *state, const struct hv_exc_regs *regs);

#endif
