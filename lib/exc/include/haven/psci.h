/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PSCI_H
#define HAVEN_PSCI_H
/**
 * @file
 * PSCI 1.1 of one partition, as a state machine that the caller acts for.
 *
 * Offered: VERSION, FEATURES, CPU_ON, CPU_OFF, CPU_SUSPEND (standby and power-down,
 * original StateID format, power level 0, StateID 0), AFFINITY_INFO (level 0),
 * MIGRATE_INFO_TYPE, SYSTEM_OFF, SYSTEM_RESET; all others answer NOT_SUPPORTED.
 * vCPU n is MPIDR_EL1.Aff0 = n, all other affinity fields 0.
 *
 * Locking: every call on one struct hv_psci is made under one lock of the partition.
 *
 * Source: Arm DEN 0022 (PSCI), issue E.
 */
#include <haven/types.h>

/** State of a vCPU; values 0..2 are what AFFINITY_INFO answers. */
enum hv_psci_state {
	HV_PSCI_ON = 0,
	HV_PSCI_OFF = 1,
	HV_PSCI_ON_PENDING = 2, /**< CPU_ON was accepted, its CPU has not started it yet. */
};

struct hv_psci_vcpu {
	hv_u64 entry;   /**< IPA of the first instruction. */
	hv_u64 context; /**< x0 at the entry. */
	enum hv_psci_state state;
};

struct hv_psci {
	hv_u32 vcpu_count;
	struct hv_psci_vcpu vcpu[HV_MAX_CPUS];
};

/** What the caller has to do, besides giving the guest `x0`. */
enum hv_psci_action {
	HV_PSCI_DONE = 0,   /**< Nothing. */
	HV_PSCI_CPU_ON,     /**< Check `entry`; then make the CPU of `target` look. */
	HV_PSCI_CPU_OFF,    /**< The calling vCPU stops here; it is already OFF. */
	HV_PSCI_STANDBY,    /**< May wait for an interrupt, then returns. */
	HV_PSCI_POWERDOWN,  /**< Check `entry`; wait for an interrupt, then start the calling vCPU
			     *   anew at `entry` with x0 = `context`. Or, as the specification
			     *   allows when there is a reason to wake, just return. */
	HV_PSCI_SYSTEM_OFF, /**< Stop the partition. */
	HV_PSCI_SYSTEM_RESET, /**< Reload and start the partition. */
};

struct hv_psci_result {
	hv_u64 x0; /**< For the guest; errors are sign-extended to 64 bits. */
	enum hv_psci_action action;
	hv_u32 target;  /**< CPU_ON: vCPU index. */
	hv_u64 entry;   /**< CPU_ON, POWERDOWN */
	hv_u64 context; /**< CPU_ON, POWERDOWN */
};

/**
 * State of a partition that is about to start: vCPU 0 is ON_PENDING at @p entry, all
 * others OFF.
 *
 * Who: at each (re)start, while none of its vCPUs runs.
 *
 * @param vcpu_count  1..HV_MAX_CPUS.
 * @param entry       IPA of the first instruction of vCPU 0.
 * @param context     x0 of vCPU 0.
 *
 * @retval HV_OK      Done.
 * @retval HV_EINVAL  NULL or count out of range; no change.
 * Cost: one step per vCPU.
 */
HV_MUST_CHECK
hv_status_t hv_psci_init(struct hv_psci *psci, hv_u32 vcpu_count, hv_u64 entry, hv_u64 context);

/**
 * One PSCI call: hv_call_route() answered HV_CALL_PSCI.
 *
 * CPU_ON with HV_PSCI_CPU_ON and CPU_SUSPEND with HV_PSCI_POWERDOWN: if `entry` is not
 * in the partition's memory the caller passes the result to hv_psci_refuse_entry(),
 * still under the lock, so that nobody sees the state between.
 *
 * @param vcpu  The caller, below vcpu_count.
 * @param x     Its x0..x3. 32-bit functions use their low halves.
 *
 * Cost: constant.
 */
void hv_psci_call(struct hv_psci *psci, hv_u32 vcpu, const hv_u64 x[4], struct hv_psci_result *out);

/**
 * Take back an accepted entry: x0 becomes INVALID_ADDRESS, the action HV_PSCI_DONE and a
 * target of CPU_ON is OFF again. Other results are left alone.
 * Cost: constant.
 */
void hv_psci_refuse_entry(struct hv_psci *psci, struct hv_psci_result *result);

/**
 * The CPU of @p vcpu looks whether it has to start.
 *
 * @return true: it was ON_PENDING and is ON now; enter it at psci->vcpu[vcpu].entry
 *         with x0 = psci->vcpu[vcpu].context.
 * Cost: constant.
 */
HV_MUST_CHECK
bool hv_psci_start(struct hv_psci *psci, hv_u32 vcpu);

/** False if every vCPU is OFF: nothing can start this partition again from inside. Cost: vCPUs. */
bool hv_psci_alive(const struct hv_psci *psci);

/** Stop of the whole partition: every vCPU is OFF. Cost: vCPUs. */
void hv_psci_stop(struct hv_psci *psci);

#endif
