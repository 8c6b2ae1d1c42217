/* SPDX-License-Identifier: Apache-2.0 */
/* The System Manager model: message unit, buffers, and the server behind them. */
#include <string.h>

#include "fake_bus.h"
#include "fake_sm.h"

#define GIER 0x110u
#define GCR  0x114u
#define GSR  0x118u
#define SRAM 0x1000u

/* Words of a buffer. */
enum { RESERVED, STATUS, KIND, CHECKSUM, FLAGS, LENGTH, HEADER, PAYLOAD };
#define FREE 1u

enum { SUCCESS = 0, NOT_SUPPORTED = -1, INVALID = -2, DENIED = -3, NOT_FOUND = -4, PROTOCOL = -10,
       CRC_ERROR = -129 };
enum { GET = 1, NOTIFY = 2, EXCLUSIVE = 5, ALL = 255 };

const struct fake_sm_config fake_sm_mx95evk = {"mx95evk", 0, {0, NOTIFY, 0}, false};
const struct fake_sm_config fake_sm_mx95evkrpmsg = {"mx95evkrpmsg", 0, {0, ALL, 0}, false};

static hv_u32 *a2p(struct fake_sm *sm)
{
	return sm->word;
}

static hv_u32 *p2a(struct fake_sm *sm)
{
	return sm->word + 32;
}

/* Bit by bit, so that nothing is shared with the code under test. */
static hv_u32 crc32_of(const hv_u32 *words, hv_u32 bytes)
{
	hv_u32 crc = ~0u;

	for (hv_u32 i = 0; i < bytes; i++) {
		crc ^= words[i / 4] >> (8 * (i % 4)) & 0xff;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
	}
	return ~crc;
}

static bool spared(struct fake_sm *sm)
{
	if (sm->fault_after == 0)
		return false;
	sm->fault_after--;
	return true;
}

static void damage(struct fake_sm *sm, hv_u32 *buffer)
{
	if (spared(sm))
		return;
	switch (sm->fault) {
	case FAKE_SM_CRC:
		buffer[PAYLOAD] ^= 0x10;
		break;
	case FAKE_SM_LONG:
		buffer[LENGTH] = 0x6c;
		break;
	case FAKE_SM_SHORT:
		buffer[LENGTH] = 4;
		break;
	case FAKE_SM_TOKEN:
		buffer[HEADER] ^= 0x40000;
		break;
	case FAKE_SM_ERROR:
		buffer[STATUS] |= 2;
		break;
	case FAKE_SM_GARBAGE:
		for (hv_u32 i = KIND; i < 32; i++)
			buffer[i] = 0xdeadbeef * i;
		break;
	case FAKE_SM_CUT:
		buffer[LENGTH] = 8;
		break;
	default:
		break;
	}
	sm->fault = FAKE_SM_NONE;
}

static void seal(struct fake_sm *sm, hv_u32 *buffer, hv_u32 length)
{
	buffer[LENGTH] = length;
	buffer[KIND] = sm->config->crc ? 3 : 0;
	if (sm->config->crc)
		buffer[CHECKSUM] = crc32_of(&buffer[HEADER], length);
}

/* ---- the server ---- */

static hv_u32 put_name(hv_u32 *to, const char *name)
{
	char text[16] = {0};

	strncpy(text, name, sizeof(text) - 1);
	memcpy(to, text, sizeof(text));
	return 16;
}

static int serve_lmm_one(struct fake_sm *sm, hv_u32 message, hv_u32 *p, hv_u32 *results)
{
	static const char *const names[] = {"SM", "M7", "AP"};
	const hv_u32 lm = message == 3 && p[0] == ~0u ? 2 : p[0];
	const hv_u32 perm = lm < 3 ? sm->config->lmm[lm] : 0;

	if (lm >= 3)
		return NOT_FOUND;
	switch (message) {
	case 3: /* ATTRIBUTES */
		if (lm != 2 && perm < GET)
			return DENIED;
		p[1] = lm;
		p[2] = 1;
		p[3] = sm->state[lm];
		p[4] = 0;
		*results = 16 + put_name(&p[5], names[lm]);
		return SUCCESS;
	case 9: /* NOTIFY */
		if (perm < NOTIFY)
			return DENIED;
		sm->notify[lm] = p[1] & 0xff;
		return SUCCESS;
	case 0xa: /* RESET_REASON */
		if (perm < GET)
			return DENIED;
		p[1] = sm->boot_word;
		p[2] = sm->shutdown_word;
		*results = 8;
		return SUCCESS;
	case 4: /* BOOT */
	case 6: /* SHUTDOWN */
		if (perm < EXCLUSIVE)
			return DENIED;
		if (lm == 2)
			return INVALID;
		fake_sm_event(sm, 2, lm, message == 4 ? 1 : 2);
		return SUCCESS;
	case 0xc: /* RESET_VECTOR_SET */
		if (perm < EXCLUSIVE || p[1] != 1)
			return DENIED;
		sm->vector = (hv_u64)p[4] << 32 | p[3];
		return SUCCESS;
	default:
		return NOT_SUPPORTED;
	}
}

