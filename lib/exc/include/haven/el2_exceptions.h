/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_EL2_EXCEPTIONS_H
#define HAVEN_EL2_EXCEPTIONS_H
/**
 * @file
 * What a synchronous exception from a guest was, told from the registers that the
 * caller sampled: decisions only, nothing here touches hardware.
 *
 * Guests run at EL1 and EL0 in AArch64. AArch32 at EL0 is not offered.
 *
 * Source of all encodings: Arm ARM (DDI 0487), "ESR_EL2", "HPFAR_EL2".
 */
#include <haven/types.h>

/** Registers sampled at the entry, before EL2 can take another exception. */
struct hv_exc_regs {
	hv_u64 esr;   /**< ESR_EL2 */
	hv_u64 far;   /**< FAR_EL2: the faulting *virtual* address. */
	hv_u64 hpfar; /**< HPFAR_EL2: page number of the faulting IPA. */
	hv_u64 elr;   /**< ELR_EL2 */
	hv_u64 spsr;  /**< SPSR_EL2 */
};

/** What the hypervisor has to look at next. */
enum hv_exit_kind {
	HV_EXIT_REFUSE = 0, /**< Not a guest's to cause: hv_fault_decide(), HV_CAUSE_UNEXPECTED. */
	HV_EXIT_UNDEF,      /**< A feature that guests do not get: hv_el1_inject_undef(). */
	HV_EXIT_WFX,        /**< WFI, WFE, WFIT or WFET: waiting is optional; go on behind it. */
	HV_EXIT_HVC,        /**< hv_call_route() */
	HV_EXIT_SMC,        /**< hv_call_route() */
	HV_EXIT_SYSREG,     /**< `sysreg` is valid: hv_sysreg_decide(). */
	HV_EXIT_DATA_ABORT, /**< `abort` is valid: device emulation or hv_fault_decide(). */
	HV_EXIT_INST_ABORT, /**< `abort` is valid: hv_fault_decide(). */
};

/** Why a memory access stopped at stage 2 (or was aborted by the bus). */
enum hv_abort_cause {
	HV_ABORT_ADDRESS_SIZE = 0, /**< Beyond the stage-2 input size. */
	HV_ABORT_TRANSLATION,      /**< Not mapped: the only cause of emulated devices. */
	HV_ABORT_ACCESS_FLAG,
	HV_ABORT_PERMISSION,
	HV_ABORT_EXTERNAL,         /**< Synchronous external abort or memory error. */
	HV_ABORT_OTHER,            /**< Alignment, TLB conflict, unsupported atomic, ... */
};

/** What is known about the faulting intermediate physical address. */
enum hv_ipa_kind {
	HV_IPA_NONE,      /**< `ipa` is 0 and cannot be found out: external abort. */
	HV_IPA_EXACT,     /**< `ipa` is the byte that was accessed. */
	HV_IPA_PAGE,      /**< `ipa` is the page of a stage-1 table that the walk hit. */
	HV_IPA_TRANSLATE, /**< `ipa` is 0: translate FAR with AT S1E1R, then hv_exc_set_ipa(). */
};

struct hv_abort {
	hv_u64 ipa;
	enum hv_ipa_kind ipa_kind;
	enum hv_abort_cause cause;
	hv_u8 level;      /**< Stage-2 level, 0..3, of the first four causes; else 0. */
	bool write;       /**< Guest was writing. False for instruction aborts and for walks. */
	bool walk;        /**< Hit by the guest's own stage-1 walk (S1PTW). */
	bool maintenance; /**< Cache maintenance or address translation instruction (CM). */
	bool far_valid;   /**< FAR holds the address (FnV = 0). */
};

/** Register number as one value, the order in which MRS and MSR encode it. */
#define HV_SYSREG(op0, op1, crn, crm, op2) \
	((hv_u32)(op0) << 14 | (hv_u32)(op1) << 11 | (hv_u32)(crn) << 7 | (hv_u32)(crm) << 3 | \
	 (hv_u32)(op2))

/** A trapped MSR, MRS or SYS instruction. */
struct hv_sysreg_access {
	hv_u16 reg; /**< HV_SYSREG() */
	hv_u8 rt;   /**< General register, 31: zero register. */
	bool read;  /**< MRS */
};

