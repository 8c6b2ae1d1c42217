/* SPDX-License-Identifier: Apache-2.0 */
/* Life of a partition: boot, start, stop, restart, suspend, power states of vCPUs. */
#include "hv_fixture.h"

#define CPU_ON          0xc4000003
#define CPU_OFF         0x84000002
#define CPU_SUSPEND     0xc4000001
#define SYSTEM_OFF      0x84000008
#define SYSTEM_RESET    0x84000009
#define INVALID_ADDRESS ((hv_u64)-9)

/* Journal kinds */
enum { J_START = 2, J_STOP = 3 };

static void boot_launches_and_says_so(void **state)
{
	(void)state;
	boot();
	assert_non_null(strstr(fake.out, "haven: configuration by-hand on fake\r\n"));
	assert_non_null(strstr(fake.out, "haven: 2 partitions proved"));
	assert_int_equal(fake_count(FAKE_CPU_ON), 3);
	assert_int_equal(fake_last(FAKE_LOOP)->a, 0x41000000);
	assert_int_equal(ONE->state, HV_PARTITION_STARTING);
	assert_int_equal(TWO->state, HV_PARTITION_STARTING);
	assert_int_equal(fake.cpu[0].sgis, 1);
	assert_int_equal(fake.cpu[2].sgis, 1);
}

static void start_loads_flushes_and_enters(void **state)
{
	(void)state;
	boot();
	fake_log_clear();
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(fake_last(FAKE_ENTER)->a, 0x50000000);
	assert_int_equal(fake_last(FAKE_ENTER)->b, 0x50001000);
	assert_true(fake_order(FAKE_STAGE2_USE, FAKE_STAGE2_FLUSH));
	assert_true(fake_order(FAKE_STAGE2_FLUSH, FAKE_ENTER));
	assert_true(fake_order(FAKE_INSTRUCTIONS, FAKE_ENTER));
	assert_true(fake_order(FAKE_RESET, FAKE_ENTER));
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
	assert_int_equal(ONE->running, 1);
	assert_int_equal(newest(0).kind, J_START);
	assert_int_equal(newest(0).ipa, 0x50000000);
	/* VMID in VTTBR_EL2[55:48] is the partition's id. */
	assert_int_equal(fake.cpu[0].vttbr >> 48, 1);
}

static void load_zeroes_private_memory_and_copies_payloads(void **state)
{
	(void)state;
	boot_guests();
	assert_memory_equal(ram_one, image + 0x1000, 100);
	assert_memory_equal(ram_one + 0x1000, image + 0x2000, 48);
	assert_int_equal(ram_one[100], 0);
	assert_int_equal(ram_one[RAM_SIZE - 1], 0);
	/* The payload of two lies across two windows. */
	assert_memory_equal(ram_two + 0xfff8, image + 0x3000, 32);
	assert_int_equal(ram_two[0xfff7], 0);
	assert_int_equal(*(hv_u8 *)fake_memory(SHARED), 0x77);
}

static void second_vcpu_waits_for_cpu_on(void **state)
{
	(void)state;
	boot_guests();
	loop(1);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 77), 0);
	assert_int_equal(fake.cpu[1].sgis, 1);
	loop(1);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(fake_last(FAKE_ENTER)->a, 0x50000100);
	assert_int_equal(fake_last(FAKE_ENTER)->b, 77);
	assert_int_equal(fake_last(FAKE_RESET)->a, 1);
	assert_int_equal(ONE->running, 3);
}

static void cpu_on_entry_must_be_own_memory(void **state)
{
	(void)state;
	boot_guests();
	assert_int_equal(hvc(0, CPU_ON, 1, RAM_TWO, 0), INVALID_ADDRESS);
	assert_int_equal(hvc(0, CPU_ON, 1, 0x40000000, 0), INVALID_ADDRESS);
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000002, 0), INVALID_ADDRESS);
	assert_int_equal(hvc(0, CPU_ON, 1, RAM_ONE + RAM_SIZE, 0), INVALID_ADDRESS);
	assert_int_equal(hvc(0, CPU_ON, 1, ~UINT64_C(3), 0), INVALID_ADDRESS);
	assert_int_equal(fake.cpu[1].sgis, 0);
	assert_int_equal(hvc(0, CPU_ON, 1, RAM_ONE + RAM_SIZE - 4, 0), 0);
}

static void start_both(void)
{
	boot_guests();
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 0), 0);
	loop(1);
	assert_int_equal(fake.end, FAKE_ENTERED);
	fake_log_clear();
}

