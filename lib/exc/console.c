/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/console.h>

#define KEY_SWITCH 0x14u /* Ctrl-T */
#define KEY_QUIT   0x1du /* Ctrl-] */

#define NOBODY HV_CONMUX_SOURCES

_Static_assert(HV_CONMUX_SOURCES <= 32, "sources are counted in a bitmap");

void hv_conmux_init(struct hv_conmux *mux, bool plain)
{
	*mux = (struct hv_conmux){.target = NOBODY, .plain = plain};
}

hv_status_t hv_conmux_add(struct hv_conmux *mux, const char *name, struct hv_ring *tx,
			  struct hv_ring *rx)
{
	if (mux == NULL || name == NULL || tx == NULL)
		return HV_EINVAL;
	if (mux->count == HV_CONMUX_SOURCES)
		return HV_ENOSPC;
	mux->source[mux->count] = (struct hv_conmux_source){.name = name, .tx = tx, .rx = rx};
	if (rx != NULL && mux->target == NOBODY)
		mux->target = mux->count;
	mux->count++;
	return HV_OK;
}

/* ---- what goes out next: at most a cut, a prefix and one byte, or a notice ---- */

/* Longest: notice, 2 + 4 + 9 + HV_CONMUX_NAME + 6 bytes; prefix, 2 + 8 + HV_CONMUX_NAME + 4 + 2. */
_Static_assert(sizeof(((struct hv_conmux *)NULL)->stage) >= 2 + 4 + 9 + HV_CONMUX_NAME + 6,
	       "staging buffer");

static void stage_byte(struct hv_conmux *mux, hv_u8 byte)
{
	mux->stage[mux->stage_len++] = byte;
}

static void stage_text(struct hv_conmux *mux, const char *text)
{
	for (hv_u32 i = 0; i < HV_CONMUX_NAME && text[i] != '\0'; i++) /* bound: HV_CONMUX_NAME */
		stage_byte(mux, (hv_u8)text[i]);
}

static void end_line(struct hv_conmux *mux)
{
	mux->partial = false;
	mux->line = 0;
	mux->held = 0;
}

static void stage_cut(struct hv_conmux *mux)
{
	if (mux->partial)
		stage_text(mux, "\r\n");
	end_line(mux);
}

static void stage_prefix(struct hv_conmux *mux, hv_u32 index)
{
	static const hv_u8 colour[7] = {'7', '6', '2', '3', '5', '4', '1'};

	if (!mux->plain) {
		stage_text(mux, "\x1b[3");
		stage_byte(mux, colour[index % 7]);
		stage_byte(mux, 'm');
	}
	stage_byte(mux, '[');
	stage_text(mux, mux->source[index].name);
	stage_text(mux, "] ");
	if (!mux->plain)
		stage_text(mux, "\x1b[0m");
}

static void stage_notice(struct hv_conmux *mux)
{
	stage_cut(mux);
	if (!mux->plain)
		stage_text(mux, "\x1b[0m");
	stage_text(mux, "--- keys: ");
	stage_text(mux, mux->source[mux->target].name);
	stage_text(mux, " ---\r\n");
	mux->notice = false;
}

static void stage_output(struct hv_conmux *mux, hv_u8 byte)
{
	struct hv_conmux_source *source = &mux->source[mux->current];

	if (!mux->partial) {
		stage_prefix(mux, mux->current);
		source->after_cr = false;
	}
	if (byte == '\n' && !source->after_cr)
		stage_byte(mux, '\r');
	stage_byte(mux, byte);
	source->after_cr = byte == '\r';
	if (byte == '\n') {
		end_line(mux);
		return;
	}
	mux->partial = true;
	mux->line++;
	mux->silent = 0;
}

/* ---- whose turn it is ---- */

static bool has_output(const struct hv_conmux *mux, hv_u32 index)
{
	return hv_ring_used(mux->source[index].tx) != 0;
}

