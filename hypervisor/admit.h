/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ADMIT_H
#define HAVEN_ADMIT_H
/**
 * @file
 * Placement meets budgets: can each shared CPU carry the servers of its vCPUs? At boot, and
 * in the replay on the build host.
 */
#include <haven/config.h>

/**
 * @param cpu        The CPU that cannot, if the result is not HV_OK.
 * @param partition  Name of the partition that would miss its period there, or "-" if the
 *                   sum of all is too much.
 *
 * @retval HV_OK      Each vCPU gets its budget in each period. CPUs with one vCPU are not
 *                    looked at.
 * @retval HV_ENOSPC  The CPU cannot carry its servers, or has more than HV_MAX_CPU_SERVERS.
 * @retval HV_EINVAL  A vCPU on a shared CPU has no budget, or the CPU no reserve.
 * Cost: hv_admission_check for each shared CPU.
 */
HV_MUST_CHECK
hv_status_t hv_admit_cpus(const struct hv_config *config, hv_u32 *cpu, const char **partition);

#endif
