/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_SCMI_FILTER_H
#define HAVEN_SCMI_FILTER_H
/**
 * @file
 * What a guest may ask of the SCMI platform, when the hypervisor keeps the real channel.
 *
 * Deny by default: a message passes only if the table of scmi_filter.c knows it, and what
 * it names is in the guest's lists. Never passed, whatever the lists say: performance
 * domains (a guest would change the CPU clock of all), system power, logical machines,
 * CPUs, safety, miscellaneous and vendor extensions; in what passes, asynchronous requests,
 * notifications, lists of sensors and pin groups. The base protocol is answered here, with the
 * protocols of which the guest owns something; so a channel works without a platform too.
 *
 * A shared parent of two guests' clocks must be in neither list: rates are not arbitrated.
 *
 * Source: Arm DEN 0056, 4.2 (base), 4.3 (power), 4.6 (clock), 4.7 (sensor), 4.8 (reset), 4.9
 * (voltage), 4.10 (pin control).
 */
#include <haven/scmi.h>

/** Domains, clocks, pins ... first..last of one protocol. */
struct hv_scmi_grant {
	hv_u32 protocol; /**< HV_SCMI_POWER, _CLOCK, _SENSOR, _RESET, _VOLTAGE or _PINCTRL. */
	hv_u32 first, last;
	bool set;        /**< May change them; else may read about them. */
};

/** Rights of one guest; const data of the configuration. */
struct hv_scmi_rights {
	const struct hv_scmi_grant *grants;
	hv_u32 grant_count;
};

enum hv_scmi_verdict {
	HV_SCMI_PASS = 0, /**< Send it to the platform under a token of the hypervisor's. */
	HV_SCMI_ANSWER,   /**< Allowed, and @p reply is the answer. */
	HV_SCMI_REFUSE,   /**< @p reply is the error for the guest; worth a journal record. */
};

/**
 * Judge one request of a guest.
 *
 * @param request  A copy that the guest cannot change any more; count checked by hv_smt.
 * @param reply    Filled unless HV_SCMI_PASS: the request's own header, a status, results. DENIED:
 *                 not owned. NOT_SUPPORTED: no guest may. INVALID_PARAMETERS: too short.
 *                 PROTOCOL_ERROR: not a command.
 * Cost: rows of the table, and grants.
 */
HV_MUST_CHECK
enum hv_scmi_verdict hv_scmi_filter(const struct hv_scmi_rights *rights,
				    const struct hv_scmi_msg *request, struct hv_scmi_msg *reply);

/** True if some grant is of this protocol. Cost: grants. */
bool hv_scmi_has_protocol(const struct hv_scmi_rights *rights, hv_u32 protocol);

#endif
