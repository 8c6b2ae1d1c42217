/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_CONFIG_H
#define HAVEN_CONFIG_H
/**
 * @file
 * The static configuration: what tools/haven-config writes and the hypervisor
 * (and its replay on the build host) reads. Everything is const; nothing of it
 * changes at run time.
 */
#include <haven/admission.h>
#include <haven/budget_sched.h>
#include <haven/fault_policy.h>
#include <haven/irq_ownership.h>
#include <haven/pci.h>
#include <haven/range.h>
#include <haven/scmi_filter.h>
#include <haven/smmu.h>
#include <haven/stage2.h>

struct hv_hal_fw_config; /* <haven/hal/firewall.h> */

/** The SMMUv3 of a board. base 0: it has none, and no DMA master may be given away. */
struct hv_smmu_board {
	hv_u64 base;
	hv_u32 sid_bits;   /**< Width of the stream ids that occur on the board. */
	hv_u32 event_irq;  /**< INTID of the event queue interrupt, edge. */
	hv_u32 gerror_irq; /**< INTID of the global error interrupt, edge. */
};

/** The PCI host bridge of a board, by ECAM. ecam.size 0: none. */
struct hv_pci_board {
	struct hv_range ecam;    /**< Configuration space of the buses in use; guests see it there too. */
	hv_u32 first_bus;        /**< Bus of ecam.base. */
};

/** Facts about the board, from ports/<board>/board.yaml. */
struct hv_board {
	const char *name;
	hv_u64 gicd_base;       /**< GIC distributor, 64 KB. */
	hv_u64 gicr_base;       /**< First redistributor, 128 KB each. */
	hv_u64 uart_base;       /**< The hypervisor's own UART. */
	hv_u32 uart_irq;        /**< Its INTID. */
	hv_u32 intid_count;     /**< INTIDs that the distributor implements, a multiple of 32. */
	hv_u32 maintenance_ppi; /**< GIC maintenance interrupt. */
	hv_u32 hyp_timer_ppi;   /**< EL2 physical timer. */
	hv_u32 virtual_timer_ppi;  /**< EL1 timers. */
	hv_u32 physical_timer_ppi;
	hv_u32 cpu_count;
	hv_u64 mpidr[HV_MAX_CPUS];       /**< Affinity fields of each CPU, without bit 31. */
	const struct hv_range *reserved; /**< Frames that no guest may map. */
	hv_u32 reserved_count;
	struct hv_smmu_board smmu;
	struct hv_pci_board pci;
	hv_u64 its_base; /**< GITS control frame, translation frame 64 KB behind it; 0: none. */
	bool its_coherent; /**< Its tables, and the redistributors', snoop the CPUs' caches. */
	const struct hv_range *devices; /**< Frames that EL2 itself maps as device memory. */
	hv_u32 device_count;
};

/** A file in the image that belongs to a partition; copied at every (re)start. */
struct hv_payload_config {
	const char *name;
	hv_u32 partition_id;
	hv_u64 load_pa;  /**< 8-byte aligned. */
	hv_u64 max_size; /**< Bytes from load_pa to the end of its region. */
};

/** How a passed-through SPI arrives. */
struct hv_irq_trigger {
	hv_u32 irq_id;
	bool edge;
	bool next_dispatch; /**< On a shared CPU it wakes nobody: it waits for the next dispatch. */
};

/**
 * What each vCPU of a partition gets of its CPU. Partitions whose vcpu_cpu[] name the same
 * CPU share it by budgets; each of them has one. On a CPU of its own it has no effect.
 */
struct hv_timing {
	struct hv_budget budget; /**< period_ns 0: none, the CPUs are dedicated. */
	hv_u32 priority;         /**< 0 is the most urgent; equal ones go by partition id. */
	bool polling;            /**< Waiting gives the rest of the budget up; else it is kept. */
	bool background;         /**< May also run, uncharged, while nobody with budget wants to. */
};

/** What a partition's devices may do by themselves. All zero: it has none that master the bus. */
struct hv_dma_config {
	const hv_u32 *streams; /**< Stream ids, ascending. */
	hv_u32 stream_count;
	const struct hv_pci_function *functions; /**< Visible in configuration space, ascending bdf. */
	hv_u32 function_count;
	hv_u32 shadow_first;   /**< Index in hv_pci_shadows of the first function's. */
	enum hv_dma_policy policy;
	hv_u64 msi_ipa;       /**< GICv2m frame, one 4 KB page; 0: no MSI. */
	hv_u32 msi_first;     /**< First virtual SPI of the frame. */
	hv_u32 msi_count;     /**< Virtual SPIs, each for any of the partition's functions. */
	hv_u32 lpi_first;     /**< Index in hv_config.lpis of the first of function_count * msi_count. */
};