static int serve_misc(struct fake_sm *sm, hv_u32 message, hv_u32 *p, hv_u32 *results)
{
	if (message != 0xc) /* CFG_INFO */
		return NOT_SUPPORTED;
	p[1] = sm->config->selector;
	*results = 4 + put_name(&p[2], sm->config->name);
	return SUCCESS;
}

static int serve_cpu(hv_u32 message, hv_u32 *p, hv_u32 *results)
{
	if (message != 0xc) /* INFO_GET needs no permission; START, STOP and the rest do */
		return message >= 4 && message <= 0xb ? DENIED : NOT_SUPPORTED;
	memset(&p[1], 0, 16);
	*results = 16;
	return SUCCESS;
}

/* Arm DEN 0056, 4.6: ATTRIBUTES, DESCRIBE_RATES, RATE_SET, RATE_GET, CONFIG_SET. */
static int serve_clock(struct fake_sm *sm, hv_u32 message, hv_u32 *p, hv_u32 *results)
{
	const hv_u32 id = message == 5 ? p[1] : p[0];

	if (message == 1) {
		p[1] = FAKE_SM_CLOCKS;
		*results = 4;
		return SUCCESS;
	}
	if (id >= FAKE_SM_CLOCKS)
		return NOT_FOUND;
	switch (message) {
	case 3:
		p[1] = sm->clock_on[id];
		*results = 4 + put_name(&p[2], "clock");
		return SUCCESS;
	case 4: /* a triplet: lowest, highest, step */
		p[1] = 3 | 1u << 12;
		memset(&p[2], 0, 24);
		p[4] = 1000000000;
		p[6] = 1;
		*results = 28;
		return SUCCESS;
	case 5:
		sm->rate[id] = (hv_u64)p[3] << 32 | p[2];
		return SUCCESS;
	case 6:
		p[1] = (hv_u32)sm->rate[id];
		p[2] = (hv_u32)(sm->rate[id] >> 32);
		*results = 8;
		return SUCCESS;
	case 7:
		sm->clock_on[id] = p[1] & 1;
		return SUCCESS;
	default:
		return NOT_SUPPORTED;
	}
}

/* 4.3: STATE_SET, STATE_GET. */
static int serve_power(struct fake_sm *sm, hv_u32 message, hv_u32 *p, hv_u32 *results)
{
	const hv_u32 id = message == 4 ? p[1] : p[0];

	if (id >= FAKE_SM_DOMAINS)
		return NOT_FOUND;
	if (message == 4)
		sm->power[id] = p[2];
	else if (message == 5)
		p[1] = sm->power[id];
	else
		return NOT_SUPPORTED;
	*results = message == 5 ? 4 : 0;
	return SUCCESS;
}

static int serve(struct fake_sm *sm, hv_u32 *buffer, hv_u32 *results)
{
	const hv_u32 protocol = buffer[HEADER] >> 10 & 0xff, message = buffer[HEADER] & 0xff;
	hv_u32 *p = &buffer[PAYLOAD];

	if (message == 0) {
		p[1] = protocol == 0x10 ? 0x20001 : 0x10001;
		*results = 4;
		return SUCCESS;
	}
	if (protocol == 0x80)
		return buffer[LENGTH] < 8 ? PROTOCOL : serve_lmm_one(sm, message, p, results);
	if (protocol == 0x14)
		return serve_clock(sm, message, p, results);
	if (protocol == 0x11)
		return serve_power(sm, message, p, results);
	if (protocol == 0x82)
		return serve_cpu(message, p, results);
	return protocol == 0x84 ? serve_misc(sm, message, p, results) : NOT_SUPPORTED;
}

static bool request_is_whole(const struct fake_sm *sm, const hv_u32 *buffer)
{
	return buffer[LENGTH] >= 4 && buffer[LENGTH] <= 104 &&
	       (!sm->config->crc || buffer[CHECKSUM] == crc32_of(&buffer[HEADER], buffer[LENGTH]));
}

static void answer(struct fake_sm *sm)
{
	hv_u32 *buffer = a2p(sm);
	const bool whole = request_is_whole(sm, buffer);
	hv_u32 results = 0;
	int status;

	sm->busy = false;
	if (!whole)
		buffer[HEADER] = 0;
	status = whole ? serve(sm, buffer, &results) : CRC_ERROR;
	buffer[PAYLOAD] = (hv_u32)status;
	seal(sm, buffer, 8 + (status == SUCCESS ? results : 0));
	buffer[STATUS] |= FREE;
	damage(sm, buffer);
	if ((buffer[FLAGS] & 1) != 0)
		sm->gsr |= 1;
}