static void cpu_off_parks_one_vcpu_only(void **state)
{
	(void)state;
	start_both();
	(void)hvc(1, CPU_OFF, 0, 0, 0);
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(fake_last(FAKE_LOOP)->a, 0x41002000);
	assert_int_equal(fake_count(FAKE_QUIESCE), 1);
	assert_int_equal(ONE->running, 1);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
	assert_false(ONE->vcpu[1].in_guest);
	loop(1);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	/* And back. */
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000200, 0), 0);
	loop(1);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(fake_last(FAKE_ENTER)->a, 0x50000200);
}

static void last_cpu_off_stops_the_partition(void **state)
{
	(void)state;
	start_both();
	(void)hvc(0, CPU_OFF, 0, 0, 0);
	loop(0);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(ONE->state, HV_PARTITION_RUNNING);
	(void)hvc(1, CPU_OFF, 0, 0, 0);
	assert_int_equal(fake.end, FAKE_LOOPED);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
	assert_int_equal(newest(0).kind, J_STOP);
}

static void stop_waits_until_every_vcpu_has_left(void **state)
{
	(void)state;
	start_both();
	(void)hvc(0, SYSTEM_OFF, 0, 0, 0);
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(ONE->state, HV_PARTITION_STOPPING);
	loop(0);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(ONE->state, HV_PARTITION_STOPPING);
	assert_int_equal(ONE->running, 2);
	/* The kick throws vCPU 1 out, and that calls CPU 0. */
	take_irqs(1);
	assert_int_equal(fake.end, FAKE_LOOPED);
	assert_int_equal(ONE->running, 0);
	assert_int_equal(fake.cpu[0].sgis, 1);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
	assert_int_equal(TWO->state, HV_PARTITION_RUNNING);
}

static void stop_by_another_vcpu_than_the_first(void **state)
{
	(void)state;
	start_both();
	(void)hvc(1, SYSTEM_OFF, 0, 0, 0);
	take_irqs(0);
	assert_int_equal(fake.end, FAKE_LOOPED);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
	loop(1);
	assert_int_equal(fake.end, FAKE_ASLEEP);
}

static void the_first_stop_decides_what_follows(void **state)
{
	(void)state;
	start_both();
	(void)hvc(1, SYSTEM_OFF, 0, 0, 0);
	/* vCPU 0 was not looking and asks for a reset at the same moment. */
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
}

static void vcpu_cannot_slip_in_while_stopping(void **state)
{
	(void)state;
	boot_guests();
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 0), 0);
	(void)hvc(0, SYSTEM_OFF, 0, 0, 0);
	loop(1);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
}

static void reset_reloads_everything(void **state)
{
	(void)state;
	start_both();
	ram_one[0] ^= 0xff;
	ram_one[0x2345] = 1;
	(void)hvc(1, SYSTEM_RESET, 0, 0, 0);
	take_irqs(0);
	assert_int_equal(fake.end, FAKE_LOOPED);
	fake_log_clear();
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_true(fake_order(FAKE_STAGE2_FLUSH, FAKE_ENTER));
	assert_memory_equal(ram_one, image + 0x1000, 100);
	assert_int_equal(ram_one[0x2345], 0);
	assert_int_equal(ONE->running, 1);
	/* A reset that the guest asked for is no fault. */
	assert_int_equal(ONE->restarts, 0);
	loop(1);
	assert_int_equal(fake.end, FAKE_ASLEEP);
}

static void reset_leaves_the_other_partition_alone(void **state)
{
	(void)state;
	start_both();
	ram_two[5] = 0x55;
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	take_irqs(1);
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(ram_two[5], 0x55);
	assert_int_equal(*(hv_u8 *)fake_memory(SHARED), 0x77);
	assert_true(TWO->vcpu[0].in_guest);
}

static void restart_quiesces_own_interrupts_only(void **state)
{
	(void)state;
	boot_guests();
	/* 40, 41 (one) and 48 (two) are enabled, pending and active. */
	fake.gicd.word[0x104 / 4] = 1u << 8 | 1u << 9 | 1u << 16;
	fake.gicd.word[0x204 / 4] = 1u << 8 | 1u << 9 | 1u << 16;
	fake.gicd.word[0x304 / 4] = 1u << 8 | 1u << 9 | 1u << 16;
	fake.cpu[0].redist.word[0x100 / 4] |= 1u << 27;
	fake.cpu[2].redist.word[0x100 / 4] |= 1u << 27;
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	loop(0);
	assert_int_equal(fake.gicd.word[0x104 / 4], 1u << 16);
	assert_int_equal(fake.gicd.word[0x204 / 4], 1u << 16);
	assert_int_equal(fake.gicd.word[0x304 / 4], 1u << 16);
	assert_int_equal(fake.cpu[0].redist.word[0x100 / 4] & 1u << 27, 0);
	assert_int_not_equal(fake.cpu[2].redist.word[0x100 / 4] & 1u << 27, 0);
	/* The hypervisor's own stay on. */
	assert_int_not_equal(fake.cpu[0].redist.word[0x100 / 4] & 1u << 25, 0);
	assert_int_equal(fake.route[41], 1);
}

