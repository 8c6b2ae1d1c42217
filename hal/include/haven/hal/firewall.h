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
 * Who: the boot CPU before any guest runs, then the service CPU (mcu_*, poll). A verdict other than
 * HV_ATTEST_OK at boot stops the machine.
 */
#include <haven/hal/mu.h>
#include <haven/mcu.h>
#include <haven/trdc.h>

/** An address whose state tells whether the firewall works: it must answer, or must abort. */
struct hv_fw_witness {
	hv_u64 address;
	bool open;
};

/** Const data of the configuration; a backend reads its own part. */
struct hv_hal_fw_config {
	/* sm_scmi */
	hv_u64 mu;          /**< This side of the message unit. */
	hv_u32 wait_us;     /**< For a reply. */
	bool crc;           /**< The agent's channel has a CRC-32. */
	struct hv_attest_config firmware;
	const struct hv_mcu_config *mcu; /**< NULL: the core is not spoken of. */
	const struct hv_fw_witness *witnesses;
	hv_u32 witness_count;
	/* trdc_mmio */
	const struct hv_fw_policy *policy; /**< hv_fw_validate() finds nothing. */
	struct hv_trdc_word *words;        /**< Room for the largest image of one TRDC. */
	hv_u32 word_capacity;
	bool lock; /**< Make TRDC_CR read-only until reset. */
};

/** Run-time state. */
struct hv_hal_fw {
	const struct hv_hal_fw_config *config;
	struct hv_hal_scmi scmi;
	struct hv_mcu mcu;
	hv_u64 address; /**< Of the witness or register that failed, for the message. */
	hv_u32 value;   /**< What a register held instead. */
	enum hv_smt_state exchange; /**< How the last SCMI call ended. */
};

/** Is it there? Starts the backend; changes nothing that a verdict depends on. */
HV_MUST_CHECK
enum hv_attest hv_hal_fw_probe(struct hv_hal_fw *fw, const struct hv_hal_fw_config *config);

/** Put the policy into effect, or attest that it is. After hv_hal_fw_probe() said HV_ATTEST_OK. */
HV_MUST_CHECK
enum hv_attest hv_hal_fw_apply(struct hv_hal_fw *fw);

/** Look again whether it is in effect; changes nothing. Boot CPU alone where there are witnesses. */
HV_MUST_CHECK
enum hv_attest hv_hal_fw_verify(struct hv_hal_fw *fw);

/**
 * Set the core's reset vector and boot it.
 *
 * @return SCMI status: HV_SCMI_SUCCESS; HV_SCMI_DENIED (mode attach, ended for good, or not
 *         granted by the firmware's configuration); HV_SCMI_IN_USE: it runs; HV_SCMI_COMMS_ERROR: no
 *         reply; HV_SCMI_NOT_SUPPORTED: not with this backend.
 * Cost: at most twice wait_us.
 */
HV_MUST_CHECK
int32_t hv_hal_mcu_start(struct hv_hal_fw *fw);

/** End the core, at once. @return as hv_hal_mcu_start(). Cost: at most wait_us. */
HV_MUST_CHECK
int32_t hv_hal_mcu_stop(struct hv_hal_fw *fw);

/**
 * What happened to the core since the last call. Never waits.
 *
 * @return false: nothing. Messages that are no event, or damaged, are dropped: one each call.
 */
HV_MUST_CHECK
bool hv_hal_mcu_poll(struct hv_hal_fw *fw, struct hv_lmm_event *out);

/** Why the core was last started and ended. @return false: not told. Cost: at most wait_us. */
HV_MUST_CHECK
bool hv_hal_mcu_reason(struct hv_hal_fw *fw, struct hv_lmm_reset_reason *out);

#endif
