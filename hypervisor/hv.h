/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HV_H
#define HAVEN_HV_H
/**
 * @file
 * Run-time state of the reference hypervisor, and who may touch it.
 *
 * A struct hv_cpu belongs to its CPU, and so does a struct hv_vcpu that lives there. A
 * struct hv_partition is touched by the CPUs of its own vCPUs only, under its lock, except
 * for what is marked atomic or for the two console rings, whose other end is the service
 * CPU.
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

#include "loader.h"

/** Reasons for a kick, struct hv_vcpu.requests. Any CPU may set them. */
#define HV_REQUEST_LOOK 1u /**< Partition or vCPU state changed: see the cpu loop. */
#define HV_REQUEST_VGIC 2u /**< Something became pending for this vCPU. */
#define HV_REQUEST_UART 4u /**< Console rings moved. */
#define HV_REQUEST_BELL 8u /**< A peer rang the doorbell. */
#define HV_REQUEST_DMA  16u /**< The service CPU has decided about this partition's DMA faults. */
#define HV_REQUEST_SCMI 32u /**< The platform's reply to this partition's request is there. */

/** The same for a CPU itself, struct hv_cpu.requests. */
#define HV_REQUEST_CONSOLE 1u /**< To the service CPU: a ring has bytes. */
#define HV_REQUEST_SMMU    2u /**< To the service CPU: a partition's DMA is to be opened or closed. */
#define HV_REQUEST_MCU     4u /**< To the service CPU: there is something to ask of the firmware. */
#define HV_REQUEST_PASS    8u /**< To the service CPU: a partition's SCMI request is to be passed. */

/** Who wants the EL2 timer of a CPU. */
enum hv_alarm { HV_ALARM_CONSOLE, HV_ALARM_DISPATCH, HV_ALARM_MCU, HV_ALARMS };
/** Nobody. */
#define HV_ALARM_OFF UINT64_MAX

struct hv_partition;
struct hv_scmi_channel;
struct hv_shared;

/**
 * Ticket lock of a partition. Its waiters are the partition's own vCPUs, so the
 * wait is bounded and no other partition can be among them.
 */
struct hv_lock {
	hv_u16 next;
	hv_u16 serving;
};

/** What a vCPU of a shared CPU waits for; it is out of the guest then. */
enum hv_wait {
	HV_WAIT_NONE = 0,
	HV_WAIT_INTERRUPT, /**< WFI, CPU_SUSPEND: any interrupt. */
	HV_WAIT_REFILL,    /**< Yield: that, or the next refill of its budget. */
};

/** Accesses of other vCPUs to the hardware PPIs of one on a shared CPU. Under lock. */
struct hv_ppi_mail {
	hv_u32 pend;       /**< To make pending. */
	hv_u32 activate;   /**< To make active. */
	hv_u32 deactivate; /**< To make inactive, before those. */
};

struct hv_vcpu {
	struct hv_partition *partition;
	struct hv_cpu *cpu; /**< Where it lives. */
	hv_u32 partition_id;
	hv_u32 index;    /**< In its partition. */
	hv_u32 requests; /**< Atomic. */
	bool in_guest;   /**< It has been entered and not been parked since. */
	bool live;       /**< The same, and this CPU's registers are its own. */

	/* On a shared CPU, else unused. */
	bool powerdown; /**< CPU_SUSPEND: starts anew at `entry` when it has waited. */
	enum hv_wait wait;
	hv_u32 server;  /**< Index in struct hv_shared. */
	hv_u32 heard;   /**< Of `requests`, those that wait for its turn and are paid for. */
	hv_u32 ppi_active; /**< Not live: its PPIs that are active. */
	bool has_come;     /**< `came` is not 0. */
	hv_u32 came[HV_VGIC_WORDS]; /**< SPIs taken in for it since it ran last. */
	struct hv_ppi_mail mail;
	hv_u64 entry, entry_context;
	struct hv_context *context;
};

