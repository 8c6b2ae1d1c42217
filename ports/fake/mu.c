/* SPDX-License-Identifier: Apache-2.0 */
/* <haven/hal/mu.h> as far as it carries requests of guests: nobody takes one. Tests that need a
 * platform link the driver of hal/arm64, and the model behind it. */
#include <haven/hal/mu.h>

bool hv_hal_scmi_send(struct hv_hal_scmi *scmi, const struct hv_scmi_msg *request)
{
	(void)scmi;
	(void)request;
	return false;
}

bool hv_hal_scmi_poll(struct hv_hal_scmi *scmi, struct hv_scmi_msg *reply, enum hv_smt_state *state)
{
	(void)scmi;
	(void)reply;
	*state = HV_SMT_IDLE;
	return true;
}
