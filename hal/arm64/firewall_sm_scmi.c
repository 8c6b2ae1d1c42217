/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firewall belongs to NXP's System Manager and cannot be written from here: apply is
 * to ask which configuration it runs and to read addresses that must be closed.
 */
#include <haven/hal/firewall.h>
#include <haven/hal/probe.h>

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

static enum hv_attest attest_witnesses(struct hv_hal_fw *fw)
{
	for (hv_u32 i = 0; i < fw->config->witness_count; i++) { /* bound: the configuration */
		const struct hv_fw_witness *w = &fw->config->witnesses[i];
		const enum hv_attest verdict = hv_attest_probe(hv_hal_probe(w->address), w->open);

		if (verdict != HV_ATTEST_OK) {
			fw->address = w->address;
			return verdict;
		}
	}
	return HV_ATTEST_OK;
}

enum hv_attest hv_hal_fw_verify(struct hv_hal_fw *fw)
{
	enum hv_attest verdict = attest_configuration(fw);

	if (verdict == HV_ATTEST_OK)
		verdict = attest_machine(fw);
	if (verdict == HV_ATTEST_OK)
		verdict = attest_witnesses(fw);
	return verdict;
}

enum hv_attest hv_hal_fw_apply(struct hv_hal_fw *fw)
{
	const enum hv_attest verdict = subscribe(fw);

	return verdict == HV_ATTEST_OK ? hv_hal_fw_verify(fw) : verdict;
}

/* ---- the core ---- */

static int32_t status_of(struct hv_hal_fw *fw, const struct hv_scmi_msg *request)
{
	struct hv_scmi_msg reply;

	return call(fw, request, &reply) ? hv_scmi_reply_status(&reply) : HV_SCMI_COMMS_ERROR;
}

int32_t hv_hal_mcu_start(struct hv_hal_fw *fw)
{
	const struct hv_mcu_config *mcu = fw->config->mcu;
	struct hv_scmi_msg request;
	int32_t status;

	if (mcu == NULL || hv_mcu_expect(&fw->mcu, mcu, HV_LMM_BOOT) != HV_OK)
		return HV_SCMI_DENIED;
	if (fw->mcu.state != (hv_u32)HV_LM_OFF) {
		hv_mcu_unexpect(&fw->mcu, HV_LMM_BOOT);
		return HV_SCMI_IN_USE;
	}
	hv_scmi_lmm_vector(mcu->lm, mcu->cpu, mcu->vector, &request);
	status = status_of(fw, &request);
	if (status == HV_SCMI_SUCCESS) {
		hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_BOOT, mcu->lm, &request);
		status = status_of(fw, &request);
	}
	if (status != HV_SCMI_SUCCESS)
		hv_mcu_unexpect(&fw->mcu, HV_LMM_BOOT);
	return status;
}

int32_t hv_hal_mcu_stop(struct hv_hal_fw *fw)
{
	const struct hv_mcu_config *mcu = fw->config->mcu;
	struct hv_scmi_msg request;
	int32_t status;

	if (mcu == NULL || hv_mcu_expect(&fw->mcu, mcu, HV_LMM_SHUTDOWN) != HV_OK)
		return HV_SCMI_DENIED;
	hv_scmi_lmm_end(HV_SCMI_LMM_SHUTDOWN, mcu->lm, false, &request);
	status = status_of(fw, &request);
	if (status != HV_SCMI_SUCCESS)
		hv_mcu_unexpect(&fw->mcu, HV_LMM_SHUTDOWN);
	return status;
}

bool hv_hal_mcu_poll(struct hv_hal_fw *fw, struct hv_lmm_event *out)
{
	struct hv_scmi_msg message;

	return fw->config->mcu != NULL && hv_hal_scmi_take(&fw->scmi, &message) == HV_SMT_DONE &&
	       hv_scmi_event(&message, out) == HV_OK;
}

bool hv_hal_mcu_reason(struct hv_hal_fw *fw, struct hv_lmm_reset_reason *out)
{
	struct hv_scmi_msg request, reply;

	if (fw->config->mcu == NULL)
		return false;
	hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_RESET_REASON, fw->config->mcu->lm, &request);
	return call(fw, &request, &reply) && hv_scmi_reply_lmm_reason(&reply, out) == HV_OK;
}
