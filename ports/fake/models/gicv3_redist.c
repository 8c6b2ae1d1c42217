/* SPDX-License-Identifier: Apache-2.0 */
/* Distributor and redistributors, as far as LPIs need them. */
#include <inttypes.h>
#include <string.h>

#include "fake_bus.h"
#include "fake_dram.h"
#include "fake_its.h"

/* IHI 0069, 12.9: GICD_TYPER; 12.11: offsets of the redistributor's two frames. */
#define GICD_TYPER     0x0004u
#define GICR_CTLR      0x0000u
#define GICR_TYPER     0x0008u
#define GICR_WAKER     0x0014u
#define GICR_PROPBASER 0x0070u
#define GICR_PENDBASER 0x0078u
#define SGI_FRAME      0x10000u
#define FRAMES         0x20000u

#define CTLR_ENABLE_LPIS 1u
#define WAKER_PROCESSOR  2u
#define WAKER_BOTH       6u /* and ChildrenAsleep */

struct fake_gic fake_gic;

static hv_u64 redist_base(const struct fake_redist *redist)
{
	return fake_gic.redist_base + (hv_u64)(redist - fake_gic.redist) * FRAMES;
}

/* Inner shareable or outer, and at least write-through: 12.11, InnerCache [9:7]. */
static bool snoops(hv_u64 baser)
{
	return (baser >> 10 & 3) != 0 && (baser >> 7 & 7) >= 2;
}

static hv_u64 table(hv_u64 baser, hv_u32 lowest)
{
	return baser & UINT64_C(0x000fffffffffffff) & (~UINT64_C(0) << lowest);
}

static hv_u32 id_bits(const struct fake_redist *redist)
{
	const hv_u32 written = (redist->propbaser & 0x1f) + 1;
	const hv_u32 implemented = (fake_gic.gicd_typer >> 19 & 0x1f) + 1;

	return written < implemented ? written : implemented;
}

static void enable_lpis(struct fake_redist *redist)
{
	const hv_u64 pending = table(redist->pendbaser, 16);

	if (redist->dead)
		return;
	if ((redist->pendbaser >> 62 & 1) != 0 &&
	    !fake_its_is_zero(pending, (UINT64_C(1) << id_bits(redist)) / 8,
			      snoops(redist->pendbaser)))
		fake_fail("pending table at 0x%" PRIx64 " is not zero", pending);
	redist->ctlr |= CTLR_ENABLE_LPIS;
}

void fake_redist_read_config(struct fake_redist *redist)
{
	const hv_u64 count = (UINT64_C(1) << id_bits(redist)) - 8192;
	const hv_u64 size = count < FAKE_ITS_LPIS ? count : FAKE_ITS_LPIS;

	memset(redist->config, 0, sizeof(redist->config));
	if (!fake_dram_read(table(redist->propbaser, 12), redist->config, size,
			    snoops(redist->propbaser)))
		fake_fail("LPI configuration at 0x%" PRIx64 ": no memory",
			  table(redist->propbaser, 12));
}

static void write_ctlr(struct fake_redist *redist, hv_u32 value)
{
	const bool on = (redist->ctlr & CTLR_ENABLE_LPIS) != 0;

	if ((value & CTLR_ENABLE_LPIS) != 0 && !on && (redist->typer & 1) != 0)
		enable_lpis(redist);
	else if ((value & CTLR_ENABLE_LPIS) == 0 && on && !redist->sticky)
		redist->ctlr &= ~CTLR_ENABLE_LPIS;
}

static hv_u64 stored_base(const struct fake_redist *redist, hv_u64 value)
{
	const hv_u64 address = UINT64_C(0x000ffffffffff000);

	if (redist->noncoherent)
		value &= ~(hv_u64)0xc00; /* Shareability */
	return (value & ~address) | (value & address & redist->address_mask);
}

static bool write_base(struct fake_redist *redist, hv_u64 offset, hv_u64 value)
{
	if ((redist->ctlr & CTLR_ENABLE_LPIS) != 0)
		fake_fail("redistributor 0x%" PRIx64 ": table changed while LPIs are on",
			  redist_base(redist));
	if (offset == GICR_PROPBASER)
		redist->propbaser = stored_base(redist, value);
	else
		redist->pendbaser = stored_base(redist, value);
	return true;
}

