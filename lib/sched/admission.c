/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/admission.h>

#define TERMS (HV_MAX_CPU_SERVERS + 1u)
/* Two sums of TERMS fractions that differ, differ by at least 2^-(64 * TERMS). TERMS
 * remainders below one unit each hide that for as many more bits as TERMS has. */
#define SUM_BITS (64u * TERMS + 4u)
_Static_assert(TERMS <= 16, "4 more bits cover the remainders");

static bool valid_set(const struct hv_server_config *servers, hv_u32 count,
		      const struct hv_reserve *reserve)
{
	if (servers == NULL || reserve == NULL || count == 0 || count > HV_MAX_CPU_SERVERS)
		return false;
	for (hv_u32 i = 0; i < count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		if (!hv_budget_valid(&servers[i].budget))
			return false;
	}
	return reserve->period_ns != 0 && reserve->budget_ns <= reserve->period_ns;
}

/* Double the fraction @part / @whole <= 1, keep at most 1, return what was taken off. */
static hv_u64 double_fraction(hv_u64 *part, hv_u64 whole)
{
	const hv_u64 gap = whole - *part;

	if (*part >= gap) {
		*part -= gap;
		return 1;
	}
	*part += *part;
	return 0;
}

/*
 * Compare the sum with 1 bit by bit, by long division: after k bits, @room is
 * 2^k minus the sum of all integer parts, and the rest of no term exceeds 1. Uses
 * the budgets up.
 */
static bool sum_at_most_one(struct hv_reserve *terms, hv_u32 count)
{
	hv_u64 room = 1;

	for (hv_u32 bit = 0; bit < SUM_BITS && room < count; bit++) { /* bound: SUM_BITS */
		hv_u64 taken = 0;

		for (hv_u32 i = 0; i < count; i++) /* bound: TERMS */
			taken += double_fraction(&terms[i].budget_ns, terms[i].period_ns);
		if (taken > 2 * room)
			return false;
		room = 2 * room - taken;
	}
	return true;
}

hv_status_t hv_admission_utilisation(const struct hv_server_config *servers, hv_u32 count,
				     const struct hv_reserve *reserve)
{
	struct hv_reserve terms[TERMS];

	if (!valid_set(servers, count, reserve))
		return HV_EINVAL;
	for (hv_u32 i = 0; i < count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		terms[i].period_ns = servers[i].budget.period_ns;
		terms[i].budget_ns = servers[i].budget.budget_ns;
	}
	terms[count] = *reserve;
	return sum_at_most_one(terms, count + 1) ? HV_OK : HV_ENOSPC;
}

/* Refills of one server that a window of @window ns can hold, in the worst case. */
static hv_u64 refills_within(const struct hv_server_config *server, hv_u64 window)
{
	const hv_u64 period = server->budget.period_ns;
	const hv_u64 budget = server->budget.budget_ns;

	if (server->polling)
		return (window - 1) / period + 1;
	return window <= budget ? 1 : (window - budget - 1) / period + 2;
}

/* *sum += count * each; false if it no longer fits, which is later than any deadline. */
static bool add_demand(hv_u64 *sum, hv_u64 count, hv_u64 each)
{
	hv_u64 product;

	return !__builtin_mul_overflow(count, each, &product) &&
	       !__builtin_add_overflow(*sum, product, sum);
}

static bool more_urgent(const struct hv_server_config *servers, hv_u32 a, hv_u32 b)
{
	if (servers[a].priority != servers[b].priority)
		return servers[a].priority < servers[b].priority;
	return a < b;
}

/* Work that must be done by the end of a window in which server @index gets one budget. */
static bool demand_within(const struct hv_server_config *servers, hv_u32 count,
			  const struct hv_reserve *reserve, hv_u32 index, hv_u64 window,
			  hv_u64 *demand)
{
	*demand = servers[index].budget.budget_ns;
	if (!add_demand(demand, 1, reserve->once_ns) ||
	    !add_demand(demand, (window - 1) / reserve->period_ns + 1, reserve->budget_ns))
		return false;
	for (hv_u32 i = 0; i < count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		if (more_urgent(servers, i, index) &&
		    !add_demand(demand, refills_within(&servers[i], window),
				servers[i].budget.budget_ns))
			return false;
	}
	return true;
}

hv_status_t hv_admission_response(const struct hv_server_config *servers, hv_u32 count,
				  const struct hv_reserve *reserve, hv_u32 index,
				  hv_u64 *response_ns)
{
	if (response_ns == NULL || !valid_set(servers, count, reserve) || index >= count)
		return HV_EINVAL;

	hv_u64 window = servers[index].budget.budget_ns;

	for (hv_u32 step = 0; step < HV_ADMISSION_MAX_STEPS; step++) { /* bound: 4096 */
		hv_u64 demand;

		if (!demand_within(servers, count, reserve, index, window, &demand) ||
		    demand > servers[index].budget.period_ns)
			return HV_ENOSPC;
		if (demand == window) {
			*response_ns = window;
			return HV_OK;
		}
		window = demand;
	}
	return HV_ENOSPC;
}

hv_status_t hv_admission_check(const struct hv_server_config *servers, hv_u32 count,
			       const struct hv_reserve *reserve, hv_u32 *failed)
{
	hv_u64 response;
	hv_u32 index = count;
	hv_status_t status = hv_admission_utilisation(servers, count, reserve);

	for (hv_u32 i = 0; status == HV_OK && i < count; i++) { /* bound: HV_MAX_CPU_SERVERS */
		status = hv_admission_response(servers, count, reserve, i, &response);
		index = i;
	}
	if (status == HV_ENOSPC && failed != NULL)
		*failed = index;
	return status;
}