void fake_sm_answer(struct fake_sm *sm)
{
	if (sm->busy)
		answer(sm);
}

bool fake_sm_irq(const struct fake_sm *sm)
{
	return (sm->gier & sm->gsr) != 0;
}

static void take_request(struct fake_sm *sm)
{
	if (sm->fault == FAKE_SM_DEAD && sm->fault_after == 0)
		return;
	sm->gcr &= ~1u;
	if ((a2p(sm)[STATUS] & FREE) != 0)
		fake_fail("system manager: rung, but the buffer says free");
	sm->requests++;
	sm->last_header = a2p(sm)[HEADER];
	sm->last_count = a2p(sm)[LENGTH] / 4 - 1;
	sm->taken[sm->last_header >> 10 & 0xff]++;
	if (sm->fault == FAKE_SM_SILENT && sm->fault_after == 0) {
		sm->fault = FAKE_SM_NONE;
		return;
	}
	sm->busy = true;
	sm->waiting = sm->delay;
	if (sm->waiting == 0)
		answer(sm);
}

/* ---- notifications ---- */

static void notify_next(struct fake_sm *sm)
{
	hv_u32 *buffer = p2a(sm);

	if (sm->event_count == 0 || (buffer[STATUS] & FREE) == 0)
		return;
	buffer[STATUS] = 0;
	buffer[FLAGS] = 1;
	buffer[HEADER] = 0x80u << 10 | 3u << 8 | (sm->token++ & 0x3ff) << 18;
	memcpy(&buffer[PAYLOAD], sm->event[0], 12);
	seal(sm, buffer, 16);
	damage(sm, buffer);
	sm->event_count--;
	memmove(sm->event[0], sm->event[1], sizeof(sm->event[0]) * sm->event_count);
	sm->gsr |= 2;
}

void fake_sm_event(struct fake_sm *sm, hv_u32 cause, hv_u32 lm, hv_u32 flags)
{
	if ((flags & 2) != 0)
		sm->state[lm] = 0;
	if ((flags & 4) != 0)
		sm->state[lm] = 2;
	if ((flags & 9) != 0)
		sm->state[lm] = 1;
	for (hv_u32 bit = 1; bit <= 8; bit <<= 1) {
		const hv_u32 event[3] = {cause, lm, bit};

		if ((flags & sm->notify[lm] & bit) == 0 || sm->event_count == FAKE_SM_EVENTS)
			continue;
		memcpy(sm->event[sm->event_count++], event, sizeof(event));
	}
	notify_next(sm);
}

/* ---- the agent's side of the message unit ---- */

static void look(struct fake_sm *sm)
{
	if (sm->busy && sm->waiting-- <= 1)
		answer(sm);
}

static bool sm_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	struct fake_sm *sm = device;

	if (bytes != 4)
		return false;
	if (offset == SRAM + 4 * STATUS)
		look(sm);
	if (offset >= SRAM && offset < SRAM + sizeof(sm->word))
		*value = sm->word[(offset - SRAM) / 4];
	else if (offset == GIER || offset == GCR || offset == GSR)
		*value = offset == GIER ? sm->gier : offset == GCR ? sm->gcr : sm->gsr;
	else
		return false;
	return true;
}

static void ring(struct fake_sm *sm, hv_u32 doorbells)
{
	sm->gcr |= doorbells & 0xf;
	if ((sm->gcr & 1) != 0)
		take_request(sm);
	if ((sm->gcr & 2) != 0) {
		sm->gcr &= ~2u;
		notify_next(sm);
	}
}

static bool sm_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	struct fake_sm *sm = device;

	if (bytes != 4)
		return false;
	if (offset >= SRAM && offset < SRAM + sizeof(sm->word)) {
		if (offset < SRAM + 128 && sm->busy)
			fake_fail("system manager: buffer written while it has it");
		sm->word[(offset - SRAM) / 4] = (hv_u32)value;
	} else if (offset == GIER)
		sm->gier = (hv_u32)value;
	else if (offset == GSR)
		sm->gsr &= ~(hv_u32)value;
	else if (offset == GCR)
		ring(sm, (hv_u32)value);
	else
		return false;
	return true;
}

void fake_sm_init(struct fake_sm *sm, hv_u64 base, const struct fake_sm_config *config)
{
	static const struct fake_mmio_model model = {"system manager", sm_read, sm_write};

	*sm = (struct fake_sm){.config = config, .base = base, .state = {1, 1, 1}};
	a2p(sm)[STATUS] = FREE;
	p2a(sm)[STATUS] = FREE;
	fake_mmio_attach(base, 0x2000, &model, sm);
}
