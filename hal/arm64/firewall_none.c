/* SPDX-License-Identifier: Apache-2.0 */
/* No firewall and no microcontroller: a configuration that asks for one is refused at boot. */
#include <haven/hal/firewall.h>

enum hv_attest hv_hal_fw_probe(struct hv_hal_fw *fw, const struct hv_hal_fw_config *config)
{
	*fw = (struct hv_hal_fw){.config = config};
	return HV_ATTEST_ABSENT;
}

enum hv_attest hv_hal_fw_apply(struct hv_hal_fw *fw)
{
	(void)fw;
	return HV_ATTEST_ABSENT;
}

enum hv_attest hv_hal_fw_verify(struct hv_hal_fw *fw)
{
	(void)fw;
	return HV_ATTEST_ABSENT;
}

int32_t hv_hal_mcu_begin(struct hv_hal_fw *fw, enum hv_mcu_task task)
{
	(void)fw;
	(void)task;
	return HV_SCMI_NOT_SUPPORTED;
}

bool hv_hal_mcu_step(struct hv_hal_fw *fw, int32_t *status)
{
	(void)fw;
	*status = HV_SCMI_NOT_SUPPORTED;
	return true;
}

bool hv_hal_mcu_poll(struct hv_hal_fw *fw, struct hv_lmm_event *out)
{
	(void)fw;
	(void)out;
	return false;
}
