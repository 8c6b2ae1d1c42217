/* SPDX-License-Identifier: Apache-2.0 */
#include <config_limits.h>

#include "replay.h"

const struct replay_limits replay_limits = {
	.tables = HV_CONFIG_STAGE2_TABLES,
	.functions = HV_CONFIG_PCI_FUNCTIONS,
	.apps_domain = HV_CONFIG_APPS_DOMAIN,
	.mcu_domain = HV_CONFIG_MCU_DOMAIN,
};
