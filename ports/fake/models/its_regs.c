/* SPDX-License-Identifier: Apache-2.0 */
/* The ITS's registers, and memory as the ITS sees it. IHI 0069, 12.19. */
#include <inttypes.h>
#include <string.h>

#include "fake_bus.h"
#include "fake_dram.h"
#include "fake_its.h"

#define GITS_CTLR    0x0000u
#define GITS_TYPER   0x0008u
#define GITS_CBASER  0x0080u
#define GITS_CWRITER 0x0088u
#define GITS_CREADR  0x0090u
#define GITS_BASER0  0x0100u

#define VALID        (UINT64_C(1) << 63)
#define READ_ONLY    UINT64_C(0x071f000000000000) /* of GITS_BASER<n>: Type, Entry_Size */

bool fake_its_snoops(hv_u64 baser)
{
	return (baser >> 10 & 3) != 0 && (baser >> 59 & 7) >= 2;
}

bool fake_its_is_zero(hv_u64 pa, hv_u64 size, bool snoop)
{
	for (hv_u64 at = pa; at < pa + size; at += 8) {
		hv_u64 word = 1;

		if (!fake_dram_read(at, &word, 8, snoop))
			fake_fail("table at 0x%" PRIx64 ": no memory", at);
		if (word != 0)
			return false;
	}
	return true;
}

static bool is_quiescent(struct fake_its *its)
{
	if (its->enabled || its->polls == FAKE_ITS_NEVER)
		return false;
	if (its->polls != 0)
		its->polls--;
	return its->polls == 0;
}

/* What a quiescent, disabled ITS may be given alone. */
static void must_be_off(const struct fake_its *its, const char *what)
{
	if (its->enabled || its->polls != 0)
		fake_fail("%s written while the ITS works", what);
}

static void check_tables(const struct fake_its *its)
{
	if ((its->cbaser & VALID) == 0)
		fake_fail("the ITS is enabled without a command queue");
	for (int i = 0; i < 8; i++) {
		const hv_u64 baser = its->baser[i];

		if ((baser & VALID) == 0)
			continue;
		if (!fake_its_is_zero(baser & UINT64_C(0x0000fffffffff000),
				      ((baser & 0xff) + 1) * 4096, fake_its_snoops(baser)))
			fake_fail("table of GITS_BASER%d is not zero", i);
	}
}

static void write_ctlr(struct fake_its *its, hv_u32 value)
{
	const bool enable = (value & 1) != 0;

	if (its->enabled && !enable)
		its->polls = its->quiescence;
	if (!its->enabled && enable) {
		must_be_off(its, "GITS_CTLR.Enabled");
		check_tables(its);
	}
	its->enabled = enable && !its->dead;
}

static hv_u64 attributes(hv_u64 value, bool noncoherent)
{
	return noncoherent ? value & ~(hv_u64)0xc00 : value; /* Shareability */
}

static void write_baser(struct fake_its *its, hv_u64 index, hv_u64 value)
{
	const hv_u64 fixed = its->baser[index] & READ_ONLY;

	must_be_off(its, "GITS_BASER");
	if (fixed == 0)
		return;
	if (its->large_pages)
		value = (value & ~(hv_u64)0x300) | 0x200;
	its->baser[index] = (attributes(value, its->noncoherent) & ~READ_ONLY) | fixed;
}

static void write_cbaser(struct fake_its *its, hv_u64 value)
{
	must_be_off(its, "GITS_CBASER");
	if ((value & 0xf000) != 0)
		fake_fail("command queue at 0x%" PRIx64 ": not 64 KB aligned",
			  value & UINT64_C(0xffffffffff000));
	its->cbaser = attributes(value, its->noncoherent_queue);
	its->creadr = 0;
}

static void write_cwriter(struct fake_its *its, hv_u64 value)
{
	const hv_u64 size = ((its->cbaser & 0xff) + 1) * 4096;

	if ((value & ~(hv_u64)0xfffe1) != 0 || (value & 0xfffe0) >= size)
		fake_fail("GITS_CWRITER 0x%" PRIx64 ": not in the queue", value);
	if ((value & 1) != 0)
		its->creadr &= ~(hv_u64)1; /* Retry */
	its->cwriter = value & 0xfffe0;
	if (its->latency == 0)
		fake_its_consume(its, FAKE_ITS_NEVER);
	its->polls = its->enabled ? its->latency : its->polls;
}

static hv_u64 read_creadr(struct fake_its *its)
{
	const hv_u64 value = its->creadr;

	if (!its->enabled || its->latency == 0 || its->polls == FAKE_ITS_NEVER)
		return value;
	if (--its->polls == 0) {
		fake_its_consume(its, 1);
		its->polls = its->latency;
	}
	return value;
}

static bool read64(struct fake_its *its, hv_u64 offset, hv_u64 *value)
{
	switch (offset) {
	case GITS_TYPER:
		*value = its->typer;
		return true;
	case GITS_CBASER:
		*value = its->cbaser;
		return true;
	case GITS_CWRITER:
		*value = its->cwriter;
		return true;
	case GITS_CREADR:
		*value = read_creadr(its);
		return true;
	default:
		if (offset < GITS_BASER0 || offset >= GITS_BASER0 + 64)
			return false;
		*value = its->baser[(offset - GITS_BASER0) / 8];
		return true;
	}
}

static bool its_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	struct fake_its *its = device;

	if (bytes == 8)
		return read64(its, offset, value);
	if (bytes != 4 || offset != GITS_CTLR)
		return false;
	*value = (is_quiescent(its) ? UINT64_C(0x80000000) : 0) | its->enabled;
	return true;
}

static bool its_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	struct fake_its *its = device;

	if (bytes == 4 && offset == GITS_CTLR)
		write_ctlr(its, (hv_u32)value);
	else if (bytes == 8 && offset == GITS_CBASER)
		write_cbaser(its, value);
	else if (bytes == 8 && offset == GITS_CWRITER)
		write_cwriter(its, value);
	else if (bytes == 8 && offset >= GITS_BASER0 && offset < GITS_BASER0 + 64)
		write_baser(its, (offset - GITS_BASER0) / 8, value);
	else
		return false;
	return true;
}

const struct fake_mmio_model fake_its_model = {"ITS", its_read, its_write};
