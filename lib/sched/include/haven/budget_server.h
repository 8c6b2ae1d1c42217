/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_BUDGET_SERVER_H
#define HAVEN_BUDGET_SERVER_H
/**
 * @file
 * One budget server: at most budget_ns of a CPU in each period_ns. The caller owns
 * the state, so a CPU may have several and a test as many as it likes.
 *
 * Refills lie on the grid t0 + k * period_ns and depend on nothing else: a late
 * refill does not move the next one. What a server ran beyond its budget (at most
 * the one exit that was under way) is debt, and the next refill is smaller by it.
 *
 * All times are nanoseconds of one clock that never goes back; it ends at 2^64 - 1
 * (584 years), after which no refill comes. One server belongs to one CPU: no
 * function here takes a lock.
 *
 * Source: fixed-priority servers with capacity and replenishment period, as in
 * Strosnider, Lehoczky, Sha, "The Deferrable Server Algorithm", IEEE ToC 44(1), 1995.
 */
#include <haven/types.h>

/** An instant that does not come. */
#define HV_NEVER UINT64_MAX

/** Servers on one CPU. */
#define HV_MAX_CPU_SERVERS 8u

/** What a partition may use of each CPU it runs on. */
struct hv_budget {
	hv_u32 partition_id; /**< 1..HV_MAX_PARTITIONS-1 */
	hv_u64 period_ns;    /**< At least 1. */
	hv_u64 budget_ns;    /**< 1..period_ns */
};

/** A server before it runs. */
struct hv_server_config {
	struct hv_budget budget;
	hv_u32 priority; /**< 0 is the most urgent; equal ones go by index. */
	bool polling;    /**< Blocking gives the rest of the budget up; else it is kept. */
	bool background; /**< May also run while nobody with budget wants to; that is free. */
};

/** What happened since the server was made. The times stop at 2^64 - 1. */
struct hv_budget_stats {
	hv_u64 overruns;        /**< Periods in which more was consumed than remained. */
	hv_u64 overrun_max_ns;  /**< Largest excess in one of them. */
	hv_u64 overrun_last_ns; /**< Excess in the last of them. */
	hv_u64 used_ns;         /**< Everything that was charged, overruns included. */
	hv_u64 background_ns;   /**< Ran in background time, which is charged to nobody. */
};

struct hv_budget_server {
	struct hv_server_config config;
	hv_u64 remaining_ns;   /**< 0: exhausted until the next refill. */
	hv_u64 debt_ns;        /**< Excess that refills have not yet paid off. */
	hv_u64 excess_ns;      /**< Consumed beyond the budget since the last refill. */
	hv_u64 next_refill_ns; /**< On the grid, always in the future after a refill. */
	hv_u64 wake_ns;        /**< Blocked: becomes runnable then; HV_NEVER: not by itself. */
	struct hv_budget_stats stats;
	bool runnable;         /**< Its vCPU has something to run. */
};

/** True if the budget names a guest partition and 0 < budget_ns <= period_ns. */
bool hv_budget_valid(const struct hv_budget *budget);

/**
 * Make a server: runnable, full, without debt, first refill at t0_ns + period_ns.
 *
 * @retval HV_OK      Ready.
 * @retval HV_EINVAL  NULL, budget not valid, or the first refill would lie past 2^64 - 1.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_budget_server_init(struct hv_budget_server *server,
				  const struct hv_server_config *config, hv_u64 t0_ns);

/**
 * Charge time that was used. Consuming 0 ns only asks.
 *
 * @retval HV_OK      Budget remains.
 * @retval HV_EPERM   Nothing remains: used up exactly, or past it; then the excess is
 *                    added to the debt (which stops at 2^64 - 1) and to the statistics.
 * @retval HV_EINVAL  NULL.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_budget_server_consume(struct hv_budget_server *server, hv_u64 delta_ns);

/**
 * Perform all refills that are due at @p now_ns; none is due: no effect. Each pays
 * debt first. A polling server that is blocked gets no budget.
 *
 * Any number of missed periods is caught up in one step.
 *
 * Cost: constant: no division in time, one if periods were missed, two more with debt.
 */
void hv_budget_server_refill(struct hv_budget_server *server, hv_u64 now_ns);

/**
 * Charge a server for having run from @p since_ns to @p now_ns, with the refills in
 * between: what it used before a grid point is charged to the old period.
 *
 * @retval HV_OK      Budget remains at now_ns.
 * @retval HV_EPERM   None remains.
 * @retval HV_EINVAL  NULL, or now_ns < since_ns.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_budget_server_account(struct hv_budget_server *server, hv_u64 since_ns,
				     hv_u64 now_ns);

#endif
