/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the GICv3 model: IHI 0069, 12.9 (GICD) and 12.11 (GICR), Non-secure accesses. */
#include <string.h>

#include "fake_bus.h"
#include "fake_gicv3.h"

#define CTLR_GRP1  0x1u
#define CTLR_GRP1A 0x2u
#define CTLR_ARE   0x10u
#define FRAMES     0x20000u
#define SGI_FRAME  0x10000u

enum bank_register { GROUP = 1, SET_ENABLE, CLEAR_ENABLE, SET_PENDING, CLEAR_PENDING, SET_ACTIVE, CLEAR_ACTIVE };

struct frame {
	struct fake_gicv3 *gic;
	hv_u32 cpu;
};
static struct frame frames[FAKE_GICV3_CPUS];

/* One word of 32 interrupts, wherever it is banked. */
struct word {
	hv_u32 *enable, *pending, *active;
	hv_u32 lines;
};

static bool read_word(const struct word *word, hv_u32 reg, hv_u64 *value)
{
	switch (reg) {
	case GROUP:
		*value = 0; /* RAZ/WI: Security is not disabled */
		return true;
	case SET_ENABLE:
	case CLEAR_ENABLE:
		*value = *word->enable;
		return true;
	case SET_PENDING:
	case CLEAR_PENDING:
		*value = *word->pending | word->lines;
		return true;
	case SET_ACTIVE:
	case CLEAR_ACTIVE:
		*value = *word->active;
		return true;
	default:
		return false;
	}
}

static bool write_word(const struct word *word, hv_u32 reg, hv_u32 value, hv_u32 *rwp, hv_u32 latency)
{
	switch (reg) {
	case GROUP:
		return true;
	case SET_ENABLE:
		*word->enable |= value;
		return true;
	case CLEAR_ENABLE:
		*word->enable &= ~value;
		*rwp = latency;
		return true;
	case SET_PENDING:
		*word->pending |= value;
		return true;
	case CLEAR_PENDING:
		*word->pending &= ~value;
		return true;
	case SET_ACTIVE:
		*word->active |= value;
		return true;
	case CLEAR_ACTIVE:
		*word->active &= ~value;
		return true;
	default:
		return false;
	}
}

/* A Non-secure priority is the upper half of the range: 4.8.1. Five bits are implemented. */
static hv_u8 stored(hv_u32 byte)
{
	return (hv_u8)(((byte & 0xf8) >> 1 | 0x80) & 0xf8);
}

static hv_u32 seen(hv_u8 priority)
{
	return (hv_u32)(priority << 1) & 0xff;
}

static hv_u64 read_priorities(const hv_u8 *priority)
{
	return seen(priority[0]) | seen(priority[1]) << 8 | seen(priority[2]) << 16 | seen(priority[3]) << 24;
}

static void write_priorities(hv_u8 *priority, hv_u32 value)
{
	for (hv_u32 i = 0; i < 4; i++)
		priority[i] = stored(value >> (8 * i) & 0xff);
}

static hv_u32 rwp_bit(hv_u32 *rwp, hv_u32 bit)
{
	if (*rwp == 0)
		return 0;
	(*rwp)--;
	return bit;
}

/* ---- distributor ---- */

static void write_ctlr(struct fake_gicv3 *gic, hv_u32 value)
{
	const hv_u32 groups = CTLR_GRP1 | CTLR_GRP1A;

	if ((gic->ctlr & CTLR_ARE) != 0 && (value & CTLR_ARE) == 0)
		fake_fail("GICD_CTLR: ARE_NS from 1 to 0");
	if ((gic->ctlr & CTLR_ARE) == 0 && (value & CTLR_ARE) != 0 && ((gic->ctlr | value) & groups) != 0)
		fake_fail("GICD_CTLR: ARE_NS changes while a group is enabled");
	gic->ctlr = value & (groups | CTLR_ARE);
	gic->rwp = gic->latency;
}

/* Word of a bitmap register; false: not one, or not of an implemented SPI. */
static bool spi_word(struct fake_gicv3 *gic, hv_u64 offset, struct word *word, hv_u32 *reg)
{
	const hv_u32 index = (hv_u32)(offset & 0x7f) / 4;

	*reg = (hv_u32)(offset >> 7);
	if (offset < 0x80 || offset >= 0x400 || index == 0 || index >= gic->intids / 32)
		return false;
	*word = (struct word){&gic->enable[index], &gic->pending[index], &gic->active[index],
			      gic->lines[index]};
	return true;
}

static bool is_priority(const struct fake_gicv3 *gic, hv_u64 offset)
{
	return offset >= 0x420 && offset < 0x400 + gic->intids;
}

static bool is_config(const struct fake_gicv3 *gic, hv_u64 offset)
{
	return offset >= 0xc08 && offset < 0xc00 + gic->intids / 4;
}

static bool is_route(const struct fake_gicv3 *gic, hv_u64 offset)
{
	return offset >= 0x6100 && offset < 0x6000 + (hv_u64)gic->intids * 8;
}

static bool dist_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	struct fake_gicv3 *gic = device;
	struct word word;
	hv_u32 reg;

	if (bytes == 8 && is_route(gic, offset)) {
		*value = gic->route[(offset - 0x6000) / 8];
		return true;
	}
	if (bytes != 4)
		return false;
	if (offset == 0)
		*value = gic->ctlr | rwp_bit(&gic->rwp, 0x80000000u);
	else if (offset == 4)
		*value = 0x037a0400u | (gic->intids / 32 - 1);
	else if (is_priority(gic, offset))
		*value = read_priorities(&gic->priority[offset - 0x400]);
	else if (is_config(gic, offset))
		*value = gic->cfg[(offset - 0xc00) / 4];
	else
		return spi_word(gic, offset, &word, &reg) && read_word(&word, reg, value);
	return true;
}

