/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ITS's commands, and what they make of its tables. IHI 0069, 5.3.
 *
 * Entries, in memory that software gave: a device is Valid [0], width of EventIDs - 1 [5:1],
 * ITT address [51:8]; a collection is Valid [0], target [51:16]; an interrupt is Valid [0],
 * collection [16:1], LPI [63:32].
 */
#include <inttypes.h>

#include "fake_bus.h"
#include "fake_dram.h"
#include "fake_its.h"

struct slot {
	hv_u64 pa;
	bool snoop;
};

static hv_u64 bits(hv_u64 value, hv_u32 hi, hv_u32 lo)
{
	return (value >> lo) & (~UINT64_C(0) >> (63 - (hi - lo)));
}

/* Entry of a table; false if there is none. */
static bool find_slot(const struct fake_its *its, hv_u64 type, hv_u64 index, struct slot *slot)
{
	for (int i = 0; i < 8; i++) {
		const hv_u64 baser = its->baser[i];
		const hv_u64 entry = bits(baser, 52, 48) + 1;

		if ((baser & UINT64_C(1) << 63) == 0 || bits(baser, 58, 56) != type)
			continue;
		if (index >= (bits(baser, 7, 0) + 1) * 4096 / entry)
			return false;
		slot->pa = (baser & UINT64_C(0x0000fffffffff000)) + index * entry;
		slot->snoop = fake_its_snoops(baser);
		return true;
	}
	return false;
}

static hv_u64 load(const struct slot *slot)
{
	hv_u64 value = 0;

	if (!fake_dram_read(slot->pa, &value, 8, slot->snoop))
		fake_fail("ITS table entry at 0x%" PRIx64 ": no memory", slot->pa);
	return value;
}

static void store(const struct slot *slot, hv_u64 value)
{
	if (!fake_dram_write(slot->pa, &value, 8, slot->snoop))
		fake_fail("ITS table entry at 0x%" PRIx64 ": no memory", slot->pa);
}

static bool find_event(const struct fake_its *its, hv_u64 device, hv_u64 event, struct slot *slot)
{
	hv_u64 entry;

	if (device >> (bits(its->typer, 17, 13) + 1) != 0 || !find_slot(its, 1, device, slot))
		return false;
	entry = load(slot);
	if ((entry & 1) == 0 || event >> (bits(entry, 5, 1) + 1) != 0)
		return false;
	slot->pa = (entry & UINT64_C(0x000fffffffffff00)) + event * (bits(its->typer, 7, 4) + 1);
	return true;
}

static struct fake_redist *redist_of(const struct fake_its *its, hv_u64 target)
{
	for (hv_u32 i = 0; i < FAKE_ITS_CPUS; i++) {
		struct fake_redist *redist = &fake_gic.redist[i];
		const hv_u64 name = (its->typer >> 19 & 1) != 0
					    ? fake_gic.redist_base + UINT64_C(0x20000) * i
					    : bits(redist->typer, 23, 8) << 16;

		if (name == target && (redist->ctlr & 1) != 0)
			return redist;
	}
	return NULL;
}

static struct fake_redist *redist_of_collection(const struct fake_its *its, hv_u64 collection)
{
	struct slot slot;
	hv_u64 entry;

	if (!find_slot(its, 4, collection, &slot))
		return NULL;
	entry = load(&slot);
	return (entry & 1) != 0 ? redist_of(its, entry & UINT64_C(0x000fffffffff0000)) : NULL;
}

/* Each answers what is wrong with a command, NULL: nothing, it was carried out. */

static const char *mapd(const struct fake_its *its, const hv_u64 *cmd)
{
	const hv_u64 device = bits(cmd[0], 63, 32);
	const hv_u64 width = bits(cmd[1], 4, 0) + 1;
	const hv_u64 itt = cmd[2] & UINT64_C(0x000fffffffffff00);
	struct slot slot;
	hv_u64 size;

	if (device >> (bits(its->typer, 17, 13) + 1) != 0 || !find_slot(its, 1, device, &slot))
		return "MAPD: DeviceID out of range";
	if (width > bits(its->typer, 12, 8) + 1)
		return "MAPD: EventIDs too wide";
	if (cmd[2] >> 63 != 1)
		return "MAPD: not valid";
	size = ((bits(its->typer, 7, 4) + 1) << width) & ~UINT64_C(7);
	if (!fake_its_is_zero(itt, size, slot.snoop))
		return "MAPD: the ITT is not zero";
	store(&slot, 1 | (width - 1) << 1 | itt);
	for (hv_u32 i = 0; i < FAKE_ITS_CPUS; i++)
		fake_gic.redist[i].unsynced = true;
	return NULL;
}

