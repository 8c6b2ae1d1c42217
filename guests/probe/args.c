/* SPDX-License-Identifier: Apache-2.0 */
/* The little of a device tree that a test needs: bootargs, and the first memory region. */
#include "probe.h"

#define FDT_MAGIC      0xd00dfeedu
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE   2u
#define FDT_PROP       3u
#define FDT_NOP        4u
#define TEXT_SIZE      512u

static char boot_text[TEXT_SIZE], line_text[TEXT_SIZE], value_text[TEXT_SIZE];
static u64 memory[2];

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static u64 be64(const u8 *p)
{
	return (u64)be32(p) << 32 | be32(p + 4);
}

static bool same(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static void copy_text(char *to, const char *from)
{
	u32 i = 0;

	for (; i < TEXT_SIZE - 1 && from[i] != '\0'; i++)
		to[i] = from[i];
	to[i] = '\0';
}

static bool starts_with(const char *text, const char *start)
{
	while (*start != '\0') {
		if (*text++ != *start++)
			return false;
	}
	return true;
}

static void take_property(const char *node, const char *name, const u8 *data)
{
	if (same(node, "chosen") && same(name, "bootargs"))
		copy_text(boot_text, (const char *)data);
	if (starts_with(node, "memory@") && same(name, "reg") && memory[1] == 0) {
		memory[0] = be64(data);
		memory[1] = be64(data + 8);
	}
}

static void scan(const u8 *fdt)
{
	const u8 *p = fdt + be32(fdt + 8);
	const char *strings = (const char *)fdt + be32(fdt + 12);
	const char *node = "";

	for (;;) {
		const u32 token = be32(p);

		p += 4;
		if (token == FDT_BEGIN_NODE) {
			node = (const char *)p;
			while (*p != 0)
				p++;
			p = (const u8 *)(((u64)p + 4) & ~UINT64_C(3));
		} else if (token == FDT_PROP) {
			take_property(node, strings + be32(p + 4), p + 8);
			p = (const u8 *)(((u64)p + 8 + be32(p) + 3) & ~UINT64_C(3));
		} else if (token != FDT_END_NODE && token != FDT_NOP) {
			return;
		}
	}
}

void args_read(const void *fdt)
{
	if (fdt != 0 && be32(fdt) == FDT_MAGIC)
		scan(fdt);
	if (memory[1] == 0)
		memory[0] = (u64)_start;
}

void args_override(const char *line)
{
	copy_text(line_text, line);
}

/* "probe.<name>=<value>", at the start of a word. */
static const char *find(const char *text, const char *name)
{
	for (const char *p = text; *p != '\0'; p++) {
		const char *rest = p + 6;

		if ((p != text && p[-1] != ' ') || !starts_with(p, "probe.") ||
		    !starts_with(rest, name))
			continue;
		while (*name != '\0') {
			name++;
			rest++;
		}
		if (*rest == '=')
			return rest + 1;
		return 0;
	}
	return 0;
}

const char *arg_text(const char *name)
{
	const char *from = find(line_text, name);
	u32 i = 0;

	if (from == 0)
		from = find(boot_text, name);
	if (from == 0)
		return 0;
	for (; from[i] != '\0' && from[i] != ' '; i++)
		value_text[i] = from[i];
	value_text[i] = '\0';
	return value_text;
}

u64 parse_number(const char *text)
{
	u64 value = 0, radix = 10;

	if (starts_with(text, "0x")) {
		radix = 16;
		text += 2;
	}
	for (; *text != '\0'; text++) {
		const char c = *text;
		const u64 digit = (u64)(c >= 'a' ? c - 'a' + 10 : c - '0');

		value = value * radix + digit;
	}
	return value;
}

u64 arg(const char *name, u64 otherwise)
{
	const char *text = arg_text(name);

	return text == 0 ? otherwise : parse_number(text);
}

u64 ram_base(void)
{
	return memory[0];
}

u64 ram_size(void)
{
	return memory[1];
}