/* The next source with output in turn, the current one last; HV_CONMUX_SOURCES if none. */
static hv_u32 next_source(const struct hv_conmux *mux)
{
	hv_u32 index = mux->current;

	for (hv_u32 i = 0; i < mux->count; i++) { /* bound: HV_CONMUX_SOURCES */
		index = index + 1 < mux->count ? index + 1 : 0;
		if (has_output(mux, index))
			return index;
	}
	return NOBODY;
}

static bool line_is_over(const struct hv_conmux *mux)
{
	return mux->line >= HV_CONMUX_TURN || mux->silent >= HV_CONMUX_PATIENCE ||
	       mux->held >= HV_CONMUX_HOLD;
}

/* Decide whose byte is next and leave it in `current`. */
static bool choose(struct hv_conmux *mux)
{
	const hv_u32 next = next_source(mux);
	bool more;

	if (next == NOBODY || next == mux->current)
		return next != NOBODY;
	more = has_output(mux, mux->current);
	if (mux->partial ? !line_is_over(mux) : (more && mux->turn < HV_CONMUX_TURN))
		return more;
	stage_cut(mux);
	mux->current = next;
	mux->turn = 0;
	return true;
}

static void refill(struct hv_conmux *mux)
{
	hv_u8 byte;

	mux->stage_len = 0;
	mux->stage_pos = 0;
	if (mux->notice) {
		stage_notice(mux);
		return;
	}
	for (hv_u32 i = 0; i <= mux->count; i++) { /* bound: HV_CONMUX_SOURCES + 1 */
		if (!choose(mux) || !hv_ring_get(mux->source[mux->current].tx, &byte))
			return;
		mux->drained |= 1u << mux->current;
		if (byte != '\r' || mux->partial) {
			stage_output(mux, byte);
			mux->turn += mux->stage_len; /* empty lines cost their prefix */
			return;
		}
		/* A return at the start of a line would only lead back over the prefix. It
		 * costs the turn, so that a flood of them holds up nobody. */
		mux->turn = HV_CONMUX_TURN;
	}
}

bool hv_conmux_peek(struct hv_conmux *mux, hv_u8 *byte)
{
	if (mux->stage_pos == mux->stage_len)
		refill(mux);
	if (mux->stage_pos == mux->stage_len)
		return false;
	*byte = mux->stage[mux->stage_pos];
	return true;
}

void hv_conmux_advance(struct hv_conmux *mux)
{
	if (mux->stage_pos < mux->stage_len)
		mux->stage_pos++;
}

bool hv_conmux_tick(struct hv_conmux *mux)
{
	hv_u32 next;

	/* Pairs with the producers' barrier: a byte that we miss here wakes us. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	next = next_source(mux);
	if (mux->partial && next != NOBODY && next != mux->current) {
		if (!has_output(mux, mux->current))
			mux->silent++;
		mux->held++;
	} else {
		mux->silent = 0;
		mux->held = 0;
	}
	return next != NOBODY || mux->notice || mux->stage_pos < mux->stage_len;
}

hv_u32 hv_conmux_take_drained(struct hv_conmux *mux)
{
	const hv_u32 drained = mux->drained;

	mux->drained = 0;
	return drained;
}

/* ---- keys ---- */

static enum hv_conmux_key switch_target(struct hv_conmux *mux)
{
	if (mux->target == NOBODY)
		return HV_KEY_DROPPED;
	do { /* bound: HV_CONMUX_SOURCES, the old target takes keys */
		mux->target = mux->target + 1 < mux->count ? mux->target + 1 : 0;
	} while (mux->source[mux->target].rx == NULL);
	mux->notice = true;
	return HV_KEY_SWITCHED;
}

enum hv_conmux_key hv_conmux_key(struct hv_conmux *mux, hv_u8 key, hv_u32 *source)
{
	if (key == KEY_QUIT)
		return HV_KEY_QUIT;
	if (key == KEY_SWITCH)
		return switch_target(mux);
	if (mux->target == NOBODY || !hv_ring_put(mux->source[mux->target].rx, key))
		return HV_KEY_DROPPED;
	*source = mux->target;
	return HV_KEY_DELIVERED;
}
