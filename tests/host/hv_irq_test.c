/* SPDX-License-Identifier: Apache-2.0 */
/* Physical interrupts on their way to list registers, and everything that kicks a CPU. */
#include "hv_fixture.h"

enum { J_IRQ_SPURIOUS = 8 };


#define STATE(lr) ((lr) >> 62)

/* Groups on, INTID enabled at vCPU 0 (SPIs at their own). */
static void enable(hv_u32 cpu, hv_u32 intid)
{
	store32(cpu, GICD_IPA, 3);
	if (intid >= 32)
		store32(cpu, GICD_IPA + 0x100 + intid / 32 * 4, 1u << intid % 32);
	else
		store32(cpu, GICR_IPA + 0x10100, 1u << intid);
}

static void running(void)
{
	boot_guests();
	enable(0, 40);
	enable(0, 27);
	enable(0, 33);
	enable(2, 48);
	fake_log_clear();
}

static void take(hv_u32 cpu, hv_u32 intid)
{
	fake_irq(cpu, intid);
	take_irqs(cpu);
	assert_int_equal(fake.end, FAKE_RETURNED);
}

static void owned_spi_goes_to_a_list_register(void **state)
{
	(void)state;
	running();
	take(0, 40);
	assert_int_equal(STATE(lr_of(0, 40)), 1);
	assert_int_equal(lr_of(0, 40) >> 61 & 1, 1);          /* HW */
	assert_int_equal(lr_of(0, 40) >> 32 & 0x1fff, 40);    /* pINTID */
	assert_int_equal(fake_count_a(FAKE_EOI, 40), 1);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 40), 0); /* that is the guest's to do */
}

static void owned_ppi_goes_to_a_list_register(void **state)
{
	(void)state;
	running();
	take(0, 27);
	assert_int_equal(STATE(lr_of(0, 27)), 1);
	take(2, 27); /* the other partition has not enabled it */
	assert_int_equal(lr_of(2, 27), 0);
}

static void unowned_is_masked_dropped_and_journalled(void **state)
{
	(void)state;
	running();
	fake.gicd.word[0x104 / 4] |= 1u << 28;
	take(0, 60);
	assert_int_equal(fake.gicd.word[0x104 / 4] & 1u << 28, 0);
	assert_int_equal(fake_count_a(FAKE_EOI, 60), 1);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 60), 1);
	assert_int_equal(newest(0).kind, J_IRQ_SPURIOUS);
	assert_int_equal(newest(0).verdict, 5);
	assert_int_equal(newest(0).detail, 60);
	assert_int_equal(lr_of(0, 60), 0);
	/* Own bits of the same word are untouched. */
	assert_int_equal(fake.gicd.word[0x104 / 4] & 1u << 8, 1u << 8);
}

static void unowned_ppi_is_masked_on_this_cpu(void **state)
{
	(void)state;
	running();
	fake.cpu[0].redist.word[0x100 / 4] |= 1u << 30;
	fake.cpu[1].redist.word[0x100 / 4] |= 1u << 30;
	take(0, 30);
	assert_int_equal(fake.cpu[0].redist.word[0x100 / 4] & 1u << 30, 0);
	assert_int_not_equal(fake.cpu[1].redist.word[0x100 / 4] & 1u << 30, 0);
}

static void another_partitions_interrupt_is_not_injected(void **state)
{
	(void)state;
	running();
	take(0, 48);
	assert_int_equal(lr_of(0, 48), 0);
	assert_int_equal(newest(0).kind, J_IRQ_SPURIOUS);
	assert_int_equal(newest(0).detail, 48);
}

static void spurious_answers_have_no_effect(void **state)
{
	(void)state;
	running();
	fake_irq(0, 1023);
	fake_on(0);
	assert_false(hv_irq_handle_one());
	fake_irq(0, 1020);
	assert_false(hv_irq_handle_one());
	assert_int_equal(fake_count(FAKE_EOI), 0);
}

static void not_given_to_the_virtual_gic_is_deactivated(void **state)
{
	(void)state;
	running();
	fake_on(0);
	hv_gic_inject(&ONE->vcpu[0], 60);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 60), 1);
	assert_int_equal(newest(0).kind, J_IRQ_SPURIOUS);
	assert_int_equal(lr_of(0, 60), 0);
}

