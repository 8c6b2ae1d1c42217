/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/budget_server.h>

bool hv_budget_valid(const struct hv_budget *budget)
{
	return hv_is_guest_id(budget->partition_id) && budget->budget_ns != 0 &&
	       budget->budget_ns <= budget->period_ns;
}

hv_status_t hv_budget_server_init(struct hv_budget_server *server,
				  const struct hv_server_config *config, hv_u64 t0_ns)
{
	hv_u64 first_refill;

	if (server == NULL || config == NULL || !hv_budget_valid(&config->budget) ||
	    __builtin_add_overflow(t0_ns, config->budget.period_ns, &first_refill))
		return HV_EINVAL;
	server->config = *config;
	server->remaining_ns = config->budget.budget_ns;
	server->debt_ns = 0;
	server->excess_ns = 0;
	server->next_refill_ns = first_refill;
	server->wake_ns = HV_NEVER;
	server->stats = (struct hv_budget_stats){0};
	server->runnable = true;
	return HV_OK;
}

static void add_saturating(hv_u64 *sum, hv_u64 more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = UINT64_MAX;
}

static void note_overrun(struct hv_budget_server *server, hv_u64 excess)
{
	struct hv_budget_stats *stats = &server->stats;

	stats->overruns += server->excess_ns == 0;
	add_saturating(&server->excess_ns, excess);
	stats->overrun_last_ns = server->excess_ns;
	if (server->excess_ns > stats->overrun_max_ns)
		stats->overrun_max_ns = server->excess_ns;
	add_saturating(&server->debt_ns, excess);
}

hv_status_t hv_budget_server_consume(struct hv_budget_server *server, hv_u64 delta_ns)
{
	if (server == NULL)
		return HV_EINVAL;
	add_saturating(&server->stats.used_ns, delta_ns);
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
	if (now_ns < server->next_refill_ns)
		return;

	const hv_u64 period = server->config.budget.period_ns;
	hv_u64 past = now_ns - server->next_refill_ns; /* the latest grid point */
	hv_u64 skipped = 0;

	if (past >= period) {
		skipped = past / period;
		past -= skipped * period;
	}
	server->remaining_ns = server->config.budget.budget_ns;
	server->excess_ns = 0;
	if (server->debt_ns != 0)
		pay_debt(server, skipped);
	if (server->config.polling && !server->runnable)
		server->remaining_ns = 0;
	if (__builtin_add_overflow(now_ns - past, period, &server->next_refill_ns))
		server->next_refill_ns = HV_NEVER;
}

hv_status_t hv_budget_server_account(struct hv_budget_server *server, hv_u64 since_ns,
				     hv_u64 now_ns)
{
	if (server == NULL || now_ns < since_ns)
		return HV_EINVAL;
	if (server->next_refill_ns <= since_ns)
		hv_budget_server_refill(server, since_ns);
	if (now_ns < server->next_refill_ns)
		return hv_budget_server_consume(server, now_ns - since_ns);

	const hv_u64 refill = server->next_refill_ns;

	(void)!hv_budget_server_consume(server, refill - since_ns);
	hv_budget_server_refill(server, refill);
	/* Later grid points need no split: whoever overruns a whole period has no
	 * remainder to lose there, so charging and refilling commute. */
	(void)!hv_budget_server_consume(server, now_ns - refill);
	hv_budget_server_refill(server, now_ns);
	return server->remaining_ns != 0 ? HV_OK : HV_EPERM;
}