static bool dist_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	struct fake_gicv3 *gic = device;
	struct word word;
	hv_u32 reg;

	if (bytes == 8 && is_route(gic, offset)) {
		if ((gic->ctlr & CTLR_ARE) == 0)
			fake_fail("GICD_IROUTER without affinity routing");
		gic->route[(offset - 0x6000) / 8] = value;
		return true;
	}
	if (bytes != 4)
		return false;
	if (offset == 0)
		write_ctlr(gic, (hv_u32)value);
	else if (is_priority(gic, offset))
		write_priorities(&gic->priority[offset - 0x400], (hv_u32)value);
	else if (is_config(gic, offset))
		gic->cfg[(offset - 0xc00) / 4] = (hv_u32)value & 0xaaaaaaaau;
	else
		return spi_word(gic, offset, &word, &reg) &&
		       write_word(&word, reg, (hv_u32)value, &gic->rwp, gic->latency);
	return true;
}

/* ---- redistributors ---- */

static bool ppi_word(struct fake_gicv3_cpu *cpu, hv_u64 offset, struct word *word, hv_u32 *reg)
{
	*reg = (hv_u32)((offset - SGI_FRAME) >> 7);
	*word = (struct word){&cpu->enable, &cpu->pending, &cpu->active, cpu->lines};
	return offset >= SGI_FRAME + 0x80 && offset < SGI_FRAME + 0x400 && (offset & 0x7f) == 0;
}

static hv_u64 typer(const struct fake_gicv3 *gic, hv_u32 cpu)
{
	const hv_u64 affinity = gic->cpu[cpu].affinity;

	return (affinity >> 8 & 0xff000000) << 32 | (affinity & 0xffffff) << 32 | (hv_u64)cpu << 8 |
	       (cpu == gic->cpus - 1 ? 0x10u : 0) | 1u;
}

static bool redist_read(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 *value)
{
	const struct frame *frame = device;
	struct fake_gicv3_cpu *cpu = &frame->gic->cpu[frame->cpu];
	struct word word;
	hv_u32 reg;

	if (bytes == 8 && offset == 8) {
		*value = typer(frame->gic, frame->cpu);
		return true;
	}
	if (bytes != 4)
		return false;
	if (offset == 0)
		*value = rwp_bit(&cpu->rwp, 8);
	else if (offset == 0x14)
		*value = 0; /* GICR_WAKER is Secure */
	else if (offset >= SGI_FRAME + 0x400 && offset < SGI_FRAME + 0x420)
		*value = read_priorities(&cpu->priority[offset - SGI_FRAME - 0x400]);
	else if (offset == SGI_FRAME + 0xc04)
		*value = cpu->cfg;
	else
		return ppi_word(cpu, offset, &word, &reg) && read_word(&word, reg, value);
	return true;
}

static bool redist_write(void *device, hv_u64 offset, hv_u32 bytes, hv_u64 value)
{
	const struct frame *frame = device;
	struct fake_gicv3_cpu *cpu = &frame->gic->cpu[frame->cpu];
	struct word word;
	hv_u32 reg;

	if (bytes != 4)
		return false;
	if (!cpu->present)
		fake_fail("redistributor of a core that is not there is written");
	if (offset == 0 && value != 0)
		return false; /* LPIs are another model's */
	if (offset == 0)
		cpu->rwp = frame->gic->latency;
	else if (offset >= SGI_FRAME + 0x400 && offset < SGI_FRAME + 0x420)
		write_priorities(&cpu->priority[offset - SGI_FRAME - 0x400], (hv_u32)value);
	else if (offset == SGI_FRAME + 0xc04)
		cpu->cfg = (hv_u32)value & 0xaaaaaaaau;
	else if (offset != 0x14)
		return ppi_word(cpu, offset, &word, &reg) &&
		       write_word(&word, reg, (hv_u32)value, &cpu->rwp, frame->gic->latency);
	return true;
}

void fake_gicv3_init(struct fake_gicv3 *gic, hv_u64 gicd, hv_u64 gicr, const hv_u64 *affinities,
		     hv_u32 cpus)
{
	static const struct fake_mmio_model dist = {"GICD", dist_read, dist_write};
	static const struct fake_mmio_model redist = {"GICR", redist_read, redist_write};

	memset(gic, 0, sizeof(*gic));
	gic->intids = 416;
	gic->list_registers = 4;
	gic->latency = 2;
	gic->ctlr = CTLR_ARE;
	gic->cpus = cpus;
	memset(gic->priority, 0xff, sizeof(gic->priority));
	memset(gic->route, 0x5a, sizeof(gic->route));
	fake_mmio_attach(gicd, 0x10000, &dist, gic);
	for (hv_u32 i = 0; i < cpus; i++) {
		gic->cpu[i].present = true;
		gic->cpu[i].affinity = affinities[i];
		gic->cpu[i].apr[0] = gic->cpu[i].apr[1] = UINT64_C(0x5a5a5a5a);
		memset(gic->cpu[i].lr, 0x5a, sizeof(gic->cpu[i].lr));
		frames[i] = (struct frame){gic, i};
		fake_mmio_attach(gicr + (hv_u64)i * FRAMES, FRAMES, &redist, &frames[i]);
	}
}
