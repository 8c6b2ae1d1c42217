/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_GIC_H
#define HAVEN_GIC_H
/**
 * @file
 * Between lib/irq and the hardware: applies what the virtual GIC decided.
 *
 * Unless stated, each takes the partition's lock and runs on the vCPU's CPU.
 */
#include "hv.h"

/** Physical interrupt of its partition, acknowledged and priority-dropped. */
void hv_gic_inject(struct hv_vcpu *vcpu, hv_u32 intid);
/** The same for a vCPU that does not run, on its shared CPU. */
void hv_gic_keep(struct hv_vcpu *vcpu, hv_u32 intid);
/** Bring in what became pending for it. */
void hv_gic_deliver(struct hv_vcpu *vcpu);
/** The same for one that other vCPUs have kicked. */
void hv_gic_kicked(struct hv_vcpu *vcpu);
/** Maintenance interrupt: re-read and refill the list registers. */
void hv_gic_refill(struct hv_vcpu *vcpu);
/** Drive the line of an emulated device; vCPUs concerned are told. The caller holds the lock. */
void hv_gic_set_level_locked(struct hv_vcpu *vcpu, hv_u32 intid, bool high);
/** Raise an edge-triggered virtual interrupt of this CPU's partition once. */
void hv_gic_pulse(struct hv_vcpu *vcpu, hv_u32 intid);
/** The guest wrote ICC_SGI1R_EL1. @return false if a target was refused. */
bool hv_gic_sgi(struct hv_vcpu *vcpu, hv_u64 value);
/** The guest wrote ICC_DIR_EL1 while it traps. */
void hv_gic_dir(struct hv_vcpu *vcpu, hv_u32 intid);

/** Access of the guest to GICD or GICR. @return false if the width is not allowed. */
bool hv_gic_access(struct hv_vcpu *vcpu, bool redist, hv_u32 offset, hv_u32 size, bool write,
		   hv_u64 *value, bool *denied);

/** Virtual CPU interface of a vCPU that is about to enter the guest. */
void hv_gic_enter(struct hv_vcpu *vcpu);
/** Take list registers back from a vCPU that leaves the guest, and free them. */
void hv_gic_leave(struct hv_vcpu *vcpu);

/** World switch: its list registers have been taken out of the hardware. */
void hv_gic_unload(struct hv_vcpu *vcpu);
/** World switch: its list registers are in the hardware again. Brings in what came meanwhile. */
void hv_gic_load(struct hv_vcpu *vcpu);
/**
 * True if a list register is pending, so that the vCPU, which is loaded, need not wait.
 * @param waking  Only for interrupts that wake it (hv_gic_wakes()).
 */
bool hv_gic_pending(const struct hv_vcpu *vcpu, bool waking);
/** False: the configuration lets this interrupt wait for the next dispatch. */
bool hv_gic_wakes(const struct hv_vcpu *vcpu, hv_u32 intid);

/** Boot: virtual GIC of a partition from its configuration, triggers in the hardware. */
void hv_gic_configure(struct hv_partition *partition);
/** Stop or restart, no vCPU in the guest: no interrupt of the partition fires any more. */
void hv_gic_quiesce(struct hv_partition *partition);

#endif
