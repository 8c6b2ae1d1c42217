/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HV_H
#define HAVEN_HV_H
/**
 * @file
 * Run-time state of the reference hypervisor, and who may touch it.
 *
 * A struct hv_cpu belongs to its CPU. A struct hv_partition is touched by the CPUs
 * of its own vCPUs only, under its lock, except for what is marked atomic or
 * for the two console rings, whose other end is the service CPU.
 */
#include <haven/config.h>
#include <haven/hal/cpu.h>
#include <haven/hal/vcpu.h>
#include <haven/hypercall.h>
#include <haven/journal.h>
#include <haven/psci.h>
#include <haven/ring.h>
#include <haven/vgic.h>
#include <haven/vpl011.h>

/** Reasons for a kick, struct hv_cpu.requests. Any CPU may set them. */
#define HV_REQUEST_LOOK    1u /**< Partition or vCPU state changed: see the cpu loop. */
#define HV_REQUEST_VGIC    2u /**< Something became pending for this vCPU. */
#define HV_REQUEST_UART    4u /**< Console rings moved. */
#define HV_REQUEST_BELL    8u /**< A peer rang the doorbell. */
#define HV_REQUEST_CONSOLE 16u /**< To the service CPU: a ring has bytes. */

struct hv_partition;

/**
 * Ticket lock of a partition. Its waiters are the partition's own vCPUs, so the
 * wait is bounded and no other partition can be among them.
 */
struct hv_lock {
	hv_u16 next;
	hv_u16 serving;
};

struct hv_cpu {
	hv_u32 index;
	hv_u32 vcpu; /**< Index of the vCPU in its partition. */
	hv_u64 mpidr;
	struct hv_partition *partition; /**< NULL: no vCPU lives here. */
	struct hv_journal *journal;
	hv_u64 stack_top;
	bool in_guest;   /**< The vCPU has been entered and not been parked since. */
	hv_u32 requests; /**< Atomic. */
	hv_u32 up;       /**< Atomic: 1 once the CPU is in its loop. */
};

/** Life of a partition. Atomic; changed under the lock of the partition. */
enum hv_partition_state {
	HV_PARTITION_OFF = 0,   /**< Stopped, by itself or by policy halt. */
	HV_PARTITION_RUNNING,
	HV_PARTITION_SUSPENDED, /**< Stopped by policy; memory is kept. */
	HV_PARTITION_STOPPING,  /**< vCPUs are on their way to the loop; then `next` follows. */
	HV_PARTITION_STARTING,  /**< The CPU of vCPU 0 has to load and start it. */
};

struct hv_partition {
	const struct hv_partition_config *config;
	struct hv_lock lock;
	hv_u32 state;        /**< Atomic, enum hv_partition_state. */
	hv_u32 next;         /**< State after STOPPING: OFF, SUSPENDED or STARTING. */
	hv_u32 running;      /**< Bit per vCPU that is in the guest. Under lock. */
	hv_u32 restarts;     /**< By fault policy. */
	struct hv_bell_limit bell;
	hv_u64 vttbr;
	struct hv_psci psci;
	struct hv_vgic vgic;
	struct hv_vpl011 uart;
	struct hv_ring tx; /**< Guest to console. */
	struct hv_ring rx; /**< Console to guest. */
};

extern struct hv_cpu hv_cpus[HV_MAX_CPUS];
extern struct hv_partition hv_partitions[]; /**< hv_config.partition_count of them. */
extern struct hv_stage2_vtcr hv_vtcr;

/* state.c, compiled with each configuration */
extern hv_table_t hv_stage2_tables[];
extern const hv_u32 hv_stage2_table_count;

/* cpu.c */
/** Ask a CPU to look; it stops running its guest for a moment. Any CPU. */
void hv_kick(hv_u32 cpu, hv_u32 request);
/** Where a CPU is whenever its vCPU is not in the guest. */
_Noreturn void hv_cpu_loop(void);
/** Physical CPU of a vCPU. */
static inline hv_u32 hv_cpu_of(const struct hv_partition *partition, hv_u32 vcpu)
{
	return partition->config->vcpu_cpu[vcpu];
}

/* lock.c */
void hv_lock(struct hv_lock *lock);
void hv_unlock(struct hv_lock *lock);

/* audit.c */
/** Append to this CPU's journal what happened to its partition. @p regs may be NULL. */
void hv_audit(enum hv_journal_kind kind, enum hv_journal_verdict verdict,
	      const struct hv_exc_regs *regs, hv_u64 ipa, hv_u64 detail);

/* irq.c */
/** Acknowledge and handle one physical interrupt. @return false if there was none. */
bool hv_irq_handle_one(void);

/* panic.c */
_Noreturn void hv_panic(const char *what);

#endif
