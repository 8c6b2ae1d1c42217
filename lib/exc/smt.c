/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/crc32.h>
#include <haven/smt.h>

#define CHECKSUM_KIND 2u
#define CHECKSUM      3u
#define FLAGS         4u
#define LENGTH        5u
#define HEADER        6u
#define PAYLOAD       7u

#define KIND_CRC32 3u

#define BYTES_MAX (4u * (1u + HV_SCMI_WORDS))

hv_status_t hv_smt_send(struct hv_smt_channel *channel, hv_u32 status,
			const struct hv_scmi_msg *request, struct hv_smt *out, hv_u32 *count)
{
	if (channel == NULL || request == NULL || out == NULL || count == NULL ||
	    request->count > HV_SCMI_WORDS)
		return HV_EINVAL;
	if ((status & HV_SMT_FREE) == 0)
		return HV_EPERM;
	*out = (struct hv_smt){.word = {0}};
	channel->header = hv_scmi_with_token(request->header, channel->token);
	channel->token = (channel->token + 1) % HV_SCMI_TOKENS;
	channel->pending = true;
	out->word[FLAGS] = HV_SMT_INTERRUPT;
	out->word[LENGTH] = 4 + 4 * request->count;
	out->word[HEADER] = channel->header;
	for (hv_u32 i = 0; i < request->count; i++) /* bound: HV_SCMI_WORDS */
		out->word[PAYLOAD + i] = request->word[i];
	if (channel->crc) {
		out->word[CHECKSUM_KIND] = KIND_CRC32;
		out->word[CHECKSUM] = hv_crc32(0, &out->word[HEADER], out->word[LENGTH]);
	}
	*count = PAYLOAD - HV_SMT_FIRST + request->count;
	return HV_OK;
}

bool hv_smt_answered(hv_u32 status)
{
	return (status & (HV_SMT_FREE | HV_SMT_ERROR)) != 0;
}

/* Everything of the copy that does not depend on what was asked. */
static enum hv_smt_state unpack(const struct hv_smt *buffer, bool crc, struct hv_scmi_msg *out)
{
	const hv_u32 length = buffer->word[LENGTH];

	if ((buffer->word[HV_SMT_STATUS] & HV_SMT_ERROR) != 0)
		return HV_SMT_FAILED;
	if (length < 8 || length > BYTES_MAX || length % 4 != 0)
		return HV_SMT_BAD_LENGTH;
	if (crc && buffer->word[CHECKSUM] != hv_crc32(0, &buffer->word[HEADER], length))
		return HV_SMT_BAD_CHECKSUM;
	*out = (struct hv_scmi_msg){.header = buffer->word[HEADER], .count = length / 4 - 1};
	for (hv_u32 i = 0; i < out->count; i++) /* bound: HV_SCMI_WORDS */
		out->word[i] = buffer->word[PAYLOAD + i];
	return HV_SMT_DONE;
}

enum hv_smt_state hv_smt_receive(struct hv_smt_channel *channel, const struct hv_smt *buffer,
				 struct hv_scmi_msg *out)
{
	enum hv_smt_state state;

	if (channel == NULL || buffer == NULL || out == NULL || !channel->pending)
		return HV_SMT_IDLE;
	if (!hv_smt_answered(buffer->word[HV_SMT_STATUS]))
		return HV_SMT_BUSY;
	channel->pending = false;
	state = unpack(buffer, channel->crc, out);
	if (state == HV_SMT_DONE && out->header != channel->header)
		state = HV_SMT_BAD_HEADER;
	return state;
}

void hv_smt_give_up(struct hv_smt_channel *channel)
{
	channel->pending = false;
}

enum hv_smt_state hv_smt_take(const struct hv_smt *buffer, bool crc, struct hv_scmi_msg *out,
			      bool *ring)
{
	enum hv_smt_state state;

	if (buffer == NULL || out == NULL || ring == NULL)
		return HV_SMT_IDLE;
	*ring = false;
	if ((buffer->word[HV_SMT_STATUS] & HV_SMT_FREE) != 0)
		return HV_SMT_IDLE;
	*ring = (buffer->word[FLAGS] & HV_SMT_INTERRUPT) != 0;
	state = unpack(buffer, crc, out);
	if (state == HV_SMT_DONE && hv_scmi_header_type(out->header) != (hv_u32)HV_SCMI_NOTIFICATION)
		state = HV_SMT_BAD_HEADER;
	return state;
}

const char *hv_smt_state_name(enum hv_smt_state state)
{
	static const char *const names[] = {
		"no answer", "done", "nothing pending", "error signalled", "bad length",
		"bad checksum", "not the answer to the request",
	};
	const hv_u32 index = (hv_u32)state;

	return index < sizeof(names) / sizeof(names[0]) ? names[index] : "unknown";
}
