/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/budget_sched.h>

static struct {
	bool ready;
	bool sealed;
	struct hv_budget_server account[HV_MAX_PARTITIONS];
} door;

bool hv_budget_valid(const struct hv_budget *budget)
{
	return hv_is_guest_id(budget->partition_id) && budget->budget_ns != 0 &&
	       budget->budget_ns <= budget->period_ns;
}

static void fill(struct hv_budget_server *server, const struct hv_server_config *config,
		 hv_u64 first_refill_ns)
{
	server->config = *config;
	server->remaining_ns = config->budget.budget_ns;
	server->debt_ns = 0;
	server->next_refill_ns = first_refill_ns;
	server->stats = (struct hv_budget_stats){0};
	server->runnable = true;
}

hv_status_t hv_budget_server_init(struct hv_budget_server *server,
				  const struct hv_server_config *config, hv_u64 t0_ns)
{
	hv_u64 first_refill;

	if (server == NULL || config == NULL || !hv_budget_valid(&config->budget) ||
	    __builtin_add_overflow(t0_ns, config->budget.period_ns, &first_refill))
		return HV_EINVAL;
	fill(server, config, first_refill);
	return HV_OK;
}

static void note_overrun(struct hv_budget_server *server, hv_u64 excess)
{
	struct hv_budget_stats *stats = &server->stats;

	stats->overruns++;
	stats->overrun_last_ns = excess;
	if (excess > stats->overrun_max_ns)
		stats->overrun_max_ns = excess;
	if (__builtin_add_overflow(server->debt_ns, excess, &server->debt_ns))
		server->debt_ns = UINT64_MAX;
}

hv_status_t hv_budget_server_consume(struct hv_budget_server *server, hv_u64 delta_ns)
{
	if (server == NULL)
		return HV_EINVAL;
	if (delta_ns < server->remaining_ns) {
		server->remaining_ns -= delta_ns;
		return HV_OK;
	}

	const hv_u64 excess = delta_ns - server->remaining_ns;

	server->remaining_ns = 0;
	if (excess != 0)
		note_overrun(server, excess);
	return HV_EPERM;
}

/* What @skipped + 1 refills in a row leave, of which each pays debt before anything else. */
static void pay_debt(struct hv_budget_server *server, hv_u64 skipped)
{
	const hv_u64 budget = server->config.budget.budget_ns;
	const hv_u64 fully_taken = server->debt_ns / budget;

	if (fully_taken > skipped) {
		server->debt_ns -= (skipped + 1) * budget;
		server->remaining_ns = 0;
		return;
	}
	if (fully_taken == skipped)
		server->remaining_ns = budget - server->debt_ns % budget;
	server->debt_ns = 0;
}

void hv_budget_server_refill(struct hv_budget_server *server, hv_u64 now_ns)
{
	const hv_u64 period = server->config.budget.period_ns;

	if (now_ns < server->next_refill_ns)
		return;

	const hv_u64 late = now_ns - server->next_refill_ns;

	server->remaining_ns = server->config.budget.budget_ns;
	if (server->debt_ns != 0)
		pay_debt(server, late / period);
	if (server->config.polling && !server->runnable)
		server->remaining_ns = 0;
	if (__builtin_add_overflow(now_ns, period - late % period, &server->next_refill_ns))
		server->next_refill_ns = UINT64_MAX;
}

hv_status_t hv_budget_server_account(struct hv_budget_server *server, hv_u64 since_ns,
				     hv_u64 now_ns)
{
	if (server == NULL || now_ns < since_ns)
		return HV_EINVAL;
	hv_budget_server_refill(server, since_ns);

	const hv_u64 refill = server->next_refill_ns;

	/* Later grid points need no split: whoever overruns a whole period has no
	 * remainder to lose there, so charging and refilling commute. */
	if (refill <= now_ns) {
		(void)!hv_budget_server_consume(server, refill - since_ns);
		hv_budget_server_refill(server, refill);
		since_ns = refill;
	}
	(void)!hv_budget_server_consume(server, now_ns - since_ns);
	hv_budget_server_refill(server, now_ns);
	return server->remaining_ns != 0 ? HV_OK : HV_EPERM;
}

hv_status_t hv_budget_sched_init(void)
{
	if (door.sealed)
		return HV_EPERM;
	for (hv_u32 id = 0; id < HV_MAX_PARTITIONS; id++) /* bound: HV_MAX_PARTITIONS */
		door.account[id].config.budget.period_ns = 0;
	door.ready = true;
	return HV_OK;
}

hv_status_t hv_budget_set(const struct hv_budget *budget)
{
	if (budget == NULL || !hv_budget_valid(budget))
		return HV_EINVAL;
	if (!door.ready || door.sealed)
		return HV_EPERM;

	const struct hv_server_config config = { .budget = *budget };

	fill(&door.account[budget->partition_id], &config, UINT64_MAX);
	return HV_OK;
}

static bool has_budget(hv_u32 partition_id)
{
	return hv_is_guest_id(partition_id) &&
	       door.account[partition_id].config.budget.period_ns != 0;
}

const struct hv_budget_server *hv_budget_account(hv_u32 partition_id)
{
	return has_budget(partition_id) ? &door.account[partition_id] : NULL;
}

hv_status_t hv_budget_consume(hv_u32 partition_id, hv_u64 delta_ns)
{
	if (!has_budget(partition_id))
		return HV_EINVAL;
	return hv_budget_server_consume(&door.account[partition_id], delta_ns);
}

hv_status_t hv_budget_check(hv_u32 partition_id)
{
	return hv_budget_consume(partition_id, 0);
}

hv_status_t hv_budget_replenish(hv_u32 partition_id)
{
	if (!has_budget(partition_id))
		return HV_EINVAL;

	struct hv_budget_server *account = &door.account[partition_id];

	account->remaining_ns = account->config.budget.budget_ns;
	account->debt_ns = 0;
	return HV_OK;
}

hv_status_t hv_budget_sched_seal(void)
{
	if (!door.ready || door.sealed)
		return HV_EPERM;
	door.sealed = true;
	return HV_OK;
}