static bool is_base(hv_u64 offset)
{
	return offset == GICR_PROPBASER || offset == GICR_PENDBASER;
}

static bool redist_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	const struct fake_redist *redist = device;

	if (bytes == 8 && is_base(offset))
		*value = offset == GICR_PROPBASER ? redist->propbaser
						  : redist->pendbaser & ~(UINT64_C(1) << 62);
	else if (bytes == 8 && offset == GICR_TYPER)
		*value = redist->typer;
	else if (bytes == 4 && offset == GICR_CTLR)
		*value = redist->ctlr;
	else if (bytes == 4 && offset == GICR_WAKER)
		*value = redist->waker;
	else if (bytes == 4 && offset >= SGI_FRAME)
		*value = redist->sgi_frame[(offset - SGI_FRAME) / 4];
	else
		return false;
	return true;
}

static bool redist_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	struct fake_redist *redist = device;

	if (bytes == 8 && is_base(offset))
		return write_base(redist, offset, value);
	if (bytes != 4)
		return false;
	if (offset == GICR_CTLR)
		write_ctlr(redist, (hv_u32)value);
	else if (offset == GICR_WAKER)
		redist->waker = (value & WAKER_PROCESSOR) != 0 ? WAKER_BOTH : 0;
	else if (offset >= SGI_FRAME)
		redist->sgi_frame[(offset - SGI_FRAME) / 4] = (hv_u32)value;
	else
		return false;
	return true;
}

static bool dist_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	const struct fake_gic *gic = device;

	*value = offset == GICD_TYPER ? gic->gicd_typer : gic->gicd[offset / 4];
	return bytes == 4;
}

static bool dist_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	((struct fake_gic *)device)->gicd[offset / 4] = (hv_u32)value;
	return bytes == 4;
}

static const struct fake_mmio_model dist_model = {"distributor", dist_read, dist_write};
static const struct fake_mmio_model redist_model = {"redistributor", redist_read, redist_write};

static void redist_init(hv_u32 cpu)
{
	struct fake_redist *redist = &fake_gic.redist[cpu];

	/* Affinity 0.0.0.cpu, the number of it, Last, physical LPIs. */
	redist->typer = (hv_u64)cpu << 32 | cpu << 8 | (cpu == FAKE_ITS_CPUS - 1 ? 0x10 : 0) | 1;
	redist->waker = WAKER_BOTH;
	redist->address_mask = ~UINT64_C(0);
	fake_mmio_attach(redist_base(redist), FRAMES, &redist_model, redist);
}

void fake_gic_init(hv_u64 gicd, hv_u64 gicr, hv_u64 its)
{
	memset(&fake_gic, 0, sizeof(fake_gic));
	fake_gic.gicd_typer = 0x037a0008; /* 16 INTID bits, LPIs, 288 SPIs */
	fake_gic.redist_base = gicr;
	fake_mmio_attach(gicd, 0x10000, &dist_model, &fake_gic);
	for (hv_u32 cpu = 0; cpu < FAKE_ITS_CPUS; cpu++)
		redist_init(cpu);
	/* 16 bits of DeviceID and EventID, ITT entries of 12 bytes, numbers not addresses. */
	fake_gic.its.typer = UINT64_C(0x1f0001efb1);
	fake_gic.its.baser[0] = UINT64_C(0x0107000000000200);
	fake_gic.its.baser[1] = UINT64_C(0x0407000000000200);
	fake_mmio_attach(its, 0x10000, &fake_its_model, &fake_gic.its);
	fake_sysreg_set("icc_sre_el2", 0);
	fake_sysreg_set("icc_pmr_el1", 0);
	fake_sysreg_set("icc_bpr1_el1", 0);
	fake_sysreg_set("icc_ctlr_el1", 0);
	fake_sysreg_set("icc_igrpen1_el1", 0);
	fake_gic_on(0);
}

void fake_gic_on(hv_u32 cpu)
{
	fake_sysreg_set("mpidr_el1", UINT64_C(0x80000000) | cpu);
}
