/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatch_impl.h"

_Static_assert(HV_MAX_CPU_SERVERS <= 32, "woken has a bit for each server");

/* Server @i is the last so far; equal priorities stay in the order of their indices. */
static void insert(struct hv_dispatch *dispatch, hv_u32 i)
{
	const struct hv_budget_server *servers = dispatch->servers;
	hv_u32 k = i;

	while (k > 0 && servers[i].config.priority < /* bound: HV_MAX_CPU_SERVERS */
				servers[dispatch->order[k - 1]].config.priority) {
		dispatch->order[k] = dispatch->order[k - 1];
		k--;
	}
	dispatch->order[k] = (hv_u8)i;
}

hv_status_t hv_dispatch_init(struct hv_dispatch *dispatch, struct hv_budget_server *servers,
			     hv_u32 count, hv_u64 now_ns)
{
	if (dispatch == NULL || servers == NULL || count == 0 || count > HV_MAX_CPU_SERVERS)
		return HV_EINVAL;
	*dispatch = (struct hv_dispatch){
		.servers = servers, .count = count, .current = HV_DISPATCH_IDLE,
		.accounted_ns = now_ns, .deadline_ns = HV_NEVER, .payer = HV_DISPATCH_IDLE,
	};
	for (hv_u32 i = 0; i < count; i++) /* bound: HV_MAX_CPU_SERVERS */
		insert(dispatch, i);
	for (hv_u32 k = 0; k < count; k++) /* bound: HV_MAX_CPU_SERVERS */
		dispatch->rank[dispatch->order[k]] = (hv_u8)k;
	return HV_OK;
}

hv_status_t hv_dispatch_set_runnable(struct hv_dispatch *dispatch, hv_u32 server, bool runnable,
				     hv_u64 now_ns)
{
	if (dispatch == NULL || server >= dispatch->count || now_ns < dispatch->accounted_ns)
		return HV_EINVAL;

	struct hv_budget_server *changed = &dispatch->servers[server];

	hv_dispatch_charge_now(dispatch, now_ns);
	hv_dispatch_settle(dispatch, server, now_ns);
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
	    now_ns < dispatch->accounted_ns || now_ns < since_ns)
		return HV_EINVAL;
	if (since_ns < dispatch->accounted_ns)
		since_ns = dispatch->accounted_ns;
	hv_dispatch_charge_now(dispatch, since_ns);
	dispatch->accounted_ns = now_ns;
	if (server == HV_DISPATCH_IDLE)
		return HV_OK;
	hv_dispatch_settle(dispatch, server, since_ns);
	return hv_dispatch_account(dispatch, server, since_ns, now_ns);
}

/* When a server that does not run could run on budget: now, or after a refill and a wake. */
static hv_u64 budget_start(const struct hv_budget_server *server, hv_u64 now_ns)
{
	const hv_u64 refill = server->remaining_ns != 0 ? now_ns : server->next_refill_ns;

	if (server->runnable || server->wake_ns < refill)
		return refill;
	return server->wake_ns;
}

static hv_u64 earlier(hv_u64 a, hv_u64 b)
{
	return a < b ? a : b;
}

/* Nobody runs on budget: the first who may run without, or nobody. */
static void pick_filler(struct hv_dispatch *dispatch, hv_u32 filler, hv_u64 takeover_ns)
{
	dispatch->current = filler;
	dispatch->takeover_ns = takeover_ns;
	if (filler != HV_DISPATCH_IDLE)
		dispatch->free_until_ns = dispatch->servers[filler].next_refill_ns;
}

/*
 * Choose: with budget if there is one, else for background time. Whoever is looked at is
 * brought up to date first. Of those looked at before, the first that could run on budget
 * takes over; idleness and background time are ended by any server with budget, and by a more
 * urgent one that wakes and may run without.
 */
static void pick(struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	hv_u32 filler = HV_DISPATCH_IDLE;
	hv_u64 on_budget = HV_NEVER, without = HV_NEVER;

	dispatch->free_until_ns = 0;
	for (hv_u32 k = 0; k < dispatch->count; k++) { /* bound: HV_MAX_CPU_SERVERS */
		const hv_u32 i = dispatch->order[k];
		const struct hv_budget_server *server = &dispatch->servers[i];

		hv_dispatch_settle(dispatch, i, now_ns);
		if (server->runnable && server->remaining_ns != 0) {
			dispatch->current = i;
			dispatch->takeover_ns = on_budget;
			return;
		}
		on_budget = earlier(on_budget, budget_start(server, now_ns));
		if (!server->config.background || filler != HV_DISPATCH_IDLE)
			continue;
		if (server->runnable)
			filler = i;
		else
			without = earlier(without, server->wake_ns);
	}
	pick_filler(dispatch, filler, earlier(on_budget, without));
}

/* When the running server has used its budget up, or another one takes over. */
static hv_u64 deadline(const struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	hv_u64 used_up;

	if (dispatch->current == HV_DISPATCH_IDLE || dispatch->free_until_ns != 0 ||
	    __builtin_add_overflow(now_ns, dispatch->servers[dispatch->current].remaining_ns,
				   &used_up))
		used_up = HV_NEVER;
	return earlier(used_up, dispatch->takeover_ns);
}

/* Who caused the switch from @old, which ran for free or not. */
static hv_u32 who_pays(const struct hv_dispatch *dispatch, hv_u32 old, bool old_free)
{
	const hv_u32 new = dispatch->current;
	const bool new_free = dispatch->free_until_ns != 0;

	if (new == old)
		return HV_DISPATCH_IDLE;
	if (old == HV_DISPATCH_IDLE || old_free)
		return new_free ? HV_DISPATCH_IDLE : new;
	if (new == HV_DISPATCH_IDLE || new_free)
		return old;
	return dispatch->rank[new] < dispatch->rank[old] ? new : old;
}

hv_status_t hv_dispatch_step(struct hv_dispatch *dispatch, hv_u64 now_ns,
			     struct hv_dispatch_decision *out)
{
	if (dispatch == NULL || out == NULL || now_ns < dispatch->accounted_ns)
		return HV_EINVAL;
	if (now_ns > dispatch->deadline_ns && now_ns - dispatch->deadline_ns > dispatch->late_max_ns)
		dispatch->late_max_ns = now_ns - dispatch->deadline_ns;
	hv_dispatch_charge_now(dispatch, now_ns);

	const hv_u32 old = dispatch->current;
	const bool old_free = now_ns < dispatch->free_until_ns;

	pick(dispatch, now_ns);
	dispatch->payer = who_pays(dispatch, old, old_free);
	dispatch->deadline_ns = deadline(dispatch, now_ns);

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
	const hv_u64 since = dispatch->accounted_ns;
	const bool owes = hv_dispatch_owes(dispatch);

	dispatch->payer = HV_DISPATCH_IDLE;
	if (owes) {
		dispatch->accounted_ns = now_ns;
		dispatch->deadline_ns = deadline(dispatch, now_ns);
	}
	*deadline_ns = dispatch->deadline_ns;
	/* What the payer has less makes it no earlier: the takeover stays. */
	if (owes && !hv_dispatch_use(&dispatch->servers[payer], since, now_ns))
		(void)!hv_dispatch_account(dispatch, payer, since, now_ns);
	return HV_OK;
}
