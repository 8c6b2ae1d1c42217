/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_JOURNAL_H
#define HAVEN_JOURNAL_H
/**
 * @file
 * Audit journal: a ring of fixed 64-byte records for each CPU.
 *
 * Never blocks and never loses the newest record; overwritten records show as
 * a gap in the sequence numbers. The integrator places the rings in memory
 * that a warm reset leaves alone. All fields are little-endian.
 */
#include <haven/types.h>

/** "HVJ" and the layout version, 1. */
#define HV_JOURNAL_MAGIC 0x014a5648u

/** What happened. Values are part of the format and never reused. */
enum hv_journal_kind {
	HV_J_BOOT = 1,          /**< CPU came up. detail: 1 after a warm reset. */
	HV_J_START = 2,         /**< Partition started. ipa: its entry. */
	HV_J_STOP = 3,          /**< Partition stopped. detail: cause. */
	HV_J_S2_FAULT = 4,      /**< Stage-2 data or instruction abort. */
	HV_J_MMIO = 5,          /**< Refused access to an emulated device. */
	HV_J_SYSREG = 6,        /**< Refused or ignored system register access. */
	HV_J_SMC = 7,           /**< Refused SMC or unknown call. detail: function id. */
	HV_J_IRQ_SPURIOUS = 8,  /**< Unowned interrupt dropped. detail: INTID. */
	HV_J_SGI_DENIED = 9,    /**< SGI towards a CPU outside the partition. detail: register. */
	HV_J_EXCEPTION = 10,    /**< Any other trapped exception. */
	HV_J_SERROR = 11,       /**< SError taken at EL2 while the partition ran. */
	HV_J_BUDGET = 12,       /**< Budget overrun. detail: excess in ns. */
	HV_J_DMA = 13,          /**< SMMU event. detail: stream id; esr: HV_J_DMA_*;
				     far: input address; ipa: of stage 2's fault. */
	HV_J_IRQ_DENIED = 14,   /**< Guest wrote bits of an interrupt it does not own. */
	HV_J_SWITCH = 15,       /**< A call to the dispatcher: <haven/dispatch_record.h>. */
	HV_J_MCU = 16,          /**< Life of the microcontroller core. esr: HV_J_MCU_*; detail: its
				     logical machine, and << 32 the one that caused it; far, ipa:
				     firmware's words for its last boot and end. */
	HV_J_SCMI = 17,         /**< Request of a guest refused on its SCMI channel. esr: its header;
				     detail: the status that it got, sign-extended; ipa: the buffer. */
};

/**
 * @name esr of HV_J_MCU
 * Bits 3:0 are what happened: boot 1, shutdown 2, suspend 4, wake 8.
 * @{
 */
#define HV_J_MCU_UNASKED 0x0100u /**< The hypervisor had not asked for it. */
#define HV_J_MCU_REASON  0x0200u /**< far and ipa are known. */
#define HV_J_MCU_LOST    0x0800u /**< The firmware's event was lost: found by asking for the state. */
#define HV_J_MCU_FAILED  0x0400u /**< It did not happen: the hypervisor asked for it in vain. far: SCMI
				      status, 32 bits. */
/** @} */

/**
 * @name esr of HV_J_DMA
 * Bits 7:0 are the event's number (Arm IHI 0070, 7.3), 0 in a record without an event.
 * @{
 */
#define HV_J_DMA_READ    0x0100u /**< The device read; neither bit: not told. */
#define HV_J_DMA_WRITE   0x0200u
#define HV_J_DMA_STAGE2  0x0400u /**< Stage 2 faulted. */
#define HV_J_DMA_CUT_OFF 0x0800u /**< With this one the stream was cut off. */
#define HV_J_DMA_LOST    0x1000u /**< No event: the event queue has overflowed. */
#define HV_J_DMA_ERROR   0x2000u /**< No event: SMMU_GERROR; detail: its active bits. */
/** @} */

/** What was done about it. Values are part of the format and never reused. */
enum hv_journal_verdict {
	HV_JV_NONE = 0,    /**< Only recorded. */
	HV_JV_INJECT = 1,  /**< Exception injected into EL1. */
	HV_JV_SUSPEND = 2, /**< Partition stopped, its state kept. */
	HV_JV_RESTART = 3, /**< Partition reloaded and started again. */
	HV_JV_HALT = 4,    /**< Partition stopped for good. */
	HV_JV_IGNORE = 5,  /**< Access had no effect. */
	HV_JV_DENY = 6,    /**< Call refused with an error. */
};

/** One record, exactly 64 bytes. */
struct hv_journal_record {
	hv_u32 magic;     /**< HV_JOURNAL_MAGIC */
	hv_u32 sequence;  /**< Per CPU, from 1; wraps. */
	hv_u64 timestamp; /**< CNTPCT_EL0 ticks. */
	hv_u16 cpu;       /**< Physical CPU index. */
	hv_u16 partition; /**< Partition id, 0 for the hypervisor. */
	hv_u8 kind;       /**< enum hv_journal_kind */
	hv_u8 verdict;    /**< enum hv_journal_verdict */
	hv_u16 reserved;  /**< 0 */
	hv_u64 esr;       /**< ESR_EL2 of the exit, 0 if none. */
	hv_u64 far;       /**< FAR_EL2 of the exit. */
	hv_u64 ipa;       /**< Faulting intermediate physical address. */
	hv_u64 detail;    /**< By kind. */
	hv_u32 pc_low;    /**< Low half of ELR_EL2, to find the instruction. */
	hv_u32 crc;       /**< hv_crc32 of the 60 bytes before. */
};
_Static_assert(sizeof(struct hv_journal_record) == 64, "format is fixed");

/** One CPU's ring: header record-sized, then the slots. */
struct hv_journal {
	hv_u32 magic;    /**< HV_JOURNAL_MAGIC once initialised. */
	hv_u32 capacity; /**< Slots, a power of two. */
	hv_u32 next;     /**< Sequence number of the next record. */
	hv_u32 crc;      /**< hv_crc32 of magic and capacity: tells a survivor from noise. */
	hv_u8 reserved[48];
	struct hv_journal_record slot[];
};
_Static_assert(sizeof(struct hv_journal) == 64, "slots are 64-byte aligned");

/**
 * Adopt a ring that survived a warm reset, or make a new one.
 *
 * Who: boot code, once per CPU, before any append.
 *
 * @param capacity  Slots behind the header: a power of two, 1..65536.
 *
 * @retval HV_OK      Ready. @p survived tells whether old records were kept.
 * @retval HV_EINVAL  NULL, or capacity not a power of two in range.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_journal_open(struct hv_journal *journal, hv_u32 capacity, bool *survived);

/**
 * Append a record, overwriting the oldest one when full.
 *
 * Fills in magic, sequence and crc; the caller fills in the rest. Only the
 * CPU that owns the ring may call.
 *
 * Cost: constant: one 64-byte copy and one CRC over 60 bytes.
 */
void hv_journal_append(struct hv_journal *journal, const struct hv_journal_record *record);

/**
 * Read the record with a given sequence number. Any CPU may call, while the
 * owner goes on writing.
 *
 * @retval HV_OK      @p out holds an intact record.
 * @retval HV_EINVAL  NULL argument.
 * @retval HV_ENOSPC  Not written yet: @p sequence is the next one or later.
 * @retval HV_EPERM   Overwritten, or torn by a writer at this moment.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_journal_read(const struct hv_journal *journal, hv_u32 sequence,
			    struct hv_journal_record *out);

/** Sequence number that the next record will get. Any CPU may call. Cost: constant. */
hv_u32 hv_journal_next(const struct hv_journal *journal);

#endif
