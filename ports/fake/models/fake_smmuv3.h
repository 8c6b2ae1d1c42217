/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_SMMUV3_H
#define HAVEN_FAKE_SMMUV3_H
/**
 * @file
 * An SMMUv3 with stage 2, after IHI 0070 alone: it shares no code and no constant with
 * lib/dma, lib/mm or the driver.
 *
 * Where the architecture lets an SMMU be kind or strict, this one is strict. Handshakes
 * take a while; registers come up with UNKNOWN contents; reserved bits of commands are
 * errors; everything that may be cached is cached, and an invalidation takes effect no
 * earlier than the CMD_SYNC behind it has to make it. What the architecture makes
 * UNPREDICTABLE (writing a guarded register, changing a field whose update is under way)
 * fails the test. Stage 1, stalls, substreams, ATS and range invalidation are not modelled.
 *
 * Memory is fake_dram.h; what is not there aborts.
 */
#include <haven/types.h>

#define FAKE_SMMU_BYTES   0x20000u
#define FAKE_SMMU_STES    64u
#define FAKE_SMMU_L1STDS  32u
#define FAKE_SMMU_TLB     256u
#define FAKE_SMMU_WALKS   128u
#define FAKE_SMMU_PENDING 512u

/** @name Things to go wrong @{ */
#define FAKE_SMMU_STUCK_GBPA     0x1u  /**< GBPA.Update never clears. */
#define FAKE_SMMU_STUCK_SMMUEN   0x2u  /**< CR0ACK never follows in this field. */
#define FAKE_SMMU_STUCK_CMDQEN   0x4u
#define FAKE_SMMU_STUCK_EVENTQEN 0x8u
#define FAKE_SMMU_STUCK_IRQ      0x10u /**< IRQ_CTRLACK never follows. */
#define FAKE_SMMU_STUCK_CMDQ     0x20u /**< Commands are not consumed. */
#define FAKE_SMMU_STUCK_SYNC     0x40u /**< CMD_SYNC never completes. */
/** @} */

/** What became of a device's access. */
struct fake_smmu_access {
	bool allowed;
	hv_u64 pa;         /**< Where it went, if allowed. */
	hv_u32 event;      /**< Event that explains the abort, recorded or not; 0: none. */
	bool recorded;     /**< It found its way into the queue. */
};

struct fake_smmu_ste {
	bool used;
	hv_u32 stream;
	hv_u64 word[8];
};

struct fake_smmu_l1std {
	bool used;
	hv_u32 index;
	hv_u64 descriptor;
};

/** A cached leaf, or a cached pointer to the table of the level below. */
struct fake_smmu_translation {
	bool used;
	hv_u32 vmid;
	hv_u32 level;
	hv_u64 ipa, size; /**< What it covers. */
	hv_u64 descriptor;
};

/** A register with a handshake: written, in effect, and polls until they are the same. */
struct fake_smmu_field {
	hv_u32 written, effective, polls;
};

/** An invalidation that was consumed and waits for its CMD_SYNC. */
struct fake_smmu_command {
	hv_u64 word[2];
};

struct fake_smmu {
	/* For the test to set, after fake_smmu_init(). */
	hv_u32 idr[6];     /**< SMMU_IDR0..5 */
	hv_u32 stuck;      /**< FAKE_SMMU_STUCK_* */
	hv_u32 latency;    /**< Polls that a handshake takes. */
	bool lazy;         /**< One command with each look at CMDQ_CONS, not all at once. */
	bool sfm;          /**< Service failure mode: everything aborts, nothing is processed. */
	/** Called before and after each register access: what devices do meanwhile. */
	void (*traffic)(struct fake_smmu *smmu, void *context);
	void *traffic_context;

	/* For the test to look at. */
	hv_u32 event_irqs, gerror_irqs; /**< Edges of the wired interrupts. */
	hv_u32 msis;                    /**< Interrupts that went to an address instead. */
	hv_u32 commands, syncs;         /**< Consumed; each is a FAKE_DEVICE note too. */

	/* The SMMU's own. */
	hv_u64 base;
	struct fake_smmu_field cr0, gbpa, irq_ctrl;
	hv_u32 cr1, cr2, gerror, gerrorn;
	hv_u64 gerror_irq_cfg0, eventq_irq_cfg0;
	hv_u64 strtab_base, cmdq_base, eventq_base;
	hv_u32 strtab_base_cfg;
	hv_u32 cmdq_prod, cmdq_cons, eventq_prod, eventq_cons;
	struct fake_smmu_ste ste[FAKE_SMMU_STES];
	struct fake_smmu_l1std l1std[FAKE_SMMU_L1STDS];
	struct fake_smmu_translation tlb[FAKE_SMMU_TLB];
	struct fake_smmu_translation walk[FAKE_SMMU_WALKS];
	hv_u32 next_ste, next_l1std, next_tlb, next_walk;
	struct fake_smmu_command pending[FAKE_SMMU_PENDING];
	hv_u32 pending_count;
	struct { /* an STE that is being fetched, word by word */
		bool active;
		hv_u32 stream, have;
		hv_u64 word[8];
	} fetch;
	bool in_traffic;
};

/**
 * Power on at @p base: attach to the bus, DMA bypasses, everything else UNKNOWN.
 * IDR0, IDR1, IDR3 and IDR5 as QEMU 10 has them (coherent, two levels, 16-bit stream ids).
 */
void fake_smmu_init(struct fake_smmu *smmu, hv_u64 base);

/** A device with this stream id reads or writes an address. */
struct fake_smmu_access fake_smmu_dma(struct fake_smmu *smmu, hv_u32 stream, hv_u64 iova,
				      bool write);

/**
 * Fetch some words (a mask) of a stream's STE now; the access that needs it reads the
 * others then. Of a two-level table the level 1 descriptor must be cached or valid.
 */
void fake_smmu_prefetch(struct fake_smmu *smmu, hv_u32 stream, hv_u32 words);

/** Record an event of any kind, as hardware would. */
void fake_smmu_record(struct fake_smmu *smmu, const hv_u64 record[4]);
/** Activate global errors, as hardware would: those that are active already stay. */
void fake_smmu_raise(struct fake_smmu *smmu, hv_u32 errors);

#endif
