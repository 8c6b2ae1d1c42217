/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_DISPATCH_H
#define HAVEN_DISPATCH_H
/**
 * @file
 * Who runs on a CPU that several servers share, and until when.
 *
 * The most urgent server that is runnable and has budget runs; equal priorities go by
 * index, so list the servers in the order of their partition ids. If there is none, the
 * most urgent runnable one among those that may use background time runs, uncharged,
 * until anybody has budget and something to run.
 *
 * One timer programmed to the deadline of each decision suffices: nothing changes the
 * pick before it, unless a vCPU wakes by an interrupt or blocks. Wakes by a guest's own
 * timer are part of the deadline (hv_dispatch_set_wake).
 *
 * What a call does depends on its times, not on how late it comes: refills and timed
 * wakes that are due take effect in the order of their instants; at the same instant a
 * timed wake goes first, so a polling server that wakes itself on its grid has its budget.
 *
 * Each function first charges the running server up to now_ns, so calls for one
 * dispatcher are made by its CPU alone, with a clock that does not go back
 * (<haven/clock.h> makes nanoseconds of counter ticks). Read the counter where the exit
 * begins, so that EL2's work is charged to whom it is for:
 *
 *     hv_dispatch_step(now of the entry) -> switch worlds if the server is another one
 *     -> hv_dispatch_switched(now) -> program the timer, return to the guest
 */
#include <haven/budget_server.h>

/** No server: the CPU is idle. */
#define HV_DISPATCH_IDLE UINT32_MAX

struct hv_dispatch {
	struct hv_budget_server *servers;
	hv_u32 count;         /**< 1..HV_MAX_CPU_SERVERS */
	hv_u32 current;       /**< Index, or HV_DISPATCH_IDLE. */
	hv_u64 accounted_ns;  /**< The running server is charged up to here. */
	hv_u64 free_until_ns; /**< In background time: until its own refill. Else 0. */
	hv_u64 takeover_ns;   /**< When another server could run in place of the running one. */
	hv_u64 deadline_ns;   /**< Of the decision in force. */
	hv_u64 late_max_ns;   /**< Longest time from a deadline until the step that it asked for. */
	hv_u32 woken;         /**< Timed wakes that no step has reported yet. */
	hv_u32 payer;         /**< Pays for the switch under way; HV_DISPATCH_IDLE: who runs. */
	hv_u8 order[HV_MAX_CPU_SERVERS]; /**< Indices, the most urgent first. */
	hv_u8 rank[HV_MAX_CPU_SERVERS];  /**< By index, its place in order[]. */
};

struct hv_dispatch_decision {
	hv_u32 server;      /**< Index, or HV_DISPATCH_IDLE. */
	hv_u32 woken;       /**< Bit i: server i's timed wake came; each is reported once, less
			     *   urgent ones by the step that comes to look at them. */
	hv_u64 deadline_ns; /**< Call hv_dispatch_step again then; HV_NEVER: no need. */
	bool background;    /**< The server runs in background time. */
};

/**
 * Make a dispatcher over servers that hv_budget_server_init has made. Nobody runs
 * until hv_dispatch_step.
 *
 * @param servers  Stay the caller's memory, but from now on only the dispatcher
 *                 changes them. It brings a server up to date when it looks at it: those
 *                 less urgent than who runs wait until it is their turn.
 *
 * @retval HV_OK      Ready.
 * @retval HV_EINVAL  NULL, no servers, or more than HV_MAX_CPU_SERVERS.
 * Cost: a sort of the servers.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_init(struct hv_dispatch *dispatch, struct hv_budget_server *servers,
			     hv_u32 count, hv_u64 now_ns);

/**
 * A vCPU woke (an interrupt is pending) or blocked (WFI, off, suspended). Does not
 * pick: follow with hv_dispatch_step. Waking cancels a timed wake.
 *
 * @retval HV_OK      Noted; repeating it is harmless.
 * @retval HV_EINVAL  NULL, no such server, or now_ns lies before the last call's.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_set_runnable(struct hv_dispatch *dispatch, hv_u32 server, bool runnable,
				     hv_u64 now_ns);

/**
 * A blocked vCPU becomes runnable by itself at @p at_ns: the earlier deadline of its
 * enabled, unmasked EL1 timers. The step that finds it due reports it in woken.
 *
 * Who: after each hv_dispatch_set_runnable(false) of a vCPU that waits (WFI); not for one
 * that is off or suspended. A preempted vCPU needs none: it stays runnable, and its
 * timer's condition is level.
 *
 * @param at_ns  Replaces what was set; HV_NEVER: none; in the past: at the next step.
 *
 * @retval HV_OK      Set, from the next hv_dispatch_step on.
 * @retval HV_EPERM   The server is runnable.
 * @retval HV_EINVAL  NULL, or no such server.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_set_wake(struct hv_dispatch *dispatch, hv_u32 server, hv_u64 at_ns);

/**
 * Charge EL2's work on behalf of a server to it instead of to the one it interrupted:
 * an interrupt, a kick or a doorbell for a partition that does not run.
 *
 * @param server    HV_DISPATCH_IDLE: charged to nobody, EL2's own work; the reserve of
 *                  the admission test must cover it.
 * @param since_ns  Begin of that work. What the last call charged stays where it is.
 *
 * @retval HV_OK      Charged; the server still has budget, or it was nobody.
 * @retval HV_EPERM   Charged; it has none, and its next refills pay what was too much. Mask
 *                    the source until then, or it goes on taking others' time.
 * @retval HV_EINVAL  NULL, no such server, or now_ns lies before since_ns or the last
 *                    call's.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_charge(struct hv_dispatch *dispatch, hv_u32 server, hv_u64 since_ns,
			       hv_u64 now_ns);

/**
 * Charge, wake, refill, pick, and say when to come back.
 *
 * Who: the CPU's timer interrupt, and after each wake or block.
 *
 * @retval HV_OK      @p out holds the decision, which is now in force. Its deadline lies
 *                    after now_ns.
 * @retval HV_EINVAL  NULL, or now_ns lies before the last call's.
 * Cost: two passes over the servers that are more urgent than the one picked; over all
 * for idleness and background time.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_step(struct hv_dispatch *dispatch, hv_u64 now_ns,
			     struct hv_dispatch_decision *out);

/** True if hv_dispatch_switched() has something to do: somebody who does not run pays. */
static inline bool hv_dispatch_owes(const struct hv_dispatch *dispatch)
{
	return dispatch->payer != HV_DISPATCH_IDLE && dispatch->payer != dispatch->current;
}

/**
 * The switch that a step asked for is done: charge it to the server that caused it, and
 * say again when to come back.
 *
 * Whoever preempts pays for coming, whoever blocks or has used its budget up pays for
 * leaving: a server pays for both its switches, and those that it interrupts for none.
 * Without this call, who runs pays; it is not needed unless hv_dispatch_owes().
 *
 * @param deadline_ns  Replaces that of the decision. May be over: then the timer fires
 *                     at once, as it should.
 *
 * @retval HV_OK      Charged; nothing to charge is fine too.
 * @retval HV_EINVAL  NULL, or now_ns lies before the last call's.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_switched(struct hv_dispatch *dispatch, hv_u64 now_ns,
				 hv_u64 *deadline_ns);

#endif