struct hv_exit {
	enum hv_exit_kind kind;
	hv_u8 ec;       /**< ESR_EL2.EC, for the journal. */
	hv_u8 advance;  /**< To add to ELR_EL2 to go on: 4, 2 (T32), or 0 for HVC. */
	hv_u16 imm;     /**< HVC, SMC: immediate. */
	union {         /* by kind */
		struct hv_sysreg_access sysreg;
		struct hv_abort abort;
	};
};

/**
 * Classify one synchronous exception from a lower EL.
 *
 * Every value of every register is legal input: a guest controls most of them.
 * `HPFAR_EL2` counts only where the architecture defines it: address size,
 * translation and access flag faults, and permission faults of a stage-1 walk.
 *
 * @param regs  Sampled registers.
 * @param out   Written completely as far as its kind says.
 *
 * Cost: constant, no loops.
 */
void hv_exc_decode(const struct hv_exc_regs *regs, struct hv_exit *out);

/** HVC or SMC from AArch64: hv_call_route() takes it as it is (ESR_EL2.EC 0x16, 0x17). */
static inline bool hv_exc_is_call(hv_u64 esr)
{
	return (esr >> 27 & 0x1f) == 0xb;
}

/** Of an exit HV_EXIT_WFX: WFI, the one that waits for an interrupt (ESR_EL2.ISS.TI = 0). */
static inline bool hv_exc_is_wfi(hv_u64 esr)
{
	return (esr & 3) == 0;
}

/**
 * Complete an abort of HV_IPA_TRANSLATE, if the caller can afford to translate: a guest
 * that changes its tables meanwhile can make AT take an external abort at EL2. The
 * reference hypervisor does not, and records the virtual address alone.
 *
 * @param regs   The same registers as for hv_exc_decode().
 * @param found  AT S1E1R succeeded. False (the guest changed its tables meanwhile, or
 *               the page is EL0 only): the abort becomes HV_IPA_NONE.
 * @param page   PAR_EL1 as an address; bits [11:0] are ignored.
 *
 * Cost: constant.
 */
void hv_exc_set_ipa(const struct hv_exc_regs *regs, bool found, hv_u64 page,
		    struct hv_abort *abort);

/** An access to an emulated device. */
struct hv_mmio {
	hv_u64 ipa;
	hv_u8 size;       /**< Bytes: 1, 2, 4, 8. `ipa` is a multiple of it. */
	hv_u8 srt;        /**< General register, 31: zero register. */
	bool write;
	bool sign_extend; /**< Loads: to the width of the register. */
	bool sf;          /**< 64-bit register. */
};

/** Whether a data abort can be emulated. */
enum hv_mmio_verdict {
	HV_MMIO_OK = 0,
	HV_MMIO_NOT_DEVICE,  /**< Not a translation fault of the access itself: a fault. */
	HV_MMIO_NO_SYNDROME, /**< ISV = 0: pair, vector, write-back, exclusive, atomic. Refused. */
	HV_MMIO_MISALIGNED,  /**< Not a multiple of its size; so it may cross. Refused. */
};

/**
 * Turn the data abort on an emulated device into a device access.
 *
 * Who: after the IPA has been found to be that of a device. Refused accesses are
 * hv_fault_decide() with HV_CAUSE_MMIO: instructions are never read and interpreted.
 * Device registers are little-endian; big-endian guests are not offered.
 *
 * @param out  Written on HV_MMIO_OK only.
 * Cost: constant.
 */
HV_MUST_CHECK
enum hv_mmio_verdict hv_mmio_decode(const struct hv_exc_regs *regs, const struct hv_abort *abort,
				    struct hv_mmio *out);

/** Value that a store writes: cut to its size. @p x: the guest's x0..x30. Cost: constant. */
hv_u64 hv_mmio_store_value(const struct hv_mmio *mmio, const hv_u64 x[31]);

/**
 * Complete a load: put what the device answered into the guest's register, cut to
 * the size of the access, extended by zero or sign to 32 or 64 bits. A 32-bit
 * register clears bits [63:32]. The zero register takes nothing.
 * Cost: constant.
 */
void hv_mmio_load(const struct hv_mmio *mmio, hv_u64 value, hv_u64 x[31]);

#endif
