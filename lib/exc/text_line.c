/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/bits.h>
#include <haven/text_line.h>

void hv_line_begin(struct hv_line *line)
{
	line->count = 0;
	line->next = 0;
	line->key_is_out = false;
	line->at = "";
}

void hv_line_text(struct hv_line *line, const char *key, const char *text)
{
	struct hv_line_field *field = &line->field[line->count];

	if (line->count == HV_LINE_FIELDS)
		return;
	line->count++;
	field->key = key;
	field->text = text;
	field->kind = HV_LINE_TEXT;
}

void hv_line_number(struct hv_line *line, const char *key, enum hv_line_kind kind, hv_u64 number)
{
	struct hv_line_field *field = &line->field[line->count];

	if (line->count == HV_LINE_FIELDS)
		return;
	line->count++;
	field->key = key;
	field->number = number;
	field->kind = kind;
}

/* ---- numbers, from their last digit on ---- */

static const char *decimal(struct hv_line *line, hv_u64 number)
{
	char *at = &line->digits[HV_LINE_DIGITS];

	do { /* bound: HV_LINE_DIGITS */
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	return at;
}

static const char *hexadecimal(struct hv_line *line, hv_u64 number)
{
	char *at = &line->digits[HV_LINE_DIGITS];

	do { /* bound: 16 */
		*--at = "0123456789abcdef"[number & 15];
		number >>= 4;
	} while (number != 0);
	*--at = 'x';
	*--at = '0';
	return at;
}

static const char *value_of(struct hv_line *line, const struct hv_line_field *field)
{
	switch (field->kind) {
	case HV_LINE_DECIMAL:
		return decimal(line, field->number);
	case HV_LINE_HEX:
		return hexadecimal(line, field->number);
	default:
		return field->text;
	}
}

/* ---- characters ---- */

static bool piece_is_over(const struct hv_line *line)
{
	return line->at == NULL || *line->at == '\0';
}

static bool is_over(const struct hv_line *line)
{
	return line->next >= line->count && piece_is_over(line);
}

/* The next key or value. */
static void next_piece(struct hv_line *line)
{
	const struct hv_line_field *field = &line->field[line->next];

	if (!line->key_is_out) {
		line->at = field->key;
		line->key_is_out = true;
		return;
	}
	line->at = value_of(line, field);
	line->key_is_out = false;
	line->next++;
}

/* @return characters of the piece that found room, at most @p most */
static hv_u32 write_piece(struct hv_line *line, struct hv_ring *ring, hv_u32 most)
{
	hv_u32 count = 0;

	while (count < most && line->at[count] != '\0') /* bound: most */
		count++;
	count = hv_ring_write(ring, (const hv_u8 *)line->at, count);
	line->at = &line->at[count];
	return count;
}

hv_u32 hv_line_write(struct hv_line *line, struct hv_ring *ring, hv_u32 most)
{
	hv_u32 written = 0;

	while (!is_over(line)) { /* bound: 2 * HV_LINE_FIELDS */
		if (piece_is_over(line))
			next_piece(line);
		written += write_piece(line, ring, most - written);
		if (!piece_is_over(line))
			break;
	}
	return written;
}

bool hv_line_is_over(const struct hv_line *line)
{
	return is_over(line);
}
