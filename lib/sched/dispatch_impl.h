/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_DISPATCH_IMPL_H
#define HAVEN_DISPATCH_IMPL_H
/*
 * Charging and bringing up to date, which each call begins with. What happens nearly
 * always is here, to be compiled into the callers; the rest is in account.c.
 */
#include <haven/dispatch.h>

/* Charge server @i for all of the time, its timed wake and its refills in between included.
 * HV_OK: it has budget left. */
hv_status_t hv_dispatch_account(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 since_ns,
				hv_u64 now_ns);
/* Charge whoever runs, with all that can come in between. */
void hv_dispatch_charge_running(struct hv_dispatch *dispatch, hv_u64 now_ns);
/* Perform the timed wake and the refills of server @i: a refill is due before the wake, or it is
 * the end of time. */
void hv_dispatch_settle_due(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 now_ns);

/* Charge a server if nothing happens to it meanwhile but the end of its budget. */
static inline bool hv_dispatch_use(struct hv_budget_server *server, hv_u64 since_ns, hv_u64 now_ns)
{
	const hv_u64 used = now_ns - since_ns;

	if (now_ns >= server->next_refill_ns || now_ns >= server->wake_ns)
		return false;
	if (used < server->remaining_ns) {
		server->remaining_ns -= used;
		server->stats.used_ns += used;
	} else {
		(void)!hv_budget_server_consume(server, used);
	}
	return true;
}

static inline void hv_dispatch_charge_now(struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	const hv_u32 current = dispatch->current;

	if (current == HV_DISPATCH_IDLE ||
	    (dispatch->free_until_ns == 0 &&
	     hv_dispatch_use(&dispatch->servers[current], dispatch->accounted_ns, now_ns)))
		dispatch->accounted_ns = now_ns;
	else
		hv_dispatch_charge_running(dispatch, now_ns);
}

/* The timed wake of server @i has come. */
static inline void hv_dispatch_rouse(struct hv_dispatch *dispatch, hv_u32 i)
{
	dispatch->servers[i].runnable = true;
	dispatch->servers[i].wake_ns = HV_NEVER;
	dispatch->woken |= 1u << i;
}

/* Perform the timed wake and the refills of server @i that are due, in their order. */
static inline void hv_dispatch_settle(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 now_ns)
{
	struct hv_budget_server *server = &dispatch->servers[i];

	if (server->wake_ns <= now_ns) {
		if (server->next_refill_ns < server->wake_ns || server->wake_ns == HV_NEVER) {
			hv_dispatch_settle_due(dispatch, i, now_ns);
			return;
		}
		hv_dispatch_rouse(dispatch, i);
	}
	if (server->next_refill_ns <= now_ns)
		hv_budget_server_refill(server, now_ns);
}

#endif
