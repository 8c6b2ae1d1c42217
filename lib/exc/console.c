/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/console.h>

#define KEY_SWITCH 0x14u /* Ctrl-T */
#define KEY_QUIT   0x1du /* Ctrl-] */

#define NOBODY HV_CONMUX_SOURCES

/* Bare returns that are left out in one go. */
#define MOVES 8u

_Static_assert(HV_CONMUX_SOURCES <= 32, "sources are counted in a bitmap");

void hv_conmux_init(struct hv_conmux *mux, bool plain)
{
	*mux = (struct hv_conmux){.target = NOBODY, .plain = plain};
}

/* ---- texts ---- */

/* @return where the next byte goes */
static hv_u32 copy_text(hv_u8 *to, hv_u32 at, const char *text)
{
	hv_u32 n = 0;

	for (; n < HV_CONMUX_NAME && text[n] != '\0'; n++) /* bound: HV_CONMUX_NAME */
		to[at + n] = (hv_u8)text[n];
	return at + n;
}

/* Made once: lines come more often than sources. */
static void make_prefix(struct hv_conmux_source *source, hv_u32 index, bool plain)
{
	static const hv_u8 colour[7] = {'7', '6', '2', '3', '5', '4', '1'};
	hv_u8 *to = source->prefix;
	hv_u32 n = 0;

	if (!plain) {
		n = copy_text(to, n, "\x1b[3");
		to[n++] = colour[index % 7];
		to[n++] = 'm';
	}
	to[n++] = '[';
	n = copy_text(to, n, source->name);
	n = copy_text(to, n, "] ");
	if (!plain)
		n = copy_text(to, n, "\x1b[0m");
	source->prefix_len = (hv_u8)n;
}

hv_status_t hv_conmux_add(struct hv_conmux *mux, const char *name, struct hv_ring *tx,
			  struct hv_ring *rx)
{
	if (mux == NULL || name == NULL || tx == NULL)
		return HV_EINVAL;
	if (mux->count == HV_CONMUX_SOURCES)
		return HV_ENOSPC;
	mux->source[mux->count] = (struct hv_conmux_source){.name = name, .tx = tx, .rx = rx};
	make_prefix(&mux->source[mux->count], mux->count, mux->plain);
	if (rx != NULL && mux->target == NOBODY)
		mux->target = mux->count;
	mux->count++;
	return HV_OK;
}

/* ---- what goes out next: a cut, a prefix, some of a line, or a notice ---- */

_Static_assert(sizeof(((struct hv_conmux *)NULL)->stage) >= HV_CONMUX_PIECE + 2, "an end of a line");
_Static_assert(sizeof(((struct hv_conmux *)NULL)->stage) >= 2 + 4 + 10 + HV_CONMUX_NAME + 6, "a notice");

static void stage_byte(struct hv_conmux *mux, hv_u8 byte)
{
	mux->stage[mux->piece_len++] = byte;
}

static void stage_text(struct hv_conmux *mux, const char *text)
{
	mux->piece_len = copy_text(mux->stage, mux->piece_len, text);
}

static void end_line(struct hv_conmux *mux)
{
	mux->partial = false;
	mux->line = 0;
	mux->silent = 0;
	mux->held = 0;
}

