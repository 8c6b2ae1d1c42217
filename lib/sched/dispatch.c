/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/dispatch.h>

_Static_assert(HV_MAX_CPU_SERVERS <= 32, "woken has a bit for each server");

hv_status_t hv_dispatch_init(struct hv_dispatch *dispatch, struct hv_budget_server *servers,
			     hv_u32 count, hv_u64 now_ns)
{
	if (dispatch == NULL || servers == NULL || count == 0 || count > HV_MAX_CPU_SERVERS)
		return HV_EINVAL;
	*dispatch = (struct hv_dispatch){
		.servers = servers, .count = count, .current = HV_DISPATCH_IDLE,
		.accounted_ns = now_ns, .deadline_ns = HV_NEVER, .payer = HV_DISPATCH_IDLE,
	};
	return HV_OK;
}

static bool wakes_by(const struct hv_budget_server *server, hv_u64 now_ns)
{
	return server->wake_ns <= now_ns && server->wake_ns != HV_NEVER;
}

static void rouse(struct hv_dispatch *dispatch, hv_u32 i)
{
	dispatch->servers[i].runnable = true;
	dispatch->servers[i].wake_ns = HV_NEVER;
	dispatch->woken |= 1u << i;
}

/* Timed wake and refills that are due, in their order. */
static void settle(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 now_ns)
{
	struct hv_budget_server *server = &dispatch->servers[i];

	if (wakes_by(server, now_ns)) {
		/* Refills before its wake found it blocked, the one at its wake does not. */
		if (server->next_refill_ns < server->wake_ns)
			hv_budget_server_refill(server, server->wake_ns - 1);
		rouse(dispatch, i);
	}
	if (server->next_refill_ns <= now_ns)
		hv_budget_server_refill(server, now_ns);
}

/* The same while the server is charged for all of the time. */
static hv_status_t account(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 since_ns, hv_u64 now_ns)
{
	struct hv_budget_server *server = &dispatch->servers[i];

	if (wakes_by(server, now_ns)) {
		if (server->wake_ns > since_ns) {
			const hv_u64 before = server->wake_ns - 1;

			(void)!hv_budget_server_account(server, since_ns, before);
			since_ns = before;
		}
		rouse(dispatch, i);
	}
	return hv_budget_server_account(server, since_ns, now_ns);
}

/* Charge whoever runs. */
static void charge(struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	const hv_u64 free_until = dispatch->free_until_ns;
	hv_u64 since = dispatch->accounted_ns;

	dispatch->accounted_ns = now_ns;
	if (dispatch->current == HV_DISPATCH_IDLE)
		return;
	if (since < free_until) {
		const hv_u64 end = now_ns < free_until ? now_ns : free_until;

		dispatch->servers[dispatch->current].stats.background_ns += end - since;
		since = end;
	}
	(void)!account(dispatch, dispatch->current, since, now_ns);
}

hv_status_t hv_dispatch_set_runnable(struct hv_dispatch *dispatch, hv_u32 server, bool runnable,
				     hv_u64 now_ns)
{
	if (dispatch == NULL || server >= dispatch->count || now_ns < dispatch->accounted_ns)
		return HV_EINVAL;

	struct hv_budget_server *changed = &dispatch->servers[server];

	charge(dispatch, now_ns);
	settle(dispatch, server, now_ns);
	changed->runnable = runnable;
	if (runnable)
		changed->wake_ns = HV_NEVER;
	if (changed->config.polling && !runnable)
		changed->remaining_ns = 0;
	return HV_OK;
}

hv_status_t hv_dispatch_set_wake(struct hv_dispatch *dispatch, hv_u32 server, hv_u64 at_ns)
{
	if (dispatch == NULL || server >= dispatch->count)
		return HV_EINVAL;
	if (dispatch->servers[server].runnable)
		return HV_EPERM;
	dispatch->servers[server].wake_ns = at_ns;
	return HV_OK;
}

hv_status_t hv_dispatch_charge(struct hv_dispatch *dispatch, hv_u32 server, hv_u64 since_ns,
			       hv_u64 now_ns)
{
	if (dispatch == NULL || (server >= dispatch->count && server != HV_DISPATCH_IDLE) ||
	    since_ns < dispatch->accounted_ns || now_ns < since_ns)
		return HV_EINVAL;
	charge(dispatch, since_ns);
	dispatch->accounted_ns = now_ns;
	if (server == HV_DISPATCH_IDLE)
		return HV_OK;
	settle(dispatch, server, since_ns);
	return account(dispatch, server, since_ns, now_ns);
}

/* Would server @i, able to run, take the CPU from @other? */
static bool outranks(const struct hv_dispatch *dispatch, hv_u32 i, hv_u32 other)
{
	if (other == HV_DISPATCH_IDLE)
		return true;

	const hv_u32 mine = dispatch->servers[i].config.priority;
	const hv_u32 theirs = dispatch->servers[other].config.priority;

	return mine < theirs || (mine == theirs && i < other);
}

