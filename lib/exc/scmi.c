/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/scmi.h>

#define HEADER_MESSAGE  HV_BITS(7, 0)
#define HEADER_TYPE     HV_BITS(9, 8)
#define HEADER_PROTOCOL HV_BITS(17, 10)
#define HEADER_TOKEN    HV_BITS(27, 18)

#define FLAG_GRACEFUL 1u
#define VECTOR_START  0x40000000u /* CPU_RESET_VECTOR_SET: for the next start */

#define REASON_VALID  HV_BIT(31)
#define REASON_ORIGIN_VALID HV_BIT(28)
#define REASON_ORIGIN HV_BITS(27, 24)
#define REASON_ERROR_VALID HV_BIT(23)
#define REASON_ERROR  HV_BITS(22, 8)
#define REASON_NUMBER HV_BITS(7, 0)

#define NAME_WORDS (HV_SCMI_NAME / 4u)

hv_u32 hv_scmi_header(hv_u32 protocol, hv_u32 message, hv_u32 token)
{
	return (hv_u32)(HV_PUT(HEADER_MESSAGE, message) | HV_PUT(HEADER_PROTOCOL, protocol) |
			HV_PUT(HEADER_TOKEN, token));
}

hv_u32 hv_scmi_with_token(hv_u32 header, hv_u32 token)
{
	return (header & ~(hv_u32)HEADER_TOKEN) | (hv_u32)HV_PUT(HEADER_TOKEN, token);
}

hv_u32 hv_scmi_header_message(hv_u32 header)
{
	return (hv_u32)HV_GET(HEADER_MESSAGE, header);
}

hv_u32 hv_scmi_header_type(hv_u32 header)
{
	return (hv_u32)HV_GET(HEADER_TYPE, header);
}

hv_u32 hv_scmi_header_protocol(hv_u32 header)
{
	return (hv_u32)HV_GET(HEADER_PROTOCOL, header);
}

hv_u32 hv_scmi_header_token(hv_u32 header)
{
	return (hv_u32)HV_GET(HEADER_TOKEN, header);
}

/* ---- requests ---- */

void hv_scmi_ask(hv_u32 protocol, hv_u32 message, struct hv_scmi_msg *out)
{
	*out = (struct hv_scmi_msg){.header = hv_scmi_header(protocol, message, 0)};
}

void hv_scmi_ask1(hv_u32 protocol, hv_u32 message, hv_u32 parameter, struct hv_scmi_msg *out)
{
	hv_scmi_ask(protocol, message, out);
	out->word[0] = parameter;
	out->count = 1;
}

void hv_scmi_lmm_end(enum hv_scmi_lmm message, hv_u32 lm, bool graceful, struct hv_scmi_msg *out)
{
	hv_scmi_ask1(HV_SCMI_LMM, (hv_u32)message, lm, out);
	out->word[1] = graceful ? FLAG_GRACEFUL : 0;
	out->count = 2;
}

void hv_scmi_lmm_notify(hv_u32 lm, hv_u32 events, struct hv_scmi_msg *out)
{
	hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_NOTIFY, lm, out);
	out->word[1] = events & HV_LMM_ALL;
	out->count = 2;
}

void hv_scmi_lmm_vector(hv_u32 lm, hv_u32 cpu, hv_u64 vector, struct hv_scmi_msg *out)
{
	hv_scmi_ask1(HV_SCMI_LMM, HV_SCMI_LMM_RESET_VECTOR_SET, lm, out);
	out->word[1] = cpu;
	out->word[2] = 0;
	out->word[3] = (hv_u32)vector;
	out->word[4] = (hv_u32)(vector >> 32);
	out->count = 5;
}

void hv_scmi_cpu_vector(hv_u32 cpu, hv_u64 vector, struct hv_scmi_msg *out)
{
	hv_scmi_ask1(HV_SCMI_CPU, HV_SCMI_CPU_RESET_VECTOR_SET, cpu, out);
	out->word[1] = VECTOR_START;
	out->word[2] = (hv_u32)vector;
	out->word[3] = (hv_u32)(vector >> 32);
	out->count = 4;
}

/* ---- replies: word 0 is the status ---- */

int32_t hv_scmi_reply_status(const struct hv_scmi_msg *reply)
{
	if (reply == NULL || reply->count == 0 || reply->count > HV_SCMI_WORDS)
		return HV_SCMI_PROTOCOL_ERROR;
	return (int32_t)reply->word[0];
}

