/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firewall belongs to NXP's System Manager and cannot be written from here: apply is
 * to ask which configuration it runs. What that is worth, reads of what must be closed tell.
 */
#include <haven/hal/firewall.h>

static bool call(struct hv_hal_fw *fw, const struct hv_scmi_msg *request, struct hv_scmi_msg *reply)
{
	fw->exchange = hv_hal_scmi_call(&fw->scmi, request, reply);
	return fw->exchange == HV_SMT_DONE;
}

enum hv_attest hv_hal_fw_probe(struct hv_hal_fw *fw, const struct hv_hal_fw_config *config)
{
	struct hv_scmi_msg request, reply;

	*fw = (struct hv_hal_fw){.config = config};
	hv_hal_scmi_init(&fw->scmi, config->mu, config->crc, config->wait_us);
	hv_scmi_ask(HV_SCMI_BASE, HV_SCMI_PROTOCOL_VERSION, &request);
	if (!call(fw, &request, &reply))
		return HV_ATTEST_SILENT;
	return hv_attest_version(&reply);
}

static enum hv_attest attest_configuration(struct hv_hal_fw *fw)
{
	struct hv_scmi_msg request, reply;

	hv_scmi_ask(HV_SCMI_MISC, HV_SCMI_MISC_CFG_INFO, &request);
	if (!call(fw, &request, &reply))
		return HV_ATTEST_SILENT;
	if (hv_scmi_reply_cfg_info(&reply, &fw->found) != HV_OK)
		fw->found = (struct hv_cfg_info){.selector = 0};
	return hv_attest_cfg(&fw->config->firmware, &reply);
}

static enum hv_attest attest_machine(struct hv_hal_fw *fw)
{
	const struct hv_mcu_config *mcu = fw->config->mcu;
	struct hv_scmi_msg request, reply;

	if (mcu == NULL)
		return HV_ATTEST_OK;
	hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_ATTRIBUTES, mcu->lm, &request);
	if (!call(fw, &request, &reply))
		return HV_ATTEST_SILENT;
	return hv_attest_lm(&fw->mcu, mcu, &reply);
}

/* Before the state is asked for, so that no change falls between the two. */
static enum hv_attest subscribe(struct hv_hal_fw *fw)
{
	struct hv_scmi_msg request, reply;

	if (fw->config->mcu == NULL)
		return HV_ATTEST_OK;
	hv_scmi_lmm_notify(fw->config->mcu->lm, HV_LMM_ALL, &request);
	if (!call(fw, &request, &reply))
		return HV_ATTEST_SILENT;
	return hv_scmi_reply_status(&reply) == HV_SCMI_SUCCESS ? HV_ATTEST_OK : HV_ATTEST_EVENTS;
}

enum hv_attest hv_hal_fw_verify(struct hv_hal_fw *fw)
{
	const enum hv_attest verdict = attest_configuration(fw);

	return verdict == HV_ATTEST_OK ? attest_machine(fw) : verdict;
}

enum hv_attest hv_hal_fw_apply(struct hv_hal_fw *fw)
{
	const enum hv_attest verdict = subscribe(fw);

	return verdict == HV_ATTEST_OK ? hv_hal_fw_verify(fw) : verdict;
}

/* ---- the core ---- */

/* What the hypervisor will have caused, so that its event is no surprise. */
static hv_u32 effect_of(enum hv_mcu_task task)
{
	switch (task) {
	case HV_MCU_START:
		return HV_LMM_BOOT;
	case HV_MCU_STOP:
		return HV_LMM_SHUTDOWN;
	default:
		return 0;
	}
}

static int32_t send(struct hv_hal_fw *fw, enum hv_mcu_task task, const struct hv_scmi_msg *request)
{
	if (!hv_hal_scmi_send(&fw->scmi, request)) {
		hv_mcu_unexpect(&fw->mcu, effect_of(task));
		return HV_SCMI_BUSY;
	}
	fw->task = task;
	return HV_SCMI_SUCCESS;
}

