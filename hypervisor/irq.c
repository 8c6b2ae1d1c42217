/* SPDX-License-Identifier: Apache-2.0 */
/* Physical interrupts: one per exit, handed to the partition that owns it. */
#include <haven/bits.h>
#include <haven/hal/gic.h>
#include <haven/irq_ownership.h>
#include <haven/its.h>

#include "alarm.h"
#include "console.h"
#include "dma.h"
#include "gic.h"
#include "mcu.h"
#include "msi.h"
#include "partition.h"
#include "scmi.h"
#include "shared.h"
#include "trap.h"

static void ring_bell(struct hv_vcpu *vcpu)
{
	const struct hv_partition *p = vcpu->partition;

	if (p->config->doorbell_irq != 0)
		hv_gic_pulse(vcpu, p->config->doorbell_irq);
}

static hv_u32 take(hv_u32 *requests)
{
	return __atomic_exchange_n(requests, 0, __ATOMIC_ACQ_REL); /* bound: others' writes */
}

void hv_vcpu_take_requests(struct hv_vcpu *vcpu)
{
	const hv_u32 requests = take(&vcpu->requests);

	if ((requests & HV_REQUEST_BELL) != 0)
		ring_bell(vcpu);
	if ((requests & HV_REQUEST_UART) != 0)
		hv_console_guest_update(vcpu);
	if ((requests & HV_REQUEST_VGIC) != 0)
		hv_gic_kicked(vcpu);
	if ((requests & HV_REQUEST_SCMI) != 0)
		hv_scmi_collect(vcpu);
	if ((requests & HV_REQUEST_DMA) != 0)
		hv_dma_obey(vcpu);
	if ((requests & HV_REQUEST_LOOK) != 0 && vcpu->in_guest &&
	    hv_partition_is_stopping(vcpu->partition))
		hv_vcpu_park();
}

static void handle_cpu_requests(hv_u32 requests)
{
	if ((requests & HV_REQUEST_SMMU) != 0)
		hv_dma_serve();
	if ((requests & HV_REQUEST_MCU) != 0)
		hv_mcu_serve();
	if ((requests & HV_REQUEST_PASS) != 0)
		hv_scmi_serve();
	if ((requests & HV_REQUEST_CONSOLE) != 0)
		hv_console_kicked();
}

static void handle_kick(struct hv_cpu *cpu)
{
	if (__atomic_load_n(&cpu->requests, __ATOMIC_RELAXED) != 0) {
		const hv_u64 since = hv_own_work_begin(cpu);

		handle_cpu_requests(take(&cpu->requests));
		hv_own_work_end(cpu, since);
	}
	if (cpu->shared != NULL)
		hv_shared_kicked(cpu);
	if (cpu->vcpu != NULL)
		hv_vcpu_take_requests(cpu->vcpu);
}

/* Nobody owns it: mask it where it came from, drop it, and leave a trace. */
static void drop(const struct hv_cpu *cpu, hv_u32 intid)
{
	hv_hal_gic_disable(cpu->index, intid / 32, 1u << (intid % 32));
	hv_hal_gic_deactivate(intid);
	hv_audit(HV_J_IRQ_SPURIOUS, HV_JV_IGNORE, NULL, 0, intid);
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
		hv_alarm_fired(cpu);
}

/* An interrupt of a vCPU that does not run: kept in its virtual GIC. It cannot come a third time
 * before that guest has run. A message can: its owner pays. */
static void keep(struct hv_cpu *cpu, struct hv_vcpu *vcpu, hv_u32 intid)
{
	const hv_u64 since = hv_shared_begin(cpu);

	if (intid >= HV_LPI_FIRST)
		hv_msi_take(vcpu, intid);
	else
		hv_gic_keep(vcpu, intid);
	hv_shared_charge(cpu, vcpu, since);
	if (hv_gic_wakes(vcpu, intid))
		hv_shared_wake(vcpu);
}

/* Neither the loaded vCPU's own nor the hypervisor's. */
static void handle_other(struct hv_cpu *cpu, hv_u32 intid, hv_u32 owner)
{
	struct hv_vcpu *vcpu = NULL;

	if (cpu->shared != NULL)
		vcpu = hv_shared_find(cpu, owner);
	if (vcpu != NULL)
		keep(cpu, vcpu, intid);
	else
		drop(cpu, intid);
}

/* An LPI has no active state and no enable bit here: what nobody owns is only dropped. */
static void handle_message(struct hv_cpu *cpu, hv_u32 intid)
{
	const hv_u32 owner = hv_msi_owner(intid);
	struct hv_vcpu *vcpu = NULL;

	if (cpu->vcpu != NULL && owner == cpu->vcpu->partition_id) {
		hv_msi_take(cpu->vcpu, intid);
		return;
	}
	if (cpu->shared != NULL)
		vcpu = hv_shared_find(cpu, owner);
	if (vcpu != NULL)
		keep(cpu, vcpu, intid);
	else
		hv_audit(HV_J_IRQ_SPURIOUS, HV_JV_IGNORE, NULL, 0, intid);
}

/* The reply may be to a guest's request: the hypervisor's own were looked at first. */
static bool handle_manager(hv_u32 intid)
{
	if (!hv_mcu_irq(intid))
		return false;
	hv_scmi_serve();
	return true;
}

/* Of the SMMU, or of the message unit to the System Manager. */
static bool handle_service(struct hv_cpu *cpu, hv_u32 intid)
{
	const hv_u64 since = hv_own_work_begin(cpu);
	const bool was_its = hv_dma_irq(intid) || handle_manager(intid);

	if (was_its)
		hv_own_work_end(cpu, since);
	return was_its;
}

/* An interrupt that was acknowledged. */
static void handle(struct hv_cpu *cpu, hv_u32 intid)
{
	struct hv_vcpu *vcpu = cpu->vcpu;
	hv_u32 owner;

	hv_hal_gic_eoi(intid);
	owner = hv_irq_owner(cpu->index, intid);
	if (vcpu != NULL && (owner == vcpu->partition_id || owner == HV_IRQ_SHARED)) {
		hv_gic_inject(vcpu, intid);
	} else if (owner == HV_PARTITION_HYPERVISOR) {
		handle_own(cpu, intid);
	} else if (intid == hv_config.board->uart_irq) {
		const hv_u64 since = hv_own_work_begin(cpu);

		hv_console_input();
		hv_hal_gic_deactivate(intid);
		hv_own_work_end(cpu, since);
	} else if (intid >= HV_LPI_FIRST) {
		handle_message(cpu, intid);
	} else if (!handle_service(cpu, intid)) {
		handle_other(cpu, intid, owner);
	}
}

static bool is_special(hv_u32 intid)
{
	return intid >= HV_INTID_SPECIAL && intid <= HV_INTID_NONE;
}

bool hv_irq_handle_one(void)
{
	struct hv_cpu *cpu = hv_hal_cpu_self();
	const hv_u32 intid = hv_hal_gic_ack();

	if (is_special(intid))
		return false;
	handle(cpu, intid);
	return true;
}

void hv_exit_irq(void)
{
	(void)hv_irq_handle_one();
}

/* The EL2 timer ends turns here: it is looked for before all others. */
void hv_exit_irq_shared(struct hv_cpu *cpu)
{
	const hv_u32 intid = hv_hal_gic_ack();

	if (intid == hv_config.board->hyp_timer_ppi) {
		hv_hal_gic_eoi(intid);
		hv_hal_gic_deactivate(intid);
		hv_alarm_fired(cpu);
	} else if (!is_special(intid)) {
		handle(cpu, intid);
	}
}
