/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_TRACE_H
#define HAVEN_TRACE_H
/**
 * @file
 * The calls of a shared CPU's dispatcher, recorded for tools/haven-sim --replay: optional
 * (trace_slots in the configuration), in a ring of its own that begins with the dispatcher.
 *
 * Each function comes after the call that it is named after, if there is a ring
 * (hv_shared.trace). Who: the CPU itself.
 */
#include "shared.h"

/** Servers are made and the dispatcher too, at @p t0_ns. Makes the ring, if there is to be one. */
void hv_trace_start(struct hv_cpu *cpu, hv_u64 t0_ns);
void hv_trace_runnable(struct hv_shared *s, hv_u32 server);
void hv_trace_wake(struct hv_shared *s, hv_u32 server, hv_u64 at_ns);
void hv_trace_charge(struct hv_shared *s, hv_u32 server, hv_u64 since_ns);
void hv_trace_step(struct hv_shared *s, const struct hv_dispatch_decision *decision);
void hv_trace_switched(struct hv_shared *s, hv_u64 now_ns, hv_u64 deadline_ns);

#endif