static void stop_quiesces_interrupts(void **state)
{
	(void)state;
	boot_guests();
	store32(0, GICD_IPA + 0x104, 1u << 8);
	store32(0, GICR_IPA + 0x10100, 1u << 27);
	(void)hvc(0, SYSTEM_OFF, 0, 0, 0);
	loop(0);
	assert_int_equal(fake.gicd.word[0x104 / 4] & 1u << 8, 0);
	assert_int_equal(fake.cpu[0].redist.word[0x100 / 4] & 1u << 27, 0);
}

static void restart_resets_the_virtual_devices(void **state)
{
	(void)state;
	boot_guests();
	store32(0, GICD_IPA + 0x104, 1u << 8);
	store32(0, UART_IPA + 0x38, 0x50);
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(load32(0, GICD_IPA + 0x104), 0);
	assert_int_equal(load32(0, UART_IPA + 0x38), 0);
}

static void every_vcpu_has_its_partitions_stage_2(void **state)
{
	(void)state;
	start_both();
	assert_int_equal(fake.cpu[1].vttbr, fake.cpu[0].vttbr);
	assert_int_equal(fake.cpu[1].vtcr, fake.cpu[0].vtcr);
	assert_int_not_equal(fake.cpu[1].vtcr, 0);
	assert_int_equal(fake.cpu[2].vttbr >> 48, 2);
	assert_int_not_equal(fake.cpu[2].vttbr & 0xfffffffff000, fake.cpu[0].vttbr & 0xfffffffff000);
}

static void fault_restarts_until_the_limit(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	boot_guests();
	for (int i = 1; i <= 2; i++) {
		trap(2, 0x93850007, RAM_ONE, x);
		assert_int_equal(fake.end, FAKE_LOOPED);
		assert_int_equal(newest(2).verdict, 3);
		loop(2);
		assert_int_equal(fake.end, FAKE_ENTERED);
		assert_int_equal(TWO->restarts, i);
		assert_int_equal(newest(2).kind, J_START);
		assert_int_equal(newest(2).detail, i);
	}
	trap(2, 0x93850007, RAM_ONE, x);
	assert_int_equal(newest(2).verdict, 4);
	loop(2);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(TWO->state, HV_PARTITION_OFF);
	assert_int_equal(TWO->restarts, 2);
}

static void suspend_keeps_memory(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	boot_guests();
	own_config(TWO)->fault_policy = HV_FAULT_SUSPEND;
	ram_two[9] = 0x99;
	trap(2, 0x93850007, RAM_ONE, x);
	assert_int_equal(newest(2).verdict, 2);
	loop(2);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(TWO->state, HV_PARTITION_SUSPENDED);
	assert_int_equal(ram_two[9], 0x99);
	/* Nothing brings it back by itself. */
	hv_kick(&TWO->vcpu[0], HV_REQUEST_LOOK);
	loop(2);
	assert_int_equal(fake.end, FAKE_ASLEEP);
}

static void damaged_payload_stops_a_restart(void **state)
{
	(void)state;
	boot_guests();
	image[0x1005] ^= 1;
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	fake_log_clear();
	loop(0);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
	assert_int_equal(newest(0).kind, J_STOP);
	assert_int_equal(newest(0).verdict, 4);
	assert_int_equal(fake_count(FAKE_ENTER), 0);
}

static void standby_waits_for_something_pending(void **state)
{
	(void)state;
	boot_guests();
	(void)hvc(0, CPU_SUSPEND, 0, 0, 0);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	fake_irq(0, 27);
	assert_int_equal(hvc(0, CPU_SUSPEND, 0, 0, 0), 0);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(fake_count(FAKE_POWER_UP), 0);
}

