/* SPDX-License-Identifier: Apache-2.0 */
/* <haven/hal/cpu.h>: identity, time, calls to EL3, waiting, and the ends of a run. */
#include "fake.h"

struct hv_cpu *hv_hal_cpu_self(void)
{
	return fake_self()->self;
}

void hv_hal_cpu_bind(struct hv_cpu *cpu)
{
	fake_self()->self = cpu;
}

hv_u64 hv_hal_cpu_mpidr(void)
{
	return fake_self()->mpidr;
}

hv_u64 hv_hal_counter(void)
{
	fake.counter += fake.counter_step;
	return fake.counter;
}

hv_u64 hv_hal_counter_frequency(void)
{
	return FAKE_HZ;
}

/* Something pending ends the wait at once; else the CPU sleeps, and with it the run. */
void hv_hal_wait(void)
{
	fake_log(FAKE_WAIT, 0, 0);
	if (fake_self()->sgis == 0 && fake_self()->irqs == 0 && !fake_timer_due())
		fake_finish(FAKE_ASLEEP);
}

_Noreturn void hv_hal_stop(void)
{
	fake_finish(FAKE_STOPPED);
}

hv_u64 hv_hal_smc(hv_u64 function, hv_u64 a1, hv_u64 a2, hv_u64 a3)
{
	(void)a2;
	(void)a3;
	fake_log(FAKE_SMC, function, a1);
	return fake.smc_result;
}

void hv_hal_smc_forward(hv_u64 *x)
{
	x[0] = hv_hal_smc(x[0], x[1], x[2], x[3]);
}

hv_u32 hv_hal_pa_bits(void)
{
	return fake.pa_bits;
}

bool hv_hal_has_xnx(void)
{
	return false;
}

bool hv_hal_has_vmid16(void)
{
	return false;
}

void hv_hal_cpu_init(bool shared)
{
	fake_log(FAKE_CPU_INIT, shared, 0);
}

void hv_hal_el2_mmu_on(hv_u64 ttbr0, hv_u64 tcr, hv_u64 mair)
{
	(void)mair;
	fake_log(FAKE_MMU_ON, ttbr0, tcr);
}

void hv_hal_el2_window_opened(void)
{
	fake_log(FAKE_MAP_CHANGED, 0, 0);
}

void hv_hal_el2_window_closed(hv_u64 va, hv_u64 pages)
{
	fake_log(FAKE_MAP_CHANGED, va, pages);
}

hv_u64 hv_hal_cpu_on(hv_u64 mpidr, struct hv_cpu *cpu, hv_u64 stack_top)
{
	const hv_u32 caller = fake.now;

	fake_log(FAKE_CPU_ON, mpidr, stack_top);
	for (hv_u32 i = 0; i < FAKE_CPUS && fake.cpu_on_result == 0; i++) {
		if (fake.cpu[i].mpidr != mpidr || fake.secondary == NULL)
			continue;
		fake_on(i);
		hv_hal_cpu_bind(cpu);
		fake.secondary(cpu);
		fake_on(caller);
	}
	return fake.cpu_on_result;
}

_Noreturn void hv_hal_cpu_restart_loop(hv_u64 stack_top)
{
	fake_log(FAKE_LOOP, stack_top, 0);
	fake_finish(FAKE_LOOPED);
}