static int32_t begin_start(struct hv_hal_fw *fw, const struct hv_mcu_config *mcu)
{
	struct hv_scmi_msg request;

	if (hv_mcu_expect(&fw->mcu, mcu, HV_LMM_BOOT) != HV_OK)
		return HV_SCMI_DENIED;
	if (fw->mcu.state != (hv_u32)HV_LM_OFF) {
		hv_mcu_unexpect(&fw->mcu, HV_LMM_BOOT);
		return HV_SCMI_IN_USE;
	}
	fw->booting = false;
	hv_scmi_lmm_vector(mcu->lm, mcu->cpu, mcu->vector, &request);
	return send(fw, HV_MCU_START, &request);
}

static int32_t begin_stop(struct hv_hal_fw *fw, const struct hv_mcu_config *mcu)
{
	struct hv_scmi_msg request;

	if (hv_mcu_expect(&fw->mcu, mcu, HV_LMM_SHUTDOWN) != HV_OK)
		return HV_SCMI_DENIED;
	hv_scmi_lmm_end(HV_SCMI_LMM_SHUTDOWN, mcu->lm, false, &request);
	return send(fw, HV_MCU_STOP, &request);
}

int32_t hv_hal_mcu_begin(struct hv_hal_fw *fw, enum hv_mcu_task task)
{
	const struct hv_mcu_config *mcu = fw->config->mcu;
	struct hv_scmi_msg request;

	if (mcu == NULL)
		return HV_SCMI_DENIED;
	if (fw->scmi.channel.pending)
		return HV_SCMI_BUSY;
	switch (task) {
	case HV_MCU_START:
		return begin_start(fw, mcu);
	case HV_MCU_STOP:
		return begin_stop(fw, mcu);
	case HV_MCU_REASON:
		hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_RESET_REASON, mcu->lm, &request);
		return send(fw, HV_MCU_REASON, &request);
	case HV_MCU_STATE:
		hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_ATTRIBUTES, mcu->lm, &request);
		return send(fw, HV_MCU_STATE, &request);
	default:
		return HV_SCMI_NOT_SUPPORTED;
	}
}

/* The vector is set: the second half of a start. @return true if it is under way. */
static bool boot(struct hv_hal_fw *fw)
{
	struct hv_scmi_msg request;

	hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_BOOT, fw->config->mcu->lm, &request);
	fw->booting = true;
	return hv_hal_scmi_send(&fw->scmi, &request);
}

/* What the reply tells, if it was for that. @return false: it cannot be read. */
static bool keep_answer(struct hv_hal_fw *fw, const struct hv_scmi_msg *reply)
{
	struct hv_lmm_attributes attributes;

	switch (fw->task) {
	case HV_MCU_REASON:
		return hv_scmi_reply_lmm_reason(reply, &fw->reason) == HV_OK;
	case HV_MCU_STATE:
		if (hv_scmi_reply_lmm_attributes(reply, &attributes) != HV_OK ||
		    attributes.lm != fw->config->mcu->lm)
			return false;
		fw->seen = attributes.state;
		return true;
	default:
		return true;
	}
}

static int32_t judge(struct hv_hal_fw *fw, const struct hv_scmi_msg *reply)
{
	const int32_t status = hv_scmi_reply_status(reply);

	if (status == HV_SCMI_SUCCESS && !keep_answer(fw, reply))
		return HV_SCMI_COMMS_ERROR;
	return status;
}

bool hv_hal_mcu_step(struct hv_hal_fw *fw, int32_t *status)
{
	struct hv_scmi_msg reply;

	*status = HV_SCMI_COMMS_ERROR;
	if (fw->task == HV_MCU_NOTHING)
		return true;
	if (!hv_hal_scmi_poll(&fw->scmi, &reply, &fw->exchange))
		return false;
	if (fw->exchange == HV_SMT_DONE)
		*status = judge(fw, &reply);
	if (*status == HV_SCMI_SUCCESS && fw->task == HV_MCU_START && !fw->booting) {
		if (boot(fw))
			return false;
		*status = HV_SCMI_COMMS_ERROR;
	}
	if (*status != HV_SCMI_SUCCESS)
		hv_mcu_unexpect(&fw->mcu, effect_of(fw->task));
	fw->task = HV_MCU_NOTHING;
	return true;
}

bool hv_hal_mcu_poll(struct hv_hal_fw *fw, struct hv_lmm_event *out)
{
	struct hv_scmi_msg message;

	return fw->config->mcu != NULL && hv_hal_scmi_take(&fw->scmi, &message) == HV_SMT_DONE &&
	       hv_scmi_event(&message, out) == HV_OK;
}
