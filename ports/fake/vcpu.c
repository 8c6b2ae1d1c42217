/* SPDX-License-Identifier: Apache-2.0 */
/* <haven/hal/vcpu.h>: the guest context of the CPU whose turn it is. */
#include <string.h>

#include "fake.h"

void hv_hal_exit_sample(struct hv_exc_regs *regs)
{
	*regs = fake_self()->exit;
}

void hv_hal_exit_skip(hv_u64 bytes)
{
	fake_self()->exit.elr += bytes;
	fake_self()->exit.spsr &= ~UINT64_C(0x200000);
	fake_log(FAKE_SET_PC, fake_self()->exit.elr, 0);
}

void hv_hal_el1_sample(struct hv_el1_state *state)
{
	*state = fake_self()->el1;
	state->pc = fake_self()->exit.elr;
	state->pstate = fake_self()->exit.spsr;
}

void hv_hal_el1_apply(const struct hv_el1_state *state)
{
	fake_self()->el1 = *state;
	fake_self()->exit.elr = state->pc;
	fake_self()->exit.spsr = state->pstate;
}

void hv_hal_stage2_use(hv_u64 vtcr, hv_u64 vttbr)
{
	fake_self()->vtcr = vtcr;
	fake_self()->vttbr = vttbr;
	fake_log(FAKE_STAGE2_USE, vtcr, vttbr);
}

void hv_hal_stage2_flush(void)
{
	fake_log(FAKE_STAGE2_FLUSH, 0, 0);
}

void hv_hal_vcpu_reset(hv_u32 vcpu_index)
{
	memset(&fake_self()->el1, 0, sizeof(fake_self()->el1));
	fake_log(FAKE_RESET, vcpu_index, 0);
}

void hv_hal_vcpu_power_up(void)
{
	memset(&fake_self()->el1, 0, sizeof(fake_self()->el1));
	fake_log(FAKE_POWER_UP, 0, 0);
}

void hv_hal_vcpu_quiesce(void)
{
	fake_log(FAKE_QUIESCE, 0, 0);
}

_Noreturn void hv_hal_vcpu_enter(hv_u64 entry, hv_u64 context, hv_u64 stack_top)
{
	fake_self()->stack_top = stack_top;
	fake_self()->exit.elr = entry;
	fake_self()->exit.spsr = 0x3c5;
	fake_log(FAKE_ENTER, entry, context);
	fake_finish(FAKE_ENTERED);
}

void hv_hal_exit_save(struct hv_context *context, const struct hv_frame *frame)
{
	context->frame = *frame;
	context->pc = fake_self()->exit.elr;
	context->pstate = fake_self()->exit.spsr;
}

_Noreturn void hv_hal_vcpu_resume(const struct hv_context *context, hv_u64 stack_top)
{
	struct fake_cpu *const self = fake_self();

	self->frame = context->frame;
	self->exit.elr = context->pc;
	self->exit.spsr = context->pstate;
	self->stack_top = stack_top;
	fake_log(FAKE_RESUME, context->pc, stack_top);
	fake_finish(FAKE_RESUMED);
}

void hv_hal_vcpu_timers(struct hv_guest_timers *timers)
{
	*timers = fake_self()->timers;
}

/* What a test looks at: tables and vectors of EL1, timers, list registers. The registers that
 * were left behind hold a pattern, so that whoever forgets to load some is found out. */
void hv_hal_context_save(struct hv_context *context)
{
	struct fake_cpu *const self = fake_self();

	context->timers = self->timers;
	memset(&self->timers, 0, sizeof(self->timers));
	context->el1.esr = self->el1.esr;
	context->el1.far = self->el1.far;
	context->el1.elr = self->el1.elr;
	context->el1.spsr = self->el1.spsr;
	context->el1.vbar = self->el1.vbar;
	context->el1.sctlr = self->el1.sctlr;
	context->el1.mdscr = self->mdscr;
	memcpy(context->gic.lr, self->lr, sizeof(self->lr));
	context->gic.hcr = self->ich_hcr;
	context->gic.vmcr = self->ich_vmcr;
	memset(&self->el1, 0xa5, sizeof(self->el1));
	memset(self->lr, 0xa5, sizeof(self->lr));
	fake_log(FAKE_SAVE, (hv_u64)(uintptr_t)context, 0);
}

void hv_hal_context_load(const struct hv_context *context, hv_u64 vttbr)
{
	struct fake_cpu *const self = fake_self();

	self->vttbr = vttbr;
	fake_log(FAKE_LOAD, (hv_u64)(uintptr_t)context, vttbr);
	if (context == NULL) {
		self->ich_hcr = 0;
		return;
	}
	self->timers = context->timers;
	self->el1.esr = context->el1.esr;
	self->el1.far = context->el1.far;
	self->el1.elr = context->el1.elr;
	self->el1.spsr = context->el1.spsr;
	self->el1.vbar = context->el1.vbar;
	self->el1.sctlr = context->el1.sctlr;
	self->mdscr = context->el1.mdscr;
	memcpy(self->lr, context->gic.lr, sizeof(self->lr));
	self->ich_hcr = context->gic.hcr;
	self->ich_vmcr = context->gic.vmcr;
}

bool hv_hal_serror_pending(void)
{
	return fake_self()->serror;
}

void hv_hal_serror_drop(void)
{
	fake_self()->serror = false;
}

hv_u64 hv_hal_vcpu_mdscr(void)
{
	return fake_self()->mdscr;
}

void hv_hal_vcpu_set_mdscr(hv_u64 value)
{
	fake_self()->mdscr = value;
}

void hv_hal_id_registers(hv_u64 value[56])
{
	memcpy(value, fake.id, sizeof(fake.id));
}