static void powerdown_resumes_at_the_entry(void **state)
{
	(void)state;
	boot_guests();
	(void)hvc(0, CPU_SUSPEND, 0x10000, 0x50000300, 5);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	fake_irq(0, 27);
	(void)hvc(0, CPU_SUSPEND, 0x10000, 0x50000300, 5);
	assert_int_equal(fake.cpu[0].stack_top, hv_cpus[0].stack_top); /* no frame stays behind */
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(fake_last(FAKE_ENTER)->a, 0x50000300);
	assert_int_equal(fake_last(FAKE_ENTER)->b, 5);
	assert_int_equal(fake_count(FAKE_POWER_UP), 1);
	/* Timers and interrupts are kept. */
	assert_int_equal(fake_count(FAKE_RESET), 0);
	assert_int_equal(fake_count(FAKE_ICH_RESET), 0);
	/* Nothing of the call stays on EL2's stack. */
	assert_int_equal(fake.cpu[0].stack_top, hv_stack_top(0));
	assert_int_equal(hvc(0, CPU_SUSPEND, 0x10000, RAM_TWO, 5), INVALID_ADDRESS);
	assert_int_equal(fake.end, FAKE_RETURNED);
}

static void cpu_without_a_job_stays_in_its_loop(void **state)
{
	(void)state;
	boot_guests();
	fake.cpu[3].sgis = 1;
	loop(3);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(fake_count(FAKE_ENTER), 0);
}

/* Both vCPUs fault before either has seen the other's stop: one restart follows, and one
 * is counted. Otherwise the limit is reached at half the number of restarts. */
static void two_faults_at_once_are_one_restart(void **state)
{
	struct hv_partition_config *config;
	hv_u64 x[31] = {0};

	(void)state;
	boot_guests();
	assert_int_equal(hvc(0, 0xc4000003, 1, 0x50000100, 0), 0); /* CPU_ON */
	loop(1);
	config = own_config(ONE);
	config->fault_policy = HV_FAULT_RESTART;
	config->max_restarts = 2;
	trap(0, ESR_LOAD32, RAM_TWO, x);
	trap(1, ESR_LOAD32, RAM_TWO, x);
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(ONE->restarts, 1);
}

/* One vCPU asks for a reset while the other one faults: the policy is not outrun. */
static void the_stricter_of_two_stops_wins(void **state)
{
	struct hv_partition_config *config;
	hv_u64 x[31] = {0};

	(void)state;
	boot_guests();
	assert_int_equal(hvc(0, 0xc4000003, 1, 0x50000100, 0), 0); /* CPU_ON */
	loop(1);
	config = own_config(ONE);
	config->fault_policy = HV_FAULT_HALT;
	(void)hvc(0, 0x84000009, 0, 0, 0); /* SYSTEM_RESET */
	trap(1, ESR_LOAD32, RAM_TWO, x);
	loop(0);
	assert_int_equal(ONE->state, HV_PARTITION_OFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_launches_and_says_so),
		cmocka_unit_test(start_loads_flushes_and_enters),
		cmocka_unit_test(load_zeroes_private_memory_and_copies_payloads),
		cmocka_unit_test(second_vcpu_waits_for_cpu_on),
		cmocka_unit_test(cpu_on_entry_must_be_own_memory),
		cmocka_unit_test(cpu_off_parks_one_vcpu_only),
		cmocka_unit_test(last_cpu_off_stops_the_partition),
		cmocka_unit_test(stop_waits_until_every_vcpu_has_left),
		cmocka_unit_test(stop_by_another_vcpu_than_the_first),
		cmocka_unit_test(the_first_stop_decides_what_follows),
		cmocka_unit_test(vcpu_cannot_slip_in_while_stopping),
		cmocka_unit_test(reset_reloads_everything),
		cmocka_unit_test(reset_leaves_the_other_partition_alone),
		cmocka_unit_test(restart_quiesces_own_interrupts_only),
		cmocka_unit_test(stop_quiesces_interrupts),
		cmocka_unit_test(restart_resets_the_virtual_devices),
		cmocka_unit_test(every_vcpu_has_its_partitions_stage_2),
		cmocka_unit_test(fault_restarts_until_the_limit),
		cmocka_unit_test(suspend_keeps_memory),
		cmocka_unit_test(damaged_payload_stops_a_restart),
		cmocka_unit_test(standby_waits_for_something_pending),
		cmocka_unit_test(powerdown_resumes_at_the_entry),
		cmocka_unit_test(cpu_without_a_job_stays_in_its_loop),
		cmocka_unit_test(two_faults_at_once_are_one_restart),
		cmocka_unit_test(the_stricter_of_two_stops_wins),
	};

	return RUN_ISOLATED(tests);
}
