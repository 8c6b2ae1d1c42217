/* SPDX-License-Identifier: Apache-2.0 */
#include "hv_shared_fixture.h"

void pass(hv_u64 us)
{
	fake.counter += us;
	if (CPU1->timer_on && CPU1->deadline <= fake.counter)
		fake_irq(1, 26);
}

void settle(void)
{
	while (fake.end == FAKE_LOOPED)
		loop(1);
}

void irqs(void)
{
	if (fake.end == FAKE_ASLEEP) {
		loop(1);
	} else {
		take_irqs(1);
	}
	settle();
}

void exit_by(hv_u64 esr, hv_u64 x[31])
{
	trap(1, esr, 0, x);
	settle();
}

void wfi(void)
{
	hv_u64 x[31] = {0};

	exit_by(ESR_WFI, x);
}

hv_u64 call1(hv_u64 function, hv_u64 a1, hv_u64 a2, hv_u64 a3)
{
	const hv_u64 result = hvc(1, function, a1, a2, a3);

	settle();
	return result;
}

void assert_runs(const struct hv_vcpu *vcpu)
{
	assert_true(fake.end == FAKE_ENTERED || fake.end == FAKE_RESUMED || fake.end == FAKE_RETURNED);
	assert_ptr_equal(hv_cpus[1].vcpu, vcpu);
	assert_int_equal(CPU1->vttbr >> 48, vcpu->partition_id);
	assert_true(vcpu->in_guest);
	assert_true(vcpu->live);
}

void assert_sleeps(void)
{
	assert_int_equal(fake.end, FAKE_ASLEEP);
}

const struct hv_budget_server *server(const struct hv_vcpu *vcpu)
{
	return &hv_cpus[1].shared->server[vcpu->server];
}

void enable(hv_u32 intid)
{
	store32(1, GICD_IPA, 3);
	if (intid >= 32)
		store32(1, GICD_IPA + 0x100 + intid / 32 * 4, 1u << intid % 32);
	else
		store32(1, GICR_IPA + hv_cpus[1].vcpu->index * 0x20000 + 0x10100, 1u << intid);
}

void guest_ends_all(void)
{
	for (hv_u32 i = 0; i < FAKE_LRS; i++) {
		const hv_u32 pintid = (hv_u32)(CPU1->lr[i] >> 32) & 0x1fff;

		if ((CPU1->lr[i] >> 61 & 1) != 0 && pintid < 32)
			CPU1->redist.word[ISACTIVER0] &= ~(1u << pintid);
		CPU1->lr[i] &= ~(UINT64_C(3) << 62);
	}
}

void ppi(hv_u32 intid)
{
	assert_true((CPU1->redist.word[ISENABLER0] >> intid & 1) != 0);
	CPU1->redist.word[ISACTIVER0] |= 1u << intid;
	fake_irq(1, intid);
}

void start_two(void)
{
	machine_on();
	fake.counter_step = 0;
	fake.counter = 1000000;
	FAKE_RUN(hv_main());
	assert_int_equal(fake.end, FAKE_LOOPED);
	loop(0);
	assert_int_equal(fake.end, FAKE_ENTERED);
	loop(1);
	settle();
	assert_runs(B);
	fake_log_clear();
}

void start_both(void)
{
	start_two();
	assert_int_equal(hvc(0, CPU_ON, 1, 0x50000100, 77), 0);
	irqs();
	assert_runs(B);
	fake_log_clear();
}

void start_one(void)
{
	start_both();
	enable(48);
	enable(49);
	enable(27);
	wfi();
	assert_runs(A);
	enable(27);
	fake_log_clear();
}

bool is_enabled(hv_u32 intid)
{
	return (fake.gicd.word[(0x100 + intid / 32 * 4) / 4] >> intid % 32 & 1) != 0;
}

void start_with_an_interrupt(void)
{
	start_one();
	enable(41);
	fake_irq(1, 48);
	irqs();
	assert_runs(B);
	guest_ends_all();
	assert_true(is_enabled(41));
}
