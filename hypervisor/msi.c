/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/gicv2m.h>
#include <haven/hal/cache.h>
#include <haven/hal/its.h>

#include "dma_memory.h"
#include "gic.h"
#include "msi.h"

#define TABLE_ALIGN  4096u
#define LARGE_ALIGN  65536u

static struct hv_hal_its its;
static struct hv_its_caps caps;
static hv_u32 event_bits;
static hv_u8 *lpi_config;
static hv_u64 itts;                  /* one after the other, in the order of the functions */
static hv_u64 pending[HV_MAX_CPUS];  /* 0: no LPI comes to this CPU */
static hv_u64 target[HV_MAX_CPUS];   /* what the ITS calls its redistributor */

static const struct hv_partition_config *partition_of(const struct hv_lpi_route *route)
{
	return &hv_config.partitions[route->partition_id - 1];
}

static hv_u32 cpu_of(const struct hv_partition_config *config)
{
	return config->vcpu_cpu[0];
}

static void check_its(hv_u32 last_event)
{
	hv_its_decode_typer(hv_hal_its_typer(hv_config.board->its_base), &caps);
	event_bits = hv_its_event_bits(last_event);
	if (!caps.physical || event_bits > caps.event_bits)
		hv_panic("ITS: no physical LPIs, or too few events");
}

static void place_itts(void)
{
	const hv_u64 bytes = hv_its_itt_bytes(&caps, event_bits);

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		const struct hv_dma_config *dma = &hv_config.partitions[i].dma;

		for (hv_u32 k = 0; k < dma->function_count && dma->msi_count != 0; k++) { /* bound: functions */
			const hv_u64 itt = hv_dma_memory_take("ITT", bytes, HV_ITS_ITT_ALIGN);

			if (itts == 0)
				itts = itt;
		}
	}
}

void hv_msi_prepare(void)
{
	hv_u32 last = 0;

	if (hv_config.lpi_count == 0)
		return;
	for (hv_u32 i = 0; i < hv_config.lpi_count; i++) { /* bound: HV_LPI_MAX */
		if (hv_config.lpis[i].spi > last)
			last = hv_config.lpis[i].spi;
	}
	check_its(last);
	its = (struct hv_hal_its){.base = hv_config.board->its_base, .coherent = hv_config.board->its_coherent};
	its.cmdq = (struct hv_its_cmd *)hv_dma_memory_take("ITS queue", HV_ITS_CMDQ_BYTES, LARGE_ALIGN);
	its.device_table = (void *)hv_dma_memory_take("ITS devices", HV_ITS_TABLE_BYTES, TABLE_ALIGN);
	its.collection_table =
		(void *)hv_dma_memory_take("ITS collections", HV_ITS_TABLE_BYTES, TABLE_ALIGN);
	lpi_config = (hv_u8 *)hv_dma_memory_take("LPI configuration", HV_LPI_CONFIG_BYTES, TABLE_ALIGN);
	place_itts();
	for (hv_u32 i = 0; i < hv_config.lpi_count; i++) { /* bound: HV_LPI_MAX */
		const hv_u32 cpu = cpu_of(partition_of(&hv_config.lpis[i]));

		lpi_config[i] = HV_LPI_CONFIG;
		if (pending[cpu] == 0)
			pending[cpu] = hv_dma_memory_take("pending LPIs", HV_LPI_PENDING_BYTES, LARGE_ALIGN);
	}
}

void hv_msi_cpu_prepare(const struct hv_cpu *cpu)
{
	if (pending[cpu->index] == 0)
		return;
	if (!hv_hal_lpi_enable(lpi_config, (void *)pending[cpu->index], HV_LPI_ID_BITS, its.coherent))
		hv_panic("GIC: this CPU cannot take LPIs");
	target[cpu->index] = hv_hal_lpi_target(caps.pta);
}

/* ---- what the ITS is told, once ---- */

static void tell(struct hv_its_cmd command)
{
	if (!hv_hal_its_issue(&its, &command, 1))
		hv_panic("ITS: a command was not taken");
}

static void map_devices(void)
{
	const hv_u64 bytes = hv_its_itt_bytes(&caps, event_bits);
	hv_u64 itt = itts;

	for (hv_u32 i = 0; i < hv_config.partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		const struct hv_dma_config *dma = &hv_config.partitions[i].dma;

		for (hv_u32 k = 0; k < dma->function_count && dma->msi_count != 0; k++) { /* bound: functions */
			if (dma->functions[k].bdf >= its.devices)
				hv_panic("ITS: a DeviceID finds no room in the device table");
			hv_hal_cache_clean_invalidate((const void *)itt, bytes);
			tell(hv_its_cmd_mapd(dma->functions[k].bdf, itt, event_bits));
			itt += bytes;
		}
	}
}

static void map_events(void)
{
	for (hv_u32 i = 0; i < hv_config.lpi_count; i++) { /* bound: HV_LPI_MAX */
		const struct hv_lpi_route *route = &hv_config.lpis[i];
		const hv_u32 cpu = cpu_of(partition_of(route));

		tell(hv_its_cmd_mapti(route->device_id, route->spi, HV_LPI_FIRST + i, (hv_u16)cpu));
	}
}

void hv_msi_boot(void)
{
	if (hv_config.lpi_count == 0)
		return;
	if (!hv_hal_its_enable(&its, &caps))
		hv_panic("ITS: it did not come up");
	if (its.collections < HV_MAX_CPUS)
		hv_panic("ITS: too few collections");
	for (hv_u32 cpu = 0; cpu < HV_MAX_CPUS; cpu++) { /* bound: HV_MAX_CPUS */
		if (pending[cpu] != 0)
			tell(hv_its_cmd_mapc((hv_u16)cpu, target[cpu]));
	}
	map_devices();
	map_events();
	for (hv_u32 cpu = 0; cpu < HV_MAX_CPUS; cpu++) { /* bound: HV_MAX_CPUS */
		if (pending[cpu] == 0)
			continue;
		tell(hv_its_cmd_invall((hv_u16)cpu));
		tell(hv_its_cmd_sync(target[cpu]));
	}
}

/* ---- at run time ---- */

hv_u32 hv_msi_owner(hv_u32 intid)
{
	const hv_u32 index = intid - HV_LPI_FIRST;

	return index < hv_config.lpi_count ? hv_config.lpis[index].partition_id : HV_IRQ_UNOWNED;
}

void hv_msi_take(struct hv_vcpu *vcpu, hv_u32 intid)
{
	hv_gic_pulse(vcpu, hv_config.lpis[intid - HV_LPI_FIRST].spi);
}

bool hv_msi_access(const struct hv_vcpu *vcpu, const struct hv_exc_regs *regs,
		   const struct hv_mmio *mmio, hv_u64 *value)
{
	const struct hv_dma_config *dma = &vcpu->partition->config->dma;

	if (mmio->size != 4)
		return false;
	if (mmio->write)
		hv_audit(HV_J_IRQ_DENIED, HV_JV_IGNORE, regs, mmio->ipa, *value);
	else
		*value = hv_v2m_read(dma->msi_first, dma->msi_count, (hv_u32)(mmio->ipa - dma->msi_ipa));
	return true;
}
