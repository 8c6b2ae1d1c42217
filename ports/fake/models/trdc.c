/* SPDX-License-Identifier: Apache-2.0 */
/* The TRDC model: register layout and semantics of NXP's i.MX9 device headers. */
#include <inttypes.h>
#include <string.h>

#include "fake_bus.h"
#include "fake_trdc.h"

#define CR       0x000u
#define HWCFG0   0x0f0u
#define FDID     0x1fcu
#define DERRLOC  0x200u
#define DERR     0x400u
#define MDA      0x800u
#define CHECKERS 0x10000u

#define LOCK 0x40000000u

static hv_u32 *reg(struct fake_trdc *t, hv_u64 offset)
{
	return &t->word[offset / 4];
}

static hv_u64 mbc_at(hv_u32 mbc)
{
	return CHECKERS + 0x2000 * (hv_u64)mbc;
}

static hv_u64 mrc_at(const struct fake_trdc *t, hv_u32 mrc)
{
	return mbc_at(t->mbc_count) + 0x1000 * (hv_u64)mrc;
}

/* ---- registers ---- */

/* Bits that a write changes; 0: read-only. */
static hv_u32 writable_mrc(const struct fake_trdc *t, hv_u32 mrc, hv_u64 offset)
{
	const hv_u64 in_domain = (offset - 0x40) % 0x100;
	const hv_u32 address = t->mrc[mrc].big ? 0xfffffc00u : 0xffffc000u;

	if (offset < 0x40 || offset >= 0x40 + 0x100 * 16 || in_domain / 8 >= t->mrc[mrc].regions)
		return 0;
	return address | (in_domain % 8 == 0 ? 0x7u : 0x11u);
}

static hv_u32 writable_mbc(const struct fake_trdc *t, hv_u32 mbc, hv_u64 offset)
{
	static const hv_u32 first[4] = {0x000, 0x140, 0x168, 0x190};
	const hv_u64 in_domain = (offset - 0x40) % 0x200;

	for (hv_u32 m = 0; offset >= 0x40 && m < 4; m++) {
		const hv_u32 blocks = t->mbc[mbc].memory[m].blocks;
		hv_u64 left;

		if (in_domain < first[m] || in_domain >= first[m] + 4 * ((blocks + 7) / 8))
			continue;
		left = blocks - (in_domain - first[m]) / 4 * 8;
		return left >= 8 ? 0xffffffffu : (1u << (4 * left)) - 1;
	}
	return 0;
}

/* Offset in its checker, and which one it is: MBCs first. */
static bool checker_of(const struct fake_trdc *t, hv_u64 offset, hv_u32 *checker, hv_u64 *inner)
{
	const hv_u64 mrcs = mrc_at(t, 0);

	if (offset < CHECKERS || offset >= mrc_at(t, t->mrc_count))
		return false;
	*checker = (hv_u32)(offset < mrcs ? (offset - CHECKERS) / 0x2000
					  : t->mbc_count + (offset - mrcs) / 0x1000);
	*inner = offset < mrcs ? (offset - CHECKERS) % 0x2000 : (offset - mrcs) % 0x1000;
	return true;
}

static hv_u32 writable(const struct fake_trdc *t, hv_u64 offset)
{
	hv_u32 checker;
	hv_u64 inner;

	if (offset == CR)
		return 0x4000c001;
	if (offset == FDID)
		return 0xf;
	if (offset >= MDA && offset < MDA + 0x20 * (hv_u64)t->masters && offset % 0x20 == 0)
		return 0xffffffff;
	if (!checker_of(t, offset, &checker, &inner))
		return 0;
	if (inner >= 0x20 && inner < 0x40)
		return 0x80007777;
	return checker < t->mbc_count ? writable_mbc(t, checker, inner)
				      : writable_mrc(t, checker - t->mbc_count, inner);
}

static bool locked(struct fake_trdc *t, hv_u64 offset)
{
	hv_u32 checker;
	hv_u64 inner;

	if (offset == CR || (offset >= MDA && offset < CHECKERS))
		return (*reg(t, offset) & LOCK) != 0;
	return checker_of(t, offset, &checker, &inner) && inner >= 0x20 && inner < 0x40 &&
	       (*reg(t, offset) & 0x80000000u) != 0;
}

