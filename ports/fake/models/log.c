/* SPDX-License-Identifier: Apache-2.0 */
/* What the code under test did, in order. */
#include <string.h>

#include <arm64/barrier.h>

#include "fake_bus.h"

static struct fake_access entries[FAKE_BUS_ACCESSES];
static hv_u32 count;
static hv_u64 lost;

void fake_access_clear(void)
{
	count = 0;
	lost = 0;
}

static bool equal(const struct fake_access *a, const struct fake_access *b)
{
	return a->kind == b->kind && a->address == b->address && a->value == b->value &&
	       a->bytes == b->bytes && strcmp(a->name, b->name) == 0;
}

void fake_access_note(enum fake_access_kind kind, const char *name, hv_u64 address, hv_u64 value,
		      hv_u32 bytes)
{
	const struct fake_access entry = {kind, name, address, value, bytes, 1};

	if (count != 0 && equal(&entries[count - 1], &entry))
		entries[count - 1].times++;
	else if (count < FAKE_BUS_ACCESSES)
		entries[count++] = entry;
	else
		lost++;
}

void fake_access_extend(enum fake_access_kind kind, const char *name, hv_u64 address, hv_u64 size)
{
	struct fake_access *newest = count != 0 ? &entries[count - 1] : NULL;

	if (newest != NULL && lost == 0 && newest->kind == kind && newest->times == 1 &&
	    newest->address + newest->value == address && strcmp(newest->name, name) == 0)
		newest->value += size;
	else
		fake_access_note(kind, name, address, size, 0);
}

void fake_barrier(const char *name)
{
	fake_access_note(FAKE_BARRIER, name, 0, 0, 0);
}

hv_u32 fake_access_count(void)
{
	if (lost != 0)
		fake_fail("the log was too short for the last %llu accesses", (unsigned long long)lost);
	return count;
}

const struct fake_access *fake_access_at(hv_u32 index)
{
	return index < fake_access_count() ? &entries[index] : NULL;
}

hv_u32 fake_access_find(hv_u32 from, enum fake_access_kind kind, hv_u64 address)
{
	for (hv_u32 i = from; i < fake_access_count(); i++) {
		if (entries[i].kind == kind && entries[i].address == address)
			return i;
	}
	return FAKE_NOWHERE;
}

hv_u32 fake_access_find_name(hv_u32 from, enum fake_access_kind kind, const char *name)
{
	for (hv_u32 i = from; i < fake_access_count(); i++) {
		if (entries[i].kind == kind && strcmp(entries[i].name, name) == 0)
			return i;
	}
	return FAKE_NOWHERE;
}

static bool allows(const struct fake_access_range *range, const struct fake_access *access)
{
	return access->address >= range->first && access->address + access->bytes - 1 <= range->last &&
	       (access->kind == FAKE_READ ? range->read : range->write);
}

const struct fake_access *fake_access_outside(const struct fake_access_range *allowed,
					      hv_u32 allowed_count)
{
	for (hv_u32 i = 0; i < fake_access_count(); i++) {
		bool found = entries[i].kind != FAKE_READ && entries[i].kind != FAKE_WRITE;

		for (hv_u32 j = 0; j < allowed_count && !found; j++)
			found = allows(&allowed[j], &entries[i]);
		if (!found)
			return &entries[i];
	}
	return NULL;
}
