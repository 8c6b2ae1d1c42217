/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/budget_sched.h>
#include <haven/irq_ownership.h>
#include <haven/stage2_walk.h>
#include <haven/vsmt.h>

#include "admit.h"
#include "setup.h"

/* From the ITS's control frame to its translation frame. */
#define ITS_TRANSLATION UINT64_C(0x10000)
#define GICD_SIZE       UINT64_C(0x10000)
#define GICR_STRIDE     UINT64_C(0x20000)

/* Ranges that no guest may map: the board's frames and Haven's own memory. */
static struct hv_range reserved[HV_MAX_REGIONS];

static hv_status_t fail(struct hv_setup_error *error, const char *step, const char *partition,
			hv_u64 value, hv_status_t status)
{
	*error = (struct hv_setup_error){
		.step = step, .partition = partition, .value = value, .reason = "", .status = status};
	return status;
}

hv_u64 hv_setup_msi_page(const struct hv_board *board)
{
	return board->its_base == 0 ? 0 : board->its_base + ITS_TRANSLATION;
}

static hv_status_t setup_stage2(const struct hv_config *config,
				const struct hv_setup_platform *platform,
				struct hv_setup_error *error)
{
	const struct hv_board *board = config->board;
	hv_status_t status;

	if (board->reserved_count >= HV_MAX_REGIONS)
		return fail(error, "reserved ranges", "-", board->reserved_count, HV_ENOSPC);
	for (hv_u32 i = 0; i < board->reserved_count; i++) /* bound: HV_MAX_REGIONS - 1 */
		reserved[i] = board->reserved[i];
	reserved[board->reserved_count] = config->hypervisor;

	status = hv_stage2_configure(&(struct hv_stage2_config){
		.tables = platform->tables,
		.pool_pa = platform->pool_pa,
		.table_count = platform->table_count,
		.ipa_bits = config->ipa_bits,
		.pa_bits = platform->pa_bits,
		.reserved = reserved,
		.reserved_count = board->reserved_count + 1,
		.msi_page = hv_setup_msi_page(board),
		.has_xnx = platform->has_xnx,
	});
	if (status == HV_OK)
		status = hv_stage2_init();
	return status == HV_OK ? HV_OK : fail(error, "stage-2 pool", "-", 0, status);
}

static hv_status_t map_partition(const struct hv_partition_config *p,
				 const struct hv_setup_platform *platform, hv_u64 vtcr,
				 struct hv_setup_error *error)
{
	struct hv_stage2_walk walk = {.tables = (const hv_table_t *)platform->tables,
				      .pool_pa = platform->pool_pa,
				      .table_count = platform->table_count,
				      .vtcr = vtcr};
	struct hv_stage2_difference difference = {0, ""};
	hv_status_t status = hv_stage2_map_partition(&p->mem);

	if (status != HV_OK)
		return fail(error, "stage-2 map", p->name, 0, status);
	status = hv_stage2_root(p->id, &walk.vttbr);
	/* Two partitions with one VMID would share TLB entries; the walker does not look at it. */
	if (status == HV_OK && walk.vttbr >> 48 != p->id)
		return fail(error, "VMID", p->name, walk.vttbr, HV_EPERM);
	if (status == HV_OK)
		status = hv_stage2_verify(&walk, p->mem.regions, p->mem.region_count, &difference);
	if (status != HV_OK) {
		(void)fail(error, "stage-2 check", p->name, difference.ipa, status);
		error->reason = difference.reason;
	}
	return status;
}

/* The devices' map has the regions and one page more, and the CPUs' map has not. */
static hv_status_t map_devices(const struct hv_config *config, const struct hv_partition_config *p,
			       const struct hv_setup_platform *platform, hv_u64 vtcr,
			       struct hv_setup_error *error)
{
	static struct hv_mem_region all[HV_MAX_REGIONS];
	struct hv_stage2_walk walk = {.tables = (const hv_table_t *)platform->tables,
				      .pool_pa = platform->pool_pa,
				      .table_count = platform->table_count,
				      .vtcr = vtcr};
	struct hv_stage2_difference difference = {0, ""};
	hv_status_t status;

