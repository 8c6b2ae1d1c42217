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

int32_t hv_hal_mcu_start(struct hv_hal_fw *fw)
{
	(void)fw;
	return HV_SCMI_NOT_SUPPORTED;
}

int32_t hv_hal_mcu_stop(struct hv_hal_fw *fw)
{
	(void)fw;
	return HV_SCMI_NOT_SUPPORTED;
}

bool hv_hal_mcu_poll(struct hv_hal_fw *fw, struct hv_lmm_event *out)
{
	(void)fw;
	(void)out;
	return false;
}

bool hv_hal_mcu_reason(struct hv_hal_fw *fw, struct hv_lmm_reset_reason *out)
{
	(void)fw;
	(void)out;
	return false;
}