static void stage_cut(struct hv_conmux *mux)
{
	if (mux->partial)
		stage_text(mux, "\r\n");
	end_line(mux);
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

/* The line has begun, even if nothing of it is on the terminal yet. */
static void give_prefix(struct hv_conmux *mux, struct hv_conmux_source *source)
{
	mux->piece = source->prefix;
	mux->piece_len = source->prefix_len;
	mux->partial = true;
	source->after_cr = false;
}

/* How much of a line goes before others are to be looked for: at least one byte. */
static hv_u32 run_limit(const struct hv_conmux *mux)
{
	const hv_u32 left = HV_CONMUX_TURN - mux->line;

	return mux->alone || left > HV_CONMUX_PIECE ? HV_CONMUX_PIECE : left;
}

/* Bytes up to the end of the line. @return how many */
static hv_u32 stage_run(struct hv_conmux *mux, struct hv_conmux_source *source, const hv_u8 *at,
			hv_u32 count)
{
	const hv_u32 limit = run_limit(mux);
	const hv_u32 most = count < limit ? count : limit;
	hv_u32 n = 0;

	for (; n < most && at[n] != '\n'; n++) /* bound: HV_CONMUX_PIECE */
		mux->stage[n] = at[n];
	if (n == 0)
		return 0;
	source->after_cr = at[n - 1] == '\r';
	mux->piece_len = n;
	mux->line += n;
	mux->silent = 0;
	return n;
}

/* Some of a line, and its end if that is near: a line feed with a return before it. */
static hv_u32 stage_line(struct hv_conmux *mux, struct hv_conmux_source *source, const hv_u8 *at,
			 hv_u32 count)
{
	const hv_u32 n = stage_run(mux, source, at, count);

	if (n == count || at[n] != '\n')
		return n;
	if (!source->after_cr)
		stage_byte(mux, '\r');
	stage_byte(mux, '\n');
	end_line(mux);
	return n + 1;
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

static bool keeps_turn(const struct hv_conmux *mux)
{
	return mux->partial ? !line_is_over(mux)
			    : (mux->turn < HV_CONMUX_TURN && has_output(mux, mux->current));
}

/* Leave in `current` whose bytes are next. @return false if that is to be asked again later */
static bool choose(struct hv_conmux *mux)
{
	hv_u32 next;

	if (mux->alone || keeps_turn(mux))
		return true;
	if (mux->looked)
		return false;
	next = next_source(mux);
	mux->looked = true;
	mux->alone = next == mux->current;
	if (next != NOBODY && next != mux->current) {
		stage_cut(mux);
		mux->current = next;
		mux->turn = 0;
	}
	return next != NOBODY;
}

/* @return false if all that was found has been left out */
static bool move(struct hv_conmux *mux)
{
	struct hv_conmux_source *source = &mux->source[mux->current];
	const hv_u8 *at;
	const hv_u32 count = hv_ring_peek(source->tx, &at);

	if (count == 0)
		return true;
	mux->drained |= 1u << mux->current;
	if (*at == '\r' && !mux->partial) {
		/* A return at the start of a line would only lead back over the prefix. It
		 * costs the turn, so that a flood of them holds up nobody. */
		hv_ring_skip(source->tx, 1);
		mux->turn = HV_CONMUX_TURN;
		return false;
	}
	if (!mux->partial)
		give_prefix(mux, source);
	else
		hv_ring_skip(source->tx, stage_line(mux, source, at, count));
	mux->turn += mux->piece_len; /* empty lines cost their prefix */
	return true;
}

static void refill(struct hv_conmux *mux)
{
	mux->piece = mux->stage;
	mux->piece_len = 0;
	mux->piece_pos = 0;
	mux->looked = false;
	mux->alone = false;
	if (mux->notice) {
		stage_notice(mux);
		return;
	}
	for (hv_u32 i = 0; i < MOVES && mux->count != 0; i++) { /* bound: MOVES */
		if (!choose(mux) || mux->piece_len != 0 || move(mux))
			return;
	}
}

hv_u32 hv_conmux_peek(struct hv_conmux *mux, const hv_u8 **bytes)
{
	if (mux->piece_pos == mux->piece_len)
		refill(mux);
	*bytes = &mux->piece[mux->piece_pos];
	return mux->piece_len - mux->piece_pos;
}

void hv_conmux_advance(struct hv_conmux *mux, hv_u32 count)
{
	const hv_u32 left = mux->piece_len - mux->piece_pos;

	mux->piece_pos += count < left ? count : left;
}

bool hv_conmux_waiting(const struct hv_conmux *mux)
{
	if (mux->notice || mux->piece_pos < mux->piece_len)
		return true;
	/* Pairs with the producers' barrier: a byte that we miss here wakes us. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return next_source(mux) != NOBODY;
}

bool hv_conmux_tick(struct hv_conmux *mux)
{
	const hv_u32 next = next_source(mux);

	if (mux->partial && next != NOBODY && next != mux->current) {
		if (!has_output(mux, mux->current))
			mux->silent++;
		mux->held++;
	} else {
		mux->silent = 0;
		mux->held = 0;
	}
	return hv_conmux_waiting(mux);
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
