/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* MAP_FIXED_NOREPLACE */
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "fake_bus.h"
#include "fake_dram.h"

/*
 * Each byte three times: as the CPU sees it (at its physical address), as it is in memory,
 * and as the cache had it when it was last in step with memory. A line is dirty if the
 * first and the last differ.
 */
struct bank {
	hv_u64 base, size;
	hv_u8 *cpu, *memory, *synced;
	bool lent; /* cpu is the program's own */
};

static struct bank banks[8];
static hv_u32 count;

static void *map(hv_u64 at, hv_u64 size)
{
	void *place = mmap((void *)at, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
				   (at != 0 ? MAP_FIXED_NOREPLACE : 0),
			   -1, 0);

	if (place == MAP_FAILED || (at != 0 && place != (void *)at))
		fake_fail("no room for memory at 0x%" PRIx64, at);
	return place;
}

void fake_dram_reset(void)
{
	for (; count != 0; count--) {
		if (!banks[count - 1].lent)
			munmap(banks[count - 1].cpu, banks[count - 1].size);
		munmap(banks[count - 1].memory, banks[count - 1].size);
		munmap(banks[count - 1].synced, banks[count - 1].size);
	}
}

void fake_dram_add(hv_u64 base, hv_u64 size)
{
	if (count == sizeof(banks) / sizeof(banks[0]) || base == 0 || ((base | size) & 0xffff) != 0)
		fake_fail("memory at 0x%" PRIx64 ": no room or not aligned", base);
	banks[count].base = base;
	banks[count].size = size;
	banks[count].lent = false;
	banks[count].cpu = map(base, size);
	banks[count].memory = map(0, size);
	banks[count].synced = map(0, size);
	count++;
}

/* What is not zero is in both; the rest need not be touched. */
void fake_dram_use(hv_u64 base, hv_u64 size)
{
	static const hv_u8 zero[4096];

	if (count == sizeof(banks) / sizeof(banks[0]) || base == 0 || ((base | size) & 0xfff) != 0)
		fake_fail("memory at 0x%" PRIx64 ": no room or not aligned", base);
	banks[count] = (struct bank){base, size, (hv_u8 *)base, map(0, size), map(0, size), true};
	for (hv_u64 page = 0; page < size; page += sizeof(zero)) {
		if (memcmp(banks[count].cpu + page, zero, sizeof(zero)) == 0)
			continue;
		memcpy(banks[count].memory + page, banks[count].cpu + page, sizeof(zero));
		memcpy(banks[count].synced + page, banks[count].cpu + page, sizeof(zero));
	}
	count++;
}

static struct bank *bank_of(hv_u64 pa, hv_u64 size)
{
	for (hv_u32 i = 0; i < count; i++) {
		if (pa - banks[i].base < banks[i].size && size <= banks[i].size - (pa - banks[i].base))
			return &banks[i];
	}
	return NULL;
}

static bool is_dirty(const struct bank *bank, hv_u64 line)
{
	return memcmp(bank->cpu + line, bank->synced + line, FAKE_DRAM_LINE) != 0;
}

bool fake_dram_read(hv_u64 pa, void *to, hv_u64 size, bool snoop)
{
	const struct bank *bank = bank_of(pa, size);

	if (bank == NULL)
		return false;
	for (hv_u64 i = 0; i < size; i++) {
		const hv_u64 at = pa - bank->base + i;
		const bool cached = snoop && is_dirty(bank, at & ~(hv_u64)(FAKE_DRAM_LINE - 1));

		((hv_u8 *)to)[i] = cached ? bank->cpu[at] : bank->memory[at];
	}
	return true;
}

bool fake_dram_write(hv_u64 pa, const void *from, hv_u64 size, bool snoop)
{
	struct bank *bank = bank_of(pa, size);

	if (bank == NULL)
		return false;
	memcpy(bank->memory + (pa - bank->base), from, size);
	if (snoop) {
		memcpy(bank->cpu + (pa - bank->base), from, size);
		memcpy(bank->synced + (pa - bank->base), from, size);
	}
	return true;
}

static void write_back(struct bank *bank, hv_u64 line)
{
	if (is_dirty(bank, line))
		memcpy(bank->memory + line, bank->cpu + line, FAKE_DRAM_LINE);
	memcpy(bank->synced + line, bank->cpu + line, FAKE_DRAM_LINE);
}

/* Only what a device wrote is read again: lent memory may be read-only, or in use right now. */
static void maintain_line(struct bank *bank, hv_u64 line, bool invalidate)
{
	if (is_dirty(bank, line)) {
		write_back(bank, line);
	} else if (invalidate && memcmp(bank->memory + line, bank->synced + line, FAKE_DRAM_LINE) != 0) {
		memcpy(bank->cpu + line, bank->memory + line, FAKE_DRAM_LINE);
		memcpy(bank->synced + line, bank->memory + line, FAKE_DRAM_LINE);
	}
}

bool fake_dram_line(hv_u64 address, bool invalidate)
{
	const hv_u64 start = address & ~(hv_u64)(FAKE_DRAM_LINE - 1);
	struct bank *bank = bank_of(start, FAKE_DRAM_LINE);

	fake_access_extend(FAKE_CACHE, invalidate ? "clean+invalidate" : "clean", start, FAKE_DRAM_LINE);
	if (bank == NULL)
		return false;
	maintain_line(bank, start - bank->base, invalidate);
	return true;
}

static void maintain(hv_u64 start, hv_u64 size, bool invalidate)
{
	struct bank *bank = bank_of(start, size);

	fake_access_note(FAKE_CACHE, invalidate ? "clean+invalidate" : "clean", start, size, 0);
	if (bank == NULL)
		fake_fail("cache maintenance at 0x%" PRIx64 ": no memory there", start);
	for (hv_u64 line = (start & ~(hv_u64)(FAKE_DRAM_LINE - 1)) - bank->base;
	     line < start + size - bank->base; line += FAKE_DRAM_LINE)
		maintain_line(bank, line, invalidate);
}

void fake_dram_clean(hv_u64 start, hv_u64 size)
{
	maintain(start, size, false);
}

void fake_dram_clean_invalidate(hv_u64 start, hv_u64 size)
{
	maintain(start, size, true);
}

void fake_dram_evict(void)
{
	for (hv_u32 i = 0; i < count; i++) {
		for (hv_u64 line = 0; line < banks[i].size; line += FAKE_DRAM_LINE)
			write_back(&banks[i], line);
	}
}
