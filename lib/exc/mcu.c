/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/mcu.h>

#define ESR_EC   HV_BITS(31, 26)
#define ESR_DFSC HV_BITS(5, 0)
#define EC_DATA_ABORT_SAME_EL 0x25u
#define EC_SERROR             0x2fu
#define DFSC_EXTERNAL         0x10u /* synchronous, of the access itself */

#define BASE_MAJOR 2u /* SCMI 2.0 to 3.2 */

const char *hv_attest_name(enum hv_attest verdict)
{
	static const char *const names[] = {
		"as configured",
		"the system manager does not answer",
		"the system manager does not tell",
		"the system manager has another configuration",
		"the system manager runs another alternative of its configuration",
		"the logical machine of the microcontroller is another one",
		"the system manager does not tell of the microcontroller's life",
		"an address that must be closed to this CPU answers",
		"an address that must be open to this CPU is closed",
		"a probe did not reach the bus",
		"the firewall does not hold what was written",
		"there is no such firewall",
	};
	const hv_u32 index = (hv_u32)verdict;

	return index < sizeof(names) / sizeof(names[0]) ? names[index] : "unknown";
}

static bool same_name(const char *a, const char *b)
{
	hv_u32 i = 0;

	while (i < HV_SCMI_NAME - 1 && a[i] == b[i] && a[i] != '\0') /* bound: HV_SCMI_NAME */
		i++;
	return i == HV_SCMI_NAME - 1 || a[i] == b[i];
}

static enum hv_attest unreadable(hv_status_t status)
{
	return status == HV_EPERM ? HV_ATTEST_REFUSED : HV_ATTEST_SILENT;
}

enum hv_attest hv_attest_version(const struct hv_scmi_msg *reply)
{
	hv_u32 version;
	const hv_status_t status = hv_scmi_reply_word(reply, &version);

	if (status != HV_OK)
		return unreadable(status);
	return version >> 16 == BASE_MAJOR ? HV_ATTEST_OK : HV_ATTEST_ABSENT;
}

enum hv_attest hv_attest_cfg(const struct hv_attest_config *expected, const struct hv_scmi_msg *reply)
{
	struct hv_cfg_info info;
	const hv_status_t status = hv_scmi_reply_cfg_info(reply, &info);

	if (status != HV_OK)
		return unreadable(status);
	if (!same_name(expected->name, info.name))
		return HV_ATTEST_NAME;
	return info.selector == expected->selector ? HV_ATTEST_OK : HV_ATTEST_SELECTOR;
}

enum hv_attest hv_attest_lm(struct hv_mcu *mcu, const struct hv_mcu_config *config,
			    const struct hv_scmi_msg *reply)
{
	struct hv_lmm_attributes attributes;
	const hv_status_t status = hv_scmi_reply_lmm_attributes(reply, &attributes);

	if (status != HV_OK)
		return unreadable(status);
	if (attributes.lm != config->lm || attributes.state > (hv_u32)HV_LM_SUSPENDED)
		return HV_ATTEST_MACHINE;
	mcu->state = attributes.state;
	return HV_ATTEST_OK;
}

bool hv_probe_imprecise(hv_u64 esr)
{
	return HV_GET(ESR_EC, esr) == EC_SERROR;
}

enum hv_probe hv_probe_decide(hv_u64 esr)
{
	const hv_u64 ec = HV_GET(ESR_EC, esr);

	if (esr == 0)
		return HV_PROBE_ANSWERED;
	if (hv_probe_imprecise(esr))
		return HV_PROBE_ABORTED;
	if (ec == EC_DATA_ABORT_SAME_EL && HV_GET(ESR_DFSC, esr) == DFSC_EXTERNAL)
		return HV_PROBE_ABORTED;
	return HV_PROBE_UNMAPPED;
}

enum hv_attest hv_attest_probe(enum hv_probe probe, bool open)
{
	switch (probe) {
	case HV_PROBE_ANSWERED:
		return open ? HV_ATTEST_OK : HV_ATTEST_REACHABLE;
	case HV_PROBE_ABORTED:
		return open ? HV_ATTEST_CLOSED : HV_ATTEST_OK;
	default:
		return HV_ATTEST_UNMAPPED;
	}
}