static const char *mapc(const struct fake_its *its, const hv_u64 *cmd)
{
	struct fake_redist *redist = redist_of(its, cmd[2] & UINT64_C(0x000fffffffff0000));
	struct slot slot;

	if (!find_slot(its, 4, bits(cmd[2], 15, 0), &slot))
		return "MAPC: collection out of range";
	if (redist == NULL)
		return "MAPC: no redistributor there takes LPIs";
	if (cmd[2] >> 63 != 1)
		return "MAPC: not valid";
	store(&slot, 1 | (cmd[2] & UINT64_C(0x000fffffffff0000)));
	redist->unsynced = true;
	return NULL;
}

static const char *mapti(const struct fake_its *its, const hv_u64 *cmd)
{
	const hv_u64 lpi = bits(cmd[1], 63, 32);
	struct fake_redist *redist = redist_of_collection(its, bits(cmd[2], 15, 0));
	struct slot slot;

	if (!find_event(its, bits(cmd[0], 63, 32), bits(cmd[1], 31, 0), &slot))
		return "MAPTI: DeviceID or EventID not mapped";
	if (lpi < 8192 || lpi >> (bits(fake_gic.gicd_typer, 23, 19) + 1) != 0)
		return "MAPTI: not an LPI";
	if (redist == NULL)
		return "MAPTI: collection not mapped";
	store(&slot, 1 | bits(cmd[2], 15, 0) << 1 | lpi << 32);
	redist->unsynced = true;
	return NULL;
}

static const char *invall(const struct fake_its *its, const hv_u64 *cmd)
{
	struct fake_redist *redist = redist_of_collection(its, bits(cmd[2], 15, 0));

	if (redist == NULL)
		return "INVALL: collection not mapped";
	fake_redist_read_config(redist);
	redist->unsynced = true;
	return NULL;
}

static const char *sync(const struct fake_its *its, const hv_u64 *cmd)
{
	struct fake_redist *redist = redist_of(its, cmd[2] & UINT64_C(0x000fffffffff0000));

	if (redist == NULL)
		return "SYNC: no redistributor there takes LPIs";
	redist->unsynced = false;
	return NULL;
}

/* Bits of the first three words that a command defines; the others are RES0. */
static const struct {
	hv_u8 opcode;
	hv_u64 word[3];
	const char *(*carry_out)(const struct fake_its *its, const hv_u64 *cmd);
} commands[] = {
	{0x05, {0xff, 0, UINT64_C(0x000fffffffff0000)}, sync},
	{0x08, {UINT64_C(0xffffffff000000ff), 0x1f, UINT64_C(0x800fffffffffff00)}, mapd},
	{0x09, {0xff, 0, UINT64_C(0x800fffffffffffff)}, mapc},
	{0x0a, {UINT64_C(0xffffffff000000ff), ~UINT64_C(0), 0xffff}, mapti},
	{0x0d, {0xff, 0, 0xffff}, invall},
};

static const char *carry_out(const struct fake_its *its, const hv_u64 *cmd)
{
	for (hv_u32 i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const hv_u64 *defined = commands[i].word;

		if (commands[i].opcode != (cmd[0] & 0xff))
			continue;
		if (((cmd[0] & ~defined[0]) | (cmd[1] & ~defined[1]) | (cmd[2] & ~defined[2]) |
		     cmd[3]) != 0)
			return "reserved bits";
		return commands[i].carry_out(its, cmd);
	}
	return "no such command";
}

void fake_its_consume(struct fake_its *its, hv_u32 most)
{
	const hv_u64 queue = its->cbaser & UINT64_C(0x000fffffffff0000);
	const hv_u64 size = (bits(its->cbaser, 7, 0) + 1) * 4096;

	for (; most != 0 && its->enabled && its->creadr != its->cwriter; most--) {
		hv_u64 cmd[4];
		const char *wrong;

		if ((its->creadr & 1) != 0)
			return; /* Stalled */
		if (!fake_dram_read(queue + its->creadr, cmd, 32, fake_its_snoops(its->cbaser)))
			fake_fail("command queue at 0x%" PRIx64 ": no memory", queue);
		wrong = carry_out(its, cmd);
		its->commands++;
		if (wrong != NULL)
			its->refused = wrong;
		if (wrong != NULL && !its->drops)
			its->creadr |= 1;
		else
			its->creadr = (its->creadr + 32) % size;
	}
}

bool fake_its_translate(hv_u32 device, hv_u32 event, hv_u32 *lpi, hv_u32 *cpu)
{
	const struct fake_its *its = &fake_gic.its;
	const struct fake_redist *redist;
	struct slot slot;
	hv_u64 entry;

	if (!its->enabled || !find_event(its, device, event, &slot))
		return false;
	entry = load(&slot);
	redist = (entry & 1) != 0 ? redist_of_collection(its, bits(entry, 16, 1)) : NULL;
	if (redist == NULL || redist->unsynced || entry >> 32 >= 8192 + FAKE_ITS_LPIS ||
	    (redist->config[(entry >> 32) - 8192] & 1) == 0)
		return false;
	*lpi = (hv_u32)(entry >> 32);
	*cpu = (hv_u32)(redist - fake_gic.redist);
	return true;
}
