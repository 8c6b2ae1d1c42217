/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/vsmt.h>

#define FLAGS   4u
#define LENGTH  5u
#define HEADER  6u
#define PAYLOAD 7u

#define BUFFER_BYTES (4u * HV_SMT_BUFFER_WORDS)
#define STATUS_BITS  (HV_SMT_FREE | HV_SMT_ERROR)
#define WORD_BYTES   4u

#define LENGTH_MAX (WORD_BYTES * (1u + HV_SCMI_WORDS))

void hv_vsmt_reset(struct hv_vsmt *smt)
{
	*smt = (struct hv_vsmt){.word = {[HV_SMT_STATUS] = HV_SMT_FREE}};
}

/* Bits of a word that keep what the guest writes. */
static hv_u32 writable(hv_u32 index)
{
	if (index >= LENGTH)
		return ~0u;
	if (index == HV_SMT_STATUS)
		return STATUS_BITS;
	return index == FLAGS ? HV_SMT_INTERRUPT : 0;
}

/* @p mask: bits of the word that the access covers. */
static void write_word(struct hv_vsmt *smt, hv_u32 index, hv_u32 value, hv_u32 mask)
{
	const hv_u32 bits = mask & writable(index);

	if (!smt->outstanding)
		smt->word[index] = (smt->word[index] & ~bits) | (value & bits);
}

static void write_buffer(struct hv_vsmt *smt, hv_u32 offset, hv_u32 size, hv_u64 value)
{
	const hv_u32 index = offset / WORD_BYTES;
	const hv_u32 shift = 8 * (offset % WORD_BYTES);

	if (size == 8) {
		write_word(smt, index, (hv_u32)value, ~0u);
		write_word(smt, index + 1, (hv_u32)(value >> 32), ~0u);
	} else {
		write_word(smt, index, (hv_u32)value << shift, ~0u >> (32 - 8 * size) << shift);
	}
}

static hv_u64 read_buffer(const struct hv_vsmt *smt, hv_u32 offset, hv_u32 size)
{
	const hv_u32 index = offset / WORD_BYTES;

	if (size == 8)
		return smt->word[index] | (hv_u64)smt->word[index + 1] << 32;
	return smt->word[index] >> (8 * (offset % WORD_BYTES)) & (~0u >> (32 - 8 * size));
}

bool hv_vsmt_access(struct hv_vsmt *smt, hv_u32 offset, hv_u32 size, bool write, hv_u64 *value)
{
	if ((size != 1 && size != 2 && size != 4 && size != 8) || offset % size != 0)
		return false;
	if (!write)
		*value = offset < BUFFER_BYTES ? read_buffer(smt, offset, size) : 0;
	else if (offset < BUFFER_BYTES)
		write_buffer(smt, offset, size, *value);
	return true;
}

static bool wants_interrupt(const struct hv_vsmt *smt)
{
	return (smt->word[FLAGS] & HV_SMT_INTERRUPT) != 0;
}

/* The error bit as the specification has it, and a status for agents that look at that alone. */
static void reject(struct hv_vsmt *smt)
{
	smt->word[LENGTH] = 2 * WORD_BYTES;
	smt->word[PAYLOAD] = (hv_u32)(int32_t)HV_SCMI_PROTOCOL_ERROR;
	smt->word[HV_SMT_STATUS] = HV_SMT_FREE | HV_SMT_ERROR;
}

enum hv_vsmt_verdict hv_vsmt_ring(struct hv_vsmt *smt, struct hv_scmi_msg *request, bool *interrupt)
{
	const hv_u32 length = smt->word[LENGTH];

	if (smt->outstanding)
		return HV_VSMT_BUSY;
	if ((smt->word[HV_SMT_STATUS] & HV_SMT_FREE) != 0)
		return HV_VSMT_EMPTY;
	if (length < WORD_BYTES || length > LENGTH_MAX || length % WORD_BYTES != 0) {
		reject(smt);
		*interrupt = wants_interrupt(smt);
		return HV_VSMT_DAMAGED;
	}
	*request = (struct hv_scmi_msg){
		.header = smt->word[HEADER], .count = length / WORD_BYTES - 1};
	for (hv_u32 i = 0; i < request->count; i++) /* bound: HV_SCMI_WORDS */
		request->word[i] = smt->word[PAYLOAD + i];
	smt->word[HV_SMT_STATUS] = 0;
	smt->outstanding = true;
	return HV_VSMT_TAKEN;
}

hv_status_t hv_vsmt_reply(struct hv_vsmt *smt, const struct hv_scmi_msg *reply, bool *interrupt)
{
	const hv_u32 count = reply->count < HV_SCMI_WORDS ? reply->count : HV_SCMI_WORDS;

	if (!smt->outstanding)
		return HV_EPERM;
	smt->outstanding = false;
	smt->word[LENGTH] = WORD_BYTES * (1 + count);
	smt->word[HEADER] = reply->header;
	for (hv_u32 i = 0; i < count; i++) /* bound: HV_SCMI_WORDS */
		smt->word[PAYLOAD + i] = reply->word[i];
	smt->word[HV_SMT_STATUS] = HV_SMT_FREE;
	*interrupt = wants_interrupt(smt);
	return HV_OK;
}
