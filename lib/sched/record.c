/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/dispatch_record.h>

#define IDLE_INDEX 0xffu
_Static_assert(HV_MAX_CPU_SERVERS <= IDLE_INDEX, "an index has 8 bits");

static void fill(struct hv_journal_record *record, enum hv_switch_op op, hv_u32 index, hv_u64 high)
{
	record->partition = HV_PARTITION_HYPERVISOR;
	record->kind = HV_J_SWITCH;
	record->verdict = HV_JV_NONE;
	record->esr = high << 32 | (index & IDLE_INDEX) << 8 | (hv_u32)op;
	record->far = 0;
	record->ipa = 0;
	record->detail = 0;
	record->pc_low = 0;
}

static void set_flag(struct hv_journal_record *record, bool flag, hv_u32 bit)
{
	if (flag)
		record->esr |= UINT64_C(0x10000) << bit;
}

/* A call about one server or nobody, at the time up to which all is charged. */
static void fill_for(struct hv_journal_record *record, enum hv_switch_op op,
		     const struct hv_dispatch *dispatch, hv_u32 server)
{
	fill(record, op, server, 0);
	record->far = dispatch->accounted_ns;
	if (server != HV_DISPATCH_IDLE)
		record->partition = (hv_u16)dispatch->servers[server].config.budget.partition_id;
}

void hv_record_server(struct hv_journal_record *record, const struct hv_server_config *config,
		      hv_u32 index, hv_u64 t0_ns)
{
	fill(record, HV_SWITCH_SERVER, index, config->priority);
	set_flag(record, config->polling, 0);
	set_flag(record, config->background, 1);
	record->partition = (hv_u16)config->budget.partition_id;
	record->far = t0_ns;
	record->ipa = config->budget.period_ns;
	record->detail = config->budget.budget_ns;
}

void hv_record_init(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
		    hv_u32 hz)
{
	fill(record, HV_SWITCH_INIT, dispatch->count, hz);
	record->far = dispatch->accounted_ns;
}

void hv_record_runnable(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
			hv_u32 server)
{
	fill_for(record, HV_SWITCH_RUNNABLE, dispatch, server);
	set_flag(record, dispatch->servers[server].runnable, 0);
}

void hv_record_wake(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
		    hv_u32 server, hv_u64 at_ns)
{
	fill_for(record, HV_SWITCH_WAKE, dispatch, server);
	record->far = 0;
	record->ipa = at_ns;
}

void hv_record_charge(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
		      hv_u32 server, hv_u64 since_ns)
{
	fill_for(record, HV_SWITCH_CHARGE, dispatch, server);
	record->ipa = since_ns;
	if (server != HV_DISPATCH_IDLE)
		record->detail = dispatch->servers[server].remaining_ns;
}

/* Who runs now. */
static void fill_running(struct hv_journal_record *record, enum hv_switch_op op,
			 const struct hv_dispatch *dispatch, hv_u64 deadline_ns)
{
	const hv_u32 running = dispatch->current;

	fill_for(record, op, dispatch, running);
	if (running != HV_DISPATCH_IDLE)
		record->ipa = dispatch->servers[running].remaining_ns;
	record->detail = deadline_ns;
}

void hv_record_step(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
		    const struct hv_dispatch_decision *decision)
{
	fill_running(record, HV_SWITCH_STEP, dispatch, decision->deadline_ns);
	record->esr |= (hv_u64)decision->woken << 32;
	set_flag(record, decision->background, 0);
}

void hv_record_switched(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
			hv_u64 now_ns, hv_u64 deadline_ns)
{
	fill_running(record, HV_SWITCH_DONE, dispatch, deadline_ns);
	record->far = now_ns;
}
