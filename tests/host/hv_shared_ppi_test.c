/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PPIs and debug state on a shared CPU follow who runs, and nothing of the one reaches the
 * other.
 */
#include "hv_shared_fixture.h"

/* ---- PPIs ---- */

static void active_timer_interrupts_move_with_their_guest(void **state)
{
	(void)state;
	start_one();
	ppi(27); /* one's */
	irqs();
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(lr_of(1, 27), 0);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] >> 27 & 1, 0); /* or two's could not come */
	ppi(27); /* two's own */
	irqs();
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	guest_ends_all();
	wfi();
	assert_runs(A);
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] >> 27 & 1, 1);
}

static void enabled_ppis_follow_who_runs(void **state)
{
	(void)state;
	start_one();
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	enable(30);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 30, 1u << 30);
	store32(1, GICR_IPA + 0x10180, 1u << 27);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 27, 0);
	guest_ends_all();
	wfi();
	assert_runs(A); /* has 27 enabled, and no 30 */
	assert_int_equal(CPU1->redist.word[ISENABLER0] & (1u << 30 | 1u << 27), 1u << 27);
	/* EL2's own stay. */
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 0x0600ffff, 0x0600ffff);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & (1u << 30 | 1u << 27), 1u << 30);
}

/* vCPU 0 of one, on another CPU, reaches into its vCPU 1 while two runs there. */
static void accesses_from_outside_wait_for_their_vcpu(void **state)
{
	const struct fake_frame before = (start_both(), CPU1->redist);

	(void)state;
	assert_runs(B);
	fake_on(0);
	store32(0, GICD_IPA, 3);
	store32(0, GICR_IPA + 0x30100, 1u << 27); /* ISENABLER0 */
	store32(0, GICR_IPA + 0x30200, 1u << 27); /* ISPENDR0 */
	assert_memory_equal(&CPU1->redist, &before, sizeof(before));
	fake.end = FAKE_RETURNED;
	irqs();
	assert_runs(B);
	wfi();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 27, 1u << 27);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] & 1u << 27, 1u << 27);
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	/* Once. */
	guest_ends_all();
	hv_kick(A, HV_REQUEST_VGIC);
	irqs();
	assert_int_equal(STATE(lr_of(1, 27)), 0);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] & 1u << 27, 0);
}

/* Six are active, four list registers: the last ones are only known to the virtual GIC. */
static void deactivation_of_what_found_no_list_register(void **state)
{
	(void)state;
	start_both();
	store32(0, GICD_IPA, 3);
	store32(0, GICR_IPA + 0x30300, 1u << 27 | 0x1f);
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(lr_of(1, 27), 0);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 1u << 27);
	store32(0, GICR_IPA + 0x30380, 1u << 27);
	fake.end = FAKE_RETURNED;
	irqs();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 0);
}

static void activation_from_outside_waits_too(void **state)
{
	(void)state;
	start_both();
	store32(0, GICD_IPA, 3);
	store32(0, GICR_IPA + 0x30300, 1u << 27); /* ISACTIVER0 */
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 0);
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 1u << 27);
	wfi();
	assert_sleeps();
	/* And back, while it waits with its registers loaded. */
	store32(0, GICR_IPA + 0x30380, 1u << 27); /* ICACTIVER0 */
	fake.end = FAKE_ASLEEP;
	irqs();
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 27), 1);
	assert_int_equal(lr_of(1, 27), 0);
}

static void a_later_access_from_outside_takes_the_earlier_back(void **state)
{
	(void)state;
	start_both();
	store32(0, GICR_IPA + 0x30300, 1u << 27);
	store32(0, GICR_IPA + 0x30380, 1u << 27);
	store32(0, GICR_IPA + 0x30200, 1u << 27);
	store32(0, GICR_IPA + 0x30280, 1u << 27);
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 0);
	assert_int_equal(lr_of(1, 27), 0);
}

/* Active while its registers are elsewhere, and ended from outside: it is so when they are back. */
static void deactivation_from_outside_waits_too(void **state)
{
	(void)state;
	start_one();
	ppi(27);
	irqs();
	CPU1->lr[0] = (CPU1->lr[0] & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62; /* acknowledged */
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	assert_int_equal(A->ppi_active, 1u << 27);
	fake_log_clear();
	store32(0, GICR_IPA + 0x30380, 1u << 27);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] & 1u << 27, 0);
	assert_int_equal(fake_count(FAKE_SGI), 1);
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(lr_of(1, 27), 0);
	assert_int_equal(fake_count_a(FAKE_DEACTIVATE, 27), 1);
}