/* Bring all up to date, and choose: with budget if there is one, else for background time. */
static void pick(struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	hv_u32 best = HV_DISPATCH_IDLE;
	hv_u32 filler = HV_DISPATCH_IDLE;

	for (hv_u32 i = 0; i < dispatch->count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		const struct hv_budget_server *server = &dispatch->servers[i];

		settle(dispatch, i, now_ns);
		if (!server->runnable)
			continue;
		if (server->remaining_ns != 0 && outranks(dispatch, i, best))
			best = i;
		if (server->config.background && outranks(dispatch, i, filler))
			filler = i;
	}
	dispatch->free_until_ns = 0;
	if (best == HV_DISPATCH_IDLE && filler != HV_DISPATCH_IDLE) {
		best = filler;
		dispatch->free_until_ns = dispatch->servers[filler].next_refill_ns;
	}
	dispatch->current = best;
}

/* When a server that does not run could run on budget: now, or after a refill and a wake. */
static hv_u64 budget_start(const struct hv_budget_server *server, hv_u64 now_ns)
{
	const hv_u64 refill = server->remaining_ns != 0 ? now_ns : server->next_refill_ns;

	if (server->runnable || server->wake_ns < refill)
		return refill;
	return server->wake_ns;
}

/* When server @i could take the CPU from the running one. */
static hv_u64 takes_over(const struct hv_dispatch *dispatch, hv_u32 i, hv_u64 now_ns)
{
	const struct hv_budget_server *server = &dispatch->servers[i];
	const bool free = dispatch->current == HV_DISPATCH_IDLE || dispatch->free_until_ns != 0;
	const bool urgent = outranks(dispatch, i, dispatch->current);

	if (free && urgent && server->config.background)
		return server->runnable ? now_ns : server->wake_ns;
	return free || urgent ? budget_start(server, now_ns) : HV_NEVER;
}

static hv_u64 next_event(const struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	hv_u64 deadline = HV_NEVER;

	if (dispatch->current != HV_DISPATCH_IDLE && dispatch->free_until_ns == 0 &&
	    __builtin_add_overflow(now_ns, dispatch->servers[dispatch->current].remaining_ns,
				   &deadline))
		deadline = HV_NEVER;
	for (hv_u32 i = 0; i < dispatch->count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		const hv_u64 at = takes_over(dispatch, i, now_ns);

		if (at < deadline)
			deadline = at;
	}
	return deadline;
}

/* Who caused the switch from @old, which ran for free or not. */
static hv_u32 who_pays(const struct hv_dispatch *dispatch, hv_u32 old, bool old_free)
{
	const hv_u32 new = dispatch->current;
	const bool new_free = dispatch->free_until_ns != 0;

	if (new == old || old == HV_DISPATCH_IDLE || old_free)
		return new_free ? HV_DISPATCH_IDLE : new;
	if (new == HV_DISPATCH_IDLE || new_free)
		return old;
	return outranks(dispatch, new, old) ? new : old;
}

hv_status_t hv_dispatch_step(struct hv_dispatch *dispatch, hv_u64 now_ns,
			     struct hv_dispatch_decision *out)
{
	if (dispatch == NULL || out == NULL || now_ns < dispatch->accounted_ns)
		return HV_EINVAL;
	if (now_ns > dispatch->deadline_ns && now_ns - dispatch->deadline_ns > dispatch->late_max_ns)
		dispatch->late_max_ns = now_ns - dispatch->deadline_ns;
	charge(dispatch, now_ns);

	const hv_u32 old = dispatch->current;
	const bool old_free = now_ns < dispatch->free_until_ns;

	pick(dispatch, now_ns);
	dispatch->payer = who_pays(dispatch, old, old_free);
	dispatch->deadline_ns = next_event(dispatch, now_ns);

	out->server = dispatch->current;
	out->woken = dispatch->woken;
	out->deadline_ns = dispatch->deadline_ns;
	out->background = dispatch->free_until_ns != 0;
	dispatch->woken = 0;
	return HV_OK;
}

hv_status_t hv_dispatch_switched(struct hv_dispatch *dispatch, hv_u64 now_ns,
				 hv_u64 *deadline_ns)
{
	if (dispatch == NULL || deadline_ns == NULL || now_ns < dispatch->accounted_ns)
		return HV_EINVAL;

	const hv_u32 payer = dispatch->payer;

	if (payer != HV_DISPATCH_IDLE && payer != dispatch->current) {
		(void)!account(dispatch, payer, dispatch->accounted_ns, now_ns);
		dispatch->accounted_ns = now_ns;
		dispatch->deadline_ns = next_event(dispatch, now_ns);
	}
	dispatch->payer = HV_DISPATCH_IDLE;
	*deadline_ns = dispatch->deadline_ns;
	return HV_OK;
}
