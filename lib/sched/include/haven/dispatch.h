/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_DISPATCH_H
#define HAVEN_DISPATCH_H
/**
 * @file
 * Who runs on a CPU that several servers share, and until when.
 *
 * The most urgent server that is runnable and has budget runs; equal priorities go
 * by index. One timer programmed to the deadline of each decision suffices: nothing
 * changes the pick before it, unless a vCPU wakes or blocks.
 *
 * Each function first charges the running server up to now_ns, so calls for one
 * dispatcher are made by its CPU alone, with a clock that does not go back.
 */
#include <haven/budget_server.h>

/** No server: the CPU is idle. */
#define HV_DISPATCH_IDLE UINT32_MAX

struct hv_dispatch {
	struct hv_budget_server *servers;
	hv_u32 count;       /**< 1..HV_MAX_CPU_SERVERS */
	hv_u32 current;     /**< Index, or HV_DISPATCH_IDLE. */
	hv_u64 accounted_ns; /**< The running server is charged up to here. */
};

struct hv_dispatch_decision {
	hv_u32 server;      /**< Index, or HV_DISPATCH_IDLE. */
	hv_u64 deadline_ns; /**< Call hv_dispatch_step again then; UINT64_MAX: never. */
};

/**
 * Make a dispatcher over servers that hv_budget_server_init has made. Nobody runs
 * until hv_dispatch_step.
 *
 * @param servers  Stay the caller's memory, but from now on only the dispatcher
 *                 changes them.
 *
 * @retval HV_OK      Ready.
 * @retval HV_EINVAL  NULL, no servers, or more than HV_MAX_CPU_SERVERS.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_init(struct hv_dispatch *dispatch, struct hv_budget_server *servers,
			     hv_u32 count, hv_u64 now_ns);

/**
 * A vCPU woke (an interrupt is pending) or blocked (WFI, off, suspended). Does not
 * pick: follow with hv_dispatch_step.
 *
 * @retval HV_OK      Noted; repeating it is harmless.
 * @retval HV_EINVAL  NULL, no such server, or now_ns lies before the last call's.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_set_runnable(struct hv_dispatch *dispatch, hv_u32 server, bool runnable,
				     hv_u64 now_ns);

/**
 * Charge, refill, pick, and say when to come back.
 *
 * Who: the CPU's timer interrupt, and after each wake or block.
 *
 * @retval HV_OK      @p out holds the decision, which is now in force.
 * @retval HV_EINVAL  NULL, or now_ns lies before the last call's.
 * Cost: three passes over the servers of this CPU.
 */
HV_MUST_CHECK
hv_status_t hv_dispatch_step(struct hv_dispatch *dispatch, hv_u64 now_ns,
			     struct hv_dispatch_decision *out);

#endif
