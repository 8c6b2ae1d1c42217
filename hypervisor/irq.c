/* SPDX-License-Identifier: Apache-2.0 */
/* Physical interrupts: one per exit, handed to the partition that owns it. */
#include <haven/bits.h>
#include <haven/hal/gic.h>
#include <haven/irq_ownership.h>
#include <haven/its.h>

#include "console.h"
#include "dma.h"
#include "gic.h"
#include "msi.h"
#include "partition.h"
#include "trap.h"

static void ring_bell(struct hv_vcpu *vcpu)
{
	const struct hv_partition *p = vcpu->partition;

	if (p->config->doorbell_irq != 0)
		hv_gic_pulse(vcpu, p->config->doorbell_irq);
}

static hv_u32 take(hv_u32 *requests)
{
	return __atomic_exchange_n(requests, 0, __ATOMIC_ACQ_REL);
}

static void handle_requests(struct hv_vcpu *vcpu)
{
	const hv_u32 requests = take(&vcpu->requests);

	if ((requests & HV_REQUEST_BELL) != 0)
		ring_bell(vcpu);
	if ((requests & HV_REQUEST_UART) != 0)
		hv_console_guest_update(vcpu);
	if ((requests & HV_REQUEST_VGIC) != 0)
		hv_gic_deliver(vcpu);
	if ((requests & HV_REQUEST_DMA) != 0)
		hv_dma_obey(vcpu);
	if ((requests & HV_REQUEST_LOOK) != 0 && vcpu->in_guest &&
	    hv_partition_is_stopping(vcpu->partition))
		hv_vcpu_park();
}

static void handle_kick(struct hv_cpu *cpu)
{
	hv_u32 requests = __atomic_load_n(&cpu->requests, __ATOMIC_RELAXED);

	if (requests != 0)
		requests = take(&cpu->requests);
	if ((requests & HV_REQUEST_SMMU) != 0)
		hv_dma_serve();
	if ((requests & HV_REQUEST_CONSOLE) != 0)
		hv_console_kicked();
	if (cpu->vcpu != NULL)
		handle_requests(cpu->vcpu);
}

/* Nobody owns it: mask it where it came from, drop it, and leave a trace. */
static void drop(const struct hv_cpu *cpu, hv_u32 intid)
{
	hv_hal_gic_disable(cpu->index, intid / 32, 1u << (intid % 32));
	hv_hal_gic_deactivate(intid);
	hv_audit(HV_J_IRQ_SPURIOUS, HV_JV_IGNORE, NULL, 0, intid);
}

/* What a batch of SMMU events left behind is taken at the pace of the console. That may have
 * nothing left to say and stop its timer: whoever asks for the next tick comes after it. */
static void tick(void)
{
	hv_console_tick();
	hv_dma_serve();
}

static void handle_own(struct hv_cpu *cpu, hv_u32 intid)
{
	const struct hv_board *board = hv_config.board;

	hv_hal_gic_deactivate(intid);
	if (intid == HV_SGI_KICK)
		handle_kick(cpu);
	else if (intid == board->maintenance_ppi && cpu->vcpu != NULL)
		hv_gic_refill(cpu->vcpu);
	else if (intid == board->hyp_timer_ppi)
		tick();
}

bool hv_irq_handle_one(void)
{
	struct hv_cpu *cpu = hv_hal_cpu_self();
	struct hv_vcpu *vcpu = cpu->vcpu;
	const hv_u32 intid = hv_hal_gic_ack();
	hv_u32 owner;

	if (intid >= HV_INTID_SPECIAL && intid <= HV_INTID_NONE)
		return false;
	hv_hal_gic_eoi(intid);
	owner = hv_irq_owner(cpu->index, intid);
	if (vcpu != NULL && owner == vcpu->partition_id) {
		hv_gic_inject(vcpu, intid);
	} else if (owner == HV_PARTITION_HYPERVISOR) {
		handle_own(cpu, intid);
	} else if (intid == hv_config.board->uart_irq) {
		hv_console_input();
		hv_hal_gic_deactivate(intid);
	} else if (intid >= HV_LPI_FIRST) {
		hv_msi_take(cpu, intid);
	} else if (!hv_dma_irq(intid)) {
		drop(cpu, intid);
	}
	return true;
}

void hv_exit_irq(void)
{
	(void)hv_irq_handle_one();
}