/* The other vCPU disables one while this one has its turn: it is told. */
static void disabling_from_outside_is_followed_at_once(void **state)
{
	(void)state;
	start_one();
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 27, 1u << 27);
	fake_log_clear();
	store32(0, GICR_IPA + 0x30180, 1u << 27);
	assert_int_equal(fake_count_a(FAKE_SGI, 1), 1);
	fake.end = FAKE_RETURNED;
	irqs();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISENABLER0] & 1u << 27, 0);
}

/* What others left for its last life is not for the next one. */
static void mail_for_the_last_life_is_thrown_away(void **state)
{
	(void)state;
	start_with_an_interrupt();
	wfi();
	assert_runs(A);
	(void)call1(CPU_OFF, 0, 0, 0);
	store32(0, GICR_IPA + 0x30200, 1u << 27);
	store32(0, GICR_IPA + 0x30300, 1u << 27);
	(void)hvc(0, SYSTEM_RESET, 0, 0, 0);
	loop(0);
	while (fake.end == FAKE_LOOPED)
		loop(0);
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 77), 0);
	fake.end = FAKE_ASLEEP;
	irqs();
	assert_runs(A);
	assert_int_equal(CPU1->redist.word[ISACTIVER0] & 1u << 27, 0);
	assert_int_equal(lr_of(1, 27), 0);
}

/* What the hardware has pending at that moment may be the neighbour's. */
static void pending_is_not_read_from_somebody_elses_hardware(void **state)
{
	(void)state;
	start_both();
	CPU1->redist.word[0x200 / 4] |= 1u << 27;
	assert_int_equal(load32(0, GICR_IPA + 0x30200) & 1u << 27, 0);
	/* One's own, by itself. */
	fake.end = FAKE_RETURNED;
	irqs();
	wfi();
	assert_runs(A);
	assert_int_equal(load32(1, GICR_IPA + 0x30200) & 1u << 27, 1u << 27);
}

static void made_pending_by_itself(void **state)
{
	(void)state;
	start_one();
	store32(1, GICR_IPA + 0x30200, 1u << 27);
	assert_int_equal(STATE(lr_of(1, 27)), 1);
	assert_int_equal(CPU1->redist.word[ISACTIVER0], 1u << 27);
	/* Nothing stays pending in the hardware for the next guest to take. */
	assert_int_equal(CPU1->redist.word[0x200 / 4] & 1u << 27, 0);
}

/* ---- debug ---- */

static void software_step_is_all_there_is_of_debug(void **state)
{
	hv_u64 x[31] = {0};

	(void)state;
	start_one();
	x[5] = ~UINT64_C(0);
	/* MSR MDSCR_EL1, x5: op0 2, op2 2, op1 0, CRn 0, Rt 5, CRm 2 */
	exit_by(UINT64_C(0x622400a4), x);
	assert_int_equal(CPU1->mdscr, 0x2001);
	CPU1->mdscr = 0xffffffff;
	x[5] = 7;
	exit_by(UINT64_C(0x622400a5), x); /* MRS */
	assert_int_equal(x[5], 0x2001);
	exit_by(UINT64_C(0x622403e5), x); /* MRS xzr */
	CPU1->mdscr = 1;
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	assert_int_equal(CPU1->mdscr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(active_timer_interrupts_move_with_their_guest),
		cmocka_unit_test(enabled_ppis_follow_who_runs),
		cmocka_unit_test(accesses_from_outside_wait_for_their_vcpu),
		cmocka_unit_test(activation_from_outside_waits_too),
		cmocka_unit_test(a_later_access_from_outside_takes_the_earlier_back),
		cmocka_unit_test(deactivation_from_outside_waits_too),
		cmocka_unit_test(deactivation_of_what_found_no_list_register),
		cmocka_unit_test(disabling_from_outside_is_followed_at_once),
		cmocka_unit_test(mail_for_the_last_life_is_thrown_away),
		cmocka_unit_test(pending_is_not_read_from_somebody_elses_hardware),
		cmocka_unit_test(made_pending_by_itself),
		cmocka_unit_test(software_step_is_all_there_is_of_debug),
	};

	return RUN_ISOLATED(tests);
}
