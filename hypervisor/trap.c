/* SPDX-License-Identifier: Apache-2.0 */
/* Every other synchronous exit: device emulation, system registers, or the fault policy. */
#include <haven/fault_policy.h>
#include <haven/gicv2m.h>
#include <haven/hal/vcpu.h>
#include <haven/sysreg_policy.h>

#include "console.h"
#include "gic.h"
#include "msi.h"
#include "partition.h"
#include "pci.h"
#include "scmi.h"
#include "shared.h"
#include "trap.h"

#define GICD_SIZE   UINT64_C(0x10000)
#define GICR_STRIDE UINT64_C(0x20000)
#define VUART_SIZE  UINT64_C(0x1000)

static struct hv_id_regs id_regs;

void hv_trap_init(void)
{
	hv_hal_id_registers(id_regs.value);
}


static bool inject(const struct hv_exc_regs *regs, bool abort)
{
	struct hv_el1_state state;

	hv_hal_el1_sample(&state);
	if ((abort ? hv_el1_inject_abort(&state, regs) : hv_el1_inject_undef(&state, regs)) != HV_OK)
		return false;
	hv_hal_el1_apply(&state);
	return true;
}

static _Noreturn void stop_for(enum hv_journal_verdict verdict)
{
	switch (verdict) {
	case HV_JV_SUSPEND:
		hv_partition_leave(HV_PARTITION_SUSPENDED, true);
	case HV_JV_RESTART:
		hv_partition_leave(HV_PARTITION_STARTING, true);
	default:
		hv_partition_leave(HV_PARTITION_OFF, true);
	}
}

static void fault(enum hv_fault_cause cause, enum hv_journal_kind kind,
		  const struct hv_exc_regs *regs, hv_u64 ipa, hv_u64 detail)
{
	const struct hv_partition *p = hv_vcpu_self()->partition;
	const bool abort = cause == HV_CAUSE_ACCESS || cause == HV_CAUSE_MMIO;
	enum hv_journal_verdict verdict = hv_fault_decide(cause, p->config->fault_policy, p->restarts,
							  p->config->max_restarts);

	if (verdict == HV_JV_INJECT && !inject(regs, abort))
		verdict = HV_JV_HALT;
	hv_audit(kind, verdict, regs, ipa, detail);
	if (verdict != HV_JV_INJECT)
		stop_for(verdict);
}

/* ---- emulated devices ---- */

static bool within(hv_u64 ipa, hv_u64 base, hv_u64 size)
{
	return ipa - base < size;
}

static bool access_uart(struct hv_vcpu *vcpu, const struct hv_mmio *mmio, hv_u64 *value)
{
	struct hv_partition *p = vcpu->partition;
	struct hv_vpl011_fx fx = {false, false};
	enum hv_vpl011_verdict verdict;

	hv_lock(&p->lock);
	verdict = hv_vpl011_access(&p->uart, (hv_u32)(mmio->ipa - p->config->vuart_ipa), mmio->size,
				   mmio->write, value, &fx);
	if (verdict == HV_VPL011_DONE)
		hv_gic_set_level_locked(vcpu, p->config->vuart_irq, fx.level);
	hv_unlock(&p->lock);
	if (fx.wake)
		hv_console_post();
	return verdict == HV_VPL011_DONE;
}

enum device {
	DEVICE_NONE, DEVICE_GICD, DEVICE_GICR, DEVICE_UART, DEVICE_PCI, DEVICE_MSI, DEVICE_SCMI
};

static enum device device_at(const struct hv_partition_config *config, hv_u64 ipa)
{
	const struct hv_board *board = hv_config.board;

	if (within(ipa, board->gicd_base, GICD_SIZE))
		return DEVICE_GICD;
	if (within(ipa, board->gicr_base, config->vcpu_count * GICR_STRIDE))
		return DEVICE_GICR;
	if (config->vuart_ipa != 0 && within(ipa, config->vuart_ipa, VUART_SIZE))
		return DEVICE_UART;
	if (config->dma.function_count != 0 && within(ipa, board->pci.ecam.base, board->pci.ecam.size))
		return DEVICE_PCI;
	if (config->dma.msi_ipa != 0 && within(ipa, config->dma.msi_ipa, HV_V2M_SIZE))
		return DEVICE_MSI;
	if (config->scmi.ipa != 0 && within(ipa, config->scmi.ipa, HV_VSMT_PAGE))
		return DEVICE_SCMI;
	return DEVICE_NONE;
}

static bool access_gic(struct hv_vcpu *vcpu, bool redist, const struct hv_exc_regs *regs,
		       const struct hv_mmio *mmio, hv_u64 *value)
{
	const struct hv_board *board = hv_config.board;
	const hv_u64 base = redist ? board->gicr_base : board->gicd_base;
	bool denied;
	const bool done = hv_gic_access(vcpu, redist, (hv_u32)(mmio->ipa - base), mmio->size,
					mmio->write, value, &denied);

	if (denied)
		hv_audit(HV_J_IRQ_DENIED, HV_JV_IGNORE, regs, mmio->ipa, *value);
	return done;
}

static bool access_device(struct hv_vcpu *vcpu, enum device device, const struct hv_exc_regs *regs,
			  const struct hv_mmio *mmio, hv_u64 *value)
{
	switch (device) {
	case DEVICE_UART:
		return access_uart(vcpu, mmio, value);
	case DEVICE_PCI:
		return hv_pci_access(vcpu, mmio, value);
	case DEVICE_MSI:
		return hv_msi_access(vcpu, regs, mmio, value);
	case DEVICE_SCMI:
		return hv_scmi_access(vcpu, mmio, value);
	default:
		return access_gic(vcpu, device == DEVICE_GICR, regs, mmio, value);
	}
}

