/* SPDX-License-Identifier: Apache-2.0 */
/* A port without a firewall: a configuration that assumes one is refused, and there is no core. */
#include "mcu.h"

void hv_mcu_boot(const struct hv_cpu *self)
{
	(void)self;
	if (hv_config.firewall != NULL)
		hv_panic("firmware: this port has no firewall that the configuration could assume");
}

void hv_mcu_launch(void)
{
}

void hv_mcu_serve(void)
{
}

bool hv_mcu_irq(hv_u32 intid)
{
	(void)intid;
	return false;
}

void hv_mcu_alarm(struct hv_cpu *cpu)
{
	(void)cpu;
}

struct hv_hal_scmi *hv_mcu_channel(void)
{
	return NULL;
}