struct hv_cpu {
	struct hv_vcpu *vcpu; /**< The one that lives here; on a shared CPU the one whose
			       *   registers are loaded. NULL: none lives here. */
	struct hv_shared *shared; /**< Several vCPUs live here; NULL: at most one. */
	hv_u64 mpidr;
	struct hv_journal *journal;
	hv_u64 stack_top;
	hv_u64 alarm[HV_ALARMS]; /**< Counter values. */
	hv_u32 ppi_enabled;      /**< On a shared CPU: guests' PPIs that are, physically. */
	hv_u32 index;
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

/** DMA of a partition's devices: asked for by the CPU of vCPU 0, done by the service CPU. */
struct hv_dma_state {
	hv_u32 wish;     /**< Atomic: 1 open, 0 closed. */
	hv_u32 done;     /**< Atomic: what it is. */
	hv_u32 sentence; /**< Atomic, enum hv_journal_verdict: what a fault leads to; 0: nothing. */
	hv_u32 steps;    /**< Service CPU: batches of events taken since it was asked to open. */
};

struct hv_partition {
	const struct hv_partition_config *config;
	struct hv_vcpu *vcpu; /**< config->vcpu_count of them. */
	struct hv_lock lock;
	hv_u32 state;        /**< Atomic, enum hv_partition_state. */
	hv_u32 next;         /**< State after STOPPING: OFF, SUSPENDED or STARTING. */
	hv_u32 running;      /**< Bit per vCPU that is in the guest. Under lock. */
	hv_u32 restarts;     /**< By fault policy. */
	hv_u32 lives;        /**< Times that it was started. Atomic, written before the state. */
	bool prepared;       /**< STARTING: devices are reset. Of the CPU of vCPU 0. */
	bool loaded;         /**< STARTING: and only its DMA is not open yet. */
	struct hv_load load; /**< STARTING: how far the memory is. Likewise. */
	struct hv_dma_state dma;
	struct hv_bell_limit bell;
	hv_u64 vttbr;
	struct hv_psci psci;
	struct hv_vgic vgic;
	hv_u32 held[HV_VGIC_WORDS]; /**< SPIs disabled until their vCPU's turn, see hold.h. */
	struct hv_vpl011 uart;
	struct hv_scmi_channel *scmi; /**< NULL: none. */
	struct hv_ring tx; /**< Guest to console. */
	struct hv_ring rx; /**< Console to guest. */
};

extern struct hv_cpu hv_cpus[HV_MAX_CPUS];
extern struct hv_partition hv_partitions[]; /**< hv_config.partition_count of them. */
extern struct hv_stage2_vtcr hv_vtcr;

/* state.c, compiled with each configuration */
extern struct hv_vcpu hv_vcpus[]; /**< Of all partitions, in their order. */
extern hv_table_t hv_stage2_tables[];
extern const hv_u32 hv_stage2_table_count;
extern struct hv_pci_shadow hv_pci_shadows[]; /**< Of all PCI functions, in the partitions' order. */

/* cpu.c */
/** Have a vCPU's CPU look; it stops running its guest for a moment. Any CPU. */
void hv_kick(struct hv_vcpu *vcpu, hv_u32 bit);
/** The same for work of a CPU itself. */
void hv_kick_cpu(hv_u32 cpu, hv_u32 bit);
/** Where a CPU is whenever its vCPU is not in the guest. */
_Noreturn void hv_cpu_loop(void);
/** Do what was asked of a vCPU by kicks; it is the one that is loaded. May not return. */
void hv_vcpu_take_requests(struct hv_vcpu *vcpu);
/** The vCPU whose exit is being handled; only where there is one. */
static inline struct hv_vcpu *hv_vcpu_self(void)
{
	return hv_hal_cpu_self()->vcpu;
}

/* lock.c */
void hv_lock(struct hv_lock *lock);
void hv_unlock(struct hv_lock *lock);

/* audit.c */
/** Append to this CPU's journal what happened to its partition. @p regs may be NULL. */
void hv_audit(enum hv_journal_kind kind, enum hv_journal_verdict verdict,
	      const struct hv_exc_regs *regs, hv_u64 ipa, hv_u64 detail);

/** The same about a device of a partition: fields of HV_J_DMA. */
void hv_audit_dma(hv_u32 partition_id, enum hv_journal_verdict verdict, hv_u32 what, hv_u64 iova,
		  hv_u64 ipa, hv_u64 detail);

/** The same about the microcontroller core: a record of kind HV_J_MCU, but for time and CPU. */
void hv_audit_mcu(struct hv_journal_record *record);

/* irq.c */
/** Acknowledge and handle one physical interrupt. @return false if there was none. */
bool hv_irq_handle_one(void);

/* panic.c */
_Noreturn void hv_panic(const char *what);

#endif
