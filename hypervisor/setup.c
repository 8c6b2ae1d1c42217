/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/budget_sched.h>
#include <haven/irq_ownership.h>
#include <haven/stage2_walk.h>

#include "setup.h"

/* Ranges that no guest may map: the board's frames and Haven's own memory. */
static struct hv_range reserved[HV_MAX_REGIONS];

static hv_status_t fail(struct hv_setup_error *error, const char *step, const char *partition,
			hv_u64 value, hv_status_t status)
{
	*error = (struct hv_setup_error){
		.step = step, .partition = partition, .value = value, .reason = "", .status = status};
	return status;
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

static hv_status_t assign_irqs(const struct hv_partition_config *p, struct hv_setup_error *error)
{
	for (hv_u32 i = 0; i < p->irq_count; i++) { /* bound: HV_MAX_IRQ_ID */
		const hv_status_t status = hv_irq_assign(&p->irqs[i]);

		if (status != HV_OK)
			return fail(error, "interrupt", p->name, p->irqs[i].irq_id, status);
	}
	return HV_OK;
}

static hv_status_t setup_irqs(const struct hv_board *board, struct hv_setup_error *error)
{
	const hv_status_t status = hv_irq_configure(&(struct hv_irq_config){
		.intid_count = board->intid_count,
		.cpu_count = board->cpu_count,
		.hypervisor_ppi_mask = 1u << board->maintenance_ppi | 1u << board->hyp_timer_ppi,
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

hv_status_t hv_setup(const struct hv_config *config, const struct hv_setup_platform *platform,
		     struct hv_stage2_vtcr *vtcr, struct hv_setup_error *error)
{
	hv_status_t status = setup_stage2(config, platform, error);

	if (status != HV_OK)
		return status;
	status = setup_irqs(config->board, error);
	if (status != HV_OK)
		return status;
	status = hv_stage2_vtcr(config->ipa_bits, platform->pa_bits, platform->has_vmid16, vtcr);
	if (status == HV_OK)
		status = hv_budget_sched_init();
	if (status != HV_OK)
		return fail(error, "budgets", "-", 0, status);
	for (hv_u32 i = 0; i < config->partition_count; i++) { /* bound: HV_MAX_PARTITIONS */
		const struct hv_partition_config *p = &config->partitions[i];

		status = map_partition(p, platform, vtcr->vtcr, error);
		if (status == HV_OK)
			status = assign_irqs(p, error);
		if (status == HV_OK)
			status = set_budget(p, error);
		if (status != HV_OK)
			return status;
	}
	hv_irq_seal();
	status = hv_budget_sched_seal();
	if (status == HV_OK)
		status = hv_stage2_seal();
	return status == HV_OK ? HV_OK : fail(error, "seal", "-", 0, status);
}
