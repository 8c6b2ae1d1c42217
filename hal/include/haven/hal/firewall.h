/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_FIREWALL_H
#define HAVEN_HAL_FIREWALL_H
/**
 * @file
 * The MCU firewall of a board, and the microcontroller core behind it: one contract, and
 * one backend linked, which the port names (HAVEN_PORT_FIREWALL):
 *
 * - `sm_scmi`: firmware owns the firewall and the core; *apply* attests that it is what the
 *   configuration assumes (i.MX95: NXP's System Manager over SCMI and a message unit).
 * - `trdc_mmio`: the firewall's registers are written directly, then read back. For parts whose
 *   secure world leaves the TRDC to the caller; on i.MX95 no write of an A55 gets there.
 * - `none`: the board has neither.
 *
 * Who: the boot CPU before any guest runs, and may wait then; afterwards the service CPU, and nothing
 * waits. A verdict other than HV_ATTEST_OK at boot stops the machine.
 */
#include <haven/hal/mu.h>
#include <haven/mcu.h>
#include <haven/trdc.h>

/** A physical address, 4-byte aligned, whose state tells whether the firewall works: it must answer,
 *  or must abort. Reading it has no effect on whoever answers. */
struct hv_fw_witness {
	hv_u64 address;
	bool open;
};

/** Const data of the configuration; a backend reads its own part. */
struct hv_hal_fw_config {
	/* sm_scmi */
	hv_u64 mu;          /**< This side of the message unit; 0: none. */
	hv_u32 mu_irq;      /**< INTID of its interrupt, level. */
	hv_u32 wait_us;     /**< For a reply. */
	bool crc;           /**< The agent's channel has a CRC-32. */
	struct hv_attest_config firmware;
	const struct hv_mcu_config *mcu; /**< NULL: the core is not spoken of. */
	/* trdc_mmio */
	const struct hv_fw_policy *policy; /**< hv_fw_validate() finds nothing. */
	struct hv_trdc_word *words;        /**< Room for the largest image of one TRDC. */
	hv_u32 word_capacity;
	bool lock; /**< Make TRDC_CR read-only until reset. */
	/* Of no backend: whoever attests the machine reads them through <haven/hal/probe.h>. */
	const struct hv_fw_witness *witnesses;
	hv_u32 witness_count;
};

/** What can be asked of the core's firmware. */
enum hv_mcu_task {
	HV_MCU_NOTHING = 0,
	HV_MCU_START,  /**< Set the reset vector and boot the core. */
	HV_MCU_STOP,   /**< End it, at once. */
	HV_MCU_REASON, /**< Why it was last started and ended. */
	HV_MCU_STATE,  /**< Whether it runs. */
};

/** Run-time state. */
struct hv_hal_fw {
	const struct hv_hal_fw_config *config;
	struct hv_hal_scmi scmi;
	struct hv_mcu mcu;
	hv_u64 address; /**< Of the witness or register that failed, for the message. */
	hv_u32 value;   /**< What a register held instead. */
	struct hv_cfg_info found;   /**< The configuration that the firmware runs, as far as it told. */
	enum hv_smt_state exchange; /**< How the last SCMI exchange ended. */
	enum hv_mcu_task task;      /**< Under way. */
	bool booting;               /**< HV_MCU_START: the vector is set. */
	struct hv_lmm_reset_reason reason; /**< After HV_MCU_REASON. */
	hv_u32 seen;                       /**< After HV_MCU_STATE: for hv_mcu_missed(). */
};

/** Is it there? Starts the backend; changes nothing that a verdict depends on. */
HV_MUST_CHECK
enum hv_attest hv_hal_fw_probe(struct hv_hal_fw *fw, const struct hv_hal_fw_config *config);

/** Put the policy into effect, or attest that it is. After hv_hal_fw_probe() said HV_ATTEST_OK. */
HV_MUST_CHECK
enum hv_attest hv_hal_fw_apply(struct hv_hal_fw *fw);

/** Look again whether it is in effect; changes nothing. */
HV_MUST_CHECK
enum hv_attest hv_hal_fw_verify(struct hv_hal_fw *fw);

/**
 * Begin a task. Its end comes by hv_hal_mcu_step().
 *
 * @return SCMI status: HV_SCMI_SUCCESS: under way; others: it is not, and nothing was sent: HV_SCMI_BUSY:
 *         another request is, or the firmware has the buffer of one that was given up;
 *         HV_SCMI_DENIED: no core, mode attach, or ended for good; HV_SCMI_IN_USE: it runs already;
 *         HV_SCMI_NOT_SUPPORTED: not with this backend, or no task.
 * Cost: one message; never waits.
 */
HV_MUST_CHECK
int32_t hv_hal_mcu_begin(struct hv_hal_fw *fw, enum hv_mcu_task task);
/**
 * Look how the task goes that is under way.
 *
 * @param status  HV_SCMI_SUCCESS; HV_SCMI_COMMS_ERROR: no reply in wait_us, or none that can be
 *                read; others: what the firmware answered.
 * @return false: not ended yet.
 * Cost: two messages; never waits. From begin to end at most twice wait_us pass.
 */
HV_MUST_CHECK
bool hv_hal_mcu_step(struct hv_hal_fw *fw, int32_t *status);

/**
 * What happened to the core since the last call. Never waits.
 *
 * @return false: nothing. Messages that are no event, or damaged, are dropped: one each call.
 */
HV_MUST_CHECK
bool hv_hal_mcu_poll(struct hv_hal_fw *fw, struct hv_lmm_event *out);

#endif
