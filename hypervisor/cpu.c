/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/hal/gic.h>
#include <haven/hal/vcpu.h>

#include "boot.h"
#include "hv.h"
#include "msi.h"
#include "partition.h"
#include "shared.h"

struct hv_cpu hv_cpus[HV_MAX_CPUS];

/* A bit that is still set has its SGI under way. */
static void request(hv_u32 *requests, hv_u32 bit, const struct hv_cpu *cpu)
{
	/* bound: others' writes */
	if ((__atomic_fetch_or(requests, bit, __ATOMIC_ACQ_REL) & bit) == 0)
		hv_hal_gic_send_sgi(cpu->mpidr, HV_SGI_KICK);
}

void hv_kick(struct hv_vcpu *vcpu, hv_u32 bit)
{
	request(&vcpu->requests, bit, vcpu->cpu);
}

void hv_kick_cpu(hv_u32 cpu, hv_u32 bit)
{
	request(&hv_cpus[cpu].requests, bit, &hv_cpus[cpu]);
}

_Noreturn void hv_cpu_loop(void)
{
	struct hv_cpu *cpu = hv_hal_cpu_self();

	/* EL2 never takes interrupts: whatever is pending ends the wait and is handled here. */
	for (;;) { /* bound: none, this is the idle loop */
		const bool handled = hv_irq_handle_one();
		bool busy = false;

		if (cpu->shared != NULL)
			busy = hv_shared_step(cpu);
		else if (cpu->vcpu != NULL)
			busy = hv_partition_step(cpu->vcpu);
		if (!handled && !busy)
			hv_hal_wait();
	}
}

static void open_journal(struct hv_cpu *cpu)
{
	const hv_u64 ring_bytes = sizeof(struct hv_journal) +
				  hv_config.journal_slots * sizeof(struct hv_journal_record);
	bool survived;

	cpu->journal = (struct hv_journal *)(hv_config.journal_pa + cpu->index * ring_bytes);
	if (hv_journal_open(cpu->journal, hv_config.journal_slots, &survived) != HV_OK)
		hv_panic("journal: capacity of the configuration");
	hv_audit(HV_J_BOOT, HV_JV_NONE, NULL, 0, survived);
}

void hv_cpu_prepare(struct hv_cpu *cpu)
{
	const struct hv_board *board = hv_config.board;

	hv_hal_cpu_init(cpu->shared != NULL);
	hv_hal_stage2_use(hv_vtcr.vtcr, cpu->vcpu == NULL ? 0 : cpu->vcpu->partition->vttbr);
	if (!hv_hal_gicr_init(board->gicr_base, board->cpu_count, cpu->index))
		hv_panic("GIC: no redistributor for this CPU at the board's addresses");
	hv_hal_gic_enable(cpu->index, 0, 1u << board->maintenance_ppi);
	if (cpu->index == hv_config.service_cpu || cpu->shared != NULL)
		hv_hal_gic_enable(cpu->index, 0, 1u << board->hyp_timer_ppi);
	hv_msi_cpu_prepare(cpu);
	open_journal(cpu);
	if (cpu->shared != NULL)
		hv_shared_start(cpu);
	__atomic_store_n(&cpu->up, 1, __ATOMIC_RELEASE);
}

_Noreturn void hv_secondary_main(struct hv_cpu *cpu)
{
	hv_cpu_prepare(cpu);
	hv_cpu_loop();
}
