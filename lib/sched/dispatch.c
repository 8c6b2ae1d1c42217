/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/dispatch.h>

hv_status_t hv_dispatch_init(struct hv_dispatch *dispatch, struct hv_budget_server *servers,
			     hv_u32 count, hv_u64 now_ns)
{
	if (dispatch == NULL || servers == NULL || count == 0 || count > HV_MAX_CPU_SERVERS)
		return HV_EINVAL;
	dispatch->servers = servers;
	dispatch->count = count;
	dispatch->current = HV_DISPATCH_IDLE;
	dispatch->accounted_ns = now_ns;
	return HV_OK;
}

static void charge(struct hv_dispatch *dispatch, hv_u64 now_ns)
{
	if (dispatch->current != HV_DISPATCH_IDLE)
		(void)!hv_budget_server_account(&dispatch->servers[dispatch->current],
						dispatch->accounted_ns, now_ns);
	dispatch->accounted_ns = now_ns;
}

hv_status_t hv_dispatch_set_runnable(struct hv_dispatch *dispatch, hv_u32 server, bool runnable,
				     hv_u64 now_ns)
{
	if (dispatch == NULL || server >= dispatch->count || now_ns < dispatch->accounted_ns)
		return HV_EINVAL;

	struct hv_budget_server *changed = &dispatch->servers[server];

	charge(dispatch, now_ns);
	hv_budget_server_refill(changed, now_ns);
	changed->runnable = runnable;
	if (changed->config.polling && !runnable)
		changed->remaining_ns = 0;
	return HV_OK;
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

static hv_u32 pick(const struct hv_dispatch *dispatch)
{
	hv_u32 best = HV_DISPATCH_IDLE;

	for (hv_u32 i = 0; i < dispatch->count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		const struct hv_budget_server *server = &dispatch->servers[i];

		if (server->runnable && server->remaining_ns != 0 && outranks(dispatch, i, best))
			best = i;
	}
	return best;
}

static hv_u64 next_event(const struct hv_dispatch *dispatch, hv_u32 current, hv_u64 now_ns)
{
	hv_u64 deadline = UINT64_MAX;

	if (current != HV_DISPATCH_IDLE &&
	    __builtin_add_overflow(now_ns, dispatch->servers[current].remaining_ns, &deadline))
		deadline = UINT64_MAX;
	for (hv_u32 i = 0; i < dispatch->count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		const struct hv_budget_server *server = &dispatch->servers[i];

		if (server->runnable && server->next_refill_ns < deadline &&
		    outranks(dispatch, i, current))
			deadline = server->next_refill_ns;
	}
	return deadline;
}

hv_status_t hv_dispatch_step(struct hv_dispatch *dispatch, hv_u64 now_ns,
			     struct hv_dispatch_decision *out)
{
	if (dispatch == NULL || out == NULL || now_ns < dispatch->accounted_ns)
		return HV_EINVAL;
	charge(dispatch, now_ns);
	for (hv_u32 i = 0; i < dispatch->count; i++) /* bound: HV_MAX_CPU_SERVERS */
		hv_budget_server_refill(&dispatch->servers[i], now_ns);

	dispatch->current = pick(dispatch);
	out->server = dispatch->current;
	out->deadline_ns = next_event(dispatch, dispatch->current, now_ns);
	return HV_OK;
}