static void emulate(struct hv_vcpu *vcpu, enum device device, const struct hv_exit *exit,
		    const struct hv_exc_regs *regs, hv_u64 *x)
{
	struct hv_mmio mmio;
	const enum hv_mmio_verdict verdict = hv_mmio_decode(regs, &exit->abort, &mmio);
	hv_u64 value = 0;

	if (verdict == HV_MMIO_OK && mmio.write)
		value = hv_mmio_store_value(&mmio, x);
	if (verdict != HV_MMIO_OK || !access_device(vcpu, device, regs, &mmio, &value)) {
		fault(HV_CAUSE_MMIO, HV_J_MMIO, regs, exit->abort.ipa, verdict);
		return;
	}
	if (!mmio.write)
		hv_mmio_load(&mmio, value, x);
	hv_hal_exit_skip(exit->advance);
}

/* ---- aborts ---- */

/*
 * Where HPFAR_EL2 is not valid (a permission fault) the record has the virtual address
 * alone. AT would find the IPA, but a guest can make that instruction take an external
 * abort at EL2 by pointing its stage-1 tables at memory that does not answer.
 */
static void handle_abort(struct hv_vcpu *vcpu, const struct hv_exit *exit,
			 const struct hv_exc_regs *regs, hv_u64 *x)
{
	enum device device = DEVICE_NONE;

	if (exit->kind == HV_EXIT_DATA_ABORT && exit->abort.cause == HV_ABORT_TRANSLATION &&
	    exit->abort.ipa_kind == HV_IPA_EXACT)
		device = device_at(vcpu->partition->config, exit->abort.ipa);
	if (device != DEVICE_NONE)
		emulate(vcpu, device, exit, regs, x);
	else
		fault(HV_CAUSE_ACCESS, HV_J_S2_FAULT, regs, exit->abort.ipa, exit->abort.cause);
}

/* ---- system registers ---- */

static hv_u64 register_value(const hv_u64 *x, hv_u32 rt)
{
	return rt == 31 ? 0 : x[rt];
}

static void access_mdscr(const struct hv_sysreg_access *access, hv_u64 written, hv_u64 *x)
{
	if (!access->read)
		hv_hal_vcpu_set_mdscr(written & HV_MDSCR_GUEST);
	else if (access->rt != 31)
		x[access->rt] = hv_hal_vcpu_mdscr() & HV_MDSCR_GUEST;
}

static void handle_sysreg(struct hv_vcpu *vcpu, const struct hv_exit *exit,
			  const struct hv_exc_regs *regs, hv_u64 *x)
{
	const struct hv_sysreg_access *access = &exit->sysreg;
	const hv_u64 written = register_value(x, access->rt);
	hv_u64 value = 0;

	switch (hv_sysreg_decide(access, &id_regs, &value)) {
	case HV_SYSREG_UNDEF:
		fault(HV_CAUSE_UNDEF, HV_J_SYSREG, regs, 0, access->reg);
		return;
	case HV_SYSREG_READ:
		if (access->rt != 31)
			x[access->rt] = value;
		break;
	case HV_SYSREG_WI:
		break;
	case HV_SYSREG_IGNORE:
		hv_audit(HV_J_SYSREG, HV_JV_IGNORE, regs, 0, access->reg);
		break;
	case HV_SYSREG_SGI:
		if (!hv_gic_sgi(vcpu, written))
			hv_audit(HV_J_SGI_DENIED, HV_JV_DENY, regs, 0, written);
		break;
	case HV_SYSREG_DIR:
		hv_gic_dir(vcpu, (hv_u32)(written & 0xffffff));
		break;
	case HV_SYSREG_MDSCR:
		access_mdscr(access, written, x);
		break;
	}
	hv_hal_exit_skip(exit->advance);
}

void hv_exit_trap(struct hv_frame *frame)
{
	struct hv_vcpu *vcpu = hv_vcpu_self();
	struct hv_exc_regs regs;
	struct hv_exit exit;

	hv_hal_exit_sample(&regs);
	hv_exc_decode(&regs, &exit);
	switch (exit.kind) {
	case HV_EXIT_DATA_ABORT:
	case HV_EXIT_INST_ABORT:
		handle_abort(vcpu, &exit, &regs, frame->x);
		break;
	case HV_EXIT_SYSREG:
		handle_sysreg(vcpu, &exit, &regs, frame->x);
		break;
	case HV_EXIT_WFX: /* traps on shared CPUs alone */
		hv_hal_exit_skip(exit.advance);
		if (vcpu->cpu->shared != NULL && hv_exc_is_wfi(regs.esr))
			hv_shared_wait(vcpu, HV_WAIT_INTERRUPT);
		break;
	case HV_EXIT_UNDEF:
		fault(HV_CAUSE_UNDEF, HV_J_EXCEPTION, &regs, 0, exit.ec);
		break;
	default: /* calls come by hv_exit_call() */
		fault(HV_CAUSE_UNEXPECTED, HV_J_EXCEPTION, &regs, 0, exit.ec);
		break;
	}
}

void hv_exit_serror(void)
{
	struct hv_exc_regs regs;

	hv_hal_exit_sample(&regs);
	fault(HV_CAUSE_SERROR, HV_J_SERROR, &regs, 0, 0);
}
