/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HYPERCALL_H
#define HAVEN_HYPERCALL_H
/**
 * @file
 * Calls of a guest by HVC and SMC: SMCCC 1.2 dispatch and Haven's own service.
 *
 * Haven's service is owning entity 6 (vendor specific hypervisor), UUID
 * 82e4517b-786c-4ed1-981d-a7156a3c8fae. 64-bit fast calls 0xC6000000 + n:
 *
 * 0 version         x0: major << 16 or minor.
 * 1 yield           x0: 0.
 * 2 own budget      x0: 0; x1 budget in ns, x2 what is left of it, x3 overruns.
 * 3 partition info  x0: 0; x1 partition id, x2 own vCPU index or vCPU count << 16,
 *                   x3 bit per partition that may be rung.
 * 4 console write   In x1 bytes, 1..24, x2..x4 the bytes, lowest first. x0: bytes taken,
 *                   fewer than asked when the console is full.
 * 5 doorbell        In x1 partition. x0: 0.
 * 6 SCMI ring       x0: 0; the request in the buffer of <haven/vsmt.h> is taken, or rejected there.
 *                   NOT_SUPPORTED: no channel. INVALID_PARAMETER: the buffer is free. BUSY: one is
 *                   outstanding.
 *
 * Errors in x0: NOT_SUPPORTED -1, INVALID_PARAMETER -3, DENIED -4, BUSY -5, sign-extended
 * to 64 bits also for 32-bit functions. Registers that are not results are preserved.
 *
 * Source: Arm DEN 0028 (SMCCC), issue C and later.
 */
#include <haven/ring.h>
#include <haven/types.h>

#define HV_CALL_NOT_SUPPORTED     (~UINT64_C(0))     /**< -1 */
#define HV_CALL_INVALID_PARAMETER (~UINT64_C(0) - 2) /**< -3 */
#define HV_CALL_DENIED            (~UINT64_C(0) - 3) /**< -4 */

#define HV_CALL_BUSY              (~UINT64_C(0) - 4) /**< -5 */

/** Ids in a partition's list of SMCs that are handed to EL3. */
#define HV_SMC_ALLOW_MAX 16u

/** What the caller has to do. */
enum hv_call_kind {
	HV_CALL_DONE = 0,       /**< x holds the results. */
	HV_CALL_UNKNOWN,        /**< The same, x0 is NOT_SUPPORTED; journal HV_J_SMC, HV_JV_DENY. */
	HV_CALL_PSCI,           /**< hv_psci_call() */
	HV_CALL_FORWARD,        /**< Allow-listed SMC: pass x0..x3 to EL3 and its answers back. */
	HV_CALL_YIELD,          /**< Give the CPU away if shared; x0 is 0 already. */
	HV_CALL_BUDGET,         /**< Fill x1..x3 by the table above; x0 is 0 already. */
	HV_CALL_PARTITION_INFO, /**< Fill x1..x3 by the table above; x0 is 0 already. */
	HV_CALL_CONSOLE_WRITE,  /**< hv_call_console_write() */
	HV_CALL_DOORBELL,       /**< hv_call_doorbell() */
	HV_CALL_SCMI,           /**< hv_vsmt_ring(); x0 is 0 already. */
};

/**
 * Find out what a guest calls. Hot path: takes ESR_EL2 alone, no hv_exc_decode() needed.
 *
 * Functions of Haven and PSCI are never forwarded, listed or not: a guest's SYSTEM_OFF
 * by SMC means its partition, not the machine. HVC and SMC mean the same. An immediate
 * other than 0 belongs to nobody: NOT_SUPPORTED.
 * SMCCC_ARCH_WORKAROUND_1, _2, _3 and SOC_ID answer NOT_SUPPORTED: the guest judges
 * its CPU by MIDR_EL1 and the identification registers.
 *
 * @param esr      ESR_EL2 of an HVC or SMC from AArch64 (EC 0x16, 0x17).
 * @param x        The guest's x0..x3, changed only as `kind` says.
 * @param allowed  Function ids that an SMC may take to EL3; NULL if @p count is 0.
 * @param count    0..HV_SMC_ALLOW_MAX; beyond that the list is cut.
 *
 * The caller also adds hv_call_advance() to ELR_EL2.
 * Cost: constant; unknown SMCs one step per allowed id.
 */
HV_MUST_CHECK
enum hv_call_kind hv_call_route(hv_u64 esr, hv_u64 x[4], const hv_u32 *allowed, hv_u32 count);

/** ELR_EL2 of an HVC is behind the instruction, of a trapped SMC at it: 0 or 4. */
static inline hv_u64 hv_call_advance(hv_u64 esr)
{
	return ((esr >> 26) & 0x3f) == 0x17 ? 4 : 0;
}

/**
 * HV_CALL_CONSOLE_WRITE: move bytes into the console ring and set x[0].
 *
 * Who: under the lock of the partition, because its emulated UART fills the same ring.
 *
 * @param x     The guest's x0..x4.
 * @param wake  Set if the service CPU may sleep and has to be told.
 * Cost: 24 steps.
 */
void hv_call_console_write(struct hv_ring *tx, hv_u64 x[5], bool *wake);

/** Limits how often a partition can interrupt its peers. Zero-initialise, one per sender. */
struct hv_bell_limit {
	hv_u64 next; /**< Counter value from which it may ring again. */
};

/**
 * HV_CALL_DOORBELL: check the target and set x[0].
 *
 * A peer pays for each ring with an exit on its own CPU, so rings have a shortest
 * distance: one that comes too early is BUSY and has no effect; the sender tries again.
 *
 * Who: under the lock of the sender's partition.
 *
 * @param peers     Bit n: partition n may be rung.
 * @param now       Counter.
 * @param interval  Shortest distance, in counter ticks.
 *
 * @return true: ring partition x[1].
 * Cost: constant.
 */
HV_MUST_CHECK
bool hv_call_doorbell(hv_u32 peers, hv_u64 x[4], struct hv_bell_limit *limit, hv_u64 now,
		      hv_u64 interval);

#endif
