/* SPDX-License-Identifier: Apache-2.0 */
#include <config_limits.h>

#include "replay.h"

const hv_u32 replay_table_count = HV_CONFIG_STAGE2_TABLES;
