/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/dispatch.h>

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
static void settle_due(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 now_ns)
{
	struct hv_budget_server *server = &dispatch->servers[i];

	if (wakes_by(server, now_ns)) {
		/* Refills before its wake found it blocked, the one at its wake does not. */
		if (server->next_refill_ns < server->wake_ns)
			hv_budget_server_refill(server, server->wake_ns - 1);
		rouse(dispatch, i);
	}
	hv_budget_server_refill(server, now_ns);
}

static void settle(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 now_ns)
{
	const struct hv_budget_server *server = &dispatch->servers[i];

	if (server->next_refill_ns <= now_ns || server->wake_ns <= now_ns)
		settle_due(dispatch, i, now_ns);
}

/* Wake first, as settle() does, and charge the server for all of the time. */
static hv_status_t account_waking(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 since_ns,
				  hv_u64 now_ns)
{
	struct hv_budget_server *server = &dispatch->servers[i];

	if (server->wake_ns > since_ns) {
		const hv_u64 before = server->wake_ns - 1;

		(void)!hv_budget_server_account(server, since_ns, before);
		since_ns = before;
	}
	rouse(dispatch, i);
	return hv_budget_server_account(server, since_ns, now_ns);
}

static hv_status_t account(struct hv_dispatch *dispatch, hv_u32 i, hv_u64 since_ns, hv_u64 now_ns)
{
	if (wakes_by(&dispatch->servers[i], now_ns))
		return account_waking(dispatch, i, since_ns, now_ns);
	return hv_budget_server_account(&dispatch->servers[i], since_ns, now_ns);
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

/* Choose: with budget if there is one, else for background time. Whoever is looked at is
 * brought up to date first. */
static void pick(struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	hv_u32 filler = HV_DISPATCH_IDLE;

	dispatch->free_until_ns = 0;
	for (hv_u32 k = 0; k < dispatch->count; k++) { /* bound: HV_MAX_CPU_SERVERS */
		const hv_u32 i = dispatch->order[k];
		const struct hv_budget_server *server = &dispatch->servers[i];

		settle(dispatch, i, now_ns);
		if (!server->runnable)
			continue;
		if (server->remaining_ns != 0) {
			dispatch->current = i;
			return;
		}
		if (server->config.background && filler == HV_DISPATCH_IDLE)
			filler = i;
	}
	dispatch->current = filler;
	if (filler != HV_DISPATCH_IDLE)
		dispatch->free_until_ns = dispatch->servers[filler].next_refill_ns;
}

/* When a server that does not run could run on budget: now, or after a refill and a wake. */
static hv_u64 budget_start(const struct hv_budget_server *server, hv_u64 now_ns)
{
	const hv_u64 refill = server->remaining_ns != 0 ? now_ns : server->next_refill_ns;

	if (server->runnable || server->wake_ns < refill)
		return refill;
	return server->wake_ns;
}

/* The first instant at which a more urgent server could run, if that comes before @deadline. */
static hv_u64 preempted_at(const struct hv_dispatch *dispatch, hv_u64 now_ns, hv_u64 deadline)
{
	const hv_u32 more_urgent = dispatch->rank[dispatch->current];

	for (hv_u32 k = 0; k < more_urgent; k++) { /* bound: HV_MAX_CPU_SERVERS */
		const hv_u64 at = budget_start(&dispatch->servers[dispatch->order[k]], now_ns);

		if (at < deadline)
			deadline = at;
	}
	return deadline;
}

/* The same for idleness and background time: any server with budget ends that, and so does
 * a more urgent one that may run without. */
static hv_u64 free_time_ends(const struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	const hv_u32 current = dispatch->current;
	const hv_u32 more_urgent = current == HV_DISPATCH_IDLE ? dispatch->count :
								 dispatch->rank[current];
	hv_u64 deadline = HV_NEVER;

	for (hv_u32 k = 0; k < dispatch->count; k++) { /* bound: HV_MAX_CPU_SERVERS */
		const struct hv_budget_server *server = &dispatch->servers[dispatch->order[k]];
		hv_u64 at = budget_start(server, now_ns);

		if (k < more_urgent && server->config.background)
			at = server->runnable ? now_ns : server->wake_ns;
		if (at < deadline)
			deadline = at;
	}
	return deadline;
}

static hv_u64 next_event(const struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	hv_u64 used_up;

	if (dispatch->current == HV_DISPATCH_IDLE || dispatch->free_until_ns != 0)
		return free_time_ends(dispatch, now_ns);
	if (__builtin_add_overflow(now_ns, dispatch->servers[dispatch->current].remaining_ns,
				   &used_up))
		used_up = HV_NEVER;
	return preempted_at(dispatch, now_ns, used_up);
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