static void interrupt_while_the_vcpu_is_out_is_kept(void **state)
{
	hv_u64 context = 0;

	(void)state;
	running();
	(void)hvc(0, 0xc4000003, 1, 0x50000100, context); /* CPU_ON */
	loop(1);
	assert_int_equal(fake.end, FAKE_ENTERED);
	enable(0, 41);
	(void)hvc(1, 0x84000002, 0, 0, 0); /* CPU_OFF */
	take(1, 41);
	assert_int_equal(fake.cpu[1].lr[0], 0);
	(void)hvc(0, 0xc4000003, 1, 0x50000100, context);
	loop(1);
	assert_int_equal(fake.end, FAKE_ENTERED);
	assert_int_equal(STATE(lr_of(1, 41)), 1);
}

static void more_than_the_list_registers_hold(void **state)
{
	(void)state;
	running();
	/* SGIs 1..6 to itself: four list registers */
	for (hv_u64 i = 1; i <= 6; i++) {
		hv_u64 x[31] = {0};

		x[5] = i << 24 | 1;
		trap(0, UINT64_C(0x623a30b6) /* ICC_SGI1R_EL1 <- x5 */, 0, x);
	}
	store32(0, GICR_IPA + 0x10100, 0x7e);
	for (hv_u32 i = 0; i < FAKE_LRS; i++)
		assert_int_equal(STATE(fake.cpu[0].lr[i]), 1);
	assert_int_not_equal(fake.cpu[0].ich_hcr & 0x8 /* NPIE */, 0);
	/* The guest ends all; the maintenance interrupt brings in the rest. */
	for (hv_u32 i = 0; i < FAKE_LRS; i++)
		fake.cpu[0].lr[i] &= ~(UINT64_C(3) << 62);
	take(0, 25);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 25), 1);
	assert_int_equal(STATE(lr_of(0, 5)) + STATE(lr_of(0, 6)), 2);
}

static void maintenance_without_a_guest_does_nothing(void **state)
{
	(void)state;
	running();
	(void)hvc(0, 0x84000008, 0, 0, 0);
	fake_log_clear();
	take(0, 25);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 25), 1);
	assert_int_equal(fake.cpu[0].ich_hcr, 0);
}

static void kick_delivers_an_sgi_of_another_vcpu(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	(void)hvc(0, 0xc4000003, 1, 0x50000100, 0);
	loop(1);
	store32(1, GICR_IPA + 0x30100, 1u << 5);
	x[5] = UINT64_C(0x05000002);
	trap(0, UINT64_C(0x623a30b6), 0, x);
	assert_int_equal(lr_of(1, 5), 0);
	take_irqs(1);
	assert_int_equal(STATE(lr_of(1, 5)), 1);
	assert_int_equal(ONE->vcpu[1].requests, 0);
}

static void doorbell_raises_the_peers_interrupt(void **state)
{
	hv_u64 x[31] = {0xc6000005, 2};

	(void)state;
	running();
	store32(2, GICD_IPA + 0x10c, 1u << 4);
	call(0, ESR_HVC, x);
	assert_int_equal(x[0], 0);
	assert_int_equal(fake_count_a(FAKE_SGI, 2), 1);
	take_irqs(2);
	assert_int_equal(STATE(lr_of(2, 100)), 1);
	/* Rung again while pending: still one. */
	x[0] = 0xc6000005;
	call(0, ESR_HVC, x);
	take_irqs(2);
	assert_int_equal(STATE(lr_of(2, 100)), 1);
}

static void uart_request_raises_the_line(void **state)
{
	(void)state;
	running();
	store32(0, UART_IPA + 0x38, 0x50); /* IMSC: receive and timeout */
	fake.in = "x";
	fake_irq(3, 33);
	loop(3);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 33), 1);
	take_irqs(0);
	assert_int_equal(STATE(lr_of(0, 33)), 1);
	assert_int_equal(load32(0, UART_IPA), 'x');
}

static void a_device_line_kicks_the_vcpu_it_is_routed_to(void **state)
{
	(void)state;
	running();
	(void)hvc(0, 0xc4000003, 1, 0x50000100, 0);
	loop(1);
	store32(0, GICD_IPA + 0x6000 + 8 * 33, 1);
	fake_log_clear();
	store32(0, UART_IPA, 'A');
	store32(0, UART_IPA + 0x38, 0x20); /* IMSC: transmit */
	assert_int_equal(fake_count_a(FAKE_SGI, 1), 1);
	take_irqs(1);
	assert_int_equal(STATE(lr_of(1, 33)), 1);
	assert_int_equal(lr_of(0, 33), 0);
}

