/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_PARTITION_H
#define HAVEN_PARTITION_H
/**
 * @file
 * Life of a partition: placed and launched by the boot CPU, then run by the CPUs
 * of its vCPUs alone.
 */
#include "hv.h"

/**
 * Put the partition's vCPUs, the first of them at @p vcpus, on the CPUs of its configuration.
 * Boot CPU, before other CPUs run.
 */
void hv_partition_place(struct hv_partition *p, const struct hv_partition_config *config,
			struct hv_vcpu *vcpus);
/** Let the CPU of vCPU 0 load and start it. Boot CPU, once. */
void hv_partition_launch(struct hv_partition *p);
/**
 * One look of the cpu loop at a vCPU's partition: a bounded step of stopping or starting it,
 * or entering the guest.
 * @return false if there is nothing to do for this vCPU until somebody kicks it.
 */
bool hv_partition_step(struct hv_vcpu *vcpu);
/** True while its vCPUs have to leave the guest. */
bool hv_partition_is_stopping(const struct hv_partition *p);
/**
 * Stop all vCPUs of the caller's partition; `next` follows, or something stricter that
 * another vCPU asks for meanwhile. A restart by fault is counted. Does not return.
 */
_Noreturn void hv_partition_leave(enum hv_partition_state next, bool by_fault);
/** The same by a fault that the vCPU did not cause by an exit: it returns if the vCPU is not in the
 *  guest. On the CPU of the vCPU. */
void hv_partition_stop(const struct hv_vcpu *vcpu, enum hv_partition_state next);
/** Wait until something is pending for this CPU or its vCPU. On a shared CPU others run. */
void hv_vcpu_standby(struct hv_vcpu *vcpu);
/**
 * The same, then start the vCPU anew: EL1 reset, timers and interrupts kept. Returns only on
 * a shared CPU, where the wait begins at the end of the exit.
 */
void hv_vcpu_powerdown(struct hv_vcpu *vcpu, hv_u64 entry, hv_u64 context);
/** This CPU's vCPU leaves the guest for the cpu loop. Does not return. */
_Noreturn void hv_vcpu_park(void);

#endif
