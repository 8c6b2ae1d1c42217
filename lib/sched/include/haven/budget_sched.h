/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_BUDGET_SCHED_H
#define HAVEN_BUDGET_SCHED_H
/**
 * @file
 * Front door of the scheduler: one budget per partition. It applies to each of the
 * partition's vCPUs; CPUs that carry several vCPUs make a server from it for each
 * (<haven/dispatch.h>) once their placement is admitted (<haven/admission.h>).
 *
 * The account behind consume, check and replenish is one per partition: calls for
 * one partition must not overlap in time. Different partitions share nothing.
 * Before hv_budget_sched_init no budget can be set, and no partition has one.
 */
#include <haven/budget_server.h>

/**
 * Start with no partition having a budget. May be repeated until sealed.
 *
 * Who: the boot CPU, before any guest runs.
 *
 * @retval HV_OK     Ready for hv_budget_set.
 * @retval HV_EPERM  Sealed.
 * Cost: HV_MAX_PARTITIONS steps.
 */
HV_MUST_CHECK
hv_status_t hv_budget_sched_init(void);

/**
 * Give a partition its budget, replacing what was set before: the account is full,
 * without debt and without statistics.
 *
 * @retval HV_OK      Set.
 * @retval HV_EINVAL  NULL, not a guest partition, budget_ns or period_ns 0, or
 *                    budget_ns > period_ns.
 * @retval HV_EPERM   Sealed, or not initialised.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_budget_set(const struct hv_budget *budget);

/**
 * Charge a partition for time it used.
 *
 * @retval HV_OK      Budget remains.
 * @retval HV_EPERM   Nothing remains, exactly or past it; an excess is counted, and its
 *                    maximum and last value kept.
 * @retval HV_EINVAL  Not a guest partition, or it has no budget.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_budget_consume(hv_u32 partition_id, hv_u64 delta_ns);

/**
 * May the partition run?
 *
 * @retval HV_OK      Budget remains.
 * @retval HV_EPERM   None remains.
 * @retval HV_EINVAL  Not a guest partition, or it has no budget.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_budget_check(hv_u32 partition_id);

/**
 * Restore the full budget and clear the debt; statistics stay. Not a change of the
 * budget itself, so it works after sealing too.
 *
 * @retval HV_OK      Full.
 * @retval HV_EINVAL  Not a guest partition, or it has no budget.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_budget_replenish(hv_u32 partition_id);

/**
 * A partition's account, to read: budget, remainder, overruns. NULL if it has no budget.
 * Cost: constant.
 */
const struct hv_budget_server *hv_budget_account(hv_u32 partition_id);

/**
 * Close the front door: from now on init, set and seal answer HV_EPERM. There is no
 * way back.
 *
 * @retval HV_OK     Sealed.
 * @retval HV_EPERM  Sealed before, or not initialised.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_budget_sched_seal(void);

#endif