static void deactivation_that_traps(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	running();
	take(0, 40);
	/* The guest has acknowledged and dropped the priority; DIR traps. */
	fake.cpu[0].lr[0] = (fake.cpu[0].lr[0] & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
	x[5] = 40;
	trap(0, UINT64_C(0x623230b6), 0, x);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 40), 1);
	assert_int_equal(lr_of(0, 40), 0);
}

/* The list register knows more than the words: it is read before the guest's access. */
static void active_state_is_read_from_the_list_register(void **state)
{
	(void)state;
	running();
	take(0, 40);
	assert_int_equal(load32(0, GICD_IPA + 0x304) & 1u << 8, 0);
	for (hv_u32 i = 0; i < FAKE_LRS; i++) {
		if ((fake.cpu[0].lr[i] & 0xffffffff) == 40 && STATE(fake.cpu[0].lr[i]) == 1)
			fake.cpu[0].lr[i] ^= UINT64_C(3) << 62; /* pending becomes active */
	}
	assert_int_equal(load32(0, GICD_IPA + 0x304) & 1u << 8, 1u << 8);
	assert_int_equal(STATE(lr_of(0, 40)), 2); /* and is still there */
}

static void standby_looks_at_the_list_registers(void **state)
{
	(void)state;
	running();
	take(0, 40);
	/* Pending for the guest: no wait. */
	assert_int_equal(hvc(0, 0xc4000001, 0, 0, 0), 0);
	assert_int_equal(fake.end, FAKE_RETURNED);
	assert_int_equal(fake_count(FAKE_WAIT), 0);
	/* Done by the guest, but not taken back yet: a wait. */
	for (hv_u32 i = 0; i < FAKE_LRS; i++)
		fake.cpu[0].lr[i] &= ~(UINT64_C(3) << 62);
	(void)hvc(0, 0xc4000001, 0, 0, 0);
	assert_int_equal(fake.end, FAKE_ASLEEP);
}

static void triggers_follow_the_configuration(void **state)
{
	(void)state;
	boot();
	assert_int_equal(fake.gicd.word[0xc08 / 4] >> (40 % 16 * 2) & 3, 0);
	assert_int_equal(fake.gicd.word[0xc08 / 4] >> (41 % 16 * 2) & 3, 2);
}

static void request_without_a_partition_is_harmless(void **state)
{
	(void)state;
	running();
	hv_kick_cpu(3, ~HV_REQUEST_CONSOLE);
	loop(3);
	assert_int_equal(fake.end, FAKE_ASLEEP);
	assert_int_equal(hv_cpus[3].requests, 0);
}

/* Its configuration names no interrupt: nothing may arrive in its place. */
static void doorbell_without_an_interrupt_has_no_effect(void **state)
{
	(void)state;
	boot_guests();
	store32(2, GICD_IPA, 3);
	own_config(TWO)->doorbell_irq = 0;
	store32(2, GICR_IPA + 0x10100, 0xffff);
	assert_int_equal(hvc(0, 0xc6000005, 2, 0, 0), 0);
	take_irqs(2);
	for (hv_u32 i = 0; i < FAKE_LRS; i++)
		assert_int_equal(fake.cpu[2].lr[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owned_spi_goes_to_a_list_register),
		cmocka_unit_test(owned_ppi_goes_to_a_list_register),
		cmocka_unit_test(unowned_is_masked_dropped_and_journalled),
		cmocka_unit_test(unowned_ppi_is_masked_on_this_cpu),
		cmocka_unit_test(another_partitions_interrupt_is_not_injected),
		cmocka_unit_test(spurious_answers_have_no_effect),
		cmocka_unit_test(not_given_to_the_virtual_gic_is_deactivated),
		cmocka_unit_test(interrupt_while_the_vcpu_is_out_is_kept),
		cmocka_unit_test(more_than_the_list_registers_hold),
		cmocka_unit_test(maintenance_without_a_guest_does_nothing),
		cmocka_unit_test(kick_delivers_an_sgi_of_another_vcpu),
		cmocka_unit_test(doorbell_raises_the_peers_interrupt),
		cmocka_unit_test(uart_request_raises_the_line),
		cmocka_unit_test(a_device_line_kicks_the_vcpu_it_is_routed_to),
		cmocka_unit_test(deactivation_that_traps),
		cmocka_unit_test(active_state_is_read_from_the_list_register),
		cmocka_unit_test(standby_looks_at_the_list_registers),
		cmocka_unit_test(triggers_follow_the_configuration),
		cmocka_unit_test(request_without_a_partition_is_harmless),
		cmocka_unit_test(doorbell_without_an_interrupt_has_no_effect),
	};

	return RUN_ISOLATED(tests);
}