static hv_status_t check(const struct hv_scmi_msg *reply, const void *out, hv_u32 words)
{
	if (reply == NULL || out == NULL || reply->count == 0 || reply->count > HV_SCMI_WORDS)
		return HV_EINVAL;
	if (hv_scmi_reply_status(reply) != HV_SCMI_SUCCESS)
		return HV_EPERM;
	return reply->count < words ? HV_EINVAL : HV_OK;
}

static void copy_name(const hv_u32 *words, char out[HV_SCMI_NAME])
{
	bool ended = false;

	for (hv_u32 i = 0; i < HV_SCMI_NAME; i++) { /* bound: HV_SCMI_NAME */
		const char c = (char)(hv_u8)(words[i / 4] >> (8 * (i % 4)));

		ended = ended || c == '\0' || i == HV_SCMI_NAME - 1;
		out[i] = ended ? '\0' : c;
	}
}

hv_status_t hv_scmi_reply_word(const struct hv_scmi_msg *reply, hv_u32 *out)
{
	const hv_status_t status = check(reply, out, 2);

	if (status == HV_OK)
		*out = reply->word[1];
	return status;
}

hv_status_t hv_scmi_reply_name(const struct hv_scmi_msg *reply, char out[HV_SCMI_NAME])
{
	const hv_status_t status = check(reply, out, 1 + NAME_WORDS);

	if (status == HV_OK)
		copy_name(&reply->word[1], out);
	return status;
}

hv_status_t hv_scmi_reply_lmm_attributes(const struct hv_scmi_msg *reply,
					 struct hv_lmm_attributes *out)
{
	const hv_status_t status = check(reply, out, 5 + NAME_WORDS);

	if (status != HV_OK)
		return status;
	out->lm = reply->word[1];
	out->state = reply->word[3];
	out->error = (int32_t)reply->word[4];
	copy_name(&reply->word[5], out->name);
	return HV_OK;
}

static struct hv_lmm_reason decode_reason(hv_u32 word)
{
	return (struct hv_lmm_reason){
		.valid = (word & REASON_VALID) != 0,
		.origin_valid = (word & REASON_ORIGIN_VALID) != 0,
		.error_valid = (word & REASON_ERROR_VALID) != 0,
		.origin = (hv_u32)HV_GET(REASON_ORIGIN, word),
		.error = (hv_u32)HV_GET(REASON_ERROR, word),
		.reason = (hv_u32)HV_GET(REASON_NUMBER, word),
	};
}

hv_status_t hv_scmi_reply_lmm_reason(const struct hv_scmi_msg *reply,
				     struct hv_lmm_reset_reason *out)
{
	const hv_status_t status = check(reply, out, 3);

	if (status != HV_OK)
		return status;
	out->boot_word = reply->word[1];
	out->shutdown_word = reply->word[2];
	out->boot = decode_reason(out->boot_word);
	out->shutdown = decode_reason(out->shutdown_word);
	return HV_OK;
}

hv_status_t hv_scmi_reply_cpu_info(const struct hv_scmi_msg *reply, struct hv_cpu_info *out)
{
	const hv_status_t status = check(reply, out, 5);

	if (status != HV_OK)
		return status;
	out->run_mode = reply->word[1];
	out->sleep_mode = reply->word[2];
	out->vector = (hv_u64)reply->word[4] << 32 | reply->word[3];
	return HV_OK;
}

hv_status_t hv_scmi_reply_cfg_info(const struct hv_scmi_msg *reply, struct hv_cfg_info *out)
{
	const hv_status_t status = check(reply, out, 2 + NAME_WORDS);

	if (status != HV_OK)
		return status;
	out->selector = reply->word[1];
	copy_name(&reply->word[2], out->name);
	return HV_OK;
}

/* ---- notifications: no status ---- */

hv_status_t hv_scmi_event(const struct hv_scmi_msg *message, struct hv_lmm_event *out)
{
	if (message == NULL || out == NULL ||
	    hv_scmi_header_type(message->header) != (hv_u32)HV_SCMI_NOTIFICATION)
		return HV_EINVAL;
	if (hv_scmi_header_protocol(message->header) != (hv_u32)HV_SCMI_LMM ||
	    hv_scmi_header_message(message->header) != (hv_u32)HV_SCMI_LMM_EVENT)
		return HV_ENOTSUP;
	if (message->count < 3 || message->count > HV_SCMI_WORDS ||
	    (message->word[2] & HV_LMM_ALL) == 0)
		return HV_EINVAL;
	*out = (struct hv_lmm_event){message->word[0], message->word[1],
				     message->word[2] & HV_LMM_ALL};
	return HV_OK;
}
