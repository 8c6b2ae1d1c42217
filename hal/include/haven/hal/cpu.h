/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_HAL_CPU_H
#define HAVEN_HAL_CPU_H
/**
 * @file
 * The CPU that executes: identity, waiting, EL2 call conduit, EL2 memory map.
 *
 * EL2 runs with all of DAIF masked from entry to exit: no function here is
 * ever interrupted, and none needs to be reentrant.
 */
#include <haven/stage1.h>
#include <haven/types.h>

struct hv_cpu;

/** Per-CPU data of the executing CPU, set by hv_hal_cpu_bind(). */
struct hv_cpu *hv_hal_cpu_self(void);
/** Make @p cpu what hv_hal_cpu_self() answers. Once per CPU at boot. */
void hv_hal_cpu_bind(struct hv_cpu *cpu);
/** MPIDR_EL1 affinity fields of the executing CPU. */
hv_u64 hv_hal_cpu_mpidr(void);
/** CNTPCT_EL0 ticks. */
hv_u64 hv_hal_counter(void);
/** CNTFRQ_EL0 in Hz. */
hv_u64 hv_hal_counter_frequency(void);
/** Wait until an interrupt is pending for this CPU, masked or not. */
void hv_hal_wait(void);
/** Stop this CPU for good. */
_Noreturn void hv_hal_stop(void);
/** SMC to EL3 with up to four arguments, by SMCCC; answers x0. */
hv_u64 hv_hal_smc(hv_u64 function, hv_u64 a1, hv_u64 a2, hv_u64 a3);
/** The same for a guest's forwarded call: x[0..3] in and out. */
void hv_hal_smc_forward(hv_u64 *x);
/** ID_AA64MMFR0_EL1.PARange of this CPU in bits, 32..52. */
hv_u32 hv_hal_pa_bits(void);
/** True with FEAT_XNX / FEAT_VMID16, as ID_AA64MMFR1_EL1 tells. */
bool hv_hal_has_xnx(void);
bool hv_hal_has_vmid16(void);

/**
 * Set every EL2 control register of this CPU to its documented value.
 * @param shared  Several vCPUs live here: WFI and debug registers trap, exits save everything.
 */
void hv_hal_cpu_init(bool shared);

/**
 * Switch this CPU's EL2 to the given translation tables, with caches on.
 * Who: boot CPU once, after building the map with the MMU off.
 */
void hv_hal_el2_mmu_on(hv_u64 ttbr0, hv_u64 tcr, hv_u64 mair);
/** New entries of the EL2 map, invalid before, may be used: barriers alone. */
void hv_hal_el2_window_opened(void);
/** Entries of the EL2 map became invalid: forget @p pages pages from @p va, on this CPU. */
void hv_hal_el2_window_closed(hv_u64 va, hv_u64 pages);

/**
 * Start another CPU by PSCI CPU_ON; it enters hv_secondary_main() with the
 * MMU on and @p cpu bound, on the stack that ends at @p stack_top.
 *
 * @return the PSCI result, 0 on success.
 */
hv_u64 hv_hal_cpu_on(hv_u64 mpidr, struct hv_cpu *cpu, hv_u64 stack_top);

/** Leave everything on this CPU's stack behind and call hv_cpu_loop(). */
_Noreturn void hv_hal_cpu_restart_loop(hv_u64 stack_top);

#endif