	if (p->dma.msi_ipa == 0)
		return HV_OK;
	if (p->mem.region_count >= HV_MAX_REGIONS)
		return fail(error, "devices' map", p->name, p->mem.region_count, HV_ENOSPC);
	status = hv_stage2_map_devices(p->id, p->dma.msi_ipa);
	if (status != HV_OK)
		return fail(error, "devices' map", p->name, p->dma.msi_ipa, status);
	for (hv_u32 i = 0; i < p->mem.region_count; i++) /* bound: HV_MAX_REGIONS - 1 */
		all[i] = p->mem.regions[i];
	all[p->mem.region_count] = (struct hv_mem_region){
		p->dma.msi_ipa, hv_setup_msi_page(config->board), HV_TABLE_SIZE, HV_MEM_MSI};
	status = hv_stage2_device_root(p->id, &walk.vttbr);
	if (status == HV_OK)
		status = hv_stage2_verify(&walk, all, p->mem.region_count + 1, &difference);
	if (status != HV_OK) {
		(void)fail(error, "devices' map check", p->name, difference.ipa, status);
		error->reason = difference.reason;
	}
	return status;
}

/* The buffer traps only where nothing is mapped, and where no other device is emulated. */
static hv_status_t check_scmi(const struct hv_config *config, const struct hv_partition_config *p,
			      struct hv_setup_error *error)
{
	const struct hv_board *board = config->board;
	const hv_u64 page = p->scmi.ipa;

	if (page == 0)
		return HV_OK;
	if (page % HV_VSMT_PAGE != 0 || hv_stage2_check_access(p->id, page, 1) == HV_OK ||
	    page == p->vuart_ipa || page == p->dma.msi_ipa ||
	    page - board->gicd_base < GICD_SIZE ||
	    page - board->gicr_base < GICR_STRIDE * p->vcpu_count ||
	    page - board->pci.ecam.base < board->pci.ecam.size)
		return fail(error, "SCMI buffer", p->name, page, HV_EINVAL);
	return HV_OK;
}

static hv_status_t setup_smmu(const struct hv_config *config, struct hv_setup_error *error)
{
	const struct hv_smmu_config smmu = {config->board->smmu.sid_bits, config->dma_fault_limit};
	hv_status_t status = hv_smmu_init();

	if (status == HV_OK && config->board->smmu.base != 0)
		status = hv_smmu_configure(&smmu);
	return status == HV_OK ? HV_OK : fail(error, "SMMU", "-", smmu.sid_bits, status);
}

static hv_status_t assign_streams(const struct hv_config *config, const struct hv_partition_config *p,
				  struct hv_setup_error *error)
{
	if (p->dma.stream_count != 0 && config->board->smmu.base == 0)
		return fail(error, "stream without an SMMU", p->name, p->dma.streams[0], HV_ENOTSUP);
	for (hv_u32 i = 0; i < p->dma.function_count; i++) { /* bound: functions */
		const hv_status_t status = hv_pci_check(&p->dma.functions[i]);

		if (status != HV_OK)
			return fail(error, "PCI function", p->name, p->dma.functions[i].bdf, status);
	}
	for (hv_u32 i = 0; i < p->dma.stream_count; i++) { /* bound: HV_MAX_SMMU_DEVICES */
		const hv_status_t status = hv_smmu_map_device(p->dma.streams[i], p->id);

		if (status != HV_OK)
			return fail(error, "stream", p->name, p->dma.streams[i], status);
	}
	return HV_OK;
}

static hv_status_t assign_irqs(const struct hv_partition_config *p, struct hv_setup_error *error)
{
	for (hv_u32 i = 0; i < p->irq_count; i++) { /* bound: HV_MAX_IRQ_ID */
		const hv_status_t status = hv_irq_assign(&p->irqs[i]);

		if (status != HV_OK)
			return fail(error, "interrupt", p->name, p->irqs[i].irq_id, status);
	}
	return HV_OK;
}

