/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one vCPU of a shared CPU to another. An exit that finds that it is somebody else's
 * turn keeps the frame, moves the other registers and returns to that guest. If nobody is
 * to run, or EL2 has work to do for whose turn it is, it leaves its stack behind and goes
 * to the cpu loop; the registers stay where they are until another guest needs them.
 */
#include <haven/hal/vcpu.h>

#include "gic.h"
#include "partition.h"
#include "shared.h"
#include "trap.h"

static void switch_to(struct hv_cpu *cpu, struct hv_vcpu *vcpu)
{
	struct hv_vcpu *old = cpu->vcpu;

	if (old == vcpu)
		return;
	if (old->live) {
		hv_hal_context_save(old->context);
		hv_gic_unload(old);
	}
	cpu->vcpu = vcpu;
	hv_hal_context_load(vcpu->in_guest ? vcpu->context : NULL, vcpu->partition->vttbr);
	if (vcpu->in_guest)
		hv_gic_load(vcpu);
	hv_shared_switched(cpu);
}

static _Noreturn void resume(struct hv_vcpu *vcpu)
{
	if (vcpu->powerdown) {
		vcpu->powerdown = false;
		hv_hal_vcpu_power_up();
		hv_hal_vcpu_enter(vcpu->entry, vcpu->entry_context, vcpu->cpu->stack_top);
	}
	hv_hal_vcpu_resume(vcpu->context, vcpu->cpu->stack_top);
}

/* Goes on in the guest, if it is in one. */
static void run(struct hv_cpu *cpu, struct hv_vcpu *vcpu)
{
	switch_to(cpu, vcpu);
	if (__atomic_load_n(&vcpu->requests, __ATOMIC_RELAXED) != 0) {
		vcpu->heard = 0;
		hv_vcpu_take_requests(vcpu);
	}
	if (vcpu->in_guest)
		resume(vcpu);
}

bool hv_shared_step(struct hv_cpu *cpu)
{
	struct hv_vcpu *vcpu;

	/* An interrupt that came meanwhile went straight to the registers of whom they belong to. */
	if (cpu->vcpu->live && hv_shared_blocked(cpu->vcpu) && hv_gic_pending(cpu->vcpu, true))
		hv_shared_wake(cpu->vcpu);
	vcpu = hv_shared_next(cpu);
	if (vcpu == NULL)
		return false;
	run(cpu, vcpu);
	if (!hv_partition_step(vcpu))
		hv_shared_block(vcpu);
	return true;
}

/* To another guest, to the loop, or where a power-down whose wait is over goes on. */
static void leave(struct hv_cpu *cpu, const struct hv_frame *frame, struct hv_vcpu *next)
{
	if (next == cpu->vcpu)
		resume(next);
	/* An SError of the guest that leaves is its own: back there it is taken at once. */
	if (hv_hal_serror_pending())
		return;
	hv_hal_exit_save(cpu->vcpu->context, frame);
	if (next != NULL && next->in_guest)
		run(cpu, next);
	hv_hal_cpu_restart_loop(cpu->stack_top);
}

/* End of an exit: back to the same guest, or not. */
static inline void settle(struct hv_cpu *cpu, const struct hv_frame *frame)
{
	struct hv_vcpu *next = hv_shared_next(cpu);

	if (next != cpu->vcpu || next->powerdown)
		leave(cpu, frame, next);
}

void hv_shared_leaving(void)
{
	if (!hv_hal_serror_pending())
		return;
	hv_hal_serror_drop();
	hv_audit(HV_J_SERROR, HV_JV_IGNORE, NULL, 0, 0);
}

void hv_shared_sync(struct hv_frame *frame)
{
	struct hv_exc_regs regs;

	hv_hal_exit_sample(&regs);
	if (hv_exc_is_call(regs.esr))
		hv_exit_call(frame, regs.esr);
	else
		hv_exit_trap(frame);
	settle(hv_hal_cpu_self(), frame);
}

void hv_shared_irq(struct hv_frame *frame)
{
	struct hv_cpu *cpu = hv_hal_cpu_self();

	cpu->shared->irq_ns = hv_shared_now(cpu);
	hv_exit_irq_shared(cpu);
	settle(cpu, frame);
	cpu->shared->irq_ns = 0;
}

void hv_shared_serror(struct hv_frame *frame)
{
	hv_exit_serror();
	settle(hv_hal_cpu_self(), frame);
}
