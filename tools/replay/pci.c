/* SPDX-License-Identifier: Apache-2.0 */
/* PCI functions: whose they are, where their registers are, and what their messages become. */
#include <inttypes.h>

#include <haven/its.h>

#include "replay.h"

static bool check_stream(const struct hv_partition_config *p, const struct hv_pci_function *f)
{
	if (hv_config.board->smmu.base == 0 || hv_smmu_check_device(f->bdf, p->id) == HV_OK)
		return true;
	return replay_fail("%s of %s has not its stream 0x%" PRIx32, f->name, p->name, f->bdf);
}

/* A level-triggered SPI of the partition. */
static bool check_line(const struct hv_partition_config *p, const struct hv_pci_function *f)
{
	if (f->intx == 0)
		return true;
	for (hv_u32 i = 0; i < p->trigger_count; i++) {
		if (p->triggers[i].irq_id == f->intx && !p->triggers[i].edge &&
		    hv_irq_check_owner(f->intx, p->id) == HV_OK)
			return true;
	}
	return replay_fail("%s of %s has not its line %" PRIu32, f->name, p->name, f->intx);
}

static hv_u64 pages(const struct hv_pci_bar *bar)
{
	return (bar->size + HV_TABLE_SIZE - 1) / HV_TABLE_SIZE * HV_TABLE_SIZE;
}

/* Read and written through the partition's map at the address on the bus, whole pages of it. */
static bool check_bar(const struct replay_pool *pool, const struct hv_partition_config *p,
		      const struct hv_pci_function *f, const struct hv_pci_bar *bar)
{
	struct hv_stage2_translation t;

	if (bar->base % HV_TABLE_SIZE != 0)
		return replay_fail("a BAR of %s begins inside a page", f->name);
	for (hv_u64 offset = 0; offset < pages(bar); offset += HV_TABLE_SIZE) {
		if (!replay_translate(pool, p, bar->base + offset, &t))
			return false;
		if (t.result != HV_WALK_MAPPED || t.pa != bar->base + offset ||
		    (t.attrs & HV_MEM_S2AP) != HV_MEM_RW || (t.attrs & HV_MEM_MEMATTR) >= 0x10)
			return replay_fail("%s does not see the registers of %s at 0x%" PRIx64, p->name,
					   f->name, bar->base + offset);
	}
	return true;
}

static bool shares_page(const struct hv_pci_function *f, const struct hv_pci_bar *bar)
{
	for (hv_u32 i = 0; i < HV_PCI_BARS; i++) {
		const struct hv_pci_bar *other = &f->bar[i];

		if (other != bar && other->size != 0 &&
		    hv_range_overlaps(other->base, pages(other), bar->base, pages(bar)))
			return true;
	}
	return false;
}

/* Of all functions of all partitions, its own other BARs among them. */
static bool check_alone(const struct hv_pci_function *f, const struct hv_pci_bar *bar)
{
	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		const struct hv_dma_config *dma = &hv_config.partitions[i].dma;

		for (hv_u32 k = 0; k < dma->function_count; k++) {
			if (shares_page(&dma->functions[k], bar))
				return replay_fail("%s and %s share a page of registers", f->name,
						   dma->functions[k].name);
		}
	}
	return true;
}

static bool check_function(const struct replay_pool *pool, const struct hv_partition_config *p,
			   const struct hv_pci_function *f)
{
	if (!check_stream(p, f) || !check_line(p, f))
		return false;
	for (hv_u32 i = 0; i < HV_PCI_BARS; i++) {
		if (f->bar[i].size != 0 &&
		    (!check_bar(pool, p, f, &f->bar[i]) || !check_alone(f, &f->bar[i])))
			return false;
	}
	return true;
}

/* Two with one number would be one to the SMMU, the ITS and configuration space. */
static bool is_only(const struct hv_pci_function *f)
{
	hv_u32 count = 0;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		const struct hv_dma_config *dma = &hv_config.partitions[i].dma;

		for (hv_u32 k = 0; k < dma->function_count; k++)
			count += dma->functions[k].bdf == f->bdf;
	}
	return count == 1 || replay_fail("%s has a place that another function has", f->name);
}

static bool check_route(const struct hv_partition_config *p, hv_u32 index, hv_u32 device, hv_u32 spi)
{
	const struct hv_lpi_route *route = &hv_config.lpis[index];

	return (route->partition_id == p->id && route->device_id == device && route->spi == spi) ||
	       replay_fail("LPI %" PRIu32 " is not interrupt %" PRIu32 " of device 0x%" PRIx32
			   " of %s", HV_LPI_FIRST + index, spi, device, p->name);
}

/* Function by function, vector by vector; @p next is the first LPI that nobody has had. */
static bool check_routes(const struct hv_partition_config *p, hv_u32 *next)
{
	const struct hv_dma_config *dma = &p->dma;
	const hv_u32 count = dma->function_count * dma->msi_count;

	if ((dma->msi_ipa == 0) != (count == 0))
		return replay_fail("%s has a frame without vectors, or vectors without a frame", p->name);
	if (count == 0)
		return true;
	if (dma->lpi_first != *next || *next + count > hv_config.lpi_count)
		return replay_fail("LPIs of %s begin at %" PRIu32, p->name, HV_LPI_FIRST + dma->lpi_first);
	for (hv_u32 i = 0; i < count; i++) {
		if (!check_route(p, *next + i, dma->functions[i / dma->msi_count].bdf,
				 dma->msi_first + i % dma->msi_count))
			return false;
	}
	*next += count;
	return true;
}

static bool check_lpis(void)
{
	hv_u32 next = 0;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		if (!check_routes(&hv_config.partitions[i], &next))
			return false;
	}
	return (next == hv_config.lpi_count && next <= HV_LPI_MAX) ||
	       replay_fail("%" PRIu32 " LPIs, but %" PRIu32 " vectors", hv_config.lpi_count, next);
}

bool replay_pci(const struct replay_pool *pool)
{
	hv_u32 total = 0;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) {
		const struct hv_partition_config *p = &hv_config.partitions[i];

		if (p->dma.function_count != 0 && p->dma.shadow_first != total)
			return replay_fail("shadows of %s begin at %" PRIu32, p->name, p->dma.shadow_first);
		total += p->dma.function_count;
		for (hv_u32 k = 0; k < p->dma.function_count; k++) {
			const struct hv_pci_function *f = &p->dma.functions[k];

			if (!is_only(f) || !check_function(pool, p, f))
				return false;
			if (k > 0 && f->bdf <= p->dma.functions[k - 1].bdf)
				return replay_fail("functions of %s are out of order", p->name);
		}
	}
	if (total != replay_limits.functions)
		return replay_fail("the limits are for %" PRIu32 " PCI functions, not %" PRIu32,
				   replay_limits.functions, total);
	return check_lpis();
}
