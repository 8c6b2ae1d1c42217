/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_DISPATCH_RECORD_H
#define HAVEN_DISPATCH_RECORD_H
/**
 * @file
 * Each call to a dispatcher as one journal record of kind HV_J_SWITCH: what went in and
 * what came out. tools/haven-sim --replay feeds them to the same library again and
 * compares.
 *
 * Recording is optional. Whoever records must record all calls of one dispatcher, in
 * their order: first hv_record_server for each server by index, then hv_record_init, then
 * every successful set_runnable, set_wake, charge, step and switched. The records belong in a ring
 * of their own: they come by the thousand per second and would push the audit out of its.
 *
 * These functions fill in kind, verdict, partition, esr, far, ipa, detail and pc_low; the
 * caller fills in cpu and timestamp, the counter value that now_ns was made of.
 *
 * | field     | server   | init  | runnable | wake  | charge    | step               | done      |
 * |-----------|----------|-------|----------|-------|-----------|--------------------|-----------|
 * | esr 7:0   | 1        | 2     | 3        | 4     | 5         | 6                  | 7         |
 * | esr 15:8  | index    | count | index    | index | index     | picked             | running   |
 * | esr 23:16 | kind     | 0     | runnable | 0     | 0         | background         | 0         |
 * | esr 63:32 | priority | hz    | 0        | 0     | 0         | woken              | 0         |
 * | far       | t0_ns    | now   | now      | 0     | now       | now                | now       |
 * | ipa       | period   | 0     | 0        | at    | since     | remaining          | remaining |
 * | detail    | budget   | 0     | 0        | 0     | remaining | deadline           | deadline  |
 *
 * An index of 0xff is nobody. kind: bit 0 polling, bit 1 background. All times are ns. Who: the CPU of the dispatcher.
 * Cost of each: constant, about ten stores.
 */
#include <haven/dispatch.h>
#include <haven/journal.h>

/** What a record of kind HV_J_SWITCH tells: esr bits 7:0. Never reused. */
enum hv_switch_op {
	HV_SWITCH_SERVER = 1,   /**< A server, before hv_dispatch_init. */
	HV_SWITCH_INIT = 2,     /**< hv_dispatch_init */
	HV_SWITCH_RUNNABLE = 3, /**< hv_dispatch_set_runnable */
	HV_SWITCH_WAKE = 4,     /**< hv_dispatch_set_wake */
	HV_SWITCH_CHARGE = 5,   /**< hv_dispatch_charge */
	HV_SWITCH_STEP = 6,     /**< hv_dispatch_step */
	HV_SWITCH_DONE = 7,     /**< hv_dispatch_switched */
};

/** @param t0_ns  As given to hv_budget_server_init. */
void hv_record_server(struct hv_journal_record *record, const struct hv_server_config *config,
		      hv_u32 index, hv_u64 t0_ns);

/** @param hz  Frequency of the counter behind timestamp. */
void hv_record_init(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
		    hv_u32 hz);

/** After hv_dispatch_set_runnable(@p dispatch, @p server, ...). */
void hv_record_runnable(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
			hv_u32 server);

/** After hv_dispatch_set_wake(@p dispatch, @p server, @p at_ns). */
void hv_record_wake(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
		    hv_u32 server, hv_u64 at_ns);

/** After hv_dispatch_charge(@p dispatch, @p server, @p since_ns, ...). */
void hv_record_charge(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
		      hv_u32 server, hv_u64 since_ns);

/** After hv_dispatch_step(@p dispatch, ..., @p decision). */
void hv_record_step(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
		    const struct hv_dispatch_decision *decision);

/** After hv_dispatch_switched(@p dispatch, @p now_ns, @p deadline_ns). */
void hv_record_switched(struct hv_journal_record *record, const struct hv_dispatch *dispatch,
			hv_u64 now_ns, hv_u64 deadline_ns);

#endif