static bool modelled(const struct fake_trdc *t, hv_u64 offset)
{
	hv_u32 checker;
	hv_u64 inner;

	if (checker_of(t, offset, &checker, &inner))
		return inner < 0x10 || inner >= 0x20;
	return offset == CR || offset == HWCFG0 || offset == FDID ||
	       (offset >= DERRLOC && offset < DERRLOC + 0x40) ||
	       (offset >= DERR && offset < DERR + 0x100) ||
	       (offset >= MDA && offset < MDA + 0x20 * (hv_u64)t->masters);
}

/* Captures: MBCs from 0x400, MRCs from 0x480, 16 bytes each; FDID chooses the domain. */
static struct fake_trdc_capture *captured(struct fake_trdc *t, hv_u64 offset)
{
	const hv_u32 index = (hv_u32)(offset - DERR) / 0x10;
	const hv_u32 did = *reg(t, FDID);

	if (index < 8)
		return index < t->mbc_count ? &t->capture[index][did] : NULL;
	return index - 8 < t->mrc_count ? &t->capture[t->mbc_count + index - 8][did] : NULL;
}

static hv_u32 read_capture(struct fake_trdc *t, hv_u64 offset)
{
	const struct fake_trdc_capture *c = captured(t, offset);

	if (c == NULL || offset % 0x10 > 4)
		return 0;
	return offset % 0x10 == 0 ? c->w0 : c->w1;
}

static void write_capture(struct fake_trdc *t, hv_u64 offset, hv_u32 value)
{
	struct fake_trdc_capture *c = captured(t, offset);

	if (c != NULL && offset % 0x10 == 0xc && value >> 30 == 1)
		*c = (struct fake_trdc_capture){0, 0};
}

static hv_u32 error_places(const struct fake_trdc *t, hv_u32 did)
{
	hv_u32 places = 0;

	for (hv_u32 i = 0; i < t->mbc_count + t->mrc_count; i++) {
		if (t->capture[i][did].w1 >> 30 >= 2)
			places |= i < t->mbc_count ? 1u << i : 0x10000u << (i - t->mbc_count);
	}
	return places;
}

static bool trdc_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	struct fake_trdc *t = device;

	if (bytes != 4 || !modelled(t, offset))
		return false;
	if (offset >= DERRLOC && offset < DERRLOC + 0x40)
		*value = error_places(t, (hv_u32)(offset - DERRLOC) / 4);
	else if (offset >= DERR && offset < DERR + 0x100)
		*value = read_capture(t, offset);
	else
		*value = *reg(t, offset);
	return true;
}

static bool trdc_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	struct fake_trdc *t = device;
	const hv_u32 mask = writable(t, offset);

	if (bytes != 4 || !modelled(t, offset))
		return false;
	if (!t->writer_secure || !t->writer_privileged || locked(t, offset))
		t->refused++;
	else if (offset >= DERR && offset < DERR + 0x100)
		write_capture(t, offset, (hv_u32)value);
	else if (offset != t->stuck || offset == 0)
		*reg(t, offset) = (*reg(t, offset) & ~mask) | ((hv_u32)value & mask);
	return true;
}

void fake_trdc_init(struct fake_trdc *t)
{
	static const struct fake_mmio_model model = {"TRDC", trdc_read, trdc_write};

	memset(t->word, 0, sizeof(t->word));
	memset(t->capture, 0, sizeof(t->capture));
	t->writer_secure = true;
	t->writer_privileged = true;
	t->refused = 0;
	t->stuck = 0;
	*reg(t, HWCFG0) = 16 | t->masters << 8 | t->mbc_count << 16 | t->mrc_count << 24;
	fake_mmio_attach(t->base, FAKE_TRDC_BYTES, &model, t);
}

/* ---- checks ---- */

/* Nibbles from the top: secure privileged, secure user, non-secure privileged, user. */
static bool permits(hv_u32 glbac, bool nonsecure_too, const struct fake_trdc_access *a)
{
	const hv_u32 shift = (a->secure ? 8u : 0u) + (a->privileged ? 4u : 0u);

	if (!a->secure && !nonsecure_too)
		return false;
	return (glbac >> shift & a->op) != 0;
}

static void latch(struct fake_trdc_capture *c, const struct fake_trdc_access *a, bool big)
{
	if (c->w1 >> 30 >= 2) {
		c->w1 |= 0x40000000u;
		return;
	}
	c->w0 = (hv_u32)(big ? a->address >> 4 : a->address);
	c->w1 = 0x80000000u | a->did | (a->op != 1 ? 0x100u : 0) | (a->privileged ? 0x200u : 0) |
		(a->secure ? 0 : 0x400u) | (a->op == 2 ? 0x800u : 0);
}

