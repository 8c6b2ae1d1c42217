/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/budget_sched.h>

static struct {
	bool ready;
	bool sealed;
	struct hv_budget_server account[HV_MAX_PARTITIONS];
} door;

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
	struct hv_budget_server *account = &door.account[budget->partition_id];

	/* Valid, and the first refill at most 2^64 - 1: not refused. No grid refills it. */
	(void)!hv_budget_server_init(account, &config, 0);
	account->next_refill_ns = HV_NEVER;
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
	account->excess_ns = 0;
	return HV_OK;
}

hv_status_t hv_budget_sched_seal(void)
{
	if (!door.ready || door.sealed)
		return HV_EPERM;
	door.sealed = true;
	return HV_OK;
}
