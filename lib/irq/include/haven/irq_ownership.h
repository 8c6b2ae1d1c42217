/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_IRQ_OWNERSHIP_H
#define HAVEN_IRQ_OWNERSHIP_H
/**
 * @file
 * Who owns which physical interrupt.
 *
 * An SPI (32..1019) has one owner. A PPI (16..31) has one owner per CPU, or several on
 * a CPU that several partitions share: there it belongs to whoever runs. SGIs (0..15)
 * and the PPIs that the hypervisor keeps are the hypervisor's own.
 * All calls that change an owner run on the boot CPU before the launch;
 * hv_irq_seal() ends that phase, and from then on any CPU may look up.
 */
#include <haven/types.h>

/** hv_irq_owner(): nobody owns the interrupt. Mask it, drop it, journal it. */
#define HV_IRQ_UNOWNED 0xffu
/** hv_irq_owner(): a PPI of a shared CPU that several partitions have. */
#define HV_IRQ_SHARED 0xfeu

/** One interrupt given to one partition. */
struct hv_irq_route {
	hv_u32 irq_id;             /**< INTID: SPI 32..1019, or PPI 16..31. */
	hv_u32 owner_partition_id; /**< Guest partition, 1..HV_MAX_PARTITIONS-1. */
	hv_u32 target_cpu;         /**< Physical CPU index. SPI: reset target. PPI: its CPU. */
};

/** Facts of the board that ownership is checked against. */
struct hv_irq_config {
	hv_u32 intid_count;         /**< Implemented INTIDs, 32..1024: 32 * (GICD_TYPER.ITLinesNumber + 1). */
	hv_u32 cpu_count;           /**< Physical CPUs, 1..HV_MAX_CPUS. */
	hv_u32 hypervisor_ppi_mask; /**< Bit n: PPI n is the hypervisor's. Bits 15:0 must be 0. */
	hv_u32 shared_cpus;         /**< Bit n: several partitions may have a PPI of CPU n. */
};

/**
 * State the board's facts and forget all owners.
 *
 * Who: boot code, before any assignment. Without it the limits are
 * HV_MAX_IRQ_ID, HV_MAX_CPUS and no PPI kept back.
 *
 * @retval HV_OK      Taken; the table is empty.
 * @retval HV_EINVAL  NULL; a field out of its range; intid_count above HV_MAX_IRQ_ID or
 *                    not a multiple of 32; a shared CPU that is not there.
 * @retval HV_EPERM   Sealed.
 * Cost: bounded by the table size; boot only.
 */
HV_MUST_CHECK
hv_status_t hv_irq_configure(const struct hv_irq_config *config);

/**
 * Forget all owners; the limits stay.
 *
 * Who: boot code.
 *
 * @retval HV_OK     The table is empty.
 * @retval HV_EPERM  Sealed.
 * Cost: bounded by the table size; boot only.
 */
HV_MUST_CHECK
hv_status_t hv_irq_owner_init(void);

/**
 * Give an interrupt to a partition.
 *
 * Who: boot code, per configured interrupt; the caller then sets up the
 * physical distributor.
 *
 * @retval HV_OK      Assigned, or exactly this assignment was there before.
 * @retval HV_EINVAL  NULL; SGI, special INTID (1020..1023) or one that is not implemented;
 *                    not a guest partition; no such CPU.
 * @retval HV_EPERM   Sealed; a PPI that the hypervisor uses; owned by another partition
 *                    (a PPI: on a CPU that is not shared); an SPI that the same partition
 *                    has with another target (revoke first).
 * Cost: constant.
 * Source: Arm GIC architecture (IHI 0069), "INTIDs".
 */
HV_MUST_CHECK
hv_status_t hv_irq_assign(const struct hv_irq_route *route);

/**
 * Take an interrupt back. A PPI goes on every CPU where the partition has it.
 *
 * @retval HV_OK      Unowned now.
 * @retval HV_EINVAL  Not an assignable INTID, or not a guest partition.
 * @retval HV_EPERM   Sealed, or the partition does not own it.
 * Cost: HV_MAX_CPUS steps.
 */
HV_MUST_CHECK
hv_status_t hv_irq_revoke(hv_u32 irq_id, hv_u32 owner_partition_id);

/**
 * Ask whether a partition owns an interrupt; a PPI counts on any CPU.
 *
 * @retval HV_OK      It does.
 * @retval HV_EINVAL  Not an assignable INTID, or not a guest partition.
 * @retval HV_EPERM   Somebody else does, or nobody.
 * Cost: HV_MAX_CPUS steps.
 */
HV_MUST_CHECK
hv_status_t hv_irq_check_owner(hv_u32 irq_id, hv_u32 partition_id);

/** End of the boot phase: configure, init, assign and revoke answer HV_EPERM from now on. */
void hv_irq_seal(void);

/**
 * Owner of an interrupt that CPU @p cpu has acknowledged.
 *
 * Who: the IRQ exit path. Any value of either argument is safe.
 *
 * @return Partition id; HV_IRQ_SHARED for a PPI of several partitions;
 *         HV_PARTITION_HYPERVISOR for SGIs and the hypervisor's PPIs; HV_IRQ_UNOWNED otherwise.
 * Cost: constant, one table look-up.
 */
hv_u32 hv_irq_owner(hv_u32 cpu, hv_u32 intid);

/**
 * SPIs of a partition in distributor word @p word (INTIDs 32*word .. 32*word+31):
 * what a write to a physical GICD bitmap on its behalf must be masked with.
 *
 * @return 0 for word 0 (private interrupts), any word or partition out of range.
 * Cost: constant.
 */
hv_u32 hv_irq_owned_word(hv_u32 partition_id, hv_u32 word);

/**
 * Partitions that have PPI @p intid on CPU @p cpu: bit n for partition n.
 *
 * @return 0 for anything that is no PPI, or out of range. Cost: constant.
 */
hv_u32 hv_irq_ppi_owners(hv_u32 cpu, hv_u32 intid);

/**
 * Reset target of an SPI, for programming and for verifying GICD_IROUTER.
 *
 * @return Physical CPU index, or HV_IRQ_UNOWNED if the SPI is not owned.
 * Cost: constant.
 */
hv_u32 hv_irq_target(hv_u32 irq_id);

#endif