hv_u32 hv_setup_shared_cpus(const struct hv_config *config)
{
	hv_u32 once = 0, twice = 0;

	for (hv_u32 i = 0; i < config->partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		const struct hv_partition_config *p = &config->partitions[i];

		for (hv_u32 v = 0; v < p->vcpu_count; v++) { /* bound: HV_MAX_CPUS */
			twice |= once & 1u << p->vcpu_cpu[v];
			once |= 1u << p->vcpu_cpu[v];
		}
	}
	return twice;
}

static hv_status_t setup_irqs(const struct hv_config *config, struct hv_setup_error *error)
{
	const struct hv_board *board = config->board;
	const hv_status_t status = hv_irq_configure(&(struct hv_irq_config){
		.intid_count = board->intid_count,
		.cpu_count = board->cpu_count,
		.hypervisor_ppi_mask = 1u << board->maintenance_ppi | 1u << board->hyp_timer_ppi,
		.shared_cpus = hv_setup_shared_cpus(config),
	});

	return status == HV_OK ? HV_OK : fail(error, "interrupts", "-", 0, status);
}

static hv_status_t set_budget(const struct hv_partition_config *p, struct hv_setup_error *error)
{
	const struct hv_budget *budget = &p->timing.budget;

	if (budget->period_ns == 0)
		return HV_OK;
	const hv_status_t status = hv_budget_set(budget);

	return status == HV_OK ? HV_OK : fail(error, "budget", p->name, budget->budget_ns, status);
}

static hv_status_t setup_partition(const struct hv_config *config, const struct hv_partition_config *p,
				   const struct hv_setup_platform *platform, hv_u64 vtcr,
				   struct hv_setup_error *error)
{
	hv_status_t status = map_partition(p, platform, vtcr, error);

	if (status == HV_OK)
		status = map_devices(config, p, platform, vtcr, error);
	if (status == HV_OK)
		status = check_scmi(config, p, error);
	if (status == HV_OK)
		status = assign_streams(config, p, error);
	if (status == HV_OK)
		status = assign_irqs(p, error);
	return status == HV_OK ? set_budget(p, error) : status;
}

static hv_status_t seal(struct hv_setup_error *error)
{
	hv_status_t status = hv_budget_sched_seal();

	hv_irq_seal();
	if (status == HV_OK)
		status = hv_smmu_seal();
	if (status == HV_OK)
		status = hv_stage2_seal();
	return status == HV_OK ? HV_OK : fail(error, "seal", "-", 0, status);
}

/* Placement and budgets are known: can each CPU carry what was promised on it? */
static hv_status_t admit(const struct hv_config *config, struct hv_setup_error *error)
{
	const char *partition = "-";
	hv_u32 cpu = 0;
	const hv_status_t status = hv_admit_cpus(config, &cpu, &partition);

	return status == HV_OK ? HV_OK : fail(error, "admission to a CPU", partition, cpu, status);
}

hv_status_t hv_setup(const struct hv_config *config, const struct hv_setup_platform *platform,
		     struct hv_stage2_vtcr *vtcr, struct hv_setup_error *error)
{
	hv_status_t status = setup_stage2(config, platform, error);

	if (status != HV_OK)
		return status;
	status = setup_irqs(config, error);
	if (status == HV_OK)
		status = setup_smmu(config, error);
	if (status != HV_OK)
		return status;
	status = hv_stage2_vtcr(config->ipa_bits, platform->pa_bits, platform->has_vmid16, vtcr);
	if (status == HV_OK)
		status = hv_budget_sched_init();
	if (status != HV_OK)
		return fail(error, "budgets", "-", 0, status);
	for (hv_u32 i = 0; i < config->partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		status = setup_partition(config, &config->partitions[i], platform, vtcr->vtcr, error);
		if (status != HV_OK)
			return status;
	}
	status = admit(config, error);
	return status == HV_OK ? seal(error) : status;
}
