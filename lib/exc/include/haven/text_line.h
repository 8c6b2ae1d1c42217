/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_TEXT_LINE_H
#define HAVEN_TEXT_LINE_H
/**
 * @file
 * A line of text that is written in steps: its fields are named at once, and turned into
 * characters a few at a time, as somebody has room and time for them.
 *
 * All calls from the one CPU that writes the line.
 */
#include <haven/ring.h>
#include <haven/types.h>

/** A gap, a field for each member of a journal record that is shown, and the end of the line. */
#define HV_LINE_FIELDS 13u
/** Digits of 2^64 - 1, and the longest number in hexadecimal with 0x before it. */
#define HV_LINE_DIGITS 20u

enum hv_line_kind {
	HV_LINE_TEXT = 0,
	HV_LINE_DECIMAL,
	HV_LINE_HEX, /**< Lower case behind 0x, without leading zeros. */
};

struct hv_line_field {
	const char *key; /**< What stands before it. */
	const char *text;
	hv_u64 number;
	enum hv_line_kind kind;
};

/** Fields are private. Zero-initialised state is a line that is over. */
struct hv_line {
	struct hv_line_field field[HV_LINE_FIELDS];
	hv_u32 count;
	hv_u32 next;    /**< Field whose key comes when `at` is used up. */
	bool key_is_out;
	const char *at; /**< Characters of a key, a text or `digits` that are left. */
	char digits[HV_LINE_DIGITS + 1];
};

/** A new line, without fields; what was left of the old one is forgotten. Cost: constant. */
void hv_line_begin(struct hv_line *line);

/**
 * Add a field behind the others; one that is too many is left out.
 *
 * @param key   Stays the caller's, like @p text, until the line is over.
 * Cost: constant.
 */
void hv_line_text(struct hv_line *line, const char *key, const char *text);
/** The same with an integer. */
void hv_line_number(struct hv_line *line, const char *key, enum hv_line_kind kind, hv_u64 number);

/**
 * Write what comes next of the line.
 *
 * @param ring  Where to; this CPU is its producer.
 * @param most  Characters at most. Fewer are written if the ring is full, or the line is over.
 *
 * @return Characters written.
 * Cost: per character, and up to 20 divisions by a constant for each number that begins.
 */
hv_u32 hv_line_write(struct hv_line *line, struct hv_ring *ring, hv_u32 most);

/** @return true if nothing of the line is left. Cost: constant. */
HV_MUST_CHECK
bool hv_line_is_over(const struct hv_line *line);

#endif
