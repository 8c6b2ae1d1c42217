/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_MCU_H
#define HAVEN_MCU_H
/**
 * @file
 * Life cycle of a microcontroller core (Cortex-M7) that firmware manages and that is no
 * guest of EL2: what is expected of the firmware at boot, and what its events lead to.
 *
 * *Attach*: firmware started the core before; the hypervisor is told of its life and can
 * record it. *Manage*: the hypervisor sets the reset vector, boots and ends it, where the
 * firmware's configuration grants that.
 *
 * Pure; all calls from the boot CPU, then from the service CPU.
 */
#include <haven/journal.h>
#include <haven/scmi.h>

enum hv_mcu_mode {
	HV_MCU_ATTACH = 0,
	HV_MCU_MANAGE,
};

/** What an end of the core that nobody here asked for leads to. */
enum hv_mcu_policy {
	HV_MCU_LOG = 0, /**< Record it. */
	HV_MCU_RESTART, /**< Manage only: boot it again, at most max_restarts times, then leave it off. */
	HV_MCU_HALT,    /**< Manage only: end it for good; an unexpected boot of it too. */
};

/** Const data of the configuration. */
struct hv_mcu_config {
	hv_u32 lm;    /**< Logical machine of the core, not 0. */
	hv_u32 cpu;   /**< Its number in the CPU protocol. */
	hv_u64 vector; /**< Manage: reset vector. */
	enum hv_mcu_mode mode;
	enum hv_mcu_policy policy;
	hv_u32 max_restarts;
};

/** Zeroed: nothing is known. */
struct hv_mcu {
	hv_u32 state;    /**< enum hv_lmm_state as far as it was told. */
	hv_u32 expected; /**< HV_LMM_* that the hypervisor itself caused and that are to come. */
	hv_u32 restarts; /**< By policy. */
	bool ended;      /**< Policy ended it for good. */
};

/** What is expected of the firmware; const data of the configuration. */
struct hv_attest_config {
	const char *name; /**< Of its configuration, as MISC_CFG_INFO tells; at most 15 characters count. */
	hv_u32 selector;
};

/** Why the firmware is not what the configuration assumes. */
enum hv_attest {
	HV_ATTEST_OK = 0,
	HV_ATTEST_SILENT,    /**< No answer, or none that can be read. */
	HV_ATTEST_REFUSED,   /**< It does not tell. */
	HV_ATTEST_NAME,      /**< Another configuration. */
	HV_ATTEST_SELECTOR,  /**< Another alternative of it. */
	HV_ATTEST_MACHINE,   /**< The core's logical machine is not what was named. */
	HV_ATTEST_EVENTS,    /**< It does not tell of the core's life. */
	HV_ATTEST_REACHABLE, /**< An address that must be closed answered. */
	HV_ATTEST_CLOSED,    /**< An address that must answer is closed. */
	HV_ATTEST_UNMAPPED,  /**< A probe did not leave EL2: nothing is known. */
	HV_ATTEST_MISMATCH,  /**< Registers do not hold what was written. */
	HV_ATTEST_ABSENT,    /**< No such firewall here. */
};
/** In words, for the message that stops the boot; any value. Cost: constant. */
const char *hv_attest_name(enum hv_attest verdict);

/** Judge PROTOCOL_VERSION of BASE: major version 2, else HV_ATTEST_ABSENT. Cost: constant. */
HV_MUST_CHECK
enum hv_attest hv_attest_version(const struct hv_scmi_msg *reply);

/** Judge MISC_CFG_INFO. Cost: constant. */
HV_MUST_CHECK
enum hv_attest hv_attest_cfg(const struct hv_attest_config *expected, const struct hv_scmi_msg *reply);

/**
 * Judge LMM_ATTRIBUTES of the core's machine and take its state over.
 *
 * @retval HV_ATTEST_OK, _SILENT, _REFUSED, _MACHINE (another id than asked).
 * Cost: constant.
 */
HV_MUST_CHECK
enum hv_attest hv_attest_lm(struct hv_mcu *mcu, const struct hv_mcu_config *config,
			    const struct hv_scmi_msg *reply);

/** Outcome of a guarded read. */
enum hv_probe {
	HV_PROBE_ANSWERED = 0,
	HV_PROBE_ABORTED,  /**< The bus refused: synchronous external abort or SError. */
	HV_PROBE_UNMAPPED, /**< Nothing is known: the access did not leave the CPU (translation,
			    *   permission, alignment, also a table walk that the bus refused), or
			    *   there was an answer, with a parity error. */
	HV_PROBE_UNSURE,   /**< An SError was pending before. */
};
/** Is the syndrome that of an SError, which may be of another access? Then what is refused is
 *  refused a second time. Cost: constant. */
HV_MUST_CHECK
bool hv_probe_imprecise(hv_u64 esr);
/** What the syndrome of a guarded read means. @param esr  ESR_EL2; 0: no exception. Cost: constant.
 *  Source: Arm ARM (DDI 0487), ESR_ELx: EC 0x25 with DFSC 0x10 and no other; EC 0x2f. */
HV_MUST_CHECK
enum hv_probe hv_probe_decide(hv_u64 esr);
/** Judge a probe. @param open  The address must answer; else it must abort. Cost: constant. */
HV_MUST_CHECK
enum hv_attest hv_attest_probe(enum hv_probe probe, bool open);

/** What to do after an event. */
struct hv_mcu_action {
	enum hv_journal_verdict verdict; /**< NONE, RESTART: boot it; HALT: end it; IGNORE: not of this core. */
	bool ask_reason; /**< LMM_RESET_REASON tells why; then hv_mcu_record(). */
	hv_u32 flags;    /**< HV_LMM_* of the event, HV_J_MCU_*. */
	hv_u32 cause;    /**< LM that caused it. */
};

/**
 * The hypervisor is about to boot or end the core itself: events of that are no faults.
 *
 * @param flags  HV_LMM_BOOT, HV_LMM_SHUTDOWN or both.
 * @retval HV_OK      The request may be sent.
 * @retval HV_EPERM   Mode attach; or booting a core that policy ended for good.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_mcu_expect(struct hv_mcu *mcu, const struct hv_mcu_config *config, hv_u32 flags);
/** The request of hv_mcu_expect() was refused: nothing will come of it. Cost: constant. */
void hv_mcu_unexpect(struct hv_mcu *mcu, hv_u32 flags);

/**
 * Judge an event.
 *
 * A verdict of RESTART or HALT is to be followed by hv_mcu_expect() and the request.
 * Cost: constant.
 */
void hv_mcu_event(struct hv_mcu *mcu, const struct hv_mcu_config *config,
		  const struct hv_lmm_event *event, struct hv_mcu_action *out);

/**
 * The firmware was asked for the core's state when no event of it was left. If that is not where its
 * events lead, one was lost: the firmware's queue is short.
 *
 * @param seen  State that LMM_ATTRIBUTES told.
 * @param out   The event that makes up for it, as if the firmware itself had caused it (0).
 *
 * @return false: nothing was lost, or nothing that shows; @p out is unchanged.
 * Cost: constant.
 */
HV_MUST_CHECK
bool hv_mcu_missed(const struct hv_mcu *mcu, const struct hv_mcu_config *config, hv_u32 seen,
		   struct hv_lmm_event *out);

/**
 * The journal record of an action. Timestamp and CPU are the caller's to fill in.
 *
 * @param reason  NULL: not known.
 * Cost: constant.
 */
void hv_mcu_record(const struct hv_mcu_config *config, const struct hv_mcu_action *action,
		   const struct hv_lmm_reset_reason *reason, struct hv_journal_record *out);

#endif