hv_status_t hv_mcu_expect(struct hv_mcu *mcu, const struct hv_mcu_config *config, hv_u32 flags)
{
	if (config->mode != HV_MCU_MANAGE || (mcu->ended && (flags & HV_LMM_BOOT) != 0))
		return HV_EPERM;
	mcu->expected |= flags & (HV_LMM_BOOT | HV_LMM_SHUTDOWN);
	return HV_OK;
}

void hv_mcu_unexpect(struct hv_mcu *mcu, hv_u32 flags)
{
	mcu->expected &= ~flags;
}

static void follow(struct hv_mcu *mcu, hv_u32 flags)
{
	if ((flags & HV_LMM_SHUTDOWN) != 0)
		mcu->state = HV_LM_OFF;
	if ((flags & HV_LMM_SUSPEND) != 0)
		mcu->state = HV_LM_SUSPENDED;
	if ((flags & (HV_LMM_BOOT | HV_LMM_WAKE)) != 0)
		mcu->state = HV_LM_ON;
}

static enum hv_journal_verdict halt(struct hv_mcu *mcu)
{
	mcu->ended = true;
	return HV_JV_HALT;
}

/* It ended, or came up, and nobody here had asked for it. */
static enum hv_journal_verdict decide(struct hv_mcu *mcu, const struct hv_mcu_config *config,
				      hv_u32 surprise)
{
	if (config->mode != HV_MCU_MANAGE || surprise == 0)
		return HV_JV_NONE;
	if (mcu->ended)
		return (surprise & HV_LMM_BOOT) != 0 ? HV_JV_HALT : HV_JV_NONE;
	if (config->policy == HV_MCU_HALT)
		return halt(mcu);
	/* The firmware restarts the core by itself after some faults: then there is nothing to do. */
	if (config->policy != HV_MCU_RESTART || (surprise & HV_LMM_SHUTDOWN) == 0 ||
	    mcu->state == (hv_u32)HV_LM_ON)
		return HV_JV_NONE;
	if (mcu->restarts >= config->max_restarts)
		return halt(mcu);
	mcu->restarts++;
	return HV_JV_RESTART;
}

void hv_mcu_event(struct hv_mcu *mcu, const struct hv_mcu_config *config,
		  const struct hv_lmm_event *event, struct hv_mcu_action *out)
{
	const hv_u32 surprise = event->flags & (HV_LMM_BOOT | HV_LMM_SHUTDOWN) & ~mcu->expected;

	*out = (struct hv_mcu_action){.verdict = HV_JV_IGNORE, .flags = event->flags,
				      .cause = event->cause};
	if (event->lm != config->lm)
		return;
	follow(mcu, event->flags);
	mcu->expected &= ~event->flags;
	if (surprise != 0)
		out->flags |= HV_J_MCU_UNASKED;
	out->ask_reason = (event->flags & (HV_LMM_BOOT | HV_LMM_SHUTDOWN)) != 0;
	out->verdict = decide(mcu, config, surprise);
}

bool hv_mcu_missed(const struct hv_mcu *mcu, const struct hv_mcu_config *config, hv_u32 seen,
		   struct hv_lmm_event *out)
{
	hv_u32 flags;

	if (seen == mcu->state)
		return false;
	switch (seen) {
	case HV_LM_OFF:
		flags = HV_LMM_SHUTDOWN;
		break;
	case HV_LM_ON:
		flags = mcu->state == (hv_u32)HV_LM_SUSPENDED ? HV_LMM_WAKE : HV_LMM_BOOT;
		break;
	case HV_LM_SUSPENDED:
		flags = HV_LMM_SUSPEND;
		break;
	default:
		return false;
	}
	*out = (struct hv_lmm_event){.lm = config->lm, .flags = flags};
	return true;
}

void hv_mcu_record(const struct hv_mcu_config *config, const struct hv_mcu_action *action,
		   const struct hv_lmm_reset_reason *reason, struct hv_journal_record *out)
{
	*out = (struct hv_journal_record){
		.kind = HV_J_MCU,
		.verdict = (hv_u8)action->verdict,
		.esr = action->flags,
		.detail = config->lm | (hv_u64)action->cause << 32,
	};
	if (reason == NULL)
		return;
	out->esr |= HV_J_MCU_REASON;
	out->far = reason->boot_word;
	out->ipa = reason->shutdown_word;
}
