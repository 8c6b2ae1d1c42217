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

void hv_hal_id_registers(hv_u64 value[56])
{
	memcpy(value, fake.id, sizeof(fake.id));
}