static bool through_memory(struct fake_trdc *t, hv_u32 mbc, hv_u32 memory,
			   const struct fake_trdc_access *a)
{
	static const hv_u32 first[4] = {0x000, 0x140, 0x168, 0x190};
	const struct fake_trdc_memory *m = &t->mbc[mbc].memory[memory];
	const hv_u32 block = (hv_u32)((a->address - m->base) >> m->log2);
	const hv_u32 word = *reg(t, mbc_at(mbc) + 0x40 + 0x200 * (hv_u64)a->did + first[memory] +
					    4 * (hv_u64)(block / 8));
	const hv_u32 nibble = word >> (4 * (block % 8)) & 0xf;

	return permits(*reg(t, mbc_at(mbc) + 0x20 + 4 * (nibble & 7u)), nibble >= 8, a);
}

static bool through_regions(struct fake_trdc *t, hv_u32 mrc, const struct fake_trdc_access *a)
{
	const struct fake_trdc_mrc *m = &t->mrc[mrc];
	const hv_u32 shift = m->big ? 4 : 0, mask = m->big ? 0xfffffc00u : 0xffffc000u;
	bool found = false, passes = false, this;

	for (hv_u32 r = 0; r < m->regions; r++) {
		const hv_u64 at = mrc_at(t, mrc) + 0x40 + 0x100 * (hv_u64)a->did + 8 * (hv_u64)r;
		const hv_u32 w0 = *reg(t, at), w1 = *reg(t, at + 4);
		const hv_u64 start = (hv_u64)(w0 & mask) << shift;
		const hv_u64 end = (hv_u64)(w1 & mask) << shift | 0x3fff;

		if ((w1 & 1) == 0 || a->address < start || a->address > end)
			continue;
		this = permits(*reg(t, mrc_at(t, mrc) + 0x20 + 4 * (w0 & 7u)), (w1 & 0x10) != 0, a);
		if (found && this != passes)
			fake_fail("TRDC: regions of domain %u disagree on 0x%" PRIx64, a->did, a->address);
		found = true;
		passes = this;
	}
	return passes;
}

/* Memory or checker of this TRDC that guards the address: index, or none. */
static bool guards_block(const struct fake_trdc *t, hv_u64 address, hv_u32 *mbc, hv_u32 *memory)
{
	for (*mbc = 0; *mbc < t->mbc_count; (*mbc)++) {
		for (*memory = 0; *memory < 4; (*memory)++) {
			const struct fake_trdc_memory *m = &t->mbc[*mbc].memory[*memory];

			if (m->blocks != 0 && address >= m->base &&
			    (address - m->base) >> m->log2 < m->blocks)
				return true;
		}
	}
	return false;
}

static bool guards_region(const struct fake_trdc *t, hv_u64 address, hv_u32 *mrc)
{
	for (*mrc = 0; *mrc < t->mrc_count; (*mrc)++) {
		if (address - t->mrc[*mrc].base < t->mrc[*mrc].size)
			return true;
	}
	return false;
}

bool fake_trdc_access(struct fake_trdc *const *trdcs, hv_u32 count,
		      const struct fake_trdc_access *a)
{
	for (hv_u32 i = 0; i < count; i++) {
		struct fake_trdc *t = trdcs[i];
		hv_u32 checker, memory;
		bool blocks, passes;

		blocks = guards_block(t, a->address, &checker, &memory);
		if (!blocks && !guards_region(t, a->address, &checker))
			continue;
		if ((*reg(t, CR) & (blocks ? 0x4000u : 0x8000u)) == 0)
			return false;
		passes = blocks ? through_memory(t, checker, memory, a) : through_regions(t, checker, a);
		if (!passes)
			latch(&t->capture[blocks ? checker : t->mbc_count + checker][a->did], a,
			      !blocks && t->mrc[checker].big);
		return passes;
	}
	return false;
}

bool fake_trdc_master(const struct fake_trdc *t, hv_u32 master, hv_u32 *did, bool *physical,
		      hv_u32 *stream)
{
	const hv_u32 word = t->word[(MDA + 0x20 * (hv_u64)master) / 4];

	if ((t->word[CR] & 1) == 0 || word >> 31 == 0)
		return false;
	*did = word & 0xf;
	*physical = (word >> 28 & 1) != 0;
	*stream = (word >> 29 & 1) != 0 ? word >> 22 & 0x3f : 0;
	return true;
}
