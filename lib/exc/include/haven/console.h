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
#define HV_CONMUX_PATIENCE 25u  /**< Ticks. */
#define HV_CONMUX_HOLD     100u /**< Ticks. */

struct hv_conmux_source {
	const char *name;
	struct hv_ring *tx;
	struct hv_ring *rx;
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
	hv_u8 stage[64]; /**< Bytes that go out next. */
	hv_u32 stage_len, stage_pos;
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
 * Next byte for the terminal, or none. Stays the same until hv_conmux_advance(): a byte
 * that the UART does not take now is not lost.
 *
 * Cost: one step per source squared and per character of a prefix.
 */
HV_MUST_CHECK
bool hv_conmux_peek(struct hv_conmux *mux, hv_u8 *byte);

/** The byte of the last hv_conmux_peek() was sent. Cost: constant. */
void hv_conmux_advance(struct hv_conmux *mux);

/**
 * Time passes for a line without end. Who: once per step of the service CPU, 1 to 10 ms.
 *
 * @return true if there is, or may soon be, output: step again without being woken.
 * Cost: one step per source.
 */
HV_MUST_CHECK
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
