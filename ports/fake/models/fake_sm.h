/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_FAKE_SM_H
#define HAVEN_FAKE_SM_H
/**
 * @file
 * NXP's System Manager as the non-secure agent of the application cores meets it: a message
 * unit, two shared buffers in its memory, an SCMI server with the permissions of a shipped
 * configuration, three logical machines (0 the manager, 1 the M7, 2 the A55), and faults.
 *
 * Modelled after the published sources: foreign machines are booted, ended and given a vector only with
 * exclusive permission (5); attributes and reset reasons need 1, notifications 2. After a request
 * that it cannot take (checksum) it answers with header 0. It has clocks and power domains as well,
 * and gives the agent all of them, so that whoever passes requests on is the only guard.
 */
#include <haven/types.h>

#define FAKE_SM_EVENTS 6u /* 24 words of queue, 4 each; what finds no room is dropped */
#define FAKE_SM_CLOCKS 64u
#define FAKE_SM_DOMAINS 32u

struct fake_sm_config {
	const char *name;
	hv_u32 selector;
	hv_u32 lmm[3]; /**< Permission of the agent on each machine, 0..255. */
	bool crc;
};
extern const struct fake_sm_config fake_sm_mx95evk, fake_sm_mx95evkrpmsg;

/** What goes wrong with the next reply, or notification. */
enum fake_sm_fault {
	FAKE_SM_NONE = 0,
	FAKE_SM_SILENT,  /**< Takes the request, never answers. */
	FAKE_SM_DEAD,    /**< Does not even take the doorbell. */
	FAKE_SM_CRC,     /**< One payload bit flips behind the checksum. */
	FAKE_SM_LONG,    /**< Length says more than the buffer has. */
	FAKE_SM_SHORT,   /**< Length says header alone. */
	FAKE_SM_TOKEN,   /**< Reply to another request. */
	FAKE_SM_ERROR,   /**< Channel error bit. */
	FAKE_SM_GARBAGE, /**< All words of the buffer but its status are noise. */
	FAKE_SM_CUT,     /**< A reply without its results, status SUCCESS. */
};

struct fake_sm {
	const struct fake_sm_config *config;
	hv_u64 base;
	hv_u32 word[64]; /**< Both buffers. */
	hv_u32 gier, gcr, gsr;
	hv_u32 state[3]; /**< Machines: 0 off, 1 on, 2 suspended. */
	hv_u32 notify[3];
	hv_u32 boot_word, shutdown_word; /**< Of machine 1. */
	hv_u64 vector;   /**< Of machine 1, as set. */
	enum fake_sm_fault fault; /**< Of the next one; then none again. */
	hv_u32 fault_after; /**< Exchanges that still go well before it. */
	hv_u32 delay;    /**< Looks at the status word before a reply is there. */
	hv_u32 token;    /**< Of the next notification. */
	hv_u32 requests; /**< Taken. */
	hv_u32 taken[256]; /**< The same by protocol. */
	hv_u32 last_header, last_count; /**< Of the last one: header, and words behind it. */
	hv_u64 rate[FAKE_SM_CLOCKS];
	hv_u32 clock_on[FAKE_SM_CLOCKS];
	hv_u32 power[FAKE_SM_DOMAINS];
	hv_u32 event[FAKE_SM_EVENTS][3];
	hv_u32 event_count;
	hv_u32 waiting;  /**< Looks until the reply. */
	bool busy;
};

/** Power on, machines 1 and 2 on, at @p base (8 KB) of the bus. */
void fake_sm_init(struct fake_sm *sm, hv_u64 base, const struct fake_sm_config *config);
/** The request that it works on, if there is one, is answered now. */
void fake_sm_answer(struct fake_sm *sm);
/** The unit's interrupt line. */
bool fake_sm_irq(const struct fake_sm *sm);
/** A machine booted (1), ended (2), slept (4) or woke (8): its state follows, and who subscribed is told. */
void fake_sm_event(struct fake_sm *sm, hv_u32 cause, hv_u32 lm, hv_u32 flags);

#endif
