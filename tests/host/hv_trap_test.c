/* SPDX-License-Identifier: Apache-2.0 */
/* Exits that trap: emulated devices, system registers, and what the policy makes of the rest. */
#include "hv_fixture.h"

/* Journal kinds and verdicts */
enum { J_S2_FAULT = 4, J_MMIO = 5, J_SYSREG = 6, J_SGI_DENIED = 9, J_EXCEPTION = 10, J_SERROR = 11,
       J_IRQ_DENIED = 14 };
enum { INJECT = 1, SUSPEND = 2, RESTART = 3, HALT = 4, IGNORE = 5, DENY = 6 };

#define PC UINT64_C(0x50000800)

/* The service CPU's own INTID 33, enabled at the launch. */
#define EL2_UART (1u << 1)

/* ESR_EL2 of a trapped MRS or MSR with x5 */
#define SYSREG(op0, op2, op1, crn, crm, read)                                                     \
	(UINT64_C(0x62000000) | (op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | 5 << 5 |  \
	 (crm) << 1 | (read))

static void at_pc(hv_u32 cpu)
{
	fake.cpu[cpu].exit.elr = PC;
	fake.cpu[cpu].exit.spsr = 0x3c5;
	fake.cpu[cpu].el1.vbar = 0x50010000;
}

static void running(void)
{
	boot_guests();
	at_pc(0);
	at_pc(2);
}

/* Synchronous external abort from the current EL with SPx: vector 0x200. */
static void assert_injected(hv_u32 cpu, hv_u64 ec)
{
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(fake.cpu[cpu].exit.elr, 0x50010200);
	assert_int_equal(fake.cpu[cpu].el1.elr, PC);
	assert_int_equal(fake.cpu[cpu].el1.esr >> 26, ec);
}

static void distributor_read(void **state)
{
	(void)state;
	running();
	assert_int_equal(load32(0, GICD_IPA), 0x50);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(fake.cpu[0].exit.elr, PC + 4);
	/* GICD_PIDR2: architecture 3, in the last page of the frame */
	assert_int_equal(load32(0, GICD_IPA + 0xffe8) & 0xf0, 0x30);
}

static void distributor_write_reaches_own_interrupts(void **state)
{
	(void)state;
	running();
	store32(0, GICD_IPA + 0x104, 1u << 8);
	assert_int_equal(fake.gicd.word[0x104 / 4], 1u << 8 | EL2_UART);
	assert_int_equal(load32(0, GICD_IPA + 0x104), 1u << 8);
	store32(0, GICD_IPA + 0x184, ~0u);
	assert_int_equal(fake.gicd.word[0x104 / 4], EL2_UART);
	assert_int_equal(records(0), 2); /* boot and start */
}

static void distributor_write_to_foreign_interrupt_is_denied(void **state)
{
	(void)state;
	running();
	store32(0, GICD_IPA + 0x104, 1u << 16);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(fake.gicd.word[0x104 / 4], EL2_UART);
	assert_int_equal(fake.cpu[0].exit.elr, PC + 4);
	assert_int_equal(newest(0).kind, J_IRQ_DENIED);
	assert_int_equal(newest(0).verdict, IGNORE);
	assert_int_equal(newest(0).partition, 1);
	assert_int_equal(newest(0).ipa, GICD_IPA + 0x104);
	assert_int_equal(newest(0).detail, 1u << 16);
}

static void pending_is_forwarded_and_read_back(void **state)
{
	(void)state;
	running();
	store32(0, GICD_IPA + 0x204, 1u << 8);
	assert_int_equal(fake.gicd.word[0x204 / 4], 1u << 8);
	assert_int_equal(load32(0, GICD_IPA + 0x204), 1u << 8);
	/* What is pending of somebody else's is not shown. */
	fake.gicd.word[0x204 / 4] |= 1u << 16;
	assert_int_equal(load32(0, GICD_IPA + 0x204), 1u << 8);
}

static void route_goes_to_own_cpus_only(void **state)
{
	(void)state;
	running();
	store32(0, GICD_IPA + 0x6000 + 8 * 40, 1);
	assert_int_equal(fake.route[40], 1);
	store32(0, GICD_IPA + 0x6000 + 8 * 40, 2);
	assert_int_equal(fake.route[40], 1);
	assert_int_equal(newest(0).kind, J_IRQ_DENIED);
}

static void redistributor_of_each_vcpu(void **state)
{
	(void)state;
	running();
	/* GICR_TYPER: vCPU 1 is the last one. */
	assert_int_equal(load32(0, GICR_IPA + 8) & 0x10, 0);
	assert_int_equal(load32(0, GICR_IPA + 0x20008) & 0x10, 0x10);
	/* PPI 27 of vCPU 1 lives in CPU 1's redistributor, whoever writes. */
	store32(0, GICR_IPA + 0x30100, 1u << 27);
	assert_int_equal(fake.cpu[1].redist.word[0x100 / 4] & 1u << 27, 1u << 27);
	assert_int_equal(fake.cpu[0].redist.word[0x100 / 4] & 1u << 27, 0);
	/* The hypervisor's PPIs are not to be had. */
	store32(0, GICR_IPA + 0x10180, 1u << 25);
	assert_int_equal(fake.cpu[0].redist.word[0x100 / 4] & 1u << 25, 1u << 25);
}

static void redistributors_end_with_the_vcpus(void **state)
{
	(void)state;
	running();
	(void)load32(0, GICR_IPA + 0x40000);
	assert_int_equal(newest(0).kind, J_S2_FAULT);
	assert_injected(0, 0x25);
}

static void bad_width_goes_to_the_policy(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	/* 16 bits of GICD_CTLR: SAS = 1 */
	trap(0, 0x93450007, GICD_IPA, x);
	assert_int_equal(newest(0).kind, J_MMIO);
	assert_int_equal(newest(0).verdict, INJECT);
	assert_injected(0, 0x25);
}

static void no_syndrome_goes_to_the_policy(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	trap(0, 0x92000047, UART_IPA, x);
	assert_int_equal(newest(0).kind, J_MMIO);
	assert_int_equal(newest(0).detail, 2); /* HV_MMIO_NO_SYNDROME */
	assert_int_equal(newest(0).ipa, UART_IPA);
	assert_injected(0, 0x25);
	trap(2, 0x92000047, UART_IPA, x);
	assert_int_equal(newest(2).verdict, RESTART);
	assert_int_equal(fake.end, FAKE_LOOPED);
}

static void uart_takes_a_byte_and_tells_the_service_cpu(void **state)
{
	(void)state;
	running();
	fake_log_clear();
	store32(0, UART_IPA, 'A');
	assert_int_equal(fake.cpu[0].exit.elr, PC + 4);
	assert_int_equal(fake_count_a(FAKE_SGI, 3), 1);
	serve();
	assert_non_null(strstr(fake.out, "[one] \x1b[0mA"));
	/* FR: transmit FIFO empty */
	assert_int_equal(load32(0, UART_IPA + 0x18) & 0x80, 0x80);
}

static void uart_line_follows_its_registers(void **state)
{
	(void)state;
	running();
	store32(0, GICD_IPA, 3);
	store32(0, GICD_IPA + 0x104, 1u << 1);
	store32(0, UART_IPA, 'A');
	store32(0, UART_IPA + 0x38, 0x20); /* IMSC: transmit */
	assert_int_equal(lr_of(0, 33) >> 62, 1);
}

static void refused_uart_access_changes_nothing(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	trap(0, 0x93c58047, UART_IPA, x); /* 64 bits */
	assert_int_equal(newest(0).kind, J_MMIO);
	assert_int_equal(hv_ring_used(&ONE->tx), 0);
}

static void partition_without_a_uart_faults_there(void **state)
{
	(void)state;
	running();
	own_config(ONE)->vuart_ipa = 0;
	(void)load32(0, UART_IPA);
	assert_int_equal(newest(0).kind, J_S2_FAULT);
}

static void foreign_memory_is_a_fault(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	x[5] = 0x1234;
	trap(0, ESR_LOAD32, RAM_TWO + 0x123, x);
	assert_int_equal(x[5], 0x1234);
	assert_int_equal(newest(0).kind, J_S2_FAULT);
	assert_int_equal(newest(0).verdict, INJECT);
	assert_int_equal(newest(0).ipa, RAM_TWO + 0x123);
	assert_int_equal(newest(0).esr, ESR_LOAD32);
	assert_int_equal(newest(0).far, UINT64_C(0xffff000000000123));
	assert_int_equal(newest(0).pc_low, PC);
	assert_injected(0, 0x25);
}

static void instruction_fetch_from_foreign_memory(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	trap(0, 0x82000007, RAM_TWO, x);
	assert_int_equal(newest(0).kind, J_S2_FAULT);
	assert_injected(0, 0x21);
	/* A device is not executed: no emulation of a fetch. */
	at_pc(0);
	trap(0, 0x82000007, GICD_IPA, x);
	assert_int_equal(newest(0).kind, J_S2_FAULT);
}

/* HPFAR_EL2 is not valid then, and EL2 does not walk tables that a guest may change. */
static void permission_fault_has_a_virtual_address_alone(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	fake.cpu[0].exit.hpfar = 0xdead0;
	trap(0, 0x9385004f, 0x456, x);
	assert_int_equal(newest(0).ipa, 0);
	assert_int_equal(newest(0).far, 0xffff000000000456);
	assert_int_equal(newest(0).verdict, INJECT);
}

/* A step over an emulated instruction has been made when the guest goes on. */
static void a_skipped_instruction_ends_its_single_step(void **state)
{
	(void)state;
	running();
	fake.cpu[0].exit.spsr |= 0x200000;
	(void)load32(0, GICD_IPA);
	assert_int_equal(fake.cpu[0].exit.spsr & 0x200000, 0);
}

static void a_guest_that_faults_in_its_vector_is_stopped(void **state)
{
	(void)state;
	running();
	fake.cpu[0].exit.elr = 0x50010200;
	(void)load32(0, RAM_TWO);
	assert_int_equal(newest(0).verdict, HALT);
	assert_int_equal(fake.end, FAKE_LOOPED);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
}

static void policy_halt(void **state)
{
	(void)state;
	running();
	own_config(ONE)->fault_policy = HV_FAULT_HALT;
	(void)load32(0, RAM_TWO);
	assert_int_equal(newest(0).verdict, HALT);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
}

static void sysreg_read(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	x[5] = 99;
	trap(0, SYSREG(3, 1, 0, 1, 0, 1), 0, x); /* ACTLR_EL1 */
	assert_int_equal(x[5], 0);
	assert_int_equal(fake.cpu[0].exit.elr, PC + 4);
	x[5] = 99;
	trap(0, SYSREG(3, 1, 0, 1, 0, 0), 0, x);
	assert_int_equal(x[5], 99);
	assert_int_equal(fake.cpu[0].exit.elr, PC + 8);
	assert_int_equal(records(0), 2);
}

static void sysreg_read_to_the_zero_register(void **state)
{
	hv_u64 x[31];

	(void)state;
	running();
	memset(x, 0x5a, sizeof(x));
	trap(0, SYSREG(3, 1, 0, 1, 0, 1) | 31 << 5, 0, x);
	for (int i = 0; i < 31; i++)
		assert_int_equal(x[i], UINT64_C(0x5a5a5a5a5a5a5a5a));
}

static void id_registers_are_masked(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	machine_on();
	memset(fake.id, 0xff, sizeof(fake.id));
	FAKE_RUN(hv_main());
	loop(0);
	trap(0, SYSREG(3, 0, 0, 0, 4, 1), 0, x); /* ID_AA64PFR0_EL1 */
	assert_int_equal(x[5] >> 16 & 0xff, 0xff); /* FP, AdvSIMD: as the CPU has them */
	assert_int_equal(x[5] >> 8 & 0xff, 0); /* no EL2, no EL3 */
}

static void set_way_maintenance_is_ignored_and_told(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	trap(0, SYSREG(1, 2, 0, 7, 14, 0), 0, x);
	assert_int_equal(fake.cpu[0].exit.elr, PC + 4);
	assert_int_equal(newest(0).kind, J_SYSREG);
	assert_int_equal(newest(0).verdict, IGNORE);
}

static void unknown_register_is_undefined(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	trap(2, SYSREG(3, 0, 3, 9, 12, 1), 0, x); /* PMCR_EL0 */
	assert_int_equal(newest(2).kind, J_SYSREG);
	assert_int_equal(newest(2).verdict, INJECT);
	assert_injected(2, 0);
}

static void sgi_reaches_own_vcpu_only(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	fake_log_clear();
	x[5] = UINT64_C(0x05000002); /* SGI 5 to Aff0 1 */
	trap(0, SYSREG(3, 5, 0, 12, 11, 0), 0, x);
	assert_int_equal(fake.cpu[0].exit.elr, PC + 4);
	assert_int_equal(fake_count_a(FAKE_SGI, 1), 1);
	assert_int_equal(fake_last(FAKE_SGI)->b, 0);
	assert_int_equal(records(0), 2);
	x[5] = UINT64_C(0x05000004); /* Aff0 2: nobody here */
	trap(0, SYSREG(3, 5, 0, 12, 11, 0), 0, x);
	assert_int_equal(newest(0).kind, J_SGI_DENIED);
	assert_int_equal(newest(0).verdict, DENY);
	assert_int_equal(newest(0).detail, 0x05000004);
	assert_int_equal(fake_count_a(FAKE_SGI, 2), 0);
}

static void wfi_goes_on_behind_it(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	trap(0, 0x06000000, 0, x);
	assert_int_equal(fake.cpu[0].exit.elr, PC + 4);
	assert_int_equal(fake.end, FAKE_RETURNED);
}

static void forbidden_feature_is_undefined(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	trap(2, 0x66000000, 0, x); /* SVE */
	assert_int_equal(newest(2).kind, J_EXCEPTION);
	assert_int_equal(newest(2).detail, 0x19);
	assert_injected(2, 0);
}

static void unexpected_exit_goes_to_the_policy(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	trap(2, UINT64_C(0x3f) << 26, 0, x);
	assert_int_equal(newest(2).kind, J_EXCEPTION);
	assert_int_equal(newest(2).verdict, RESTART);
	assert_int_equal(fake.end, FAKE_LOOPED);
}

static void serror_cannot_be_injected(void **state)
{
	(void)state;
	running();
	fake_on(0);
	fake.cpu[0].exit.esr = UINT64_C(0xbe000011);
	FAKE_RUN(hv_exit_serror());
	assert_int_equal(newest(0).esr, UINT64_C(0xbe000011));
	assert_int_equal(newest(0).kind, J_SERROR);
	assert_int_equal(newest(0).verdict, HALT);
	assert_int_equal(fake.end, FAKE_LOOPED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distributor_read),
		cmocka_unit_test(distributor_write_reaches_own_interrupts),
		cmocka_unit_test(distributor_write_to_foreign_interrupt_is_denied),
		cmocka_unit_test(pending_is_forwarded_and_read_back),
		cmocka_unit_test(route_goes_to_own_cpus_only),
		cmocka_unit_test(redistributor_of_each_vcpu),
		cmocka_unit_test(redistributors_end_with_the_vcpus),
		cmocka_unit_test(bad_width_goes_to_the_policy),
		cmocka_unit_test(no_syndrome_goes_to_the_policy),
		cmocka_unit_test(uart_takes_a_byte_and_tells_the_service_cpu),
		cmocka_unit_test(uart_line_follows_its_registers),
		cmocka_unit_test(refused_uart_access_changes_nothing),
		cmocka_unit_test(partition_without_a_uart_faults_there),
		cmocka_unit_test(foreign_memory_is_a_fault),
		cmocka_unit_test(instruction_fetch_from_foreign_memory),
		cmocka_unit_test(permission_fault_has_a_virtual_address_alone),
		cmocka_unit_test(a_skipped_instruction_ends_its_single_step),
		cmocka_unit_test(a_guest_that_faults_in_its_vector_is_stopped),
		cmocka_unit_test(policy_halt),
		cmocka_unit_test(sysreg_read),
		cmocka_unit_test(sysreg_read_to_the_zero_register),
		cmocka_unit_test(id_registers_are_masked),
		cmocka_unit_test(set_way_maintenance_is_ignored_and_told),
		cmocka_unit_test(unknown_register_is_undefined),
		cmocka_unit_test(sgi_reaches_own_vcpu_only),
		cmocka_unit_test(wfi_goes_on_behind_it),
		cmocka_unit_test(forbidden_feature_is_undefined),
		cmocka_unit_test(unexpected_exit_goes_to_the_policy),
		cmocka_unit_test(serror_cannot_be_injected),
	};

	return RUN_ISOLATED(tests);
}
