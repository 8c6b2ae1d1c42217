/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_CONSOLE_H
#define HAVEN_CONSOLE_H
/**
 * @file
 * One terminal for several partitions: merges their output line by line under coloured
 * prefixes, and gives key presses to one of them.
 *
 * Fairness: a source has its turn for HV_CONMUX_TURN bytes, prefixes included, and then to
 * the end of the line; a line is cut after as many bytes if another source waits. A line without an
 * end (a prompt) is shown at once and keeps the terminal while nobody else has output;
 * if others wait, it is left after HV_CONMUX_PATIENCE ticks in which it got nothing, or
 * after HV_CONMUX_HOLD ticks at the latest. What an attacker can take from the others is a
 * share of the terminal: each gets a turn at least every HV_CONMUX_HOLD ticks per source.
 *
 * A line feed without carriage return before it gets one; a carriage return at the start of
 * a line is left out, or the text would overwrite the prefix. Everything else passes
 * unchanged, escape sequences too: a guest can paint over its prefix. What has to be
 * trusted is in the journal, not on the screen.
 *
 * All calls from the service CPU.
 */
#include <haven/ring.h>
#include <haven/types.h>

#define HV_CONMUX_SOURCES  (HV_MAX_PARTITIONS) /**< The hypervisor and the guests. */
#define HV_CONMUX_NAME     16u  /**< Characters of a name that are shown. */
#define HV_CONMUX_TURN     256u /**< Bytes. */
#define HV_CONMUX_PIECE    16u  /**< Bytes of a line that are given in one go. */
#define HV_CONMUX_PREFIX   (3u + 1u + 1u + 1u + HV_CONMUX_NAME + 2u + 4u) /**< Bytes of a prefix. */
#define HV_CONMUX_PATIENCE 25u  /**< Ticks. */
#define HV_CONMUX_HOLD     100u /**< Ticks. */

struct hv_conmux_source {
	const char *name;
	struct hv_ring *tx;
	struct hv_ring *rx;
	hv_u8 prefix[HV_CONMUX_PREFIX];
	hv_u8 prefix_len;
	bool after_cr; /**< Its last byte was a carriage return. */
};

/** Fields are private. */
struct hv_conmux {
	struct hv_conmux_source source[HV_CONMUX_SOURCES];
	hv_u32 count;
	hv_u32 current; /**< Whose line it is. */
	hv_u32 target;  /**< Who gets the keys; HV_CONMUX_SOURCES: nobody. */
	hv_u32 drained; /**< Bit per source. */
	hv_u32 turn;    /**< Bytes that the terminal got in this turn. */
	hv_u32 line;    /**< Bytes of the current source on this line. */
	hv_u32 silent;  /**< Ticks without a byte of it while others waited. */
	hv_u32 held;    /**< Ticks that others waited. */
	bool partial;   /**< The terminal is not at the start of a line. */
	bool plain;
	bool notice;    /**< Tell the user the target. */
	bool looked;    /**< Others have been looked for in this piece, ... */
	bool alone;     /**< ... and there were none. */
	const hv_u8 *piece; /**< Bytes that go out next: `stage`, or a prefix. */
	hv_u32 piece_len, piece_pos;
	hv_u8 stage[40];
};

/** What a key did. */
enum hv_conmux_key {
	HV_KEY_DELIVERED = 0, /**< In the target's ring: kick it (hv_vpl011_update()). */
	HV_KEY_DROPPED,       /**< No target, or its ring is full. */
	HV_KEY_SWITCHED,      /**< Ctrl-T: next target; the terminal will say which. */
	HV_KEY_QUIT,          /**< Ctrl-]: turn the machine off. */
};

/** Empty multiplexer. @param plain  No colours. Cost: constant. */
void hv_conmux_init(struct hv_conmux *mux, bool plain);

/**
 * Add a source; its index is the number of sources before it. The first one with an
 * @p rx is the first target.
 *
 * @param name  Stays the caller's; the first HV_CONMUX_NAME characters are shown.
 * @param tx    Ring that is consumed here.
 * @param rx    Ring that is filled here, NULL: takes no keys.
 *
 * @retval HV_OK      Added.
 * @retval HV_EINVAL  NULL.
 * @retval HV_ENOSPC  HV_CONMUX_SOURCES reached.
 * Cost: constant.
 */
HV_MUST_CHECK
hv_status_t hv_conmux_add(struct hv_conmux *mux, const char *name, struct hv_ring *tx,
			  struct hv_ring *rx);

/**
 * The next bytes for the terminal: some of a line with its end, a prefix, or a notice. They stay
 * the same until hv_conmux_advance(): what the UART does not take now is not lost.
 *
 * @param bytes  Receives where they are; valid until the next call.
 *
 * @return How many, 0..40; 0: none this time, and hv_conmux_waiting() tells whether to ask again.
 * Cost: nothing but a look while bytes are left over. Then one step per source, and one for each of
 * HV_CONMUX_PIECE bytes.
 */
HV_MUST_CHECK
hv_u32 hv_conmux_peek(struct hv_conmux *mux, const hv_u8 **bytes);

/** The first @p count bytes of the last hv_conmux_peek() were sent. Cost: constant. */
void hv_conmux_advance(struct hv_conmux *mux, hv_u32 count);

/**
 * @return true if there is output. One that a producer adds before it wakes the service CPU is
 * seen by whoever asks after it was ready to be woken.
 * Cost: one step per source.
 */
HV_MUST_CHECK
bool hv_conmux_waiting(const struct hv_conmux *mux);

/**
 * Time passes for a line without end. Who: the service CPU, each 1 to 10 ms while there is output.
 *
 * @return hv_conmux_waiting().
 * Cost: one step per source.
 */
bool hv_conmux_tick(struct hv_conmux *mux);

/**
 * Sources whose rings were emptied a bit since the last call, bit per index: for each
 * call hv_vpl011_drained(). Cost: constant.
 */
hv_u32 hv_conmux_take_drained(struct hv_conmux *mux);

/**
 * One key from the terminal. Ctrl-T is 0x14, Ctrl-] 0x1d.
 *
 * @param source  Receives the index of the target on HV_KEY_DELIVERED; else unchanged.
 * Cost: one step per source.
 */
HV_MUST_CHECK
enum hv_conmux_key hv_conmux_key(struct hv_conmux *mux, hv_u8 key, hv_u32 *source);

#endif
