/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_ADMISSION_H
#define HAVEN_ADMISSION_H
/**
 * @file
 * Can a CPU carry its servers? Integer arithmetic throughout, no rounding.
 *
 * A set is admitted if each server, however the others behave, gets its whole budget
 * before its next refill. Worst response time of server i with more urgent servers j:
 *
 *     R = B_i + once + sum over j of ceil((R + J_j) / P_j) * B_j,   R <= P_i
 *
 * J_j is 0 for a polling server and P_j - B_j for a deferrable one, which may use one
 * budget just before its refill and the next just after. The hypervisor's reserve
 * counts as a polling server more urgent than all, and once in each such window.
 *
 * Exact, with refills at any distance from each other, where the more urgent servers are
 * polling, or where there is one of them, deferrable, and no reserve. Elsewhere it may
 * refuse what would just fit, never the reverse: several deferrable servers cannot all
 * run both their budgets back to back at the same time.
 *
 * Source: Joseph, Pandya, "Finding Response Times in a Real-Time System", Computer
 * Journal 29(5), 1986; Audsley et al., "Applying new scheduling theory to static
 * priority pre-emptive scheduling", SEJ 8(5), 1993; Bernat, Burns, "New results on
 * fixed priority aperiodic servers", RTSS 1999.
 */
#include <haven/budget_server.h>

/** Steps of the fixed-point iteration before a server is refused as undecided. */
#define HV_ADMISSION_MAX_STEPS 4096u

/**
 * Time that EL2 itself may take on this CPU, besides all servers.
 *
 * once_ns is what servers overrun. Each may exceed its budget by one late step (the
 * longest exit) and two switches before a refill takes that back, and whoever is less
 * urgent may hold the CPU for as long: for n servers, (n + 1) * (exit + 2 * switch).
 */
struct hv_reserve {
	hv_u64 period_ns; /**< At least 1, even if the budget is 0. */
	hv_u64 budget_ns; /**< EL2's own work in each period_ns: 0..period_ns */
	hv_u64 once_ns;   /**< More, once in the time from any refill to the next. */
};

/**
 * Is the sum of budget/period over all servers and the reserve at most 1? Necessary,
 * not sufficient. Does not look at once_ns.
 *
 * @retval HV_OK      At most 1, which includes exactly 1.
 * @retval HV_ENOSPC  More than 1.
 * @retval HV_EINVAL  NULL, no servers, more than HV_MAX_CPU_SERVERS, or one not valid.
 * Cost: at most 580 bits of long division for each of 9 terms.
 */
HV_MUST_CHECK
hv_status_t hv_admission_utilisation(const struct hv_server_config *servers, hv_u32 count,
				     const struct hv_reserve *reserve);

/**
 * Worst time from a refill of server @p index until it has had its whole budget.
 *
 * @retval HV_OK      @p response_ns is set; it is at most the server's period.
 * @retval HV_ENOSPC  Longer than its period, or undecided after HV_ADMISSION_MAX_STEPS
 *                    (periods that differ by a factor of hundreds or more, nearly full
 *                    CPU); @p response_ns is untouched.
 * @retval HV_EINVAL  As for hv_admission_utilisation; or index >= count.
 * Cost: HV_ADMISSION_MAX_STEPS * count divisions at most; meant for the build host and boot.
 */
HV_MUST_CHECK
hv_status_t hv_admission_response(const struct hv_server_config *servers, hv_u32 count,
				  const struct hv_reserve *reserve, hv_u32 index,
				  hv_u64 *response_ns);

/**
 * Admit a set of servers to one CPU, or refuse it.
 *
 * @param failed  Index of the first server that would miss its period, or count if the
 *                utilisation alone exceeds 1. May be NULL.
 *
 * @retval HV_OK      Each server gets its budget in each period.
 * @retval HV_ENOSPC  The CPU cannot carry them; @p failed says which.
 * @retval HV_EINVAL  As for hv_admission_utilisation.
 * Cost: the sum of the above over all servers.
 */
HV_MUST_CHECK
hv_status_t hv_admission_check(const struct hv_server_config *servers, hv_u32 count,
			       const struct hv_reserve *reserve, hv_u32 *failed);

#endif