/** What an LPI means; the index is INTID - HV_LPI_FIRST. */
struct hv_lpi_route {
	hv_u32 partition_id;
	hv_u32 device_id; /**< ITS DeviceID. */
	hv_u32 spi;       /**< EventID, and the virtual SPI that it raises. */
};

/** A guest's SCMI channel: an emulated SMT buffer, rung by a call. */
struct hv_scmi_config {
	hv_u64 ipa;  /**< Of the buffer, one 4 KB page; 0: none. */
	hv_u32 irq;  /**< INTID, an edge SPI: the channel is free again, with the reply in it. */
	struct hv_scmi_rights rights; /**< Beyond the base protocol, which is answered here. */
};

struct hv_partition_config {
	const char *name;
	hv_u32 id; /**< 1..HV_MAX_PARTITIONS-1; index in hv_config.partitions is id - 1. */
	hv_u32 vcpu_count;
	hv_u8 vcpu_cpu[HV_MAX_CPUS];     /**< CPU of each vCPU. */
	struct hv_partition_mem mem;     /**< Whole stage-2 map. */
	const struct hv_range *scrub;    /**< Private RAM (PA), zeroed at every (re)start. */
	hv_u32 scrub_count;
	const struct hv_irq_route *irqs; /**< SPIs and PPIs passed through. */
	hv_u32 irq_count;
	const struct hv_irq_trigger *triggers; /**< One for each SPI among irqs. */
	hv_u32 trigger_count;
	hv_u64 entry_ipa; /**< First instruction of vCPU 0. */
	hv_u64 dtb_ipa;   /**< x0 at entry; 0: none. */
	hv_u64 vuart_ipa; /**< Emulated PL011, one 4 KB page; 0: none. */
	hv_u32 vuart_irq; /**< Its INTID. */
	enum hv_fault_policy fault_policy;
	hv_u32 max_restarts;             /**< By fault; after that many the policy is halt. */
	const hv_u32 *smc_allowed;       /**< Function ids that are handed to EL3. */
	hv_u32 smc_allowed_count;
	hv_u32 doorbell_peers;           /**< Bit n: partition n may be rung. */
	hv_u32 doorbell_irq;             /**< INTID that a peer's doorbell raises here; 0: none. */
	struct hv_dma_config dma;
	struct hv_timing timing;
	struct hv_scmi_config scmi;
};

struct hv_config {
	const char *name;
	const struct hv_board *board;
	struct hv_range hypervisor; /**< Physical range that is Haven's own: image, payloads, journal. */
	struct hv_range dma_memory; /**< In the range above, behind the payloads: tables and queues
				     *   of SMMU and ITS, 64 KB aligned. Size 0: neither is in use. */
	hv_u64 journal_pa;          /**< Behind that; one ring per CPU. */
	hv_u32 journal_slots;       /**< Records per ring, a power of two. */
	hv_u64 trace_pa;            /**< Before that; one ring per shared CPU, in their order. */
	hv_u32 trace_slots;         /**< Of each; 0: calls of the dispatcher are not recorded. */
	hv_u32 ipa_bits;
	struct hv_reserve reserve[HV_MAX_CPUS]; /**< EL2's own time; period_ns 0: not shared. */
	hv_u32 service_cpu;         /**< Drains the console and the SMMU's event queue. */
	hv_u32 dma_fault_limit;     /**< Faults after which a stream is cut off. */
	/** What is assumed of the firmware and the microcontroller that it manages; NULL: nothing. */
	const struct hv_hal_fw_config *firewall;
	const char *mcu_name;       /**< Of that microcontroller's partition; NULL: none. */
	hv_u32 lpi_count;           /**< 0: the ITS stays off. */
	const struct hv_lpi_route *lpis;
	hv_u32 partition_count;
	const struct hv_partition_config *partitions;
	hv_u32 payload_count;
	const struct hv_payload_config *payloads; /**< In the order of the image's payload table. */
};

/** Exactly one of each, generated. */
extern const struct hv_board hv_board;
extern const struct hv_config hv_config;

#endif
