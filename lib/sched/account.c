/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatch_impl.h"

static bool wakes_by(const struct hv_budget_server *server, hv_u64 now_ns)
{
	return server->wake_ns <= now_ns && server->wake_ns != HV_NEVER;
}

void hv_dispatch_settle_due(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 now_ns)
{
	struct hv_budget_server *server = &dispatch->servers[i];

	if (server->wake_ns != HV_NEVER) {
		/* Refills before its wake found it blocked, the one at its wake does not. */
		hv_budget_server_refill(server, server->wake_ns - 1);
		hv_dispatch_rouse(dispatch, i);
	}
	hv_budget_server_refill(server, now_ns);
}

hv_status_t hv_dispatch_account(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 since_ns,
				hv_u64 now_ns)
{
	struct hv_budget_server *server = &dispatch->servers[i];

	if (wakes_by(server, now_ns)) {
		if (server->wake_ns > since_ns) {
			const hv_u64 before = server->wake_ns - 1;

			(void)!hv_budget_server_account(server, since_ns, before);
			since_ns = before;
		}
		hv_dispatch_rouse(dispatch, i);
	}
	return hv_budget_server_account(server, since_ns, now_ns);
}

void hv_dispatch_charge_running(struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	const hv_u64 free_until = dispatch->free_until_ns;
	hv_u64 since = dispatch->accounted_ns;

	dispatch->accounted_ns = now_ns;
	if (since < free_until) {
		const hv_u64 end = now_ns < free_until ? now_ns : free_until;

		dispatch->servers[dispatch->current].stats.background_ns += end - since;
		since = end;
	}
	(void)!hv_dispatch_account(dispatch, dispatch->current, since, now_ns);
}
